import type { Transaction } from './database.ts';
import { forever } from './forever.ts';

/** A live enrollment and where it stands. */
export interface Located {
  customer: number;
  n: number;
  loop: string;
  version: number;
  key: string;
  node: number;
  /** The number of its next step. */
  step: number;
  turn: number;
  /** Its position row, or that it is set aside. */
  at: { due: number; since: number; phase: number } | 'parked';
}

/** Where a port of a node leads: `undefined` out of the loop. */
export type TargetOf = (node: number, port: number) => number | undefined;

interface Standing {
  customer: number;
  n: number;
  loop: string;
  version: number;
  key: string;
  entry: number;
  entered_at: number;
  node: number | null;
  port: number | null;
  at: number | null;
  until: number | null;
  parked: number | null;
}

/**
 * The live enrollments of customers, or those of them that `only` names as [customer, n], with where they stand. Positions
 * have no index by customer: the journal's last row says where to look, for whatever changes where or until when somebody
 * stands writes one.
 */
export async function locate(
  tx: Transaction,
  {
    customers,
    only,
    targetOf,
  }: {
    customers: readonly number[];
    only?: readonly (readonly [customer: number, n: number])[];
    targetOf: TargetOf;
  },
): Promise<Located[]> {
  const standing = await findStanding(tx, customers, only);
  const placeOf = (row: Standing): number | undefined => {
    if (row.parked !== null) return row.parked;
    if (row.node === null || row.port === null) return row.entry;
    return row.port >= 0 ? targetOf(row.node, row.port) : row.node;
  };
  // A wait and what was put somewhere say until when; who has moved is due at that instant, unless it rests or awaits a receipt.
  const candidates = standing.flatMap((row, i) => {
    const node = placeOf(row);
    if (node === undefined) return [];
    const due = row.until ?? row.at ?? row.entered_at;
    return (due === forever ? [forever] : [due, forever]).map((each) => [i, node, each, row.customer, row.n]);
  });
  const found = await findPositions(tx, candidates);
  const parked = await findParked(tx, standing);
  return standing.flatMap(({ customer, n, loop, version, key }, i): Located[] => {
    const who = { customer, n, loop, version, key };
    const position = found.get(i);
    if (position) {
      const { node, step, turn, due, since, phase } = position;
      return [{ ...who, node, step, turn, at: { due, since, phase } }];
    }
    const aside = parked.get(`${customer} ${n}`);
    return aside ? [{ ...who, ...aside, at: 'parked' }] : [];
  });
}

async function findStanding(
  tx: Transaction,
  customers: readonly number[],
  only: readonly (readonly [number, number])[] | undefined,
): Promise<Standing[]> {
  const { dialect } = tx;
  const wanted = only
    ? `${dialect.rows(['int', 'int'])} c JOIN enrollment e ON e.customer = c.c0 AND e.n = c.c1`
    : `${dialect.list('int')} c JOIN enrollment e ON e.customer = c.value`;
  return tx.all<Standing>(
    `SELECT e.customer, e.n, v.loop, e.version, e.key, e.node AS entry, e.entered_at, s.node, s.port, j.at, j.until,
       k.node AS parked
     FROM ${wanted}
     JOIN loop_version v ON v.id = e.version
     LEFT JOIN parked k ON k.customer = e.customer AND k.n = e.n
     LEFT JOIN journal j ON j.customer = e.customer AND j.n = e.n
       AND j.step = (SELECT max(step) FROM journal WHERE customer = e.customer AND n = e.n)
     LEFT JOIN path_step s ON s.path = j.path AND s.i = (SELECT max(i) FROM path_step WHERE path = j.path)
     WHERE e.ended_at IS NULL ORDER BY e.customer, e.n`,
    [JSON.stringify(only ?? [...new Set(customers)])],
  );
}

interface Position {
  i: number;
  node: number;
  due: number;
  step: number;
  turn: number;
  since: number;
  phase: number;
}

async function findPositions(
  tx: Transaction,
  candidates: readonly (readonly number[])[],
): Promise<Map<number, Position>> {
  const { dialect } = tx;
  const rows = await tx.all<Position>(
    `SELECT c.c0 AS i, p.node, p.due, p.step, p.turn, p.since, p.phase
     FROM ${dialect.rows(['int', 'int', 'int', 'int', 'int'])} c ${dialect.lookupJoin} position p
     WHERE p.node = c.c1 AND p.due = c.c2 AND p.customer = c.c3 AND p.n = c.c4 ${dialect.lock('p')}`,
    [JSON.stringify(candidates)],
  );
  return new Map(rows.map((row) => [Number(row.i), row]));
}

async function findParked(
  tx: Transaction,
  standing: readonly Standing[],
): Promise<Map<string, { node: number; step: number; turn: number }>> {
  const aside = standing.filter(({ parked }) => parked !== null).map(({ customer, n }) => [customer, n]);
  if (aside.length === 0) return new Map();
  const rows = await tx.all<{ customer: number; n: number; node: number; step: number; turn: number }>(
    `SELECT k.customer, k.n, k.node, k.step, k.turn
     FROM ${tx.dialect.rows(['int', 'int'])} c JOIN parked k ON k.customer = c.c0 AND k.n = c.c1`,
    [JSON.stringify(aside)],
  );
  // The journal has a row of its own that says so.
  return new Map(rows.map(({ customer, n, node, step, turn }) => [`${customer} ${n}`, { node, step: step + 1, turn }]));
}
