import type { MembershipRow, StoredSegment, Transaction } from '../store/index.ts';
import { entryOf } from './enter.ts';
import type { Concern, KnownSegments, NamedWindow } from './known-segments.ts';
import { knownSegments } from './known-segments.ts';
import type { Parts } from './parts.ts';
import { chunk } from './parts.ts';
import { armSegmentTimers } from './segment-timers.ts';
import type { RunningVersion } from './station.ts';
import type { Touched } from './touched.ts';
import { waitOf } from './wait-of.ts';

/*
 * The membership of every named segment is in the database, and is what its rule says at every commit. Whoever changes
 * customers asks those segments again that depend on what was changed, in the same transaction (`changesOfMembership`), and
 * windows that pass by themselves have timers. A new segment is filled in chunks without anything happening; a rule that has
 * changed is asked of everybody in chunks, and for those whose membership it changes that is a happening. Customers that a
 * fill has not come to are asked in the same way when something touches them, and are then right already when it comes.
 *
 * A rule is asked with the segments that it names put in, not of their memberships: so it is exact in one pass, in whatever
 * order segments are asked, and while one of them is being filled.
 */

/** A customer has come into a segment, or has gone out of it. */
export interface SegmentChange {
  customer: number;
  segment: string;
  when: 'entered' | 'left';
  /** The fill of a new segment has not come to this customer before: whether it is a change nobody knows but who waits for it, who was looked at as it began to wait. */
  quiet?: boolean;
  /** It has left because it is now part of another. */
  merged?: { into: number; ref: number };
}

/** The segments that a version watches at its entries, in its waits, and for its goals and exits. */
export function watchedBy(parts: Parts, version: RunningVersion): Set<string> {
  const { goals = [], exits = [] } = version.compiled.loop;
  const watched = new Set([...goals, ...exits].flatMap((each) => (each.on === 'segment' ? [each.segment] : [])));
  for (const station of version.stations.values()) {
    const { type } = station.node;
    if (type.contract === 'source') {
      const entry = entryOf(station);
      if (entry.on === 'segment') watched.add(entry.segment);
    }
    if (type.contract === 'wait')
      for (const { settings } of station.eras)
        for (const { segment } of waitsForSegments(parts, station, settings)) watched.add(segment);
  }
  return watched;
}

function waitsForSegments(parts: Parts, station: Parameters<typeof waitOf>[1], settings: unknown) {
  try {
    return waitOf(parts, station, settings, parts.clock.now()).segments ?? [];
  } catch {
    // Whoever comes to it is parked, and told why.
    return [];
  }
}

/** Asks the memberships that depend on what was changed again: what has changed, in order of the customers. */
export async function changesOfMembership(
  parts: Parts,
  tx: Transaction,
  touched: Touched,
  now: number,
): Promise<SegmentChange[]> {
  if (touched.of.size === 0) return [];
  const known = await knownSegments(parts, tx);
  if (!known) return [];
  const { store } = parts;
  const ids = [...touched.of.keys()].sort((a, b) => a - b);
  const asked = new Asked();
  const news = new Set(await store.customersSince(tx, ids, now));
  for (const customer of ids) {
    const of = touched.of.get(customer);
    if (of === 'everything' || news.has(customer)) asked.add(customer, known.everything);
    else
      for (const name of of ?? []) {
        const concern = known.concerns.get(name);
        if (concern) asked.add(customer, concern);
      }
  }
  for (const [kind, { customers, segments }] of asked.related)
    for (const neighbour of await store.neighbours(tx, kind, [...customers]))
      asked.ask(neighbour.of, segments.get(neighbour.through) as Set<number>);
  await store.lockCustomers(
    tx,
    [...asked.segments.keys()].sort((a, b) => a - b),
  );
  const changes: SegmentChange[] = [];
  for (const [segments, customers] of asked.together())
    for (let from = 0; from < customers.length; from += chunk.set)
      changes.push(...(await ask(parts, tx, known, segments, customers.slice(from, from + chunk.set), now)));
  changes.push(...(await leftByMerge(parts, tx, changes)));
  for (const [window, customers] of asked.windows)
    for (let from = 0; from < customers.length; from += chunk.set)
      await armSegmentTimers(parts, tx, window, customers.slice(from, from + chunk.set), now);
  return changes;
}

/** Who is to be asked for what. */
class Asked {
  /** By customer. Many share one set, which is not written to. */
  readonly segments = new Map<number, ReadonlySet<number>>();
  readonly windows = new Map<NamedWindow, number[]>();
  /** By kind of group: customers whose neighbours are to be asked, and for which segments by whom. */
  readonly related = new Map<string, { customers: Set<number>; segments: Map<number, Set<number>> }>();

  add(customer: number, { own, related, windows }: Concern): void {
    this.ask(customer, own);
    for (const window of windows.values()) {
      const customers = this.windows.get(window);
      if (!customers) this.windows.set(window, [customer]);
      else if (customers.at(-1) !== customer) customers.push(customer);
    }
    for (const [kind, segments] of related) {
      const of = this.related.get(kind) ?? { customers: new Set(), segments: new Map() };
      this.related.set(kind, of);
      of.customers.add(customer);
      of.segments.set(customer, new Set([...(of.segments.get(customer) ?? []), ...segments]));
    }
  }

