import type { Transaction } from './database.ts';

/** When memberships of a customer are to be asked again, and which: those that `what` concerns; `everything` asks for all. */
export type SegmentTimer = readonly [due: number, customer: number, what: number];

export const everything = 0;

export async function setSegmentTimers(tx: Transaction, timers: readonly SegmentTimer[]): Promise<void> {
  if (timers.length === 0) return;
  await tx.run(
    `INSERT INTO segment_timer (due, customer, what)
     SELECT c0, c1, c2 FROM ${tx.dialect.rows(['int', 'int', 'int'])} r WHERE true ON CONFLICT DO NOTHING`,
    [JSON.stringify(timers)],
  );
}

/** For who changes customers in bulk, apart from the engine: it asks all their memberships again as soon as it comes to it. */
export async function askMembershipsAgain(
  tx: Transaction,
  customers: readonly (number | undefined)[],
  now: number,
): Promise<void> {
  if (customers.length === 0 || !(await tx.first('SELECT ref FROM segment WHERE gone = 0 LIMIT 1'))) return;
  await tx.run(
    `INSERT INTO segment_timer (due, customer, what)
     SELECT CAST(? AS BIGINT), value, ${everything} FROM ${tx.dialect.list('int')} j WHERE true ON CONFLICT DO NOTHING`,
    [now, JSON.stringify([...new Set(customers.filter((customer) => customer !== undefined))].sort((a, b) => a - b))],
  );
}

/** Takes the timers that are due, the earliest first. */
export async function takeSegmentTimers(
  tx: Transaction,
  now: number,
  limit: number,
): Promise<{ customer: number; what: number }[]> {
  const rows = await tx.all<{ due: number; customer: number; what: number }>(
    `SELECT t.due, t.customer, t.what FROM segment_timer t WHERE t.due <= ? ORDER BY t.due, t.customer, t.what LIMIT ?
     ${tx.dialect.claim('t')}`,
    [now, limit],
  );
  if (rows.length > 0)
    await tx.run(
      `DELETE FROM segment_timer WHERE (due, customer, what) IN
         (SELECT c0, c1, c2 FROM ${tx.dialect.rows(['int', 'int', 'int'])} r)`,
      [JSON.stringify(rows.map(({ due, customer, what }) => [due, customer, what]))],
    );
  return rows;
}

/** Forgets all timers: there are no segments any more. */
export async function clearSegmentTimers(tx: Transaction): Promise<void> {
  await tx.run('DELETE FROM segment_timer');
}

/** The earliest instant at which a membership is to be asked again. */
export async function nextSegmentTimer(tx: Transaction): Promise<number | undefined> {
  const first = await tx.first<{ due: number | null }>('SELECT min(due) AS due FROM segment_timer');
  return first?.due ?? undefined;
}
