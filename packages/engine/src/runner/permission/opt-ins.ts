import type { Consent, CustomerEvent } from '../../plugin/index.ts';
import { parseDuration } from '../../rule/index.ts';
import type { OptInRow, Transaction } from '../../store/index.ts';
import type { Parts, Permission } from '../parts.ts';
import { happen } from './happen.ts';
import { digestOfOptIn, newOptInSecret, optInSecretForm } from './opt-in-secret.ts';
import { whoIs } from './who-is.ts';

/** Somebody is to be asked by mail whether they agree. */
export interface OptInRequest {
  address: string;
  purposes: readonly string[];
  /** Whose address it is, where that is known; else whoever is known by it, else nobody until the click. */
  customer?: number | undefined;
  /** The form, page or program that asks. */
  source: string;
  /** The network that the request came from, as far as it is kept. */
  from?: string | undefined;
  language?: string | undefined;
}

/** asked: a mail goes out. limited: the address has been sent enough. suppressed: nothing is sent to it. */
export type OptInAnswer = 'asked' | 'limited' | 'suppressed';

/**
 * Opens a double opt-in. Nobody is made a customer by it, and nothing stands, until the link in the mail has been used. The
 * secret of the link is made when the mail is sent: what lies here until then is a digest that nobody has a secret of.
 */
export async function askOptIn(
  parts: Parts,
  permission: Permission,
  tx: Transaction,
  request: OptInRequest,
  now: number,
): Promise<OptInAnswer> {
  const { store, customers } = parts;
  const { optIn } = await customers.permissionPolicyIn(tx);
  const { address, source, from } = request;
  const mails = await store.countOptInMails(tx, [address], now - parseDuration(optIn.within));
  if ((mails.get(address) ?? 0) >= optIn.mails) return 'limited';
  if ((await suppressionOf(parts, tx, address)) !== undefined) return 'suppressed';
  const purposes = [...new Set(request.purposes)];
  const known = request.customer ?? (await customers.findByIdentity(tx, 'email', [address])).get(address);
  const customer = known === undefined ? undefined : await whoIs(parts, tx, known);
  const texts = new Map((await store.currentTexts(tx, purposes)).map((text) => [text.purpose, text.version]));
  const { digest } = newOptInSecret(permission);
  await store.insertOptIns(
    tx,
    purposes.map(
      (purpose): OptInRow => ({
        digest,
        channel: 'email',
        purpose,
        customer: customer ?? null,
        address,
        textVersion: texts.get(purpose) ?? null,
        source,
        proof: JSON.stringify(from === undefined ? {} : { from }),
        language: request.language ?? null,
        askedAt: now,
        expiresAt: now + parseDuration(optIn.expires),
        due: now,
        attempts: 0,
        confirmedAt: null,
      }),
    ),
  );
  await store.markTextsUsed(
    tx,
    [...texts].map(([purpose, version]) => ({ purpose, version })),
    now,
  );
  return 'asked';
}

/** Why an address is not even asked. Somebody who was erased may come back by themselves. */
export async function suppressionOf(
  { permission, customers, store }: Parts,
  tx: Transaction,
  address: string,
): Promise<string | undefined> {
  if (!permission) return undefined;
  const hash = customers.suppressionHash(permission.secret, 'email', address);
  const [found] = await store.findSuppressions(tx, [{ channel: 'email', hash }]);
  return found && found.reason !== 'erasure' ? found.reason : undefined;
}

/** What a link asks, and whether it can still be answered. */
export interface OptInView {
  state: 'open' | 'confirmed' | 'expired';
  address: string;
  language: string | null;
  purposes: { purpose: string; channel: string; content: string | null }[];
}

