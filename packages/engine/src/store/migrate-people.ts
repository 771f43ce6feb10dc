import type { Transaction } from './database.ts';

/** Who is at a node. `held`: they await the receipt of a message, which for `queued` of them is in the outbox still, for `untried` never tried. */
export interface Census {
  standing: number;
  held: number;
  queued: number;
  untried: number;
  parked: number;
}

/** Who is at each of these nodes; nodes without anybody are left out. */
export async function census(tx: Transaction, nodes: readonly number[]): Promise<Map<number, Census>> {
  const list = JSON.stringify(nodes);
  const those = (alias: string) => `${alias}.node IN (SELECT value FROM ${tx.dialect.list('int')} l)`;
  const found = new Map<number, Census>();
  const at = (node: number): Census => {
    const known = found.get(node) ?? { standing: 0, held: 0, queued: 0, untried: 0, parked: 0 };
    found.set(node, known);
    return known;
  };
  for (const { node, held, count } of await tx.all<{ node: number; held: number; count: number }>(
    `SELECT p.node, CASE WHEN p.phase = 2 THEN 1 ELSE 0 END AS held, count(*) AS count FROM position p
     WHERE ${those('p')} GROUP BY p.node, CASE WHEN p.phase = 2 THEN 1 ELSE 0 END`,
    [list],
  ))
    at(node)[Number(held) === 1 ? 'held' : 'standing'] = count;
  for (const { node, queued, untried } of await tx.all<{ node: number; queued: number; untried: number }>(
    `SELECT m.node, count(*) AS queued, sum(CASE WHEN m.attempts = 0 THEN 1 ELSE 0 END) AS untried FROM message m
     WHERE m.status = 'queued' AND ${those('m')} GROUP BY m.node`,
    [list],
  ))
    Object.assign(at(node), { queued, untried: Number(untried) });
  for (const { node, count } of await tx.all<{ node: number; count: number }>(
    `SELECT k.node, count(*) AS count FROM parked k WHERE ${those('k')} GROUP BY k.node`,
    [list],
  ))
    at(node).parked = count;
  return found;
}

/**
 * Those of these who stand at a node for the receipt of a message that is in the outbox still, and that nobody has tried to
 * send if it is to go on from another node: its key names the node, and a receiver that has seen a key must see it again.
 */
export async function awaitingQueued(
  tx: Transaction,
  node: number,
  held: readonly { customer: number; n: number; step: number }[],
  { untried }: { untried: boolean },
): Promise<Set<string>> {
  if (held.length === 0) return new Set();
  const { dialect } = tx;
  const rows = await tx.all<{ customer: number; n: number }>(
    `SELECT m.customer, m.n FROM ${dialect.rows(['int', 'int', 'int'])} r ${dialect.lookupJoin} message m
     WHERE m.customer = r.c0 AND m.n = r.c1 AND m.step = r.c2 AND m.node = ? AND m.status = 'queued'
       ${untried ? 'AND m.attempts = 0' : ''} ORDER BY m.customer, m.n ${dialect.lock('m')}`,
    [JSON.stringify(held.map(({ customer, n, step }) => [customer, n, step])), node],
  );
  return new Set(rows.map(({ customer, n }) => `${customer} ${n}`));
}

/** Queued messages go on as those of another node, at the next step of their enrollment: there it awaits them. */
export async function followMessages(
  tx: Transaction,
  node: number,
  messages: readonly { customer: number; n: number; step: number }[],
): Promise<void> {
  if (messages.length === 0) return;
  await tx.run(
    `UPDATE message SET node = ?, step = step + 1
     WHERE (customer, n, step) IN (SELECT c0, c1, c2 FROM ${tx.dialect.rows(['int', 'int', 'int'])} r)`,
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
