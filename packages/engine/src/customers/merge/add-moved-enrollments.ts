import type { Transaction } from '../../store/database.ts';
import type { MovedEnrollments } from '../../store/move-enrollments.ts';
import type { Moved } from './moved.ts';

/** Enrollments that followed their customer later than the merge are given back with the rest. */
export async function addMovedEnrollments(
  tx: Transaction,
  moved: ReadonlyMap<number, MovedEnrollments>,
): Promise<void> {
  for (const [customer, { taken, ended }] of moved) {
    const row = await tx.first<{ at: number; moved: string | null }>(
      'SELECT at, moved FROM merge WHERE customer = ? AND undone_at IS NULL ORDER BY at DESC LIMIT 1',
      [customer],
    );
    if (!row?.moved) continue;
    const known = JSON.parse(row.moved) as Moved;
    known.enrollments.taken.push(...taken);
    known.enrollments.ended.push(...ended);
    await tx.run('UPDATE merge SET moved = ? WHERE customer = ? AND at = ?', [JSON.stringify(known), customer, row.at]);
  }
}
