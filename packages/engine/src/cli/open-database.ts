import { existsSync } from 'node:fs';
import { isPostgres, openPostgres, openSqlite, openSqliteReader } from '../store/index.ts';
import type { Database, OpenOptions } from '../store/index.ts';
import { CliError } from './cli-error.ts';

/** Opens the database that a URL or a path names: `sqlite:<path>`, a path, or `postgres://…`. One that is `throwaway` is fast and does not outlive a power cut. */
export async function openDatabase(
  url: string,
  options: Pick<OpenOptions, 'throwaway' | 'engine'> = {},
): Promise<Database> {
  if (isPostgres(url)) return openPostgres(url);
  expectSqlite(url);
  return openSqlite(url, options);
}

/** Opens a database for reading alone, beside whoever works on it. It must be there. */
export async function openReader(url: string): Promise<Pick<Database, 'read' | 'close'>> {
  if (isPostgres(url)) return openPostgres(url, { readOnly: true, connections: 2 });
  expectSqlite(url);
  const file = url.replace(/^sqlite:(\/\/)?/i, '');
  if (!existsSync(file))
    throw new CliError(`there is no database ${file}: name it with --db, or start osicam serve once, which makes it`);
  return openSqliteReader(url);
}

function expectSqlite(url: string): void {
  const scheme = /^([a-z][a-z0-9+]+):/i.exec(url)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== 'sqlite')
    throw new CliError(`expected a database as sqlite:<path>, a path, or postgres://…, got ${url}`, 2);
}
