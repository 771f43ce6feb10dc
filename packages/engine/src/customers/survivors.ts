import type { Transaction } from '../store/database.ts';

/** A customer that does not exist was named. */
export class UnknownCustomerError extends Error {
  override name = 'UnknownCustomerError';
}

/** Who is left of each of these customers after all merges: itself, or the one it was merged into in the end. */
export async function findSurvivors(
  tx: Transaction,
  ids: Iterable<number>,
  namedBy: string,
): Promise<Map<number, number>> {
  const asked = [...new Set(ids)].sort((a, b) => a - b);
  const into = new Map<number, number | null>();
  for (let wanted = asked; wanted.length > 0; ) {
    const rows = await tx.all<{ id: number; merged_into: number | null }>(
      `SELECT id, merged_into FROM customer WHERE id IN (SELECT value FROM ${tx.dialect.list('int')} AS wanted) ORDER BY id`,
      [JSON.stringify(wanted)],
    );
    for (const row of rows) into.set(row.id, row.merged_into);
    const missing = wanted.filter((id) => !into.has(id));
    if (missing.length > 0)
      throw new UnknownCustomerError(
        `${namedBy} names ${missing.length === 1 ? 'customer' : 'customers'} ${missing.slice(0, 5).join(', ')}` +
          `${missing.length > 5 ? ` and ${missing.length - 5} more` : ''}, not in the customer base`,
      );
    wanted = [...new Set(rows.flatMap((row) => row.merged_into ?? []))].filter((id) => !into.has(id));
  }
  return new Map(asked.map((id) => [id, follow(into, id)]));
}

/** The end of the chain that begins at `id`. */
export function follow(into: ReadonlyMap<number, number | null | undefined>, id: number): number {
  let last = id;
  for (let next = into.get(last); next != null; next = into.get(last)) last = next;
  return last;
}
