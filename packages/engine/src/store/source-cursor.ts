import type { Transaction } from './database.ts';

/** How far the source at a node has been read, and what source that was. */
export interface SourceCursor {
  of: string;
  cursor: unknown;
  done: boolean;
}

export async function readCursor(tx: Transaction, node: number): Promise<SourceCursor | undefined> {
  const row = await tx.first<{ of_source: string; cursor: string; done: number }>(
    'SELECT of_source, cursor, done FROM source_cursor WHERE node = ?',
    [node],
  );
  return row && { of: row.of_source, cursor: JSON.parse(row.cursor), done: row.done === 1 };
}

export async function writeCursor(tx: Transaction, node: number, { of, cursor, done }: SourceCursor): Promise<void> {
  await tx.run(
    `INSERT INTO source_cursor (node, of_source, cursor, done) VALUES (?, ?, ?, ?)
     ON CONFLICT (node) DO UPDATE SET of_source = excluded.of_source, cursor = excluded.cursor, done = excluded.done`,
    [node, of, JSON.stringify(cursor ?? null), done ? 1 : 0],
  );
}
