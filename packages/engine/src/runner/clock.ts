/** Where the engine's time comes from. Everything that decides asks it, so that the same engine runs live, in tests and in simulation. */
export interface Clock {
  readonly mode: 'live' | 'accelerated' | 'virtual';
  /** Epoch milliseconds. */
  now(): number;
  /** Engine milliseconds per real millisecond; 0 for a clock that only moves when it is told. */
  readonly speed: number;
}

/** The machine's own time. */
export function liveClock(): Clock {
  return { mode: 'live', speed: 1, now: () => Date.now() };
}

/** Where an accelerated clock stands: two threads that know it run the same clock. */
export interface ClockReading {
  /** Engine time at the real instant `real`. */
  start: number;
  real: number;
  /** It stands still at `start`. */
  held: boolean;
}

/** The engine time of an accelerated clock, by its reading. */
export const readClock = ({ start, real, held }: ClockReading, speed: number, now: number): number =>
  held ? start : Math.floor(start + (now - real) * speed);

/** Runs faster than the machine's time, and can be held while there is more to do than fits into an instant. */
export class AcceleratedClock implements Clock {
  readonly mode = 'accelerated';
  readonly speed: number;
  readonly #real: () => number;
  #reading: ClockReading;

  constructor(start: number, speed: number, real: () => number, held = false) {
    this.speed = speed;
    this.#real = real;
    this.#reading = { start, real: real(), held };
  }

  now(): number {
    return readClock(this.#reading, this.speed, this.#real());
  }

  reading(): ClockReading {
    return this.#reading;
  }

  /** Stands still from now on, or goes on from where it stood. */
  hold(held: boolean): ClockReading {
    this.#reading = { start: this.now(), real: this.#real(), held };
    return this.#reading;
  }
}

/** Stands still until it is told to go on. */
export class VirtualClock implements Clock {
  readonly mode = 'virtual';
  readonly speed = 0;
  #now: number;

  constructor(start: number) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  /** Goes on to an instant; never back. */
  advanceTo(instant: number): void {
    this.#now = Math.max(this.#now, instant);
  }
}
