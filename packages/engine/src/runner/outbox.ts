import type { ChannelType } from '../plugin/index.ts';
import { claimMessages } from './claim-messages.ts';
import { Lane } from './lane.ts';
import type { MessageRef } from '../store/index.ts';
import type { Parts } from './parts.ts';
import { recoverMessages } from './recover-messages.ts';
import { settleMessages } from './settle-messages.ts';
import type { Station } from './station.ts';

/** How often other workers' messages are looked after, in milliseconds of the clock. */
const recoverEvery = 10_000;
/** How many messages one call takes out of the outbox at most, so that whoever waits for it can do something else. */
const longestDrain = 2_000;

interface Done {
  claimed: number;
  settled: number;
}

/**
 * What leaves the house. A message is marked as on its way in one transaction, sent, and what became of it is written down
 * in another, with the move of its customer. In between only this object knows of it: what dies with it is found by the mark.
 */
export class Outbox {
  readonly #parts: Parts;
  readonly #lanes = new Map<string, Lane>();
  #last: Promise<unknown> = Promise.resolve();
  #told = Promise.withResolvers<void>();
  #recoverAt = Number.NEGATIVE_INFINITY;
  /** A claim was asked for and its answer was lost: there may be messages that this process holds and does not know of. */
  #isInDoubt = false;
  #isStopped = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Settles what was on its way when other processes died. To be asked before anything is sent. How many messages. */
  async recover(strangers = true): Promise<number> {
    const { db, store, clock, worker } = this.#parts;
    this.#recoverAt = clock.now() + recoverEvery;
    const sending = await db.read((tx) => store.sendingWorkers(tx));
    // Alone on a database, this process has just begun, and whoever sent before it is gone.
    const now = clock.now();
    const dead =
      db.shared && sending.some((id) => id !== worker.id)
        ? await db.write((tx) => store.deadWorkers(tx, sending, { now, self: worker.id, strangers }), 'start')
        : db.shared
          ? []
          : sending;
    return recoverMessages(this.#parts, { workers: dead, now: clock.now() });
  }

  /**
   * Writes down what is known, claims what may go and begins to send it, without waiting for what becomes of it. How many
   * messages were dealt with. One pass at a time: a second call waits for the first.
   */
  async pass(): Promise<number> {
    const { claimed, settled } = await this.#inTurn(() => this.#pass());
    return claimed || settled;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Sends what is due and waits for what becomes of it. How many messages were dealt with. */
  async drain(): Promise<number> {
    for (let claimed = 0, settled = 0; ; ) {
      const told = this.progress();
      const done = await this.#inTurn(() => (claimed < longestDrain ? this.#pass() : this.#finish()));
      claimed += done.claimed;
      settled += done.settled;
      if (this.#isIdle) return claimed || settled;
      await told;
    }
  }

  /** Settles when there is something to do for it: outcomes to write down, or hands that are free. */
  progress(): Promise<void> {
    return [...this.#lanes.values()].some((lane) => lane.wantsAttention) ? Promise.resolve() : this.#told.promise;
  }

  /** Claims nothing more, gives back what has not been begun, and waits for what has. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#last;
    for (const lane of this.#lanes.values()) lane.release(this.#parts.clock.now());
    for (;;) {
      const told = this.progress();
      await this.pass();
      if (this.#isIdle) return;
      await told;
    }
  }

  /** When the next message may go, now while some are under way; undefined when none is queued. */
  async nextDue(): Promise<number | undefined> {
    const { db, store, clock } = this.#parts;
    if (!this.#isIdle) return clock.now();
    const stations = new Map([...this.#stations().values()].flat().map((station) => [station.ref, station]));
    if (stations.size === 0) return undefined;
    const due = await db.read((tx) => store.nextMail(tx, [...stations.keys()]));
    const now = clock.now();
    const starts = due.map(({ node, due }) =>
      Math.max(due, this.#lanes.get((stations.get(node) as Station).node.type.type)?.restsUntil(now) ?? 0),
    );
    return starts.length === 0 ? undefined : Math.min(...starts);
  }

  get #isIdle(): boolean {
    return [...this.#lanes.values()].every((lane) => lane.isIdle);
  }

  /** The channel nodes that may send, by type. Paused loops send nothing: their messages wait. */
  #stations(): Map<string, Station[]> {
    const byType = new Map<string, Station[]>();
    for (const version of this.#parts.stations.all()) {
      if (version.paused) continue;
      for (const station of version.stations.values()) {
        if (station.node.type.contract !== 'channel') continue;
        const { type } = station.node.type;
        const some = byType.get(type);
        if (some) some.push(station);
        else byType.set(type, [station]);
      }
    }
    return byType;
  }

  #lane(type: ChannelType): Lane {
    let lane = this.#lanes.get(type.type);
    if (!lane) {
      lane = new Lane(this.#parts, type, () => {
        const told = this.#told;
        this.#told = Promise.withResolvers();
        told.resolve();
      });
      this.#lanes.set(type.type, lane);
    }
    return lane;
  }

  async #pass(): Promise<Done> {
    for (const lane of this.#lanes.values()) lane.hasMore = false;
    const settled = await this.#settle();
    const recovered = await this.#lookAfter();
    if (this.#isStopped) return { claimed: recovered, settled };
    const { db, store, clock } = this.#parts;
    const byType = this.#stations();
    const refs = [...byType.values()].flat().map(({ ref }) => ref);
    const waiting = new Set(await db.read((tx) => store.nodesWithMail(tx, refs, clock.now())));
    let claimed = 0;
    let problem: unknown;
    for (const stations of byType.values())
      try {
        claimed += await this.#claim(stations.filter(({ ref }) => waiting.has(ref)));
      } catch (error) {
        // One channel that cannot go on does not hold up the others.
        problem ??= error;
      }
    if (problem !== undefined) throw problem;
    return { claimed: claimed + recovered, settled };
  }

  async #claim(stations: readonly Station[]): Promise<number> {
    const [some] = stations;
    const now = this.#parts.clock.now();
    if (!some) return 0;
    const lane = this.#lane(some.node.type as ChannelType);
    if (lane.restsUntil(now) > now) return 0;
    const transport = lane.open(now);
    if (!transport) return 0;
    if (lane.room <= 0) {
      lane.hasMore = true;
      return 0;
    }
    try {
      const claim = await claimMessages(this.#parts, lane.type, stations, {
        limit: lane.room,
        now,
        rotation: lane.rotation++,
      });
      if (claim.restsUntil !== undefined) lane.rest(now, claim.restsUntil);
      lane.hasMore = claim.isFull;
      lane.start(claim.send, transport);
      return claim.touched;
    } catch (error) {
      this.#isInDoubt = true;
      throw error;
    }
  }

  /** Writes down what became of messages. What cannot be written now is kept for the next time. */
  async #settle(): Promise<number> {
    const lanes = [...this.#lanes.values()];
    const results = lanes.map((lane) => lane.results.splice(0));
    try {
      await settleMessages(this.#parts, results.flat(), this.#parts.clock.now());
    } catch (error) {
      for (const [i, lane] of lanes.entries()) lane.results.unshift(...(results[i] ?? []));
      throw error;
    }
    for (const [i, lane] of lanes.entries()) lane.forget(results[i] ?? []);
    return results.flat().length;
  }

  /** Lets come home what is under way, and claims nothing more. */
  async #finish(): Promise<Done> {
    for (const lane of this.#lanes.values()) lane.hasMore = false;
    return { claimed: 0, settled: await this.#settle() };
  }

  /** Messages that nobody sends although they are marked: of workers that have died, and of a claim whose answer was lost. */
  async #lookAfter(): Promise<number> {
    const { db, clock, worker } = this.#parts;
    const now = clock.now();
    let recovered = 0;
    if (this.#isInDoubt) {
      const lanes = [...this.#lanes.values()];
      const isHeld = (message: MessageRef) => lanes.some((lane) => lane.holds(message));
      recovered += await recoverMessages(this.#parts, { workers: [worker.id], now, isHeld });
      this.#isInDoubt = false;
    }
    // Not later than that, and not never when the clock is put back.
    if (db.shared && (now >= this.#recoverAt || this.#recoverAt - now > recoverEvery))
      recovered += await this.recover(false);
    return recovered;
  }
}
