import type { Transaction } from './database.ts';

/**
 * A text that changes whenever what engines hold in memory is no longer what is stored: versions, the lives of loops, what
 * reports have taught, segments. All of them are few rows. Asked at every pass where several engines work side by side, so
 * that none has to tell the others, and one that was away misses nothing.
 */
export async function readRevision(tx: Transaction): Promise<string> {
  const rows = await tx.all<{ part: string }>(
    `SELECT 'versions ' || coalesce(max(id), 0) || ' ' || count(*) AS part FROM loop_version
     UNION ALL SELECT 'learnings ' || coalesce(max(at), 0) || ' ' || count(*) FROM learning
     UNION ALL SELECT 'segment ' || id || ' ' || updated_at || ' ' || rule FROM segment WHERE gone = 0
     UNION ALL SELECT 'loop ' || id || ' ' || state || ' ' || state_since FROM loop
     ORDER BY part`,
  );
  return rows.map(({ part }) => part).join('\n');
}
