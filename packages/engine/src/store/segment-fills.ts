import type { Transaction } from './database.ts';

/** Asks everybody's membership of a segment again, for its rule has changed: what that changes is a happening, unless nothing is yet. */
export async function refillSegment(tx: Transaction, ref: number): Promise<void> {
  await tx.run(
    'UPDATE segment SET quiet = CASE WHEN filled_to IS NULL THEN 0 ELSE quiet END, filled_to = 0 WHERE ref = ?',
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
