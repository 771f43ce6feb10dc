import { deleteMoved } from './commit-moves.ts';
import type { Transaction } from './database.ts';
import { fillChosen } from './fill-moved.ts';
import { marks } from './marks.ts';
import { markPath } from './paths.ts';

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
    rows.map((row) => [row.due, row.customer, row.n, marks.parked]),
  );
  const errors = JSON.stringify(rows.map((row) => [row.customer, row.n, row.error]));
  await tx.run(
    `INSERT INTO parked (customer, n, node, step, turn, at, error)
     SELECT m.customer, m.n, CAST(? AS BIGINT), m.step, m.turn, CAST(? AS BIGINT), j.c2
     FROM moved m JOIN ${tx.dialect.rows(['int', 'int', 'text'])} j ON j.c0 = m.customer AND j.c1 = m.n WHERE true
     ON CONFLICT (customer, n) DO UPDATE SET node = excluded.node, step = excluded.step, turn = excluded.turn,
       at = excluded.at, error = excluded.error`,
    [node, now, errors],
  );
  await tx.run(
    `INSERT INTO journal (customer, n, step, at, turn, path)
     SELECT customer, n, step, CAST(? AS BIGINT), turn, CAST(? AS BIGINT) FROM moved ORDER BY customer, n`,
    [now, await markPath(tx, marks.parked, node)],
  );
  await tx.run('DELETE FROM subscription WHERE (customer, n) IN (SELECT customer, n FROM moved)');
  await deleteMoved(tx, node, 'any');
}
