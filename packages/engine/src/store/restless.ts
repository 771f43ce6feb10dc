import type { SqlValue, Transaction } from './database.ts';

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

/** Of `m`, with a customer, an n and a step. Counted only for those who have passed a hundred nodes within the minute, which hardly anybody has. */
const isRestless = `m.step >= ${most}
  AND (SELECT j.at FROM journal j WHERE j.customer = m.customer AND j.n = m.n AND j.step <= m.step - ${most}
    ORDER BY j.step DESC LIMIT 1) > CAST(? AS BIGINT)
  AND (SELECT count(*) FROM journal j JOIN path_step s ON s.path = j.path
    WHERE j.customer = m.customer AND j.n = m.n AND j.step > m.step - ${lookBack} AND j.at > CAST(? AS BIGINT)
      AND s.node = CAST(? AS BIGINT) AND s.port >= 0) >= ${most}`;

interface Where {
  node: number;
  now: number;
}
const parameters = ({ node, now }: Where): SqlValue[] => [now - within, now - within, node];

/** Those in `moved` who have left the node where they are a hundred times within the last minute. */
export async function restless(tx: Transaction, where: Where): Promise<Restless[]> {
  return tx.all<Restless>(`SELECT m.due, m.customer, m.n FROM moved m WHERE ${isRestless}`, parameters(where));
}

/** The same of some who stand there. */
export async function restlessOf(
  tx: Transaction,
  where: Where,
  rows: readonly { customer: number; n: number; step: number }[],
): Promise<{ customer: number; n: number }[]> {
  const far = rows.filter(({ step }) => step >= most);
  if (far.length === 0) return [];
  return tx.all(
    `SELECT m.customer, m.n FROM (SELECT c0 AS customer, c1 AS n, c2 AS step FROM ${tx.dialect.rows(['int', 'int', 'int'])} r) m
     WHERE ${isRestless}`,
    [JSON.stringify(far.map(({ customer, n, step }) => [customer, n, step])), ...parameters(where)],
  );
}
