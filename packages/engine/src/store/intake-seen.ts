import type { Transaction } from './database.ts';

const day = 86_400_000;

/**
 * Remembers message ids of calls that leave no event behind by which they would be known, for a day at least and two at most: a client that has not heard
 * its answer sends again within minutes, and what it says must not be laid over what was said since. The ids that are new.
 */
export async function addSeen(tx: Transaction, ids: readonly string[], now: number): Promise<Set<string>> {
  const today = Math.floor(now / day);
  const wanted = JSON.stringify([...new Set(ids)].sort());
  const known = await tx.all<{ id: string }>(
    `SELECT seen.message_id AS id FROM ${tx.dialect.list('text')} AS wanted
     ${tx.dialect.lookupJoin} intake_seen AS seen WHERE seen.message_id = wanted.value AND seen.day IN (?, ?)`,
    [wanted, today - 1, today],
  );
  const fresh = new Set(ids);
  for (const { id } of known) fresh.delete(id);
  await tx.run(
    `INSERT INTO intake_seen (day, message_id)
     SELECT CAST(? AS BIGINT), value FROM ${tx.dialect.list('text')} AS fresh WHERE true ON CONFLICT DO NOTHING`,
    [today, JSON.stringify([...fresh].sort())],
  );
  return fresh;
}

/** Forgets the oldest ids that no client sends again, at most so many. */
export const forgetSeen = (tx: Transaction, now: number, limit: number): Promise<number> =>
  tx.run(
    `DELETE FROM intake_seen WHERE (day, message_id) IN
       (SELECT day, message_id FROM intake_seen WHERE day < ? ORDER BY day, message_id LIMIT ?)`,
    [Math.floor(now / day) - 1, limit],
  );
