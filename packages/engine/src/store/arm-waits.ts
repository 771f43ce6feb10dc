import type { Transaction } from './database.ts';
import type { PortSql } from './fill-moved.ts';
import { forever } from './forever.ts';
import { marks } from './marks.ts';
import { markPath } from './paths.ts';

/**
 * Lets all of `moved` with that port, in those turns, wait until an instant (their own, where `moved` has one; or for
 * ever), for events of these types too. Their old positions must be gone.
 */
export async function armWaits(
  tx: Transaction,
  wait: {
    node: number;
    now: number;
    until: number | undefined;
    events: readonly string[];
    fromTurn: number;
    before: number;
  },
): Promise<void> {
  const { node, now, events } = wait;
  const due = wait.until ?? forever;
  const those = `port = ${marks.beganToWait} AND turn >= ? AND turn < ?`;
  const turns = [wait.fromTurn, wait.before];
  const until = 'coalesce(until, CAST(? AS BIGINT))';
  const armed = await tx.run(
    `INSERT INTO journal (customer, n, step, at, turn, path, until)
     SELECT customer, n, step, CAST(? AS BIGINT), turn, CAST(? AS BIGINT), ${until} FROM moved WHERE ${those} ORDER BY customer, n`,
    [now, await markPath(tx, marks.beganToWait, node), due, ...turns],
  );
  if (armed === 0) return;
  await tx.run(
    `INSERT INTO position (node, due, customer, n, step, turn, since, phase)
     SELECT CAST(? AS BIGINT), ${until}, customer, n, step + 1, turn, CAST(? AS BIGINT), 1
     FROM moved WHERE ${those} ORDER BY ${until}, customer, n`,
    [node, due, now, ...turns, due],
  );
  if (events.length > 0)
    await tx.run(
      `INSERT INTO subscription (customer, event, n, node, due)
       SELECT customer, e.value, n, CAST(? AS BIGINT), ${until} FROM moved CROSS JOIN ${tx.dialect.list('text')} e
       WHERE ${those} ORDER BY customer, e.value, n
       ON CONFLICT (customer, event, n) DO UPDATE SET node = excluded.node, due = excluded.due`,
      [node, due, JSON.stringify(events), ...turns],
    );
  await endQuiet(tx, those, turns);
}

/** Who was to be left in peace until the next wait has come to it. Hardly ever is there anybody. */
async function endQuiet(tx: Transaction, those: string, turns: readonly number[]): Promise<void> {
  if (!(await tx.first('SELECT 1 AS quiet FROM enrollment WHERE quiet = 1 LIMIT 1'))) return;
  await tx.run(
    `UPDATE enrollment SET quiet = 0
     WHERE quiet = 1 AND (customer, n) IN (SELECT customer, n FROM moved WHERE ${those})`,
    turns,
  );
}

/** From when on events count that came before the wait, and whether those count that come in time but happened before that. */
export interface Counted {
  since: 'arrival' | 'turn' | 'entry';
  late: 'counts' | 'ignored';
}

/** An event that one who begins to wait has had already. `row`: its place in `moved`. */
export interface HadEvent {
  row: number;
  customer: number;
  n: number;
  key: string;
  type: string;
  time: number;
  properties: string;
  /** How often it has left the node in this turn by the port of an event: so many of these have had their say. */
  spent: number;
}

/**
 * When the turn of a row `m` began: at the last move of the turn before, or with the enrollment. Asked backwards from the
 * journal's end, for somebody may have gone round a hundred thousand times.
 */
const turnBegan = `coalesce(
  (SELECT j.at FROM journal j WHERE j.customer = m.customer AND j.n = m.n AND j.turn < m.turn ORDER BY j.step DESC LIMIT 1),
  x.entered_at)`;

/** How many nodes back it is asked whether an event has ended a wait already. */
const lookBack = 1_000;

/**
 * The events of these types that count for those who begin to wait though they came before: since their turn or their entry
 * began, and since they arrived, for between the arrival and the waiting there is a moment. Oldest first.
 */
