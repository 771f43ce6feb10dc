import type { Transaction } from '../../store/database.ts';
import type { ConsentRow, ListRow, Moved, RelationshipRow } from './moved.ts';

/** Gives events, consents, relationships and places on lists back; the survivor keeps what was its own. How many of each. */
export async function giveBackRows(
  tx: Transaction,
  customer: number,
  from: number,
  moved: Moved,
): Promise<{ events: number; consents: number; relationships: number; lists: number }> {
  return {
    events: await events(tx, customer, from, moved),
    consents: await consents(tx, customer, from, moved),
    relationships: await relationships(tx, customer, from, moved),
    lists: await lists(tx, customer, from, moved),
  };
}

async function events(tx: Transaction, customer: number, from: number, moved: Moved): Promise<number> {
  let given = 0;
  if (moved.events.length > 0)
    given = await tx.run(
      `UPDATE event SET customer = ? WHERE customer = ? AND id IN (SELECT value FROM ${tx.dialect.list('int')} l)`,
      [customer, from, JSON.stringify(moved.events)],
    );
  return (
    given +
    (await tx.runMany(
      `INSERT INTO event (customer, type, category, time, received_at, message_id, properties)
       VALUES (?, ?, ?, ?, ?, ?, ${tx.dialect.toJson('?')})`,
      moved.doubled.map((row) => [customer, ...row]),
    ))
  );
}

async function consents(tx: Transaction, customer: number, from: number, moved: Moved): Promise<number> {
  const key = ([channel, purpose, at]: ConsentRow) => [channel, purpose, at] as const;
  await tx.runMany(
    'DELETE FROM consent WHERE customer = ? AND channel = ? AND purpose = ? AND at = ?',
    moved.consents.map((row) => [from, ...key(row)]),
  );
  const insert = (who: number, rows: readonly ConsentRow[]) =>
    tx.runMany(
      'INSERT INTO consent (customer, channel, purpose, at, granted, source, proof, text_version) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      rows.map((row) => [who, ...row]),
    );
  await insert(from, moved.consentsMet);
  return insert(customer, moved.consents);
}

async function relationships(tx: Transaction, customer: number, from: number, moved: Moved): Promise<number> {
  const own = new Set(moved.relationshipsMet.map(([kind, group, since]) => JSON.stringify([kind, group, since])));
  const came = moved.relationships.filter(([kind, group, since]) => !own.has(JSON.stringify([kind, group, since])));
  await tx.runMany(
    'DELETE FROM relationship WHERE customer = ? AND kind = ? AND customer_group = ? AND from_at = ?',
    came.map(([kind, group, since]: RelationshipRow) => [from, kind, group, since]),
  );
  return tx.runMany(
    'INSERT INTO relationship (customer, kind, customer_group, from_at, to_at, source) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
    moved.relationships.map((row) => [customer, ...row]),
  );
}

async function lists(tx: Transaction, customer: number, from: number, moved: Moved): Promise<number> {
  const own = new Set(moved.listsMet.map(([list]) => list));
  await tx.runMany(
    'DELETE FROM list_member WHERE customer = ? AND list = ? AND added_at = ? AND source = ?',
    moved.lists.flatMap((row: ListRow) => (own.has(row[0]) ? [] : [[from, ...row]])),
  );
  // A list may have been deleted since.
  return tx.runMany(
    `INSERT INTO list_member (customer, list, added_at, source)
     SELECT CAST(? AS BIGINT), ref, CAST(? AS BIGINT), CAST(? AS TEXT) FROM static_list WHERE ref = ? ON CONFLICT DO NOTHING`,
    moved.lists.map(([list, addedAt, source]) => [customer, addedAt, source, list]),
  );
}
