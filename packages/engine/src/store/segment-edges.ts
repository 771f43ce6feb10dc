import type { Transaction } from './database.ts';

/**
 * Sets timers for the next instants at which an event of these customers comes into a window over the time of events, or
 * has gone out of it.
 */
export async function setEventTimers(
  tx: Transaction,
  window: { type: string; milliseconds: number; what: number; customers: readonly number[]; now: number },
): Promise<void> {
  const { type, milliseconds, what, now } = window;
  const customers = JSON.stringify(window.customers);
  // The first event of each customer from an instant on is one step of the index, however many there are.
  const next = (after: string) => `INSERT INTO segment_timer (due, customer, what)
    SELECT d.at + ${after}, d.customer, CAST(? AS BIGINT) FROM (
      SELECT j.value AS customer, (SELECT e.time FROM event e WHERE e.customer = j.value AND e.type = ? AND e.time >= ?
        ORDER BY e.time LIMIT 1) AS at FROM ${tx.dialect.list('int')} j) d
    WHERE d.at IS NOT NULL AND d.at <= CAST(? AS BIGINT) ON CONFLICT DO NOTHING`;
  await tx.run(next('CAST(? AS BIGINT)'), [milliseconds + 1, what, type, now - milliseconds, customers, now]);
  await tx.run(next('0'), [what, type, now + 1, customers, Number.MAX_SAFE_INTEGER]);
}

/** The properties of these customers' events of a type, as JSON text. */
export async function eventProperties(
  tx: Transaction,
  type: string,
  customers: readonly number[],
): Promise<{ customer: number; properties: string }[]> {
  return tx.all(
    `SELECT e.customer, ${tx.dialect.json('e.properties')} AS properties FROM ${tx.dialect.list('int')} j
     JOIN event e ON e.customer = j.value AND e.type = ? ORDER BY e.customer, e.time`,
    [JSON.stringify(customers), type],
  );
}

/** The changes of these customers' traits: JSON texts of what they were and became. */
export async function traitChanges(
  tx: Transaction,
  customers: readonly number[],
): Promise<{ customer: number; at: number; before: string; after: string }[]> {
  return tx.all(
    `SELECT t.customer, t.at, t.before, t.after FROM ${tx.dialect.list('int')} j
     JOIN trait_change t ON t.customer = j.value ORDER BY t.customer, t.at, t.seq`,
    [JSON.stringify(customers)],
  );
}

/** From when to when these customers belong to groups of a kind. */
export async function spans(
  tx: Transaction,
  kind: string,
  customers: readonly number[],
): Promise<{ customer: number; from: number; to: number | null }[]> {
  return tx.all(
    `SELECT r.customer, r.from_at AS "from", r.to_at AS "to" FROM ${tx.dialect.list('int')} j
     JOIN relationship r ON r.customer = j.value AND r.kind = ? ORDER BY r.customer, r.from_at`,
    [JSON.stringify(customers), kind],
  );
}

/** The traits of the groups of a kind that these customers belong to, have belonged to or will, as JSON text. */
export async function groupTraits(
  tx: Transaction,
  kind: string,
  customers: readonly number[],
): Promise<{ customer: number; traits: string }[]> {
  return tx.all(
    `SELECT r.customer, ${tx.dialect.json('g.traits')} AS traits FROM ${tx.dialect.list('int')} j
     JOIN relationship r ON r.customer = j.value AND r.kind = ? JOIN customer_group g ON g.ref = r.customer_group
     ORDER BY r.customer, g.ref`,
    [JSON.stringify(customers), kind],
  );
}
