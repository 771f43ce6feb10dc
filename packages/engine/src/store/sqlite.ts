import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Database, SqlRow, SqlValue, Transaction } from './database.ts';
import { StoreError } from './database.ts';
import type { EngineLock } from './engine-lock.ts';
import { takeEngineLock } from './engine-lock.ts';
import { assertSound } from './assert-sound.ts';
import { assertOurs, migrate } from './migrate.ts';
import { sqliteDialect } from './sqlite-dialect.ts';

/** Below this version two connections in WAL mode can lose a commit. */
const oldestVersion = [3, 51, 3] as const;

export interface OpenOptions {
  cacheMb?: number;
  /** Thrown away at the end of the command: it need not outlive a power cut. */
  throwaway?: boolean;
  /** For an engine, of which a database has one at a time. */
  engine?: boolean;
}

/** Opens (and creates, and brings to the newest schema) the SQLite database that `url` names: `sqlite:<path>`, a path, or `sqlite::memory:`. */
export async function openSqlite(
  url: string,
  { cacheMb = 24, throwaway = false, engine = false }: OpenOptions = {},
): Promise<Database> {
  const name = url.replace(/^sqlite:(\/\/)?/, '');
  const inMemory = name === ':memory:' || name === '';
  const file = inMemory ? ':memory:' : resolve(name);
  const isNew = !inMemory && !existsSync(file);
  if (!inMemory) makeFolder(dirname(file));

  const writer = connect(file, {});
  let lock: EngineLock | undefined;
  try {
    if (engine && !inMemory) lock = takeEngineLock(file);
    assertVersion(writer);
    // Before anything is set: a database that is not ours stays as it was, to the byte.
    assertOurs(writer, url);
    if (engine && !inMemory && !isNew) assertSound(writer, file);
    // Only a database without tables takes it: what is deleted later can be given back to the file system in steps.
    writer.pragma('auto_vacuum = INCREMENTAL');
    writer.pragma('journal_mode = WAL');
    // FULL costs nearly nothing at batches of a thousand, and NORMAL can forget a committed send on power loss.
    // One that is thrown away at the end of the command need not outlive a power cut.
    writer.pragma(`synchronous = ${throwaway ? 'OFF' : 'FULL'}`);
    writer.pragma('wal_autocheckpoint = 20000');
    // A person who was erased is not in the file any more, on pages that are free neither.
    writer.pragma('secure_delete = ON');
    writer.pragma('temp_store = MEMORY');
    // Batches come in the order of their keys, so that 16 MB are as fast as 64: 1.5 s of processor a million moves with each.
    writer.pragma(`cache_size = -${cacheMb * 1024}`);
    writer.pragma('foreign_keys = OFF');
    await migrate(writer, url);
  } catch (error) {
    writer.close();
    lock?.discard();
    if (isNew) for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true });
    throw toStoreError(error, file);
  }
  const reader = inMemory ? writer : connect(file, { readonly: true });

  const writing = statementsOf(writer);
  const reading = inMemory ? writing : statementsOf(reader);
  let last: Promise<unknown> = Promise.resolve();

  const write = <T>(work: (tx: Transaction) => Promise<T>): Promise<T> => {
    const turn = last.then(async () => {
      // Immediate: a deferred transaction that reads first fails at once when it turns to writing, whatever the busy timeout.
      begin(writer, file);
      try {
        const result = await work(writing);
        writer.exec('COMMIT');
        return result;
      } catch (error) {
        if (writer.inTransaction) writer.exec('ROLLBACK');
        throw toStoreError(error, file);
      }
    });
    last = turn.catch(() => undefined);
    return turn;
  };

  const read = inMemory ? write : <T>(work: (tx: Transaction) => Promise<T>) => work(reading);

  const reclaim = (pages: number): Promise<number> =>
    write(async () => {
      writer.exec(`PRAGMA incremental_vacuum(${Math.trunc(pages)})`);
      return writer.pragma('freelist_count', { simple: true }) as number;
    });

  // What was deleted is overwritten in the database itself (secure_delete); the log holds it until it has been worked in.
  const forget = async (): Promise<void> => {
    if (inMemory) return;
    // What the planner knows of an index are some of its keys.
    await write(async (tx) => {
      if (await tx.first("SELECT 1 AS one FROM sqlite_schema WHERE name = 'sqlite_stat4'"))
        writer.exec('DELETE FROM sqlite_stat4');
    });
    for (let i = 0; i < 50; i++) {
      const turn = last.then(() => writer.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[]);
      last = turn.catch(() => undefined);
      const [row] = await turn;
      if (row?.busy === 0) return;
      // Somebody reads an older state at this moment.
      await new Promise<void>((resolve) => setTimeout(resolve, 100));
    }
  };

  const close = async () => {
    await last;
    if (!inMemory) reader.close();
    writer.close();
    lock?.release();
  };
  return { url, dialect: sqliteDialect, shared: false, write, read, reclaim, forget, close };
}

