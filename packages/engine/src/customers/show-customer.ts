import type { Category } from '../loop/loop.ts';
import type { Identity } from '../plugin/customer.ts';
import type { JsonObject } from '../plugin/json.ts';
import type { Transaction } from '../store/database.ts';
import { listAttributes } from '../store/attributes.ts';
import type { CallTask } from './call-tasks.ts';
import { openCallTasks } from './call-tasks.ts';
import { looksPersonal, traitCategory } from './schema/guess.ts';
import type { ShownConsent } from './show-consents.ts';
import { showConsents } from './show-consents.ts';
import type { ShownEnrollment, ShownMessage } from './show-enrollments.ts';
import { showEnrollments, showMessages } from './show-enrollments.ts';
import type { EventFigures, ShownEvent } from './show-events.ts';
import { latestEvents, showEvents } from './show-events.ts';
import type { OpenItem } from './show-open-items.ts';
import { openItems } from './show-open-items.ts';
import { findParts } from './show-parts.ts';
import type { ShownGroup } from './show-relationships.ts';
import { showRelationships } from './show-relationships.ts';
import type { ShownList, ShownSegment } from './show-segments.ts';
import { showLists, showSegments } from './show-segments.ts';
import { findSurvivors, UnknownCustomerError } from './survivors.ts';

/** What the schema says of a trait. */
export interface ShownAttribute {
  category: Category;
  label: string | null;
  pii: boolean;
}

/** A customer who became part of another. `undoneAt`: when it was taken apart again. */
export interface ShownMerge {
  customer: number;
  into: number;
  at: number;
  why: string;
  actor: string;
  score: number | null;
  undoneAt: number | null;
}

/** All that is known of a customer: the one view. Instants are epoch milliseconds. */
export interface CustomerView {
  /** Not the id that was asked for when that customer has been merged away. */
  id: number;
  createdAt: number;
  updatedAt: number;
  traits: JsonObject;
  identities: Identity[];
  /** Of each trait that is there. */
  attributes: Record<string, ShownAttribute>;
  /** What stands now, one for each channel and purpose that was ever decided. */
  consents: ShownConsent[];
  /** Every answer that was ever given, newest first. */
  consentHistory: ShownConsent[];
  /** Of each category how many there are, the latest, newest first, and the figures of each type. */
  events: Record<Category, { total: number; latest: ShownEvent[]; types: EventFigures[] }>;
  /** Payments that are owed and requests that are not answered, oldest first. */
  open: { payment: OpenItem[]; service: OpenItem[] };
  segments: ShownSegment[];
  lists: ShownList[];
  groups: ShownGroup[];
  /** Calls that somebody is to make. */
  tasks: CallTask[];
  enrollments: ShownEnrollment[];
  messages: ShownMessage[];
  /** How many messages there are, by what became of them. */
  messageCounts: Record<string, number>;
  /** What traits were before they changed, newest first. */
  history: { customer: number; at: number; source: string; before: JsonObject; after: JsonObject }[];
  /** Who has become part of this customer. */
  merges: ShownMerge[];
}

/** The customer as a whole, or undefined for an unknown id. `latest` limits events a category, messages and history. */
export async function showCustomer(
  tx: Transaction,
  id: number,
  { latest = 20, now = Number.MAX_SAFE_INTEGER }: { latest?: number; now?: number } = {},
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

  const parts = await findParts(tx, customer);
  const traits = JSON.parse(row.traits) as JsonObject;
  const events = await showEvents(tx, customer, latest);
  const openOf = async (category: 'payment' | 'service') => {
    const types = events[category].types.map(({ type }) => type);
    return openItems(category, await latestEvents(tx, customer, types, 500), now);
  };
  const consentHistory = await showConsents(tx, [customer]);
  return {
    id: customer,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    traits,
    attributes: await attributesOf(tx, Object.keys(traits)),
    identities: await tx.all<{ kind: string; value: string }>(
      'SELECT kind, value FROM identity WHERE customer = ? ORDER BY kind, value',
      [customer],
    ),
    consents: standing(consentHistory),
    consentHistory,
    events,
    open: { payment: await openOf('payment'), service: await openOf('service') },
    segments: await showSegments(tx, customer),
    lists: await showLists(tx, customer),
    groups: await showRelationships(tx, customer, { now }),
    tasks: await openCallTasks(tx, customer, parts),
    enrollments: await showEnrollments(tx, parts, 200),
    messages: await showMessages(tx, parts, latest),
    messageCounts: await countMessagesOf(tx, parts),
    history: await showHistory(tx, parts, latest),
    merges: await showMerges(tx, parts),
  };
}

/** The first of each channel and purpose, in their order. */
function standing(history: readonly ShownConsent[]): ShownConsent[] {
  const found = new Map<string, ShownConsent>();
  for (const consent of history) {
    const key = JSON.stringify([consent.channel, consent.purpose]);
    if (!found.has(key)) found.set(key, consent);
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, consent]) => consent);
}

/** What the schema says of these traits, and a guess where it says nothing. */
async function attributesOf(tx: Transaction, names: readonly string[]): Promise<Record<string, ShownAttribute>> {
  const known = new Map((await listAttributes(tx)).filter(({ scope }) => scope === '').map((row) => [row.name, row]));
  return Object.fromEntries(
    names.map((name) => {
      const row = known.get(name);
      return [
        name,
        row
          ? { category: row.category, label: row.label, pii: row.pii === 1 }
          : { category: traitCategory(name), label: null, pii: looksPersonal(name) },
      ];
    }),
  );
}

/** Who has become part of the customer, and who was for a while; in their order. */
const showMerges = (tx: Transaction, parts: readonly number[]): Promise<ShownMerge[]> =>
  tx.all<ShownMerge>(
    `SELECT customer, into_customer AS "into", at, why, actor, score, undone_at AS "undoneAt" FROM merge
     WHERE into_customer IN (SELECT value FROM ${tx.dialect.list('int')} AS wanted) ORDER BY at, customer`,
    [JSON.stringify(parts)],
  );

async function countMessagesOf(tx: Transaction, parts: readonly number[]): Promise<Record<string, number>> {
  const rows = await tx.all<{ status: string; count: number }>(
    `SELECT status, count(*) AS count FROM message
     WHERE customer IN (SELECT value FROM ${tx.dialect.list('int')} AS wanted) GROUP BY status ORDER BY status`,
    [JSON.stringify(parts)],
  );
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
}

async function showHistory(
  tx: Transaction,
  parts: readonly number[],
  latest: number,
): Promise<CustomerView['history']> {
  const rows = await tx.all<{ customer: number; at: number; source: string; before: string; after: string }>(
    `SELECT customer, at, source, before, after FROM trait_change
     WHERE customer IN (SELECT value FROM ${tx.dialect.list('int')} AS wanted) ORDER BY at DESC, seq DESC LIMIT ?`,
    [JSON.stringify(parts), latest],
  );
  return rows.map((change) => ({
    ...change,
    before: JSON.parse(change.before) as JsonObject,
    after: JSON.parse(change.after) as JsonObject,
  }));
}
