import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { Types } from './types.ts';

/** What is measured, and what sources have given. */
export const reportTables = ({ int, text, clustered }: Types): RawBuilder<unknown>[] => [
  // due: when the figures are to be worked out again, because customers have come since; null when they are fresh.
  sql`CREATE TABLE report (
    node ${int} NOT NULL,
    turn ${int} NOT NULL,
    due ${int},
    at ${int},
    figures ${text},
    PRIMARY KEY (node, turn)
  ) ${clustered}`,
  // A report's proposal that was taken: from this turn on, the node's setting at path is value.
  sql`CREATE TABLE learning (
    node ${int} NOT NULL,
    from_turn ${int} NOT NULL,
    path ${text} NOT NULL,
    value ${text} NOT NULL,
    why ${text} NOT NULL,
    source ${int} NOT NULL,
    at ${int} NOT NULL,
    PRIMARY KEY (node, from_turn, path)
  ) ${clustered}`,
  // One time that a schedule has come due: the unique row by which only one worker lets its customers in. above: the last customer looked at.
  sql`CREATE TABLE firing (
    node ${int} NOT NULL,
    due ${int} NOT NULL,
    above ${int} NOT NULL,
    entered ${int} NOT NULL,
    done_at ${int},
    PRIMARY KEY (node, due)
  ) ${clustered}`,
];
