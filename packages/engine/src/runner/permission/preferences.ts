import type { LinkClaim } from '../../customers/index.ts';
import type { Consent, CustomerEvent } from '../../plugin/index.ts';
import type { LegalBasis, PermissionPolicy } from '../../plugin/permission-policy.ts';
import { purposeOf } from '../../plugin/permission-policy.ts';
import type { Transaction } from '../../store/index.ts';
import type { Parts } from '../parts.ts';
import { happen } from './happen.ts';
import { languagesIn, placeOf, whoIs } from './who-is.ts';

/** What a customer can decide about one purpose by one channel, and how it stands. */
export interface Preference {
  channel: string;
  purpose: string;
  /** Null for a purpose that is not declared. */
  basis: LegalBasis | null;
  /** Whether messages go out as it stands now. */
  on: boolean;
  /** Waits for a click in a mail. */
  pending: boolean;
  /** The wording that whoever switches it on agrees to. */
  text: { version: string; content: string } | null;
}

export interface Preferences {
  /** What the mail was for that the link was in. */
  asked: { channel: string; purpose: string; refusable: boolean };
  /** What the customer's own traits say of their language, most wanted first. */
  languages: string[];
  /** Undefined for somebody who has been erased: there is nothing to decide any more. */
  rows: Preference[] | undefined;
}

/** Where a decision comes from: `one-click` a mail program, the others a page. */
export type DecidedBy = 'one-click' | 'unsubscribe' | 'preferences' | 'mail' | 'complaint';

/** `from`: the network that it came from, as far as it is kept. */
export interface Decision {
  by: DecidedBy;
  from?: string | undefined;
}

export async function showPreferences(
  parts: Parts,
  tx: Transaction,
  claim: LinkClaim,
  now: number,
): Promise<Preferences> {
  const policy = await parts.customers.permissionPolicyIn(tx);
  const { channel, purpose } = claim;
  const asked = { channel, purpose, refusable: purposeOf(policy, purpose)?.basis !== 'contract' };
  const customer = await whoIs(parts, tx, claim.customer);
  if (customer === undefined) return { asked, languages: [], rows: undefined };
  const [found] = await parts.customers.findCustomers(tx, [customer]);
  return {
    asked,
    languages: languagesIn(found?.traits ?? {}),
    rows: await rowsOf(parts, tx, policy, { ...claim, customer }, now),
  };
}

/** What is declared, in its order; then what is not and has been decided, or was in the mail. */
async function rowsOf(
  { customers, store }: Parts,
  tx: Transaction,
  policy: PermissionPolicy,
  { customer, channel, purpose }: LinkClaim,
  now: number,
): Promise<Preference[]> {
  const standing = new Map<string, boolean>();
  for (const { consent } of await customers.findConsents(tx, [customer])) standing.set(keyOf(consent), consent.granted);
  const pending = new Set((await store.pendingOptIns(tx, [customer], now)).map(keyOf));
  const named = new Map<string, { channel: string; purpose: string; basis: LegalBasis | null }>();
  for (const declared of policy.purposes)
    for (const by of declared.channels) {
      const pair = { channel: by, purpose: declared.id, basis: declared.basis };
      named.set(keyOf(pair), pair);
    }
  const undeclared = [{ channel, purpose }, ...[...standing.keys()].map(pairOf)];
  for (const pair of undeclared)
    if (!named.has(keyOf(pair)))
      named.set(keyOf(pair), { ...pair, basis: purposeOf(policy, pair.purpose)?.basis ?? null });
  const texts = new Map(
    (await store.currentTexts(tx, [...new Set([...named.values()].map((pair) => pair.purpose))])).map((text) => [
      text.purpose,
      { version: text.version, content: text.content },
    ]),
  );
  return [...named].map(([key, pair]) => ({
    ...pair,
    on: isOn(pair.basis, standing.get(key), key === keyOf({ channel, purpose })),
    pending: pending.has(key) && standing.get(key) !== true,
    text: texts.get(pair.purpose) ?? null,
  }));
}

