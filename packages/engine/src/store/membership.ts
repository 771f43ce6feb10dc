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

/** Of these customers, those who are in a segment's membership and should not be, or the other way round. Who is not there any more is in none. */
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

/** Writes down who has come into a segment and who has gone out of it. `worker`: whose count it goes into. */
export async function changeMembership(
  tx: Transaction,
  { segment, changes, now, worker }: { segment: number; changes: readonly Difference[]; now: number; worker: number },
): Promise<void> {
  const came = changes.filter(({ inside }) => inside).map(({ customer }) => customer);
  const went = changes.filter(({ inside }) => !inside).map(({ customer }) => customer);
  let change = 0;
  if (came.length > 0)
    change += await tx.run(
      `INSERT INTO membership (customer, segment, since)
       SELECT value, CAST(? AS BIGINT), CAST(? AS BIGINT) FROM ${tx.dialect.list('int')} j WHERE true ON CONFLICT DO NOTHING`,
      [segment, now, JSON.stringify(came)],
    );
  if (went.length > 0)
    change -= await tx.run(
      `DELETE FROM membership WHERE segment = ? AND customer IN (SELECT value FROM ${tx.dialect.list('int')} j)`,
      [segment, JSON.stringify(went)],
    );
  await count(tx, [[segment, change]], worker);
}

async function count(
  tx: Transaction,
  changes: readonly (readonly [segment: number, members: number])[],
  worker: number,
): Promise<void> {
  const all = changes.filter(([, members]) => members !== 0);
  if (all.length === 0) return;
  await tx.run(
    `INSERT INTO segment_count (segment, worker, members)
     SELECT c0, CAST(? AS BIGINT), c1 FROM ${tx.dialect.rows(['int', 'int'])} r WHERE true
     ON CONFLICT (segment, worker) DO UPDATE SET members = segment_count.members + excluded.members`,
    [worker, JSON.stringify(all)],
  );
}

/** Forgets the memberships of customers who are themselves forgotten: nothing happens. */
export async function forgetMemberships(tx: Transaction, customers: readonly number[], worker = 0): Promise<void> {
  const those = `customer IN (SELECT value FROM ${tx.dialect.list('int')} j)`;
  const list = JSON.stringify(customers);
  const rows = await tx.all<{ segment: number; members: number }>(
    `SELECT segment, count(*) AS members FROM membership WHERE ${those} GROUP BY segment ORDER BY segment`,
    [list],
  );
  if (rows.length > 0) await tx.run(`DELETE FROM membership WHERE ${those}`, [list]);
  await tx.run(`DELETE FROM segment_timer WHERE ${those}`, [list]);
  await count(
    tx,
    rows.map(({ segment, members }) => [segment, -Number(members)]),
    worker,
  );
}

/** How many are in each segment, by its ref; one in which nobody was ever is missing. */
export async function countMembers(tx: Transaction): Promise<Map<number, number>> {
  const rows = await tx.all<{ segment: number; members: number }>(
    'SELECT segment, CAST(sum(members) AS BIGINT) AS members FROM segment_count GROUP BY segment',
  );
  return new Map(rows.map(({ segment, members }) => [segment, Number(members)]));
}

/** The segments that a customer is in, and since when. */
export async function membershipsOf(
  tx: Transaction,
  customer: number,
): Promise<{ id: string; name: string; since: number }[]> {
  return tx.all(
    `SELECT s.id, s.name, m.since FROM membership m JOIN segment s ON s.ref = m.segment
     WHERE m.customer = ? AND s.gone = 0 ORDER BY s.name, s.id`,
    [customer],
  );
}

/** Who is in a segment, in order of id from one on, and since when. */
export async function membersOf(
  tx: Transaction,
  segment: number,
  { after, limit }: { after: number; limit: number },
): Promise<{ customer: number; since: number }[]> {
  return tx.all('SELECT customer, since FROM membership WHERE segment = ? AND customer > ? ORDER BY customer LIMIT ?', [
    segment,
    after,
    limit,
  ]);
}

/** How many are in both of two segments. */
export async function countBoth(tx: Transaction, one: number, other: number): Promise<number> {
  const row = await tx.first<{ count: number }>(
    `SELECT count(*) AS count FROM membership a ${tx.dialect.lookupJoin} membership b
     WHERE a.segment = ? AND b.segment = ? AND b.customer = a.customer`,
    [one, other],
  );
  return Number(row?.count ?? 0);
}
