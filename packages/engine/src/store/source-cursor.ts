import type { Transaction } from './database.ts';

/** How far a source node has read. */
export async function readCursor(
  tx: Transaction,
  node: number,
): Promise<{ cursor: unknown; done: boolean } | undefined> {
  const row = await tx.first<{ cursor: string; done: number }>(
    'SELECT cursor, done FROM source_cursor WHERE node = ?',
    [node],
  );
  return row && { cursor: JSON.parse(row.cursor), done: row.done === 1 };
}

export async function writeCursor(tx: Transaction, node: number, cursor: unknown, done: boolean): Promise<void> {
  await tx.run(
    'INSERT INTO source_cursor (node, cursor, done) VALUES (?, ?, ?) ON CONFLICT (node) DO UPDATE SET cursor = excluded.cursor, done = excluded.done',
    [node, JSON.stringify(cursor ?? null), done ? 1 : 0],
  );
}
