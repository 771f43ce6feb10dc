import type { Transaction } from './database.ts';

/** A waiting enrollment that an event of this type may wake. */
export interface Subscribed {
  n: number;
  node: number;
  due: number;
}

export async function findSubscriptions(tx: Transaction, customer: number, event: string): Promise<Subscribed[]> {
  return tx.all<Subscribed>('SELECT n, node, due FROM subscription WHERE customer = ? AND event = ?', [
    customer,
    event,
  ]);
}
