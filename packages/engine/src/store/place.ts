import type { Transaction } from './database.ts';
import { marks } from './marks.ts';
import { markPaths } from './paths.ts';
import { addToTally, entered } from './tally.ts';

/** An enrollment that is put somewhere by hand. `due` undefined: it is parked, and comes back. */
export interface Placement {
  customer: number;
  n: number;
  step: number;
  turn: number;
  from: { node: number; due: number | undefined };
  to: { node: number; due: number; since: number; phase: number };
}

/**
 * Puts enrollments where and until when somebody has decided. The journal says so, so that they are found again. At another
 * node they are counted as having come, and at the old one as having been taken away. What they wait for is the caller's.
 */
export async function placeEnrollments(
  tx: Transaction,
  placements: readonly Placement[],
  { now, worker }: { now: number; worker: number },
): Promise<void> {
  if (placements.length === 0) return;
  const { dialect } = tx;
  const paths = await markPaths(
    tx,
    marks.placed,
    placements.map(({ to }) => to.node),
  );
  const standing = placements.filter(({ from }) => from.due !== undefined);
  if (standing.length > 0)
    await tx.run(
      `DELETE FROM position WHERE (node, due, customer, n) IN (SELECT c0, c1, c2, c3 FROM ${dialect.rows(['int', 'int', 'int', 'int'])} r)`,
      [JSON.stringify(standing.map(({ from, customer, n }) => [from.node, from.due as number, customer, n]))],
    );
  const parked = placements.filter(({ from }) => from.due === undefined);
  if (parked.length > 0)
    await tx.run(`DELETE FROM parked WHERE (customer, n) IN (SELECT c0, c1 FROM ${dialect.rows(['int', 'int'])} r)`, [
      JSON.stringify(parked.map(({ customer, n }) => [customer, n])),
    ]);
  await tx.run(
    `INSERT INTO journal (customer, n, step, at, turn, path, until)
     SELECT c0, c1, c2, CAST(? AS BIGINT), c3, c4, c5 FROM ${dialect.rows(['int', 'int', 'int', 'int', 'int', 'int'])} r
     ORDER BY c0, c1`,
    [
      now,
      JSON.stringify(
        placements.map(({ customer, n, step, turn, to }) => [
          customer,
          n,
          step,
          turn,
          paths.get(to.node) as number,
          to.due,
        ]),
      ),
    ],
  );
  await tx.run(
    `INSERT INTO position (node, due, customer, n, step, turn, since, phase)
     SELECT c0, c1, c2, c3, c4, c5, c6, c7
     FROM ${dialect.rows(['int', 'int', 'int', 'int', 'int', 'int', 'int', 'int'])} r ORDER BY c0, c1, c2, c3`,
    [
      JSON.stringify(
        placements.map(({ customer, n, step, turn, to }) => [
          to.node,
          to.due,
          customer,
          n,
          step + 1,
          turn,
          to.since,
          to.phase,
        ]),
      ),
    ],
  );
  await addToTally(tx, worker, takenAndCome(placements.map(({ from, to }) => [from.node, to.node])));
}

/** What the counts of nodes gain by moves from one to another by hand. */
export function takenAndCome(
  moves: readonly (readonly [from: number, to: number])[],
): [node: number, port: number, count: number][] {
  const counts = new Map<string, [number, number, number]>();
  const add = (node: number, port: number) => {
    const count = counts.get(`${node} ${port}`);
    if (count) count[2]++;
    else counts.set(`${node} ${port}`, [node, port, 1]);
  };
  for (const [from, to] of moves) {
    if (from === to) continue;
    add(from, marks.placed);
    add(to, entered);
  }
  return [...counts.values()].sort(([a, p], [b, q]) => a - b || p - q);
}

/** Waits of enrollments go on at another node or until another instant: what ends them finds them there. */
export async function followWaits(
  tx: Transaction,
  waits: readonly { customer: number; n: number; node: number; due: number }[],
): Promise<void> {
  if (waits.length === 0) return;
  await tx.run(
    `UPDATE subscription SET node = r.c2, due = r.c3 FROM ${tx.dialect.rows(['int', 'int', 'int', 'int'])} r
     WHERE subscription.customer = r.c0 AND subscription.n = r.c1`,
    [JSON.stringify(waits.map(({ customer, n, node, due }) => [customer, n, node, due]))],
  );
}

/** Enrollments wait for nothing any more. */
export async function forgetWaits(tx: Transaction, those: readonly { customer: number; n: number }[]): Promise<void> {
  if (those.length === 0) return;
  await tx.run(
    `DELETE FROM subscription WHERE (customer, n) IN (SELECT c0, c1 FROM ${tx.dialect.rows(['int', 'int'])} r)`,
    [JSON.stringify(those.map(({ customer, n }) => [customer, n]))],
  );
}

/** Parked enrollments are parked at another node, with the same error. */
export async function moveParked(
  tx: Transaction,
  parked: readonly { customer: number; n: number; step: number; turn: number; from: number; to: number }[],
  { now, worker }: { now: number; worker: number },
): Promise<void> {
  if (parked.length === 0) return;
  const { dialect } = tx;
  const paths = await markPaths(
    tx,
    marks.placed,
    parked.map(({ to }) => to),
  );
  await tx.run(
    `INSERT INTO journal (customer, n, step, at, turn, path)
     SELECT c0, c1, c2, CAST(? AS BIGINT), c3, c4 FROM ${dialect.rows(['int', 'int', 'int', 'int', 'int'])} r ORDER BY c0, c1`,
    [
      now,
      JSON.stringify(
        parked.map(({ customer, n, step, turn, to }) => [customer, n, step, turn, paths.get(to) as number]),
      ),
    ],
  );
  await tx.run(
    `UPDATE parked SET node = r.c2, step = r.c3 FROM ${dialect.rows(['int', 'int', 'int', 'int'])} r
     WHERE parked.customer = r.c0 AND parked.n = r.c1`,
    [JSON.stringify(parked.map(({ customer, n, to, step }) => [customer, n, to, step]))],
  );
  await addToTally(tx, worker, takenAndCome(parked.map(({ from, to }) => [from, to])));
}
