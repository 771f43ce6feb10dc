/** A value that a statement can be given or can give. Objects and booleans are turned into text and 0 or 1 by the verb that owns them. */
export type SqlValue = string | number | bigint | null | Uint8Array;
export type SqlRow = Record<string, SqlValue>;

/** What a verb may do inside one transaction. Statements are prepared once per text and kept, so texts must not hold values. */
export interface Transaction {
  all<R extends object = SqlRow>(sql: string, parameters?: readonly SqlValue[]): Promise<R[]>;
  first<R extends object = SqlRow>(sql: string, parameters?: readonly SqlValue[]): Promise<R | undefined>;
  /** How many rows changed. */
  run(sql: string, parameters?: readonly SqlValue[]): Promise<number>;
  /** One statement over many rows of parameters; how many rows changed in all. */
  runMany(sql: string, rows: Iterable<readonly SqlValue[]>): Promise<number>;
}

/**
 * The engine's store. Writes go one transaction at a time and take the write lock first; reads see the last commit and
 * never wait for a write.
 */
export interface Database {
  readonly url: string;
  write<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  read<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** A store that cannot be used: what was expected, what was found, and what to do. */
export class StoreError extends Error {
  override name = 'StoreError';
}
