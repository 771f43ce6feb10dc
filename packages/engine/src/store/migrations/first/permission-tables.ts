import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { Types } from './types.ts';

/** Permission and privacy beyond the consents themselves. */
export const permissionTables = ({ int, text, clustered }: Types): RawBuilder<unknown>[] => [
  // The wordings that people have agreed to: a version is never changed.
  sql`CREATE TABLE consent_text (
    purpose ${text} NOT NULL,
    version ${text} NOT NULL,
    content ${text} NOT NULL,
    at ${int} NOT NULL,
    PRIMARY KEY (purpose, version)
  ) ${clustered}`,
  // A double opt-in that waits for its click. Only the digest of the secret in its link is kept.
  sql`CREATE TABLE opt_in (
    digest ${text} PRIMARY KEY,
    customer ${int} NOT NULL,
    channel ${text} NOT NULL,
    purpose ${text} NOT NULL,
    address ${text} NOT NULL,
    text_version ${text},
    source ${text} NOT NULL,
    asked_at ${int} NOT NULL,
    expires_at ${int} NOT NULL,
    confirmed_at ${int}
  ) ${clustered}`,
  sql`CREATE INDEX opt_in_customer ON opt_in (customer)`,
  // Addresses that nothing is sent to, whoever they belong to, by a keyed hash: they outlive the customer. reason: bounce, complaint, erasure.
  sql`CREATE TABLE suppression (
    channel ${text} NOT NULL,
    hash ${text} NOT NULL,
    reason ${text} NOT NULL,
    at ${int} NOT NULL,
    source ${text} NOT NULL,
    PRIMARY KEY (channel, hash)
  ) ${clustered}`,
  // That somebody was erased, and what was: nothing of them.
  sql`CREATE TABLE erasure (
    customer ${int} NOT NULL,
    at ${int} NOT NULL,
    actor ${text} NOT NULL,
    detail ${text} NOT NULL,
    PRIMARY KEY (customer, at)
  ) ${clustered}`,
];
