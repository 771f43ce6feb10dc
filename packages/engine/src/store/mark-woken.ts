import { deleteMoved } from './commit-moves.ts';
import type { Transaction } from './database.ts';
import { marks } from './marks.ts';
import { markPath } from './paths.ts';

/** The phase of who was woken while its loop was paused, and leaves by port 0 when it goes on; the others follow it. */
export const wokenPhase = 10;

/**
 * Lets all in `moved`, whose wait has ended at a node of a loop that is paused, stand there until it goes on: they are due
 * from now on, leave by the port that has ended their wait, and wait for nothing else.
 */
export async function markWoken(
  tx: Transaction,
  { node, now, events }: { node: number; now: number; events: readonly string[] },
): Promise<void> {
  await tx.run(
    `INSERT INTO journal (customer, n, step, at, turn, path, until)
     SELECT customer, n, step, CAST(? AS BIGINT), turn, CAST(? AS BIGINT), CAST(? AS BIGINT) FROM moved ORDER BY customer, n`,
    [now, await markPath(tx, marks.woken, node), now],
  );
  await tx.run(
    `DELETE FROM subscription WHERE (customer, event, n) IN
       (SELECT m.customer, e.value, m.n FROM moved m CROSS JOIN ${tx.dialect.list('text')} e)`,
    [JSON.stringify(events)],
  );
  await deleteMoved(tx, node, 'any');
  await tx.run(
    `INSERT INTO position (node, due, customer, n, step, turn, since, phase)
     SELECT CAST(? AS BIGINT), CAST(? AS BIGINT), customer, n, step + 1, turn, CAST(? AS BIGINT), ${wokenPhase} + port
     FROM moved ORDER BY customer, n`,
    [node, now, now],
  );
}
