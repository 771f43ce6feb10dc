/** The type of a column of a list that is handed to a statement as one JSON text. */
export type ColumnType = 'int' | 'real' | 'text' | 'json';

/**
 * What SQLite and PostgreSQL say differently. A verb writes one statement for both, with these words where they part; its
 * text is the same at every call, so that it is prepared once. Placeholders are `?` on both.
 *
 * Both understand: row values, `RETURNING`, `UPDATE … FROM`, `INSERT … ON CONFLICT (…) DO UPDATE SET x = excluded.x` and
 * `DO NOTHING`, `CAST(? AS BIGINT)`. A bare `?` in an expression whose type nothing tells (an arm of a CASE, a sum, a
 * selected value) needs that cast: PostgreSQL takes it for a text, and SQLite's driver binds every number as a real.
 */
export interface Dialect {
  readonly name: 'sqlite' | 'postgres';
  /** A table expression for FROM over one parameter, a JSON array of plain values: one column, `value`. */
  list(type: 'int' | 'text'): string;
  /** A table expression for FROM over one parameter, a JSON array of arrays: columns `c0`, `c1`, … */
  rows(types: readonly ColumnType[]): string;
  /** A table expression over one parameter, a JSON array: columns `i`, the place from 0, and `value`; an object or array as JSON. */
  numbered(): string;
  /** A table expression over one parameter, a JSON object of whole numbers: columns `key` and `value`. */
  entries(): string;
  /** What follows FROM and a table with a JSON column: a row a key of the object, with `key`, `type` (SQLite's or JSON's own word) and `value`. */
  eachField(expression: string): string;
  /** A JSON column as text. */
  json(expression: string): string;
  /** A JSON text as the column holds it. */
  toJson(expression: string): string;
  /** The number that a JSON column holds under a key, else null. Two parameters, both `jsonKey` of the key's name. */
  jsonNumber(expression: string): string;
  jsonKey(name: string): string;
  /** Lower case for A to Z alone, in the order of bytes: what `LIKE` is given. */
  fold(expression: string): string;
  /** The larger of two expressions that are not null. */
  greatest(a: string, b: string): string;
  /** Ends a SELECT that claims rows of the table with this alias: those that another worker holds are passed over. Nothing on SQLite, which has one writer. */
  claim(alias: string): string;
  /** Ends a SELECT that waits for the rows of this alias and keeps them to the end of the transaction. Nothing on SQLite. */
  lock(alias: string): string;
  /** A join without ON (its conditions stand in WHERE) whose left side is walked and whose right side is looked up, never the other way round. */
  readonly lookupJoin: string;
}
