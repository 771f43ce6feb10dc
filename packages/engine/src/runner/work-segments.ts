import { follow, takeIn } from './happenings.ts';
import { knownSegments } from './known-segments.ts';
import type { Parts } from './parts.ts';
import { chunk } from './parts.ts';
import { fillChunk, segmentsToFill, watchedBy } from './segments.ts';
import { Touched } from './touched.ts';

/**
 * Asks the memberships of those for whom a window has passed something, goes on with what is being filled, and clears away
 * what was deleted. How many customers were asked.
 */
export async function workSegments(parts: Parts, now: number): Promise<number> {
  if (!(await parts.db.read((tx) => parts.store.hasSegments(tx)))) return 0;
  return (await workTimers(parts, now)) + (await workFills(parts, now)) + (await workGone(parts));
}

async function workTimers(parts: Parts, now: number): Promise<number> {
  const { db, store } = parts;
  const next = await db.read((tx) => store.nextSegmentTimer(tx));
  if (next === undefined || next > now) return 0;
  return db.write(async (tx) => {
    const due = await store.takeSegmentTimers(tx, now, chunk.ask);
    const touched = new Touched();
    for (const { customer, what } of due)
      if (what === store.everything) touched.everything([customer]);
      else touched.add(customer, what);
    await takeIn(parts, tx, { events: [], touched }, now);
    return due.length;
  }, 'fire');
}

/** The next chunk of one segment: what comes in meanwhile has its turn before the next. */
async function workFills(parts: Parts, now: number, only?: ReadonlySet<number>): Promise<number> {
  for (const { ref } of await segmentsToFill(parts)) {
    if (only && !only.has(ref)) continue;
    const done = await parts.db.write(async (tx) => {
      const { customers, changes } = await fillChunk(parts, tx, ref, now);
      await follow(parts, tx, { events: [], changes }, now);
      return customers;
    }, 'fire');
    // Another worker is at that one.
    if (done > 0) return done;
  }
  return 0;
}

async function workGone({ db, store }: Parts): Promise<number> {
  if (!(await db.read((tx) => store.hasGone(tx)))) return 0;
  return db.write(async (tx) => {
    const cleared = await store.clearGone(tx, chunk.fill);
    if (!(await store.hasSegments(tx))) await store.clearSegmentTimers(tx);
    return cleared;
  }, 'fire');
}

/**
 * Fills the segments that published loops watch, if they are new, to their ends: so that nothing that happens from now on is
 * taken for what was so before.
 */
export async function fillWatched(parts: Parts, now: number): Promise<void> {
  const watched = watchedByAny(parts);
  if (watched.size === 0) return;
  const known = await parts.db.read((tx) => knownSegments(parts, tx));
  const refs = new Set([...(known?.byRef.values() ?? [])].flatMap(({ id, ref }) => (watched.has(id) ? [ref] : [])));
  const isFilling = async () => (await segmentsToFill(parts)).some(({ ref, quiet }) => quiet === 1 && refs.has(ref));
  while (await isFilling()) if ((await workFills(parts, now, refs)) === 0) return;
}

const watchedByAny = (parts: Parts): Set<string> =>
  new Set(parts.stations.all().flatMap((version) => [...watchedBy(parts, version)]));

/** When a membership is to be asked again; `unwatched`: also where that can set off nothing, for no loop watches a segment. */
export async function nextSegmentWork(
  parts: Parts,
  now: number,
  { unwatched }: { unwatched: boolean },
): Promise<number | undefined> {
  const { db, store } = parts;
  if (!(await db.read((tx) => store.hasSegments(tx)))) return undefined;
  if ((await segmentsToFill(parts)).length > 0 || (await db.read((tx) => store.hasGone(tx)))) return now;
  if (!unwatched && watchedByAny(parts).size === 0) return undefined;
  return db.read((tx) => store.nextSegmentTimer(tx));
}
