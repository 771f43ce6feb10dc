import type { ColumnType, Dialect } from './dialect.ts';

const column = (_type: ColumnType, i: number) => `value ->> ${i} AS c${i}`;

export const sqliteDialect: Dialect = {
  name: 'sqlite',
  list: () => 'json_each(?)',
  rows: (types) => `(SELECT ${types.map(column).join(', ')} FROM json_each(?))`,
  json: (expression) => `json(${expression})`,
  toJson: (expression) => `jsonb(${expression})`,
  greatest: (a, b) => `max(${a}, ${b})`,
  claim: () => '',
  lock: () => '',
  // SQLite's planner never turns a CROSS JOIN round.
  lookupJoin: 'CROSS JOIN',
};
