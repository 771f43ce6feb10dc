import type { CustomerEvent } from '../plugin/index.ts';
import { eventMatches } from '../rule/index.ts';
import type { Chosen, Transaction } from '../store/index.ts';
import { finishMoves } from './finish.ts';
import type { Parts } from './parts.ts';
import type { Station } from './station.ts';
import { portIndex, settingsIn } from './station.ts';
import { awaitedTypes, waitOf } from './work-wait.ts';

/** Ends the waits that what has happened to customers ends. */
export async function wake(
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
