import type { Merge } from '../plugin/index.ts';
import type { Merged, Unmerged } from '../customers/index.ts';
import type { Transaction } from '../store/index.ts';
import { takeIn } from './happenings.ts';
import type { Parts } from './parts.ts';

const targetOf = (parts: Parts) => (node: number, port: number) => parts.stations.byRef(node)?.targets[port]?.ref;

/**
 * Merges customers with all that they are in: an enrollment of the one who goes becomes the survivor's, unless the survivor
 * stands in the same loop with the same key; then it ends as `merged`. `here`: enrollments that leave by a port of their
 * own in that case. Memberships are asked again by whoever calls.
 */
export async function merge(
  parts: Parts,
  tx: Transaction,
  merges: readonly Merge[],
  { now, actor, here }: { now: number; actor: string; here?: (customer: number, n: number) => boolean },
): Promise<Merged[]> {
  return parts.customers.mergeCustomers(tx, merges, {
    now,
    actor,
    enrollments: (during, pairs) =>
      parts.store.moveEnrollments(during, {
        pairs,
        ...(here ? { here } : {}),
        now,
        worker: parts.worker.slot,
        targetOf: targetOf(parts),
      }),
  });
}

/** Merges customers, and lets follow what follows from it. */
export async function mergeAndFollow(
  parts: Parts,
  tx: Transaction,
  merges: readonly Merge[],
  options: { now: number; actor: string },
): Promise<Merged[]> {
  const merged = await merge(parts, tx, merges, options);
  const touched = merged.flatMap(({ customer, into }) => [customer, into]);
  await takeIn(parts, tx, { events: [], touched }, options.now);
  return merged;
}

/** Lets enrollments follow customers who were merged when a message of theirs was on its way. */
export async function followGone(parts: Parts, tx: Transaction, gone: readonly number[], now: number): Promise<void> {
  if (gone.length === 0) return;
  const { customers, store, worker } = parts;
  const survivors = await customers.findSurvivors(tx, gone, 'an enrollment');
  const pairs = [...survivors].flatMap(([customer, into]) => (customer === into ? [] : [{ customer, into }]));
  const moved = await store.moveEnrollments(tx, { pairs, now, worker: worker.slot, targetOf: targetOf(parts) });
  await customers.addMovedEnrollments(tx, moved);
}

/** Undoes a merge, and lets follow what follows from it for both. */
export async function unmerge(
  parts: Parts,
  tx: Transaction,
  customer: number,
  { now, actor }: { now: number; actor: string },
): Promise<Unmerged> {
  const undone = await parts.customers.unmergeCustomer(tx, customer, {
    now,
    actor,
    enrollments: (during, back) =>
      parts.store.giveBackEnrollments(during, { ...back, now, worker: parts.worker.slot, targetOf: targetOf(parts) }),
  });
  await takeIn(parts, tx, { events: [], touched: [undone.customer, undone.from] }, now);
  return undone;
}
