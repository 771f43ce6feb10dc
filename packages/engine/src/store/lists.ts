import type { Transaction } from './database.ts';

/** A static list: customers whom somebody has named one by one. */
export interface StoredList {
  ref: number;
  id: string;
  name: string;
  count: number;
  createdAt: number;
  updatedAt: number;
}

export async function listLists(tx: Transaction): Promise<StoredList[]> {
  return tx.all<StoredList>(
    `SELECT l.ref, l.id, l.name, l.created_at AS "createdAt", l.updated_at AS "updatedAt",
       (SELECT count(*) FROM list_member m WHERE m.list = l.ref) AS count
     FROM static_list l ORDER BY l.id`,
  );
}

export async function findList(tx: Transaction, id: string): Promise<{ ref: number } | undefined> {
  return tx.first<{ ref: number }>('SELECT ref FROM static_list WHERE id = ?', [id]);
}

/** Makes a list, or gives one another name. */
export async function saveList(tx: Transaction, list: { id: string; name: string; now: number }): Promise<void> {
  await tx.run(
    `INSERT INTO static_list (id, name, created_at, updated_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, updated_at = excluded.updated_at`,
    [list.id, list.name, list.now, list.now],
  );
}

/** Puts customers on a list. Those who were not on it before. */
export async function addToList(
  tx: Transaction,
  list: { ref: number; customers: readonly number[]; source: string; now: number },
): Promise<number[]> {
  const { ref, customers, source, now } = list;
  const added = await tx.all<{ customer: number }>(
    `INSERT INTO list_member (customer, list, added_at, source)
     SELECT value, CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS TEXT) FROM ${tx.dialect.list('int')} j WHERE true
     ON CONFLICT DO NOTHING RETURNING customer`,
    [ref, now, source, JSON.stringify(customers)],
  );
  if (added.length > 0) await tx.run('UPDATE static_list SET updated_at = ? WHERE ref = ?', [now, ref]);
  return added.map(({ customer }) => customer);
}

/** Takes customers off a list. Those who were on it. */
export async function takeFromList(
  tx: Transaction,
  list: { ref: number; customers: readonly number[]; now: number },
): Promise<number[]> {
  const { ref, customers, now } = list;
  const taken = await tx.all<{ customer: number }>(
    `DELETE FROM list_member WHERE list = ? AND customer IN (SELECT value FROM ${tx.dialect.list('int')} j)
     RETURNING customer`,
    [ref, JSON.stringify(customers)],
  );
  if (taken.length > 0) await tx.run('UPDATE static_list SET updated_at = ? WHERE ref = ?', [now, ref]);
  return taken.map(({ customer }) => customer);
}

export async function deleteList(tx: Transaction, ref: number): Promise<void> {
  await tx.run('DELETE FROM list_member WHERE list = ?', [ref]);
  await tx.run('DELETE FROM static_list WHERE ref = ?', [ref]);
}

/** The kinds of keys that customers are known by. */
export async function identityKinds(tx: Transaction): Promise<string[]> {
  // A step of the key a kind, where DISTINCT would read every identity.
  const rows = await tx.all<{ kind: string }>(
    `WITH RECURSIVE kinds (kind) AS (
       SELECT min(kind) FROM identity
       UNION ALL SELECT (SELECT min(kind) FROM identity WHERE kind > kinds.kind) FROM kinds WHERE kinds.kind IS NOT NULL
     ) SELECT kind FROM kinds WHERE kind IS NOT NULL`,
  );
  return rows.map(({ kind }) => kind);
}

/** Of these customers, those who are there; of one who was merged away, who it is now part of. */
export async function presentCustomers(
  tx: Transaction,
  ids: readonly number[],
): Promise<{ id: number; present: number }[]> {
  return tx.all(
    `WITH RECURSIVE chain (id, present) AS (
       SELECT j.value, j.value FROM ${tx.dialect.list('int')} j
       UNION ALL SELECT chain.id, c.merged_into FROM chain JOIN customer c ON c.id = chain.present
       WHERE c.merged_into IS NOT NULL
     ) SELECT chain.id, chain.present FROM chain JOIN customer c ON c.id = chain.present WHERE c.merged_into IS NULL`,
    [JSON.stringify(ids)],
  );
}
