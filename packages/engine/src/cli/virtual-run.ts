import type { Database } from '../store/index.ts';
import { readMeta, writeMeta } from '../store/index.ts';
import { VirtualClock } from '../runner/index.ts';
import { CliError } from './cli-error.ts';

/** A virtual clock that a database remembers, so that a run that was killed goes on at the instant where it was. */
export interface VirtualRun {
  clock: VirtualClock;
  /** When the clock began, epoch milliseconds. */
  started: number;
  seed: string;
  save(now: number): Promise<void>;
}

const day = 86_400_000;

/** The clock of a new database starts at the last midnight (UTC); its seed is kept with it. */
export async function openVirtualClock(db: Database, options: { seed?: number; start?: number }): Promise<VirtualRun> {
  return db.write(async (tx) => {
    const known = await readMeta(tx, 'run');
    const start = options.start ?? Math.floor(Date.now() / day) * day;
    const run = known
      ? (JSON.parse(known) as { started: number; seed: string })
      : { started: start, seed: options.seed === undefined ? '' : String(options.seed) };
    if (options.seed !== undefined && run.seed !== String(options.seed))
      throw new CliError(
        `this database was run with ${run.seed === '' ? 'no seed' : `the seed ${run.seed}`}, and --seed says ${options.seed}: name another database, or give the same seed`,
      );
    if (!known) await writeMeta(tx, 'run', JSON.stringify(run));
    const clock = new VirtualClock(Number((await readMeta(tx, 'clock')) ?? run.started));
    return { ...run, clock, save: (now: number) => db.write((later) => writeMeta(later, 'clock', String(now))) };
  });
}
