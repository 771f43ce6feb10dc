import { addToTally, entered } from './commit-moves.ts';
import type { Transaction } from './database.ts';

/**
 * Enrolls customers in a loop version at one of its entries. Who is in the loop already does not enter; who has been in it
 * enters once more only if `again`. Merged customers do not enter. How many entered.
 */
export async function enterCustomers(
  tx: Transaction,
  entry: { loop: string; version: number; node: number; now: number; again: boolean; customers: readonly number[] },
): Promise<number> {
  const { loop, version, node, now } = entry;
  const still = entry.again ? 'AND e.ended_at IS NULL' : '';
  await tx.run('DELETE FROM moved');
  const count = await tx.run(
    `INSERT INTO moved (due, customer, n, step, turn, node, port)
     SELECT DISTINCT ?, c.id, coalesce((SELECT max(n) FROM enrollment WHERE customer = c.id), 0) + 1, 0, 1, ?, -1
     FROM json_each(?) j JOIN customer c ON c.id = j.value
     WHERE c.merged_into IS NULL AND NOT EXISTS (
       SELECT 1 FROM enrollment e JOIN loop_version v ON v.id = e.version
       WHERE e.customer = c.id AND v.loop = ? ${still})
     ORDER BY c.id`,
    [now, node, JSON.stringify(entry.customers), loop],
  );
  if (count === 0) return 0;
  await tx.run(
    'INSERT INTO enrollment (customer, n, version, entered_at, node) SELECT customer, n, ?, ?, ? FROM moved',
    [version, now, node],
  );
  await tx.run(
    `INSERT INTO position (node, due, customer, n, step, turn, since, phase)
     SELECT ?, due, customer, n, step, turn, due, 0 FROM moved ORDER BY customer, n`,
    [node],
  );
  await addToTally(tx, node, entered, count);
  return count;
}
