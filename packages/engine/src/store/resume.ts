import type { Transaction } from './database.ts';
import type { MessageRef } from './messages.ts';

/** Enrollments get no message before they begin their next wait. */
export async function silence(tx: Transaction, those: readonly { customer: number; n: number }[]): Promise<void> {
  if (those.length === 0) return;
  await tx.run(
    `UPDATE enrollment SET quiet = 1 WHERE (customer, n) IN (SELECT c0, c1 FROM ${tx.dialect.rows(['int', 'int'])} r)`,
    [JSON.stringify(those.map(({ customer, n }) => [customer, n]))],
  );
}

/** The next messages of a node that were to be sent by an instant, in order of due time. */
export async function overdueMessages(
  tx: Transaction,
  node: number,
  { until, limit, offset }: { until: number; limit: number; offset: number },
): Promise<MessageRef[]> {
  return tx.all<MessageRef>(
    `SELECT m.customer, m.n, m.step FROM message m WHERE m.node = ? AND m.status = 'queued' AND m.due <= ?
     ORDER BY m.due, m.customer, m.n, m.step LIMIT ? OFFSET ? ${tx.dialect.lock('m')}`,
    [node, until, limit, offset],
  );
}

/** Messages are due at another instant. */
export async function delayMessages(
  tx: Transaction,
  messages: readonly (MessageRef & { due: number })[],
): Promise<void> {
  if (messages.length === 0) return;
  await tx.run(
    `UPDATE message SET due = r.c3 FROM ${tx.dialect.rows(['int', 'int', 'int', 'int'])} r
     WHERE message.customer = r.c0 AND message.n = r.c1 AND message.step = r.c2 AND message.status = 'queued'`,
    [JSON.stringify(messages.map(({ customer, n, step, due }) => [customer, n, step, due]))],
  );
}

/** Queued messages of enrollments that have ended are not sent. */
export async function dropMessages(
  tx: Transaction,
  messages: readonly MessageRef[],
  { now, detail }: { now: number; detail: string },
): Promise<void> {
  if (messages.length === 0) return;
  await tx.run(
    `UPDATE message SET status = 'suppressed', settled_at = CAST(? AS BIGINT), reason = 'ended', detail = CAST(? AS TEXT)
     WHERE (customer, n, step) IN (SELECT c0, c1, c2 FROM ${tx.dialect.rows(['int', 'int', 'int'])} r) AND status = 'queued'`,
    [now, detail, JSON.stringify(messages.map(({ customer, n, step }) => [customer, n, step]))],
  );
}
