import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { Types } from './types.ts';

/** Permission and privacy beyond the consents themselves. */
export const permissionTables = ({ int, text, clustered }: Types): RawBuilder<unknown>[] => [
  // The wordings that people have agreed to: a version is never changed once somebody has been shown it (used_at).
  sql`CREATE TABLE consent_text (
    purpose ${text} NOT NULL,
    version ${text} NOT NULL,
    content ${text} NOT NULL,
    at ${int} NOT NULL,
    used_at ${int},
    PRIMARY KEY (purpose, version)
  ) ${clustered}`,
  // Double opt-ins, a row a purpose; those that are asked for by one mail share its digest. Only the digest of the secret in
  // the link is kept: the secret is made when the mail is sent. customer: null for an address that is nobody's yet, who
  // becomes a customer by the click. due: when the mail is to be sent; null once it has been, or if none is.
  sql`CREATE TABLE opt_in (
    digest ${text} NOT NULL,
    channel ${text} NOT NULL,
    purpose ${text} NOT NULL,
    customer ${int},
    address ${text} NOT NULL,
    text_version ${text},
    source ${text} NOT NULL,
    proof ${text},
    language ${text},
    asked_at ${int} NOT NULL,
    expires_at ${int} NOT NULL,
    due ${int},
    attempts ${int} NOT NULL DEFAULT 0,
    confirmed_at ${int},
    PRIMARY KEY (digest, channel, purpose)
  ) ${clustered}`,
  sql`CREATE INDEX opt_in_customer ON opt_in (customer)`,
  sql`CREATE INDEX opt_in_address ON opt_in (address)`,
  sql`CREATE INDEX opt_in_expiry ON opt_in (expires_at)`,
  sql`CREATE INDEX opt_in_due ON opt_in (due) WHERE due IS NOT NULL`,
  // Addresses that nothing is sent to, whoever they belong to, by a keyed hash: they outlive the customer. reason: bounce, complaint, erasure, manual.
  sql`CREATE TABLE suppression (
    channel ${text} NOT NULL,
    hash ${text} NOT NULL,
    reason ${text} NOT NULL,
    at ${int} NOT NULL,
    source ${text} NOT NULL,
    PRIMARY KEY (channel, hash)
  ) ${clustered}`,
  sql`CREATE INDEX suppression_at ON suppression (at)`,
  // Soft bounces of addresses that are not suppressed (yet), by the same hash.
  sql`CREATE TABLE soft_bounce (
    channel ${text} NOT NULL,
    hash ${text} NOT NULL,
    at ${int} NOT NULL,
    PRIMARY KEY (channel, hash, at)
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
