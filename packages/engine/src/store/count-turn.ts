import type { Transaction } from './database.ts';

/** How many customers of a range of ids left these nodes in a turn, by the index of the port. */
export async function countLeft(
  tx: Transaction,
  query: { nodes: readonly number[]; turn: number; above: number; upTo: number },
): Promise<{ node: number; port: number; count: number }[]> {
  return tx.all(
    `SELECT s.node, s.port, sum(g.count) AS count
     FROM (SELECT path, count(*) AS count FROM journal
           WHERE customer > ? AND customer <= ? AND turn = ? GROUP BY path) g
     JOIN path_step s ON s.path = g.path
     WHERE s.port >= 0 AND s.node IN (SELECT value FROM ${tx.dialect.list('int')} r)
     GROUP BY s.node, s.port`,
    [query.above, query.upTo, query.turn, JSON.stringify(query.nodes)],
  );
}

/** How many stand at these nodes in a turn, or are parked there. */
export async function countStanding(
  tx: Transaction,
  { nodes, turn }: { nodes: readonly number[]; turn: number },
): Promise<{ node: number; count: number }[]> {
  const refs = JSON.stringify(nodes);
  return tx.all(
    `SELECT node, sum(count) AS count FROM (
       SELECT node, count(*) AS count FROM position WHERE node IN (SELECT value FROM ${tx.dialect.list('int')} r) AND turn = ? GROUP BY node
       UNION ALL
       SELECT node, count(*) AS count FROM parked WHERE node IN (SELECT value FROM ${tx.dialect.list('int')} r) AND turn = ? GROUP BY node
     ) stay GROUP BY node`,
    [refs, turn, refs, turn],
  );
}
