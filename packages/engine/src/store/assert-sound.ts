import { statSync } from 'node:fs';
import type Sqlite from 'better-sqlite3';
import { StoreError } from './database.ts';

/**
 * Files up to this size are read through before an engine works on them: 64 MB take some 0.2 s. A larger one would keep its
 * installation waiting at every start, and whoever doubts it runs the same check by hand. That a file was cut short is
 * noticed whatever its size: its first page says how long it is.
 */
const checked = 64 * 1024 * 1024;

/** Refuses a file that is damaged, before anything is written to it. */
export function assertSound(sqlite: Sqlite.Database, file: string): void {
  if (statSync(file).size > checked) return;
  const found = sqlite.pragma('quick_check(1)', { simple: true });
  if (found !== 'ok')
    throw new StoreError(
      `cannot use the database ${file}: it is damaged (${String(found).replaceAll(/\s+/g, ' ')}): restore a backup, or save what can be read by sqlite3 and its command .recover`,
    );
}
