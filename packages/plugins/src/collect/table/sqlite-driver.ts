import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { JsonObject } from '@osicam/engine/plugin';
import Sqlite from 'better-sqlite3';
import type { Driver, DriverColumn, Page, Target, Token } from './driver.ts';
import { behind, behindParameters, expectQuery } from './driver.ts';
import { plain } from './exact.ts';
import { TableError } from './table-error.ts';

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
const quotedTable = (name: string) => name.split('.').map(quoted).join('.');

/** A SQLite file, opened for reading alone. Its columns have no types of their own: every value says itself what it is. */
export function openSqlite(url: string, folder: string, target: Target): Driver {
  const path = resolve(folder, url.replace(/^sqlite:(\/\/)?/, ''));
  if (!existsSync(path)) throw new TableError(`there is no SQLite file ${path}`);
  const db = new Sqlite(path, { readonly: true, fileMustExist: true, timeout: 5_000 });
  db.defaultSafeIntegers(true);
  const from = target.query === undefined ? quotedTable(target.table ?? '') : `(${expectQuery(target.query)})`;

  return {
    columns: async () =>
      db
        .prepare(`SELECT * FROM ${from} AS q LIMIT 0`)
        .columns()
        .map(({ name, type }): DriverColumn => ({ name, type: (type ?? '').toLowerCase() })),
    primaryKey: async () => {
      if (target.query !== undefined) return [];
      const parts = (target.table ?? '').split('.');
      const [table, schema] = parts.toReversed();
      const keys = db
        .prepare(`SELECT name FROM pragma_table_info(?, ?) WHERE pk > 0 ORDER BY pk`)
        .all(table, schema ?? 'main') as { name: string }[];
      return keys.map(({ name }) => name);
    },
    page: async (order, after, { limit, notAfter }): Promise<Page> => {
      const names = order.map(({ name }) => quoted(name));
      const conditions = [`${names[0]} IS NOT NULL`];
      const values: (string | number | bigint)[] = [];
      if (after) {
        conditions.push(behind(names, (i, operator) => `${names[i]} ${operator} ?`));
        values.push(...behindParameters(after).map(toValue));
      }
      if (notAfter !== undefined) {
        // An instant is a text by ISO 8601, or a number of seconds or milliseconds, in a database without types.
        const iso = new Date(notAfter).toISOString();
        conditions.push(
          `(CASE typeof(${names[0]}) WHEN 'text' THEN ${names[0]} <= CASE WHEN instr(${names[0]}, 'T') > 0 THEN ? ELSE ? END ELSE true END)`,
        );
        values.push(iso, iso.replace('T', ' ').slice(0, -1));
      }
      const found = db
        .prepare(
          `SELECT * FROM ${from} AS q WHERE ${conditions.join(' AND ')} ORDER BY ${names.join(', ')} LIMIT ${limit}`,
        )
        .all(...values) as Record<string, unknown>[];
      return {
        tokens: found.map((row) => order.map(({ name }) => toToken(row[name]))),
        rows: found.map((row) => plain(row) as JsonObject),
      };
    },
    close: async () => void db.close(),
  };
}

const toToken = (value: unknown): Token => {
  if (typeof value === 'bigint') return { int: String(value) };
  return typeof value === 'number' ? value : String(value);
};
const toValue = (token: Token): string | number | bigint => (typeof token === 'object' ? BigInt(token.int) : token);
