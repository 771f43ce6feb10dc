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
  /** A JSON column as text. */
  json(expression: string): string;
  /** A JSON text as the column holds it. */
  toJson(expression: string): string;
  /** The larger of two expressions that are not null. */
  greatest(a: string, b: string): string;
  /** Ends a SELECT that claims rows of the table with this alias: those that another worker holds are passed over. Nothing on SQLite, which has one writer. */
  claim(alias: string): string;
  /** Ends a SELECT that waits for the rows of this alias and keeps them to the end of the transaction. Nothing on SQLite. */
  lock(alias: string): string;
  /** A join whose left side is walked and whose right side is looked up, never the other way round. */
  readonly lookupJoin: string;
}
