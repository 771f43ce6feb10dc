import type { Transaction } from './database.ts';

/** The state of every loop's life, by its id. */
export async function loopStates(tx: Transaction): Promise<Map<string, string>> {
  const rows = await tx.all<{ id: string; state: string }>('SELECT id, state FROM loop');
  return new Map(rows.map(({ id, state }) => [id, state]));
}
