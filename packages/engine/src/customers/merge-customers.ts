import type { Merge } from '../plugin/customer.ts';
import type { JsonObject } from '../plugin/json.ts';
import type { Transaction } from '../store/database.ts';
import { wordsChanged } from './search-words.ts';
import { lockCustomers } from '../store/lock-customers.ts';
import type { MovedEnrollments } from '../store/move-enrollments.ts';
import { changeTraits } from './change-traits.ts';
import { followProposals } from './identity/proposals.ts';
import type { Moved } from './merge/moved.ts';
import { nothingMoved } from './merge/moved.ts';
import { takeOver } from './merge/take-over.ts';
import { findSurvivors, follow } from './survivors.ts';
import type { TraitUpdate } from './write-traits.ts';
import { readTraits, writeTraits } from './write-traits.ts';

/** A merge that says nothing, or one that cannot be undone. */
export class MergeError extends Error {
  override name = 'MergeError';
}

/** What was carried out: `into` is who is left in the end. */
export interface Merged {
  customer: number;
  into: number;
  why: string;
  score?: number;
}

export interface MergeOptions {
  now: number;
  /** Who or what decided. */
  actor?: string;
  /** Moves the enrollments, which are the runner's; what became of them is kept with the rest. */
  enrollments?: (tx: Transaction, merged: readonly Merged[]) => Promise<ReadonlyMap<number, MovedEnrollments>>;
}

/**
 * Makes one customer of several. The one that is left keeps its traits and gains those it lacks, the identities, events,
 * consents, relationships and places on lists; the other keeps its row and the history of its traits, and says into whom
 * it went. What went over is kept, so that it can be undone. A merge of two who are one already does nothing.
 */
export async function mergeCustomers(
  tx: Transaction,
  merges: readonly Merge[],
  { now, actor = '', enrollments }: MergeOptions,
): Promise<Merged[]> {
  const self = merges.find(({ customer, into }) => customer === into);
  if (self) throw new MergeError(`customer ${self.customer} cannot be merged with itself (${self.why})`);

  const named = merges.flatMap(({ customer, into }) => [customer, into]);
  await lockCustomers(tx, [...new Set((await findSurvivors(tx, named, 'a merge')).values())]);
  // Somebody else may have merged them before they were ours.
  const survivors = await findSurvivors(tx, named, 'a merge');
  const gone = new Map<number, number>();
  const chosen: Merged[] = [];
  for (const { customer, into, ...said } of merges) {
    const from = follow(gone, survivors.get(customer) as number);
    const to = follow(gone, survivors.get(into) as number);
    if (from === to) continue;
    gone.set(from, to);
    chosen.push({ customer: from, into: to, ...said });
  }
  if (chosen.length === 0) return [];
  const merged = chosen
    .map((merge) => ({ ...merge, into: follow(gone, merge.into) }))
    .sort((a, b) => a.customer - b.customer);

  const moved = new Map(merged.map(({ customer }): [number, Moved] => [customer, nothingMoved()]));
  await gainTraits(tx, nearestFirst(merged, gone), moved, now);
  await takeOver(tx, merged, moved);
  await wordsChanged(
    tx,
    merged.flatMap(({ customer, into }) => [customer, into]),
  );
  await tx.runMany(
    'UPDATE customer SET merged_into = ?, updated_at = ? WHERE id = ?',
    merged.map(({ customer, into }) => [into, now, customer]),
  );
  for (const [customer, of] of (await enrollments?.(tx, merged)) ?? []) (moved.get(customer) as Moved).enrollments = of;
  const earlier = await tx.all<{ customer: number; at: number }>(
    `SELECT customer, max(at) AS at FROM merge WHERE customer IN (SELECT value FROM ${tx.dialect.list('int')} AS gone) GROUP BY customer`,
    [JSON.stringify(merged.map(({ customer }) => customer))],
  );
  // One that was undone and is done again in the same instant is another one.
  const free = new Map(earlier.map(({ customer, at }) => [customer, at + 1]));
  await tx.runMany(
    'INSERT INTO merge (customer, into_customer, at, why, actor, score, moved) VALUES (?, ?, ?, ?, ?, ?, ?)',
    merged.map(({ customer, into, why, score }) => [
      customer,
      into,
      Math.max(now, free.get(customer) ?? now),
      why,
      actor,
      score ?? null,
      JSON.stringify(moved.get(customer)),
    ]),
  );
  await followProposals(tx, merged, { actor, now });
  return merged;
}

/** Those who went to the survivor itself before those who came with another: what the other was known by goes first. */
function nearestFirst(merged: readonly Merged[], gone: ReadonlyMap<number, number>): Merged[] {
  const steps = (id: number): number => {
    let count = 0;
    for (let next = gone.get(id); next !== undefined; next = gone.get(next)) count++;
    return count;
  };
  const order = new Map([...gone.keys()].map((id, place) => [id, place]));
  return merged.toSorted(
    (a, b) => steps(a.customer) - steps(b.customer) || (order.get(a.customer) ?? 0) - (order.get(b.customer) ?? 0),
  );
}

/** In order, so that of two who have a trait that the survivor lacks the first gives it. */
async function gainTraits(
  tx: Transaction,
  merged: readonly Merged[],
  moved: ReadonlyMap<number, Moved>,
  now: number,
): Promise<void> {
  const texts = await readTraits(
    tx,
    merged.flatMap(({ customer, into }) => [customer, into]),
  );
  const traitsOf = (id: number) => JSON.parse(texts.get(id) ?? '{}') as JsonObject;
  const gaining = new Map<number, { before: JsonObject; after: JsonObject }>();
  for (const { customer, into } of merged) {
    const of = gaining.get(into) ?? { before: traitsOf(into), after: traitsOf(into) };
    gaining.set(into, of);
    // Entries, so that a trait named __proto__ is a trait like any other.
    const gained = Object.fromEntries(
      Object.entries(traitsOf(customer)).filter(([name]) => !Object.hasOwn(of.after, name)),
    );
    if (Object.keys(gained).length === 0) continue;
    of.after = { ...of.after, ...gained };
    (moved.get(customer) as Moved).traits = gained;
  }
  const updates: TraitUpdate[] = [];
  for (const [customer, { before, after }] of gaining) {
    const change = changeTraits(before, after);
    if (change) updates.push({ customer, ...change });
  }
  await writeTraits(tx, updates, { now, source: 'merge' });
}
