import type { JsonObject } from '@osicam/engine/plugin';

/** A value of the cursor or of a key as the database itself writes it, so that it is compared exactly. */
export type Token = string | number | { readonly int: string };

/** A column of what is read, with the type by which the database compares it. */
export interface DriverColumn {
  readonly name: string;
  readonly type: string;
}

export interface Page {
  readonly rows: readonly JsonObject[];
  /** Cursor and key of each row. */
  readonly tokens: readonly (readonly Token[])[];
}

/** What is read: a table, or a query; both by the names of the database. */
export interface Target {
  readonly table?: string | undefined;
  readonly query?: string | undefined;
}

/** A database that is read in pages, each in a transaction that can change nothing. */
export interface Driver {
  columns(): Promise<readonly DriverColumn[]>;
  /** Empty where there is none, as of a query. */
  primaryKey(): Promise<readonly string[]>;
  /** The rows after a place in the order of these columns, or from the beginning; `notAfter` bounds the first of them. */
  page(
    order: readonly DriverColumn[],
    after: readonly Token[] | undefined,
    options: { limit: number; notAfter?: number | undefined },
  ): Promise<Page>;
  close(): Promise<void>;
}

/** `a > ? OR (a = ? AND (b > ? OR …))`: behind a place, in the order of the columns. `compare` writes one comparison. */
export function behind(columns: readonly string[], compare: (i: number, operator: '>' | '=') => string): string {
  const from = (i: number): string =>
    i === columns.length - 1 ? compare(i, '>') : `(${compare(i, '>')} OR (${compare(i, '=')} AND ${from(i + 1)}))`;
  return from(0);
}

/** The parameters of `behind`, in its order. */
export const behindParameters = <T>(values: readonly T[]): T[] =>
  values.flatMap((value, i) => (i === values.length - 1 ? [value] : [value, value]));

/** One statement that reads: what else a query could be is refused before it is sent. */
export function expectQuery(query: string): string {
  const text = query.trim().replace(/;\s*$/, '');
  if (!/^(select|with|values|table)\b/i.test(text))
    throw new Error(`expected a query that begins with SELECT or WITH, got ${JSON.stringify(text.slice(0, 60))}`);
  return text;
}
