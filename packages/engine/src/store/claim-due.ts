import type { Transaction } from './database.ts';

/** One enrollment at a node, as its position row holds it. */
export interface Claimed {
  due: number;
  customer: number;
  n: number;
  step: number;
  turn: number;
  /** 0 arrived, 1 waits, 2 waits for the receipt of its message. */
  phase: number;
}

/** The first who are due at a node, in order of due time. */
export async function claimDue(tx: Transaction, node: number, now: number, limit: number): Promise<Claimed[]> {
  return tx.all<Claimed>(
    `SELECT due, customer, n, step, turn, phase FROM position
     WHERE node = ? AND due <= ? ORDER BY due, customer, n LIMIT ?`,
    [node, now, limit],
  );
}

/** Whether anybody is due at a node: one look at the first row of its range. */
export async function isDue(tx: Transaction, node: number, now: number): Promise<boolean> {
  return (
    (await tx.first('SELECT 1 AS due FROM position WHERE node = ? AND due <= ? LIMIT 1', [node, now])) !== undefined
  );
}
