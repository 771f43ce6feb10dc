import type { Transaction } from './database.ts';

/** One customer who left a node by a port in a turn. */
export interface Exposure {
  customer: number;
  n: number;
  at: number;
  port: number;
  /** The value of a trait, where one was asked for. */
  trait: string | number | null;
  messages: number;
  cost: number;
}

/** Those of the journal's rows in a range of customers whose path leads over a node. Walked by customer: there is no index by path. */
const leftNode = (tx: Transaction) =>
  `(SELECT x.customer, x.n, x.at, s.port FROM journal x ${tx.dialect.lookupJoin} path_step s
    WHERE x.customer > ? AND x.customer <= ? AND x.turn = ?
      AND x.path IN (SELECT path FROM path_step WHERE node = ? AND port >= 0)
      AND s.path = x.path AND s.node = ?)`;

const leftParameters = ({ above, upTo, turn, node }: Range) => [above, upTo, turn, node, node];

interface Range {
  node: number;
  turn: number;
  above: number;
  upTo: number;
}

/** Who left a node in a turn, for customers of a range of ids, with what was sent to them in that turn since. */
export async function readExposures(
  tx: Transaction,
  query: Range & { trait: string | undefined },
): Promise<Exposure[]> {
  const { above, upTo, turn, trait } = query;
  const traits = trait === undefined ? "''" : tx.dialect.json('c.traits');
  const customer = trait === undefined ? '' : 'JOIN customer c ON c.id = j.customer';
  const rows = await tx.all<Exposure & { traits: string }>(
    `SELECT j.customer, j.n, j.at, j.port, ${traits} AS traits,
       coalesce(m.messages, 0) AS messages, coalesce(m.cost, 0) AS cost
     FROM ${leftNode(tx)} j ${customer} LEFT JOIN (
       SELECT customer, n, count(*) AS messages, sum(cost) AS cost FROM message
       WHERE customer > ? AND customer <= ? AND turn = ? AND status IN ('sent', 'unknown') GROUP BY customer, n
     ) m ON m.customer = j.customer AND m.n = j.n ORDER BY j.customer, j.n`,
    [...leftParameters(query), above, upTo, turn],
  );
  return rows.map(({ traits: text, ...row }) => ({ ...row, trait: trait === undefined ? null : valueIn(text, trait) }));
}

/** A value as it is grouped by; of a list or an object, its JSON. */
function valueIn(traits: string, trait: string): string | number | null {
  const known = JSON.parse(traits) as Record<string, unknown>;
  const value = Object.hasOwn(known, trait) ? known[trait] : null;
  if (value === null || typeof value === 'string' || typeof value === 'number') return value;
  return JSON.stringify(value);
}

/** An event that came after an exposure and in time. `properties` is JSON text. */
export interface Reaction {
  customer: number;
  n: number;
  time: number;
  properties: string;
}

/** The events of a type that those customers had within so many milliseconds after they left the node. */
export async function readReactions(
  tx: Transaction,
  query: Range & { event: string; within: number },
): Promise<Reaction[]> {
  return tx.all<Reaction>(
    `SELECT j.customer, j.n, e.time, ${tx.dialect.json('e.properties')} AS properties
     FROM ${leftNode(tx)} j JOIN event e ON e.customer = j.customer AND e.type = ? AND e.time >= j.at AND e.time <= j.at + ?`,
    [...leftParameters(query), query.event, query.within],
  );
}

export async function lastCustomer(tx: Transaction): Promise<number> {
  return (await tx.first<{ id: number | null }>('SELECT max(id) AS id FROM customer'))?.id ?? 0;
}

export async function messagesOfTurn(
  tx: Transaction,
  nodes: readonly number[],
  turn: number,
): Promise<{ node: number; status: string; count: number; cost: number }[]> {
  return tx.all(
    `SELECT node, status, count(*) AS count, sum(cost) AS cost FROM message
     WHERE node IN (SELECT value FROM ${tx.dialect.list('int')} r) AND turn = ? GROUP BY node, status ORDER BY node, status`,
    [JSON.stringify(nodes), turn],
  );
}
