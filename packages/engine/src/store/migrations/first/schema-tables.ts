import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { Types } from './types.ts';

/** What traits and events there are, and what did not fit. */
export const schemaTables = ({ int, counted, text, clustered }: Types): RawBuilder<unknown>[] => [
  // Traits (scope '') and the properties of event types (scope: the type). came: a bit for each type of the values that have come,
  // see customers/schema/types.ts; type: what it is declared to be, null as long as it is inferred from what came; category: one of
  // the six; pii and indexed: 0 or 1; seen_at: when it was first heard of.
  sql`CREATE TABLE attribute (
    scope ${text} NOT NULL,
    name ${text} NOT NULL,
    came ${int} NOT NULL DEFAULT 0,
    type ${text},
    category ${text} NOT NULL,
    label ${text},
    description ${text},
    pii ${int} NOT NULL DEFAULT 0,
    indexed ${int} NOT NULL DEFAULT 0,
    seen_at ${int} NOT NULL,
    PRIMARY KEY (scope, name)
  ) ${clustered}`,
  sql`CREATE TABLE event_type (
    type ${text} PRIMARY KEY,
    category ${text} NOT NULL,
    label ${text},
    description ${text},
    declared ${int} NOT NULL DEFAULT 0,
    seen_at ${int} NOT NULL
  ) ${clustered}`,
  // Values of another type than declared, as JSON, kept as they came until somebody takes them in or discards them. event_time
  // and message_id: of the event that the property is missing from; category: of a whole event, of a type that a closed schema does
  // not have, whose name is empty and whose properties are the value.
  sql`CREATE TABLE misfit (
    id ${counted} PRIMARY KEY,
    customer ${int} NOT NULL,
    scope ${text} NOT NULL,
    name ${text} NOT NULL,
    at ${int} NOT NULL,
    value ${text} NOT NULL,
    source ${text} NOT NULL,
    event_time ${int},
    message_id ${text},
    category ${text}
  )`,
  sql`CREATE INDEX misfit_name ON misfit (scope, name, id)`,
  sql`CREATE INDEX misfit_customer ON misfit (customer)`,
];
