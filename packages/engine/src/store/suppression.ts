import type { Transaction } from './database.ts';

/** Why nothing is sent to an address. */
export type SuppressionReason = 'bounce' | 'complaint' | 'erasure' | 'manual';

/** `hash`: see customers/permission/suppression-hash.ts. `source`: what it was learnt from, without the address. */
export interface SuppressionRow {
  channel: string;
  hash: string;
  reason: SuppressionReason;
  at: number;
  source: string;
}

/** Puts addresses on the list. One that is there stays as it is, but for a complaint, which is told of in the place of anything else. */
export async function addSuppressions(tx: Transaction, rows: readonly SuppressionRow[]): Promise<void> {
  await tx.runMany(
    `INSERT INTO suppression (channel, hash, reason, at, source) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (channel, hash) DO UPDATE SET reason = excluded.reason, at = excluded.at, source = excluded.source
     WHERE excluded.reason = 'complaint' AND suppression.reason <> 'complaint'`,
    rows.map(({ channel, hash, reason, at, source }) => [channel, hash, reason, at, source]),
  );
}

/** Whether anything stands on the list: without, no address need be hashed to be looked for. */
export async function hasSuppressions(tx: Transaction): Promise<boolean> {
  return (await tx.first('SELECT 1 AS one FROM suppression LIMIT 1')) !== undefined;
}

/** Those of these addresses that are on the list. */
export async function findSuppressions(
  tx: Transaction,
  addresses: readonly { channel: string; hash: string }[],
): Promise<SuppressionRow[]> {
  if (addresses.length === 0) return [];
  return tx.all(
    `SELECT s.channel, s.hash, s.reason, s.at, s.source
     FROM ${tx.dialect.rows(['text', 'text'])} r ${tx.dialect.lookupJoin} suppression s
     WHERE s.channel = r.c0 AND s.hash = r.c1`,
    [JSON.stringify(addresses.map(({ channel, hash }) => [channel, hash]))],
  );
}

/** Newest first; `after` is the last of the page before. */
export async function listSuppressions(
  tx: Transaction,
  { after, limit }: { after?: { at: number; channel: string; hash: string } | undefined; limit: number },
): Promise<SuppressionRow[]> {
  const columns = 'SELECT channel, hash, reason, at, source FROM suppression';
  const order = 'ORDER BY at DESC, channel, hash LIMIT ?';
  if (!after) return tx.all(`${columns} ${order}`, [limit]);
  return tx.all(`${columns} WHERE at <= ? AND (at < ? OR channel > ? OR (channel = ? AND hash > ?)) ${order}`, [
    after.at,
    after.at,
    after.channel,
    after.channel,
    after.hash,
    limit,
  ]);
}

export async function countSuppressions(
  tx: Transaction,
): Promise<{ channel: string; reason: string; count: number }[]> {
  return tx.all(
    'SELECT channel, reason, count(*) AS count FROM suppression GROUP BY channel, reason ORDER BY channel, reason',
  );
}

/** Whether it was there. What was counted of its soft bounces is forgotten with it. */
export async function removeSuppression(
  tx: Transaction,
  { channel, hash }: { channel: string; hash: string },
): Promise<boolean> {
  await tx.run('DELETE FROM soft_bounce WHERE channel = ? AND hash = ?', [channel, hash]);
  return (await tx.run('DELETE FROM suppression WHERE channel = ? AND hash = ?', [channel, hash])) > 0;
}

/** Counts one soft bounce of an address, and says how many there have been since an instant. Older ones are forgotten. */
export async function countSoftBounce(
  tx: Transaction,
  { channel, hash, at, since }: { channel: string; hash: string; at: number; since: number },
): Promise<number> {
  await tx.run('DELETE FROM soft_bounce WHERE channel = ? AND hash = ? AND at < ?', [channel, hash, since]);
  await tx.run('INSERT INTO soft_bounce (channel, hash, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING', [
    channel,
    hash,
    at,
  ]);
  const row = await tx.first<{ count: number }>(
    'SELECT count(*) AS count FROM soft_bounce WHERE channel = ? AND hash = ?',
    [channel, hash],
  );
  return row?.count ?? 0;
}
