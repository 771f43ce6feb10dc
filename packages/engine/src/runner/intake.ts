import type { CustomerEvent, Identity } from '../plugin/index.ts';
import type { Transaction } from '../store/index.ts';
import { enterOnEvents } from './enter.ts';
import type { Parts } from './parts.ts';
import { wake } from './wake.ts';

/** An event as the outside tells of it: about whoever is known by these keys. */
export interface IncomingEvent {
  identities: readonly Identity[];
  event: CustomerEvent;
}

/** Stores events, wakes who waits for them and lets those in whom they let in: one transaction, so that nothing is half-taken. */
export async function record(
  parts: Parts,
  tx: Transaction,
  incoming: readonly IncomingEvent[],
  now: number,
): Promise<{ customer: number | undefined; isNew: boolean }[]> {
  const recorded = await parts.customers.recordEvents(tx, incoming, { now });
  const fresh = recorded.flatMap(({ customer, isNew }, i) =>
    isNew && customer !== undefined ? [{ customer, event: (incoming[i] as IncomingEvent).event }] : [],
  );
  await takeInEvents(parts, tx, fresh, now);
  return recorded;
}

/** What new events of customers set off: the end of waits, and entries into loops. */
export async function takeInEvents(
  parts: Parts,
  tx: Transaction,
  events: readonly { customer: number; event: CustomerEvent }[],
  now: number,
): Promise<void> {
  if (events.length === 0) return;
  await wake(parts, tx, events, now);
  await enterOnEvents(parts, tx, events, now);
}
