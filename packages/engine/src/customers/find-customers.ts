import type { Consent, Customer, Identity } from '../plugin/customer.ts';
import type { JsonObject } from '../plugin/json.ts';
import type { Transaction } from '../store/database.ts';

type Mutable = Customer & { identities: Identity[]; consents: Consent[] };

/** The customers with these ids, in order of id. An id that is unknown or has been merged away is left out. */
export async function findCustomers(tx: Transaction, ids: readonly number[]): Promise<Customer[]> {
  if (ids.length === 0) return [];
  const wanted = [JSON.stringify(ids)];
  const rows = await tx.all<{ id: number; traits: string }>(
    `SELECT id, ${tx.dialect.json('traits')} AS traits FROM customer
     WHERE id IN (SELECT value FROM ${tx.dialect.list('int')} AS wanted) AND merged_into IS NULL ORDER BY id`,
    wanted,
  );
  const found = new Map<number, Mutable>();
  for (const { id, traits } of rows)
    found.set(id, { id, traits: JSON.parse(traits) as JsonObject, identities: [], consents: [] });

  const identities = await tx.all<{ customer: number; kind: string; value: string }>(
    `SELECT customer, kind, value FROM identity
     WHERE customer IN (SELECT value FROM ${tx.dialect.list('int')} AS wanted) ORDER BY customer, kind, value`,
    wanted,
  );
  for (const { customer, kind, value } of identities) found.get(customer)?.identities.push({ kind, value });

  for (const { customer, consent } of await findConsents(tx, ids)) found.get(customer)?.consents.push(consent);
  return [...found.values()];
}

/** The consents that stand now: the latest for each channel and purpose. */
export async function findConsents(
  tx: Transaction,
  customers: readonly number[],
): Promise<{ customer: number; at: number; consent: Consent }[]> {
  const rows = await tx.all<{
    customer: number;
    channel: string;
    purpose: string;
    at: number;
    granted: number;
    source: string;
    proof: string | null;
    textVersion: string | null;
  }>(
    `SELECT customer, channel, purpose, at, granted, source, proof, text_version AS "textVersion" FROM consent AS c
     WHERE customer IN (SELECT value FROM ${tx.dialect.list('int')} AS wanted) AND NOT EXISTS (
       SELECT 1 FROM consent AS later WHERE later.customer = c.customer AND later.channel = c.channel
         AND later.purpose = c.purpose AND later.at > c.at)
     ORDER BY customer, channel, purpose`,
    [JSON.stringify(customers)],
  );
  return rows.map(({ customer, at, channel, purpose, granted, source, proof, textVersion }) => ({
    customer,
    at,
    consent: {
      channel,
      purpose,
      granted: granted === 1,
      source,
      ...(proof === null ? {} : { proof }),
      ...(textVersion === null ? {} : { textVersion }),
    },
  }));
}
