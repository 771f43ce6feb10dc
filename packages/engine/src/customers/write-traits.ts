import type { JsonObject } from '../plugin/json.ts';
import type { Transaction } from '../store/database.ts';
import { storable } from '../store/postgres-text.ts';
import type { TraitChange } from './change-traits.ts';
import { wordsChanged } from './search-words.ts';

export interface TraitUpdate extends TraitChange {
  customer: number;
}

/** The traits of these customers as JSON text. Nobody else changes them before the end of the transaction. */
export async function readTraits(tx: Transaction, customers: Iterable<number>): Promise<Map<number, string>> {
  const ids = [...new Set(customers)].sort((a, b) => a - b);
  if (ids.length === 0) return new Map();
  const rows = await tx.all<{ id: number; traits: string }>(
    `SELECT id, ${tx.dialect.json('traits')} AS traits FROM customer
     WHERE id IN (SELECT value FROM ${tx.dialect.list('int')} AS wanted) ORDER BY id ${tx.dialect.lock('customer')}`,
    [JSON.stringify(ids)],
  );
  return new Map(rows.map(({ id, traits }) => [id, traits]));
}

/** Stores new traits, and in the history what they were. At most one update a customer. */
export async function writeTraits(
  tx: Transaction,
  updates: readonly TraitUpdate[],
  { now, source }: { now: number; source: string },
): Promise<void> {
  const inOrder = [...updates].sort((a, b) => a.customer - b.customer);
  if (tx.dialect.name === 'sqlite')
    await tx.runMany(
      'UPDATE customer SET traits = jsonb(?), updated_at = ? WHERE id = ?',
      inOrder.map(({ customer, traits }) => [JSON.stringify(traits), now, customer]),
    );
  // A server is better asked once.
  else
    await tx.run(
      `UPDATE customer SET traits = CAST(one.c1 AS jsonb), updated_at = ?
       FROM ${tx.dialect.rows(['int', 'json'])} AS one WHERE customer.id = one.c0`,
      [now, JSON.stringify(inOrder.map(({ customer, traits }) => [customer, traits]))],
    );
  // Rules read it as JSON: within the JSON of all rows, the database's own care for what it cannot store does not reach it.
  const asText = (traits: JsonObject) => {
    const text = JSON.stringify(traits);
    return tx.dialect.name === 'postgres' ? storable(text) : text;
  };
  // One statement for all: one a row, which asks each for its next seq, costs 6 µs instead of 1.
  await tx.run(
    `INSERT INTO trait_change (customer, at, seq, source, before, after)
     SELECT one.c0, CAST(? AS BIGINT), coalesce(
       (SELECT max(seq) + 1 FROM trait_change WHERE customer = one.c0 AND at = ?), 0), CAST(? AS TEXT), one.c1, one.c2
     FROM ${tx.dialect.rows(['int', 'text', 'text'])} AS one`,
    [
      now,
      now,
      source,
      JSON.stringify(inOrder.map(({ customer, before, after }) => [customer, asText(before), asText(after)])),
    ],
  );
  await wordsChanged(
    tx,
    inOrder.flatMap(({ customer, before, after }) => (hasWords(before) || hasWords(after) ? [customer] : [])),
  );
}

/** Whether somebody could be found by it: scores and counts of a million customers change every turn, and nobody looks for them. */
const hasWords = (traits: Readonly<Record<string, unknown>>): boolean =>
  Object.values(traits).some((value) => typeof value === 'string');
