import type { SqlValue } from './database.ts';

const tokens = /'[^']*'|"[^"]*"|--[^\n]*|\?/g;

/** A statement with `?` for its values as PostgreSQL wants it: `$1`, `$2`, … Question marks in quotes stay. */
export function numberPlaceholders(sql: string): string {
  let count = 0;
  return sql.replace(tokens, (token) => (token === '?' ? `$${++count}` : token));
}

/**
 * PostgreSQL's texts hold neither a NUL nor half of a surrogate pair, and SQLite's hold both. Where they come, in a customer's
 * trait as in anything else, the replacement character is stored: one odd character of one customer must not refuse a batch.
 * Rules look for what is stored, since their texts pass here too.
 */
export function storable(value: SqlValue): SqlValue {
  if (typeof value !== 'string') return value;
  const text = value.includes('\0') ? value.replaceAll('\0', '\ufffd') : value;
  return isJson(text) && doubtful.test(text) ? text.replace(escapes, replaceLone) : text;
}

const isJson = (text: string) => text.startsWith('{') || text.startsWith('[') || text.startsWith('"');
const doubtful = /\\u(?:0000|d[89a-f])/i;
/** Any escape, so that a backslash that is itself escaped begins none; a pair counts as one. */
const escapes = /\\(?:u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})|u([0-9a-f]{4})|[^u])/gi;

function replaceLone(escape: string, high?: string, _low?: string, unit?: string): string {
  if (high !== undefined || unit === undefined) return escape;
  return unit === '0000' || /^d[89a-f]/i.test(unit) ? '\\ufffd' : escape;
}

/** `INSERT … VALUES (…)` whose rows may be joined into one statement: nothing but placeholders, and no row is to see another. */
const joinable =
  /^(\s*INSERT\s+INTO\s[^?]*?\sVALUES\s*)(\((?:\?|CAST\(\? AS \w+\)|[,\s])+\))(\s*ON CONFLICT[^?]*\sDO NOTHING)?\s*$/i;

/** The most values that one message of the protocol may carry, with room to spare. */
const mostValues = 32_000;

/** How to give many rows to a statement at once: its text for so many, or undefined where each has to be its own. */
export function joinRows(sql: string): { most: number; text: (rows: number) => string } | undefined {
  const [, head, row, tail = ''] = joinable.exec(sql) ?? [];
  if (head === undefined || row === undefined) return undefined;
  const values = row.split('?').length - 1;
  if (values === 0) return undefined;
  return {
    most: Math.floor(mostValues / values),
    text: (rows) => numberPlaceholders(`${head}${Array.from({ length: rows }, () => row).join(', ')}${tail}`),
  };
}
