import { dirname } from 'node:path';
import type { Loop } from '../../loop/index.ts';
import type { Log, Registry } from '../../plugin/index.ts';
import type { ClockReading, IncomingEvent, Retention, SourceProgress } from '../../runner/index.ts';
import { AcceleratedClock, createTransports, liveClock } from '../../runner/index.ts';
import type { IngestedRecord } from '../../server/index.ts';
import type { Database, IntakeState, NewIntake } from '../../store/index.ts';
import {
  createDraft,
  intakeState,
  keepCheckpointed,
  readMeta,
  saveDraft,
  syncTraitIndexes,
  writeMeta,
  writePolicy,
} from '../../store/index.ts';
import { makeEngine } from '../make-engine.ts';
import { listWriter } from '../ports/lists.ts';
import { schemaWriter } from '../ports/schema.ts';
import { segmentWriter } from '../ports/segments.ts';
import { typologyWriter } from '../ports/typologies.ts';
import { hookWriter } from '../ports/hooks.ts';
import { tokenWriter } from '../ports/tokens.ts';
import { heedRefusals } from './heed-refusals.ts';
import { letOthersIn } from './let-others-in.ts';
import { keepPolled } from './keep-polled.ts';
import { identityMethods } from './identity-methods.ts';
import { keepPruned } from './keep-pruned.ts';
import { lifeMethods } from './life-methods.ts';
import { permissionMethods } from './permission-methods.ts';
import { personMethods } from './person-methods.ts';
import type { ImportSummary } from './import-file.ts';
import { importFile } from './import-file.ts';
import { importJobs } from './import-jobs.ts';

/** How the engine's clock runs. An accelerated one goes on where the database says it had come to; `held`, it waits to be let go. */
export type ClockSpec = { mode: 'live' } | { mode: 'accelerated'; speed: number; start: number; held: boolean };

export interface HostOptions {
  db: Database;
  registry: Registry;
  clock: ClockSpec;
  /** Configuration of the channels that may reach the world. */
  deliver: Record<string, unknown>;
  /** Where channels may write. */
  folder: string;
  /** Time zone of schedules, and of customers who have none of their own. */
  zone: string;
  /** Where people reach this installation. */
  publicURL?: string | undefined;
  /** Lets people in, publishes and intervenes for a server, and makes no step itself: other engines on the same database do. */
  idle?: boolean;
  /** How long what is over is kept. */
  retention: Retention;
  /** Databases that sources may read, by name. */
  connections?: Readonly<Record<string, string>>;
  log: Log;
}

/** How long the engine sleeps at most when nothing is due, in real milliseconds: an event wakes it at once. */
const longestSleep = 250;
/** How often an engine that has always something to do makes customers searchable, in real milliseconds. */
const indexEvery = 500;
/** How often an accelerated clock is written down, in real milliseconds. */
const saveClockEvery = 1_000;

/**
 * The live engine as the server's thread sees it: every write of the installation goes through here, so that there is one
 * writer. Steps and deliveries run side by side for as long as it lives.
 */
