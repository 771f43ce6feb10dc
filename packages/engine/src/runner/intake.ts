import type { CustomerEvent, Identity } from '../plugin/index.ts';
import type { Transaction } from '../store/index.ts';
import { takeIn } from './happenings.ts';
import type { Parts } from './parts.ts';
import { Touched, what } from './touched.ts';

/** An event as the outside tells of it: about whoever is known by these keys. */
export interface IncomingEvent {
  identities: readonly Identity[];
  event: CustomerEvent;
}

/**
 * Stores events and lets follow what follows from them: one transaction, so that nothing is half-taken. `touched`: what
 * has been changed in it before.
 */
export async function record(
  parts: Parts,
  tx: Transaction,
  incoming: readonly IncomingEvent[],
  now: number,
  touched = new Touched(),
): Promise<{ customer: number | undefined; isNew: boolean }[]> {
  const recorded = await parts.customers.recordEvents(tx, incoming, { now });
  const fresh = recorded.flatMap(({ customer, event }) =>
    event && customer !== undefined ? [{ customer, event }] : [],
  );
  // Who is new by an event that is not is in segments too.
  for (const [i, { customer }] of recorded.entries())
    if (customer !== undefined) touched.add(customer, what.event((incoming[i] as IncomingEvent).event.type));
  await takeIn(parts, tx, { events: fresh, touched }, now);
  return recorded;
}
