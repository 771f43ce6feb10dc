import type { Transaction } from './database.ts';
import { readMeta, writeMeta } from './meta.ts';

/** What stands in the place of a message's body that has been pruned. */
export const prunedBody = '{"pruned":true}';

/** How far a round of pruning has come: the last row looked at. Kept in the database, so that a restart does not begin anew. */
type Place = readonly number[];
const placeOf = async (tx: Transaction, name: string, none: Place): Promise<Place> =>
  JSON.parse((await readMeta(tx, name)) ?? JSON.stringify(none)) as Place;

/** What one step has done. `round`: everything has been looked at once, and the next step begins at the first row again. */
export interface Pruned {
  rows: number;
  round: boolean;
}

/**
 * Deletes the next rows of the journals of enrollments that ended before an instant, at most so many. The enrollments
 * themselves stay, because who may enter once more goes by them, and one that has not ended keeps its journal to the first
 * step. It walks over the enrollments in their own order: no index says when one ended, and none is worth its price.
 */
export async function pruneJournal(
  tx: Transaction,
  { before, limit }: { before: number; limit: number },
): Promise<Pruned> {
  const [customer, n] = (await placeOf(tx, 'prune.journal', [0, 0])) as [number, number];
  // An enrollment has some five rows and more: so few of them are looked at that few rows are read in vain.
  const width = Math.ceil(limit / 5);
  const window = await tx.all<{ customer: number; n: number; ended: number | null }>(
    `SELECT customer, n, ended_at AS ended FROM enrollment WHERE (customer, n) > (?, ?) ORDER BY customer, n LIMIT ?`,
    [customer, n, width],
  );
  const old = window.filter(({ ended }) => ended !== null && ended < before).map((each) => [each.customer, each.n]);
  const rows =
    old.length === 0
      ? []
      : await tx.all<{ customer: number; n: number; step: number }>(
          `SELECT j.customer, j.n, j.step FROM ${tx.dialect.rows(['int', 'int'])} l
           ${tx.dialect.lookupJoin} journal j WHERE j.customer = l.c0 AND j.n = l.c1
           ORDER BY j.customer, j.n, j.step LIMIT ?`,
          [JSON.stringify(old), limit],
        );
  if (rows.length > 0)
    await tx.run(
      `DELETE FROM journal WHERE (customer, n, step) IN
         (SELECT c0, c1, c2 FROM ${tx.dialect.rows(['int', 'int', 'int'])} l)`,
      [JSON.stringify(rows.map((row) => [row.customer, row.n, row.step]))],
    );
  const full = rows.length === limit;
  const last = full ? rows.at(-1) : window.at(-1);
  const round = !full && window.length < width;
  // The enrollment whose journal may have more rows than this step could take is looked at again.
  const next = round || !last ? [0, 0] : full ? [last.customer, last.n - 1] : [last.customer, last.n];
  await writeMeta(tx, 'prune.journal', JSON.stringify(next));
  return { rows: rows.length, round };
}

/**
 * Empties the bodies of the next messages that were settled before an instant. What is left is the ledger: who was sent
 * what by which node, when, and what became of it.
 */
export async function pruneBodies(
  tx: Transaction,
  { before, limit }: { before: number; limit: number },
): Promise<Pruned> {
  const [customer, n, step] = (await placeOf(tx, 'prune.bodies', [0, 0, -1])) as [number, number, number];
  const window = await tx.all<{ customer: number; n: number; step: number; old: number }>(
    `SELECT customer, n, step,
       CASE WHEN status NOT IN ('queued', 'sending') AND settled_at < ? AND body <> '${prunedBody}' THEN 1 ELSE 0 END AS old
     FROM message WHERE (customer, n, step) > (?, ?, ?) ORDER BY customer, n, step LIMIT ?`,
    [before, customer, n, step, limit],
  );
  const old = window.filter((row) => row.old === 1).map((row) => [row.customer, row.n, row.step]);
  if (old.length > 0)
    await tx.run(
      `UPDATE message SET body = '${prunedBody}' WHERE (customer, n, step) IN
         (SELECT c0, c1, c2 FROM ${tx.dialect.rows(['int', 'int', 'int'])} l)`,
      [JSON.stringify(old)],
    );
  const last = window.at(-1);
  const round = window.length < limit;
  const next = round || !last ? [0, 0, -1] : [last.customer, last.n, last.step];
  await writeMeta(tx, 'prune.bodies', JSON.stringify(next));
  return { rows: old.length, round };
}
