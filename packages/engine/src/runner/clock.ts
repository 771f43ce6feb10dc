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

/** Begins at an instant and runs faster than the machine's time. */
export function acceleratedClock(start: number, speed: number, real: () => number): Clock {
  const begun = real();
  return { mode: 'accelerated', speed, now: () => Math.floor(start + (real() - begun) * speed) };
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
