import type { SqlValue, Transaction } from './database.ts';

/**
 * A move begins by writing down who moves, and by which port, in a temporary table of one transaction. Whether a rule in
 * SQL, a share or a handler in JavaScript has decided, journal, positions and counts then follow by the same statements.
 * No key: it is filled in the order of the positions, and read in it. A key by customer costs 0.15 s of 1.4 s a million.
 */
export async function createMoved(tx: Transaction): Promise<void> {
  await tx.run(`CREATE TEMP TABLE IF NOT EXISTS moved (
    due INTEGER NOT NULL, customer INTEGER NOT NULL, n INTEGER NOT NULL,
    step INTEGER NOT NULL, turn INTEGER NOT NULL, node INTEGER NOT NULL, port INTEGER NOT NULL
  )`);
}

/** An SQL expression over `p` (a position) and, if it asks for it, `customer`, that gives the index of a port. */
export interface PortSql {
  sql: string;
  parameters: readonly SqlValue[];
  needsCustomer: boolean;
}

/** Who is due at a node, in the order of the positions' key, each with the port that the expression gives. How many. */
export async function fillByPortSql(
  tx: Transaction,
  { node, now, limit, port }: { node: number; now: number; limit: number; port: PortSql },
): Promise<number> {
  await tx.run('DELETE FROM moved');
  const join = port.needsCustomer ? 'JOIN customer ON customer.id = p.customer' : '';
  return tx.run(
    `INSERT INTO moved (due, customer, n, step, turn, node, port)
     SELECT p.due, p.customer, p.n, p.step, p.turn, p.node, ${port.sql}
     FROM position p ${join} WHERE p.node = ? AND p.due <= ? ORDER BY p.due, p.customer, p.n LIMIT ?`,
    [...port.parameters, node, now, limit],
  );
}

/** A handler's choice for one position. */
export type Chosen = readonly [due: number, customer: number, n: number, port: number];

/**
 * Those of the chosen who still stand where they were claimed: an event may have moved one on in between. How many. A cross
 * join, because SQLite would rather walk all who stand at the node and look for each in the list.
 */
export async function fillChosen(tx: Transaction, node: number, rows: readonly Chosen[]): Promise<number> {
  await tx.run('DELETE FROM moved');
  return tx.run(
    `INSERT INTO moved (due, customer, n, step, turn, node, port)
     SELECT p.due, p.customer, p.n, p.step, p.turn, p.node, j.value ->> 3
     FROM json_each(?) j CROSS JOIN position p
       ON p.node = ? AND p.due = (j.value ->> 0) AND p.customer = (j.value ->> 1) AND p.n = (j.value ->> 2)`,
    [JSON.stringify(rows), node],
  );
}

/** The customers of the rows that are about to move. */
export async function customersMoved(tx: Transaction): Promise<Set<number>> {
  const rows = await tx.all<{ customer: number }>('SELECT customer FROM moved');
  return new Set(rows.map((row) => row.customer));
}
