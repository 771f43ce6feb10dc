import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { Types } from './types.ts';

/** Who the customers are, what is known of them, and who belongs to whom. */
export const customerTables = ({ int, counted, document, text, clustered }: Types): RawBuilder<unknown>[] => [
  sql`CREATE TABLE customer (
    id ${counted} PRIMARY KEY,
    created_at ${int} NOT NULL,
    updated_at ${int} NOT NULL,
    merged_into ${int} REFERENCES customer (id),
    traits ${document} NOT NULL
  )`,
  sql`CREATE TABLE identity (
    kind ${text} NOT NULL,
    value ${text} NOT NULL,
    customer ${int} NOT NULL REFERENCES customer (id),
    PRIMARY KEY (kind, value)
  ) ${clustered}`,
  sql`CREATE INDEX identity_customer ON identity (customer)`,
  // What customers are found by while somebody types: a row a word and customer. class: 1 part of a name, 2 of what else tells
  // who it is, 3 of any other trait. search_doc: which words those of a customer are, so that they can be taken out.
  sql`CREATE TABLE search_token (
    token ${text} NOT NULL,
    class ${int} NOT NULL,
    customer ${int} NOT NULL,
    PRIMARY KEY (token, class, customer)
  ) ${clustered}`,
  sql`CREATE TABLE search_doc (
    customer ${int} PRIMARY KEY,
    tokens ${text} NOT NULL
  ) ${clustered}`,
  // Who is to be looked at again, because what is known of them has changed.
  sql`CREATE TABLE search_due (customer ${int} PRIMARY KEY) ${clustered}`,
  // A change of traits: JSON objects of what those that changed were (null where there was none), and what they became.
  sql`CREATE TABLE trait_change (
    customer ${int} NOT NULL,
    at ${int} NOT NULL,
    seq ${int} NOT NULL,
    source ${text} NOT NULL,
    before ${text} NOT NULL,
    after ${text} NOT NULL,
    PRIMARY KEY (customer, at, seq)
  ) ${clustered}`,
  // Who became part of whom. by: who or what decided; score: the likeness that it went by, null for exact keys; moved: JSON of
  // what went over, by which it can be undone; undone_at: when it was.
  sql`CREATE TABLE merge (
    customer ${int} NOT NULL,
    into_customer ${int} NOT NULL,
    at ${int} NOT NULL,
    why ${text} NOT NULL,
    actor ${text} NOT NULL DEFAULT '',
    score DOUBLE PRECISION,
    moved ${text},
    undone_at ${int},
    PRIMARY KEY (customer, at)
  ) ${clustered}`,
  sql`CREATE INDEX merge_into ON merge (into_customer)`,
  // Two who may be one, for somebody to decide. customer < other; state: open, merged, apart.
  sql`CREATE TABLE merge_proposal (
    customer ${int} NOT NULL,
    other ${int} NOT NULL,
    score DOUBLE PRECISION NOT NULL,
    why ${text} NOT NULL,
    at ${int} NOT NULL,
    state ${text} NOT NULL DEFAULT 'open',
    decided_at ${int},
    decided_by ${text},
    PRIMARY KEY (customer, other)
  ) ${clustered}`,
  sql`CREATE INDEX merge_proposal_open ON merge_proposal (score DESC) WHERE state = 'open'`,
  // A household, an account, an employer: what several customers can share. Segment's group call names one by its key.
  sql`CREATE TABLE customer_group (
    ref ${counted} PRIMARY KEY,
    kind ${text} NOT NULL,
    key ${text} NOT NULL,
    traits ${document} NOT NULL,
    created_at ${int} NOT NULL,
    updated_at ${int} NOT NULL,
    UNIQUE (kind, key)
  )`,
  // Whose group it is, from when to when; to_at is null as long as it lasts.
  sql`CREATE TABLE relationship (
    customer ${int} NOT NULL,
    kind ${text} NOT NULL,
    customer_group ${int} NOT NULL REFERENCES customer_group (ref),
    from_at ${int} NOT NULL,
    to_at ${int},
    source ${text} NOT NULL,
    PRIMARY KEY (customer, kind, customer_group, from_at)
  ) ${clustered}`,
  sql`CREATE INDEX relationship_group ON relationship (customer_group, customer)`,
  sql`CREATE TABLE consent (
    customer ${int} NOT NULL,
    channel ${text} NOT NULL,
    purpose ${text} NOT NULL,
    at ${int} NOT NULL,
    granted ${int} NOT NULL,
    source ${text} NOT NULL,
    proof ${text},
    text_version ${text},
    PRIMARY KEY (customer, channel, purpose, at)
  ) ${clustered}`,
];
