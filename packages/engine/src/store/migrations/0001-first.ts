import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/**
 * The first schema. Three choices carry the engine's speed, all measured before they were taken:
 *
 * - Where an enrollment stands *is* the order on disk: `position` has no rowid and its key begins with (node, due), so that
 *   the timer index comes free and a move is a delete and an insert of sorted ranges. An index on the node instead triples
 *   the price of a move.
 * - The journal is clustered by enrollment, so one customer's history is one page or two.
 * - An enrollment is the n-th of its customer, so every key of a hot table contains the customer.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const statements = [
    // What is known of the world and of this installation: the virtual clock's instant, the run's seed.
    sql`CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID`,

    sql`CREATE TABLE customer (
      id INTEGER PRIMARY KEY,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL,
      merged_into INTEGER REFERENCES customer (id),
      traits BLOB NOT NULL
    )`,
    sql`CREATE TABLE identity (
      kind TEXT NOT NULL,
      value TEXT NOT NULL,
      customer INTEGER NOT NULL REFERENCES customer (id),
      PRIMARY KEY (kind, value)
    ) WITHOUT ROWID`,
    sql`CREATE INDEX identity_customer ON identity (customer)`,
    // What the traits were before a change; the first value stands in customer, with its created_at.
    sql`CREATE TABLE trait_change (
      customer INTEGER NOT NULL,
      at INTEGER NOT NULL,
      seq INTEGER NOT NULL,
      source TEXT NOT NULL,
      before TEXT NOT NULL,
      PRIMARY KEY (customer, at, seq)
    ) WITHOUT ROWID`,
    sql`CREATE TABLE merge (
      customer INTEGER NOT NULL,
      into_customer INTEGER NOT NULL,
      at INTEGER NOT NULL,
      why TEXT NOT NULL,
      PRIMARY KEY (customer)
    ) WITHOUT ROWID`,
    sql`CREATE TABLE relationship (
      customer INTEGER NOT NULL,
      kind TEXT NOT NULL,
      other INTEGER NOT NULL,
      from_at INTEGER NOT NULL,
      to_at INTEGER,
      PRIMARY KEY (customer, kind, other, from_at)
    ) WITHOUT ROWID`,
    sql`CREATE TABLE consent (
      customer INTEGER NOT NULL,
      channel TEXT NOT NULL,
      purpose TEXT NOT NULL,
      at INTEGER NOT NULL,
      granted INTEGER NOT NULL,
      source TEXT NOT NULL,
      proof TEXT,
      PRIMARY KEY (customer, channel, purpose, at)
    ) WITHOUT ROWID`,

    sql`CREATE TABLE event (
      id INTEGER PRIMARY KEY,
      customer INTEGER NOT NULL,
      type TEXT NOT NULL,
      category TEXT NOT NULL,
      time INTEGER NOT NULL,
      received_at INTEGER NOT NULL,
      message_id TEXT,
      properties BLOB NOT NULL
    )`,
    sql`CREATE INDEX event_customer ON event (customer, type, time)`,
    sql`CREATE UNIQUE INDEX event_message ON event (message_id) WHERE message_id IS NOT NULL`,

    sql`CREATE TABLE segment (id TEXT PRIMARY KEY, name TEXT NOT NULL, rule TEXT NOT NULL, updated_at INTEGER NOT NULL)`,

    sql`CREATE TABLE loop (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      draft TEXT NOT NULL,
      revision INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL
    )`,
    sql`CREATE TABLE loop_version (
      id INTEGER PRIMARY KEY,
      loop TEXT NOT NULL REFERENCES loop (id),
      number INTEGER NOT NULL,
      document TEXT NOT NULL,
      digest TEXT NOT NULL,
      published_at INTEGER NOT NULL,
      turns INTEGER NOT NULL DEFAULT 0,
      UNIQUE (loop, number)
    )`,
    // A node of a version as a small integer, which is what positions and journal hold.
    sql`CREATE TABLE loop_node (
      ref INTEGER PRIMARY KEY,
      version INTEGER NOT NULL REFERENCES loop_version (id),
      node TEXT NOT NULL,
      UNIQUE (version, node)
    )`,

    sql`CREATE TABLE enrollment (
      customer INTEGER NOT NULL,
      n INTEGER NOT NULL,
      version INTEGER NOT NULL,
      entered_at INTEGER NOT NULL,
      node INTEGER NOT NULL,
      ended_at INTEGER,
      PRIMARY KEY (customer, n)
    ) WITHOUT ROWID`,
    // phase: 0 arrived, 1 waits for an instant or an event, 2 waits for the receipt of its message.
    sql`CREATE TABLE position (
      node INTEGER NOT NULL,
      due INTEGER NOT NULL,
      customer INTEGER NOT NULL,
      n INTEGER NOT NULL,
      step INTEGER NOT NULL,
      turn INTEGER NOT NULL,
      since INTEGER NOT NULL,
      phase INTEGER NOT NULL,
      PRIMARY KEY (node, due, customer, n)
    ) WITHOUT ROWID`,
    // port: the index of the port in the node's list; -1 began to wait (until says how long), -2 was parked, -3 was merged away.
    sql`CREATE TABLE journal (
      customer INTEGER NOT NULL,
      n INTEGER NOT NULL,
      step INTEGER NOT NULL,
      at INTEGER NOT NULL,
      turn INTEGER NOT NULL,
      node INTEGER NOT NULL,
      port INTEGER NOT NULL,
      until INTEGER,
      PRIMARY KEY (customer, n, step)
    ) WITHOUT ROWID`,
    // Which waiting enrollment an event wakes. due is where its position row lies.
    sql`CREATE TABLE subscription (
      customer INTEGER NOT NULL,
      event TEXT NOT NULL,
      n INTEGER NOT NULL,
      node INTEGER NOT NULL,
      due INTEGER NOT NULL,
      PRIMARY KEY (customer, event, n)
    ) WITHOUT ROWID`,
    sql`CREATE TABLE parked (
      customer INTEGER NOT NULL,
      n INTEGER NOT NULL,
      node INTEGER NOT NULL,
      step INTEGER NOT NULL,
      turn INTEGER NOT NULL,
      at INTEGER NOT NULL,
      error TEXT NOT NULL,
      PRIMARY KEY (customer, n)
    ) WITHOUT ROWID`,
    // port -1 counts who entered the node.
    sql`CREATE TABLE tally (
      node INTEGER NOT NULL,
      port INTEGER NOT NULL,
      count INTEGER NOT NULL,
      PRIMARY KEY (node, port)
    ) WITHOUT ROWID`,

    // Outbox and ledger in one: a row a message, kept when it is sent. status: queued, sending, sent, failed, unknown, suppressed.
    sql`CREATE TABLE message (
      customer INTEGER NOT NULL,
      n INTEGER NOT NULL,
      step INTEGER NOT NULL,
      node INTEGER NOT NULL,
      turn INTEGER NOT NULL,
      status TEXT NOT NULL,
      due INTEGER NOT NULL,
      attempts INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      settled_at INTEGER,
      address TEXT NOT NULL,
      body TEXT NOT NULL,
      cost INTEGER NOT NULL,
      detail TEXT,
      PRIMARY KEY (customer, n, step)
    ) WITHOUT ROWID`,
    sql`CREATE INDEX message_due ON message (status, due)`,

    // due: when the figures are to be worked out again, because customers have come since; null when they are fresh.
    sql`CREATE TABLE report (
      node INTEGER NOT NULL,
      turn INTEGER NOT NULL,
      due INTEGER,
      at INTEGER,
      figures TEXT,
      PRIMARY KEY (node, turn)
    ) WITHOUT ROWID`,
    // A report's proposal that was taken: from this turn on, the node's setting at path is value.
    sql`CREATE TABLE learning (
      node INTEGER NOT NULL,
      from_turn INTEGER NOT NULL,
      path TEXT NOT NULL,
      value TEXT NOT NULL,
      why TEXT NOT NULL,
      source INTEGER NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (node, from_turn, path)
    ) WITHOUT ROWID`,
    sql`CREATE TABLE source_cursor (
      node INTEGER PRIMARY KEY,
      of_source TEXT NOT NULL,
      cursor TEXT NOT NULL,
      done INTEGER NOT NULL
    )`,
    sql`CREATE TABLE write_key (digest TEXT PRIMARY KEY, name TEXT NOT NULL, created_at INTEGER NOT NULL) WITHOUT ROWID`,
  ];
  for (const statement of statements) await statement.execute(db);
}
