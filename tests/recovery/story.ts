import { appendFileSync } from 'node:fs';
import { makeEngine } from '../../packages/engine/src/cli/make-engine.ts';
import type { Loop } from '../../packages/engine/src/loop/index.ts';
import type { AnyNodeType, SourceRecord } from '../../packages/engine/src/plugin/index.ts';
import { definePlugin, Registry, source, z } from '../../packages/engine/src/plugin/index.ts';
import type { Engine } from '../../packages/engine/src/runner/index.ts';
import { createTransports, VirtualClock } from '../../packages/engine/src/runner/index.ts';
import type { Database } from '../../packages/engine/src/store/index.ts';
import { readLoopState, readMeta, writeMeta } from '../../packages/engine/src/store/index.ts';
import type { Drawn } from '../simulation/draw.ts';
import { toLoop } from '../simulation/draw.ts';
import { day, hour, simulationNodes } from '../simulation/nodes.ts';

/** Monday. */
const beginning = Date.UTC(2026, 0, 5);
const end = beginning + 7 * day;
const people = 24;
const silent = { info: () => {}, warn: () => {} };

const said = (title: string) => ({ title, description: title });
const person = (i: number): SourceRecord => ({
  identities: [{ kind: 'key', value: `c${i}` }],
  traits: { age: 20 + ((i * 7) % 50), ...(i % 9 === 0 ? {} : { email: `c${i}@example.org` }) },
});

/** What the story draws with besides the nodes of the simulation: a source with records of its own, and two more ways in. */
const waysIn: AnyNodeType[] = [
  source({
    type: 'story/file',
    stage: 'collect',
    ...said('File'),
    settings: z.object({}),
    entry: () => ({ on: 'records' }),
    async *read({ cursor }) {
      for (let from = Number(cursor ?? 0); from < people; from += 8)
        yield { records: Array.from({ length: 8 }, (_, i) => person(from + i + 1)), cursor: from + 8 };
    },
  }),
  source({
    type: 'story/nightly',
    stage: 'collect',
    ...said('Nightly'),
    settings: z.object({}),
    entry: () => ({ on: 'schedule', cron: '0 2 * * *', again: 'always' }),
  }),
];

/** Every contract, both kinds of delivery, waits by time and by event, twice round. */
const rescue: Loop = toLoop(
  'rescue',
  {
    in: ['story/file'],
    on: ['sim/on', { event: 'ping', again: 'always', key: 'cart' }],
    tidy: ['sim/stamp'],
    age: ['sim/rule', { from: 40 }],
    coin: ['sim/share', { weight: 0.4 }],
    each: ['sim/each'],
    mail: ['sim/mail'],
    hook: ['sim/hook'],
    reply: ['sim/reply', { hours: 40, event: 'answer' }],
    tell: ['sim/tell', { event: 'order' }],
    count: ['sim/count'],
    pause: ['sim/delay', { hours: 30 }],
  },
  [
    'in.entered -> tidy',
    'on.entered -> tidy',
    'tidy.done -> age',
    'age.old -> coin',
    'age.young -> each',
    'coin.a -> mail',
    'coin.b -> hook',
    'each.even -> mail',
    'each.odd -> hook',
    ...['mail', 'hook'].flatMap((node) => ['sent', 'failed', 'suppressed'].map((port) => `${node}.${port} -> reply`)),
    'reply.yes -> tell',
    'reply.other -> tell',
    'reply.timeout -> count',
    'tell.done -> count',
    'count.done -> pause',
    'pause.done -> tidy',
  ],
);
/** More routers in a row than are passed in one move. */
const forks = Array.from({ length: 10 }, (_, i) => `fork${i}`);
const nightly: Loop = toLoop(
  'nightly',
  {
    night: ['story/nightly'],
    ...Object.fromEntries(forks.map((fork, i): [string, Drawn] => [fork, ['sim/rule', { from: 20 + 5 * i }]])),
    rest: ['sim/delay', { hours: 3 }],
    end: ['sim/end'],
  },
  [
    'night.entered -> fork0',
    ...forks.flatMap((fork, i) => ['old', 'young'].map((port) => `${fork}.${port} -> ${forks[i + 1] ?? 'rest'}`)),
    'rest.done -> end',
  ],
);

const told = (type: string, who: number, at: number, properties: Record<string, string> = {}) => ({
  identities: [{ kind: 'key', value: `c${who}` }],
  event: { type, category: 'contact' as const, time: at, properties, messageId: `${type} ${who} ${at}` },
});

const call = (type: string, userId: string, more: object = {}) => ({
  type,
  userId,
  messageId: `${type} ${userId} ${JSON.stringify(more)}`,
  event: 'ping',
  properties: { cart: 'first' },
  ...more,
});

