import type { Transaction } from '../store/database.ts';

/** The customer and everybody who is part of it by a merge that stands, however many merges ago. The customer comes first. */
export async function findParts(tx: Transaction, customer: number): Promise<number[]> {
  const rows = await tx.all<{ id: number }>(
    `WITH RECURSIVE part (id) AS (
       SELECT CAST(? AS BIGINT)
       UNION SELECT merge.customer FROM part JOIN merge ON merge.into_customer = part.id AND merge.undone_at IS NULL
     ) SELECT id FROM part`,
    [customer],
  );
  return [customer, ...rows.map(({ id }) => id).filter((id) => id !== customer)];
}
