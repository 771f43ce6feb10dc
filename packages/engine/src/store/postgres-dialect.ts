import type { ColumnType, Dialect } from './dialect.ts';

const types: Record<ColumnType, string> = { int: 'bigint', real: 'double precision', text: 'text', json: 'text' };

const column = (type: ColumnType, i: number) => {
  const value = `(value ->> ${i})`;
  return `${type === 'text' || type === 'json' ? value : `CAST(${value} AS ${types[type]})`} AS c${i}`;
};

/** PostgreSQL 16 and newer: older ones want a name for each subquery, and verbs give the list its name. */
export const postgresDialect: Dialect = {
  name: 'postgres',
  // A JSON array of whole numbers reads as one of PostgreSQL's own, which is twice as fast as taking the JSON apart.
  list: (type) =>
    type === 'int'
      ? "(SELECT unnest(CAST(translate(?, '[]', '{}') AS bigint[])) AS value)"
      : '(SELECT value FROM jsonb_array_elements_text(CAST(? AS jsonb)))',
  rows: (columns) => `(SELECT ${columns.map(column).join(', ')} FROM jsonb_array_elements(CAST(? AS jsonb)))`,
  numbered: () =>
    '(SELECT i - 1 AS i, value FROM jsonb_array_elements(CAST(? AS jsonb)) WITH ORDINALITY AS e (value, i))',
  entries: () => '(SELECT key, CAST(value AS bigint) AS value FROM json_each_text(CAST(? AS json)))',
  eachField: (expression) =>
    `LATERAL (SELECT key, jsonb_typeof(value) AS type, value #>> '{}' AS value FROM jsonb_each(${expression}))`,
  json: (expression) => `CAST(${expression} AS text)`,
  toJson: (expression) => `CAST(${expression} AS jsonb)`,
  jsonNumber: (expression) =>
    `CASE WHEN jsonb_typeof(${expression} -> ?) = 'number' THEN CAST(${expression} ->> ? AS double precision) END`,
  jsonKey: (name) => name,
  fold: (expression) => `lower(${expression} COLLATE "C")`,
  greatest: (a, b) => `greatest(${a}, ${b})`,
  claim: (alias) => `FOR UPDATE OF ${alias} SKIP LOCKED`,
  // Not FOR UPDATE: rows that refer to a customer may be written meanwhile.
  lock: (alias) => `FOR NO KEY UPDATE OF ${alias}`,
  lookupJoin: 'CROSS JOIN',
};
