import { keyedAs } from './keyed-as.ts';
import type { Transaction } from './database.ts';
import { endEnrollments } from './end-enrollments.ts';
import type { Located, TargetOf } from './locate.ts';
import { locate } from './locate.ts';
import { marks } from './marks.ts';

/** What became of the enrollments of one customer who was merged into another: enough to undo it. */
export interface MovedEnrollments {
  /** Its number then, and its number among those of the survivor. */
  taken: [n: number, as: number][];
  /** Ended, because the survivor stands in the same loop with the same key; where they stood, and what they waited for. */
  ended: EndedEnrollment[];
}

export interface EndedEnrollment extends Pick<Located, 'n' | 'node' | 'step' | 'turn' | 'at'> {
  error: string | null;
  waits: { event: string; node: number; due: number }[];
  /** The steps of messages that were in the outbox. */
  queued: number[];
}

interface Enrollment {
  customer: number;
  n: number;
  loop: string;
  key: string;
  live: number;
  sending: number;
}

/**
 * Makes the enrollments of customers who were merged those of the survivors, with their journal and their messages, under
 * numbers that are free there. A live one whose survivor stands in the same loop with the same key ends as `merged`. One
 * whose message is on its way stays where its receipt will look for it. `here`: live ones that somebody else ends.
 */
export async function moveEnrollments(
  tx: Transaction,
  {
    pairs,
    here,
    now,
    worker,
    targetOf,
  }: {
    pairs: readonly { customer: number; into: number }[];
    here?: (customer: number, n: number) => boolean;
    now: number;
    worker: number;
    targetOf: TargetOf;
  },
): Promise<Map<number, MovedEnrollments>> {
  const moved = new Map<number, MovedEnrollments>();
  const theirs = Map.groupBy(
    await enrollmentsOf(tx, [...new Set(pairs.flatMap(({ customer, into }) => [customer, into]))]),
    ({ customer }) => customer,
  );
  if (pairs.every(({ customer }) => !theirs.has(customer))) return moved;

  const located = new Map(
    (await locate(tx, { customers: pairs.map(({ customer }) => customer), targetOf })).map((each) => [
      `${each.customer} ${each.n}`,
      each,
    ]),
  );
  const rekeyed: Rekeyed[] = [];
  const ending: Located[] = [];
  for (const { customer, into } of pairs) {
    const own = theirs.get(into) ?? [];
    let last = own.reduce((max, { n }) => Math.max(max, n), 0);
    for (const each of theirs.get(customer) ?? []) {
      const { n, loop, key, live, sending } = each;
      if (live === 1 && sending === 1) continue;
      const stands = live === 1 ? located.get(`${customer} ${n}`) : undefined;
      const inTheWay = live === 1 && own.some((other) => other.live === 1 && other.loop === loop && other.key === key);
      if (inTheWay && here?.(customer, n)) continue;
      const of = moved.get(customer) ?? { taken: [], ended: [] };
      moved.set(customer, of);
      last++;
      of.taken.push([n, last]);
      if (inTheWay && stands) ending.push(stands);
      own.push({ ...each, customer: into, n: last, live: inTheWay ? 0 : live });
      rekeyed.push({ customer, n, into, as: last, stands: inTheWay ? undefined : stands });
    }
    theirs.set(into, own);
  }
  for (const ended of await remember(tx, ending)) moved.get(ended.customer)?.ended.push(ended);
  await endEnrollments(tx, ending, {
    mark: marks.merged,
    outcome: 'merged',
    now,
    worker,
    reason: 'ended',
    detail: 'the customer was merged into another',
  });
  await rekey(tx, rekeyed);
  return moved;
}

async function enrollmentsOf(tx: Transaction, customers: readonly number[]): Promise<Enrollment[]> {
  return tx.all<Enrollment>(
    `SELECT e.customer, e.n, v.loop, e.key, CASE WHEN e.ended_at IS NULL THEN 1 ELSE 0 END AS live,
       CASE WHEN EXISTS (SELECT 1 FROM message m WHERE m.customer = e.customer AND m.n = e.n AND m.status = 'sending')
         THEN 1 ELSE 0 END AS sending
     FROM ${tx.dialect.list('int')} l JOIN enrollment e ON e.customer = l.value JOIN loop_version v ON v.id = e.version
     ORDER BY e.customer, e.n`,
    [JSON.stringify(customers)],
  );
}

/** What ends with an enrollment and cannot be told from what is left of it. */
async function remember(
  tx: Transaction,
  located: readonly Located[],
): Promise<(EndedEnrollment & { customer: number })[]> {
  if (located.length === 0) return [];
  const who = JSON.stringify(located.map(({ customer, n }) => [customer, n]));
  const rows = `${tx.dialect.rows(['int', 'int'])} r`;
  const waits = await tx.all<{ customer: number; n: number; event: string; node: number; due: number }>(
    `SELECT s.customer, s.n, s.event, s.node, s.due FROM ${rows} JOIN subscription s ON s.customer = r.c0 AND s.n = r.c1`,
    [who],
  );
  const errors = await tx.all<{ customer: number; n: number; error: string }>(
    `SELECT p.customer, p.n, p.error FROM ${rows} JOIN parked p ON p.customer = r.c0 AND p.n = r.c1`,
    [who],
  );
  const queued = await tx.all<{ customer: number; n: number; step: number }>(
    `SELECT m.customer, m.n, m.step FROM ${rows} JOIN message m ON m.customer = r.c0 AND m.n = r.c1 AND m.status = 'queued'`,
    [who],
  );
  return located.map(({ customer, n, node, step, turn, at }) => {
    const of = (each: { customer: number; n: number }) => each.customer === customer && each.n === n;
    return {
      customer,
      n,
      node,
      step,
      turn,
      at,
      error: errors.find(of)?.error ?? null,
      waits: waits.filter(of).map(({ event, node: where, due }) => ({ event, node: where, due })),
      queued: queued.filter(of).map((each) => each.step),
    };
  });
}

export interface Rekeyed {
  customer: number;
  n: number;
  into: number;
  as: number;
  /** Where it stands, if it is live. */
  stands: Located | undefined;
}

/** Gives enrollments another customer and number, with all that is kept by these. */
export async function rekey(tx: Transaction, rekeyed: readonly Rekeyed[]): Promise<void> {
  if (rekeyed.length === 0) return;
  const four = tx.dialect.rows(['int', 'int', 'int', 'int']);
  const keys = JSON.stringify(rekeyed.map(({ customer, n, into, as }) => [customer, n, into, as]));
  for (const table of ['enrollment', 'journal', 'subscription', 'parked', 'message'])
    await tx.run(
      `UPDATE ${table} SET customer = r.c2, n = r.c3${table === 'message' ? `, keyed_as = ${keyedAs('message')}` : ''} FROM ${four} r WHERE ${table}.customer = r.c0 AND ${table}.n = r.c1`,
      [keys],
    );
  const standing = rekeyed.flatMap(({ customer, n, into, as, stands }) =>
    stands === undefined || stands.at === 'parked' ? [] : [[stands.node, stands.at.due, customer, n, into, as]],
  );
  if (standing.length > 0)
    await tx.run(
      `UPDATE position SET customer = r.c4, n = r.c5 FROM ${tx.dialect.rows(['int', 'int', 'int', 'int', 'int', 'int'])} r
       WHERE position.node = r.c0 AND position.due = r.c1 AND position.customer = r.c2 AND position.n = r.c3`,
      [JSON.stringify(standing)],
    );
}
