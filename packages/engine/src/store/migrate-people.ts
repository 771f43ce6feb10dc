import type { Transaction } from './database.ts';

/** Who is at a node. `held`: a message of theirs is on its way; `movable` of those can be taken along. */
export interface Census {
  standing: number;
  held: number;
  movable: number;
  parked: number;
}

/**
 * Who is at each of these nodes; nodes without anybody are left out. A message can be taken along while nobody has tried to
 * send it: its key names the node, and a receiver that has seen the key must see the same again.
 */
export async function census(tx: Transaction, nodes: readonly number[]): Promise<Map<number, Census>> {
  const list = JSON.stringify(nodes);
  const those = (alias: string) => `${alias}.node IN (SELECT value FROM ${tx.dialect.list('int')} l)`;
  const found = new Map<number, Census>();
  const at = (node: number): Census => {
    const known = found.get(node) ?? { standing: 0, held: 0, movable: 0, parked: 0 };
    found.set(node, known);
    return known;
  };
  for (const { node, held, count } of await tx.all<{ node: number; held: number; count: number }>(
    `SELECT p.node, CASE WHEN p.phase = 2 THEN 1 ELSE 0 END AS held, count(*) AS count FROM position p
     WHERE ${those('p')} GROUP BY p.node, CASE WHEN p.phase = 2 THEN 1 ELSE 0 END`,
    [list],
  ))
    at(node)[Number(held) === 1 ? 'held' : 'standing'] = count;
  for (const { node, count } of await tx.all<{ node: number; count: number }>(
    `SELECT m.node, count(*) AS count FROM message m WHERE m.status = 'queued' AND m.attempts = 0 AND ${those('m')} GROUP BY m.node`,
    [list],
  ))
    at(node).movable = count;
  for (const { node, count } of await tx.all<{ node: number; count: number }>(
    `SELECT k.node, count(*) AS count FROM parked k WHERE ${those('k')} GROUP BY k.node`,
    [list],
  ))
    at(node).parked = count;
  return found;
}

/** Those of these enrollments whose message at a node is queued and has never been tried, with its step. */
export async function untriedMessages(
  tx: Transaction,
  node: number,
  those: readonly { customer: number; n: number }[],
): Promise<{ customer: number; n: number; step: number }[]> {
  if (those.length === 0) return [];
  const { dialect } = tx;
  return tx.all(
    `SELECT m.customer, m.n, m.step FROM ${dialect.rows(['int', 'int'])} r ${dialect.lookupJoin} message m
     WHERE m.customer = r.c0 AND m.n = r.c1 AND m.node = ? AND m.status = 'queued' AND m.attempts = 0
     ORDER BY m.customer, m.n, m.step ${dialect.lock('m')}`,
    [JSON.stringify(those.map(({ customer, n }) => [customer, n])), node],
  );
}

/** Queued messages go on as those of another node. */
export async function followMessages(
  tx: Transaction,
  node: number,
  messages: readonly { customer: number; n: number; step: number }[],
): Promise<void> {
  if (messages.length === 0) return;
  await tx.run(
    `UPDATE message SET node = ? WHERE (customer, n, step) IN (SELECT c0, c1, c2 FROM ${tx.dialect.rows(['int', 'int', 'int'])} r)`,
    [node, JSON.stringify(messages.map(({ customer, n, step }) => [customer, n, step]))],
  );
}

/** Enrollments are in another version from now on, which knows how often they have gone round. */
export async function changeVersion(
  tx: Transaction,
  those: readonly { customer: number; n: number; turn: number }[],
  version: number,
): Promise<void> {
  if (those.length === 0) return;
  await tx.run(
    `UPDATE enrollment SET version = ? WHERE (customer, n) IN (SELECT c0, c1 FROM ${tx.dialect.rows(['int', 'int'])} r)`,
    [version, JSON.stringify(those.map(({ customer, n }) => [customer, n]))],
  );
  const turns = those.reduce((most, { turn }) => Math.max(most, turn), 0);
  await tx.run('UPDATE loop_version SET turns = ? WHERE id = ? AND turns < ?', [turns, version, turns]);
}
