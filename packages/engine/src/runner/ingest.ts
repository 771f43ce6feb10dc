import type { Identity, Merge, SourceRecord } from '../plugin/index.ts';
import type { Transaction } from '../store/index.ts';
import { takeIn } from './happenings.ts';
import { merge } from './merge.ts';
import type { Parts } from './parts.ts';
import { Touched } from './touched.ts';

/**
 * What another system tells of a party. `sameAs`: whoever is known by one of these is the same party, and is merged in.
 * `once`: no event by which it would be known comes of it, or one whose time is that of its arrival: it is known by its message id.
 */
export type IngestRecord = SourceRecord & {
  readonly sameAs?: readonly Identity[];
  readonly messageId?: string;
  readonly once?: boolean;
};

/**
 * Takes records into the customer base and lets follow what follows from them, all in the given transaction. Identities are
 * looked up once for all of it, events are stored in the order of their customers.
 */
export async function ingest(
  parts: Parts,
  tx: Transaction,
  given: readonly IngestRecord[],
  { now, source }: { now: number; source: string },
): Promise<void> {
  const records = await unseen(parts, tx, given, now);
  if (records.length === 0) return;
  const parties = records.map(({ events: _events, ...party }) => party);
  const { customers, related, same } = await parts.customers.importRecords(tx, parties, {
    now,
    source,
    mayMerge: true,
  });
  const touched = new Touched().related(related, records);
  for (const [i, record] of records.entries()) touched.record(customers[i], record);

  const merges = await parts.customers.withoutApart(tx, same);
  for (const [i, { sameAs = [] }] of records.entries())
    merges.push(...(await told(parts, tx, customers[i], sameAs, now)));
  const gone = new Map<number, number>();
  for (const { customer, into } of await merge(parts, tx, merges, { now, actor: source })) {
    gone.set(customer, into);
    touched.everything([customer, into]);
  }
  const survivor = (customer: number): number => {
    let last = customer;
    for (let next = gone.get(last); next !== undefined; next = gone.get(last)) last = next;
    return last;
  };

  const events = records.flatMap(({ events = [] }, i) => {
    const customer = customers[i];
    return customer === undefined ? [] : events.map((event) => ({ customer: survivor(customer), event }));
  });
  // Loops hear of an event as it is stored, without what does not fit the schema.
  const stored = await parts.customers.insertEvents(tx, events, { now, source });
  const fresh = events.flatMap(({ customer }, i) => {
    const event = stored[i];
    return event ? [{ customer, event }] : [];
  });
  await takeIn(parts, tx, { events: fresh, touched }, now);
}

/** Without those that have been taken in before. What brings an event of its own time is known by that. */
async function unseen(
  { store }: Parts,
  tx: Transaction,
  records: readonly IngestRecord[],
  now: number,
): Promise<readonly IngestRecord[]> {
  const named = records.flatMap(({ messageId, once }) => (messageId && once ? [messageId] : []));
  if (named.length === 0) return records;
  const fresh = await store.addSeen(tx, named, now);
  // One that comes twice in this batch is fresh the first time alone.
  return records.filter(({ messageId, once }) => !messageId || !once || fresh.delete(messageId));
}

/** Whoever is known by these keys is the same party as a customer. */
async function told(
  { customers }: Parts,
  tx: Transaction,
  into: number | undefined,
  sameAs: readonly Identity[],
  now: number,
): Promise<Merge[]> {
  if (into === undefined || sameAs.length === 0) return [];
  const same = await customers.resolveCustomers(
    tx,
    sameAs.map((identity) => [identity]),
    { now },
  );
  return same.flatMap(({ customer }) =>
    customer === undefined || customer === into ? [] : [{ customer, into, why: 'told to be the same' }],
  );
}
