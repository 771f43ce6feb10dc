import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { Types } from './types.ts';

/** Workers and keys of the installation. */
export const installationTables = ({ int, counted, text, clustered }: Types): RawBuilder<unknown>[] => [
  // One life of a process that runs the engine: message.worker and tally.worker name it.
  sql`CREATE TABLE worker (
    id ${counted} PRIMARY KEY,
    name ${text} NOT NULL,
    slot ${int} NOT NULL,
    started_at ${int} NOT NULL,
    ended_at ${int}
  )`,
  sql`CREATE TABLE source_cursor (
    node ${int} PRIMARY KEY,
    of_source ${text} NOT NULL,
    cursor ${text} NOT NULL,
    done ${int} NOT NULL
  )`,
  // A secret by which a program uses the API; only its digest is kept.
  sql`CREATE TABLE api_token (
    digest ${text} PRIMARY KEY,
    name ${text} NOT NULL UNIQUE,
    role ${text} NOT NULL,
    created_at ${int} NOT NULL,
    expires_at ${int},
    used_at ${int}
  ) ${clustered}`,
  sql`CREATE TABLE write_key (digest ${text} PRIMARY KEY, name ${text} NOT NULL, created_at ${int} NOT NULL) ${clustered}`,
];
