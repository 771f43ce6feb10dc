import type { Transaction } from './database.ts';
import type { TargetOf } from './locate.ts';
import { locate } from './locate.ts';
import { marks } from './marks.ts';
import type { EndedEnrollment, MovedEnrollments } from './move-enrollments.ts';
import { rekey } from './move-enrollments.ts';
import { markPaths } from './paths.ts';
import { addToTally } from './tally.ts';

/**
 * Gives a customer whose merge is undone the enrollments back that went over, as they stand now, and lets those go on that
 * the merge has ended. How many, and how many could not be: their message is on its way, or they are not there any more.
 */
export async function giveBackEnrollments(
  tx: Transaction,
  {
    customer,
    from,
    moved,
    now,
    worker,
    targetOf,
  }: {
    customer: number;
    /** Who has them. */
    from: number;
    moved: MovedEnrollments;
    now: number;
    worker: number;
    targetOf: TargetOf;
  },
): Promise<{ given: number; left: number }> {
  if (moved.taken.length === 0) return { given: 0, left: 0 };
  const there = await tx.all<{ n: number; sending: number }>(
    `SELECT e.n, CASE WHEN EXISTS (SELECT 1 FROM message m WHERE m.customer = e.customer AND m.n = e.n AND m.status = 'sending')
       THEN 1 ELSE 0 END AS sending
     FROM enrollment e WHERE e.customer = ? AND e.n IN (SELECT value FROM ${tx.dialect.list('int')} l)`,
    [from, JSON.stringify(moved.taken.map(([, as]) => as))],
  );
  const free = new Set(there.flatMap(({ n, sending }) => (sending === 1 ? [] : [n])));
  const back = moved.taken.filter(([, as]) => free.has(as));
  const only = back.map(([, as]): [number, number] => [from, as]);
  const located = new Map((await locate(tx, { customers: [from], only, targetOf })).map((each) => [each.n, each]));
  await rekey(
    tx,
    back.map(([n, as]) => ({ customer: from, n: as, into: customer, as: n, stands: located.get(as) })),
  );
  const returned = new Set(back.map(([n]) => n));
  await revive(
    tx,
    customer,
    moved.ended.filter(({ n }) => returned.has(n)),
    { now, worker },
  );
  return { given: back.length, left: moved.taken.length - back.length };
}

/** Puts enrollments that a merge has ended where they stood. The journal keeps that they ended, and says that they go on. */
async function revive(
  tx: Transaction,
  customer: number,
  ended: readonly EndedEnrollment[],
  { now, worker }: { now: number; worker: number },
): Promise<void> {
  if (ended.length === 0) return;
  const placed = await markPaths(
    tx,
    marks.placed,
    ended.map(({ node }) => node),
  );
  for (const { n, node, step, turn, at, error, waits, queued } of ended) {
    const revived = await tx.run(
      "UPDATE enrollment SET ended_at = NULL, outcome = NULL WHERE customer = ? AND n = ? AND outcome = 'merged'",
      [customer, n],
    );
    if (revived === 0) continue;
    if (at === 'parked')
      await tx.run('INSERT INTO parked (customer, n, node, step, turn, at, error) VALUES (?, ?, ?, ?, ?, ?, ?)', [
        customer,
        n,
        node,
        step,
        turn,
        now,
        error ?? '',
      ]);
    else {
      await tx.run('INSERT INTO journal (customer, n, step, at, turn, path, until) VALUES (?, ?, ?, ?, ?, ?, ?)', [
        customer,
        n,
        step + 1,
        now,
        turn,
        placed.get(node) as number,
        at.due,
      ]);
      await tx.run(
        'INSERT INTO position (node, due, customer, n, step, turn, since, phase) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
        [node, at.due, customer, n, step + 2, turn, at.since, at.phase],
      );
    }
    await tx.runMany(
      'INSERT INTO subscription (customer, event, n, node, due) VALUES (?, ?, ?, ?, ?)',
      waits.map(({ event, node: where, due }) => [customer, event, n, where, due]),
    );
    await tx.runMany(
      `UPDATE message SET status = 'queued', settled_at = NULL, reason = NULL, detail = NULL
       WHERE customer = ? AND n = ? AND step = ? AND status = 'suppressed'`,
      queued.map((each) => [customer, n, each]),
    );
  }
  await addToTally(
    tx,
    worker,
    ended.map(({ node }) => [node, marks.merged, -1] as const),
  );
}
