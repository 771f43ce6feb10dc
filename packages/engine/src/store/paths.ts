import type { Database, Transaction } from './database.ts';

/** A node that was passed, and the index of the port it was left by; below zero one of `marks`. */
export type PathStep = readonly [node: number, port: number];

/** How the table names a path. */
export const pathKey = (steps: readonly PathStep[]): string => JSON.stringify(steps);

/** What one database is known to hold of paths, and what a transaction under way has added. */
interface Book {
  known: Map<string, number>;
  fresh: Map<string, number>;
}

const books = new WeakMap<Transaction, Book>();

/**
 * A database whose transactions remember the ids of paths. One that a transaction has made is remembered for the next only
 * if it is committed: after a rollback there is no such row.
 */
export function rememberPaths(db: Database): Database {
  const known = new Map<string, number>();
  return {
    ...db,
    async write(work, point) {
      let fresh = new Map<string, number>();
      const result = await db.write(async (tx) => {
        // A transaction that has to be done again begins with what is committed.
        fresh = new Map();
        books.set(tx, { known, fresh });
        try {
          return await work(tx);
        } finally {
          books.delete(tx);
        }
      }, point);
      for (const [key, id] of fresh) known.set(key, id);
      return result;
    },
  };
}

/** The ids of paths of a version, each registered once, by their keys. */
export async function pathIds(tx: Transaction, version: number, keys: readonly string[]): Promise<number[]> {
  const book = books.get(tx) ?? { known: new Map<string, number>(), fresh: new Map<string, number>() };
  const nameOf = (key: string) => `${version} ${key}`;
  const idOf = (key: string) => book.known.get(nameOf(key)) ?? book.fresh.get(nameOf(key));
  const missing = [...new Set(keys.filter((key) => idOf(key) === undefined))].sort();
  if (missing.length > 0)
    for (const { id, steps } of await register(tx, version, missing)) book.fresh.set(nameOf(steps), id);
  return keys.map((key) => idOf(key) as number);
}

async function register(
  tx: Transaction,
  version: number,
  keys: readonly string[],
): Promise<{ id: number; steps: string }[]> {
  const wanted = JSON.stringify(keys);
  const made = await tx.all<{ id: number; steps: string }>(
    `INSERT INTO loop_path (version, steps)
     SELECT CAST(? AS BIGINT), value FROM ${tx.dialect.list('text')} WHERE true ORDER BY value
     ON CONFLICT (version, steps) DO NOTHING RETURNING id, steps`,
    [version, wanted],
  );
  if (made.length > 0)
    await tx.run(
      `INSERT INTO path_step (path, i, node, port) SELECT c0, c1, c2, c3 FROM ${tx.dialect.rows(['int', 'int', 'int', 'int'])} r`,
      [
        JSON.stringify(
          made.flatMap(({ id, steps }) =>
            (JSON.parse(steps) as PathStep[]).map(([node, port], i) => [id, i, node, port]),
          ),
        ),
      ],
    );
  if (made.length === keys.length) return made;
  return tx.all(
    `SELECT id, steps FROM loop_path WHERE version = ? AND steps IN (SELECT value FROM ${tx.dialect.list('text')})`,
    [version, wanted],
  );
}

/** The paths by which the journal says a mark of `marks` at nodes, by the node. */
export async function markPaths(
  tx: Transaction,
  mark: number,
  nodes: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const known = books.get(tx)?.known;
  const nameOf = (node: number) => `mark ${mark} ${node}`;
  const found = new Map<number, number>();
  const missing: number[] = [];
  for (const node of new Set(nodes)) {
    const id = known?.get(nameOf(node));
    if (id === undefined) missing.push(node);
    else found.set(node, id);
  }
  if (missing.length === 0) return found;
  const versions = await tx.all<{ ref: number; version: number }>(
    `SELECT ref, version FROM loop_node WHERE ref IN (SELECT value FROM ${tx.dialect.list('int')})`,
    [JSON.stringify(missing)],
  );
  for (const { ref, version } of versions) {
    const [id] = await pathIds(tx, version, [pathKey([[ref, mark]])]);
    found.set(ref, id as number);
    books.get(tx)?.fresh.set(nameOf(ref), id as number);
  }
  return found;
}

/** The path of one mark at one node. */
export async function markPath(tx: Transaction, mark: number, node: number): Promise<number> {
  return (await markPaths(tx, mark, [node])).get(node) as number;
}
