import { createHash } from 'node:crypto';
import type { LinkClaim, MailReport } from '../../customers/index.ts';
import type { CustomerEvent } from '../../plugin/index.ts';
import type { Transaction } from '../../store/index.ts';
import { takeIn } from '../happenings.ts';
import type { Parts } from '../parts.ts';
import { heedReport } from './heed-reports.ts';
import { unsubscribe } from './preferences.ts';
import { placeOf, whoIs } from './who-is.ts';

/** What became of one report. `unknown`: it is about nobody and no address that could be told. */
export interface TakenReport {
  kind: MailReport['kind'];
  outcome: 'recorded' | 'known' | 'unknown';
  type?: string;
  customer?: number;
}

/**
 * Takes in what a mail says of another. Whom it is about is told by the token of the mail that came back, which nobody can
 * make up; else by the address. A customer's report is an event like those that providers send; an address of nobody is put
 * on the list all the same.
 */
export async function takeReport(
  parts: Parts,
  tx: Transaction,
  report: MailReport,
  { id, now }: { id: string; now: number },
): Promise<TakenReport> {
  const { permission, customers } = parts;
  const claim = report.token === undefined ? undefined : customers.readLink(permission?.secret ?? '', report.token);
  if (report.kind === 'unsubscribe') {
    if (!claim) return { kind: report.kind, outcome: 'unknown' };
    await unsubscribe(parts, tx, claim, { by: 'mail' }, now);
    return { kind: report.kind, outcome: 'recorded', customer: claim.customer };
  }
  const address = report.address ?? (claim && (await lastAddress(parts, tx, claim)));
  const customer = await customerOf(parts, tx, claim, address);
  const told = { kind: report.kind, type: report.type };
  if (customer === undefined) {
    if (address === undefined) return { ...told, outcome: 'unknown' };
    const kind = report.kind === 'complaint' ? 'complaint' : report.type;
    await heedReport(parts, tx, { kind, channel: 'email', address, time: now, source: 'report' }, now);
    return { ...told, outcome: 'recorded' };
  }
  const event: CustomerEvent = {
    type: report.kind === 'complaint' ? 'Email Complained' : 'Email Bounced',
    category: report.kind === 'complaint' ? 'service' : 'contact',
    time: now,
    // The same mail handed in twice is one report; it may be about several addresses.
    messageId: `report.${createHash('sha256')
      .update(`${id} ${address ?? ''}`)
      .digest('base64url')}`,
    properties: {
      type: report.type,
      source: 'report',
      ...(address === undefined ? {} : { email: address }),
      ...('status' in report && report.status !== '' ? { status: report.status } : {}),
      ...(claim ? placeOf(parts, claim) : {}),
    },
  };
  const [stored] = await customers.insertEvents(tx, [{ customer, event }], { now, source: 'permission' });
  if (!stored) return { ...told, outcome: 'known', customer };
  await takeIn(parts, tx, { events: [{ customer, event: stored }], touched: [customer] }, now);
  return { ...told, outcome: 'recorded', customer };
}

async function customerOf(
  parts: Parts,
  tx: Transaction,
  claim: LinkClaim | undefined,
  address: string | undefined,
): Promise<number | undefined> {
  if (claim) return whoIs(parts, tx, claim.customer);
  if (address === undefined) return undefined;
  const found = await parts.customers.findByIdentity(tx, 'email', [address.toLowerCase()]);
  return found.get(address.toLowerCase());
}

/** Where the mail went that a link was in, when a report does not say. */
const lastAddress = ({ store }: Parts, tx: Transaction, claim: LinkClaim): Promise<string | undefined> =>
  store.lastAddress(tx, claim);
