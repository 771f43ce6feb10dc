import type { SqlValue, Transaction } from './database.ts';
import type { Dialect } from './dialect.ts';

/**
 * A move begins by writing down who moves, and by which path, in a temporary table of one transaction. Whether a rule in
 * SQL, a share or a handler in JavaScript has decided, journal, positions and counts then follow by the same statements.
 * `port` is how they leave the node they are at, below zero one of `marks`; `path` is all that they pass in this move, null
 * while nobody has said; `node` where who enters will stand, `until` when a wait ends that has an instant of its own. `seq` counts them in the order of the positions. No key by customer: it costs 0.15 s of 1.4 s a million.
 */
export const movedTable = (dialect: Dialect['name']): string =>
  dialect === 'sqlite'
    ? `CREATE TEMP TABLE IF NOT EXISTS moved (seq INTEGER PRIMARY KEY, due INTEGER NOT NULL, customer INTEGER NOT NULL,
         n INTEGER NOT NULL, step INTEGER NOT NULL, turn INTEGER NOT NULL, port INTEGER NOT NULL, path INTEGER, node INTEGER,
         until INTEGER)`
    : `CREATE TEMP TABLE IF NOT EXISTS moved (seq BIGINT GENERATED ALWAYS AS IDENTITY, due BIGINT NOT NULL,
         customer BIGINT NOT NULL, n BIGINT NOT NULL, step BIGINT NOT NULL, turn BIGINT NOT NULL, port BIGINT NOT NULL,
         path BIGINT, node BIGINT, until BIGINT) ON COMMIT DELETE ROWS`;

/** Every connection that writes needs the table of its own. */
export async function createMoved(tx: Transaction): Promise<void> {
  await tx.run(movedTable(tx.dialect.name));
}

/** An SQL expression over `p` (a position) and, if it asks for it, `customer`, that gives a whole number. */
export interface PortSql {
  sql: string;
  parameters: readonly SqlValue[];
  needsCustomer: boolean;
}

const nothing: PortSql = { sql: 'NULL', parameters: [], needsCustomer: false };

/**
 * Who is due at a node, in the order of the positions' key, each with the port that the expression gives, and with the path
 * if there is an expression for it too; with `waiting` none of those who have only arrived. How many.
 */
export async function fillByPortSql(
  tx: Transaction,
  {
    node,
    now,
    limit,
    port,
    path = nothing,
    waiting = false,
  }: { node: number; now: number; limit: number; port: PortSql; path?: PortSql; waiting?: boolean },
): Promise<number> {
  await tx.run('DELETE FROM moved');
  const join = port.needsCustomer || path.needsCustomer ? 'JOIN customer ON customer.id = p.customer' : '';
  return tx.run(
    `INSERT INTO moved (due, customer, n, step, turn, port, path)
     SELECT p.due, p.customer, p.n, p.step, p.turn, ${port.sql}, ${path.sql}
     FROM position p ${join} WHERE p.node = ? AND p.due <= ? ${waiting ? 'AND p.phase > 0' : ''}
     ORDER BY p.due, p.customer, p.n LIMIT ? ${tx.dialect.claim('p')}`,
    [...port.parameters, ...path.parameters, node, now, limit],
  );
}

/** A handler's choice for one position. */
export type Chosen = readonly [due: number, customer: number, n: number, port: number];

/** In an expression of `fillChosen`: the port that was chosen. */
export const chosenPort: PortSql = { sql: 'j.c3', parameters: [], needsCustomer: false };

/**
 * Those of the chosen who still stand where they were claimed: an event may have moved one on in between. How many. A
 * look-up join, because SQLite would rather walk all who stand at the node and look for each in the list.
 */
export async function fillChosen(
  tx: Transaction,
  node: number,
  rows: readonly Chosen[],
  path: PortSql = nothing,
): Promise<number> {
  await tx.run('DELETE FROM moved');
  if (rows.length === 0) return 0;
  const { dialect } = tx;
  const join = path.needsCustomer ? 'JOIN customer ON customer.id = p.customer' : '';
  return tx.run(
    `INSERT INTO moved (due, customer, n, step, turn, port, path)
     SELECT p.due, p.customer, p.n, p.step, p.turn, j.c3, ${path.sql}
     FROM ${dialect.rows(['int', 'int', 'int', 'int'])} j ${dialect.lookupJoin} position p ${join}
     WHERE p.node = ? AND p.due = j.c0 AND p.customer = j.c1 AND p.n = j.c2 ${dialect.lock('p')}`,
    [...path.parameters, JSON.stringify(rows), node],
  );
}

/** Gives a path to all who have a port and no path yet. The expression reads `p.port`. */
export async function choosePaths(tx: Transaction, path: PortSql): Promise<void> {
  const value = path.needsCustomer ? `(SELECT ${path.sql} FROM customer WHERE customer.id = p.customer)` : path.sql;
  await tx.run(`UPDATE moved AS p SET path = ${value} WHERE p.port >= 0 AND p.path IS NULL`, path.parameters);
}

/** The customers of the rows that are about to move. */
export async function customersMoved(tx: Transaction): Promise<Set<number>> {
  const rows = await tx.all<{ customer: number }>('SELECT customer FROM moved');
  return new Set(rows.map((row) => row.customer));
}