export async function createEngineHost({
  db: database,
  registry,
  clock: spec,
  deliver,
  folder,
  zone,
  publicURL,
  retention,
  connections = {},
  idle = false,
  log,
}: HostOptions) {
  const { db, expectWilling } = heedRefusals(letOthersIn(database), () => Date.now());
  const stored = await db.read((tx) => readMeta(tx, 'clock'));
  const accelerated =
    spec.mode === 'live'
      ? undefined
      : new AcceleratedClock(Math.max(Number(stored ?? 0), spec.start), spec.speed, () => Date.now(), spec.held);
  const clock = accelerated ?? liveClock();
  const transports = createTransports({ registry, log, folder, deliver });
  const engine = await makeEngine({
    db,
    registry,
    clock,
    transports,
    log,
    connections,
    publicURL,
    // A report is fresh within a minute of real time, however fast the clock runs.
    limits: { reportAfter: spec.mode === 'live' ? 60_000 : 43_200_000, zone },
  });

  // One whose making was interrupted is made now.
  if (!idle) await syncTraitIndexes(db);

  const checkpoints = database.shared ? undefined : keepCheckpointed(database.url);
  const stopping = new AbortController();
  const { signal } = stopping;
  let wake = () => {};
  const rest = async () => {
    // Messages have a loop of their own.
    const due = await engine.nextDue({ messages: false });
    const untilDue = due === undefined ? longestSleep : (due - clock.now()) / clock.speed;
    await new Promise<void>((resolve) => {
      wake = resolve;
      setTimeout(resolve, Math.min(longestSleep, Math.max(1, untilDue)));
    });
  };
  const forever = async (pass: () => Promise<number>, idle: () => Promise<void>, always = false) => {
    while (!signal.aborted)
      try {
        const done = await pass();
        // Calls of the other thread come in between two passes.
        await new Promise<void>((resolve) => setImmediate(resolve));
        if ((done === 0 || always) && !signal.aborted) await idle();
      } catch (error) {
        log.warn('the engine could not go on, and tries again', {
          error: error instanceof Error ? (error.stack ?? error.message) : String(error),
        });
        await new Promise((resolve) => setTimeout(resolve, 1_000));
      }
  };
  // What is due goes before; an engine that is never idle gives the search its turn now and then.
  let indexedAt = 0;
  const pass = async (): Promise<number> => {
    const done = await engine.work();
    const isBusy = done > 0 || (await db.read((tx) => intakeState(tx))).rows > 0;
    if (isBusy && performance.now() - indexedAt < indexEvery) return done;
    indexedAt = performance.now();
    return done + (await engine.index());
  };
  const pause = () => new Promise<void>((resolve) => setTimeout(resolve, longestSleep));
  const working = idle ? forever(() => engine.refresh().then(() => 0), pause) : forever(pass, rest);
  const delivering = idle
    ? undefined
    : forever(
        () => engine.send(),
        // Outcomes come in one by one, and are written down together.
        () => Promise.race([engine.deliveries(), new Promise<void>((resolve) => setTimeout(resolve, 40))]),
        true,
      );
  // What clients send is worked in beside the steps of loops, a few milliseconds in turn.
  let accepted = true;
  let endWait = () => {};
  const wakeIntake = () => {
    accepted = true;
    endWait();
  };
  const takingIn = idle
    ? undefined
    : forever(
        async () => {
          accepted = false;
          const calls = await engine.workIntake();
          if (calls > 0) wake();
          return calls;
        },
        async () => {
          // Another engine on the same database may have accepted what nobody told this one of.
          if (!accepted)
            await new Promise<void>((resolve) => {
              endWait = resolve;
              setTimeout(resolve, longestSleep);
            });
        },
      );
  const permission = permissionMethods(engine, () => wake());
  // One by one and beside the outbox, which does not wait for them.
  const asking = idle
    ? undefined
    : forever(
        () => permission.send(),
        () => permission.rest(),
      );
  const polling = idle ? undefined : keepPolled(engine, { signal, folder, log, onRead: () => wake() });
  const pruning = idle ? undefined : keepPruned(() => engine.life.prune(retention), signal, log);
  const saving =
    spec.mode === 'live'
      ? undefined
      : setInterval(
          () => void db.write((tx) => writeMeta(tx, 'clock', String(clock.now()))).catch(() => undefined),
          saveClockEvery,
        );

  const methods = {
    /** The clock as the other thread can run it too. */
    clock: async () => ({ mode: clock.mode, speed: clock.speed, reading: accelerated?.reading() }),
    /** Lets an accelerated clock stand still, or go on. */
    holdClock: async (held: boolean): Promise<ClockReading | undefined> => accelerated?.hold(held),
    /** Settles once nothing is due. With a clock that is held, that is when all has been worked off. */
    settled: async (): Promise<void> => {
      while (!signal.aborted && ((await engine.nextDue()) ?? Infinity) <= clock.now())
        await new Promise((resolve) => setTimeout(resolve, 50));
    },

    publish: async (loop: Loop, actor?: string): Promise<{ version: number }> => {
      const { number } = await engine.publish(loop, actor);
      wake();
      return { version: number };
    },

    createDraft: (draft: { id: string; name: string; draft: string }): Promise<boolean> =>
      db.write((tx) => createDraft(tx, { ...draft, now: clock.now() })),
    saveDraft: (draft: { id: string; name: string; draft: string; revision: number }): Promise<boolean> =>
      db.write((tx) => saveDraft(tx, { ...draft, now: clock.now() })),
    removeLoop: (id: string): Promise<boolean> => engine.remove(id),

    record: async (events: readonly IncomingEvent[]): Promise<void> => {
      await engine.record(events);
      wake();
    },
    acceptRequests: async (requests: readonly NewIntake[]): Promise<IntakeState> => {
      const state = await engine.accept(requests);
      wakeIntake();
      return state;
    },
    retryAside: async (ids?: readonly number[]): Promise<number> => {
      const retried = await engine.retryAside(ids);
      wakeIntake();
      return retried;
    },
    discardAside: (ids: readonly number[]): Promise<number> => engine.discardAside(ids),
    ingest: async (records: readonly IngestedRecord[]): Promise<void> => {
      await engine.ingest(records, 'ingestion');
      wake();
    },

    /** Reads the sources of a loop's newest version to their ends. */
    readSources: async (loop: string, sourceFolder: string): Promise<SourceProgress[]> => {
      const version = engine.newest(loop);
      if (!version) throw new Error(`expected the loop ${loop} to be published`);
      const told: SourceProgress[] = [];
      for (const entry of version.compiled.entries)
        told.push(await engine.readSource(version, entry, { folder: sourceFolder, signal, onProgress: wake }));
      wake();
      return told;
    },

    ...importJobs({ engine, db, registry, log, now: () => clock.now() }, () => wake()),

    /** Brings a file on disk into the customer base; with a loop, its customers enter there. */
    importFile: async (
      file: string,
      options: { name: string; key?: string; loop?: string },
    ): Promise<ImportSummary> => {
      const summary = await importFile({ engine, db, registry, log, now: () => clock.now() }, file, {
        ...options,
        folder: dirname(file),
      });
      wake();
      return summary;
    },

    addWriteKey: async (key: { digest: string; name: string }): Promise<{ createdAt: number }> => {
      const createdAt = clock.now();
      await db.write((tx) =>
        tx.run('INSERT INTO write_key (digest, name, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING', [
          key.digest,
          key.name,
          createdAt,
        ]),
      );
      return { createdAt };
    },

    ...tokenWriter(db),
    ...hookWriter(db),
    ...segmentWriter(engine, () => wake()),
    ...typologyWriter(engine, () => wake()),
    ...listWriter(engine, () => wake()),
    ...schemaWriter(
      db,
      () => clock.now(),
      () => wake(),
    ),
    ...lifeMethods(engine, () => wake()),
    ...permission.methods,
    ...identityMethods({ db, engine, now: () => clock.now(), wake: () => wake() }),
    ...personMethods({ db, engine, folder, now: () => clock.now(), wake: () => wake() }),

    writePolicy: (policy: string, actor: string): Promise<void> =>
      db.write((tx) => writePolicy(tx, { policy, actor, now: clock.now() }), 'life'),

    readMeta: (name: string): Promise<string | undefined> => db.read((tx) => readMeta(tx, name)),
    writeMeta: (name: string, value: string): Promise<void> => db.write((tx) => writeMeta(tx, name, value)),

    /** Rejects while the database refuses to write. */
    ping: async (): Promise<void> => expectWilling(),

    stop: async (): Promise<void> => {
      stopping.abort();
      wake();
      wakeIntake();
      permission.wake();
      clearInterval(saving);
      await Promise.all([working, delivering, takingIn, asking, polling, pruning]);
      await engine.stopSending();
      if (spec.mode !== 'live') await db.write((tx) => writeMeta(tx, 'clock', String(clock.now())));
      await transports.close();
      await checkpoints?.stop();
      await db.close();
    },
  };
  return methods;
}

export type EngineHost = Awaited<ReturnType<typeof createEngineHost>>;
