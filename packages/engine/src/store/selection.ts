import type { SqlValue, Transaction } from './database.ts';

/** Who is meant among those of a loop. Everything given must hold. */
export interface Selected {
  versions: readonly number[];
  customers?: readonly number[];
  identities?: readonly { kind: string; value: string }[];
  /** A condition over `customer`. */
  rule?: { sql: string; parameters: readonly SqlValue[] };
  /** Those who stand, or are parked, at one of these. */
  nodes?: readonly number[];
}

/** One enrollment. */
export type Who = readonly [customer: number, n: number];

interface Fragment {
  sql: string;
  parameters: SqlValue[];
}

/** What must hold of an enrollment `e`, but for where it stands. */
function conditionOn(tx: Transaction, selected: Selected): Fragment {
  const { dialect } = tx;
  const conditions = [`e.version IN (SELECT value FROM ${dialect.list('int')} l)`];
  const parameters: SqlValue[] = [JSON.stringify(selected.versions)];
  if (selected.customers) {
    conditions.push(`e.customer IN (SELECT value FROM ${dialect.list('int')} l)`);
    parameters.push(JSON.stringify(selected.customers));
  }
  if (selected.identities) {
    conditions.push(
      `e.customer IN (SELECT i.customer FROM ${dialect.rows(['text', 'text'])} l JOIN identity i ON i.kind = l.c0 AND i.value = l.c1)`,
    );
    parameters.push(JSON.stringify(selected.identities.map(({ kind, value }) => [kind, value])));
  }
  if (selected.rule) {
    conditions.push(`EXISTS (SELECT 1 FROM customer WHERE customer.id = e.customer AND ${selected.rule.sql})`);
    parameters.push(...selected.rule.parameters);
  }
  return { sql: conditions.join(' AND '), parameters };
}

/** The next of the selected who are in the loop, after the last of the chunk before, in order of customer. */
export async function selectLive(
  tx: Transaction,
  selected: Selected,
  { after, limit }: { after: Who; limit: number },
): Promise<Who[]> {
  const on = conditionOn(tx, selected);
  const rows = await tx.all<{ customer: number; n: number }>(
    `SELECT e.customer, e.n FROM enrollment e ${placed(tx, selected)}
     WHERE (e.customer, e.n) > (?, ?) AND e.ended_at IS NULL AND ${on.sql} ORDER BY e.customer, e.n LIMIT ?`,
    [...placedParameters(selected), ...after, ...on.parameters, limit],
  );
  return rows.map(({ customer, n }) => [customer, n]);
}

/** How many of the selected are in the loop. */
export async function countLive(tx: Transaction, selected: Selected): Promise<number> {
  const on = conditionOn(tx, selected);
  const row = await tx.first<{ count: number }>(
    `SELECT count(*) AS count FROM enrollment e ${placed(tx, selected)} WHERE e.ended_at IS NULL AND ${on.sql}`,
    [...placedParameters(selected), ...on.parameters],
  );
  return row?.count ?? 0;
}

/** Somebody at a node, as the position row holds it. */
export interface Standing {
  due: number;
  customer: number;
  n: number;
  step: number;
  turn: number;
  since: number;
  phase: number;
}

/** Where a walk over those who stand at a node goes on: after this row of its range. */
export type AfterStanding = readonly [due: number, customer: number, n: number];

/**
 * The next who stand at one node and are due by an instant, in order of due time, those among the selected only. The
 * range of the node is read on from where the last chunk ended, so that a chunk costs the same at the end as at the start.
 */
export async function selectStanding(
  tx: Transaction,
  at: { node: number; after: AfterStanding; until: number; limit: number },
  selected?: Selected,
): Promise<Standing[]> {
  const on = selected && conditionOn(tx, selected);
  return tx.all<Standing>(
    `SELECT p.due, p.customer, p.n, p.step, p.turn, p.since, p.phase FROM position p
     ${on ? 'JOIN enrollment e ON e.customer = p.customer AND e.n = p.n' : ''}
     WHERE p.node = ? AND (p.due, p.customer, p.n) > (?, ?, ?) AND p.due <= ? ${on ? `AND ${on.sql}` : ''}
     ORDER BY p.due, p.customer, p.n LIMIT ? ${tx.dialect.lock('p')}`,
    [at.node, ...at.after, at.until, ...(on?.parameters ?? []), at.limit],
  );
}

/** Positions have no index by customer: whoever stands at a node is one range of them, which is read to the end. */
const placed = (tx: Transaction, { nodes }: Selected): string =>
  nodes
    ? `JOIN (SELECT customer AS of, n AS nth FROM position WHERE node IN (SELECT value FROM ${tx.dialect.list('int')} l)
         UNION SELECT customer, n FROM parked WHERE node IN (SELECT value FROM ${tx.dialect.list('int')} l)) w
       ON w.of = e.customer AND w.nth = e.n`
    : '';
const placedParameters = ({ nodes }: Selected): SqlValue[] =>
  nodes ? [JSON.stringify(nodes), JSON.stringify(nodes)] : [];

/** Somebody who is set aside. */
export interface ParkedRow {
  customer: number;
  n: number;
  version: number;
  node: number;
  step: number;
  turn: number;
}

const parkedAmong = (tx: Transaction, selected: Selected): Fragment => {
  const on = conditionOn(tx, selected);
  if (!selected.nodes) return on;
  return {
    sql: `${on.sql} AND k.node IN (SELECT value FROM ${tx.dialect.list('int')} l)`,
    parameters: [...on.parameters, JSON.stringify(selected.nodes)],
  };
};

