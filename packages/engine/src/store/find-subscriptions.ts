import type { Transaction } from './database.ts';

/** A waiting enrollment that an event of this type may wake. */
export interface Subscribed {
  n: number;
  node: number;
  due: number;
  turn: number;
}

export async function findSubscriptions(tx: Transaction, customer: number, event: string): Promise<Subscribed[]> {
  return tx.all<Subscribed>(
    `SELECT s.n, s.node, s.due, p.turn FROM subscription s
     JOIN position p ON p.node = s.node AND p.due = s.due AND p.customer = s.customer AND p.n = s.n
     WHERE s.customer = ? AND s.event = ?`,
    [customer, event],
  );
}
