import type { Transaction } from './database.ts';

/** A named segment, and how far its membership is kept. */
export interface StoredSegment {
  ref: number;
  id: string;
  name: string;
  /** JSON text of the rule. */
  rule: string;
  updatedAt: number;
  /** Since when a loop watches it; null when none does. */
  watchedAt: number | null;
  /** The membership is being filled, and has been up to this customer; null when it is complete. */
  filledTo: number | null;
  /** Whether those after `filledTo` come into the membership without anything happening: the watch is new. 0 or 1. */
  quiet: number;
}

const columns =
  'ref, id, name, rule, updated_at AS "updatedAt", watched_at AS "watchedAt", filled_to AS "filledTo", quiet';

export async function listSegments(tx: Transaction): Promise<StoredSegment[]> {
  return tx.all<StoredSegment>(`SELECT ${columns} FROM segment ORDER BY id`);
}

/** Whether any loop watches any segment. */
export async function watchesSegments(tx: Transaction): Promise<boolean> {
  return (await tx.first('SELECT ref FROM segment WHERE watched_at IS NOT NULL LIMIT 1')) !== undefined;
}

/** Begins to keep the membership of a segment: from nothing, without anything happening to those who are in it. */
export async function watchSegment(tx: Transaction, ref: number, now: number): Promise<void> {
  await tx.run('UPDATE segment SET watched_at = ?, filled_to = 0, quiet = 1 WHERE ref = ? AND watched_at IS NULL', [
    now,
    ref,
  ]);
}

export async function unwatchSegment(tx: Transaction, ref: number): Promise<void> {
  await tx.run('UPDATE segment SET watched_at = NULL, filled_to = NULL, quiet = 0 WHERE ref = ?', [ref]);
  await tx.run('DELETE FROM membership WHERE segment = ?', [ref]);
}

/** Asks everybody's membership of a watched segment again, for its rule has changed. */
export async function refillSegment(tx: Transaction, ref: number): Promise<void> {
  await tx.run(
    `UPDATE segment SET quiet = CASE WHEN filled_to IS NULL THEN 0 ELSE quiet END, filled_to = 0
     WHERE ref = ? AND watched_at IS NOT NULL`,
    [ref],
  );
}

/** Takes a segment whose membership is being filled, for one chunk; undefined when another worker is at it, or it is done. */
export async function claimFill(tx: Transaction, ref: number): Promise<{ filledTo: number } | undefined> {
  return tx.first<{ filledTo: number }>(
    `SELECT s.filled_to AS "filledTo" FROM segment s WHERE s.ref = ? AND s.filled_to IS NOT NULL ${tx.dialect.claim('s')}`,
    [ref],
  );
}

/** How far a fill has come; null ends it. */
export async function saveFill(tx: Transaction, ref: number, filledTo: number | null): Promise<void> {
  await tx.run(
    filledTo === null
      ? 'UPDATE segment SET filled_to = NULL, quiet = 0 WHERE ref = ?'
      : 'UPDATE segment SET filled_to = ? WHERE ref = ?',
    filledTo === null ? [ref] : [filledTo, ref],
  );
}

/** The next customers after one, in order of id. */
export async function customersAbove(tx: Transaction, above: number, limit: number): Promise<number[]> {
  const rows = await tx.all<{ id: number }>('SELECT id FROM customer WHERE id > ? ORDER BY id LIMIT ?', [above, limit]);
  return rows.map(({ id }) => id);
}

/** Writes a segment, new or changed. */
export async function saveSegment(
  tx: Transaction,
  segment: { id: string; name: string; rule: string; now: number },
): Promise<void> {
  await tx.run(
    `INSERT INTO segment (id, name, rule, updated_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, rule = excluded.rule, updated_at = excluded.updated_at`,
    [segment.id, segment.name, segment.rule, segment.now],
  );
}

export async function deleteSegment(tx: Transaction, id: string): Promise<void> {
  const segment = await tx.first<{ ref: number }>('SELECT ref FROM segment WHERE id = ?', [id]);
  if (!segment) return;
  await tx.run('DELETE FROM membership WHERE segment = ?', [segment.ref]);
  await tx.run('DELETE FROM segment WHERE ref = ?', [segment.ref]);
}
