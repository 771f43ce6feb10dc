import type { CustomerEvent } from '../plugin/customer.ts';
import type { Transaction } from '../store/database.ts';

/** Appends events, in order of customer. True for those that are new: an event whose messageId is known is not stored again. */
export async function insertEvents(
  tx: Transaction,
  events: readonly { customer: number; event: CustomerEvent }[],
  { now }: { now: number },
): Promise<boolean[]> {
  if (events.length === 0) return [];
  const messageIds = events.flatMap(({ event }) => event.messageId ?? []).sort();
  const known = new Set<string>();
  if (messageIds.length > 0) {
    const rows = await tx.all<{ message_id: string }>(
      `SELECT event.message_id FROM json_each(?) AS wanted
       CROSS JOIN event ON event.message_id = wanted.value AND event.message_id IS NOT NULL`,
      [JSON.stringify(messageIds)],
    );
    for (const row of rows) known.add(row.message_id);
  }

  const isNew = events.map(({ event: { messageId } }) => {
    if (messageId === undefined) return true;
    if (known.has(messageId)) return false;
    known.add(messageId);
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
      event.messageId ?? null,
      JSON.stringify(event.properties),
    ]);
  await tx.runMany(
    `INSERT INTO event (customer, type, category, time, received_at, message_id, properties)
     VALUES (?, ?, ?, ?, ?, ?, jsonb(?))`,
    rows,
  );
  return isNew;
}
