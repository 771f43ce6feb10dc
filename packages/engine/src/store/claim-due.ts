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
