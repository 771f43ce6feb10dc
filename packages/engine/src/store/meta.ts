import type { Transaction } from './database.ts';

/** A fact about this database that outlives the process: the virtual clock, the seed. */
export async function readMeta(tx: Transaction, name: string): Promise<string | undefined> {
  return (await tx.first<{ value: string }>('SELECT value FROM meta WHERE name = ?', [name]))?.value;
}

export async function writeMeta(tx: Transaction, name: string, value: string): Promise<void> {
  await tx.run('INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value', [
    name,
    value,
  ]);
}
