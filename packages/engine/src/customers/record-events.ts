import type { CustomerEvent, Identity } from '../plugin/customer.ts';
import type { Transaction } from '../store/database.ts';
import { insertEvents } from './insert-events.ts';
import type { Resolved } from './resolve-customer.ts';
import { resolveCustomers } from './resolve-customer.ts';

export interface RecordedEvent extends Resolved {
  /** False for a messageId that is known already, and for an event that is nobody's. */
  isNew: boolean;
}

/** Takes in events of parties known by their identities; who is unknown is created. An event that is nobody's is not stored. */
export async function recordEvents(
  tx: Transaction,
  events: readonly { identities: readonly Identity[]; event: CustomerEvent }[],
  { now }: { now: number },
): Promise<RecordedEvent[]> {
  const parties = await resolveCustomers(
    tx,
    events.map(({ identities }) => identities),
    { now },
  );
  const recorded = parties.map((party) => ({ ...party, isNew: false }));
  const owned = recorded.flatMap((party, i) => {
    const given = events[i];
    return party.customer === undefined || !given ? [] : [{ customer: party.customer, event: given.event, party }];
  });
  const isNew = await insertEvents(tx, owned, { now });
  for (const [i, { party }] of owned.entries()) party.isNew = isNew[i] ?? false;
  return recorded;
}
