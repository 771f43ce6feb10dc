import type { CustomerEvent, Identity } from '../plugin/index.ts';
import type { Transaction } from '../store/index.ts';
import { takeIn } from './happenings.ts';
import type { Parts } from './parts.ts';

/** An event as the outside tells of it: about whoever is known by these keys. */
export interface IncomingEvent {
  identities: readonly Identity[];
  event: CustomerEvent;
}

/**
 * Stores events and lets follow what follows from them: one transaction, so that nothing is half-taken. `touched`: who has
 * been changed in it before.
 */
export async function record(
  parts: Parts,
  tx: Transaction,
  incoming: readonly IncomingEvent[],
  now: number,
  touched: readonly number[] = [],
): Promise<{ customer: number | undefined; isNew: boolean }[]> {
  const recorded = await parts.customers.recordEvents(tx, incoming, { now });
  const fresh = recorded.flatMap(({ customer, event }) =>
    event && customer !== undefined ? [{ customer, event }] : [],
  );
  // Who is new by an event that is not is in segments too.
  const known = recorded.flatMap(({ customer }) => customer ?? []);
  await takeIn(parts, tx, { events: fresh, touched: [...touched, ...known] }, now);
  return recorded;
}
