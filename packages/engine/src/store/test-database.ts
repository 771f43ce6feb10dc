import pg from 'pg';
import { inject, onTestFinished } from 'vitest';
import type { Database } from './database.ts';
import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgres?: string;
  }
}

/** The server that the tests of the project `postgres` run on; the others run on SQLite. */
const server = inject('postgres');

export const testsOn: 'sqlite' | 'postgres' = server === undefined ? 'sqlite' : 'postgres';

let made = 0;

/** The address of an empty database of one's own: on PostgreSQL a schema. */
export async function testDatabaseUrl(): Promise<string> {
  if (server === undefined) return 'sqlite::memory:';
  const schema = `t_${process.pid}_${++made}`;
  await ask(`CREATE SCHEMA ${schema}`);
  return `${server}?options=-csearch_path%3D${schema}`;
}

/** Schemas that a test has done with, emptied: to make all tables anew takes half a second. */
const emptied: string[] = [];

/** An empty database of a test's own, on what the project runs on, closed at its end at the latest; or the one that an address names. */
export async function openTestDatabase(url?: string): Promise<Database> {
  if (url !== undefined) return url.startsWith('postgres') ? open(url) : openSqlite(url);
  if (server === undefined) return openSqlite('sqlite::memory:');
  const own = emptied.pop() ?? (await testDatabaseUrl());
  const db = await open(own);
  let isOpen = true;
  const close = async () => {
    if (!isOpen) return;
    isOpen = false;
    await db.close();
    await empty(own);
    emptied.push(own);
  };
  try {
    onTestFinished(close);
  } catch {
    // Opened by a hook, which has one that closes it.
  }
  return { ...db, close };
}

const open = (url: string) => openPostgres(url, { connections: 4 });

async function ask(sql: string, url = server): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** Row by row and with the counters set back, which makes no new files as TRUNCATE would. */
const empty = (url: string) =>
  ask(
    `DO $$ DECLARE one record; BEGIN
       SET LOCAL session_replication_role = replica;
       FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename <> 'meta' LOOP
         EXECUTE format('DELETE FROM %I', one.tablename);
       END LOOP;
       DELETE FROM meta WHERE name <> 'schema';
       FOR one IN SELECT sequencename FROM pg_sequences WHERE schemaname = current_schema() LOOP
         PERFORM setval(format('%I', one.sequencename)::regclass, 1, false);
       END LOOP;
     END $$`,
    url,
  );
