import type { Transaction } from './database.ts';

/** Customers whose memberships are to be asked again at an instant. */
export async function setSegmentTimers(
  tx: Transaction,
  timers: readonly (readonly [due: number, customer: number])[],
): Promise<void> {
  if (timers.length === 0) return;
  await tx.run(
    `INSERT INTO segment_timer (due, customer)
     SELECT c0, c1 FROM ${tx.dialect.rows(['int', 'int'])} r WHERE true ON CONFLICT DO NOTHING`,
    [JSON.stringify(timers)],
  );
}

/** Asks these customers' memberships again as soon as the engine comes to it; nothing if no loop watches a segment. */
export async function askMembershipsAgain(
  tx: Transaction,
  customers: readonly (number | undefined)[],
  now: number,
): Promise<void> {
  const watched = await tx.first('SELECT ref FROM segment WHERE watched_at IS NOT NULL LIMIT 1');
  if (!watched) return;
  await setSegmentTimers(
    tx,
    [...new Set(customers.filter((customer) => customer !== undefined))]
      .sort((a, b) => a - b)
      .map((customer) => [now, customer]),
  );
}

/**
 * Sets timers for the next instants at which an event of these customers comes into a window over the time of events, or
 * has gone out of it.
 */
export async function setEventTimers(
  tx: Transaction,
  window: { type: string; milliseconds: number; customers: readonly number[]; now: number },
): Promise<void> {
  const { type, milliseconds, now } = window;
  const customers = JSON.stringify(window.customers);
  const next = (when: string, after: string) => `INSERT INTO segment_timer (due, customer)
    SELECT min(e.time) + ${after}, e.customer FROM ${tx.dialect.list('int')} j
    JOIN event e ON e.customer = j.value AND e.type = ?
    WHERE ${when} GROUP BY e.customer ON CONFLICT DO NOTHING`;
  await tx.run(next('e.time >= ? AND e.time <= ?', 'CAST(? AS BIGINT)'), [
    milliseconds + 1,
    customers,
    type,
    now - milliseconds,
    now,
  ]);
  await tx.run(next('e.time > ?', '0'), [customers, type, now]);
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

/** Takes the timers that are due, the earliest first, and gives their customers, each once. */
export async function takeSegmentTimers(tx: Transaction, now: number, limit: number): Promise<number[]> {
  const rows = await tx.all<{ due: number; customer: number }>(
    `SELECT t.due, t.customer FROM segment_timer t WHERE t.due <= ? ORDER BY t.due, t.customer LIMIT ?
     ${tx.dialect.claim('t')}`,
    [now, limit],
  );
  if (rows.length > 0)
    await tx.run(
      `DELETE FROM segment_timer WHERE (due, customer) IN (SELECT c0, c1 FROM ${tx.dialect.rows(['int', 'int'])} r)`,
      [JSON.stringify(rows.map(({ due, customer }) => [due, customer]))],
    );
  return [...new Set(rows.map(({ customer }) => customer))].sort((a, b) => a - b);
}

/** Forgets all timers: no loop watches a segment any more. */
export async function clearSegmentTimers(tx: Transaction): Promise<void> {
  await tx.run('DELETE FROM segment_timer');
}

/** The earliest instant at which a membership is to be asked again. */
export async function nextSegmentTimer(tx: Transaction): Promise<number | undefined> {
  const first = await tx.first<{ due: number | null }>('SELECT min(due) AS due FROM segment_timer');
  return first?.due ?? undefined;
}
