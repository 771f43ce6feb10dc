import type Sqlite from 'better-sqlite3';
import { StoreError } from './database.ts';
import { migrations, newerSchema, notOurs } from './migrations/list.ts';

/** Refuses a database that a newer engine has written, or that is somebody else's. Changes nothing. The schema that it has. */
export function assertOurs(sqlite: Sqlite.Database, url: string): number {
  const found = sqlite.pragma('user_version', { simple: true }) as number;
  if (found > migrations.length) throw new StoreError(newerSchema(url, found));
  const { tables } = sqlite.prepare('SELECT count(*) AS tables FROM sqlite_schema').get() as { tables: number };
  const isOurs = (table: string) =>
    sqlite.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(table) !== undefined;
  // Other programs count their schemas in the same place.
  if (found === 0 ? tables > 0 : !isOurs('enrollment') || !isOurs('position'))
    throw new StoreError(notOurs(url, 'file'));
  return found;
}

/** Brings the database to the newest schema, or refuses it. Nothing half-done stays behind. */
export async function migrate(sqlite: Sqlite.Database, url: string): Promise<void> {
  const found = assertOurs(sqlite, url);
  if (found === migrations.length) return;

  const { Kysely, SqliteDialect } = await import('kysely');
  const pending = await Promise.all(migrations.slice(found).map((load) => load()));
  const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database: sqlite }) });
  sqlite.exec('BEGIN IMMEDIATE');
  try {
    for (const migration of pending) await migration.up(db, 'sqlite');
    sqlite.pragma(`user_version = ${migrations.length}`);
    sqlite.exec('COMMIT');
  } catch (error) {
    if (sqlite.inTransaction) sqlite.exec('ROLLBACK');
    throw error;
  }
}
