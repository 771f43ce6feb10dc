import type { Transaction } from './database.ts';
import { forever } from './forever.ts';

/** How many enrollments of each of these versions have not ended, those who are parked among them. */
export async function countLiveIn(tx: Transaction, versions: readonly number[]): Promise<Map<number, number>> {
  const rows = await tx.all<{ version: number; count: number }>(
    `SELECT version, count(*) AS count FROM enrollment
     WHERE ended_at IS NULL AND version IN (SELECT value FROM ${tx.dialect.list('int')} l) GROUP BY version`,
    [JSON.stringify(versions)],
  );
  return new Map(rows.map(({ version, count }) => [version, count]));
}

/** When the first of these nodes has something to do, a step or a message: one look at the first row of each range. */
export async function nextDueAt(tx: Transaction, nodes: readonly number[]): Promise<number | undefined> {
  const first = await tx.first<{ due: number | null }>(
    `SELECT min(due) AS due FROM (
       SELECT (SELECT min(p.due) FROM position p WHERE p.node = l.value) AS due FROM ${tx.dialect.list('int')} l
       UNION ALL
       SELECT (SELECT min(m.due) FROM message m WHERE m.node = k.value AND m.status = 'queued') AS due
       FROM ${tx.dialect.list('int')} k) d`,
    [JSON.stringify(nodes), JSON.stringify(nodes)],
  );
  return first?.due == null || first.due >= forever ? undefined : first.due;
}
