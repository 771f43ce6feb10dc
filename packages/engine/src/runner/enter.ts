import type { CustomerEvent, Entry, Reentry, SourceType } from '../plugin/index.ts';
import { eventPredicate } from '../rule/index.ts';
import type { Entrant, Transaction } from '../store/index.ts';
import type { Parts } from './parts.ts';
import type { Station } from './station.ts';

/** What the entry of a station is set to. */
export function entryOf(station: Station): Entry {
  let entry = entries.get(station);
  if (!entry) {
    entry = soundEntry(station);
    entries.set(station, entry);
  }
  return entry;
}

const entries = new WeakMap<Station, Entry>();

/** A source that cannot say who enters lets in only those whom somebody names: what comes in for others must not fail with it. */
function soundEntry({ node }: Station): Entry {
  const closed: Entry = { on: 'call' };
  try {
    const entry: unknown = (node.type as SourceType).entry(node.settings);
    return typeof entry === 'object' && entry !== null && 'on' in entry ? (entry as Entry) : closed;
  } catch {
    return closed;
  }
}

/** The entries of the newest version of each loop that lets anybody in. */
export const entriesOf = (parts: Parts): Station[] =>
  parts.stations
    .newest()
    .flatMap((version) => version.compiled.entries.map((id) => version.stations.get(id) as Station));

/** Lets customers in where what has happened to them lets them in. */
export async function enterOnEvents(
  parts: Parts,
  tx: Transaction,
  events: readonly { customer: number; event: CustomerEvent }[],
  now: number,
): Promise<void> {
  for (const station of entriesOf(parts)) {
    const entry = entryOf(station);
    if (entry.on !== 'event') continue;
    const lets = entry.where && eventPredicate(entry.where);
    const entrants: Entrant[] = [];
    let keyless = 0;
    for (const { customer, event } of events) {
      if (event.type !== entry.event || (lets && !lets(event, now))) continue;
      const key = entry.key === undefined ? '' : keyIn(event, entry.key);
      if (key === undefined) keyless++;
      else entrants.push([customer, key]);
    }
    if (keyless > 0)
      parts.log.warn('events let nobody in, for they lack the property that tells enrollments apart', {
        loop: station.version.loop.id,
        node: station.node.id,
        event: entry.event,
        property: entry.key,
        events: keyless,
      });
    await enter(parts, tx, station, entrants, now);
  }
}

/**
 * What an event says for the key of an enrollment: the text of a property that is a text or a number. A whole number beyond
 * 2^53 has lost its last digits, and two carts would become one: it is none.
 */
export function keyIn(event: Pick<CustomerEvent, 'properties'>, property: string): string | undefined {
  const value = Object.hasOwn(event.properties, property) ? event.properties[property] : undefined;
  if (typeof value === 'number')
    return Number.isInteger(value) && !Number.isSafeInteger(value) ? undefined : String(value);
  return typeof value === 'string' && value !== '' && value.length <= longestKey ? value : undefined;
}

/** A key stands in every index of its enrollment. */
const longestKey = 500;

/** Enrolls customers at an entry of a loop, by the entry's own rule about coming again. How many entered. */
export async function enter(
  parts: Parts,
  tx: Transaction,
  station: Station,
  entrants: readonly Entrant[],
  now: number,
): Promise<number> {
  return parts.store.enterCustomers(tx, {
    loop: station.version.loop.id,
    version: station.version.id,
    node: station.ref,
    now,
    worker: parts.worker.slot,
    since: barredSince(entryOf(station).again ?? 'never', now),
    entrants,
  });
}

/** Whoever has entered after this instant may not enter again. */
function barredSince(again: Reentry, now: number): number {
  if (again === 'never') return Number.MIN_SAFE_INTEGER;
  return again === 'always' ? Number.MAX_SAFE_INTEGER : now - again.after;
}

/** Customers who enter without a key. */
export const keyless = (customers: readonly number[]): Entrant[] => customers.map((customer) => [customer, '']);
