import type { Transaction } from './database.ts';
import { forever } from './forever.ts';
import type { PathStep } from './paths.ts';
import { addToTally, entered } from './tally.ts';

/** Where a port of the node leads: to a node's ref, or out of the loop. */
export interface MoveTarget {
  ref: number | undefined;
  newTurn: boolean;
}

/** A path that somebody may take in a move, and where it ends. */
export interface Route {
  path: number;
  steps: readonly PathStep[];
  target: MoveTarget;
}

/** A route that was taken: by how many. */
export type Taken = Route & { count: number };

export interface Move {
  version: number;
  now: number;
  /** All that `moved` may hold. */
  routes: readonly Route[];
  /** An enrollment that begins a turn after this one arrives, and rests there for ever. */
  maxTurns: number;
  /** What those who move may have waited for. */
  events: readonly string[];
  /** Whether `moved` is in the order of customers already: then nothing is sorted, which is 0.3 s of 1.4 s a million. */
  byCustomer: boolean;
  /** The worker's slot in the counts. */
  worker: number;
}

/**
 * Moves all in `moved` who have a path, once they are taken from their positions: a row of the journal, a new position or
 * the end of the enrollment, and what is counted at every node on the way. Gives the routes that were taken.
 */
export async function commitMoves(tx: Transaction, move: Move): Promise<Taken[]> {
  const order = move.byCustomer ? '' : 'ORDER BY customer, n';
  const moved = await tx.run(
    `INSERT INTO journal (customer, n, step, at, turn, path)
     SELECT customer, n, step, CAST(? AS BIGINT), turn, path FROM moved WHERE path >= 0 ${order}`,
    [move.now],
  );
  if (moved === 0) return [];
  if (move.events.length > 0)
    await tx.run(
      tx.dialect.name === 'sqlite'
        ? `DELETE FROM subscription WHERE (customer, event, n) IN
             (SELECT m.customer, e.value, m.n FROM moved m CROSS JOIN ${tx.dialect.list('text')} e WHERE m.path >= 0)`
        : // Of a product of two lists PostgreSQL expects so many rows that it would rather read the whole table.
          `DELETE FROM subscription WHERE (customer, n) IN (SELECT customer, n FROM moved WHERE path >= 0)
             AND event = ANY (ARRAY(SELECT jsonb_array_elements_text(CAST(? AS jsonb))))`,
      [JSON.stringify(move.events)],
    );

  const taken = await place(tx, move, order);
  const placed = taken.reduce((sum, { count }) => sum + count, 0);
  if (placed !== moved)
    throw new Error(`expected all ${moved} who move in version ${move.version} to arrive somewhere, got ${placed}`);
  await countTurns(tx, move, taken);
  await addToTally(tx, move.worker, talliesOf(taken));
  return taken;
}

/**
 * Puts everybody where their path leads. What is counted is what each statement says it has changed; only where several
 * paths have the same end they are counted one by one, for a GROUP BY sorts, 0.14 s a million.
 */
async function place(tx: Transaction, move: Move, order: string): Promise<Taken[]> {
  const groups = [...byEnd(move.routes).values()];
  if (groups.some((together) => together.length > 1)) {
    const taken = await countTaken(tx, move.routes);
    for (const together of byEnd(taken).values()) await putAtEnd(tx, move, together, order);
    return taken;
  }
  const taken: Taken[] = [];
  for (const [route] of groups as [Route][]) {
    const count = await putAtEnd(tx, move, [route], order);
    if (count > 0) taken.push({ ...route, count });
  }
  return taken;
}

async function putAtEnd(tx: Transaction, move: Move, routes: readonly Route[], order: string): Promise<number> {
  return routes[0]?.target.ref === undefined ? end(tx, move, routes) : arrive(tx, move, routes, order);
}

async function countTaken(tx: Transaction, routes: readonly Route[]): Promise<Taken[]> {
  const rows = await tx.all<{ path: number; count: number }>(
    'SELECT path, count(*) AS count FROM moved WHERE path >= 0 GROUP BY path',
  );
  const counts = new Map(rows.map(({ path, count }) => [path, count]));
  return routes.flatMap((route) => {
    const count = counts.get(route.path);
    return count === undefined ? [] : [{ ...route, count }];
  });
}

/** How often anybody has gone round. */
async function countTurns(tx: Transaction, move: Move, taken: readonly Taken[]): Promise<void> {
  const turning = taken.filter(({ target }) => target.newTurn);
  if (turning.length === 0) return;
  const most = await tx.first<{ turn: number }>(
    `SELECT max(turn) AS turn FROM moved WHERE path IN (${marksFor(turning)})`,
    turning.map(({ path }) => path),
  );
  const turn = most?.turn ?? 0;
  await tx.run('UPDATE loop_version SET turns = ? WHERE id = ? AND turns < ?', [turn, move.version, turn]);
}

