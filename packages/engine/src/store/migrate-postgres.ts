import pg from 'pg';
import { StoreError } from './database.ts';
import { migrations, newerSchema, notOurs } from './migrations/list.ts';
import { toStoreError } from './postgres-errors.ts';

/** Any number that other programs in the same database are not likely to use. */
const migrating = 7_318_349_242;

/**
 * Brings the schema that connections to this address use to the newest, or refuses it. In one transaction under a lock: of
 * several workers that start at once the first migrates, and the others find it done.
 */
export async function migratePostgres(url: string, place: string): Promise<void> {
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  pool.on('error', () => undefined);
  try {
    // Nearly every start has nothing to do: then neither a lock nor Kysely is needed.
    if ((await schemaOf(pool, place)) === migrations.length) return;
    const { Kysely, PostgresDialect, sql } = await import('kysely');
    const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
    await db.transaction().execute(async (trx) => {
      await sql`SELECT pg_advisory_xact_lock(${sql.raw(String(migrating))})`.execute(trx);
      const found = await schemaOf(
        { query: async (text: string) => sql.raw(text).execute(trx) as Promise<{ rows: unknown[] }> },
        place,
      );
      for (const load of migrations.slice(found)) await (await load()).up(trx, 'postgres');
      await sql`INSERT INTO meta (name, value) VALUES ('schema', ${String(migrations.length)})
        ON CONFLICT (name) DO UPDATE SET value = excluded.value`.execute(trx);
    });
  } catch (error) {
    throw toStoreError(error, place);
  } finally {
    await pool.end();
  }
}

/** The schema that is there: 0 in an empty one. Refuses one that a newer engine has written, or that is somebody else's. */
async function schemaOf(db: { query(text: string): Promise<{ rows: unknown[] }> }, place: string): Promise<number> {
  const { rows } = await db.query(`SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = current_schema()`);
  const tables = new Set((rows as { tablename: string }[]).map(({ tablename }) => tablename));
  if (tables.size === 0) return 0;
  if (!['meta', 'enrollment', 'position'].every((table) => tables.has(table)))
    throw new StoreError(notOurs(place, 'database or schema'));
  const meta = await db.query("SELECT value FROM meta WHERE name = 'schema'");
  const found = Number((meta.rows as { value: string }[])[0]?.value ?? Number.NaN);
  if (!Number.isInteger(found)) throw new StoreError(notOurs(place, 'database or schema'));
  if (found > migrations.length) throw new StoreError(newerSchema(place, found));
  return found;
}
