import type { Transaction } from './database.ts';

/** Whether a customer is one of whom nothing is known any more because somebody asked for it. */
export async function isErased(tx: Transaction, customer: number): Promise<boolean> {
  return (await tx.first('SELECT 1 AS one FROM erasure WHERE customer = ?', [customer])) !== undefined;
}
