import { createHash } from 'node:crypto';
import type { Category } from '../loop/loop.ts';
import type { Transaction } from './database.ts';
import { readMeta, writeMeta } from './meta.ts';

/** A trait (`scope` empty) or a property of an event type (`scope`: the type), as it is stored. */
export interface AttributeRow {
  scope: string;
  name: string;
  /** A bit for each type of the values that have come. */
  came: number;
  /** What it is declared to be; null as long as it is inferred. */
  type: string | null;
  category: Category;
  label: string | null;
  description: string | null;
  /** 0 or 1. */
  pii: number;
  indexed: number;
  seenAt: number;
}

export interface EventTypeRow {
  type: string;
  category: Category;
  label: string | null;
  description: string | null;
  /** 0 or 1. */
  declared: number;
  seenAt: number;
}

const revision = 'attributes';
const mode = 'attributes_closed';

/**
 * A text that names what is stored of the schema: the same text, the same schema, also on another database. It is made from the
 * one before and from what has changed, so whoever remembers a schema by it need not know whether a transaction was committed.
 */
export const schemaRevision = async (tx: Transaction): Promise<string> => (await readMeta(tx, revision)) ?? '';

/** Whether what the schema does not have is kept out. */
export const isSchemaClosed = async (tx: Transaction): Promise<boolean> => (await readMeta(tx, mode)) === '1';

export async function setSchemaClosed(tx: Transaction, closed: boolean): Promise<void> {
  await writeMeta(tx, mode, closed ? '1' : '0');
  await follow(tx, ['closed', closed]);
}

const columns = 'scope, name, came, type, category, label, description, pii, indexed, seen_at AS "seenAt"';

export const listAttributes = (tx: Transaction): Promise<AttributeRow[]> =>
  tx.all<AttributeRow>(`SELECT ${columns} FROM attribute ORDER BY scope, name`);

export const findAttribute = (tx: Transaction, scope: string, name: string): Promise<AttributeRow | undefined> =>
  tx.first<AttributeRow>(`SELECT ${columns} FROM attribute WHERE scope = ? AND name = ?`, [scope, name]);

export const listEventTypes = (tx: Transaction): Promise<EventTypeRow[]> =>
  tx.all<EventTypeRow>(
    'SELECT type, category, label, description, declared, seen_at AS "seenAt" FROM event_type ORDER BY type',
  );

export const findEventType = (tx: Transaction, type: string): Promise<EventTypeRow | undefined> =>
  tx.first<EventTypeRow>(
    'SELECT type, category, label, description, declared, seen_at AS "seenAt" FROM event_type WHERE type = ?',
    [type],
  );

/** What has come for the first time, or in a type that had not come before: what was known of it stays. */
export async function addSeen(
  tx: Transaction,
  { attributes, events }: { attributes: readonly AttributeRow[]; events: readonly EventTypeRow[] },
): Promise<void> {
  if (attributes.length === 0 && events.length === 0) return;
  // First whoever else has something new: of two at once the second adds to what the first has written.
  await lockRevision(tx);
  await tx.runMany(
    `INSERT INTO attribute (scope, name, came, type, category, label, description, pii, indexed, seen_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (scope, name) DO UPDATE SET came = attribute.came | excluded.came`,
    attributes.map(valuesOf),
  );
  await tx.runMany(
    `INSERT INTO event_type (type, category, label, description, declared, seen_at)
     VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (type) DO NOTHING`,
    events.map(eventValuesOf),
  );
  await follow(tx, [
    'seen',
    attributes.map(({ scope, name, came, category, pii }) => [scope, name, came, category, pii]),
    events.map(({ type, category }) => [type, category]),
  ]);
}

/** Stores an attribute as it now is. */
export async function saveAttribute(tx: Transaction, row: AttributeRow): Promise<void> {
  await lockRevision(tx);
  await tx.run(
    `INSERT INTO attribute (scope, name, came, type, category, label, description, pii, indexed, seen_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (scope, name) DO UPDATE SET came = excluded.came, type = excluded.type, category = excluded.category,
       label = excluded.label, description = excluded.description, pii = excluded.pii, indexed = excluded.indexed`,
    valuesOf(row),
  );
  await follow(tx, ['attribute', ...valuesOf(row)]);
}

export async function saveEventType(tx: Transaction, row: EventTypeRow): Promise<void> {
  await lockRevision(tx);
  await tx.run(
    `INSERT INTO event_type (type, category, label, description, declared, seen_at) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (type) DO UPDATE SET category = excluded.category, label = excluded.label,
       description = excluded.description, declared = excluded.declared`,
    eventValuesOf(row),
  );
  await follow(tx, ['event', ...eventValuesOf(row)]);
}

/** Forgets an attribute; it is inferred anew when it comes again. */
export async function deleteAttribute(tx: Transaction, scope: string, name: string): Promise<void> {
  await lockRevision(tx);
  await tx.run('DELETE FROM attribute WHERE scope = ? AND name = ?', [scope, name]);
  await follow(tx, ['without', scope, name]);
}

/** Forgets an event type and its properties. */
export async function deleteEventType(tx: Transaction, type: string): Promise<void> {
  await lockRevision(tx);
  await tx.run('DELETE FROM attribute WHERE scope = ?', [type]);
  await tx.run('DELETE FROM event_type WHERE type = ?', [type]);
  await follow(tx, ['without event', type]);
}

const valuesOf = (row: AttributeRow) => [
  row.scope,
  row.name,
  row.came,
  row.type,
  row.category,
  row.label,
  row.description,
  row.pii,
  row.indexed,
  row.seenAt,
];

const eventValuesOf = (row: EventTypeRow) => [
  row.type,
  row.category,
  row.label,
  row.description,
  row.declared,
  row.seenAt,
];

/** Nobody else changes the schema before the end of the transaction. */
async function lockRevision(tx: Transaction): Promise<void> {
  if (tx.dialect.name === 'sqlite') return;
  await tx.run("INSERT INTO meta (name, value) VALUES (?, '') ON CONFLICT (name) DO NOTHING", [revision]);
  await tx.all(`SELECT name FROM meta WHERE name = ? ${tx.dialect.lock('meta')}`, [revision]);
}

async function follow(tx: Transaction, change: unknown): Promise<void> {
  const before = await schemaRevision(tx);
  const digest = createHash('sha256')
    .update(JSON.stringify([before, change]))
    .digest('hex');
  await writeMeta(tx, revision, digest.slice(0, 32));
}
