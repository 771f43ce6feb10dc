import type { Located, Standing, Transaction } from '../../store/index.ts';
import type { Parts } from '../parts.ts';

/** Why enrollments end, as the ledger and the enrollment say it. */
export interface Ending {
  outcome: 'cancelled' | 'exit';
  detail: string;
}

/** Ends enrollments by hand, wherever they stand. */
export async function endThose(
  parts: Parts,
  tx: Transaction,
  located: readonly Located[],
  ending: Ending,
  now: number,
): Promise<void> {
  const { store, worker } = parts;
  await store.endEnrollments(tx, located, {
    mark: store.marks.ended,
    now,
    worker: worker.slot,
    reason: 'ended',
    ...ending,
  });
}

/** Rows of a walk as `locate` would have found them: what ends an enrollment needs neither its version nor its key. */
export const locatedAt = (node: number, rows: readonly Standing[], loop: string): Located[] =>
  rows.map(({ due, since, phase, ...row }) => ({ ...row, loop, version: 0, key: '', node, at: { due, since, phase } }));
