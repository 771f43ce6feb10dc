import type { Transaction } from './database.ts';

export type MessageStatus = 'queued' | 'sending' | 'sent' | 'failed' | 'unknown' | 'suppressed';

/** A composed message, or the reason why there is none. */
export interface NewMessage {
  customer: number;
  n: number;
  step: number;
  turn: number;
  status: 'queued' | 'suppressed';
  address: string;
  /** JSON text. */
  body: string;
  cost: number;
  detail: string | null;
}

export interface QueuedMessage {
  customer: number;
  n: number;
  step: number;
  turn: number;
  attempts: number;
  address: string;
  body: string;
  cost: number;
}

/** Writes messages into the outbox, in the transaction that moves their enrollments. */
export async function queueMessages(
  tx: Transaction,
  node: number,
  now: number,
  messages: readonly NewMessage[],
): Promise<void> {
  await tx.runMany(
    `INSERT INTO message (customer, n, step, node, turn, status, due, attempts, created_at, settled_at, address, body, cost, detail)
     VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?)`,
    messages.map((m) => [
      m.customer,
      m.n,
      m.step,
      node,
      m.turn,
      m.status,
      now,
      now,
      m.status === 'suppressed' ? now : null,
      m.address,
      m.body,
      m.cost,
      m.detail,
    ]),
  );
}

/** Which nodes have messages that are due. */
export async function nodesWithMail(tx: Transaction, now: number): Promise<number[]> {
  const rows = await tx.all<{ node: number }>(
    "SELECT DISTINCT node FROM message WHERE status = 'queued' AND due <= ?",
    [now],
  );
  return rows.map((row) => row.node);
}

/** Marks the next due messages of a node as on their way, before anything is sent. */
export async function claimMessages(
  tx: Transaction,
  node: number,
  now: number,
  limit: number,
): Promise<QueuedMessage[]> {
  const claimed = await tx.all<QueuedMessage>(
    `UPDATE message SET status = 'sending', attempts = attempts + 1
     WHERE (customer, n, step) IN (
       SELECT customer, n, step FROM message WHERE status = 'queued' AND due <= ? AND node = ? ORDER BY due LIMIT ?)
     RETURNING customer, n, step, turn, attempts, address, body, cost`,
    [now, node, limit],
  );
  return claimed.sort((a, b) => a.customer - b.customer || a.n - b.n);
}

export interface Settlement {
  customer: number;
  n: number;
  step: number;
  status: MessageStatus;
  /** When it was known what became of it. */
  at: number;
  due: number;
  detail: string | null;
}

/** Writes down what became of messages. One that goes back to `queued` is due again at `due`. */
export async function settleMessages(tx: Transaction, settlements: readonly Settlement[]): Promise<void> {
  await tx.runMany(
    'UPDATE message SET status = ?, due = ?, settled_at = ?, detail = ? WHERE customer = ? AND n = ? AND step = ?',
    settlements.map((s) => [s.status, s.due, s.status === 'queued' ? null : s.at, s.detail, s.customer, s.n, s.step]),
  );
}

/** What was on its way when a process died. */
export async function interruptedMessages(tx: Transaction): Promise<(QueuedMessage & { node: number })[]> {
  return tx.all(
    "SELECT customer, n, step, turn, attempts, address, body, cost, node FROM message WHERE status = 'sending'",
  );
}

/** How many messages of these nodes there are of each status. */
export async function countMessages(tx: Transaction, nodes: readonly number[]): Promise<Record<string, number>> {
  const rows = await tx.all<{ status: string; count: number }>(
    'SELECT status, count(*) AS count FROM message WHERE node IN (SELECT value FROM json_each(?)) GROUP BY status',
    [JSON.stringify(nodes)],
  );
  return Object.fromEntries(rows.map((row) => [row.status, row.count]));
}
