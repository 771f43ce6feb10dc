import type { RuleGroup } from '../rule/rule.ts';
import type { Transaction } from './database.ts';
import { readMeta, writeMeta } from './meta.ts';

/** A named segment, and how far its membership has been filled. */
export interface StoredSegment {
  ref: number;
  id: string;
  name: string;
  /** JSON text of the rule. */
  rule: string;
  /** Another with every save, and no other segment's: what was read of the rule is still right as long as it is the same. */
  revision: number;
  /** Since when its membership is kept. */
  madeAt: number;
  updatedAt: number;
  /** The typology that made it. */
  typology: string | null;
  /** The membership is being filled, and has been up to this customer; null when it is complete. */
  filledTo: number | null;
  /** Whether those after `filledTo` come into the membership without anything happening: the segment is new. 0 or 1. */
  quiet: number;
}

const columns = `ref, id, name, rule, revision, made_at AS "madeAt", updated_at AS "updatedAt", typology,
  filled_to AS "filledTo", quiet`;

export async function listSegments(tx: Transaction): Promise<StoredSegment[]> {
  return tx.all<StoredSegment>(`SELECT ${columns} FROM segment WHERE gone = 0 ORDER BY id`);
}

export async function findSegment(tx: Transaction, id: string): Promise<StoredSegment | undefined> {
  return tx.first<StoredSegment>(`SELECT ${columns} FROM segment WHERE id = ? AND gone = 0`, [id]);
}

/** The named segments that rules may refer to. */
export async function loadSegments(tx: Transaction): Promise<Map<string, RuleGroup>> {
  const rows = await tx.all<{ id: string; rule: string }>('SELECT id, rule FROM segment WHERE gone = 0 ORDER BY id');
  return new Map(rows.map(({ id, rule }) => [id, JSON.parse(rule) as RuleGroup]));
}

/** What differs when the segments are others than before, or one has another rule, or has been filled further: cheap to ask. */
export async function segmentStates(
  tx: Transaction,
): Promise<Pick<StoredSegment, 'ref' | 'revision' | 'filledTo' | 'quiet'>[]> {
  return tx.all('SELECT ref, revision, filled_to AS "filledTo", quiet FROM segment WHERE gone = 0 ORDER BY ref');
}

export async function hasSegments(tx: Transaction): Promise<boolean> {
  return (await tx.first('SELECT ref FROM segment LIMIT 1')) !== undefined;
}

/** Writes a segment, new or changed. The membership of a new one is filled from nothing, without anything happening to who is in it. */
export async function saveSegment(
  tx: Transaction,
  segment: { id: string; name: string; rule: string; now: number; typology?: string },
): Promise<void> {
  const { id, name, rule, now, typology = null } = segment;
  const revision = Number((await readMeta(tx, 'segment_revision')) ?? 0) + 1;
  await writeMeta(tx, 'segment_revision', String(revision));
  await tx.run(
    `INSERT INTO segment (id, name, rule, revision, made_at, updated_at, typology, filled_to, quiet)
     VALUES (?, ?, ?, ?, ?, ?, ?, 0, 1)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, rule = excluded.rule, updated_at = excluded.updated_at,
       typology = coalesce(excluded.typology, segment.typology), revision = excluded.revision`,
    [id, name, rule, revision, now, now, typology],
  );
}

/** Takes a segment away. Who was in it is forgotten by `clearGone`, little by little. */
export async function deleteSegment(tx: Transaction, id: string): Promise<void> {
  // No segment can be given such an id, and a ref is not used again while its membership is there.
  await tx.run("UPDATE segment SET id = '~' || ref, gone = 1, filled_to = NULL WHERE id = ? AND gone = 0", [id]);
}

/** Forgets so many memberships of segments that were deleted, and the segments themselves with the last. How many rows. */
export async function clearGone(tx: Transaction, limit: number): Promise<number> {
  const gone = await tx.first<{ ref: number }>(
    `SELECT s.ref FROM segment s WHERE s.gone = 1 ORDER BY s.ref LIMIT 1 ${tx.dialect.claim('s')}`,
  );
  if (!gone) return 0;
  const cleared = await tx.run(
    `DELETE FROM membership WHERE (customer, segment) IN
       (SELECT customer, segment FROM membership WHERE segment = ? ORDER BY customer LIMIT ?)`,
    [gone.ref, limit],
  );
  if (cleared === limit) return cleared;
  await tx.run('DELETE FROM segment_count WHERE segment = ?', [gone.ref]);
  await tx.run('DELETE FROM segment WHERE ref = ?', [gone.ref]);
  return cleared + 1;
}

export async function hasGone(tx: Transaction): Promise<boolean> {
  return (await tx.first('SELECT ref FROM segment WHERE gone = 1 LIMIT 1')) !== undefined;
}
