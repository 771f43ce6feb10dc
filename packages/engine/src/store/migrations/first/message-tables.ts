import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { Types } from './types.ts';

/** What is sent. */
export const messageTables = ({ int, text, clustered }: Types): RawBuilder<unknown>[] => [
  // Outbox and ledger in one: a row a message, kept when it is sent. status: queued, sending, sent, failed, unknown,
  // suppressed. tried_at: when it was sent first, from where its age counts. worker: who is sending it. reason: the code of a suppression, detail says it in words.
  // keyed_as: <customer>.<n> of its key, where its enrollment has become somebody else's since: a key stays what receivers know.
  sql`CREATE TABLE message (
    customer ${int} NOT NULL,
    n ${int} NOT NULL,
    step ${int} NOT NULL,
    node ${int} NOT NULL,
    turn ${int} NOT NULL,
    status ${text} NOT NULL,
    due ${int} NOT NULL,
    attempts ${int} NOT NULL,
    created_at ${int} NOT NULL,
    tried_at ${int},
    settled_at ${int},
    address ${text} NOT NULL,
    body ${text} NOT NULL,
    cost ${int} NOT NULL,
    detail ${text},
    channel ${text} NOT NULL DEFAULT '',
    purpose ${text} NOT NULL DEFAULT '',
    priority ${int} NOT NULL DEFAULT 0,
    worker ${int},
    reason ${text},
    keyed_as ${text},
    PRIMARY KEY (customer, n, step)
  ) ${clustered}`,
  sql`CREATE INDEX message_due ON message (node, due, customer, n, step) WHERE status = 'queued'`,
  sql`CREATE INDEX message_sending ON message (worker) WHERE status = 'sending'`,
  sql`CREATE INDEX message_keyed ON message (keyed_as) WHERE keyed_as IS NOT NULL`,
  sql`CREATE INDEX message_dead ON message (settled_at) WHERE status IN ('failed', 'unknown')`,
  // How many messages a node type has sent in a window of so many milliseconds, for the limits of its rate.
  sql`CREATE TABLE channel_rate (
    type ${text} NOT NULL,
    span ${int} NOT NULL,
    start ${int} NOT NULL,
    count ${int} NOT NULL,
    PRIMARY KEY (type, span)
  ) ${clustered}`,
];
