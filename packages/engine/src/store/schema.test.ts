import { expect, test } from 'vitest';
import type { Database } from './database.ts';
import { openTestDatabase } from './test-database.ts';

/** The tables that grow with customers. Each of their keys holds the customer, so that a cluster can keep a customer's rows together. */
const hot = [
  'position',
  'enrollment',
  'journal',
  'subscription',
  'parked',
  'message',
  'event',
  'consent',
  'membership',
  'segment_timer',
  'trait_change',
  'relationship',
  'merge',
  'merge_proposal',
  'misfit',
  'list_member',
  'erasure',
  'search_token',
  'search_doc',
  'search_due',
];

interface Key {
  table: string;
  name: string;
  columns: string[];
}

/** The primary and unique keys of a table as the database itself tells of them. */
async function keysOf(db: Database, table: string): Promise<Key[]> {
  const rows = await db.read((tx) =>
    tx.dialect.name === 'postgres'
      ? tx.all<{ name: string; column: string }>(
          `SELECT c.relname AS name, a.attname AS "column"
           FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
           JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
           WHERE i.indrelid = CAST(? AS regclass) AND i.indisunique`,
          [table],
        )
      : tx.all<{ name: string; column: string }>(
          `SELECT l.name, i.name AS "column" FROM pragma_index_list(?) l JOIN pragma_index_info(l.name) i WHERE l."unique" = 1
           UNION ALL SELECT 'rowid', name FROM pragma_table_info(?) WHERE pk > 0 AND type = 'INTEGER'
             AND (SELECT count(*) FROM pragma_table_info(?) WHERE pk > 0) = 1`,
          [table, table, table],
        ),
  );
  return [...Map.groupBy(rows, ({ name }) => name)].map(([name, columns]) => ({
    table,
    name,
    columns: columns.map(({ column }) => column),
  }));
}

test('every key of a table that grows with customers contains the customer', async () => {
  const db = await openTestDatabase();
  const keys = (await Promise.all(hot.map((table) => keysOf(db, table)))).flat();
  expect(new Set(keys.map(({ table }) => table))).toEqual(new Set(hot));
  // SQLite appends events and misfits by a number that is of no meaning: it has one file, and nothing to divide.
  const without = keys.filter(
    ({ columns, table, name }) =>
      !columns.includes('customer') && !(['event', 'misfit'].includes(table) && name === 'rowid'),
  );
  expect(without).toEqual([]);
});

test('the list of tables that grow with customers is complete: no other names a customer in a key', async () => {
  const db = await openTestDatabase();
  const tables = await db.read((tx) =>
    tx.dialect.name === 'postgres'
      ? tx.all<{ name: string }>(
          `SELECT table_name AS name FROM information_schema.columns
           WHERE table_schema = current_schema() AND column_name = 'customer' ORDER BY table_name`,
        )
      : tx.all<{ name: string }>(
          `SELECT m.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'customer'`,
        ),
  );
  // A key by which a customer is known leads to the customer, and is not in it; so does the secret of a double opt-in.
  const known = new Set([...hot, 'identity', 'opt_in']);
  expect(tables.map(({ name }) => name).filter((name) => !known.has(name))).toEqual([]);
});