const request = (...batch: object[]) => ({
  receivedAt: beginning,
  kind: 'batch',
  calls: batch.length,
  body: JSON.stringify({ batch }),
});

/** What the world does, and when. Each can be done twice, as by a world that has not heard whether it was done. */
const deeds: readonly { at: number; todo: (engine: Engine, db: Database) => Promise<unknown> }[] = [
  {
    at: beginning,
    todo: async (engine) => {
      await engine.publish(rescue);
      await engine.publish(nightly);
    },
  },
  {
    at: beginning,
    todo: (engine) => {
      const version = engine.newest('rescue');
      if (!version) throw new Error('expected the loop to be published');
      return engine.readSource(version, 'in', { folder: '', signal: new AbortController().signal });
    },
  },
  {
    at: beginning + hour,
    todo: (engine) =>
      engine.ingest(
        Array.from({ length: 4 }, (_, i) => ({
          ...person(people + i + 1),
          events: [told('ping', people + i + 1, beginning, { cart: 'first' }).event],
        })),
        'story',
      ),
  },
  // What a tracking client sends: two who are new, one of whom turns out to be the other, and one call that cannot be taken in.
  { at: beginning + 2 * hour, todo: (engine) => engine.accept([request(call('track', 's1'), call('track', 's2'))]) },
  {
    at: beginning + 3 * hour,
    todo: (engine) =>
      engine.accept([
        request(call('identify', 's2', { traits: { age: 50 } }), { type: 'track' }, call('track', 's3')),
        request(call('alias', 's1', { previousId: 's3' }), call('track', 's3', { properties: { cart: 'second' } })),
      ]),
  },
  {
    at: beginning + 5 * hour,
    todo: (engine) =>
      engine.record(
        Array.from({ length: 6 }, (_, i) => told('answer', i * 3 + 1, beginning + 5 * hour, { text: 'yes' })),
      ),
  },
  {
    at: beginning + day,
    todo: (engine) => {
      const version = engine.newest('nightly');
      if (!version) throw new Error('expected the loop to be published');
      return engine.enter(version, [3, 4, 5]);
    },
  },
  {
    at: beginning + 30 * hour,
    todo: async (engine, db) => (await stateOf(db)) === 'running' && engine.life.pause('rescue', 'ada'),
  },
  {
    at: beginning + 50 * hour,
    todo: (engine) =>
      engine.record(Array.from({ length: 5 }, (_, i) => told('ping', i * 4 + 1, 0, { cart: `${i % 3}` }))),
  },
  {
    at: beginning + 60 * hour,
    todo: async (engine, db) =>
      (await stateOf(db)) === 'paused' && engine.life.resume('rescue', { overdue: 'spread', over: 'PT6H' }, 'ada'),
  },
  { at: beginning + 6 * day, todo: (engine) => engine.life.prune({ journal: 4 * day, messageBodies: 4 * day }) },
];

const stateOf = (db: Database) => db.read(async (tx) => (await readLoopState(tx, 'rescue'))?.state);

/**
 * Tells the story over a database to its end, from wherever the database says it has come to. What channels deliver is
 * appended to a file, a line a message, which a kill does not take back.
 */
export async function tellStory(db: Database, sink: string): Promise<void> {
  const clock = new VirtualClock(Number((await db.read((tx) => readMeta(tx, 'clock'))) ?? beginning));
  const registry = new Registry([
    definePlugin({ name: 'story', nodes: [...simulationNodes(async () => {}), ...waysIn] }),
  ]);
  const post = {
    deliver: async ({ key }: { key: string }) => {
      appendFileSync(sink, `${key}\n`);
      return { status: 'sent' as const };
    },
  };
  const transports = {
    ...createTransports({
      registry,
      log: silent,
      folder: '',
      deliver: {},
      override: { 'sim/mail': post, 'sim/hook': post },
    }),
    isLocal: () => false,
  };
  const engine = await makeEngine({
    db,
    registry,
    clock,
    transports,
    log: silent,
    limits: { turns: 2, reportAfter: 6 * hour },
  });
  let next = Number((await db.read((tx) => readMeta(tx, 'deed'))) ?? 0);
  for (;;) {
    if ((await engine.workIntake()) + (await engine.work()) + (await engine.deliver()) > 0) continue;
    const deed = deeds[next];
    if (deed && deed.at <= clock.now()) {
      await deed.todo(engine, db);
      next++;
      await db.write((tx) => writeMeta(tx, 'deed', String(next)));
      continue;
    }
    const due = Math.min((await engine.nextDue()) ?? Infinity, deed?.at ?? Infinity);
    if (due > end) break;
    // The clock is on disk before anything is done at its instant, so that a new process goes on where the last one was.
    await db.write((tx) => writeMeta(tx, 'clock', String(due)));
    clock.advanceTo(due);
  }
  await engine.finishReports();
}
