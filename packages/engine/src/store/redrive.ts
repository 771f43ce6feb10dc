import type { Transaction } from './database.ts';
import type { MessageRef } from './messages.ts';
import { prunedBody } from './prune.ts';

/** Which dead letters are meant: all of that status at these nodes, or only those named. One whose body has been pruned has nothing to say any more. */
export interface DeadLetters {
  nodes: readonly number[];
  status: 'failed' | 'unknown';
  messages?: readonly MessageRef[] | undefined;
}

const wanted = (tx: Transaction, { messages }: DeadLetters) =>
  `status = ? AND body <> '${prunedBody}' AND node IN (SELECT value FROM ${tx.dialect.list('int')} l)${
    messages ? ` AND (customer, n, step) IN (SELECT c0, c1, c2 FROM ${tx.dialect.rows(['int', 'int', 'int'])} r)` : ''
  }`;

const parametersOf = ({ nodes, status, messages }: DeadLetters) => [
  status,
  JSON.stringify(nodes),
  ...(messages ? [JSON.stringify(messages.map(({ customer, n, step }) => [customer, n, step]))] : []),
];

export async function countDeadLetters(tx: Transaction, letters: DeadLetters): Promise<number> {
  const row = await tx.first<{ count: number }>(
    `SELECT count(*) AS count FROM message WHERE ${wanted(tx, letters)}`,
    parametersOf(letters),
  );
  return row?.count ?? 0;
}

/** Puts dead letters back into the outbox as if they had never been tried, their keys unchanged. At most `limit`; how many. */
export async function redriveMessages(
  tx: Transaction,
  letters: DeadLetters,
  { now, limit }: { now: number; limit: number },
): Promise<number> {
  return tx.run(
    `UPDATE message SET status = 'queued', attempts = 0, due = CAST(? AS BIGINT), tried_at = NULL, settled_at = NULL,
       worker = NULL, reason = NULL
     WHERE (customer, n, step) IN (
       SELECT customer, n, step FROM message WHERE ${wanted(tx, letters)} ORDER BY customer, n, step LIMIT ?)`,
    [now, ...parametersOf(letters), limit],
  );
}
