import type { CustomerEvent } from '../plugin/customer.ts';
import type { Transaction } from '../store/database.ts';
import { lockCustomers } from '../store/lock-customers.ts';

/** Appends events, in order of customer. True for those that are new: an event whose messageId its customer has already is not stored again. */
export async function insertEvents(
  tx: Transaction,
  events: readonly { customer: number; event: CustomerEvent }[],
  { now }: { now: number },
): Promise<boolean[]> {
  if (events.length === 0) return [];
  // Whoever begins to wait at this moment has the event behind it or before it, and never between.
  await lockCustomers(tx, [...new Set(events.map(({ customer }) => customer))]);
  const { dialect } = tx;
  const key = (customer: number, messageId: string) => `${customer} ${messageId}`;
  const asked = events
    .flatMap(({ customer, event }): [number, string][] => (event.messageId ? [[customer, event.messageId]] : []))
    .sort(([a, x], [b, y]) => a - b || (x < y ? -1 : 1));
  const known = new Set<string>();
  if (asked.length > 0) {
    const rows = await tx.all<{ customer: number; message_id: string }>(
      `SELECT event.customer, event.message_id FROM ${dialect.rows(['int', 'text'])} AS wanted
       ${dialect.lookupJoin} event WHERE event.customer = wanted.c0 AND event.message_id = wanted.c1
         AND event.message_id IS NOT NULL`,
      [JSON.stringify(asked)],
    );
    for (const row of rows) known.add(key(row.customer, row.message_id));
  }

  const isNew = events.map(({ customer, event: { messageId } }) => {
    if (!messageId) return true;
    const id = key(customer, messageId);
    if (known.has(id)) return false;
    known.add(id);
    return true;
  });
  const rows = events
    .filter((_, i) => isNew[i])
    .sort((a, b) => a.customer - b.customer || a.event.time - b.event.time)
    .map(({ customer, event }) => [
      customer,
      event.type,
      event.category,
      event.time,
      now,
      event.messageId || null,
      JSON.stringify(event.properties),
    ]);
  await tx.runMany(
    `INSERT INTO event (customer, type, category, time, received_at, message_id, properties)
     VALUES (?, ?, ?, ?, ?, ?, ${dialect.toJson('?')})`,
    rows,
  );
  return isNew;
}
