import { existsSync, rmSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { StoreError } from './database.ts';

/** How long a new engine waits for one that is about to end, in milliseconds. */
const patience = 2_000;

export interface EngineLock {
  release(): void;
  discard(): void;
}

/**
 * Takes the place of the one engine that a database may have: two would take each other's messages under way for those of a
 * dead process, and send them twice. The place is a lock on a file of its own beside the database, which the operating
 * system gives free however the process ends. `discard` also takes away the file, if it was not there before.
 */
export function takeEngineLock(file: string): EngineLock {
  const place = `${file}-engine`;
  const isNew = !existsSync(place);
  const lock = new Sqlite(place, { timeout: patience });
  try {
    // Nothing is ever written, so there is no journal beside it either.
    lock.pragma('journal_mode = MEMORY');
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw error;
    throw new StoreError(
      `another engine works on the database ${file}: stop the other osicam process, or name another database`,
    );
  }
  return {
    release: () => lock.close(),
    discard: () => {
      lock.close();
      if (isNew) rmSync(place, { force: true });
    },
  };
}
