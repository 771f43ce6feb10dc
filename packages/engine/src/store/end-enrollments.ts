import type { Transaction } from './database.ts';
import type { Located } from './locate.ts';
import { markPaths } from './paths.ts';
import { addToTally } from './tally.ts';

/**
 * Ends live enrollments wherever they stand: their positions, waits and what was set aside are gone, what was to be sent to
 * them is suppressed. The journal says `mark` and the enrollment its outcome.
 */
export async function endEnrollments(
  tx: Transaction,
  located: readonly Located[],
  end: {
    /** `marks.ended` or `marks.merged`. */
    mark: number;
    outcome: string;
    now: number;
    /** The worker's slot in the counts. */
    worker: number;
    /** Why its messages are not sent, as a code and in words. */
    reason: string;
    detail: string;
  },
): Promise<void> {
  if (located.length === 0) return;
  const { dialect } = tx;
  const { mark, outcome, now } = end;
  const paths = await markPaths(
    tx,
    mark,
    located.map(({ node }) => node),
  );
  const who = JSON.stringify(located.map(({ customer, n }) => [customer, n]));
  const those = `(customer, n) IN (SELECT c0, c1 FROM ${dialect.rows(['int', 'int'])} r)`;
  await tx.run(
    `DELETE FROM position WHERE (node, due, customer, n) IN (SELECT c0, c1, c2, c3 FROM ${dialect.rows(['int', 'int', 'int', 'int'])} r)`,
    [
      JSON.stringify(
        located.flatMap(({ node, at, customer, n }) => (at === 'parked' ? [] : [[node, at.due, customer, n]])),
      ),
    ],
  );
  await tx.run(
    `INSERT INTO journal (customer, n, step, at, turn, path)
     SELECT c0, c1, c2, CAST(? AS BIGINT), c3, c4 FROM ${dialect.rows(['int', 'int', 'int', 'int', 'int'])} r ORDER BY c0, c1`,
    [
      now,
      JSON.stringify(
        located.map(({ customer, n, step, turn, node }) => [customer, n, step, turn, paths.get(node) as number]),
      ),
    ],
  );
  await tx.run(`DELETE FROM subscription WHERE ${those}`, [who]);
  await tx.run(`DELETE FROM parked WHERE ${those}`, [who]);
  await tx.run(
    `UPDATE message SET status = 'suppressed', settled_at = ?, reason = ?, detail = ? WHERE ${those} AND status = 'queued'`,
    [now, end.reason, end.detail, who],
  );
  await tx.run(`UPDATE enrollment SET ended_at = ?, outcome = ? WHERE ${those}`, [now, outcome, who]);
  const counts = new Map<number, number>();
  for (const { node } of located) counts.set(node, (counts.get(node) ?? 0) + 1);
  await addToTally(
    tx,
    end.worker,
    [...counts].sort(([a], [b]) => a - b).map(([node, count]) => [node, mark, count] as const),
  );
}
