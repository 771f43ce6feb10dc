import type { Customer } from '../plugin/customer.ts';
import { foldCase } from '../rule/text.ts';
import type { Transaction } from '../store/database.ts';
import type { Dialect } from '../store/dialect.ts';
import { findCustomers } from './find-customers.ts';

export interface CustomerPage {
  customers: Customer[];
  /** Hand this back as `after` for the next page; absent on the last. */
  next?: number;
}

/** The traits that a person is looked up by. */
const named = ['name', 'fullName', 'firstName', 'lastName', 'first_name', 'last_name', 'email'];

/**
 * Customers in order of id, a page at a time. `text` is an id, or the beginning of an identity, of an e-mail address or of
 * a name. A page stays the same page while customers are added behind it.
 */
export async function searchCustomers(
  tx: Transaction,
  { text = '', after = 0, limit = 50 }: { text?: string; after?: number; limit?: number } = {},
): Promise<CustomerPage> {
  const wanted = text.trim();
  const ids = wanted === '' ? await pageOfAll(tx, after, limit + 1) : await pageOf(tx, wanted, after, limit + 1);
  const customers = await findCustomers(tx, ids.slice(0, limit));
  const last = ids[limit - 1];
  return ids.length > limit && last !== undefined ? { customers, next: last } : { customers };
}

async function pageOfAll(tx: Transaction, after: number, limit: number): Promise<number[]> {
  const rows = await tx.all<{ id: number }>(
    'SELECT id FROM customer WHERE id > ? AND merged_into IS NULL ORDER BY id LIMIT ?',
    [after, limit],
  );
  return rows.map(({ id }) => id);
}

const byTrait = (dialect: Dialect) =>
  named.map((trait) => `${dialect.fold(`(traits ->> '${trait}')`)} LIKE ? ESCAPE '\\'`).join(' OR ');

async function pageOf(tx: Transaction, text: string, after: number, limit: number): Promise<number[]> {
  const kinds = await tx.all<{ kind: string }>(
    // A step of the key a kind, where DISTINCT would read every identity.
    `WITH RECURSIVE kinds (kind) AS (
       SELECT min(kind) FROM identity
       UNION ALL SELECT (SELECT min(kind) FROM identity WHERE kind > kinds.kind) FROM kinds WHERE kinds.kind IS NOT NULL
     ) SELECT kind FROM kinds WHERE kind IS NOT NULL`,
  );
  const found = new Set<number>();
  for (const { kind } of kinds) {
    const rows = await tx.all<{ customer: number }>(
      `SELECT DISTINCT customer FROM identity
       WHERE kind = ? AND value >= ? AND value < ? AND customer > ? ORDER BY customer LIMIT ?`,
      [kind, text, `${text}\u{10FFFF}`, after, limit],
    );
    for (const { customer } of rows) found.add(customer);
  }
  const id = /^[0-9]{1,15}$/.test(text) ? Number(text) : 0;
  if (id > after) found.add(id);

  const beginning = `${foldCase(text).replace(/[\\%_]/g, '\\$&')}%`;
  const rows = await tx.all<{ id: number }>(
    `SELECT id FROM customer WHERE merged_into IS NULL AND id > ?
       AND (id IN (SELECT value FROM ${tx.dialect.list('int')} AS found) OR ${byTrait(tx.dialect)}) ORDER BY id LIMIT ?`,
    [after, JSON.stringify([...found]), ...named.map(() => beginning), limit],
  );
  return rows.map((row) => row.id);
}
