import type { CustomerEvent, Identity, SourceType } from '../plugin/index.ts';
import { eventMatches, eventPredicate } from '../rule/index.ts';
import type { Chosen, Transaction } from '../store/index.ts';
import { finishMoves } from './finish.ts';
import type { Parts } from './parts.ts';
import type { Station } from './station.ts';
import { portIndex, settingsIn } from './station.ts';
import { awaitedTypes, waitOf } from './work-wait.ts';

/** An event as the outside tells of it: about whoever is known by these keys. */
export interface IncomingEvent {
  identities: readonly Identity[];
  event: CustomerEvent;
}

/** Stores events, wakes who waits for them and lets those in whom they let in: one transaction, so that nothing is half-taken. */
export async function record(
  parts: Parts,
  tx: Transaction,
  incoming: readonly IncomingEvent[],
  now: number,
): Promise<{ customer: number | undefined; isNew: boolean }[]> {
  const recorded = await parts.customers.recordEvents(tx, incoming, { now });
  const fresh = recorded.flatMap(({ customer, isNew }, i) =>
    isNew && customer !== undefined ? [{ customer, event: (incoming[i] as IncomingEvent).event }] : [],
  );
  await takeInEvents(parts, tx, fresh, now);
  return recorded;
}

/** What new events of customers set off: the end of waits, and entries into loops. */
export async function takeInEvents(
  parts: Parts,
  tx: Transaction,
  events: readonly { customer: number; event: CustomerEvent }[],
  now: number,
): Promise<void> {
  if (events.length === 0) return;
  await wake(parts, tx, events, now);
  await enterOnEvents(parts, tx, events, now);
}

async function wake(
  parts: Parts,
  tx: Transaction,
  events: readonly { customer: number; event: CustomerEvent }[],
  now: number,
): Promise<void> {
  const woken = new Map<Station, Map<string, Chosen>>();
  for (const { customer, event } of events)
    for (const waiting of await parts.store.findSubscriptions(tx, customer, event.type)) {
      const station = parts.stations.byRef(waiting.node);
      if (!station) continue;
      const rows = woken.get(station) ?? new Map<string, Chosen>();
      const key = `${customer} ${waiting.n}`;
      if (rows.has(key)) continue;
      const wait = waitOf(parts, station, settingsIn(station, waiting.turn), now);
      const match = wait.events?.find(
        (each) => each.type === event.type && (!each.where || eventMatches(each.where, event, now)),
      );
      if (!match) continue;
      rows.set(key, [waiting.due, customer, waiting.n, portIndex(station, match.port)]);
      woken.set(station, rows);
    }
  for (const [station, rows] of woken) {
    await parts.store.fillChosen(tx, station.ref, [...rows.values()]);
    const events = awaitedTypes(station.eras.map((era) => waitOf(parts, station, era.settings, now)));
    await finishMoves(parts, tx, station, { now, inOrder: false, events });
  }
}

async function enterOnEvents(
  parts: Parts,
  tx: Transaction,
  events: readonly { customer: number; event: CustomerEvent }[],
  now: number,
): Promise<void> {
  for (const version of parts.stations.newest())
    for (const id of version.compiled.entries) {
      const station = version.stations.get(id) as Station;
      const entry = (station.node.type as SourceType).entry(station.node.settings);
      if (entry.on !== 'event') continue;
      const lets = entry.where && eventPredicate(entry.where);
      const customers = events
        .filter(({ event }) => event.type === entry.event && (!lets || lets(event, now)))
        .map(({ customer }) => customer);
      if (customers.length > 0) await enter(parts, tx, station, customers, now);
    }
}

/** Enrolls customers at an entry of a loop, by the entry's own rule about coming again. How many entered. */
export async function enter(
  parts: Parts,
  tx: Transaction,
  station: Station,
  customers: readonly number[],
  now: number,
): Promise<number> {
  const entry = (station.node.type as SourceType).entry(station.node.settings);
  return parts.store.enterCustomers(tx, {
    loop: station.version.loop.id,
    version: station.version.id,
    node: station.ref,
    now,
    again: entry.again ?? false,
    customers,
  });
}
