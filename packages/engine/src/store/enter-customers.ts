import type { Transaction } from './database.ts';
import { lockCustomers } from './lock-customers.ts';
import { addToTally, entered } from './tally.ts';

/** Somebody who would enter. `key` tells several enrollments of one customer in one loop apart; '' where there is one at most. */
export type Entrant = readonly [customer: number, key: string];

/**
 * Enrolls customers in a loop at one of its entries, each key of a customer for itself. Who is in the loop with a key does
 * not enter with it; who has been in it since the instant `since` does not either. Of the same twice in a list the first
 * enters. Merged customers do not enter. How many entered.
 */
export async function enterCustomers(
  tx: Transaction,
  entry: {
    loop: string;
    version: number;
    node: number;
    now: number;
    /** The worker's slot in the counts. */
    worker: number;
    /** Ended enrollments that began after this instant stand in the way; of no instant if somebody enters but once. */
    since: number;
    entrants: readonly Entrant[];
  },
): Promise<number> {
  const { loop, version, node, now, since, entrants } = entry;
  if (entrants.length === 0) return 0;
  await lockCustomers(
    tx,
    entrants.map(([customer]) => customer),
  );
  await tx.run('DELETE FROM moved');
  // The port holds the place in the list, by which the key is found again.
  const keyed = entrants.some(([, key]) => key !== '');
  const list = JSON.stringify(
    keyed ? entrants.map(([customer, key], place) => [customer, key, place]) : entrants.map(([customer]) => customer),
  );
  const wanted = keyed
    ? `(SELECT c0 AS customer, c1 AS key, min(c2) AS place FROM ${tx.dialect.rows(['int', 'text', 'int'])} r GROUP BY c0, c1)`
    : `(SELECT value AS customer, '' AS key, 0 AS place FROM ${tx.dialect.list('int')} r GROUP BY value)`;
  const count = await tx.run(
    `INSERT INTO moved (due, customer, n, step, turn, port)
     SELECT CAST(? AS BIGINT), c.id, coalesce((SELECT max(x.n) FROM enrollment x WHERE x.customer = c.id), 0)
       + ${keyed ? 'row_number() OVER (PARTITION BY c.id ORDER BY w.place)' : '1'}, 0, 1, w.place
     FROM ${wanted} w JOIN customer c ON c.id = w.customer
     WHERE c.merged_into IS NULL AND NOT EXISTS (
       SELECT 1 FROM enrollment e JOIN loop_version v ON v.id = e.version
       WHERE e.customer = c.id AND v.loop = ? AND e.key = w.key AND (e.ended_at IS NULL OR e.entered_at > ?))
     ORDER BY c.id, w.place`,
    [now, list, loop, since],
  );
  if (count === 0) return 0;
  const key = keyed
    ? { sql: 'r.c1', from: `JOIN ${tx.dialect.rows(['int', 'text', 'int'])} r ON r.c2 = m.port`, list: [list] }
    : { sql: "''", from: '', list: [] };
  await tx.run(
    `INSERT INTO enrollment (customer, n, version, entered_at, node, key)
     SELECT m.customer, m.n, CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), ${key.sql}
     FROM moved m ${key.from} ORDER BY m.customer, m.n`,
    [version, now, node, ...key.list],
  );
  await tx.run(
    `INSERT INTO position (node, due, customer, n, step, turn, since, phase)
     SELECT CAST(? AS BIGINT), due, customer, n, step, turn, due, 0 FROM moved ORDER BY customer, n`,
    [node],
  );
  await addToTally(tx, entry.worker, [[node, entered, count]]);
  return count;
}
