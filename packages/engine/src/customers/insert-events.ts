import type { CustomerEvent } from '../plugin/customer.ts';
import type { Transaction } from '../store/database.ts';
import { lockCustomers } from '../store/lock-customers.ts';
import { admitEvents } from './schema/admit-events.ts';

/**
 * Appends events, in order of customer. At the place of each that is new it gives the event as it is stored, without what does not
 * fit the schema: one whose messageId its customer has already at the same instant is not stored again.
 */
export async function insertEvents(
  tx: Transaction,
  events: readonly { customer: number; event: CustomerEvent }[],
  { now, source = 'events' }: { now: number; source?: string },
): Promise<(CustomerEvent | undefined)[]> {
  if (events.length === 0) return [];
  // Whoever begins to wait at this moment has the event behind it or before it, and never between.
  await lockCustomers(tx, [...new Set(events.map(({ customer }) => customer))]);
  const { dialect } = tx;
  const key = (customer: number, messageId: string) => `${customer} ${messageId}`;
  const asked = events
    .flatMap(({ customer, event: { type, time, messageId } }): [number, string, number, string][] =>
      messageId ? [[customer, type, time, messageId]] : [],
    )
    .sort(([a, x], [b, y]) => a - b || (x < y ? -1 : 1));
  const known = new Set<string>();
  if (asked.length > 0) {
    const rows = await tx.all<{ customer: number; message_id: string }>(
      `SELECT event.customer, event.message_id FROM ${dialect.rows(['int', 'text', 'int', 'text'])} AS wanted
       ${dialect.lookupJoin} event WHERE event.customer = wanted.c0 AND event.type = wanted.c1 AND event.time = wanted.c2
         AND event.message_id = wanted.c3`,
      [JSON.stringify(asked)],
    );
    for (const row of rows) known.add(key(row.customer, row.message_id));
  }

  const admitted = await admitEvents(tx, events, { now, source });
  const fresh = admitted.events.map((owned) => {
    const messageId = owned?.event.messageId;
    if (!owned || !messageId) return owned;
    const id = key(owned.customer, messageId);
    if (known.has(id)) return undefined;
    known.add(id);
    return owned;
  });
  await admitted.keepAside((place) => fresh[place] !== undefined);
  const rows = fresh
    .filter((owned) => owned !== undefined)
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
  return fresh.map((owned) => owned?.event);
}