/** Undefined for a secret that is none. Looking changes nothing: programs that scan mails follow links. */
export async function showOptIn(
  { store }: Parts,
  tx: Transaction,
  secret: string,
  now: number,
): Promise<OptInView | undefined> {
  const rows = optInSecretForm.test(secret) ? await store.findOptIn(tx, digestOfOptIn(secret)) : [];
  const [first] = rows;
  if (!first) return undefined;
  const texts = new Map(
    (await store.listConsentTexts(tx)).map(({ purpose, version, content }) => [
      JSON.stringify([purpose, version]),
      content,
    ]),
  );
  return {
    state: stateOf(rows, now),
    address: first.address,
    language: first.language,
    purposes: rows
      .filter((row) => row.confirmedAt !== null || row.expiresAt > now)
      .map(({ purpose, channel, textVersion }) => ({
        purpose,
        channel,
        content: texts.get(JSON.stringify([purpose, textVersion])) ?? null,
      })),
  };
}

function stateOf(rows: readonly OptInRow[], now: number): OptInView['state'] {
  if (rows.some((row) => row.confirmedAt === null && row.expiresAt > now)) return 'open';
  return rows.some((row) => row.confirmedAt !== null) ? 'confirmed' : 'expired';
}

/** The click: what was asked for stands from now on. A link that has been used already changes nothing. */
export async function confirmOptIn(
  parts: Parts,
  tx: Transaction,
  secret: string,
  from: string | undefined,
  now: number,
): Promise<OptInView | undefined> {
  const view = await showOptIn(parts, tx, secret, now);
  if (view?.state !== 'open') return view;
  const { store, customers, permission } = parts;
  const digest = digestOfOptIn(secret);
  const rows = (await store.findOptIn(tx, digest)).filter((row) => row.confirmedAt === null && row.expiresAt > now);
  const [first] = rows as [OptInRow, ...OptInRow[]];
  const owner = await ownerOf(parts, tx, first, now);
  if (owner === undefined) return { ...view, state: 'expired' };
  const { customer, isNew } = owner;
  await store.confirmOptIn(tx, { digest, customer, now });
  if (permission) {
    // Whoever was erased and comes back has asked for mails anew.
    const hash = customers.suppressionHash(permission.secret, 'email', view.address);
    const [found] = await store.findSuppressions(tx, [{ channel: 'email', hash }]);
    if (found?.reason === 'erasure') await store.removeSuppression(tx, found);
  }
  const consents = rows.map(
    ({ channel, purpose, source, textVersion, proof, askedAt }): Consent => ({
      channel,
      purpose,
      granted: true,
      source,
      proof: proofOf({ askedAt, asked: proof, from, now }),
      ...(textVersion === null ? {} : { textVersion }),
    }),
  );
  const events = rows.map(
    ({ channel, purpose, source }): CustomerEvent => ({
      type: 'Consent Confirmed',
      category: 'contact',
      time: now,
      properties: { channel, purpose, source },
    }),
  );
  await happen(parts, tx, { customer, consents, events, isNew }, now);
  return { ...view, state: 'confirmed' };
}

/** Whose consent it is: the customer who was asked, else whoever is known by the address by now, else somebody new. */
async function ownerOf(
  parts: Parts,
  tx: Transaction,
  { customer, address }: OptInRow,
  now: number,
): Promise<{ customer: number; isNew: boolean } | undefined> {
  if (customer !== null) {
    const left = await whoIs(parts, tx, customer);
    return left === undefined ? undefined : { customer: left, isNew: false };
  }
  const { customers } = parts;
  const found = await customers.resolveCustomer(tx, [{ kind: 'email', value: address }], { now });
  if (found.customer === undefined) return undefined;
  if (found.created)
    await customers.applyPatches(tx, [{ customer: found.customer, traits: { email: address } }], {
      now,
      source: 'opt-in',
    });
  return { customer: found.customer, isNew: found.created };
}

/** What was asked, when and from where, and when and from where it was confirmed. */
function proofOf(of: { askedAt: number; asked: string | null; from: string | undefined; now: number }): string {
  const asked = JSON.parse(of.asked ?? '{}') as { from?: string; message?: string };
  const at = (instant: number) => new Date(instant).toISOString();
  return [
    `double opt-in: asked ${at(of.askedAt)}`,
    ...(asked.message === undefined ? [] : [`by the mail ${asked.message}`]),
    ...(asked.from === undefined ? [] : [`from ${asked.from}`]),
    `confirmed ${at(of.now)}`,
    ...(of.from === undefined ? [] : [`from ${of.from}`]),
  ].join(', ');
}
