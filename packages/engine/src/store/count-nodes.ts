import type { Transaction } from './database.ts';
import { entered } from './tally.ts';

/** What was counted at one node. `ports` by the port's index; negative ones are pseudo ports, as of merged customers. */
export interface NodeCount {
  entered: number;
  ports: Map<number, number>;
  waiting: number;
  parked: number;
}

/**
 * The counts of these nodes. With `exact`, those who wait are counted where they stand, which reads every position; without
 * it, they are who has entered less who has left.
 */
export async function countNodes(
  tx: Transaction,
  nodes: readonly number[],
  exact: boolean,
): Promise<Map<number, NodeCount>> {
  const refs = JSON.stringify(nodes);
  const those = `node IN (SELECT value FROM ${tx.dialect.list('int')} r)`;
  const counts = new Map<number, NodeCount>(
    nodes.map((node) => [node, { entered: 0, ports: new Map(), waiting: 0, parked: 0 }]),
  );
  for (const { node, port, count } of await tx.all<{ node: number; port: number; count: number }>(
    `SELECT node, port, sum(count) AS count FROM tally WHERE ${those} GROUP BY node, port`,
    [refs],
  )) {
    const of = counts.get(node);
    if (port === entered && of) of.entered = count;
    else of?.ports.set(port, count);
  }
  for (const { node, count } of await tx.all<{ node: number; count: number }>(
    `SELECT node, count(*) AS count FROM parked WHERE ${those} GROUP BY node`,
    [refs],
  )) {
    const of = counts.get(node);
    if (of) of.parked = count;
  }
  if (exact) {
    for (const { node, count } of await tx.all<{ node: number; count: number }>(
      `SELECT node, count(*) AS count FROM position WHERE ${those} GROUP BY node`,
      [refs],
    )) {
      const of = counts.get(node);
      if (of) of.waiting = count;
    }
  } else {
    for (const of of counts.values())
      of.waiting = of.entered - of.parked - [...of.ports.values()].reduce((sum, count) => sum + count, 0);
  }
  return counts;
}
