import type { Transaction } from './database.ts';
import { forever } from './forever.ts';

/** The port of those in `moved` who begin to wait where they stand. */
export const beginsToWait = -1;

/** Lets all of `moved` with that port wait until an instant (or for ever), for events of these types too. Their old positions must be gone. */
export async function armWaits(
  tx: Transaction,
  { node, now, until, events }: { node: number; now: number; until: number | undefined; events: readonly string[] },
): Promise<void> {
  const due = until ?? forever;
  await tx.run(
    `INSERT INTO journal (customer, n, step, at, turn, node, port, until)
     SELECT customer, n, step, ?, turn, ?, ${beginsToWait}, ? FROM moved WHERE port = ${beginsToWait} ORDER BY customer, n`,
    [now, node, due],
  );
  await tx.run(
    `INSERT INTO position (node, due, customer, n, step, turn, since, phase)
     SELECT ?, ?, customer, n, step + 1, turn, ?, 1 FROM moved WHERE port = ${beginsToWait} ORDER BY customer, n`,
    [node, due, now],
  );
  if (events.length > 0)
    await tx.run(
      `INSERT OR REPLACE INTO subscription (customer, event, n, node, due)
       SELECT m.customer, e.value, m.n, ?, ? FROM moved m, json_each(?) e WHERE m.port = ${beginsToWait} ORDER BY m.customer, e.value, m.n`,
      [node, due, JSON.stringify(events)],
    );
}
