import type { Category } from '../loop/loop.ts';
import { categories } from '../loop/loop.ts';
import type { Consent, Identity } from '../plugin/customer.ts';
import type { JsonObject } from '../plugin/json.ts';
import type { Transaction } from '../store/database.ts';
import { findConsents } from './find-customers.ts';
import type { ShownEnrollment, ShownMessage } from './show-enrollments.ts';
import { showEnrollments, showMessages } from './show-enrollments.ts';
import { findSurvivors, UnknownCustomerError } from './survivors.ts';

export interface ShownEvent {
  type: string;
  time: number;
  properties: JsonObject;
}

/** All that is known of a customer: the one view. Instants are epoch milliseconds. */
export interface CustomerView {
  /** Not the id that was asked for when that customer has been merged away. */
  id: number;
  createdAt: number;
  updatedAt: number;
  traits: JsonObject;
  identities: Identity[];
  consents: (Consent & { at: number })[];
  /** Of each category how many there are, and the latest, newest first. */
  events: Record<Category, { total: number; latest: ShownEvent[] }>;
  enrollments: ShownEnrollment[];
  messages: ShownMessage[];
  /** What traits were before they changed, newest first. */
  history: { customer: number; at: number; source: string; before: JsonObject }[];
  /** Who has become part of this customer. */
  merges: { customer: number; into: number; at: number; why: string }[];
}

/** The customer as a whole, or undefined for an unknown id. `latest` limits events a category, messages and history. */
export async function showCustomer(
  tx: Transaction,
  id: number,
  { latest = 20 }: { latest?: number } = {},
): Promise<CustomerView | undefined> {
  const survivor = await findSurvivors(tx, [id], 'the request').catch((error: unknown) => {
    if (error instanceof UnknownCustomerError) return undefined;
    throw error;
  });
  const customer = survivor?.get(id);
  if (customer === undefined) return undefined;
  const row = await tx.first<{ created_at: number; updated_at: number; traits: string }>(
    `SELECT created_at, updated_at, ${tx.dialect.json('traits')} AS traits FROM customer WHERE id = ?`,
    [customer],
  );
  if (!row) return undefined;

  const merges = await tx.all<CustomerView['merges'][number]>(
    `WITH RECURSIVE part (id) AS (
       SELECT CAST(? AS BIGINT) UNION SELECT merge.customer FROM part JOIN merge ON merge.into_customer = part.id
     )
     SELECT customer, into_customer AS "into", at, why FROM merge WHERE customer IN (SELECT id FROM part) ORDER BY at, customer`,
    [customer],
  );
  const parts = [customer, ...merges.map((merge) => merge.customer)];
  const consents = await findConsents(tx, [customer]);
  return {
    id: customer,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    traits: JSON.parse(row.traits) as JsonObject,
    identities: await tx.all<{ kind: string; value: string }>(
      'SELECT kind, value FROM identity WHERE customer = ? ORDER BY kind, value',
      [customer],
    ),
    consents: consents.map(({ at, consent }) => ({ ...consent, at })),
    events: await showEvents(tx, customer, latest),
    enrollments: await showEnrollments(tx, parts, 200),
    messages: await showMessages(tx, parts, latest),
    history: await showHistory(tx, parts, latest),
    merges,
  };
}

async function showEvents(tx: Transaction, customer: number, latest: number): Promise<CustomerView['events']> {
  const rows = await tx.all<{ category: Category; total: number; type: string; time: number; properties: string }>(
    `SELECT category, total, type, time, ${tx.dialect.json('properties')} AS properties FROM (
       SELECT *, count(*) OVER (PARTITION BY category) AS total,
         row_number() OVER (PARTITION BY category ORDER BY time DESC, id DESC) AS place
       FROM event WHERE customer = ?
     ) AS placed WHERE place <= ? ORDER BY category, place`,
    [customer, latest],
  );
  const events = Object.fromEntries(
    categories.map((category) => [category, { total: 0, latest: [] as ShownEvent[] }]),
  ) as CustomerView['events'];
  for (const { category, total, type, time, properties } of rows) {
    const shown = events[category];
    shown.total = total;
    shown.latest.push({ type, time, properties: JSON.parse(properties) as JsonObject });
  }
  return events;
}

async function showHistory(
  tx: Transaction,
  parts: readonly number[],
  latest: number,
): Promise<CustomerView['history']> {
  const rows = await tx.all<{ customer: number; at: number; source: string; before: string }>(
    `SELECT customer, at, source, before FROM trait_change
     WHERE customer IN (SELECT value FROM ${tx.dialect.list('int')} AS wanted) ORDER BY at DESC, seq DESC LIMIT ?`,
    [JSON.stringify(parts), latest],
  );
  return rows.map((change) => ({ ...change, before: JSON.parse(change.before) as JsonObject }));
}
