import type { Consent, CustomerEvent } from '../../plugin/index.ts';
import type { Transaction } from '../../store/index.ts';
import { takeIn } from '../happenings.ts';
import type { Parts } from '../parts.ts';
import { Touched, what } from '../touched.ts';

/** Something that somebody has decided about what they receive, and the events that loops are told of it by. */
export interface Decided {
  customer: number;
  consents: readonly Consent[];
  events: readonly CustomerEvent[];
  /** Everything of the customer is new. */
  isNew?: boolean;
}

/** Writes down what somebody has decided, with all that follows from it: segments, waits, goals, entries. */
export async function happen(
  parts: Parts,
  tx: Transaction,
  { customer, consents, events, isNew = false }: Decided,
  now: number,
): Promise<void> {
  const { customers } = parts;
  await customers.recordConsents(
    tx,
    consents.map((consent) => ({ customer, consent })),
    { now, confirmed: true },
  );
  const stored = await customers.insertEvents(
    tx,
    events.map((event) => ({ customer, event })),
    { now, source: 'permission' },
  );
  const touched = new Touched();
  if (isNew) touched.everything([customer]);
  for (const { channel, purpose } of consents) touched.add(customer, what.consent(`${channel}.${purpose}`));
  for (const { type } of events) touched.add(customer, what.event(type));
  const fresh = stored.flatMap((event) => (event ? [{ customer, event }] : []));
  await takeIn(parts, tx, { events: fresh, touched }, now);
}
