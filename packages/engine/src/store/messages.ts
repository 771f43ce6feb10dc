import type { Transaction } from './database.ts';
import type { ColumnType } from './dialect.ts';
import { keyedAs } from './keyed-as.ts';

export type MessageStatus = 'queued' | 'sending' | 'sent' | 'failed' | 'unknown' | 'suppressed';

/** Why a message was not sent, or not yet: the codes that the ledger is filtered by. `detail` says it in words. */
export type Reason = 'consent' | 'cap' | 'complaint' | 'quiet' | 'skipped' | 'ended' | 'address' | 'suppressed';

/** Which message: the step of an enrollment at which it was composed. */
export interface MessageRef {
  customer: number;
  n: number;
  step: number;
}

/** A composed message, or the reason why there is none. */
export interface NewMessage extends MessageRef {
  turn: number;
  status: 'queued' | 'suppressed';
  address: string;
  /** JSON text. */
  body: string;
  cost: number;
  reason: Reason | null;
  detail: string | null;
  /** What the contact policy goes by; '' for what does not reach a customer. */
  channel: string;
  purpose: string;
  priority: number;
}

/** A message that may be sent. */
export interface QueuedMessage extends MessageRef {
  node: number;
  turn: number;
  due: number;
  priority: number;
  attempts: number;
  /** When it was tried first; null before. */
  triedAt: number | null;
  /** `<customer>.<n>` of its key. */
  keyedAs: string;
  address: string;
  body: string;
  cost: number;
  /** Whether its enrollment is to get no message before its next wait. */
  quiet: number;
}

const columns: readonly ColumnType[] = [
  'int',
  'int',
  'int',
  'int',
  'text',
  'text',
  'text',
  'int',
  'text',
  'text',
  'text',
  'text',
  'int',
];

/** Writes messages of enrollments that are in `moved` into the outbox, in the transaction that moves them. Of one that has gone on since, nothing. */
export async function queueMessages(
  tx: Transaction,
  node: number,
  now: number,
  messages: readonly NewMessage[],
): Promise<void> {
  if (messages.length === 0) return;
  await tx.run(
    `INSERT INTO message (customer, n, step, node, turn, status, due, attempts, created_at, settled_at, address, body, cost,
       reason, detail, channel, purpose, priority)
     SELECT c0, c1, c2, CAST(? AS BIGINT), c3, c4, CAST(? AS BIGINT), 0, CAST(? AS BIGINT),
       CASE WHEN c4 = 'suppressed' THEN CAST(? AS BIGINT) END, c5, c6, c7, c8, c9, c10, c11, c12
     FROM ${tx.dialect.rows(columns)} r WHERE (c0, c1, c2) IN (SELECT customer, n, step FROM moved) ORDER BY c0, c1, c2`,
    [
      node,
      now,
      now,
      now,
      JSON.stringify(
        messages.map((m) => [
          m.customer,
          m.n,
          m.step,
          m.turn,
          m.status,
          m.address,
          m.body,
          m.cost,
          m.reason,
          m.detail,
          m.channel,
          m.purpose,
          m.priority,
        ]),
      ),
    ],
  );
}

/** Which of these nodes have messages that are due. */
export async function nodesWithMail(tx: Transaction, nodes: readonly number[], now: number): Promise<number[]> {
  if (nodes.length === 0) return [];
  const rows = await tx.all<{ node: number }>(
    `SELECT l.value AS node FROM ${tx.dialect.list('int')} l
     WHERE EXISTS (SELECT 1 FROM message m WHERE m.node = l.value AND m.status = 'queued' AND m.due <= ?)`,
    [JSON.stringify(nodes), now],
  );
  return rows.map((row) => row.node);
}

/** When the first queued message of each of these nodes is due; those without any are left out. */
export async function nextMail(tx: Transaction, nodes: readonly number[]): Promise<{ node: number; due: number }[]> {
  if (nodes.length === 0) return [];
  const rows = await tx.all<{ node: number; due: number | null }>(
    `SELECT l.value AS node, (SELECT min(m.due) FROM message m WHERE m.node = l.value AND m.status = 'queued') AS due
     FROM ${tx.dialect.list('int')} l`,
    [JSON.stringify(nodes)],
  );
  return rows.flatMap(({ node, due }) => (due === null ? [] : [{ node, due }]));
}

