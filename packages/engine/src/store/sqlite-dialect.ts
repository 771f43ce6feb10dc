import type { ColumnType, Dialect } from './dialect.ts';

const column = (_type: ColumnType, i: number) => `value ->> ${i} AS c${i}`;

export const sqliteDialect: Dialect = {
  name: 'sqlite',
  list: () => 'json_each(?)',
  rows: (types) => `(SELECT ${types.map(column).join(', ')} FROM jsonb_each(?))`,
  numbered: () => '(SELECT key AS i, value FROM json_each(?))',
  entries: () => '(SELECT key, value FROM json_each(?))',
  eachField: (expression) => `json_each(${expression})`,
  json: (expression) => `json(${expression})`,
  toJson: (expression) => `jsonb(${expression})`,
  jsonNumber: (expression) =>
    `CASE WHEN json_type(${expression}, ?) IN ('integer', 'real') THEN json_extract(${expression}, ?) END`,
  // A quoted label of a JSON path takes JSON's own escapes.
  jsonKey: (name) => `$.${JSON.stringify(name)}`,
  fold: (expression) => `lower(${expression})`,
  greatest: (a, b) => `max(${a}, ${b})`,
  claim: () => '',
  lock: () => '',
  // SQLite's planner never turns a CROSS JOIN round.
  lookupJoin: 'CROSS JOIN',
};
