import { setImmediate } from 'node:timers/promises';
import type { Random } from './random.ts';

/** One life of the engine's process. Whatever it has under way stops for ever at the instant of its death. */
export class Life {
  dead = false;
  readonly number: number;
  /** Settles when it dies, with where. */
  readonly death: Promise<string>;
  #die: (where: string) => void = () => {};

  constructor(number: number) {
    this.number = number;
    this.death = new Promise((resolve) => {
      this.#die = resolve;
    });
  }

  die(where: string): void {
    this.dead = true;
    this.#die(where);
  }
}

/** What a dead process waits for. A new one each time, so that whoever waits can be forgotten. */
export const never = <T>(): Promise<T> => new Promise<T>(() => {});

/**
 * Where everything that takes time stands in line: a transaction that is about to begin, a delivery on its way, a handler at
 * work. The scheduler lets one through at a time, so that a seed decides every interleaving.
 */
export class Gates {
  #waiting: { label: string; life: Life; open: () => void }[] = [];

  get size(): number {
    return this.#waiting.length;
  }

  pass(life: Life, label: string): Promise<void> {
    if (life.dead) return never();
    return new Promise((open) => this.#waiting.push({ label, life, open }));
  }

  /** Lets somebody through; who it was. */
  open(random: Random): string | undefined {
    this.#waiting = this.#waiting.filter(({ life }) => !life.dead);
    if (this.#waiting.length === 0) return undefined;
    const [one] = this.#waiting.splice(random.below(this.#waiting.length), 1);
    one?.open();
    return one?.label;
  }
}

/** Until everything that runs has come to a gate: the store in memory answers within the same turn of the event loop. */
export const drained = (): Promise<void> => setImmediate();
