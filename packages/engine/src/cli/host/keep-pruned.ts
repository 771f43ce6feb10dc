import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../plugin/index.ts';

/** Between two steps of a round, so that customers go before housekeeping. In real milliseconds, like the others. */
const betweenSteps = 200;
/** Between two rounds. */
const betweenRounds = 3_600_000;
const afterFailure = 60_000;

/** Prunes a little now and then for as long as the signal lets it. */
export async function keepPruned(step: () => Promise<boolean>, signal: AbortSignal, log: Log): Promise<void> {
  while (!signal.aborted) {
    let pause = afterFailure;
    try {
      pause = (await step()) ? betweenSteps : betweenRounds;
    } catch (error) {
      log.warn('what is old could not be pruned, and is tried again', { error: String(error) });
    }
    await sleep(pause, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
