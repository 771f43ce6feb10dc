import type { Transaction } from './database.ts';

/** One time that a schedule has come due, and how far its customers have been let in. */
export interface Firing {
  node: number;
  due: number;
  /** The last customer that was looked at. */
  above: number;
}

/** When each of these nodes has come due last; those that never have are absent. */
export async function lastFirings(tx: Transaction, nodes: readonly number[]): Promise<Map<number, number>> {
  const rows = await tx.all<{ node: number; due: number }>(
    `SELECT f.node, max(f.due) AS due FROM ${tx.dialect.list('int')} j JOIN firing f ON f.node = j.value GROUP BY f.node`,
    [JSON.stringify(nodes)],
  );
  return new Map(rows.map(({ node, due }) => [node, due]));
}

/** Writes down that schedules have come due. Of several workers who do, one row is left, and none for what is past already. */
export async function addFirings(
  tx: Transaction,
  firings: readonly (readonly [node: number, due: number])[],
): Promise<void> {
  if (firings.length === 0) return;
  await tx.run(
    `INSERT INTO firing (node, due, above, entered)
     SELECT c0, c1, 0, 0 FROM ${tx.dialect.rows(['int', 'int'])} r
     WHERE NOT EXISTS (SELECT 1 FROM firing f WHERE f.node = c0 AND f.due >= c1) ON CONFLICT DO NOTHING`,
    [JSON.stringify(firings)],
  );
}

/** The firings of these nodes that are not worked off, the earliest first. */
export async function openFirings(tx: Transaction, nodes: readonly number[]): Promise<Firing[]> {
  return tx.all<Firing>(
    `SELECT f.node, f.due, f.above FROM ${tx.dialect.list('int')} j JOIN firing f ON f.node = j.value
     WHERE f.done_at IS NULL ORDER BY f.due, f.node`,
    [JSON.stringify(nodes)],
  );
}

/** Takes a firing for one chunk of customers; undefined when another worker is at it, or it is done. */
export async function claimFiring(
  tx: Transaction,
  { node, due }: { node: number; due: number },
): Promise<Firing | undefined> {
  return tx.first<Firing>(
    `SELECT f.node, f.due, f.above FROM firing f
     WHERE f.node = ? AND f.due = ? AND f.done_at IS NULL ${tx.dialect.claim('f')}`,
    [node, due],
  );
}

/** Of the customers after one, up to another, those whom a rule over a row `c` of customer is true of. */
export async function customersWhere(
  tx: Transaction,
  {
    above,
    upTo,
    rule,
  }: { above: number; upTo: number; rule: { sql: string; parameters: readonly (string | number)[] } | undefined },
): Promise<number[]> {
  const rows = await tx.all<{ id: number }>(
    `SELECT c.id FROM customer c WHERE c.id > ? AND c.id <= ? AND c.merged_into IS NULL
     ${rule ? `AND ${rule.sql}` : ''} ORDER BY c.id`,
    [above, upTo, ...(rule?.parameters ?? [])],
  );
  return rows.map(({ id }) => id);
}

/** How far a firing has come; with `doneAt` it is worked off, and the ones before it are forgotten: the last says since when to count. */
export async function saveFiring(
  tx: Transaction,
  firing: Firing & { entered: number; doneAt: number | undefined },
): Promise<void> {
  await tx.run('UPDATE firing SET above = ?, entered = entered + ?, done_at = ? WHERE node = ? AND due = ?', [
    firing.above,
    firing.entered,
    firing.doneAt ?? null,
    firing.node,
    firing.due,
  ]);
  if (firing.doneAt !== undefined)
    await tx.run('DELETE FROM firing WHERE node = ? AND due < ? AND done_at IS NOT NULL', [firing.node, firing.due]);
}
