import type { Difference, StoredSegment, Transaction } from '../store/index.ts';
import { entryOf } from './enter.ts';
import type { Concern, KnownSegment, KnownSegments, NamedWindow } from './known-segments.ts';
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

/** Asks the memberships that depend on what was changed again: what has changed, in order of the segments. */
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
  const asked = new Asked(known);
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
      asked.ask(neighbour.of, segments.get(neighbour.through) ?? []);
  return asked.size === 0 ? [] : askAll(parts, tx, asked, now);
}

/** Who is to be asked for what. */
class Asked {
  readonly segments = new Map<number, Set<number>>();
  readonly windows = new Map<NamedWindow, number[]>();
  /** By kind of group: customers whose neighbours are to be asked, and for which segments by whom. */
  readonly related = new Map<string, { customers: Set<number>; segments: Map<number, Set<number>> }>();
  readonly #known: KnownSegments;

  constructor(known: KnownSegments) {
    this.#known = known;
  }

  get size(): number {
    return this.segments.size + this.windows.size;
  }

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

  ask(customer: number, segments: Iterable<number>): void {
    for (const ref of segments) {
      const customers = this.segments.get(ref);
      if (customers) customers.add(customer);
      else this.segments.set(ref, new Set([customer]));
    }
  }

  /** The segments with those who are to be asked, in order. */
  *inOrder(): Generator<[segment: KnownSegment, customers: number[]]> {
    for (const [ref, customers] of [...this.segments].sort(([a], [b]) => a - b)) {
      const segment = this.#known.byRef.get(ref);
      if (segment) yield [segment, [...customers].sort((a, b) => a - b)];
    }
  }
}

async function askAll(parts: Parts, tx: Transaction, asked: Asked, now: number): Promise<SegmentChange[]> {
  const customers = new Set([...asked.segments.values()].flatMap((of) => [...of]));
  await parts.store.lockCustomers(
    tx,
    [...customers].sort((a, b) => a - b),
  );
  const changes: SegmentChange[] = [];
  for (const [segment, of] of asked.inOrder())
    for (let from = 0; from < of.length; from += chunk.set)
      changes.push(...(await ask(parts, tx, segment, of.slice(from, from + chunk.set), now)));
  for (const [window, of] of asked.windows)
    for (let from = 0; from < of.length; from += chunk.set)
      await armSegmentTimers(parts, tx, window, of.slice(from, from + chunk.set), now);
  return changes;
}

/** Whoever the fill of a new segment has not come to yet changes quietly; who has come to be known since was nowhere before. */
async function ask(
  { store, worker }: Parts,
  tx: Transaction,
  { ref, id, sql, parameters, quiet, filledTo, madeAt }: KnownSegment,
  customers: readonly number[],
  now: number,
): Promise<SegmentChange[]> {
  const rule = { sql, parameters: parameters(now) };
  const changes = await store.diffMembership(tx, { segment: ref, rule, customers });
  if (changes.length === 0) return [];
  await store.changeMembership(tx, { segment: ref, changes, now, worker: worker.slot });
  const isQuiet = ({ customer, createdAt }: Difference) =>
    quiet === 1 && filledTo !== null && customer > filledTo && createdAt <= madeAt;
  return changes.map((change) => ({
    customer: change.customer,
    segment: id,
    when: change.inside ? ('entered' as const) : ('left' as const),
    ...(isQuiet(change) ? { quiet: true } : {}),
  }));
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
  const { store } = parts;
  const claimed = await store.claimFill(tx, ref);
  const segment = claimed && (await knownSegments(parts, tx))?.byRef.get(ref);
  if (!claimed || !segment) return { customers: 0, changes: [] };
  const customers = await store.customersAbove(tx, claimed.filledTo, chunk.set);
  const last = customers.at(-1);
  if (last === undefined) {
    await store.saveFill(tx, ref, null);
    return { customers: 1, changes: [] };
  }
  await store.lockCustomers(tx, customers);
  const changes = await ask(parts, tx, { ...segment, filledTo: claimed.filledTo }, customers, now);
  for (const window of segment.windows) await armSegmentTimers(parts, tx, window, customers, now);
  await store.saveFill(tx, ref, last);
  return { customers: customers.length, changes };
}
