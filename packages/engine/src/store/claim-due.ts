import type { Transaction } from './database.ts';

/** One enrollment at a node, as its position row holds it. */
export interface Claimed {
  due: number;
  customer: number;
  n: number;
  step: number;
  turn: number;
  /** As the schema says: 0 arrived, 1 waits, 2 waits for the receipt of its message, from 10 on woken while its loop was paused. */
  phase: number;
}

/** The first who are due at a node, in order of due time. Those whom another worker holds are passed over. */
export async function claimDue(tx: Transaction, node: number, now: number, limit: number): Promise<Claimed[]> {
  return tx.all<Claimed>(
    `SELECT p.due, p.customer, p.n, p.step, p.turn, p.phase FROM position p
     WHERE p.node = ? AND p.due <= ? ORDER BY p.due, p.customer, p.n LIMIT ? ${tx.dialect.claim('p')}`,
    [node, now, limit],
  );
}

/** At which of these nodes anybody is due: one look at the first row of each range. */
export async function nodesDue(tx: Transaction, nodes: readonly number[], now: number): Promise<number[]> {
  const rows = await tx.all<{ node: number }>(
    `SELECT r.value AS node FROM ${tx.dialect.list('int')} r
     WHERE EXISTS (SELECT 1 FROM position p WHERE p.node = r.value AND p.due <= ?)`,
    [JSON.stringify(nodes), now],
  );
  return rows.map(({ node }) => node);
}

/** Whether anybody is due at a node. */
export async function isDue(tx: Transaction, node: number, now: number): Promise<boolean> {
  return (
    (await tx.first('SELECT 1 AS due FROM position WHERE node = ? AND due <= ? LIMIT 1', [node, now])) !== undefined
  );
}

/** The phase of the first who is due at a node, undefined when nobody is. */
export async function firstPhase(tx: Transaction, node: number, now: number): Promise<number | undefined> {
  const first = await tx.first<{ phase: number }>(
    'SELECT phase FROM position WHERE node = ? AND due <= ? ORDER BY due, customer, n LIMIT 1',
    [node, now],
  );
  return first?.phase;
}
