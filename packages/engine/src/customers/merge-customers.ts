import type { Merge } from '../plugin/customer.ts';
import type { JsonObject } from '../plugin/json.ts';
import type { Transaction } from '../store/database.ts';
import { lockCustomers } from '../store/lock-customers.ts';
import { changeTraits } from './change-traits.ts';
import { findSurvivors, follow } from './survivors.ts';
import type { TraitUpdate } from './write-traits.ts';
import { readTraits, writeTraits } from './write-traits.ts';

/** A merge that says nothing. */
export class MergeError extends Error {
  override name = 'MergeError';
}

/** What was carried out: `into` is who is left in the end. */
export interface Merged {
  customer: number;
  into: number;
  why: string;
}

/**
 * Makes one customer of several. The one that is left keeps its traits and gains those it lacks, the identities, events,
 * consents and relationships; the other keeps its row and its history, and says into whom it went. A merge of two who are
 * one already does nothing. Enrollments are the runner's: it ends those of every customer that comes back.
 */
export async function mergeCustomers(
  tx: Transaction,
  merges: readonly Merge[],
  { now }: { now: number },
): Promise<Merged[]> {
  const self = merges.find(({ customer, into }) => customer === into);
  if (self) throw new MergeError(`customer ${self.customer} cannot be merged with itself (${self.why})`);

  const named = merges.flatMap(({ customer, into }) => [customer, into]);
  await lockCustomers(tx, [...new Set((await findSurvivors(tx, named, 'a merge')).values())]);
  // Somebody else may have merged them before they were ours.
  const survivors = await findSurvivors(tx, named, 'a merge');
  const gone = new Map<number, number>();
  const chosen: Merged[] = [];
  for (const { customer, into, why } of merges) {
    const from = follow(gone, survivors.get(customer) as number);
    const to = follow(gone, survivors.get(into) as number);
    if (from === to) continue;
    gone.set(from, to);
    chosen.push({ customer: from, into: to, why });
  }
  const merged = chosen
    .map((merge) => ({ ...merge, into: follow(gone, merge.into) }))
    .sort((a, b) => a.customer - b.customer);
  if (merged.length === 0) return [];

  await gainTraits(tx, chosen, gone, now);
  for (const [sql, ...parameters] of repoint) {
    await tx.runMany(
      sql,
      merged.map(({ customer, into }) => parameters.map((name) => (name === 'from' ? customer : into))),
    );
  }
  await tx.runMany(
    'UPDATE customer SET merged_into = ?, updated_at = ? WHERE id = ?',
    merged.map(({ customer, into }) => [into, now, customer]),
  );
  await tx.runMany(
    'INSERT INTO merge (customer, into_customer, at, why) VALUES (?, ?, ?, ?)',
    merged.map(({ customer, into, why }) => [customer, into, now, why]),
  );
  return merged;
}

type Parameters = 'from' | 'into';

/** What belongs to one goes to the other. */
const repoint: readonly (readonly [sql: string, ...parameters: Parameters[]])[] = [
  ['UPDATE identity SET customer = ? WHERE customer = ?', 'into', 'from'],
  // Told of both: it happened once.
  [
    `DELETE FROM event WHERE customer = ? AND message_id IN
       (SELECT message_id FROM event AS same WHERE same.customer = ? AND same.message_id IS NOT NULL)`,
    'from',
    'into',
  ],
  ['UPDATE event SET customer = ? WHERE customer = ?', 'into', 'from'],
  // Of two answers in one instant the refusal stands: nobody is written to because of a merge.
  [
    `INSERT INTO consent (customer, channel, purpose, at, granted, source, proof)
     SELECT CAST(? AS BIGINT), channel, purpose, at, granted, source, proof FROM consent WHERE customer = ?
     ON CONFLICT (customer, channel, purpose, at) DO UPDATE SET granted = excluded.granted, source = excluded.source, proof = excluded.proof
     WHERE excluded.granted < consent.granted`,
    'into',
    'from',
  ],
  ['DELETE FROM consent WHERE customer = ?', 'from'],
  [
    `UPDATE relationship SET customer = ? WHERE customer = ? AND NOT EXISTS (
       SELECT 1 FROM relationship AS same WHERE same.customer = ? AND same.kind = relationship.kind
         AND same.customer_group = relationship.customer_group AND same.from_at = relationship.from_at)`,
    'into',
    'from',
    'into',
  ],
  ['DELETE FROM relationship WHERE customer = ?', 'from'],
];

/** In the order of the merges, so that of two who have a trait that the survivor lacks the first gives it. */
async function gainTraits(
  tx: Transaction,
  chosen: readonly Merged[],
  gone: ReadonlyMap<number, number>,
  now: number,
): Promise<void> {
  const texts = await readTraits(
    tx,
    chosen.flatMap(({ customer, into }) => [customer, into]),
  );
  const original = new Map([...texts].map(([id, text]) => [id, JSON.parse(text) as JsonObject]));
  const current = new Map(original);
  for (const { customer, into } of chosen) current.set(into, { ...current.get(customer), ...current.get(into) });

  const updates: TraitUpdate[] = [];
  for (const [customer, traits] of current) {
    if (gone.has(customer)) continue;
    const change = changeTraits(original.get(customer) ?? {}, traits);
    if (change) updates.push({ customer, ...change });
  }
  await writeTraits(tx, updates, { now, source: 'merge' });
}