/**
 * The next due messages of a node, oldest first. With `withCustomers` their customers are kept to the end of the
 * transaction, without only the messages; those that another worker holds are passed over.
 */
export async function dueMessages(
  tx: Transaction,
  { node, now, limit, withCustomers }: { node: number; now: number; limit: number; withCustomers: boolean },
): Promise<QueuedMessage[]> {
  const { lookupJoin } = tx.dialect;
  return tx.all<QueuedMessage>(
    `SELECT m.customer, m.n, m.step, m.node, m.turn, m.due, m.priority, m.attempts,
       m.tried_at AS "triedAt", ${keyedAs('m')} AS "keyedAs", m.address, m.body, m.cost, e.quiet
     FROM message m ${lookupJoin} enrollment e ${withCustomers ? `${lookupJoin} customer c` : ''}
     WHERE m.node = ? AND m.status = 'queued' AND m.due <= ? AND e.customer = m.customer AND e.n = m.n
       ${withCustomers ? 'AND c.id = m.customer' : ''}
     ORDER BY m.due, m.customer, m.n, m.step LIMIT ? ${tx.dialect.claim(withCustomers ? 'c' : 'm')}`,
    [node, now, limit],
  );
}

const refs = (messages: readonly MessageRef[]) => messages.map(({ customer, n, step }) => [customer, n, step]);

/** Marks messages as on their way, before anything is sent. Gives those that nobody else has taken in between. */
export async function markSending(
  tx: Transaction,
  messages: readonly MessageRef[],
  { now, worker }: { now: number; worker: number },
): Promise<MessageRef[]> {
  if (messages.length === 0) return [];
  return tx.all<MessageRef>(
    `UPDATE message SET status = 'sending', attempts = attempts + 1, worker = CAST(? AS BIGINT),
       tried_at = coalesce(tried_at, CAST(? AS BIGINT)), reason = NULL, detail = NULL
     WHERE (customer, n, step) IN (SELECT c0, c1, c2 FROM ${tx.dialect.rows(['int', 'int', 'int'])} r) AND status = 'queued'
     RETURNING customer, n, step`,
    [worker, now, JSON.stringify(refs(messages))],
  );
}

/** Withholds queued messages for good. What they would have said is not kept. */
export async function suppressMessages(
  tx: Transaction,
  messages: readonly (MessageRef & { reason: Reason; detail: string })[],
  now: number,
): Promise<void> {
  if (messages.length === 0) return;
  const rows = messages.map(({ customer, n, step, reason, detail }) => [customer, n, step, reason, detail]);
  await tx.run(
    `UPDATE message SET status = 'suppressed', settled_at = CAST(? AS BIGINT), reason = r.c3, detail = r.c4, body = '{}', cost = 0
     FROM ${tx.dialect.rows(['int', 'int', 'int', 'text', 'text'])} r
     WHERE message.customer = r.c0 AND message.n = r.c1 AND message.step = r.c2 AND message.status = 'queued'`,
    [now, JSON.stringify(rows)],
  );
}

/** Lets queued messages wait until an instant. */
export async function holdMessages(
  tx: Transaction,
  messages: readonly (MessageRef & { due: number; reason: Reason; detail: string })[],
): Promise<void> {
  if (messages.length === 0) return;
  const rows = messages.map(({ customer, n, step, due, reason, detail }) => [customer, n, step, due, reason, detail]);
  await tx.run(
    `UPDATE message SET due = r.c3, reason = r.c4, detail = r.c5
     FROM ${tx.dialect.rows(['int', 'int', 'int', 'int', 'text', 'text'])} r
     WHERE message.customer = r.c0 AND message.n = r.c1 AND message.step = r.c2 AND message.status = 'queued'`,
    [JSON.stringify(rows)],
  );
}

/** What became of one attempt of one worker. */
export interface Settlement extends MessageRef {
  worker: number;
  attempts: number;
  status: 'queued' | 'sent' | 'failed' | 'unknown';
  /** When it was known what became of it. */
  at: number;
  due: number;
  detail: string | null;
  /** It was claimed and never begun: the attempt does not count. */
  untried?: boolean;
}

