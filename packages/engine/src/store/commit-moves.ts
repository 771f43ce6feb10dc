import type { Transaction } from './database.ts';
import type { PortSql } from './fill-moved.ts';
import { forever } from './forever.ts';

/** Where a port of the node leads: to a node's ref, or out of the loop. */
export interface MoveTarget {
  ref: number | undefined;
  newTurn: boolean;
}

/** Nodes that whoever comes to them leaves at once, by the port that an expression gives. */
export type Onward = ReadonlyMap<number, PortSql>;

/**
 * Moves all who are at a node in `moved` by a port that is not negative, once they are taken from their positions: journal,
 * new positions, counts, ended enrollments. Who comes to a node that is in `onward` gets no position there: it is at that
 * node in `moved`, with its port, for this verb to move it again. Gives the refs of those nodes. An enrollment that begins
 * a turn after `maxTurns` arrives, and rests there for ever.
 */
export async function commitMoves(
  tx: Transaction,
  move: {
    node: number;
    version: number;
    now: number;
    targets: readonly MoveTarget[];
    maxTurns: number;
    events: readonly string[];
    onward: Onward;
    /** Whether `moved` is in the order of customers already: then nothing is sorted, which is 0.3 s of 1.4 s a million. */
    byCustomer: boolean;
  },
): Promise<ReadonlySet<number>> {
  const { node, now, targets } = move;
  const reached = new Set<number>();
  const order = move.byCustomer ? '' : 'ORDER BY customer, n';
  const moved = await tx.run(
    `INSERT INTO journal (customer, n, step, at, turn, node, port)
     SELECT customer, n, step, ?, turn, node, port FROM moved WHERE node = ? AND port >= 0 ${order}`,
    [now, node],
  );
  if (moved === 0) return reached;
  if (move.events.length > 0)
    await tx.run(
      `DELETE FROM subscription WHERE (customer, event, n) IN
         (SELECT m.customer, e.value, m.n FROM moved m, json_each(?) e WHERE m.node = ? AND m.port >= 0)`,
      [JSON.stringify(move.events), node],
    );

  if (targets.some(({ newTurn }) => newTurn)) await countTurns(tx, move);
  // What is counted is what each statement says it has changed: a GROUP BY would sort, 0.14 s a million.
  for (const [port, target] of targets.entries()) {
    const passing = target.ref === undefined || target.newTurn ? undefined : move.onward.get(target.ref);
    const count =
      target.ref === undefined
        ? await end(tx, node, port, now)
        : passing
          ? await passOn(tx, node, port, target.ref, passing)
          : await arrive(tx, port, order, { ...move, ...target, ref: target.ref });
    if (count === 0) continue;
    await addToTally(tx, node, port, count);
    if (target.ref === undefined) continue;
    await addToTally(tx, target.ref, entered, count);
    if (passing) reached.add(target.ref);
  }
  return reached;
}

/** How often anybody has gone round. That nobody is ahead of what is known is asked first: it is true of nearly every move. */
async function countTurns(
  tx: Transaction,
  { node, version, targets }: { node: number; version: number; targets: readonly MoveTarget[] },
): Promise<void> {
  const turning = targets.flatMap(({ newTurn }, port) => (newTurn ? [port] : []));
  await tx.run(
    `UPDATE loop_version SET turns = max(turns, coalesce(
       (SELECT max(turn) FROM moved WHERE node = ? AND port IN (SELECT value FROM json_each(?))), 0))
     WHERE id = ? AND turns < (SELECT max(turn) FROM moved)`,
    [node, JSON.stringify(turning), version],
  );
}

async function end(tx: Transaction, node: number, port: number, now: number): Promise<number> {
  return tx.run(
    `UPDATE enrollment SET ended_at = ?
     WHERE (customer, n) IN (SELECT customer, n FROM moved WHERE node = ? AND port = ?)`,
    [now, node, port],
  );
}

async function passOn(tx: Transaction, node: number, port: number, to: number, next: PortSql): Promise<number> {
  const nextPort = next.needsCustomer
    ? `(SELECT ${next.sql} FROM customer WHERE customer.id = p.customer)`
    : `(${next.sql})`;
  return tx.run(`UPDATE moved AS p SET port = ${nextPort}, node = ?, step = step + 1 WHERE node = ? AND port = ?`, [
    ...next.parameters,
    to,
    node,
    port,
  ]);
}

async function arrive(
  tx: Transaction,
  port: number,
  order: string,
  to: { node: number; ref: number; newTurn: boolean; now: number; maxTurns: number },
): Promise<number> {
  const turned = to.newTurn ? 1 : 0;
  return tx.run(
    `INSERT INTO position (node, due, customer, n, step, turn, since, phase)
     SELECT ?, CASE WHEN turn + ? > ? THEN ? ELSE ? END, customer, n, step + 1, turn + ?, ?, 0
     FROM moved WHERE node = ? AND port = ? ${order}`,
    [to.ref, turned, to.maxTurns, forever, to.now, turned, to.now, to.node, port],
  );
}

/** The pseudo port of `tally` that counts who came to a node. */
export const entered = -1;

export async function addToTally(tx: Transaction, node: number, port: number, count: number): Promise<void> {
  await tx.run(
    'INSERT INTO tally (node, port, count) VALUES (?, ?, ?) ON CONFLICT (node, port) DO UPDATE SET count = count + excluded.count',
    [node, port, count],
  );
}

/**
 * Takes the rows of `moved` from their positions. `inOrder`: they are the first of the node's range, so that one range is
 * deleted, which is three times as fast as a key at a time. Gives whether they are in the order of customers: those who
 * came at the same time are.
 */
export async function deleteMoved(tx: Transaction, node: number, inOrder: boolean): Promise<boolean> {
  if (!inOrder) {
    await tx.run('DELETE FROM position WHERE (node, due, customer, n) IN (SELECT ?, due, customer, n FROM moved)', [
      node,
    ]);
    return false;
  }
  const first = await tx.first<{ due: number }>('SELECT due FROM moved ORDER BY rowid LIMIT 1');
  const last = await tx.first<{ due: number; customer: number; n: number }>(
    'SELECT due, customer, n FROM moved ORDER BY rowid DESC LIMIT 1',
  );
  if (!first || !last) return true;
  const oneTime = first.due === last.due;
  if (!oneTime) await tx.run('DELETE FROM position WHERE node = ? AND due < ?', [node, last.due]);
  await tx.run('DELETE FROM position WHERE node = ? AND due = ? AND (customer, n) <= (?, ?)', [
    node,
    last.due,
    last.customer,
    last.n,
  ]);
  return oneTime;
}
