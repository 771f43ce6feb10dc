import { createHash } from 'node:crypto';
import type { Loop } from '../loop/index.ts';
import { LoopError } from '../loop/index.ts';
import { compile } from '../machine/index.ts';
import type { Merged, Unmerged } from '../customers/index.ts';
import type { Merge, Patch } from '../plugin/index.ts';
import type { RuleGroup } from '../rule/index.ts';
import type { IntakeState, NewIntake } from '../store/index.ts';
import { StoreError } from '../store/index.ts';
import { describeError } from './attempt.ts';
import { rememberPaths } from '../store/paths.ts';
import type { IncomingEvent } from './intake.ts';
import { enter, keyless } from './enter.ts';
import type { IngestRecord } from './ingest.ts';
import { ingest } from './ingest.ts';
import { record } from './intake.ts';
import type { ReadRequest } from './intake-drain.ts';
import { IntakeDrain } from './intake-drain.ts';
import { Interventions } from './life/interventions.ts';
import { Lives } from './life/lives.ts';
import { changeLife } from './life/change-life.ts';
import { mergeAndFollow, unmerge } from './merge.ts';
import { unlessStill } from './life/stand-still.ts';
import { endsOf } from './fused-run.ts';
import { Lists } from './edit-lists.ts';
import type { SegmentDraft } from './edit-segments.ts';
import { removeSegment, saveSegment } from './edit-segments.ts';
import type { TypologyDraft } from './edit-typologies.ts';
import { removeTypology, saveTypology } from './edit-typologies.ts';
import type { PartiesEntry } from './enter-parties.ts';
import { enterParties } from './enter-parties.ts';
import { nextFiring, noteFirings, workSchedules } from './schedule.ts';
import { fillWatched, nextSegmentWork, workSegments } from './work-segments.ts';
import { Outbox } from './outbox.ts';
import type { Erased } from './erase-person.ts';
import { erasePerson } from './erase-person.ts';
import { patchCustomers } from './patch-customers.ts';
import type { Redrive } from './redrive.ts';
import { redrive } from './redrive.ts';
import type { Parts } from './parts.ts';
import { PermissionDesk } from './permission/desk.ts';
import type { ReadOptions, SourceProgress } from './read-source.ts';
import { readSource } from './read-source.ts';
import type { RunningVersion, Station } from './station.ts';
import { toRunning } from './station.ts';
import { workChannel } from './work-channel.ts';
import { workReport } from './work-report.ts';
import { workPassage, workRouter } from './work-router.ts';
import { workWait } from './work-wait.ts';
import { workWriter } from './work-writer.ts';

/** What an engine is made of; what it needs of itself (stations, segments) it adds. Alone unless told which worker it is. */
export type EngineParts = Omit<Parts, 'stations' | 'segments' | 'worker'> & {
  worker?: Parts['worker'];
  /** How requests that were accepted are read, and a stopwatch by which they are worked in a few milliseconds at a time. */
  intake?: { read: ReadRequest; stopwatch: () => number };
};

/**
 * The runner of all published loops of one database. It has no timers of its own: whoever holds it asks it to `work` and to
 * `deliver`, on a live clock for ever, on a virtual one until nothing is due. Both may run at the same time, and events may
 * come in between: every change is one transaction that checks who still stands where.
 */
export class Engine {
  readonly #parts: Parts;
  readonly #versions = new Map<number, RunningVersion>();
  readonly #byRef = new Map<number, Station>();
  readonly #outbox: Outbox;
  readonly #intake: IntakeDrain | undefined;
  /** What people do to running loops: pause, resume, migrate, cancel and the like. */
  readonly life: Interventions;
  /** Customers whom somebody names one by one. */
  readonly lists: Lists;
  /** What people decide about what they are sent, and what is reported of addresses. */
  readonly permission: PermissionDesk;
  readonly #lives = new Lives();
  #segments: ReadonlyMap<string, RuleGroup> = new Map();
  /** Why a node could not go on in this pass. */
  #problem: unknown;
  #revision = '';