/** What is not declared and was in the mail is on, for it has come. */
function isOn(basis: LegalBasis | null, granted: boolean | undefined, wasInTheMail: boolean): boolean {
  if (basis === 'contract') return true;
  if (basis === 'legitimateInterest' || (basis === null && wasInTheMail)) return granted !== false;
  return granted === true;
}

/** Refuses what the mail was for. Done twice it is done once; of somebody who has been erased nothing is left to do. */
export async function unsubscribe(
  parts: Parts,
  tx: Transaction,
  claim: LinkClaim,
  decision: Decision,
  now: number,
): Promise<'done' | 'needed'> {
  const policy = await parts.customers.permissionPolicyIn(tx);
  if (purposeOf(policy, claim.purpose)?.basis === 'contract') return 'needed';
  const customer = await whoIs(parts, tx, claim.customer);
  if (customer === undefined) return 'done';
  const { channel, purpose } = claim;
  const standing = await parts.customers.findConsents(tx, [customer]);
  const before = standing.find(({ consent }) => keyOf(consent) === keyOf(claim))?.consent;
  if (before?.granted !== false)
    await decide(parts, tx, { ...claim, customer }, [{ channel, purpose, granted: false }], decision, now);
  return 'done';
}

/**
 * Takes what somebody has chosen on the page: only of what the page showed, so that what has been declared since is not
 * refused by a page that did not know it. Gives what stands then.
 */
export async function choosePreferences(
  parts: Parts,
  tx: Transaction,
  claim: LinkClaim,
  chosen: readonly { channel: string; purpose: string; on: boolean }[],
  decision: Decision,
  now: number,
): Promise<Preferences> {
  const customer = await whoIs(parts, tx, claim.customer);
  if (customer !== undefined) {
    const policy = await parts.customers.permissionPolicyIn(tx);
    const rows = new Map(
      (await rowsOf(parts, tx, policy, { ...claim, customer }, now)).map((row) => [keyOf(row), row]),
    );
    const changes = chosen.flatMap(({ channel, purpose, on }) => {
      const row = rows.get(keyOf({ channel, purpose }));
      if (!row || row.basis === 'contract' || (row.on === on && !(row.pending && !on))) return [];
      return [{ channel, purpose, granted: on, ...(on && row.text ? { textVersion: row.text.version } : {}) }];
    });
    await decide(parts, tx, { ...claim, customer }, changes, decision, now);
  }
  return showPreferences(parts, tx, claim, now);
}

/** The link came by mail to the customer's own address: who uses it has shown that it is theirs, as a confirmation would. */
async function decide(
  parts: Parts,
  tx: Transaction,
  claim: LinkClaim,
  changes: readonly Pick<Consent, 'channel' | 'purpose' | 'granted' | 'textVersion'>[],
  { by, from }: Decision,
  now: number,
): Promise<void> {
  if (changes.length === 0) return;
  const place = placeOf(parts, claim);
  const link = place.loop === undefined ? 'a link in a mail' : `the link in a mail of ${place.loop}/${place.node}`;
  const proof = `${link}${from === undefined ? '' : `, from ${from}`}`;
  const events = changes.map(
    ({ channel, purpose, granted }): CustomerEvent => ({
      type: 'Preferences Changed',
      category: 'contact',
      time: now,
      properties: { channel, purpose, granted, by, ...place },
    }),
  );
  const consents = changes.map((change): Consent => ({ ...change, source: by, proof }));
  await happen(parts, tx, { customer: claim.customer, consents, events }, now);
}

const keyOf = ({ channel, purpose }: { channel: string; purpose: string }) => JSON.stringify([channel, purpose]);

function pairOf(key: string): { channel: string; purpose: string } {
  const [channel, purpose] = JSON.parse(key) as [string, string];
  return { channel, purpose };
}
