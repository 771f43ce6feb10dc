import type { Transaction } from './database.ts';

/** A loop as its authors are drawing it. `revision` grows with every save. */
export interface Draft {
  id: string;
  name: string;
  /** JSON text of the loop document. */
  draft: string;
  revision: number;
  createdAt: number;
  updatedAt: number;
}

const columns = 'id, name, draft, revision, created_at AS "createdAt", updated_at AS "updatedAt"';

export async function listDrafts(tx: Transaction): Promise<Draft[]> {
  return tx.all<Draft>(`SELECT ${columns} FROM loop ORDER BY updated_at DESC, id`);
}

export async function findDraft(tx: Transaction, id: string): Promise<Draft | undefined> {
  return tx.first<Draft>(`SELECT ${columns} FROM loop WHERE id = ?`, [id]);
}

/** Makes a loop; false if the id is taken. */
export async function createDraft(
  tx: Transaction,
  draft: { id: string; name: string; draft: string; now: number },
): Promise<boolean> {
  const changed = await tx.run(
    `INSERT INTO loop (id, name, draft, revision, created_at, updated_at, state_since) VALUES (?, ?, ?, 1, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
    [draft.id, draft.name, draft.draft, draft.now, draft.now, draft.now],
  );
  return changed === 1;
}

/** Saves over the revision that the author has seen; false if somebody has saved in between. */
export async function saveDraft(
  tx: Transaction,
  draft: { id: string; name: string; draft: string; revision: number; now: number },
): Promise<boolean> {
  const changed = await tx.run(
    'UPDATE loop SET name = ?, draft = ?, revision = revision + 1, updated_at = ? WHERE id = ? AND revision = ?',
    [draft.name, draft.draft, draft.now, draft.id, draft.revision],
  );
  return changed === 1;
}

/** Deletes a loop that nobody has ever been in, with its versions; false if somebody has. */
export async function deleteDraft(tx: Transaction, id: string): Promise<boolean> {
  const used = await tx.first(
    'SELECT 1 AS used FROM tally t JOIN loop_node n ON n.ref = t.node JOIN loop_version v ON v.id = n.version WHERE v.loop = ? LIMIT 1',
    [id],
  );
  if (used) return false;
  await tx.run('DELETE FROM loop_node WHERE version IN (SELECT id FROM loop_version WHERE loop = ?)', [id]);
  await tx.run('DELETE FROM loop_version WHERE loop = ?', [id]);
  await tx.run('DELETE FROM loop_audit WHERE loop = ?', [id]);
  await tx.run('DELETE FROM loop WHERE id = ?', [id]);
  return true;
}
