import pg from 'pg';
import { inject } from 'vitest';
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

/** The address of an empty database of one's own: on PostgreSQL a copy of a template that has the schema. */
export async function testDatabaseUrl(): Promise<string> {
  if (server === undefined) return 'sqlite::memory:';
  const name = `t_${process.pid}_${++made}`;
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${name} TEMPLATE osicam_template STRATEGY file_copy`);
  } finally {
    await client.end();
  }
  return server.replace(/[^/]*$/, name);
}

/** An empty database of a test's own, on what the project runs on; or the one that an address names. */
export async function openTestDatabase(url?: string): Promise<Database> {
  const named = url ?? (await testDatabaseUrl());
  return named.startsWith('postgres') ? openPostgres(named, { connections: 4 }) : openSqlite(named);
}
