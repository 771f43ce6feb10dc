import type { Transaction } from './database.ts';

/** The pseudo port of `tally` that counts who came to a node. */
export const entered = -1;

/** Counts at a node, by the slot of the worker that counts: workers never wait for each other's rows. */
export async function addToTally(
  tx: Transaction,
  worker: number,
  counts: readonly (readonly [node: number, port: number, count: number])[],
): Promise<void> {
  if (counts.length === 0) return;
  await tx.run(
    `INSERT INTO tally (node, port, worker, count)
     SELECT c0, c1, CAST(? AS BIGINT), c2 FROM ${tx.dialect.rows(['int', 'int', 'int'])} r WHERE true
     ON CONFLICT (node, port, worker) DO UPDATE SET count = tally.count + excluded.count`,
    [worker, JSON.stringify(counts)],
  );
}
