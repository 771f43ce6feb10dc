import type { CustomerEvent, Wait } from '../plugin/index.ts';
import type { Chosen, Subscribed, Transaction } from '../store/index.ts';
import { describeError } from './attempt.ts';
import { finishMoves } from './finish.ts';
import { isStill } from './life/stand-still.ts';
import type { Parts } from './parts.ts';
import type { Station } from './station.ts';
import { portIndex, settingsIn } from './station.ts';
import { awaitedTypes, endedBy, waitOf } from './wait-of.ts';

interface Told {
  customer: number;
  event: CustomerEvent;
}

/**
 * Ends the waits that what has happened to customers ends. Events that are told of together are taken in the order of their
 * own time, and those of one instant in the order in which they came; whoever has been woken by one is not waiting any more
 * for the next. A wait whose time is up by the engine's clock has ended by itself, even if nobody has moved it on yet. In a
 * loop that is paused who is woken stays where it is, and leaves by the port of its waking when the loop goes on.
 */
export async function wake(parts: Parts, tx: Transaction, events: readonly Told[], now: number): Promise<void> {
  if (events.length === 0) return;
  // Whoever is beginning to wait in another transaction waits when this has its turn, or sees the event when that has.
  await parts.store.lockCustomers(tx, [...new Set(events.map(({ customer }) => customer))]);
  const pairs = new Map(
    events.map(({ customer, event }) => [`${customer} ${event.type}`, [customer, event.type] as const]),
  );
  const waiting = Map.groupBy(
    await parts.store.findSubscriptions(tx, [...pairs.values()]),
    ({ customer, event }) => `${customer} ${event}`,
  );
  if (waiting.size === 0) return;
  const waits = new Waits(parts, now);
  const woken = new Map<Station, Chosen[]>();
  const awake = new Set<string>();
  for (const { customer, event } of events.toSorted((a, b) => a.event.time - b.event.time))
    for (const each of waiting.get(`${customer} ${event.type}`) ?? []) {
      const who = `${customer} ${each.n}`;
      const station = parts.stations.byRef(each.node);
      if (!station || each.due <= now || awake.has(who)) continue;
      const wait = waits.of(station, each.turn);
      const port = wait && endedBy(wait, event, { key: each.key, now });
      if (!wait || port === undefined || (await isLate(parts, tx, wait, each, event))) continue;
      awake.add(who);
      const rows = woken.get(station) ?? [];
      rows.push([each.due, customer, each.n, portIndex(station, port)]);
      woken.set(station, rows);
    }
  for (const [station, rows] of woken) {
    await parts.store.fillChosen(tx, station.ref, rows);
    const awaited = waits.awaitedAt(station);
    if (await isStill(parts, tx, station.version))
      await parts.store.markWoken(tx, { node: station.ref, now, events: awaited });
    else await finishMoves(parts, tx, station, { now, inOrder: false, events: awaited });
  }
}

/** Whether an event happened before the moment that the wait counts from, and the wait ignores such. */
async function isLate(parts: Parts, tx: Transaction, wait: Wait, who: Subscribed, event: CustomerEvent) {
  if (wait.late !== 'ignored') return false;
  const { since = 'arrival' } = wait;
  if (since === 'arrival') return event.time < who.since;
  return event.time < (since === 'entry' ? who.enteredAt : await parts.store.turnBegan(tx, who));
}

/** What stations wait for, each asked once. A node type that cannot say it wakes nobody, and lets the event come in. */
class Waits {
  readonly #parts: Parts;
  readonly #now: number;
  readonly #known = new Map<unknown, Wait | undefined>();

  constructor(parts: Parts, now: number) {
    this.#parts = parts;
    this.#now = now;
  }

  of(station: Station, turn: number): Wait | undefined {
    return this.#in(station, settingsIn(station, turn));
  }

  awaitedAt(station: Station): string[] {
    return awaitedTypes(station.eras.flatMap(({ settings }) => this.#in(station, settings) ?? []));
  }

  #in(station: Station, settings: unknown): Wait | undefined {
    // Settings are an object of their own for every station and era.
    if (this.#known.has(settings)) return this.#known.get(settings);
    let wait: Wait | undefined;
    try {
      wait = waitOf(this.#parts, station, settings, this.#now);
    } catch (error) {
      const where = { loop: station.version.loop.id, node: station.node.id };
      this.#parts.log.warn('a wait cannot say what it waits for', { ...where, error: describeError(error) });
    }
    this.#known.set(settings, wait);
    return wait;
  }
}
