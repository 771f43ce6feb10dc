import { addToTally } from './commit-moves.ts';
import type { Transaction } from './database.ts';
import { forever } from './forever.ts';
import { wasMerged } from './park.ts';

/** Where an enrollment stands by its journal: the node it entered or was last sent to, and the dues its position may have. */
interface Standing {
  customer: number;
  n: number;
  entered_at: number;
  entry: number;
  node: number | null;
  port: number | null;
  at: number | null;
  until: number | null;
}

/**
 * Ends every live enrollment of customers who were merged into another, wherever it stands. `targetOf` tells where a port
 * leads. Positions have no index by customer, so the journal's last row says where to look.
 */
export async function withdraw(
  tx: Transaction,
  {
    customers,
    now,
    targetOf,
  }: { customers: readonly number[]; now: number; targetOf: (node: number, port: number) => number | undefined },
): Promise<void> {
  const standing = await tx.all<Standing>(
    `SELECT e.customer, e.n, e.entered_at, e.node AS entry, j.node, j.port, j.at, j.until
     FROM json_each(?) c JOIN enrollment e ON e.customer = c.value AND e.ended_at IS NULL
     LEFT JOIN journal j ON j.customer = e.customer AND j.n = e.n
       AND j.step = (SELECT max(step) FROM journal WHERE customer = e.customer AND n = e.n)`,
    [JSON.stringify(customers)],
  );
  for (const { customer, n, entry, entered_at, node, port, at, until } of standing) {
    const where = node === null || port === null ? entry : port >= 0 ? targetOf(node, port) : node;
    if (where === undefined) continue;
    const dues = [at ?? entered_at, until ?? forever, forever];
    for (const due of new Set(dues)) {
      const row = await tx.first<{ step: number; turn: number }>(
        'DELETE FROM position WHERE node = ? AND due = ? AND customer = ? AND n = ? RETURNING step, turn',
        [where, due, customer, n],
      );
      if (!row) continue;
      await tx.run('INSERT INTO journal (customer, n, step, at, turn, node, port) VALUES (?, ?, ?, ?, ?, ?, ?)', [
        customer,
        n,
        row.step,
        now,
        row.turn,
        where,
        wasMerged,
      ]);
      await addToTally(tx, where, wasMerged, 1);
      break;
    }
    await tx.run('DELETE FROM subscription WHERE customer = ? AND n = ?', [customer, n]);
    await tx.run('DELETE FROM parked WHERE customer = ? AND n = ?', [customer, n]);
    await tx.run(
      "UPDATE message SET status = 'suppressed', detail = 'the customer was merged into another' WHERE customer = ? AND n = ? AND status = 'queued'",
      [customer, n],
    );
    await tx.run('UPDATE enrollment SET ended_at = ? WHERE customer = ? AND n = ?', [now, customer, n]);
  }
}
