import type { Category } from '../loop/loop.ts';
import type { Transaction } from './database.ts';

/** A value that did not fit, with what is needed to take it in later. */
export interface MisfitRow {
  customer: number;
  /** Empty for a trait, else the event type whose property it is. */
  scope: string;
  name: string;
  at: number;
  /** JSON text. */
  value: string;
  source: string;
  eventTime: number | null;
  messageId: string | null;
  /** Of a whole event that is kept aside, whose properties are the value; null for a single value. */
  category: Category | null;
}

export interface StoredMisfit extends MisfitRow {
  id: number;
}

export async function addMisfits(tx: Transaction, misfits: readonly MisfitRow[]): Promise<void> {
  await tx.runMany(
    `INSERT INTO misfit (customer, scope, name, at, value, source, event_time, message_id, category)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    misfits.map((row) => [
      row.customer,
      row.scope,
      row.name,
      row.at,
      row.value,
      row.source,
      row.eventTime,
      row.messageId,
      row.category,
    ]),
  );
}

const columns =
  'id, customer, scope, name, at, value, source, event_time AS "eventTime", message_id AS "messageId", category';

/** Misfits of one field in the order in which they came; `after` is the last one that has been dealt with. */
export const misfitsOf = (
  tx: Transaction,
  { scope, name, after, limit }: { scope: string; name: string; after: number; limit: number },
): Promise<StoredMisfit[]> =>
  tx.all<StoredMisfit>(`SELECT ${columns} FROM misfit WHERE scope = ? AND name = ? AND id > ? ORDER BY id LIMIT ?`, [
    scope,
    name,
    after,
    limit,
  ]);

/** The latest misfits of one field. */
export const latestMisfits = (
  tx: Transaction,
  { scope, name, limit }: { scope: string; name: string; limit: number },
): Promise<StoredMisfit[]> =>
  tx.all<StoredMisfit>(`SELECT ${columns} FROM misfit WHERE scope = ? AND name = ? ORDER BY id DESC LIMIT ?`, [
    scope,
    name,
    limit,
  ]);

/** How many are kept of each field. */
export const countMisfits = (tx: Transaction): Promise<{ scope: string; name: string; count: number }[]> =>
  tx.all('SELECT scope, name, count(*) AS count FROM misfit GROUP BY scope, name ORDER BY scope, name');

/** Forgets misfits of one field; how many there were. */
export async function deleteMisfits(
  tx: Transaction,
  { scope, name }: { scope: string; name: string },
  ids: readonly number[],
): Promise<number> {
  if (ids.length === 0) return 0;
  return tx.run(
    `DELETE FROM misfit WHERE scope = ? AND name = ? AND id IN (SELECT value FROM ${tx.dialect.list('int')} AS wanted)`,
    [scope, name, JSON.stringify(ids)],
  );
}

/** Events of these messages that are kept aside already: one that is told of twice is kept once. */
export async function keptMessages(
  tx: Transaction,
  messages: readonly (readonly [customer: number, messageId: string])[],
): Promise<Set<string>> {
  if (messages.length === 0) return new Set();
  const rows = await tx.all<{ customer: number; messageId: string }>(
    `SELECT misfit.customer, misfit.message_id AS "messageId" FROM ${tx.dialect.rows(['int', 'text'])} AS wanted
     ${tx.dialect.lookupJoin} misfit WHERE misfit.customer = wanted.c0 AND misfit.message_id = wanted.c1 AND misfit.category IS NOT NULL`,
    [JSON.stringify(messages)],
  );
  return new Set(rows.map(({ customer, messageId }) => `${customer} ${messageId}`));
}