  constructor({ intake, ...parts }: EngineParts) {
    this.#parts = {
      ...parts,
      db: rememberPaths(parts.db),
      worker: parts.worker ?? { id: 0, slot: 0 },
      stations: {
        byRef: (ref) => this.#byRef.get(ref),
        all: () => [...this.#versions.values()],
        newest: () =>
          [...new Map([...this.#versions.values()].map((version) => [version.loop.id, version])).values()].filter(
            (version) => !version.closed,
          ),
      },
      segments: () => this.#segments,
    };
    this.#outbox = new Outbox(this.#parts);
    this.permission = new PermissionDesk(this.#parts);
    this.#intake = intake && new IntakeDrain(this.#parts, intake);
    this.lists = new Lists(this.#parts);
    this.life = new Interventions(this.#parts, this.#lives, () => this.#follow());
  }

  /** Loads what is published, and settles what was on its way when the last process died. */
  async start(): Promise<void> {
    const { db, store } = this.#parts;
    await db.write((tx) => store.createMoved(tx), 'start');
    await this.#load();
    const { clock, limits } = this.#parts;
    await db.write(
      (tx) => store.releaseRested(tx, { nodes: [...this.#byRef.keys()], turns: limits.turns, now: clock.now() }),
      'start',
    );
    await this.#outbox.recover();
  }

  /** Loads anew what other engines of a shared database have changed: versions, lives of loops, learnings, segments. */
  async refresh(): Promise<void> {
    const { db, store } = this.#parts;
    if (db.shared && (await db.read((tx) => store.readRevision(tx))) !== this.#revision) await this.#load();
  }

  async #load(): Promise<void> {
    const { db, store, registry, log } = this.#parts;
    // Asked first: what changes while this loads is loaded the next time.
    const revision = db.shared ? await db.read((tx) => store.readRevision(tx)) : '';
    const versions = await db.read((tx) => store.loadVersions(tx));
    const refs = versions.flatMap((version) => [...version.refs.values()]);
    const learnings = await db.read((tx) => store.loadLearnings(tx, refs));
    this.#segments = await db.read((tx) => store.loadSegments(tx));
    this.#lives.read(await db.read((tx) => store.loopStates(tx)));
    this.#versions.clear();
    this.#byRef.clear();
    for (const version of versions)
      try {
        const running = toRunning(version, registry, learnings, this.#lives.of(version.loop));
        this.#versions.set(version.id, running);
        for (const station of running.stations.values()) this.#byRef.set(station.ref, station);
      } catch (error) {
        // A plugin is gone: its loop stands still with everybody in place, and the others go on.
        if (!(error instanceof LoopError)) throw error;
        log.warn('a published loop cannot run', { loop: version.loop, version: version.number, error: error.message });
      }
    this.#revision = revision;
  }

  /**
   * Publishes a loop as a new immutable version, unless its newest is the same. Moves nobody. One that was never published
   * runs from now on, one that was archived is back; one that is paused stays so.
   */
  async publish(loop: Loop, actor = 'engine'): Promise<RunningVersion> {
    const { db, store, registry, clock } = this.#parts;
    const segments = await db.read((tx) => store.loadSegments(tx));
    compile(loop, registry, { segments: new Set(segments.keys()) });
    const document = JSON.stringify(loop);
    await noteFirings(this.#parts, clock.now());
    const version = await db.write(async (tx) => {
      const now = clock.now();
      await store.ensureLoop(tx, { loop: loop.id, name: loop.name, document, now });
      const newest = (await store.loadVersions(tx, loop.id)).at(-1);
      const published = await store.publishVersion(tx, {
        loop: loop.id,
        document,
        digest: createHash('sha256').update(document).digest('hex'),
        nodes: loop.nodes.map((node) => node.id),
        now,
      });
      const isNew = newest?.id !== published.id;
      if (isNew || this.#lives.of(loop.id).closed)
        await changeLife(this.#parts, tx, {
          loop: loop.id,
          event: 'publish',
          actor,
          detail: { version: published.number },
        });
      return published;
    }, 'publish');
    await this.#load();
    await fillWatched(this.#parts, clock.now());
    return this.#versions.get(version.id) as RunningVersion;
  }

  /** Reads anew what is published, and what segments and schedules follow from it. */
  async #follow(): Promise<void> {
    const { clock } = this.#parts;
    await this.#load();
    await noteFirings(this.#parts, clock.now());
    await fillWatched(this.#parts, clock.now());
  }

  /** Takes a loop away with its versions, so that nobody enters it any more. False if somebody has ever been in it: then it stays. */
  async remove(loop: string): Promise<boolean> {
    const { db, store } = this.#parts;
    const removed = await db.write((tx) => store.deleteDraft(tx, loop), 'publish');
    if (removed) await this.#load();
    return removed;
  }

  /** Saves a named segment, new or changed. Throws a SegmentError when its rule is not sound. */
  async saveSegment(segment: SegmentDraft): Promise<void> {
    await saveSegment(this.#parts, segment);
    await this.#load();
  }

  /** Deletes a named segment. False if there is none; throws a SegmentError when it is in use. */
  async removeSegment(id: string): Promise<boolean> {
    const removed = await removeSegment(this.#parts, id);
    if (removed) await this.#load();
    return removed;
  }

  /** Saves a typology with its groups as segments. Throws a SegmentError for a group that is not sound or cannot go. */
  async saveTypology(typology: TypologyDraft): Promise<void> {
    await saveTypology(this.#parts, typology);
    await this.#load();
  }

  removeTypology(id: string): Promise<boolean> {
    return removeTypology(this.#parts, id);
  }

  /** Merges customers with all that they are in. Who was, in the end. */
  async merge(merges: readonly Merge[], actor: string): Promise<Merged[]> {
    await this.refresh();
    const now = this.#parts.clock.now();
    return this.#parts.db.write((tx) => mergeAndFollow(this.#parts, tx, merges, { now, actor }), 'life');
  }

  /** Makes two of one again; who they are, and what could not be given back. */
  async unmerge(customer: number, actor: string): Promise<Unmerged> {
    await this.refresh();
    const now = this.#parts.clock.now();
    return this.#parts.db.write((tx) => unmerge(this.#parts, tx, customer, { now, actor }), 'life');
  }

  /** The newest published version of a loop. */
  newest(loop: string): RunningVersion | undefined {
    return this.#parts.stations.newest().find((version) => version.loop.id === loop);
  }

  /** Lets customers enter a version at one of its entries, the first unless told. How many entered. */
  async enter(
    version: RunningVersion,
    customers: readonly number[],
    node = version.compiled.entries[0],
  ): Promise<number> {
    const station = this.#entry(version, node);
    return this.#parts.db.write(
      (tx) => enter(this.#parts, tx, station, keyless(customers), this.#parts.clock.now()),
      'enter',
    );
  }

  /** Lets parties into the newest version of a loop whom another system names. How many entered. */
  async enterParties(loop: string, entry: PartiesEntry, source: string): Promise<number> {
    await this.refresh();
    const version = this.newest(loop);
    if (!version) throw new Error(`expected the loop ${loop} to be published`);
    return enterParties(this.#parts, version, entry, source);
  }

  /** Stores events of parties, wakes who waits for them, lets those in whom they let in. On disk when the promise resolves. */
  async record(events: readonly IncomingEvent[]): Promise<{ customer: number | undefined; isNew: boolean }[]> {
    // What is told of may be waited for in a loop that another engine has just published.
    await this.refresh();
    return this.#parts.db.write((tx) => record(this.#parts, tx, events, this.#parts.clock.now()), 'record');
  }

  /** Takes in what a tracking client or another system tells: who parties are, and what happened to them. One transaction. */
  async ingest(records: readonly IngestRecord[], source: string): Promise<void> {
    const parts = this.#parts;
    await this.refresh();
    await parts.db.write((tx) => ingest(parts, tx, records, { now: parts.clock.now(), source }), 'ingest');
  }

  /** Takes in what people have found out about customers. What was refused, in words. */
  async patch(patches: readonly Patch[], source: string): Promise<string[]> {
    await this.refresh();
    return patchCustomers(this.#parts, patches, source);
  }

  /** Keeps requests of clients until they are worked in: on disk when the promise resolves. What lies there then. */
  accept(requests: readonly NewIntake[]): Promise<IntakeState> {
    const { db, store } = this.#parts;
    return db.write(async (tx) => {
      await store.appendIntake(tx, requests);
      return store.intakeState(tx);
    }, 'accept');
  }

  /** Works in the oldest requests that were accepted, for some milliseconds. How many calls were dealt with. */
  async workIntake(): Promise<number> {
    await this.refresh();
    return (await this.#intake?.work()) ?? 0;
  }

  /** Accepts calls that were set aside once more, all of them unless told which. How many. */
  retryAside(ids?: readonly number[]): Promise<number> {
    const { db, store } = this.#parts;
    return db.write(async (tx) => {
      const taken = await store.takeAside(tx, ids);
      return store.appendIntake(
        tx,
        taken.map(({ receivedAt, kind, body }) => ({ receivedAt, kind, calls: 1, body })),
      );
    }, 'accept');
  }

  /** Forgets calls that were set aside. How many. */
  discardAside(ids: readonly number[]): Promise<number> {
    const { db, store } = this.#parts;
    return db.write(async (tx) => (await store.takeAside(tx, ids)).length, 'accept');
  }

  /** Brings customers who are new or have changed to where they are searched for, some at a time. How many. */
  index(): Promise<number> {
    const { db, customers } = this.#parts;
    return db.write((tx) => customers.indexCustomers(tx), 'record');
  }

  /** Erases a person, or counts what would be taken away. Undefined where there is no such customer. */
  async erase(customer: number, options: { dryRun: boolean }, actor: string): Promise<Erased | undefined> {
    await this.refresh();
    // What has been accepted and not worked in may tell of them too.
    if (!options.dryRun) while (((await this.#intake?.work()) ?? 0) > 0);
    return erasePerson(this.#parts, customer, options, actor);
  }

  /** Reads a source at one of a version's entries to its end: the entry's own, or another type's in its place. */
  /** The entries whose sources go on for ever and are to be read on so often, in milliseconds; those of loops that stand still are not. */
  polling(): { version: RunningVersion; entry: string; ref: number; every: number }[] {
    return this.#parts.stations.newest().flatMap((version) =>
      version.paused
        ? []
        : version.compiled.entries.flatMap((entry) => {
            const station = version.stations.get(entry);
            const type = station?.node.type;
            const every = type?.contract === 'source' ? type.polls?.(station?.node.settings) : undefined;
            return station && every !== undefined ? [{ version, entry, ref: station.ref, every }] : [];
          }),
    );
  }

  async readSource(version: RunningVersion, entry: string, options: ReadOptions): Promise<SourceProgress> {
    return readSource(this.#parts, this.#entry(version, entry), options);
  }

  #entry(version: RunningVersion, id: string | undefined): Station {
    const station = version.compiled.entries.includes(id ?? '') ? version.stations.get(id ?? '') : undefined;
    if (station) return station;
    throw new Error(`loop ${version.loop.id}: expected an entry (${version.compiled.entries.join(', ')}), got ${id}`);
  }

  /**
   * One pass over all nodes at which anybody is due, a chunk each, in the order that customers meet them: no loop waits for
   * another to be done. How many enrollments were dealt with.
   */
  async work(): Promise<number> {
    const { db, store, clock } = this.#parts;
    await this.refresh();
    const now = clock.now();
    this.#problem = undefined;
    let done = await workSegments(this.#parts, now);
    done += await workSchedules(this.#parts, now);
    const due = new Set(await db.read((tx) => store.nodesDue(tx, this.#walkable(), now)));
    if (due.size > 0)
      for (const version of this.#parts.stations.all())
        if (!version.paused) done += await this.#workThrough(version, due);
    if (done === 0) done += await this.#workReports();
    // While others go on, so does the engine; who is held up is tried again in the next pass.
    if (done === 0 && this.#problem !== undefined) throw this.#problem;
    return done;
  }

  /** The refs of all nodes at which steps are made. */
  #walkable(): number[] {
    return this.#parts.stations
      .all()
      .flatMap((version) => (version.paused ? [] : Array.from(version.stations.values(), ({ ref }) => ref)));
  }

  /** Those who move on in this pass are asked for at every node that they may have come to. */
  async #workThrough(version: RunningVersion, due: ReadonlySet<number>): Promise<number> {
    const { db, store } = this.#parts;
    let done = 0;
    const reached = new Set<number>();
    for (const station of version.stations.values()) {
      const { ref } = station;
      const now = this.#parts.clock.now();
      if (!due.has(ref) && !(reached.has(ref) && (await db.read((tx) => store.isDue(tx, ref, now))))) continue;
      const count = await this.#tryAt(station, now);
      done += count;
      if (count > 0) for (const end of endsOf(station)) reached.add(end);
    }
    return done;
  }

  /** A node that cannot go on does not hold up the others; a database that refuses does. */
  async #tryAt(station: Station, now: number): Promise<number> {
    try {
      return await unlessStill(
        () => this.#workAt(station, now),
        (loop) => this.#lives.stop(loop),
      );
    } catch (error) {
      if (error instanceof StoreError) throw error;
      this.#problem ??= error;
      const { loop } = station.version;
      this.#parts.log.warn('a node cannot go on', {
        loop: loop.id,
        node: station.node.id,
        error: describeError(error),
      });
      return 0;
    }
  }

  async #workAt(station: Station, now: number): Promise<number> {
    const parts = this.#parts;
    switch (station.node.type.contract) {
      case 'router':
        return workRouter(parts, station, now);
      case 'writer':
        return workWriter(parts, station, now);
      case 'channel':
        return workChannel(parts, station, now);
      case 'wait':
        return workWait(parts, station, now);
      case 'source':
      case 'report':
        return workPassage(parts, station, now);
    }
  }

  async #workReports(): Promise<number> {
    const { db, store, clock } = this.#parts;
    const now = clock.now();
    const due = await db.read((tx) => store.dueReports(tx, now));
    let learnt = false;
    for (const { node, turn } of due) {
      const station = this.#byRef.get(node);
      if (station) learnt = (await workReport(this.#parts, station, turn, now)) || learnt;
    }
    if (learnt) await this.#load();
    return due.length;
  }

  /** Works out every report that has new customers, whether its time has come or not. */
  async finishReports(): Promise<void> {
    const { db, store } = this.#parts;
    await db.write((tx) => store.hastenReports(tx, this.#parts.clock.now()), 'report');
    await this.#workReports();
  }

  /** Sends what is due from the outbox and waits for what becomes of it. How many messages were dealt with. */
  deliver(): Promise<number> {
    return this.#outbox.drain();
  }

  /** Begins to send what may go now, and writes down what has become of the rest; waits for no delivery. How many messages were dealt with. */
  send(): Promise<number> {
    return this.#outbox.pass();
  }

  /** Settles when there is something for `send` to do before anything new is due. */
  deliveries(): Promise<void> {
    return this.#outbox.progress();
  }

  /** Begins to send nothing more, and waits for what is under way. */
  stopSending(): Promise<void> {
    return this.#outbox.stop();
  }

  /** Puts messages that failed for good, or of which nobody knows, back into the outbox with their own keys. How many; with a dry run, would be. */
  redrive(loop: string, letters: Redrive, options: { dryRun: boolean }, actor = 'engine'): Promise<number> {
    return redrive(this.#parts, loop, letters, options, actor);
  }

  /**
   * When anything is to be done next; undefined when no clock brings more. `endless`: schedules that have fired before
   * count too, which always fire again, and the windows of segments that no loop watches. `messages`: those in the outbox too.
   */
  async nextDue({ endless = true, messages = true } = {}): Promise<number | undefined> {
    const parts = this.#parts;
    const firing = await nextFiring(parts);
    const due = [
      await parts.db.read((tx) => parts.store.nextDue(tx, this.#walkable())),
      messages ? await this.#outbox.nextDue() : undefined,
      await nextSegmentWork(parts, parts.clock.now(), { unwatched: endless }),
      firing && (endless || !firing.fired) ? firing.at : undefined,
    ].filter((each) => each !== undefined);
    return due.length === 0 ? undefined : Math.min(...due);
  }
}
