import type { LifeState } from '../../machine/index.ts';
import { isClosed, standsStill } from '../../machine/index.ts';
import type { LoopLife } from '../station.ts';

/** What this process knows of the lives of all loops. An object is never replaced: whoever holds a version sees the change. */
export class Lives {
  readonly #lives = new Map<string, LoopLife>();

  of(loop: string): LoopLife {
    const known = this.#lives.get(loop) ?? { paused: false, closed: false };
    this.#lives.set(loop, known);
    return known;
  }

  set(loop: string, state: LifeState): void {
    Object.assign(this.of(loop), { paused: standsStill(state), closed: isClosed(state) } satisfies LoopLife);
  }

  /** Another process has paused it. */
  stop(loop: string): void {
    this.of(loop).paused = true;
  }

  /** The states of all loops, as the database has them. */
  read(states: ReadonlyMap<string, string>): void {
    for (const [loop, state] of states) this.set(loop, state as LifeState);
  }
}
