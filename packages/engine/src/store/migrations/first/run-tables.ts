import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { Types } from './types.ts';

/** Loops, their versions, and where everybody stands. */
export const runTables = ({ int, counted, text, clustered }: Types): RawBuilder<unknown>[] => [
  sql`CREATE TABLE loop (
    id ${text} PRIMARY KEY,
    name ${text} NOT NULL,
    draft ${text} NOT NULL,
    revision ${int} NOT NULL,
    created_at ${int} NOT NULL,
    updated_at ${int} NOT NULL,
    state ${text} NOT NULL DEFAULT 'draft',
    state_since ${int} NOT NULL DEFAULT 0
  )`,
  // Who did what to a loop, in order: its life from draft to archive, and every intervention with what it has changed.
  sql`CREATE TABLE loop_audit (
    loop ${text} NOT NULL,
    seq ${int} NOT NULL,
    at ${int} NOT NULL,
    actor ${text} NOT NULL,
    action ${text} NOT NULL,
    detail ${text} NOT NULL,
    PRIMARY KEY (loop, seq)
  ) ${clustered}`,
  sql`CREATE TABLE loop_version (
    id ${counted} PRIMARY KEY,
    loop ${text} NOT NULL REFERENCES loop (id),
    number ${int} NOT NULL,
    document ${text} NOT NULL,
    digest ${text} NOT NULL,
    published_at ${int} NOT NULL,
    turns ${int} NOT NULL DEFAULT 0,
    UNIQUE (loop, number)
  )`,
  // A node of a version as a small integer, which is what positions and journal hold.
  sql`CREATE TABLE loop_node (
    ref ${counted} PRIMARY KEY,
    version ${int} NOT NULL REFERENCES loop_version (id),
    node ${text} NOT NULL,
    UNIQUE (version, node)
  )`,

  // key: what tells several enrollments of one customer in one loop apart, as the id of a cart; '' where there is one at most.
  // quiet: messages are withheld until its next wait. outcome: why it ended, null for the end of the drawing: goal, exit, cancelled, merged.
  sql`CREATE TABLE enrollment (
    customer ${int} NOT NULL,
    n ${int} NOT NULL,
    version ${int} NOT NULL,
    entered_at ${int} NOT NULL,
    node ${int} NOT NULL,
    key ${text} NOT NULL DEFAULT '',
    quiet ${int} NOT NULL DEFAULT 0,
    ended_at ${int},
    outcome ${text},
    PRIMARY KEY (customer, n)
  ) ${clustered}`,
  sql`CREATE INDEX enrollment_quiet ON enrollment (customer, n) WHERE quiet = 1`,
  // phase: 0 arrived, 1 waits for an instant or an event, 2 waits for the receipt of its message; from 10 on it has been
  // woken while its loop was paused, and leaves by the port of that number less 10.
  sql`CREATE TABLE position (
    node ${int} NOT NULL,
    due ${int} NOT NULL,
    customer ${int} NOT NULL,
    n ${int} NOT NULL,
    step ${int} NOT NULL,
    turn ${int} NOT NULL,
    since ${int} NOT NULL,
    phase ${int} NOT NULL,
    PRIMARY KEY (node, due, customer, n)
  ) ${clustered}`,
  // The nodes that an enrollment has passed in one move, each with the port it left by: nodes that neither wait nor act are
  // passed in one, so a row of the journal names a path, and there are few paths. port: its index in the node's list; -1
  // began to wait (until says how long), below that the marks of store/marks.ts: parked, merged, moved by hand.
  sql`CREATE TABLE loop_path (
    id ${counted} PRIMARY KEY,
    version ${int} NOT NULL,
    steps ${text} NOT NULL,
    UNIQUE (version, steps)
  )`,
  sql`CREATE TABLE path_step (
    path ${int} NOT NULL,
    i ${int} NOT NULL,
    node ${int} NOT NULL,
    port ${int} NOT NULL,
    PRIMARY KEY (path, i)
  ) ${clustered}`,
  sql`CREATE INDEX path_step_node ON path_step (node, port)`,
  // step: the number of the path's first node among the enrollment's steps; a path of three nodes is three steps.
  sql`CREATE TABLE journal (
    customer ${int} NOT NULL,
    n ${int} NOT NULL,
    step ${int} NOT NULL,
    at ${int} NOT NULL,
    turn ${int} NOT NULL,
    path ${int} NOT NULL,
    until ${int},
    PRIMARY KEY (customer, n, step)
  ) ${clustered}`,
  // Which waiting enrollment an event wakes. due is where its position row lies.
  sql`CREATE TABLE subscription (
    customer ${int} NOT NULL,
    event ${text} NOT NULL,
    n ${int} NOT NULL,
    node ${int} NOT NULL,
    due ${int} NOT NULL,
    PRIMARY KEY (customer, event, n)
  ) ${clustered}`,
  sql`CREATE TABLE parked (
    customer ${int} NOT NULL,
    n ${int} NOT NULL,
    node ${int} NOT NULL,
    step ${int} NOT NULL,
    turn ${int} NOT NULL,
    at ${int} NOT NULL,
    error ${text} NOT NULL,
    PRIMARY KEY (customer, n)
  ) ${clustered}`,
  // port -1 counts who entered the node.
  // A row a worker, so that workers do not wait for each other; the count is their sum.
  sql`CREATE TABLE tally (
    node ${int} NOT NULL,
    port ${int} NOT NULL,
    worker ${int} NOT NULL DEFAULT 0,
    count ${int} NOT NULL,
    PRIMARY KEY (node, port, worker)
  ) ${clustered}`,
];
