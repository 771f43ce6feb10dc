import type { Transaction } from './database.ts';

/** Of these customers, those who have come to be known at an instant or later. */
export async function customersSince(tx: Transaction, customers: readonly number[], since: number): Promise<number[]> {
  const rows = await tx.all<{ id: number }>(
    `SELECT c.id FROM ${tx.dialect.list('int')} j JOIN customer c ON c.id = j.value WHERE c.created_at >= ?`,
    [JSON.stringify(customers), since],
  );
  return rows.map(({ id }) => id);
}

/**
 * Those who share a group of a kind with one of these customers, or have shared it: who has just gone out of a group
 * changes what is true of the others in it.
 */
export async function neighbours(
  tx: Transaction,
  kind: string,
  customers: readonly number[],
): Promise<{ of: number; through: number }[]> {
  return tx.all(
    `SELECT DISTINCT other.customer AS "of", mine.customer AS "through"
     FROM ${tx.dialect.list('int')} j JOIN relationship mine ON mine.customer = j.value AND mine.kind = ?
     JOIN relationship other ON other.customer_group = mine.customer_group AND other.customer <> mine.customer
     ORDER BY "of", "through"`,
    [JSON.stringify(customers), kind],
  );
}
