import type { Dialect } from './dialect.ts';

/** A value that a statement can be given or can give. Objects and booleans are turned into text and 0 or 1 by the verb that owns them. */
export type SqlValue = string | number | bigint | null | Uint8Array;
export type SqlRow = Record<string, SqlValue>;

/** What a verb may do inside one transaction. Statements are prepared once per text and kept, so texts must not hold values. */
export interface Transaction {
  readonly dialect: Dialect;
  all<R extends object = SqlRow>(sql: string, parameters?: readonly SqlValue[]): Promise<R[]>;
  first<R extends object = SqlRow>(sql: string, parameters?: readonly SqlValue[]): Promise<R | undefined>;
  /** How many rows changed. */
  run(sql: string, parameters?: readonly SqlValue[]): Promise<number>;
  /** One statement over many rows of parameters; how many rows changed in all. */
  runMany(sql: string, rows: Iterable<readonly SqlValue[]>): Promise<number>;
}

/**
 * The transactions of the engine by what they commit. A process may die before and after each, and nothing is lost or done
 * twice: `tests/recovery` kills it at every one of them.
 */
export const commitPoints = [
  'start',
  'publish',
  'source',
  'enter',
  'record',
  'ingest',
  'accept',
  'intake',
  'fire',
  'route',
  'pass',
  'handle',
  'compose',
  'arm',
  'claim-messages',
  'settle-messages',
  'report',
  'life',
  'prune',
] as const;
export type CommitPoint = (typeof commitPoints)[number];

/**
 * The engine's store. Writes take their locks first; reads see the last commit and never wait for a write. SQLite has one
 * writer and one engine. PostgreSQL is `shared`: engines of several processes work on it side by side, a transaction that
 * lost against another is done again, so what it does outside of the database must stand being done twice.
 */
export interface Database {
  readonly url: string;
  readonly dialect: Dialect;
  /** Whether several engines may work on it at once: then who is handled is locked from the claim to the commit. */
  readonly shared: boolean;
  write<T>(work: (tx: Transaction) => Promise<T>, point?: CommitPoint): Promise<T>;
  read<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Gives so many pages that hold nothing any more back to the file system, and says how many are left. PostgreSQL does it by itself. */
  reclaim?(pages: number): Promise<number>;
  /** PostgreSQL alone: a statement that no transaction may hold, such as making an index beside other writes. */
  alone?(statement: string): Promise<void>;
  /**
   * On a shared database: takes the lowest free number among those who work on it and keeps it until `close`. `onTaken` is
   * told it at once, and again whenever the connection that keeps it has been made anew.
   */
  keepSlot?(onTaken: (slot: number) => Promise<void>): Promise<number>;
  /** Leaves nothing in the database's files of rows that have been deleted. PostgreSQL clears them away by itself. */
  forget?(): Promise<void>;
  close(): Promise<void>;
}

/** A store that cannot be used: what was expected, what was found, and what to do. */
export class StoreError extends Error {
  override name = 'StoreError';
}

/** The database cannot be reached now. What had not been committed is not done; the same may be tried again. */
export class StoreUnavailableError extends StoreError {
  override name = 'StoreUnavailableError';
}
