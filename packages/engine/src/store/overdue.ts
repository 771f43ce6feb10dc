import type { Transaction } from './database.ts';

/** What is due at one node: who has come and not been dealt with, whose wait is over, whose message is to go out. */
export interface OverdueAt {
  node: number;
  arrived: number;
  overdue: number;
  messages: number;
}

/** What is due at these nodes, those where nothing is left out. One range of each node's positions is read. */
export async function countOverdue(tx: Transaction, nodes: readonly number[], now: number): Promise<OverdueAt[]> {
  const list = JSON.stringify(nodes);
  const standing = await tx.all<{ node: number; arrived: number; woken: number }>(
    `SELECT p.node, sum(CASE WHEN p.phase = 0 THEN 1 ELSE 0 END) AS arrived,
       sum(CASE WHEN p.phase = 1 OR p.phase >= 10 THEN 1 ELSE 0 END) AS woken
     FROM position p WHERE p.node IN (SELECT value FROM ${tx.dialect.list('int')} l) AND p.due <= ? GROUP BY p.node`,
    [list, now],
  );
  const waiting = await tx.all<{ node: number; messages: number }>(
    `SELECT node, count(*) AS messages FROM message
     WHERE status = 'queued' AND node IN (SELECT value FROM ${tx.dialect.list('int')} l) AND due <= ? GROUP BY node`,
    [list, now],
  );
  const found = new Map<number, OverdueAt>();
  for (const { node, arrived, woken } of standing)
    found.set(node, { node, arrived: Number(arrived), overdue: Number(woken), messages: 0 });
  for (const { node, messages } of waiting)
    found.set(node, { ...(found.get(node) ?? { node, arrived: 0, overdue: 0 }), messages });
  return nodes.flatMap((node) => found.get(node) ?? []);
}
