import { isPostgres, openPostgres, openSqlite } from '../store/index.ts';
import type { Database, OpenOptions } from '../store/index.ts';
import { CliError } from './cli-error.ts';

/** Opens the database that a URL or a path names: `sqlite:<path>`, a path, or `postgres://…`. One that is `throwaway` is fast and does not outlive a power cut. */
export async function openDatabase(
  url: string,
  options: Pick<OpenOptions, 'throwaway' | 'engine'> = {},
): Promise<Database> {
  const scheme = /^([a-z][a-z0-9+]+):/i.exec(url)?.[1]?.toLowerCase();
  if (isPostgres(url)) return openPostgres(url);
  if (scheme !== undefined && scheme !== 'sqlite')
    throw new CliError(`expected a database as sqlite:<path>, a path, or postgres://…, got ${url}`, 2);
  return openSqlite(url, options);
}