export async function eventsBefore(
  tx: Transaction,
  types: readonly string[],
  { since, late }: Counted,
  {
    node,
    ports,
    fromTurn,
    before,
    now,
  }: { node: number; ports: readonly number[]; fromTurn: number; before: number; now: number },
): Promise<HadEvent[]> {
  // Until they are made to wait, the instant at which they arrived is when they are due.
  const start = { arrival: 'm.due', turn: turnBegan, entry: 'x.entered_at' }[since];
  const inTime = late === 'counts' ? 'e.received_at > m.due' : `e.received_at > m.due AND e.time >= ${start}`;
  const counts = since === 'arrival' ? `m.due < ? AND ${inTime}` : `(e.time > ${start} OR (m.due < ? AND ${inTime}))`;
  // Counted and not compared by time, for a clock may have been put back.
  const spent =
    since === 'arrival'
      ? '0'
      : `(SELECT count(*) FROM journal j JOIN path_step s ON s.path = j.path
          WHERE j.customer = m.customer AND j.n = m.n AND j.turn = m.turn AND j.step > m.step - ${lookBack}
            AND s.node = CAST(? AS BIGINT) AND s.port IN (SELECT value FROM ${tx.dialect.list('int')} p))`;
  const ofSpent = since === 'arrival' ? [] : [node, JSON.stringify(ports)];
  return tx.all<HadEvent>(
    `SELECT m.seq AS "row", m.customer, m.n, x.key, e.type, e.time, ${tx.dialect.json('e.properties')} AS properties,
       ${spent} AS spent
     FROM moved m ${tx.dialect.lookupJoin} event e JOIN enrollment x ON x.customer = m.customer AND x.n = m.n
     WHERE e.customer = m.customer AND e.type IN (SELECT value FROM ${tx.dialect.list('text')} t)
       AND m.port = ${marks.beganToWait} AND m.turn >= ? AND m.turn < ? AND ${counts}
     ORDER BY e.time, e.id`,
    [...ofSpent, JSON.stringify(types), fromTurn, before, now],
  );
}

/** Keeps the customers who begin to wait to the end of the transaction: what they have not had by now finds them waiting. */
export async function lockBeginners(tx: Transaction): Promise<void> {
  const lock = tx.dialect.lock('c');
  if (lock === '') return;
  await tx.all(
    `SELECT c.id FROM customer c WHERE c.id IN (SELECT customer FROM moved WHERE port = ${marks.beganToWait}) ORDER BY c.id ${lock}`,
  );
}

/** Who begins to wait: their places in `moved`. */
export async function beginners(tx: Transaction): Promise<{ row: number; customer: number; n: number }[]> {
  return tx.all(`SELECT seq AS "row", customer, n FROM moved WHERE port = ${marks.beganToWait}`);
}

/** Who leaves after all: those of `moved` with a port. */
export async function answered(tx: Transaction): Promise<{ customer: number; n: number; port: number }[]> {
  return tx.all('SELECT customer, n, port FROM moved WHERE port >= 0');
}

/** Gives some rows of `moved` another port, and takes back the path that they had. */
export async function choosePorts(
  tx: Transaction,
  chosen: Iterable<readonly [row: number, port: number]>,
): Promise<void> {
  const rows = [...chosen];
  if (rows.length === 0) return;
  await tx.run(
    `UPDATE moved SET port = r.c1, path = NULL FROM ${tx.dialect.rows(['int', 'int'])} r WHERE moved.seq = r.c0`,
    [JSON.stringify(rows)],
  );
}

/** Gives a port to those who begin to wait in these turns and of whom an expression over `customer` is true: 1, not 0. */
export async function choosePortWhere(
  tx: Transaction,
  { when, port, fromTurn, before }: { when: PortSql; port: number; fromTurn: number; before: number },
): Promise<void> {
  await tx.run(
    `UPDATE moved AS p SET port = CAST(? AS BIGINT), path = NULL
     WHERE p.port = ${marks.beganToWait} AND p.turn >= ? AND p.turn < ?
       AND (SELECT ${when.sql} FROM customer WHERE customer.id = p.customer) = 1`,
    [port, fromTurn, before, ...when.parameters],
  );
}

/** Says until when each of some rows of `moved` waits. */
export async function chooseUntil(
  tx: Transaction,
  chosen: readonly (readonly [row: number, until: number])[],
): Promise<void> {
  if (chosen.length === 0) return;
  await tx.run(`UPDATE moved SET until = r.c1 FROM ${tx.dialect.rows(['int', 'int'])} r WHERE moved.seq = r.c0`, [
    JSON.stringify(chosen),
  ]);
}
