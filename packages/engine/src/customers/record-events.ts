import type { CustomerEvent, Identity } from '../plugin/customer.ts';
import type { Transaction } from '../store/database.ts';
import { insertEvents } from './insert-events.ts';
import type { Resolved } from './resolve-customer.ts';
import { resolveCustomers } from './resolve-customer.ts';

export interface RecordedEvent extends Resolved {
  /** False for a messageId that is known already, and for an event that is nobody's. */
  isNew: boolean;
  /** As it is stored, where it is new: without what does not fit the schema. */
  event?: CustomerEvent;
}

/** Takes in events of parties known by their identities; who is unknown is created. An event that is nobody's is not stored. */
export async function recordEvents(
  tx: Transaction,
  events: readonly { identities: readonly Identity[]; event: CustomerEvent }[],
  { now, source }: { now: number; source?: string },
): Promise<RecordedEvent[]> {
  const parties = await resolveCustomers(
    tx,
    events.map(({ identities }) => identities),
    { now },
  );
  const recorded = parties.map((party): RecordedEvent => ({ ...party, isNew: false }));
  const owned = recorded.flatMap((party, i) => {
    const given = events[i];
    return party.customer === undefined || !given ? [] : [{ customer: party.customer, event: given.event, party }];
  });
  const stored = await insertEvents(tx, owned, { now, ...(source === undefined ? {} : { source }) });
  for (const [i, { party }] of owned.entries()) {
    const event = stored[i];
    if (event) Object.assign(party, { isNew: true, event });
  }
  return recorded;
}
