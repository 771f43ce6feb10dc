import type { Transaction } from './database.ts';
import type { MessageRef } from './messages.ts';

/** Where the messages lie now that were composed as these. */
export async function findByKeys(tx: Transaction, composed: readonly MessageRef[]): Promise<MessageRef[]> {
  if (composed.length === 0) return [];
  const { dialect } = tx;
  const moved = await tx.all<MessageRef & { keyedAs: string }>(
    `SELECT m.customer, m.n, m.step, m.keyed_as AS "keyedAs" FROM ${dialect.rows(['text', 'int'])} AS wanted
     ${dialect.lookupJoin} message m WHERE m.keyed_as IS NOT NULL AND m.keyed_as = wanted.c0 AND m.step = wanted.c1`,
    [JSON.stringify(composed.map(({ customer, n, step }) => [`${customer}.${n}`, step]))],
  );
  const now = new Map(moved.map(({ keyedAs: as, ...ref }) => [`${as}.${ref.step}`, ref]));
  return composed.map((ref) => now.get(`${ref.customer}.${ref.n}.${ref.step}`) ?? ref);
}