/** The next of the selected who are parked. `step` is the number of their next step. */
export async function selectParked(
  tx: Transaction,
  selected: Selected,
  { after, limit }: { after: Who; limit: number },
): Promise<ParkedRow[]> {
  const on = parkedAmong(tx, selected);
  return tx.all<ParkedRow>(
    `SELECT k.customer, k.n, e.version, k.node, k.step + 1 AS step, k.turn
     FROM parked k JOIN enrollment e ON e.customer = k.customer AND e.n = k.n
     WHERE (k.customer, k.n) > (?, ?) AND e.ended_at IS NULL AND ${on.sql}
     ORDER BY k.customer, k.n LIMIT ? ${tx.dialect.lock('k')}`,
    [...after, ...on.parameters, limit],
  );
}

/** The next who are parked at one node. */
export async function selectParkedAt(
  tx: Transaction,
  node: number,
  { after, limit }: { after: Who; limit: number },
): Promise<ParkedRow[]> {
  return tx.all<ParkedRow>(
    `SELECT k.customer, k.n, e.version, k.node, k.step + 1 AS step, k.turn
     FROM parked k JOIN enrollment e ON e.customer = k.customer AND e.n = k.n
     WHERE k.node = ? AND (k.customer, k.n) > (?, ?) ORDER BY k.customer, k.n LIMIT ? ${tx.dialect.lock('k')}`,
    [node, ...after, limit],
  );
}

export async function countParked(tx: Transaction, selected: Selected): Promise<number> {
  const on = parkedAmong(tx, selected);
  const row = await tx.first<{ count: number }>(
    `SELECT count(*) AS count FROM parked k JOIN enrollment e ON e.customer = k.customer AND e.n = k.n
     WHERE e.ended_at IS NULL AND ${on.sql}`,
    on.parameters,
  );
  return row?.count ?? 0;
}

/** The nodes at which the selected are parked. */
export async function nodesOfParked(tx: Transaction, selected: Selected): Promise<number[]> {
  const on = parkedAmong(tx, selected);
  const rows = await tx.all<{ node: number }>(
    `SELECT DISTINCT k.node FROM parked k JOIN enrollment e ON e.customer = k.customer AND e.n = k.n
     WHERE e.ended_at IS NULL AND ${on.sql}`,
    on.parameters,
  );
  return rows.map(({ node }) => node);
}

/** A customer who has been in the loop, and the key it was in it with. */
export type Visitor = readonly [customer: number, key: string];

/** The selected who have ever been in the loop, all keys of so many customers at a time, in order of customer. */
export async function selectVisitors(
  tx: Transaction,
  selected: Selected,
  { above, limit }: { above: number; limit: number },
): Promise<Visitor[]> {
  const on = conditionOn(tx, selected);
  const visits = `FROM enrollment e ${placed(tx, selected)} JOIN customer c ON c.id = e.customer AND c.merged_into IS NULL`;
  const rows = await tx.all<{ customer: number; key: string }>(
    `SELECT e.customer, e.key ${visits}
     WHERE e.customer IN (SELECT e.customer ${visits} WHERE e.customer > ? AND ${on.sql}
       GROUP BY e.customer ORDER BY e.customer LIMIT ?) AND ${on.sql}
     GROUP BY e.customer, e.key ORDER BY e.customer, e.key`,
    [...placedParameters(selected), ...placedParameters(selected), above, ...on.parameters, limit, ...on.parameters],
  );
  return rows.map(({ customer, key }) => [customer, key]);
}

/** How many customers and keys that is, and how many of them are in the loop now, in whatever version. */
export async function countVisitors(
  tx: Transaction,
  loop: string,
  selected: Selected,
): Promise<{ visitors: number; live: number }> {
  const on = conditionOn(tx, selected);
  const row = await tx.first<{ visitors: number; live: number }>(
    `SELECT count(*) AS visitors, coalesce(sum(CASE WHEN EXISTS (
         SELECT 1 FROM enrollment x JOIN loop_version v ON v.id = x.version
         WHERE x.customer = w.customer AND x.key = w.key AND x.ended_at IS NULL AND v.loop = ?
       ) THEN 1 ELSE 0 END), 0) AS live
     FROM (
       SELECT e.customer, e.key FROM enrollment e ${placed(tx, selected)}
       JOIN customer c ON c.id = e.customer AND c.merged_into IS NULL
       WHERE ${on.sql} GROUP BY e.customer, e.key) w`,
    [loop, ...placedParameters(selected), ...on.parameters],
  );
  return { visitors: Number(row?.visitors ?? 0), live: Number(row?.live ?? 0) };
}

/** The live enrollments of these customers and keys in a loop, in whatever version. */
export async function liveOf(tx: Transaction, loop: string, visitors: readonly Visitor[]): Promise<Who[]> {
  const rows = await tx.all<{ customer: number; n: number }>(
    `SELECT e.customer, e.n FROM ${tx.dialect.rows(['int', 'text'])} l
     ${tx.dialect.lookupJoin} enrollment e JOIN loop_version v ON v.id = e.version
     WHERE e.customer = l.c0 AND e.key = l.c1 AND e.ended_at IS NULL AND v.loop = ? ORDER BY e.customer, e.n`,
    [JSON.stringify(visitors), loop],
  );
  return rows.map(({ customer, n }) => [customer, n]);
}