/**
 * Writes down what became of messages; one that goes back to `queued` is due again at `due`. Only of those that are still on
 * their way by that worker and that attempt, which it gives: whatever else is known too late. But of a message of which
 * nobody knew anything, that it was sent is taken, and never the other way round.
 */
export async function settleMessages(tx: Transaction, settlements: readonly Settlement[]): Promise<MessageRef[]> {
  if (settlements.length === 0) return [];
  const rows = settlements.map(({ customer, n, step, worker, attempts, status, at, due, detail, untried }) => [
    customer,
    n,
    step,
    worker,
    attempts,
    status,
    due,
    status === 'queued' ? null : at,
    detail,
    untried ? 1 : 0,
  ]);
  const list = tx.dialect.rows(['int', 'int', 'int', 'int', 'int', 'text', 'int', 'int', 'text', 'int']);
  const settled = await tx.all<MessageRef>(
    `UPDATE message SET status = r.c5, due = r.c6, settled_at = r.c7, detail = r.c8, attempts = attempts - r.c9, worker = NULL
     FROM ${list} r
     WHERE message.customer = r.c0 AND message.n = r.c1 AND message.step = r.c2
       AND message.status = 'sending' AND message.worker = r.c3 AND message.attempts = r.c4
     RETURNING message.customer, message.n, message.step`,
    [JSON.stringify(rows)],
  );
  if (settled.length < settlements.length && settlements.some(({ status }) => status === 'sent'))
    await tx.run(
      `UPDATE message SET status = 'sent', settled_at = r.c7, detail = r.c8
       FROM ${list} r
       WHERE message.customer = r.c0 AND message.n = r.c1 AND message.step = r.c2
         AND message.status = 'unknown' AND message.attempts = r.c4 AND r.c5 = 'sent'`,
      [JSON.stringify(rows)],
    );
  return settled;
}

export type SendingMessage = MessageRef & { node: number; attempts: number; worker: number };

/** What is marked as on its way by these workers. */
export async function sendingMessages(tx: Transaction, workers: readonly number[]): Promise<SendingMessage[]> {
  if (workers.length === 0) return [];
  return tx.all(
    `SELECT customer, n, step, node, attempts, worker FROM message
     WHERE status = 'sending' AND worker IN (SELECT value FROM ${tx.dialect.list('int')} l) ORDER BY customer, n, step`,
    [JSON.stringify(workers)],
  );
}

/** The workers that have messages on their way. */
export async function sendingWorkers(tx: Transaction): Promise<number[]> {
  const rows = await tx.all<{ worker: number }>("SELECT DISTINCT worker FROM message WHERE status = 'sending'");
  return rows.map(({ worker }) => worker);
}

/** How many messages of these nodes are on their way, whoever sends them. */
export async function countSending(tx: Transaction, nodes: readonly number[]): Promise<number> {
  const row = await tx.first<{ count: number }>(
    `SELECT count(*) AS count FROM message
     WHERE status = 'sending' AND node IN (SELECT value FROM ${tx.dialect.list('int')} l)`,
    [JSON.stringify(nodes)],
  );
  return row?.count ?? 0;
}

/** How many messages of these nodes there are of each status. */
export async function countMessages(tx: Transaction, nodes: readonly number[]): Promise<Record<string, number>> {
  const rows = await tx.all<{ status: string; count: number }>(
    `SELECT status, count(*) AS count FROM message
     WHERE node IN (SELECT value FROM ${tx.dialect.list('int')} l) GROUP BY status`,
    [JSON.stringify(nodes)],
  );
  return Object.fromEntries(rows.map((row) => [row.status, row.count]));
}

/** Of those in `moved`, keeps who stands there for one of these messages: an older message of the same enrollment moves nobody. */
export async function keepAwaiting(tx: Transaction, messages: readonly MessageRef[]): Promise<void> {
  await tx.run(
    `DELETE FROM moved WHERE (customer, n, step) NOT IN (SELECT c0, c1, c2 FROM ${tx.dialect.rows(['int', 'int', 'int'])} r)`,
    [JSON.stringify(refs(messages))],
  );
}
