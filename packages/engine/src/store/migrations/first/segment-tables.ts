import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { Types } from './types.ts';

/** Segments, lists and typologies. */
export const segmentTables = ({ int, counted, text, clustered }: Types): RawBuilder<unknown>[] => [
  // made_at: since when its membership is kept. filled_to: it is being filled, and has been up to this customer. quiet: nothing
  // happens to those who are filled in. gone: deleted, under an id that nobody can choose, until its membership is cleared away.
  sql`CREATE TABLE segment (
    ref ${counted} PRIMARY KEY,
    id ${text} NOT NULL UNIQUE,
    name ${text} NOT NULL,
    rule ${text} NOT NULL,
    revision ${int} NOT NULL,
    made_at ${int} NOT NULL,
    updated_at ${int} NOT NULL,
    typology ${text},
    filled_to ${int},
    quiet ${int} NOT NULL DEFAULT 0,
    gone ${int} NOT NULL DEFAULT 0
  )`,
  // Who is in which segment: exact at every commit.
  sql`CREATE TABLE membership (
    customer ${int} NOT NULL,
    segment ${int} NOT NULL,
    since ${int} NOT NULL,
    PRIMARY KEY (customer, segment)
  ) ${clustered}`,
  sql`CREATE INDEX membership_segment ON membership (segment, customer)`,
  // How many they are, by the worker that counts: workers never wait for each other's rows.
  sql`CREATE TABLE segment_count (
    segment ${int} NOT NULL,
    worker ${int} NOT NULL,
    members ${int} NOT NULL,
    PRIMARY KEY (segment, worker)
  ) ${clustered}`,
  // When a window of a segment's rule moves past something of this customer: then the memberships that depend on it are asked
  // again. what: the window, as a number; 0 is everything.
  sql`CREATE TABLE segment_timer (
    due ${int} NOT NULL,
    customer ${int} NOT NULL,
    what ${int} NOT NULL,
    PRIMARY KEY (due, customer, what)
  ) ${clustered}`,

  // Customers whom somebody has named one by one: a list as rules ask for it, by $list.<id>.
  sql`CREATE TABLE static_list (
    ref ${counted} PRIMARY KEY,
    id ${text} NOT NULL UNIQUE,
    name ${text} NOT NULL,
    created_at ${int} NOT NULL,
    updated_at ${int} NOT NULL
  )`,
  sql`CREATE TABLE list_member (
    customer ${int} NOT NULL,
    list ${int} NOT NULL REFERENCES static_list (ref),
    added_at ${int} NOT NULL,
    source ${text} NOT NULL,
    PRIMARY KEY (customer, list)
  ) ${clustered}`,
  sql`CREATE INDEX list_member_list ON list_member (list, customer)`,
  // A division of the base into groups that was worked out from data: settings and the profile of each group, as JSON. Its groups are segments.
  sql`CREATE TABLE typology (
    id ${text} PRIMARY KEY,
    name ${text} NOT NULL,
    method ${text} NOT NULL,
    settings ${text} NOT NULL,
    profile ${text} NOT NULL,
    made_at ${int} NOT NULL
  ) ${clustered}`,
];