  ask(customer: number, segments: ReadonlySet<number>): void {
    if (segments.size === 0) return;
    const known = this.segments.get(customer);
    this.segments.set(customer, known && known !== segments ? new Set([...known, ...segments]) : segments);
  }

  /** Those who are asked for the same segments, in order of id. */
  together(): Iterable<[segments: ReadonlySet<number>, customers: number[]]> {
    const names = new Map<ReadonlySet<number>, string>();
    const nameOf = (segments: ReadonlySet<number>) => {
      const name = names.get(segments) ?? [...segments].sort((a, b) => a - b).join();
      names.set(segments, name);
      return name;
    };
    const groups = Map.groupBy(this.segments, ([, segments]) => nameOf(segments));
    return Array.from(groups.values(), (of): [ReadonlySet<number>, number[]] => [
      (of[0] as [number, ReadonlySet<number>])[1],
      of.map(([customer]) => customer).sort((a, b) => a - b),
    ]);
  }
}

/** Whoever the fill of a new segment has not come to yet changes quietly; who has come to be known since was nowhere before. */
async function ask(
  { store, worker }: Parts,
  tx: Transaction,
  { blocks }: KnownSegments,
  segments: ReadonlySet<number>,
  customers: readonly number[],
  now: number,
): Promise<SegmentChange[]> {
  const kept = new Set<string>();
  for (const { customer, segment } of await store.keptMemberships(tx, customers)) kept.add(`${customer} ${segment}`);
  const came: MembershipRow[] = [];
  const went: MembershipRow[] = [];
  const changes: SegmentChange[] = [];
  for (const block of blocks) {
    if (!block.some(({ ref }) => segments.has(ref))) continue;
    const asked = block.map(({ ref, sql, parameters }) => ({
      sql,
      parameters: parameters(now),
      asked: segments.has(ref),
    }));
    for (const { customer, createdAt, merged, inside } of await store.askMemberships(tx, asked, customers))
      for (const [i, { ref, id, quiet, filledTo, madeAt }] of block.entries()) {
        if (!segments.has(ref)) continue;
        const is = Math.floor(inside / 2 ** i) % 2 === 1;
        if (is === kept.has(`${customer} ${ref}`)) continue;
        (is ? came : went).push([customer, ref]);
        const isQuiet = quiet === 1 && filledTo !== null && customer > filledTo && createdAt <= madeAt;
        changes.push({
          customer,
          segment: id,
          when: is ? 'entered' : 'left',
          ...(isQuiet ? { quiet: true } : {}),
          ...(merged === null ? {} : { merged: { into: merged, ref } }),
        });
      }
  }
  await store.changeMemberships(tx, { came, went, now, worker: worker.slot });
  return changes;
}

/** Who has gone into another was in segments, and its enrollments are now the other's: unless that is in them too, it has left them. */
async function leftByMerge(
  { store }: Parts,
  tx: Transaction,
  changes: readonly SegmentChange[],
): Promise<SegmentChange[]> {
  const left = changes.flatMap(({ merged, segment }) => (merged ? [{ ...merged, segment }] : []));
  if (left.length === 0) return [];
  const known = new Set(changes.map(({ customer, segment }) => `${customer} ${segment}`));
  const into = [...new Set(left.map((each) => each.into))].sort((a, b) => a - b);
  const kept = new Set((await store.keptMemberships(tx, into)).map((each) => `${each.customer} ${each.segment}`));
  return left.flatMap((each): SegmentChange[] =>
    kept.has(`${each.into} ${each.ref}`) || known.has(`${each.into} ${each.segment}`)
      ? []
      : [{ customer: each.into, segment: each.segment, when: 'left' }],
  );
}

/** The segments whose membership is being filled, or asked again of everybody. */
export async function segmentsToFill(parts: Parts): Promise<Pick<StoredSegment, 'ref' | 'quiet'>[]> {
  const segments = await parts.db.read((tx) => parts.store.segmentStates(tx));
  return segments.filter(({ filledTo }) => filledTo !== null);
}

/**
 * Asks the next chunk of customers for a segment that is being filled, in one transaction with what follows from it. How
 * many customers it has looked at.
 */
export async function fillChunk(
  parts: Parts,
  tx: Transaction,
  ref: number,
  now: number,
): Promise<{ customers: number; changes: SegmentChange[] }> {
  const { store, worker } = parts;
  const claimed = await store.claimFill(tx, ref);
  const known = claimed && (await knownSegments(parts, tx));
  const segment = known?.byRef.get(ref);
  if (!claimed || !known || !segment) return { customers: 0, changes: [] };
  const customers = await store.customersAbove(tx, claimed.filledTo, chunk.fill);
  const last = customers.at(-1);
  if (last === undefined) {
    await store.saveFill(tx, ref, null);
    return { customers: 1, changes: [] };
  }
  await store.lockCustomers(tx, customers);
  let changes: SegmentChange[] = [];
  if (segment.quiet === 1) {
    const rule = { sql: segment.sql, parameters: segment.parameters(now) };
    const range = { above: claimed.filledTo, to: last };
    await store.fillMembership(tx, { segment: ref, rule, ...range, now, worker: worker.slot });
  } else changes = await ask(parts, tx, known, new Set([ref]), customers, now);
  for (const window of segment.windows) await armSegmentTimers(parts, tx, window, customers, now);
  // Whoever comes to be known from now on is asked then.
  await store.saveFill(tx, ref, customers.length < chunk.fill ? null : last);
  return { customers: customers.length, changes };
}
