import type { Transaction } from './database.ts';

/** A secret that programs show: what is kept of it, and what it allows. */
export interface TokenRow {
  digest: string;
  name: string;
  role: string;
  createdAt: number;
  expiresAt: number | null;
  usedAt: number | null;
}

const columns = `digest, name, role, created_at AS "createdAt", expires_at AS "expiresAt", used_at AS "usedAt"`;

/** Keeps a new token; false if its name is taken. */
export async function insertToken(tx: Transaction, token: Omit<TokenRow, 'usedAt'>): Promise<boolean> {
  const changed = await tx.run(
    'INSERT INTO api_token (digest, name, role, created_at, expires_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING',
    [token.digest, token.name, token.role, token.createdAt, token.expiresAt],
  );
  return changed === 1;
}

export async function listTokens(tx: Transaction): Promise<TokenRow[]> {
  return tx.all<TokenRow>(`SELECT ${columns} FROM api_token ORDER BY name`);
}

export async function findToken(tx: Transaction, digest: string): Promise<TokenRow | undefined> {
  return tx.first<TokenRow>(`SELECT ${columns} FROM api_token WHERE digest = ?`, [digest]);
}

/** False if there is none. */
export async function deleteToken(tx: Transaction, digest: string): Promise<boolean> {
  return (await tx.run('DELETE FROM api_token WHERE digest = ?', [digest])) === 1;
}

export async function markTokenUsed(tx: Transaction, digest: string, at: number): Promise<void> {
  // Several servers may tell of it, in any order.
  await tx.run('UPDATE api_token SET used_at = ? WHERE digest = ? AND coalesce(used_at, 0) < ?', [at, digest, at]);
}
