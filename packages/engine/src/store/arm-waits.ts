import type { Transaction } from './database.ts';
import { forever } from './forever.ts';

/** The port of those in `moved` who begin to wait where they stand. */
export const beginsToWait = -1;

/** Lets all of `moved` with that port, in those turns, wait until an instant (or for ever), for events of these types too. Their old positions must be gone. */
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
  await tx.run(
    `INSERT INTO journal (customer, n, step, at, turn, node, port, until)
     SELECT customer, n, step, ?, turn, ?, port, ? FROM moved WHERE ${those} ORDER BY customer, n`,
    [now, node, due, ...turns],
  );
  await tx.run(
    `INSERT INTO position (node, due, customer, n, step, turn, since, phase)
     SELECT ?, ?, customer, n, step + 1, turn, ?, 1 FROM moved WHERE ${those} ORDER BY customer, n`,
    [node, due, now, ...turns],
  );
  if (events.length > 0)
    await tx.run(
      `INSERT OR REPLACE INTO subscription (customer, event, n, node, due)
       SELECT customer, e.value, n, ?, ? FROM moved, json_each(?) e WHERE ${those} ORDER BY customer, e.value, n`,
      [node, due, JSON.stringify(events), ...turns],
    );
}

/** The events of these types that those who begin to wait have had since their turn began, oldest first. */
export async function eventsOfTurn(
  tx: Transaction,
  types: readonly string[],
  { fromTurn, before }: { fromTurn: number; before: number },
): Promise<{ row: number; type: string; time: number; properties: string }[]> {
  return tx.all(
    `SELECT m.rowid AS row, e.type, e.time, json(e.properties) AS properties
     FROM moved m JOIN event e ON e.customer = m.customer AND e.type IN (SELECT value FROM json_each(?))
     WHERE m.port = ${beginsToWait} AND m.turn >= ? AND m.turn < ? AND e.time >= coalesce(
       (SELECT min(at) FROM journal j WHERE j.customer = m.customer AND j.n = m.n AND j.turn = m.turn),
       (SELECT entered_at FROM enrollment x WHERE x.customer = m.customer AND x.n = m.n))
     ORDER BY e.time, e.id`,
    [JSON.stringify(types), fromTurn, before],
  );
}

/** Gives some rows of `moved` another port. */
export async function choosePorts(
  tx: Transaction,
  chosen: Iterable<readonly [row: number, port: number]>,
): Promise<void> {
  await tx.runMany(
    'UPDATE moved SET port = ? WHERE rowid = ?',
    Array.from(chosen, ([row, port]) => [port, row]),
  );
}
