import type { CustomerEvent, SourceType } from '../plugin/index.ts';
import { eventPredicate } from '../rule/index.ts';
import type { Transaction } from '../store/index.ts';
import type { Parts } from './parts.ts';
import type { Station } from './station.ts';

/** Lets customers in where what has happened to them lets them in. */
export async function enterOnEvents(
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
