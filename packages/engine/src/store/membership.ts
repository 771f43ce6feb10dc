import type { SqlValue, Transaction } from './database.ts';

/** The rule of a segment over a row `c` of customer. */
export interface SegmentSql {
  sql: string;
  parameters: readonly SqlValue[];
}

/** Who is in which of some segments by their rules. */
export interface AskedMembership {
  customer: number;
  /** When the customer came to be known. */
  createdAt: number;
  /** Into whom the customer has gone, who is in no segment any more itself. */
  merged: number | null;
  /** The sum of 2ⁱ over the segments, by their place, that the customer is in. */
  inside: number;
}

/** So many segments are asked by one statement: their places fit into a number. */
export const mostAsked = 48;

/**
 * Asks the rules of some segments for customers; of those that are not `asked` nobody is said to be inside. One statement
 * for all, a customer at a time: what the rules read of it is read from disk once, which is three times as fast as a
 * statement each. Its text is the same whichever are asked.
 */
export async function askMemberships(
  tx: Transaction,
  segments: readonly (SegmentSql & { asked: boolean })[],
  customers: readonly number[],
): Promise<AskedMembership[]> {
  const terms = segments.map(
    ({ sql }, i) =>
      `CASE WHEN CAST(? AS BIGINT) = 0 THEN 0 WHEN ${sql} THEN ${i < 31 ? 2 ** i : `CAST(${2 ** i} AS BIGINT)`} ELSE 0 END`,
  );
  const rows = await tx.all<AskedMembership>(
    `SELECT c.id AS customer, c.created_at AS "createdAt", c.merged_into AS merged, ${terms.join(' + ')} AS inside
     FROM ${tx.dialect.list('int')} j ${tx.dialect.lookupJoin} customer c WHERE c.id = j.value`,
    [...segments.flatMap(({ asked, parameters }) => [asked ? 1 : 0, ...parameters]), JSON.stringify(customers)],
  );
  return rows.map(({ inside, ...row }) => ({ ...row, inside: row.merged === null ? Number(inside) : 0 }));
}

/** What is kept of these customers' memberships. */
export async function keptMemberships(
  tx: Transaction,
  customers: readonly number[],
): Promise<{ customer: number; segment: number }[]> {
  return tx.all(
    `SELECT m.customer, m.segment FROM ${tx.dialect.list('int')} j ${tx.dialect.lookupJoin} membership m
     WHERE m.customer = j.value`,
    [JSON.stringify(customers)],
  );
}

/** A customer and a segment that it comes into, or goes out of. */
export type MembershipRow = readonly [customer: number, segment: number];

/** Writes down who has come into which segment and who has gone out of which, in order of customers. `worker`: whose count it goes into. */
export async function changeMemberships(
  tx: Transaction,
  {
    came,
    went,
    now,
    worker,
  }: { came: readonly MembershipRow[]; went: readonly MembershipRow[]; now: number; worker: number },
): Promise<void> {
  const rows = tx.dialect.rows(['int', 'int']);
  if (came.length > 0)
    await tx.run(
      `INSERT INTO membership (customer, segment, since)
       SELECT c0, c1, CAST(? AS BIGINT) FROM ${rows} r WHERE true ON CONFLICT DO NOTHING`,
      [now, JSON.stringify(came)],
    );
  if (went.length > 0)
    await tx.run(`DELETE FROM membership WHERE (customer, segment) IN (SELECT c0, c1 FROM ${rows} r)`, [
      JSON.stringify(went),
    ]);
  const change = new Map<number, number>();
  for (const [, segment] of came) change.set(segment, (change.get(segment) ?? 0) + 1);
  for (const [, segment] of went) change.set(segment, (change.get(segment) ?? 0) - 1);
  await count(tx, [...change], worker);
}

/**
 * Takes those into a new segment whom its rule selects, of the customers up to and with `to`: nothing happens, and whoever
 * has been asked before is there already.
 */
export async function fillMembership(
  tx: Transaction,
  fill: { segment: number; rule: SegmentSql; above: number; to: number; now: number; worker: number },
): Promise<void> {
  const { segment, rule, above, to, now, worker } = fill;
  const came = await tx.run(
    `INSERT INTO membership (customer, segment, since)
     SELECT c.id, CAST(? AS BIGINT), CAST(? AS BIGINT) FROM customer c
     WHERE c.id > ? AND c.id <= ? AND c.merged_into IS NULL AND ${rule.sql} ON CONFLICT DO NOTHING`,
    [segment, now, above, to, ...rule.parameters],
  );
  await count(tx, [[segment, came]], worker);
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
