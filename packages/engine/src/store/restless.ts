import type { Transaction } from './database.ts';

/** One who has come through the same node again and again in a short time. */
export interface Restless {
  due: number;
  customer: number;
  n: number;
}

/** How often somebody may leave a wait within a minute, and how many nodes back it is counted. */
const most = 100;
const within = 60_000;
const lookBack = 5_000;

/**
 * Those in `moved` who have left the node where they are a hundred times within the last minute. Counted only for those
 * who have passed as many nodes in that time, which hardly anybody has.
 */
export async function restless(tx: Transaction, { node, now }: { node: number; now: number }): Promise<Restless[]> {
  return tx.all<Restless>(
    `SELECT m.due, m.customer, m.n FROM moved m
     WHERE m.step >= ${most}
       AND (SELECT j.at FROM journal j WHERE j.customer = m.customer AND j.n = m.n AND j.step <= m.step - ${most}
         ORDER BY j.step DESC LIMIT 1) > CAST(? AS BIGINT)
       AND (SELECT count(*) FROM journal j JOIN path_step s ON s.path = j.path
         WHERE j.customer = m.customer AND j.n = m.n AND j.step > m.step - ${lookBack} AND j.at > CAST(? AS BIGINT)
           AND s.node = CAST(? AS BIGINT) AND s.port >= 0) >= ${most}`,
    [now - within, now - within, node],
  );
}
