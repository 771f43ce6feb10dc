import type { Transaction } from './database.ts';

/** A published, immutable version of a loop. */
export interface Version {
  id: number;
  loop: string;
  number: number;
  /** JSON text of the loop document. */
  document: string;
  digest: string;
  publishedAt: number;
  turns: number;
  /** Node id → the small integer that positions and journal hold. */
  refs: ReadonlyMap<string, number>;
}

/** Writes a new version, unless the loop's newest has the same digest: then that one. */
export async function publishVersion(
  tx: Transaction,
  {
    loop,
    document,
    digest,
    nodes,
    now,
  }: { loop: string; document: string; digest: string; nodes: readonly string[]; now: number },
): Promise<Version> {
  const newest = await tx.first<{ id: number; number: number; digest: string }>(
    'SELECT id, number, digest FROM loop_version WHERE loop = ? ORDER BY number DESC LIMIT 1',
    [loop],
  );
  if (newest?.digest !== digest) {
    await tx.run('INSERT INTO loop_version (loop, number, document, digest, published_at) VALUES (?, ?, ?, ?, ?)', [
      loop,
      (newest?.number ?? 0) + 1,
      document,
      digest,
      now,
    ]);
    await tx.run(
      `INSERT INTO loop_node (version, node) SELECT (SELECT max(id) FROM loop_version WHERE loop = ?), value FROM json_each(?)`,
      [loop, JSON.stringify(nodes)],
    );
  }
  const versions = await loadVersions(tx, loop);
  return versions.at(-1) as Version;
}

/** All versions, of one loop or of all, in order of publication. */
export async function loadVersions(tx: Transaction, loop?: string): Promise<Version[]> {
  const rows = await tx.all<{
    id: number;
    loop: string;
    number: number;
    document: string;
    digest: string;
    published_at: number;
    turns: number;
    refs: string;
  }>(
    `SELECT v.*, (SELECT json_group_object(node, ref) FROM loop_node WHERE version = v.id) AS refs
     FROM loop_version v WHERE ? IS NULL OR v.loop = ? ORDER BY v.id`,
    [loop ?? null, loop ?? null],
  );
  return rows.map(({ published_at, refs, ...row }) => ({
    ...row,
    publishedAt: published_at,
    refs: new Map(Object.entries(JSON.parse(refs) as Record<string, number>)),
  }));
}
