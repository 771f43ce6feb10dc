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

/** Who left a node in a turn, for customers of a range of ids, with what was sent to them in that turn since. */
export async function readExposures(
  tx: Transaction,
  query: { node: number; turn: number; above: number; upTo: number; trait: string | undefined },
): Promise<Exposure[]> {
  return tx.all<Exposure>(
    `SELECT j.customer, j.n, j.at, j.port,
       (SELECT json_extract(c.traits, ?) FROM customer c WHERE c.id = j.customer) AS trait,
       coalesce(m.messages, 0) AS messages, coalesce(m.cost, 0) AS cost
     FROM journal j LEFT JOIN (
       SELECT customer, n, count(*) AS messages, sum(cost) AS cost FROM message
       WHERE customer > ? AND customer <= ? AND turn = ? AND status IN ('sent', 'unknown') GROUP BY customer, n
     ) m ON m.customer = j.customer AND m.n = j.n
     WHERE j.customer > ? AND j.customer <= ? AND j.node = ? AND j.turn = ? AND j.port >= 0`,
    [traitPath(query.trait), query.above, query.upTo, query.turn, query.above, query.upTo, query.node, query.turn],
  );
}

/** A JSON path to a top-level key; to nothing when no trait was asked for. */
const traitPath = (trait: string | undefined) => `$.${JSON.stringify(trait ?? '')}`;

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
  query: { node: number; turn: number; above: number; upTo: number; event: string; within: number },
): Promise<Reaction[]> {
  return tx.all<Reaction>(
    `SELECT j.customer, j.n, e.time, json(e.properties) AS properties
     FROM journal j JOIN event e ON e.customer = j.customer AND e.type = ? AND e.time >= j.at AND e.time <= j.at + ?
     WHERE j.customer > ? AND j.customer <= ? AND j.node = ? AND j.turn = ? AND j.port >= 0`,
    [query.event, query.within, query.above, query.upTo, query.node, query.turn],
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
     WHERE node IN (SELECT value FROM json_each(?)) AND turn = ? GROUP BY node, status ORDER BY node, status`,
    [JSON.stringify(nodes), turn],
  );
}
