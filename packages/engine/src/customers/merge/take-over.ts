import type { Transaction } from '../../store/database.ts';
import type { ConsentRow, EventRow, ListRow, Moved, RelationshipRow } from './moved.ts';

/** Who goes, and who is left in the end. */
export interface Pair {
  customer: number;
  into: number;
}

/**
 * Gives what customers have to the survivors, and writes into `moved` what that was. In order: of two who go to one survivor
 * the second meets what the first has brought.
 */
export async function takeOver(
  tx: Transaction,
  pairs: readonly Pair[],
  moved: ReadonlyMap<number, Moved>,
): Promise<void> {
  const of = (customer: number) => moved.get(customer) as Moved;
  await takeIdentities(tx, pairs, of);
  await takeEvents(tx, pairs, of);
  await takeRows(tx, pairs, of);
}

type Of = (customer: number) => Moved;

const listed = (pairs: readonly Pair[]) => JSON.stringify(pairs.map(({ customer }) => customer));
const paired = (pairs: readonly Pair[]) => JSON.stringify(pairs.map(({ customer, into }) => [customer, into]));

async function takeIdentities(tx: Transaction, pairs: readonly Pair[], of: Of): Promise<void> {
  const those = `(SELECT value FROM ${tx.dialect.list('int')} AS gone)`;
  for (const { customer, kind, value } of await tx.all<{ customer: number; kind: string; value: string }>(
    `SELECT customer, kind, value FROM identity WHERE customer IN ${those} ORDER BY kind, value`,
    [listed(pairs)],
  ))
    of(customer).identities.push([kind, value]);
  for (const { customer, digest } of await tx.all<{ customer: number; digest: string }>(
    `SELECT customer, digest FROM opt_in WHERE customer IN ${those} ORDER BY digest`,
    [listed(pairs)],
  ))
    of(customer).optIns.push(digest);
  for (const table of ['identity', 'opt_in'])
    await tx.run(
      `UPDATE ${table} SET customer = r.c1 FROM ${tx.dialect.rows(['int', 'int'])} r WHERE ${table}.customer = r.c0`,
      [paired(pairs)],
    );
}

async function takeEvents(tx: Transaction, pairs: readonly Pair[], of: Of): Promise<void> {
  // Told of both: it happened once.
  for (const { customer, into } of pairs) {
    const doubled = await tx.all<{ id: number; row: string }>(
      `SELECT e.id, e.type, e.category, e.time, e.received_at, e.message_id, ${tx.dialect.json('e.properties')} AS properties
       FROM event e WHERE e.customer = ? AND e.message_id IS NOT NULL
         AND EXISTS (SELECT 1 FROM event same WHERE same.customer = ? AND same.message_id = e.message_id)`,
      [customer, into],
    );
    if (doubled.length > 0) {
      for (const { id: _, ...row } of doubled) of(customer).doubled.push(Object.values(row) as unknown as EventRow);
      await tx.run(`DELETE FROM event WHERE customer = ? AND id IN (SELECT value FROM ${tx.dialect.list('int')} l)`, [
        customer,
        JSON.stringify(doubled.map(({ id }) => id)),
      ]);
    }
    const ids = await tx.all<{ id: number }>('SELECT id FROM event WHERE customer = ? ORDER BY id', [customer]);
    if (ids.length === 0) continue;
    of(customer).events = ids.map(({ id }) => id);
    await tx.run('UPDATE event SET customer = ? WHERE customer = ?', [into, customer]);
  }
}

const consentColumns = 'channel, purpose, at, granted, source, proof, text_version';

async function takeRows(tx: Transaction, pairs: readonly Pair[], of: Of): Promise<void> {
  const { dialect } = tx;
  const those = `(SELECT value FROM ${dialect.list('int')} AS gone)`;
  const has = async (table: string) =>
    new Set(
      (
        await tx.all<{ customer: number }>(`SELECT DISTINCT customer FROM ${table} WHERE customer IN ${those}`, [
          listed(pairs),
        ])
      ).map(({ customer }) => customer),
    );
  const consenting = await has('consent');
  const related = await has('relationship');
  const onLists = await has('list_member');
  for (const { customer, into } of pairs) {
    const moved = of(customer);
    if (consenting.has(customer)) {
      const rows = (who: number) =>
        rowsOf<ConsentRow>(tx, `SELECT ${consentColumns} FROM consent WHERE customer = ?`, who);
      moved.consents = await rows(customer);
      moved.consentsMet = met(moved.consents, await rows(into), ([channel, purpose, at]) => [channel, purpose, at]);
      // Of two answers in one instant the refusal stands: nobody is written to because of a merge.
      await tx.run(
        `INSERT INTO consent (customer, ${consentColumns})
         SELECT CAST(? AS BIGINT), ${consentColumns} FROM consent WHERE customer = ?
         ON CONFLICT (customer, channel, purpose, at) DO UPDATE SET granted = excluded.granted, source = excluded.source,
           proof = excluded.proof, text_version = excluded.text_version
         WHERE excluded.granted < consent.granted`,
        [into, customer],
      );
      await tx.run('DELETE FROM consent WHERE customer = ?', [customer]);
    }
    if (related.has(customer)) {
      const sql = 'SELECT kind, customer_group, from_at, to_at, source FROM relationship WHERE customer = ?';
      moved.relationships = await rowsOf<RelationshipRow>(tx, sql, customer);
      moved.relationshipsMet = met(
        moved.relationships,
        await rowsOf<RelationshipRow>(tx, sql, into),
        ([kind, group, from]) => [kind, group, from],
      );
      await tx.run(
        `INSERT INTO relationship (customer, kind, customer_group, from_at, to_at, source)
         SELECT CAST(? AS BIGINT), kind, customer_group, from_at, to_at, source FROM relationship WHERE customer = ?
         ON CONFLICT DO NOTHING`,
        [into, customer],
      );
      await tx.run('DELETE FROM relationship WHERE customer = ?', [customer]);
    }
    if (onLists.has(customer)) {
      const sql = 'SELECT list, added_at, source FROM list_member WHERE customer = ?';
      moved.lists = await rowsOf<ListRow>(tx, sql, customer);
      moved.listsMet = met(moved.lists, await rowsOf<ListRow>(tx, sql, into), ([list]) => [list]);
      await tx.run(
        `INSERT INTO list_member (customer, list, added_at, source)
         SELECT CAST(? AS BIGINT), list, added_at, source FROM list_member WHERE customer = ? ON CONFLICT DO NOTHING`,
        [into, customer],
      );
      await tx.run('DELETE FROM list_member WHERE customer = ?', [customer]);
    }
  }
}

async function rowsOf<R extends readonly unknown[]>(tx: Transaction, sql: string, customer: number): Promise<R[]> {
  return (await tx.all(sql, [customer])).map((row) => Object.values(row) as unknown as R);
}

/** Those of `own` that have the key of one that comes. */
function met<R extends readonly unknown[]>(coming: readonly R[], own: readonly R[], keyOf: (row: R) => unknown): R[] {
  const keys = new Set(coming.map((row) => JSON.stringify(keyOf(row))));
  return own.filter((row) => keys.has(JSON.stringify(keyOf(row))));
}
