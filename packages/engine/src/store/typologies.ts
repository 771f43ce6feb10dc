import type { Transaction } from './database.ts';

/** A division of the customers into groups that are segments. `settings` and `profile` are JSON text. */
export interface StoredTypology {
  id: string;
  name: string;
  method: string;
  settings: string;
  profile: string;
  madeAt: number;
}

export const listTypologies = (tx: Transaction): Promise<StoredTypology[]> =>
  tx.all<StoredTypology>(
    'SELECT id, name, method, settings, profile, made_at AS "madeAt" FROM typology ORDER BY made_at DESC, id',
  );

export async function saveTypology(tx: Transaction, typology: StoredTypology): Promise<void> {
  const { id, name, method, settings, profile, madeAt } = typology;
  await tx.run(
    `INSERT INTO typology (id, name, method, settings, profile, made_at) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, method = excluded.method, settings = excluded.settings,
       profile = excluded.profile, made_at = excluded.made_at`,
    [id, name, method, settings, profile, madeAt],
  );
}

/** The segments that were its groups stay what they are, for whoever uses them. False if there is none. */
export async function deleteTypology(tx: Transaction, id: string): Promise<boolean> {
  await tx.run('UPDATE segment SET typology = NULL WHERE typology = ?', [id]);
  return (await tx.run('DELETE FROM typology WHERE id = ?', [id])) > 0;
}
