import type { Transaction } from './database.ts';
import { forever } from './forever.ts';
import { marks } from './marks.ts';
import { markPath } from './paths.ts';

/** The port of those in `moved` who begin to wait where they stand. */
export const beginsToWait = marks.beganToWait;

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
  const those = `port = ${beginsToWait} AND turn >= ? AND turn < ?`;
  const turns = [wait.fromTurn, wait.before];
  const until = 'coalesce(until, CAST(? AS BIGINT))';
  const armed = await tx.run(
    `INSERT INTO journal (customer, n, step, at, turn, path, until)
     SELECT customer, n, step, CAST(? AS BIGINT), turn, CAST(? AS BIGINT), ${until} FROM moved WHERE ${those} ORDER BY customer, n`,
    [now, await markPath(tx, beginsToWait, node), due, ...turns],
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

/** The events of these types that those who begin to wait have had since their turn began, oldest first. */
export async function eventsOfTurn(
  tx: Transaction,
  types: readonly string[],
  { fromTurn, before }: { fromTurn: number; before: number },
): Promise<{ row: number; type: string; time: number; properties: string }[]> {
  return tx.all(
    `SELECT m.seq AS "row", e.type, e.time, ${tx.dialect.json('e.properties')} AS properties
     FROM moved m JOIN event e ON e.customer = m.customer AND e.type IN (SELECT value FROM ${tx.dialect.list('text')} t)
     WHERE m.port = ${beginsToWait} AND m.turn >= ? AND m.turn < ? AND e.time >= coalesce(
       (SELECT min(at) FROM journal j WHERE j.customer = m.customer AND j.n = m.n AND j.turn = m.turn),
       (SELECT entered_at FROM enrollment x WHERE x.customer = m.customer AND x.n = m.n))
     ORDER BY e.time, e.id`,
    [JSON.stringify(types), fromTurn, before],
  );
}

/** Gives some rows of `moved` another port, and takes back the path that they had. */
export async function choosePorts(
  tx: Transaction,
  chosen: Iterable<readonly [row: number, port: number]>,
): Promise<void> {
  await tx.runMany(
    'UPDATE moved SET port = ?, path = NULL WHERE seq = ?',
    Array.from(chosen, ([row, port]) => [port, row]),
  );
}
