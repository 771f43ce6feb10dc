import type { Transaction } from './database.ts';

/** A number of this installation's own: another may have its tables in another schema of the same database. */
export const schemaLock = "CAST(CAST('customer' AS regclass) AS oid)::int";

/** Workers hold the locks from this number on, one a slot. */
export const slotLocks = 1_000;

/** What only one transaction may be about at a time. */
const turns = { customers: 1, versions: 2, workers: 3, intake: 4, search: 5 } as const;

/**
 * Waits until no other transaction is about the same, and keeps the others waiting to the end of this one. Nothing on
 * SQLite, which has one writer. What was read before may be old by now.
 */
export async function oneAtATime(tx: Transaction, what: keyof typeof turns): Promise<void> {
  if (tx.dialect.name === 'postgres')
    await tx.first(`SELECT CAST(pg_advisory_xact_lock(${schemaLock}, ${turns[what]}) AS text) AS locked`);
}

/** Whether nobody else is about the same: then nobody else will be to the end of this transaction. Always on SQLite. */
export async function tryOneAtATime(tx: Transaction, what: keyof typeof turns): Promise<boolean> {
  if (tx.dialect.name !== 'postgres') return true;
  const row = await tx.first<{ free: number }>(
    `SELECT pg_try_advisory_xact_lock(${schemaLock}, ${turns[what]}) AS free`,
  );
  return row?.free === 1;
}
