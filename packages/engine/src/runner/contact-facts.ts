import type { ContactPolicy } from '../plugin/contact-policy.ts';
import { contactPolicySchema, defaultContactPolicy } from '../plugin/contact-policy.ts';
import type { JsonObject } from '../plugin/index.ts';
import { zoneOf } from '../plugin/calendar.ts';
import { parseDuration } from '../rule/index.ts';
import type { KnownContact, Transaction } from '../store/index.ts';
import type { Candidate, ContactFacts, PastContact } from './contact-policy.ts';
import type { Parts } from './parts.ts';

/** Longer than a week, in the zone of anybody. */
const longestWindow = 9 * 86_400_000;

/** The policy of this installation as it stands in the transaction. */
export async function readContactPolicy({ store }: Parts, tx: Transaction): Promise<ContactPolicy> {
  const text = await store.readPolicy(tx);
  if (text === undefined) return defaultContactPolicy;
  const parsed = contactPolicySchema.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  // Sending against a policy that cannot be read would be worse than not sending.
  throw new Error('expected a contact policy as PUT /api/policy takes it: set it anew');
}

/**
 * What the policy asks about the customers of a claim: a statement for each kind of fact, whatever the number of customers,
 * and none for what no rule asks. `others`: what else is due to them, which competes for the same room.
 */
export async function gatherFacts(
  parts: Parts,
  tx: Transaction,
  { policy, candidates, now }: { policy: ContactPolicy; candidates: readonly Candidate[]; now: number },
): Promise<{ facts: ContactFacts; others: readonly KnownContact[] }> {
  const { store, limits } = parts;
  const contacts = candidates.filter(({ contact, quiet }) => contact && !quiet);
  const marketing = contacts.filter(({ contact }) => policy.marketingPurposes.includes(contact?.purpose ?? ''));
  const limited = policy.caps.length > 0 ? customersOf(marketing) : [];
  const known =
    limited.length > 0 ? await store.knownContacts(tx, { customers: limited, since: now - longestWindow, now }) : [];

  const consents = new Map<string, boolean>();
  // What competes is looked at as closely as what is claimed: the same customers, so the same consents.
  const asked = customersOf(contacts.filter(({ contact }) => contact?.consent !== 'notNeeded'));
  const all = policy.caps.length > 0 ? customersOf(contacts) : asked;
  if (all.length > 0)
    for (const { customer, channel, purpose, granted } of await store.standingConsents(tx, all))
      consents.set(keyOf(customer, channel, purpose), granted === 1);

  const complaining = new Set<number>();
  if (policy.complaints && marketing.length > 0) {
    const { opened, closed, atMost } = policy.complaints;
    const last = await store.lastEvents(tx, {
      customers: customersOf(marketing),
      types: [...new Set([...opened, ...closed])],
      since: now - parseDuration(atMost),
      until: now,
    });
    const open = latest(last.filter(({ type }) => opened.includes(type)));
    const shut = latest(last.filter(({ type }) => closed.includes(type)));
    for (const [customer, time] of open)
      if (time > (shut.get(customer) ?? Number.NEGATIVE_INFINITY)) complaining.add(customer);
  }

  const suppressed = await suppressionsOf(parts, tx, [
    ...contacts.map(({ contact, address }) => ({ channel: contact?.channel ?? '', address })),
    ...known.filter(({ status }) => status === 'queued'),
  ]);

  const zones = new Map<number, string>();
  if (policy.quietHours.length + policy.caps.length > 0 && marketing.length > 0)
    for (const { customer, traits } of await store.traitsOf(tx, customersOf(marketing)))
      zones.set(customer, zoneOf({ traits: JSON.parse(traits) as JsonObject }, limits.zone));

  const past = new Map<number, PastContact[]>();
  for (const { customer, status, channel, purpose, settledAt } of known) {
    if (status === 'queued') continue;
    const contact = { channel, purpose, at: status === 'sending' ? undefined : (settledAt ?? undefined) };
    const contacted = past.get(customer);
    if (contacted) contacted.push(contact);
    else past.set(customer, [contact]);
  }
  return {
    facts: {
      consent: (customer, channel, purpose) => consents.get(keyOf(customer, channel, purpose)),
      suppression: suppressed,
      hasComplaint: (customer) => complaining.has(customer),
      past: (customer) => past.get(customer) ?? [],
      zone: (customer) => zones.get(customer) ?? limits.zone,
    },
    others: known.filter(({ status }) => status === 'queued'),
  };
}

/** Which of these addresses are on the list, asked by their hashes in one statement. */
async function suppressionsOf(
  { store, customers, permission }: Parts,
  tx: Transaction,
  addresses: readonly { channel: string; address: string }[],
): Promise<ContactFacts['suppression']> {
  // A hash takes some microseconds, of each message.
  if (!permission || addresses.length === 0 || !(await store.hasSuppressions(tx))) return () => undefined;
  const hashes = new Map<string, { channel: string; hash: string }>();
  for (const { channel, address } of addresses) {
    const key = JSON.stringify([channel, address]);
    if (address !== '' && !hashes.has(key))
      hashes.set(key, { channel, hash: customers.suppressionHash(permission.secret, channel, address) });
  }
  const found = await store.findSuppressions(tx, [...hashes.values()]);
  const reasons = new Map(found.map(({ channel, hash, reason }) => [`${channel} ${hash}`, reason]));
  return (channel, address) => {
    const of = hashes.get(JSON.stringify([channel, address]));
    return of && reasons.get(`${of.channel} ${of.hash}`);
  };
}

const customersOf = (candidates: readonly Candidate[]): number[] =>
  [...new Set(candidates.map(({ customer }) => customer))].sort((a, b) => a - b);

const keyOf = (customer: number, channel: string, purpose: string) => JSON.stringify([customer, channel, purpose]);

function latest(events: readonly { customer: number; time: number }[]): Map<number, number> {
  const last = new Map<number, number>();
  for (const { customer, time } of events) last.set(customer, Math.max(time, last.get(customer) ?? time));
  return last;
}
