import type { SqlValue, Transaction } from './database.ts';

/** A customer whose membership is no longer what the rule says. */
export interface Difference {
  customer: number;
  inside: boolean;
  /** When the customer came to be known. */
  createdAt: number;
}

/** The rule of a segment over a row `c` of customer. */
export interface SegmentSql {
  sql: string;
  parameters: readonly SqlValue[];
}

/** Of these customers, those who are in a segment's membership and should not be, or the other way round. */
export async function diffMembership(
  tx: Transaction,
  { segment, rule, customers }: { segment: number; rule: SegmentSql; customers: readonly number[] },
): Promise<Difference[]> {
  const rows = await tx.all<{ customer: number; inside: number; createdAt: number }>(
    `SELECT d.customer, d."inside", d."createdAt" FROM (
       SELECT c.id AS customer, c.created_at AS "createdAt", CASE WHEN c.merged_into IS NULL AND ${rule.sql} THEN 1 ELSE 0 END AS "inside",
         CASE WHEN m.customer IS NULL THEN 0 ELSE 1 END AS "was"
       FROM ${tx.dialect.list('int')} j JOIN customer c ON c.id = j.value
       LEFT JOIN membership m ON m.customer = c.id AND m.segment = ?
     ) d WHERE d."inside" <> d."was" ORDER BY d.customer`,
    [...rule.parameters, JSON.stringify(customers), segment],
  );
  return rows.map(({ inside, ...row }) => ({ ...row, inside: Number(inside) === 1 }));
}

/** Writes down who has come into a segment and who has gone out of it. */
export async function changeMembership(
  tx: Transaction,
  { segment, changes, now }: { segment: number; changes: readonly Difference[]; now: number },
): Promise<void> {
  const came = changes.filter(({ inside }) => inside).map(({ customer }) => customer);
  const went = changes.filter(({ inside }) => !inside).map(({ customer }) => customer);
  if (came.length > 0)
    await tx.run(
      `INSERT INTO membership (customer, segment, since)
       SELECT value, CAST(? AS BIGINT), CAST(? AS BIGINT) FROM ${tx.dialect.list('int')} j WHERE true ON CONFLICT DO NOTHING`,
      [segment, now, JSON.stringify(came)],
    );
  if (went.length > 0)
    await tx.run(
      `DELETE FROM membership WHERE segment = ? AND customer IN (SELECT value FROM ${tx.dialect.list('int')} j)`,
      [segment, JSON.stringify(went)],
    );
}
