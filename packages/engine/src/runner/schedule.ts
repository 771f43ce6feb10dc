import type { Entry, Schedule } from '../plugin/index.ts';
import { parseCron } from '../plugin/index.ts';
import { ruleToSql } from '../rule/index.ts';
import type { Firing, Transaction } from '../store/index.ts';
import { enter, entriesOf, entryOf, keyless } from './enter.ts';
import { isStill } from './life/stand-still.ts';
import type { Parts } from './parts.ts';
import { chunk } from './parts.ts';
import type { Station } from './station.ts';

/*
 * Entries by the clock. That a schedule has come due is a row in `firing`, which only one worker can write. Its customers are
 * then looked at in chunks, each a transaction that lets in those whom the rule is true of and writes down how far it has
 * come, so that a crash goes on where it stopped. A version's schedules come due from its publication on. What was missed
 * while no engine ran, or while the loop was paused, fires once, for the latest instant that was missed.
 */

type ScheduleEntry = Extract<Entry, { on: 'schedule' }>;

interface Scheduled {
  station: Station;
  entry: ScheduleEntry;
  schedule: Schedule;
  /** What comes after an instant, as it was worked out last. */
  known?: { after: number; next: number | undefined };
}

const schedules = new WeakMap<Station, Scheduled>();

/** Asked at every pass, and the same until the schedule has fired. */
function nextAfter(scheduled: Scheduled, after: number): number | undefined {
  if (scheduled.known?.after !== after) scheduled.known = { after, next: scheduled.schedule.next(after) };
  return scheduled.known.next;
}

/** The entries by the clock of the newest version of each loop that is not paused. */
function scheduled(parts: Parts): Scheduled[] {
  return entriesOf(parts).flatMap((station) => {
    if (station.version.paused) return [];
    let known = schedules.get(station);
    if (!known) {
      const entry = entryOf(station);
      if (entry.on !== 'schedule') return [];
      known = { station, entry, schedule: parseCron(entry.cron, entry.zone ?? parts.limits.zone) };
      schedules.set(station, known);
    }
    return [known];
  });
}

/** Since when each of the schedules counts: its last firing, or the publication of its version. */
async function countedSince(parts: Parts, tx: Transaction, stations: readonly Station[]): Promise<Map<number, number>> {
  const last = await parts.store.lastFirings(
    tx,
    stations.map(({ ref }) => ref),
  );
  return new Map(stations.map(({ ref, version }) => [ref, Math.max(last.get(ref) ?? 0, version.publishedAt)]));
}

/** Writes down which schedules have come due. Called before a publication too, so that nothing is lost to the new version. */
export async function noteFirings(parts: Parts, now: number): Promise<void> {
  const all = scheduled(parts);
  if (all.length === 0) return;
  const stations = all.map(({ station }) => station);
  const since = await parts.db.read((tx) => countedSince(parts, tx, stations));
  const due = all.flatMap((each): [number, number][] => {
    const from = since.get(each.station.ref) as number;
    const next = nextAfter(each, from);
    return next === undefined || next > now ? [] : [[each.station.ref, each.schedule.latest(from, now) ?? next]];
  });
  if (due.length > 0) await parts.db.write((tx) => parts.store.addFirings(tx, due), 'fire');
}

/** Lets in the next chunk of customers of each schedule that has come due. How many customers were looked at. */
export async function workSchedules(parts: Parts, now: number): Promise<number> {
  await noteFirings(parts, now);
  const refs = refsOfSchedules(parts);
  if (refs.length === 0) return 0;
  let done = 0;
  // Who enters does so after whatever was committed before, also by the clock.
  for (const firing of await parts.db.read((tx) => parts.store.openFirings(tx, refs)))
    done += await parts.db.write((tx) => workFiring(parts, tx, firing, parts.clock.now()), 'fire');
  return done;
}

/** Those of older versions too: a firing that a publication has interrupted is worked off. */
const refsOfSchedules = (parts: Parts): number[] =>
  parts.stations.all().flatMap((version) =>
    version.paused || version.closed
      ? []
      : version.compiled.entries
          .map((id) => version.stations.get(id) as Station)
          .filter((station) => entryOf(station).on === 'schedule')
          .map(({ ref }) => ref),
  );

async function workFiring(parts: Parts, tx: Transaction, firing: Firing, now: number): Promise<number> {
  const { store } = parts;
  const station = parts.stations.byRef(firing.node);
  if (!station || (await isStill(parts, tx, station.version))) return 0;
  const claimed = await store.claimFiring(tx, firing);
  if (!claimed) return 0;
  const customers = await store.customersAbove(tx, claimed.above, chunk.set);
  const last = customers.at(-1);
  if (last === undefined) {
    await store.saveFiring(tx, { ...claimed, entered: 0, doneAt: now });
    return 1;
  }
  const { who } = entryOf(station) as ScheduleEntry;
  const rule = who && ruleToSql(who, { now, segments: parts.segments(), customer: 'c', dialect: tx.dialect.name });
  await store.lockCustomers(tx, customers);
  const chosen = await store.customersWhere(tx, { above: claimed.above, upTo: last, rule });
  const entered = await enter(parts, tx, station, keyless(chosen), now);
  await store.saveFiring(tx, { ...claimed, above: last, entered, doneAt: undefined });
  return customers.length;
}

/** When a schedule comes due next; in the past when one that has come due is not worked off. `fired`: whether all that there are have fired before. */
export async function nextFiring(parts: Parts): Promise<{ at: number; fired: boolean } | undefined> {
  const all = scheduled(parts);
  const refs = refsOfSchedules(parts);
  if (refs.length === 0) return undefined;
  const [open, since, last] = await parts.db.read(async (tx) => {
    const stations = all.map(({ station }) => station);
    return [
      await parts.store.openFirings(tx, refs),
      await countedSince(parts, tx, stations),
      await parts.store.lastFirings(tx, refs),
    ];
  });
  const next = all.flatMap((each) => nextAfter(each, since.get(each.station.ref) as number) ?? []);
  const at = Math.min(...open.map(({ due }) => due), ...next);
  if (at === Infinity) return undefined;
  return { at, fired: open.length === 0 && all.every(({ station }) => last.has(station.ref)) };
}
