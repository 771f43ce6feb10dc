import type { Transaction } from './database.ts';
import { forever } from './forever.ts';
import { marks } from './marks.ts';
import { markPaths } from './paths.ts';

/** The earliest instant at which anything is to be done: a position of these nodes, a report. Messages are the outbox's. Undefined: no clock brings more. */
export async function nextDue(tx: Transaction, nodes: readonly number[]): Promise<number | undefined> {
  const first = await tx.first<{ due: number | null }>(
    `SELECT min(due) AS due FROM (
       SELECT (SELECT min(p.due) FROM position p WHERE p.node = r.value) AS due FROM ${tx.dialect.list('int')} r
       UNION ALL SELECT min(due) FROM report
     ) first`,
    [JSON.stringify(nodes)],
  );
  return first?.due == null || first.due >= forever ? undefined : first.due;
}

/** Lets those go on who rest because they had gone round often enough, now that they may go round more often. */
export async function releaseRested(
  tx: Transaction,
  { nodes, turns, now }: { nodes: readonly number[]; turns: number; now: number },
): Promise<void> {
  const rested = await tx.all<{ node: number }>(
    `SELECT DISTINCT node FROM position
     WHERE node IN (SELECT value FROM ${tx.dialect.list('int')} r) AND due = ${forever} AND phase = 0 AND turn <= ?`,
    [JSON.stringify(nodes), turns],
  );
  const paths = await markPaths(
    tx,
    marks.placed,
    rested.map(({ node }) => node),
  );
  for (const [node, path] of paths) {
    const those = `node = ? AND due = ${forever} AND phase = 0 AND turn <= ?`;
    await tx.run(
      `INSERT INTO journal (customer, n, step, at, turn, path, until)
       SELECT customer, n, step, CAST(? AS BIGINT), turn, CAST(? AS BIGINT), CAST(? AS BIGINT)
       FROM position WHERE ${those} ORDER BY customer, n`,
      [now, path, now, node, turns],
    );
    await tx.run(`UPDATE position SET due = ?, step = step + 1 WHERE ${those}`, [now, node, turns]);
  }
}
