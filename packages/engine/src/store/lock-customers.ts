import type { Transaction } from './database.ts';

/**
 * Keeps customers to the end of the transaction, in order of id, so that two engines do not decide on one customer from
 * what each saw before the other. Nothing on a database that has one writer.
 */
export async function lockCustomers(tx: Transaction, customers: readonly number[]): Promise<void> {
  const lock = tx.dialect.lock('c');
  if (lock === '' || customers.length === 0) return;
  await tx.all(
    `SELECT c.id FROM customer c WHERE c.id IN (SELECT value FROM ${tx.dialect.list('int')} l) ORDER BY c.id ${lock}`,
    [JSON.stringify(customers)],
  );
}
