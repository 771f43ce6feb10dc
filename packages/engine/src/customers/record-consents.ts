import type { Consent } from '../plugin/customer.ts';
import { needsConfirmation } from '../plugin/permission-policy.ts';
import { parseDuration } from '../rule/duration.ts';
import { markTextsUsed } from '../store/consent-texts.ts';
import type { Transaction } from '../store/database.ts';
import { insertOptIns, pendingOptIns, withdrawOptIns } from '../store/opt-in.ts';
import { findConsents } from './find-customers.ts';
import { permissionPolicyIn } from './permission/read-permission-policy.ts';

interface Given {
  customer: number;
  consent: Consent;
}

/**
 * Records consents that differ from what stands; how many did. Of two in one instant the later in the list holds. Where the
 * policy asks for a double opt-in, a consent that brings no proof waits for its confirmation and does not stand;
 * `confirmed`: it has been. A refusal always stands at once, and takes back what waits. One that says when it was given, and
 * that before what stands, is history: it changes nothing that stands.
 */
export async function recordConsents(
  tx: Transaction,
  consents: readonly Given[],
  { now, confirmed = false }: { now: number; confirmed?: boolean },
): Promise<number> {
  if (consents.length === 0) return 0;
  const policy = await permissionPolicyIn(tx);
  const standing = new Map<string, { granted: boolean; at: number }>();
  const customers = [...new Set(consents.map(({ customer }) => customer))].sort((a, b) => a - b);
  for (const { customer, consent, at } of await findConsents(tx, customers))
    standing.set(keyOf(customer, consent), { granted: consent.granted, at });

  const rows = [];
  const history = [];
  const waiting = new Map<string, Given>();
  const refused = new Map<string, { customer: number; channel: string; purpose: string }>();
  const texts: { purpose: string; version: string }[] = [];
  for (const { customer, consent } of consents) {
    const { channel, purpose, granted, source, proof, textVersion } = consent;
    const key = keyOf(customer, consent);
    const before = standing.get(key);
    const since = consent.at === undefined ? now : Math.min(consent.at, now);
    if (consent.at !== undefined && before && since <= before.at) {
      history.push([customer, channel, purpose, since, granted ? 1 : 0, source, proof ?? null, textVersion ?? null]);
      continue;
    }
    if (!granted) {
      waiting.delete(key);
      refused.set(key, { customer, channel, purpose });
    }
    if (before?.granted === granted) continue;
    if (granted && !confirmed && !proof && needsConfirmation(policy, channel, purpose)) {
      waiting.set(key, { customer, consent });
      continue;
    }
    // A clock that was put back does not let what was said before stand over what is said now.
    const at = before && before.at > since ? before.at + 1 : since;
    standing.set(key, { granted, at });
    rows.push([customer, channel, purpose, at, granted ? 1 : 0, source, proof ?? null, textVersion ?? null]);
    if (textVersion !== undefined) texts.push({ purpose, version: textVersion });
  }
  await tx.runMany(
    `INSERT INTO consent (customer, channel, purpose, at, granted, source, proof, text_version) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (customer, channel, purpose, at) DO UPDATE SET granted = excluded.granted, source = excluded.source,
       proof = excluded.proof, text_version = excluded.text_version`,
    rows,
  );
  // The same again, from the same file, is known already.
  const earlier = await tx.runMany(
    `INSERT INTO consent (customer, channel, purpose, at, granted, source, proof, text_version) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (customer, channel, purpose, at) DO NOTHING`,
    history,
  );
  await markTextsUsed(tx, texts, now);
  await withdrawOptIns(tx, [...refused.values()], now);
  await letWait(tx, [...waiting.values()], { now, expires: now + parseDuration(policy.optIn.expires) });
  return rows.length + earlier;
}

/** That somebody is said to have agreed, where it takes a click of theirs: no mail goes out for it by itself. */
async function letWait(
  tx: Transaction,
  consents: readonly Given[],
  { now, expires }: { now: number; expires: number },
): Promise<void> {
  if (consents.length === 0) return;
  const pending = new Set(
    (
      await pendingOptIns(
        tx,
        consents.map(({ customer }) => customer),
        now,
      )
    ).map((row) => keyOf(row.customer as number, row)),
  );
  const fresh = consents.filter(({ customer, consent }) => !pending.has(keyOf(customer, consent)));
  await insertOptIns(
    tx,
    fresh.map(({ customer, consent: { channel, purpose, source, textVersion } }) => ({
      // Not the digest of any secret: nothing confirms it but a mail that is sent for it.
      digest: `told ${customer} ${now}`,
      channel,
      purpose,
      customer,
      address: '',
      textVersion: textVersion ?? null,
      source,
      proof: null,
      language: null,
      askedAt: now,
      expiresAt: expires,
      due: null,
      attempts: 0,
      confirmedAt: null,
    })),
  );
}

const keyOf = (customer: number, { channel, purpose }: { channel: string; purpose: string }) =>
  JSON.stringify([customer, channel, purpose]);
