import { follow, takeIn } from './happenings.ts';
import type { Parts } from './parts.ts';
import { chunk } from './parts.ts';
import { fillChunk, segmentsToFill } from './segments.ts';

/** Asks the memberships of those for whom a window has passed something, and goes on with what is being filled. How many customers were asked. */
export async function workSegments(parts: Parts, now: number): Promise<number> {
  if (!(await parts.db.read((tx) => parts.store.watchesSegments(tx)))) return 0;
  return (await workTimers(parts, now)) + (await workFills(parts, now));
}

async function workTimers(parts: Parts, now: number): Promise<number> {
  const { db, store } = parts;
  const next = await db.read((tx) => store.nextSegmentTimer(tx));
  if (next === undefined || next > now) return 0;
  return db.write(async (tx) => {
    const touched = await store.takeSegmentTimers(tx, now, chunk.handler);
    await takeIn(parts, tx, { events: [], touched }, now);
    return touched.length;
  }, 'fire');
}

async function workFills(parts: Parts, now: number): Promise<number> {
  let done = 0;
  for (const { ref } of await segmentsToFill(parts))
    done += await parts.db.write(async (tx) => {
      const { customers, changes } = await fillChunk(parts, tx, ref, now);
      await follow(parts, tx, { events: [], changes }, now);
      return customers;
    }, 'fire');
  return done;
}

/** Fills what a publication has begun to watch, so that nothing that happens from now on is taken for what was so before. */
export async function fillNewWatches(parts: Parts, now: number): Promise<void> {
  while ((await segmentsToFill(parts)).some(({ quiet }) => quiet)) if ((await workFills(parts, now)) === 0) return;
}

/** When a membership is to be asked again. */
export async function nextSegmentWork(parts: Parts, now: number): Promise<number | undefined> {
  const { db, store } = parts;
  if (!(await db.read((tx) => store.watchesSegments(tx)))) return undefined;
  if ((await segmentsToFill(parts)).length > 0) return now;
  return db.read((tx) => store.nextSegmentTimer(tx));
}
