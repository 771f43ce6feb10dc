import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { Types } from './types.ts';

/** What traits and events there are, and what did not fit. */
export const schemaTables = ({ int, text, clustered }: Types): RawBuilder<unknown>[] => [
  // Traits (scope '') and the properties of event types (scope: the type). type: text, number, boolean, instant, list, object,
  // any; category: one of the six; declared: by somebody, else inferred from what came.
  sql`CREATE TABLE attribute (
    scope ${text} NOT NULL,
    name ${text} NOT NULL,
    type ${text} NOT NULL,
    category ${text},
    label ${text},
    pii ${int} NOT NULL DEFAULT 0,
    indexed ${int} NOT NULL DEFAULT 0,
    declared ${int} NOT NULL DEFAULT 0,
    seen_at ${int} NOT NULL,
    PRIMARY KEY (scope, name)
  ) ${clustered}`,
  sql`CREATE TABLE event_type (
    type ${text} PRIMARY KEY,
    category ${text} NOT NULL,
    label ${text},
    declared ${int} NOT NULL DEFAULT 0,
    seen_at ${int} NOT NULL
  ) ${clustered}`,
  // Values of another type than declared, kept as they came.
  sql`CREATE TABLE misfit (
    customer ${int} NOT NULL,
    scope ${text} NOT NULL,
    name ${text} NOT NULL,
    at ${int} NOT NULL,
    value ${text} NOT NULL,
    source ${text} NOT NULL,
    PRIMARY KEY (customer, scope, name, at)
  ) ${clustered}`,
  sql`CREATE INDEX misfit_name ON misfit (scope, name, at)`,
];
