import type { Transaction } from './database.ts';
import { oneAtATime } from './one-at-a-time.ts';

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
  await oneAtATime(tx, 'versions');
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
      `INSERT INTO loop_node (version, node)
       SELECT (SELECT max(id) FROM loop_version WHERE loop = ?), one.value FROM ${tx.dialect.list('text')} AS one`,
      [loop, JSON.stringify(nodes)],
    );
  }
  const versions = await loadVersions(tx, loop);
  return versions.at(-1) as Version;
}

/** All versions, of one loop or of all, in order of publication. */
export async function loadVersions(tx: Transaction, loop?: string): Promise<Version[]> {
  const rows = await tx.all<Omit<Version, 'refs' | 'publishedAt'> & { published_at: number }>(
    `SELECT id, loop, number, document, digest, published_at, turns FROM loop_version
     WHERE CAST(? AS TEXT) IS NULL OR loop = ? ORDER BY id`,
    [loop ?? null, loop ?? null],
  );
  const nodes = await tx.all<{ version: number; node: string; ref: number }>(
    `SELECT n.version, n.node, n.ref FROM loop_node n JOIN loop_version v ON v.id = n.version
     WHERE CAST(? AS TEXT) IS NULL OR v.loop = ? ORDER BY n.ref`,
    [loop ?? null, loop ?? null],
  );
  const refs = Map.groupBy(nodes, ({ version }) => version);
  return rows.map(({ published_at, ...row }) => ({
    ...row,
    publishedAt: published_at,
    refs: new Map((refs.get(row.id) ?? []).map(({ node, ref }) => [node, ref])),
  }));
}
