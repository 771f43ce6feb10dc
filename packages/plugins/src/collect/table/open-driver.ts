import type { Driver, Target } from './driver.ts';
import { openMysql } from './mysql-driver.ts';
import { openPostgres } from './postgres-driver.ts';
import { openSqlite } from './sqlite-driver.ts';
import { TableError } from './table-error.ts';

/** Connects to a database by its address. A password in it is in no message. */
export async function openDriver(url: string, folder: string, target: Target): Promise<Driver> {
  try {
    if (/^postgres(ql)?:/.test(url)) return await openPostgres(url, target);
    if (/^(mysql|mariadb):/.test(url)) return await openMysql(url, target);
    if (url.startsWith('sqlite:')) return openSqlite(url, folder, target);
  } catch (error) {
    throw readable(error, url);
  }
  throw new TableError(
    `expected the address of a database that begins with postgres:, mysql: or sqlite:, got ${url.replace(/:.*/, ':…')}`,
  );
}

export function readable(error: unknown, url: string): TableError {
  if (error instanceof TableError) return error;
  const { message, code } = error as Error & { code?: string };
  // A refused connection of several addresses has no message of its own.
  const said = message || code || String(error);
  return new TableError(`${withoutPassword(url)}: ${said}`, { cause: error });
}

export function withoutPassword(url: string): string {
  try {
    const { protocol, host, pathname } = new URL(url);
    return `${protocol}//${host}${pathname}`;
  } catch {
    return url.replace(/\/\/[^/]*@/, '//');
  }
}
