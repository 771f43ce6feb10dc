import type { Consent } from '../plugin/customer.ts';
import type { Transaction } from '../store/database.ts';
import { findConsents } from './find-customers.ts';

/** Records consents that differ from what stands; how many did. Of two in one instant the later in the list holds. */
export async function recordConsents(
  tx: Transaction,
  consents: readonly { customer: number; consent: Consent }[],
  { now }: { now: number },
): Promise<number> {
  if (consents.length === 0) return 0;
  const key = (customer: number, { channel, purpose }: Consent) => JSON.stringify([customer, channel, purpose]);
  const standing = new Map<string, boolean>();
  const customers = [...new Set(consents.map(({ customer }) => customer))].sort((a, b) => a - b);
  for (const { customer, consent } of await findConsents(tx, customers))
    standing.set(key(customer, consent), consent.granted);

  const rows = [];
  for (const { customer, consent } of consents) {
    if (standing.get(key(customer, consent)) === consent.granted) continue;
    standing.set(key(customer, consent), consent.granted);
    const { channel, purpose, granted, source, proof } = consent;
    rows.push([customer, channel, purpose, now, granted ? 1 : 0, source, proof ?? null]);
  }
  await tx.runMany(
    `INSERT INTO consent (customer, channel, purpose, at, granted, source, proof) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (customer, channel, purpose, at) DO UPDATE SET granted = excluded.granted, source = excluded.source, proof = excluded.proof`,
    rows,
  );
  return rows.length;
}