/** Routes that put their customers into the same range of positions with the same numbers. */
function byEnd<R extends Route>(routes: readonly R[]): Map<string, R[]> {
  const groups = new Map<string, R[]>();
  for (const route of routes) {
    const { ref, newTurn } = route.target;
    const key = ref === undefined ? 'end' : `${ref} ${newTurn} ${route.steps.length}`;
    const group = groups.get(key);
    if (group) group.push(route);
    else groups.set(key, [route]);
  }
  return groups;
}

const marksFor = (routes: readonly Route[]) => routes.map(() => '?').join(', ');

/** Each of them has a row, so nothing is inserted: it is the form in which rows are looked up one by one in the order of `moved`, 0.6 of the time of an UPDATE with a list. */
async function end(tx: Transaction, { now }: Move, routes: readonly Route[]): Promise<number> {
  return tx.run(
    `INSERT INTO enrollment (customer, n, version, entered_at, node, ended_at)
     SELECT customer, n, 0, 0, 0, CAST(? AS BIGINT) FROM moved WHERE path IN (${marksFor(routes)})
     ON CONFLICT (customer, n) DO UPDATE SET ended_at = excluded.ended_at`,
    [now, ...routes.map(({ path }) => path)],
  );
}

async function arrive(tx: Transaction, move: Move, routes: readonly Route[], order: string): Promise<number> {
  const { target, steps } = routes[0] as Route;
  const now = 'CAST(? AS BIGINT)';
  // Small numbers stand in the text: the driver would bind them as reals, and every row would be turned into whole numbers.
  const due = target.newTurn ? `CASE WHEN turn >= ? THEN ${forever} ELSE ${now} END` : now;
  return tx.run(
    `INSERT INTO position (node, due, customer, n, step, turn, since, phase)
     SELECT CAST(? AS BIGINT), ${due}, customer, n, step + ${steps.length}, turn${target.newTurn ? ' + 1' : ''}, ${now}, 0
     FROM moved WHERE path IN (${marksFor(routes)}) ${order}`,
    [
      target.ref as number,
      ...(target.newTurn ? [move.maxTurns] : []),
      move.now,
      move.now,
      ...routes.map(({ path }) => path),
    ],
  );
}

/** Every node on the way counts who came to it and by which port they left, as if they had stopped there. */
function talliesOf(taken: readonly Taken[]): [node: number, port: number, count: number][] {
  const counts = new Map<string, [node: number, port: number, count: number]>();
  const add = (node: number, port: number, count: number) => {
    const key = `${node} ${port}`;
    const counted = counts.get(key);
    if (counted) counted[2] += count;
    else counts.set(key, [node, port, count]);
  };
  for (const { steps, target, count } of taken) {
    for (const [i, [node, port]] of steps.entries()) {
      add(node, port, count);
      if (i > 0) add(node, entered, count);
    }
    if (target.ref !== undefined) add(target.ref, entered, count);
  }
  return [...counts.values()].sort(([a, x], [b, y]) => a - b || x - y);
}

/** Whether the rows of `moved` are the first of their node's positions, in that order: yes, or it is to be looked at, or they are any. */
export type MovedOrder = 'first' | 'perhaps' | 'any';

/**
 * Takes the rows of `moved` from their positions. Those who are the first of the node's range are deleted as one, which is
 * five times as fast as a key at a time. Gives whether they are in the order of customers: those who came at the same time are.
 */
export async function deleteMoved(tx: Transaction, node: number, order: MovedOrder): Promise<boolean> {
  const first = order === 'any' ? undefined : await tx.first<Place>(`${places('moved')} ORDER BY seq LIMIT 1`);
  const last = first && (await tx.first<Place>(`${places('moved')} ORDER BY seq DESC LIMIT 1`));
  if (!first || !last || !(order === 'first' || (await areFirst(tx, node, last)))) {
    await tx.run(
      'DELETE FROM position WHERE (node, due, customer, n) IN (SELECT CAST(? AS BIGINT), due, customer, n FROM moved)',
      [node],
    );
    return false;
  }
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

interface Place {
  due: number;
  customer: number;
  n: number;
}

const places = (table: string) => `SELECT due, customer, n FROM ${table}`;

/** All of `moved` stand at the node, up to `last`: nobody else does if there are as many. */
async function areFirst(tx: Transaction, node: number, last: Place): Promise<boolean> {
  const more = await tx.first(
    `SELECT 1 AS more FROM (
       SELECT count(*) AS count FROM (
         SELECT 1 AS one FROM position WHERE node = ? AND (due, customer, n) <= (?, ?, ?) LIMIT (SELECT count(*) + 1 FROM moved)
       ) here
     ) here WHERE here.count <> (SELECT count(*) FROM moved)`,
    [node, last.due, last.customer, last.n],
  );
  return more === undefined;
}
