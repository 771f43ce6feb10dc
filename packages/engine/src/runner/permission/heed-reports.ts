import type { Customer, CustomerEvent, JsonObject } from '../../plugin/index.ts';
import { parseDuration } from '../../rule/index.ts';
import type { Transaction } from '../../store/index.ts';
import type { Parts } from '../parts.ts';

/** What providers of mail tell by events, under the names that tracking clients know them by. */
const bounced = new Set(['Email Bounced']);
const complained = new Set(['Email Complained', 'Email Marked as Spam']);

/** Whether an event may put an address on the suppression list. */
export const isReport = ({ type }: Pick<CustomerEvent, 'type'>): boolean => bounced.has(type) || complained.has(type);

/**
 * What bounces and complaints mean for the addresses that they are about: a hard bounce and a complaint put one on the
 * suppression list, soft bounces do when there have been enough of them within the policy's window. An event that names no
 * address is about that of its customer. A complaint is also a refusal of all that its customer had agreed to by mail. Gives
 * those whose consents are no longer what they were.
 */
export async function heedReports(
  parts: Parts,
  tx: Transaction,
  happened: readonly { customer: number; event: CustomerEvent }[],
  now: number,
): Promise<number[]> {
  const { permission, customers } = parts;
  const reports = happened.filter(({ event }) => isReport(event));
  if (!permission || reports.length === 0) return [];
  const found = await customers.findCustomers(tx, [...new Set(reports.map(({ customer }) => customer))]);
  const people = new Map(found.map((customer) => [customer.id, customer]));
  for (const { customer, event } of reports)
    for (const address of addressesOf(event, people.get(customer))) {
      const kind = complained.has(event.type) ? 'complaint' : isHard(event) ? 'hard' : 'soft';
      await heedReport(parts, tx, { kind, channel: 'email', address, time: event.time, source: sourceOf(event) }, now);
    }
  return refuseForComplaints(parts, tx, reports, now);
}

/** What one report means for one address, whoever it belongs to. */
export async function heedReport(
  { permission, customers, store }: Parts,
  tx: Transaction,
  report: { kind: 'complaint' | 'hard' | 'soft'; channel: string; address: string; time: number; source: string },
  now: number,
): Promise<void> {
  if (!permission) return;
  const { kind, channel, address, time, source } = report;
  const hash = customers.suppressionHash(permission.secret, channel, address);
  const row = { channel, hash, at: now, source };
  if (kind === 'complaint') return store.addSuppressions(tx, [{ ...row, reason: 'complaint' }]);
  if (kind === 'hard') return store.addSuppressions(tx, [{ ...row, reason: 'bounce' }]);
  const { bounces } = await customers.permissionPolicyIn(tx);
  const since = now - parseDuration(bounces.within);
  if (time < since) return;
  const count = await store.countSoftBounce(tx, { channel, hash, at: time, since });
  if (count >= bounces.soft)
    await store.addSuppressions(tx, [{ ...row, reason: 'bounce', source: `${count} soft bounces` }]);
}

async function refuseForComplaints(
  { customers }: Parts,
  tx: Transaction,
  reports: readonly { customer: number; event: CustomerEvent }[],
  now: number,
): Promise<number[]> {
  const complaining = reports.filter(({ event }) => complained.has(event.type)).map(({ customer }) => customer);
  if (complaining.length === 0) return [];
  const standing = await customers.findConsents(tx, [...new Set(complaining)]);
  const refusals = standing.flatMap(({ customer, consent: { channel, purpose, granted } }) =>
    granted && channel === 'email'
      ? [{ customer, consent: { channel, purpose, granted: false, source: 'complaint' } }]
      : [],
  );
  await customers.recordConsents(tx, refusals, { now });
  return refusals.map(({ customer }) => customer);
}

const textIn = (properties: Readonly<JsonObject>, names: readonly string[]): string | undefined => {
  for (const name of names) {
    const value = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (typeof value === 'string' && value.trim() !== '') return value.trim();
  }
  return undefined;
};

/** Providers say it in several ways: hard or soft, permanent or transient. What does not say is taken for soft. */
const isHard = ({ properties }: CustomerEvent): boolean =>
  /^(hard|permanent)/i.test(textIn(properties, ['type', 'bounceType', 'bounce_type']) ?? '');

function addressesOf({ properties }: CustomerEvent, customer: Customer | undefined): string[] {
  const named = textIn(properties, ['email', 'address', 'recipient']);
  if (named !== undefined) return [named];
  const own = textIn(customer?.traits ?? {}, ['email']);
  const identities = customer?.identities.filter(({ kind }) => kind === 'email').map(({ value }) => value) ?? [];
  return [...new Set([...(own === undefined ? [] : [own]), ...identities])];
}

const sourceOf = ({ type, properties }: CustomerEvent): string =>
  [type, textIn(properties, ['status', 'code'])?.slice(0, 20), textIn(properties, ['source'])?.slice(0, 60)]
    .filter((part) => part !== undefined)
    .join(' · ');
