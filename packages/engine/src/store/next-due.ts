import type { Transaction } from './database.ts';
import { forever } from './forever.ts';

/** The earliest instant at which anything is to be done: a position of these nodes, a message, a report. Undefined: no clock brings more. */
export async function nextDue(tx: Transaction, nodes: readonly number[]): Promise<number | undefined> {
  const first = await tx.first<{ due: number | null }>(
    `SELECT min(due) AS due FROM (
       SELECT (SELECT min(due) FROM position WHERE node = j.value) AS due FROM json_each(?) j
       UNION ALL SELECT min(due) FROM message WHERE status = 'queued'
       UNION ALL SELECT min(due) FROM report
     )`,
    [JSON.stringify(nodes)],
  );
  return first?.due == null || first.due >= forever ? undefined : first.due;
}

/** Lets those go on who rest because they had gone round often enough, now that they may go round more often. */
export async function releaseRested(
  tx: Transaction,
  { nodes, turns, now }: { nodes: readonly number[]; turns: number; now: number },
): Promise<number> {
  return tx.run(
    `UPDATE position SET due = ? WHERE node IN (SELECT value FROM json_each(?)) AND due = ${forever} AND phase = 0 AND turn <= ?`,
    [now, JSON.stringify(nodes), turns],
  );
}
