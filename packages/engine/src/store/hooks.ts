import type { Transaction } from './database.ts';

/** An address that another system sends to. `mapping` is JSON; `secret` signs what is sent. */
export interface HookRow {
  id: string;
  name: string;
  mapping: string;
  secret: string | null;
  createdAt: number;
  usedAt: number | null;
}

export async function listHooks(tx: Transaction): Promise<HookRow[]> {
  return tx.all<HookRow>(
    `SELECT id, name, mapping, secret, created_at AS "createdAt", used_at AS "usedAt" FROM hook ORDER BY name, id`,
  );
}

/** Makes a hook, or changes all of it but when it was made and used. */
export async function saveHook(tx: Transaction, hook: Omit<HookRow, 'usedAt'>): Promise<void> {
  await tx.run(
    `INSERT INTO hook (id, name, mapping, secret, created_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, mapping = excluded.mapping, secret = excluded.secret`,
    [hook.id, hook.name, hook.mapping, hook.secret, hook.createdAt],
  );
}

/** False if there is none. */
export async function deleteHook(tx: Transaction, id: string): Promise<boolean> {
  return (await tx.run('DELETE FROM hook WHERE id = ?', [id])) === 1;
}

export async function markHookUsed(tx: Transaction, id: string, at: number): Promise<void> {
  // Several servers may tell of it, in any order.
  await tx.run('UPDATE hook SET used_at = ? WHERE id = ? AND coalesce(used_at, 0) < ?', [at, id, at]);
}
