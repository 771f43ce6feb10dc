import { setImmediate } from 'node:timers/promises';
import type { VirtualClock } from './clock.ts';
import type { Engine } from './engine.ts';
import type { IncomingEvent } from './intake.ts';

/** The world outside the engine, on the same clock: it has events to tell at instants of its own. */
export interface OutsideWorld {
  nextDue(): number | undefined;
  /** What has happened up to an instant, oldest first. Told once. */
  take(until: number): readonly IncomingEvent[];
}

export interface RunOptions {
  /** The clock moves in steps of so many milliseconds, so that what is due within one is worked off together. */
  tick: number;
  world?: OutsideWorld;
  /** The run ends at this instant. Left out: once nothing is due but schedules, each of which has fired, for they have no end. */
  until?: number;
  /** Called whenever the clock has moved, before anything is done at the new instant: what must survive a kill is saved here. */
  onAdvance?: (now: number) => Promise<void>;
  /** Called after every pass, with how much it did. */
  onProgress?: (done: number) => void;
  signal?: AbortSignal;
}

/** Runs on a virtual clock until every enrollment has ended, rests, or waits for something that no clock brings. */
export async function runToRest(engine: Engine, clock: VirtualClock, options: RunOptions): Promise<void> {
  const { world, tick, until } = options;
  for (;;) {
    // SQLite answers at once, so that without this no signal, timer or socket would get its turn before the end.
    await setImmediate();
    options.signal?.throwIfAborted();
    const done = (await engine.work()) || (await engine.deliver());
    if (done > 0) {
      options.onProgress?.(done);
      continue;
    }
    const told = world?.take(clock.now()) ?? [];
    if (told.length > 0) {
      await engine.record(told);
      continue;
    }
    const due = Math.min((await engine.nextDue()) ?? Infinity, world?.nextDue() ?? Infinity);
    if (due === Infinity) break;
    if (
      until === undefined &&
      world?.nextDue() === undefined &&
      (await engine.nextDue({ endless: false })) === undefined
    )
      break;
    if (until !== undefined && due > until) {
      clock.advanceTo(until);
      break;
    }
    clock.advanceTo(Math.max(clock.now() + 1, Math.ceil(due / tick) * tick));
    await options.onAdvance?.(clock.now());
  }
  await engine.finishReports();
}
