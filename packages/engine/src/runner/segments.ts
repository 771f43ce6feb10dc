import type { WaitType } from '../plugin/index.ts';
import type { RuleGroup, Window } from '../rule/index.ts';
import { bindRule, ruleToSql, windowsOf } from '../rule/index.ts';
import type { Difference, StoredSegment, Transaction } from '../store/index.ts';
import { entryOf } from './enter.ts';
import type { Parts } from './parts.ts';
import { chunk } from './parts.ts';
import { armSegmentTimers } from './segment-timers.ts';
import type { RunningVersion } from './station.ts';
import { waitOf } from './wait-of.ts';

/*
 * Segments that a loop watches have their membership in the database: for an entry, a wait, a goal or an exit on a segment.
 * Whoever changes customers asks theirs again in the same transaction (`changesOfMembership`), and windows that pass by
 * themselves have timers. A segment that nobody watches costs nothing. A new watch is filled in chunks without anything
 * happening; a rule that has changed is asked of everybody in chunks, and for those whose membership it changes that is a
 * happening. Customers that a fill has not come to are asked in the same way when something touches them, and are then
 * right already when it comes.
 */

/** A customer has come into a segment, or has gone out of it. */
export interface SegmentChange {
  customer: number;
  segment: string;
  when: 'entered' | 'left';
  /** A new watch has not come to this customer before: whether it is a change nobody knows but who waits for it, who was looked at as it began to wait. */
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
  const wait: ReturnType<WaitType['wait']> = waitOf(parts, station, settings, parts.clock.now());
  return wait.segments ?? [];
}

/**
 * Begins to keep the memberships that published loops watch, and ends those that none does. Only an engine that knows every
 * version ends any: what is watched by a loop that it cannot run, or has not heard of, stays.
 */
export async function syncWatches(parts: Parts): Promise<void> {
  const { db, store, clock } = parts;
  const versions = parts.stations.all();
  await db.write(async (tx) => {
    const segments = await store.listSegments(tx);
    if (segments.length === 0) return;
    const archived = new Set(
      [...(await store.loopStates(tx))].flatMap(([id, state]) => (state === 'archived' ? [id] : [])),
    );
    const watched = new Set(
      versions.filter(({ loop }) => !archived.has(loop.id)).flatMap((version) => [...watchedBy(parts, version)]),
    );
    const knowsAll = (await store.countVersions(tx)) === versions.length;
    for (const { ref, id, watchedAt } of segments)
      if (watched.has(id) && watchedAt === null) await store.watchSegment(tx, ref, clock.now());
      else if (!watched.has(id) && watchedAt !== null && knowsAll) await store.unwatchSegment(tx, ref);
    if (segments.some(({ watchedAt }) => watchedAt !== null) && !(await store.watchesSegments(tx)))
      await store.clearSegmentTimers(tx);
  }, 'publish');
}

/** A watched segment as statements ask for it. */
interface Watched extends StoredSegment {
  sql: string;
  parameters: (now: number) => (string | number)[];
  windows: readonly Window[];
}

/** What was read of rules the last time: they change seldom, and are asked for with every event. */
const translated = new WeakMap<
  Parts['db'],
  { of: string; watched: Map<string, Pick<Watched, 'sql' | 'parameters' | 'windows'>> }
>();

async function loadWatched(parts: Parts, tx: Transaction): Promise<Watched[]> {
  if (!(await parts.store.watchesSegments(tx))) return [];
  const segments = await parts.store.listSegments(tx);
  const of = JSON.stringify(segments.map(({ id, rule, watchedAt }) => [id, rule, watchedAt]));
  let known = translated.get(parts.db);
  if (known?.of !== of) {
    known = { of, watched: translate(segments, tx) };
    translated.set(parts.db, known);
  }
  const { watched } = known;
  return segments.flatMap((segment) => {
    const found = watched.get(segment.id);
    return found ? [{ ...segment, ...found }] : [];
  });
}

function translate(segments: readonly StoredSegment[], tx: Transaction) {
  const rules = new Map(segments.map(({ id, rule }) => [id, JSON.parse(rule) as RuleGroup]));
  const watched = new Map<string, Pick<Watched, 'sql' | 'parameters' | 'windows'>>();
  for (const { id, watchedAt } of segments) {
    if (watchedAt === null) continue;
    const rule = rules.get(id) as RuleGroup;
    const { sql, parameters } = ruleToSql(rule, { segments: rules, customer: 'c', dialect: tx.dialect.name });
    watched.set(id, { sql, parameters: (now) => bindRule(parameters, now), windows: windowsOf(rule, rules) });
  }
  return watched;
}

/** Asks the memberships of customers who may have changed again: what has changed, in order of the segments. */
export async function changesOfMembership(
  parts: Parts,
  tx: Transaction,
  customers: readonly number[],
  now: number,
): Promise<SegmentChange[]> {
  if (customers.length === 0) return [];
  const watched = await loadWatched(parts, tx);
  if (watched.length === 0) return [];
  const touched = [...new Set(customers)].sort((a, b) => a - b);
  await parts.store.lockCustomers(tx, touched);
  const changes: SegmentChange[] = [];
  for (let from = 0; from < touched.length; from += chunk.set) {
    const some = touched.slice(from, from + chunk.set);
    for (const segment of watched) changes.push(...(await ask(parts, tx, segment, some, now)));
    await armSegmentTimers(parts, tx, windowsOfAll(watched), some, now);
  }
  return changes;
}

const windowsOfAll = (segments: readonly Watched[]): Window[] => [
  ...new Map(segments.flatMap(({ windows }) => windows.map((window) => [JSON.stringify(window), window]))).values(),
];

/** Whoever a new watch has not come to yet changes quietly; who has come to be known since it began was nowhere before. */
async function ask(
  { store }: Parts,
  tx: Transaction,
  { ref, id, sql, parameters, quiet, filledTo, watchedAt }: Watched,
  customers: readonly number[],
  now: number,
): Promise<SegmentChange[]> {
  const rule = { sql, parameters: parameters(now) };
  const changes = await store.diffMembership(tx, { segment: ref, rule, customers });
  await store.changeMembership(tx, { segment: ref, changes, now });
  const isQuiet = ({ customer, createdAt }: Difference) =>
    quiet && filledTo !== null && customer > filledTo && createdAt <= (watchedAt ?? now);
  return changes.map((change) => ({
    customer: change.customer,
    segment: id,
    when: change.inside ? ('entered' as const) : ('left' as const),
    ...(isQuiet(change) ? { quiet: true } : {}),
  }));
}

/** The segments whose membership is being filled, or asked again of everybody. */
export async function segmentsToFill(parts: Parts): Promise<StoredSegment[]> {
  const segments = await parts.db.read(async (tx) =>
    (await parts.store.watchesSegments(tx)) ? parts.store.listSegments(tx) : [],
  );
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
  const segment = claimed && (await loadWatched(parts, tx)).find((each) => each.ref === ref);
  if (!claimed || !segment) return { customers: 0, changes: [] };
  const customers = await store.customersAbove(tx, claimed.filledTo, chunk.set);
  const last = customers.at(-1);
  if (last === undefined) {
    await store.saveFill(tx, ref, null);
    return { customers: 1, changes: [] };
  }
  await store.lockCustomers(tx, customers);
  const changes = await ask(parts, tx, { ...segment, filledTo: claimed.filledTo }, customers, now);
  await armSegmentTimers(parts, tx, segment.windows, customers, now);
  await store.saveFill(tx, ref, last);
  return { customers: customers.length, changes };
}