/** Opens a database for reading only, beside the process or thread that writes it. It must be there and of this engine's schema. */
export async function openSqliteReader(url: string): Promise<Pick<Database, 'read' | 'close'>> {
  const file = resolve(url.replace(/^sqlite:(\/\/)?/, ''));
  const reader = connect(file, { readonly: true, fileMustExist: true });
  try {
    assertOurs(reader, url);
  } catch (error) {
    reader.close();
    throw toStoreError(error, file);
  }
  const reading = statementsOf(reader);
  return {
    read: (work) => work(reading),
    close: async () => {
      reader.close();
    },
  };
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new StoreError(`cannot make the folder ${folder} for the database: ${(error as Error).message}`);
  }
}

function begin(writer: Sqlite.Database, file: string): void {
  try {
    writer.exec('BEGIN IMMEDIATE');
  } catch (error) {
    throw toStoreError(error, file);
  }
}

/** What SQLite says of the file itself, rather than of a statement, is the user's to mend. */
const aboutTheFile: Readonly<Record<string, string>> = {
  SQLITE_NOTADB: 'it is not a SQLite database: expected a file that OSICAM has made, or a new name',
  SQLITE_BUSY: 'another process is writing to it: wait for it to end, or name another database',
  SQLITE_CORRUPT: 'it is damaged: restore a backup, or save what can be read by sqlite3 and its command .recover',
  SQLITE_FULL: 'the disk is full: make room, what was done is kept and the rest goes on from there',
  SQLITE_READONLY: 'it can only be read: expected a file and a folder that may be written to',
  SQLITE_CANTOPEN: 'it cannot be opened: expected a file and a folder that may be written to',
  SQLITE_IOERR: 'the disk did not do what it was asked to',
};

function toStoreError(error: unknown, file: string): unknown {
  if (!(error instanceof Sqlite.SqliteError)) return error;
  const [, kind = ''] = /^(SQLITE_[A-Z]+)/.exec(error.code) ?? [];
  const why = aboutTheFile[kind];
  return why === undefined
    ? error
    : new StoreError(`cannot use the database ${file}: ${why} (${error.message})`, { cause: error });
}

function connect(file: string, options: Sqlite.Options): Sqlite.Database {
  try {
    return new Sqlite(file, { timeout: 5000, ...options });
  } catch (error) {
    const { message } = error as Error;
    throw new StoreError(
      `cannot open the database ${file}: ${message}; expected a file and a folder that may be written to`,
    );
  }
}

function assertVersion(db: Sqlite.Database): void {
  const { version } = db.prepare('SELECT sqlite_version() AS version').get() as { version: string };
  const found = version.split('.').map(Number);
  for (let i = 0; i < 3; i++) {
    const difference = (found[i] ?? 0) - (oldestVersion[i] ?? 0);
    if (difference > 0) return;
    if (difference < 0)
      throw new StoreError(
        `expected SQLite ${oldestVersion.join('.')} or newer, got ${version}: reinstall the packages`,
      );
  }
}

/** Prepared statements by their text. better-sqlite3 is synchronous; the promises are there for databases that are not. */
function statementsOf(db: Sqlite.Database): Transaction {
  const prepared = new Map<string, Sqlite.Statement>();
  const statement = (sql: string) => {
    let found = prepared.get(sql);
    if (!found) {
      found = db.prepare(sql);
      prepared.set(sql, found);
    }
    return found;
  };
  return {
    dialect: sqliteDialect,
    async all<R extends object = SqlRow>(sql: string, parameters: readonly SqlValue[] = []) {
      return statement(sql).all(...parameters) as R[];
    },
    async first<R extends object = SqlRow>(sql: string, parameters: readonly SqlValue[] = []) {
      return statement(sql).get(...parameters) as R | undefined;
    },
    async run(sql, parameters = []) {
      return statement(sql).run(...parameters).changes;
    },
    async runMany(sql, rows) {
      const one = statement(sql);
      let changes = 0;
      for (const row of rows) changes += one.run(...row).changes;
      return changes;
    },
  };
}
