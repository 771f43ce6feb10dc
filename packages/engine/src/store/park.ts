import { deleteMoved } from './commit-moves.ts';
import type { Transaction } from './database.ts';
import { fillChosen } from './fill-moved.ts';

/** The port in the journal of those who were set aside with an error, and of those whose customer was merged into another. */
export const wasParked = -2;
export const wasMerged = -3;

/** Sets enrollments aside with what went wrong; nothing moves them until somebody decides. */
export async function park(
  tx: Transaction,
  {
    node,
    now,
    rows,
  }: { node: number; now: number; rows: readonly { due: number; customer: number; n: number; error: string }[] },
): Promise<void> {
  await fillChosen(
    tx,
    node,
    rows.map((row) => [row.due, row.customer, row.n, wasParked]),
  );
  const errors = JSON.stringify(rows.map((row) => [row.customer, row.n, row.error]));
  await tx.run(
    `INSERT OR REPLACE INTO parked (customer, n, node, step, turn, at, error)
     SELECT m.customer, m.n, ?, m.step, m.turn, ?, j.value ->> 2
     FROM moved m JOIN json_each(?) j ON (j.value ->> 0) = m.customer AND (j.value ->> 1) = m.n`,
    [node, now, errors],
  );
  await tx.run(
    `INSERT INTO journal (customer, n, step, at, turn, node, port)
     SELECT customer, n, step, ?, turn, ?, ${wasParked} FROM moved ORDER BY customer, n`,
    [now, node],
  );
  await deleteMoved(tx, node, false);
}
