import type { Transaction } from './database.ts';

/** Where a loop is in its life, and since when. What the states mean is the machine's. */
export interface StoredState {
  loop: string;
  name: string;
  state: string;
  since: number;
}

/** The state of a loop, kept to the end of the transaction: who changes it decides by what nobody else changes meanwhile. */
export async function lockLoopState(tx: Transaction, loop: string): Promise<StoredState | undefined> {
  return tx.first<StoredState>(
    `SELECT p.id AS loop, p.name, p.state, p.state_since AS since FROM loop p WHERE p.id = ? ${tx.dialect.lock('p')}`,
    [loop],
  );
}

export async function readLoopState(tx: Transaction, loop: string): Promise<StoredState | undefined> {
  return tx.first<StoredState>('SELECT id AS loop, name, state, state_since AS since FROM loop WHERE id = ?', [loop]);
}

export async function setLoopState(
  tx: Transaction,
  { loop, state, now }: { loop: string; state: string; now: number },
): Promise<void> {
  await tx.run('UPDATE loop SET state = ?, state_since = ? WHERE id = ?', [state, now, loop]);
}

/** The state of a loop, which nobody changes before this transaction ends; others may ask for it too. */
export async function shareLoopState(tx: Transaction, loop: string): Promise<string | undefined> {
  const share = tx.dialect.name === 'postgres' ? 'FOR SHARE' : '';
  return (await tx.first<{ state: string }>(`SELECT state FROM loop WHERE id = ? ${share}`, [loop]))?.state;
}

/** A loop that was published without anybody having drawn it here has a row like any other. */
export async function ensureLoop(
  tx: Transaction,
  { loop, name, document, now }: { loop: string; name: string; document: string; now: number },
): Promise<void> {
  await tx.run(
    `INSERT INTO loop (id, name, draft, revision, created_at, updated_at, state_since) VALUES (?, ?, ?, 1, ?, ?, ?)
     ON CONFLICT (id) DO NOTHING`,
    [loop, name, document, now, now, now],
  );
}
