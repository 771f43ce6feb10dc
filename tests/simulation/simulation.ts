import { compile } from '../../packages/engine/src/machine/index.ts';
import type { CompiledLoop } from '../../packages/engine/src/machine/index.ts';
import { definePlugin, Registry } from '../../packages/engine/src/plugin/index.ts';
import { parseLoop } from '../../packages/engine/src/loop/index.ts';
import type { Database } from '../../packages/engine/src/store/index.ts';
import * as store from '../../packages/engine/src/store/index.ts';
import { check } from './check.ts';
import { choiceOf, enter, ingest, intervene, merge, moveClock, person, publish, record } from './deeds.ts';
import { drained } from './gates.ts';
import { day, hour, segment, simulationNodes } from './nodes.ts';
import { SimulatedProcess } from './simulated-process.ts';
import { snapshot } from './snapshot.ts';
import { World } from './world.ts';

/** What a test breaks on purpose, to see that the model notices. */
export interface Sabotage {
  store?: Partial<typeof store>;
  database?: (db: Database) => Database;
}

export interface SimulationOptions {
  /** How many decisions of the scheduler before the storm is over. */
  steps?: number;
  sabotage?: Sabotage;
  /** Called with each decision: what a failing seed shows. */
  trace?: (line: string) => void;
}

export interface Outcome {
  seed: number;
  /** Of everything that was decided and of everything in the database at the end. The same for the same seed. */
  digest: string;
  problems: string[];
  coverage: Readonly<Record<string, number>>;
}

/**
 * The whole engine in one process, on a clock that moves when it is told and sometimes back, over a database that fails and
 * a process that dies. The seed decides everything: what is drawn, who comes, what happens in which order and what breaks.
 */
export async function simulate(
  seed: number,
  { steps = 150, sabotage, trace }: SimulationOptions = {},
): Promise<Outcome> {
  const db = await store.openSqlite('sqlite::memory:');
  const world = new World(seed, sabotage?.database?.(db) ?? db, trace);
  const registry = new Registry([
    definePlugin({
      name: 'sim',
      nodes: simulationNodes(async (what) => {
        world.coverage.saw(`handler ${what}`);
        if (!world.calm && world.random.chance(0.5)) await world.gates.pass(process.life, `handler ${what}`);
      }),
    }),
  ]);
  const process = new SimulatedProcess(world, registry, sabotage?.store);
  const { problems, coverage } = world;
  try {
    await begin(world, process);
    world.calm = false;
    for (let i = 0; i < steps && problems.length === 0; i++) {
      await decide(world, process);
      await drained();
    }
    world.calm = true;
    await settle(world, process);
    const state = await inspect(world, registry, problems.length === 0);
    coverage.saw('lives', process.life.number);
    return { seed, digest: world.digest(JSON.stringify(state)), problems, coverage: coverage.counts };
  } finally {
    process.life.die('the end');
    await db.close();
  }
}

/** Before the storm: the loops are published and the first customers known. */
async function begin(world: World, process: SimulatedProcess): Promise<void> {
  const { launch } = process;
  process.start();
  await process.untilIdle();
  await launch('segment', (engine) => engine.saveSegment(segment));
  for (const loop of world.random.chance(0.3) ? ['one', 'two'] : ['one']) await publish(world, launch, loop);
  const people = Array.from({ length: world.random.between(6, 24) }, () => person(world));
  await launch('ingest', (engine) => engine.ingest(people, 'simulation'));
  await process.untilIdle();
}

/** One decision of the scheduler. */
async function decide(world: World, process: SimulatedProcess): Promise<void> {
  const { random } = world;
  const { launch } = process;
  if (process.life.dead) return process.die('by a fault');
  const free = (name: string, most = 1) => process.engine !== undefined && process.busy(name) < most;
  const begun = (name: 'work' | 'deliver' | 'send') => {
    world.note(name);
    void launch(name, (engine) => engine[name]());
  };
  const action = random.weighted({
    open: world.gates.size > 0 ? 30 : 0,
    work: free('work') ? 14 : 0,
    deliver: free('deliver') ? 6 : 0,
    send: free('send') ? 4 : 0,
    life: free('life') ? 1.5 : 0,
    record: free('record', 2) ? 7 : 0,
    enter: free('enter', 2) ? 4 : 0,
    ingest: free('ingest', 2) ? 2 : 0,
    merge: free('ingest') ? 0.4 : 0,
    intake: free('intake') ? 3 : 0,
    publish: free('publish') ? 0.6 : 0,
    clock: 6,
    kill: 0.5,
  });
  switch (action) {
    case 'open':
      return world.note(`opened ${world.gates.open(random)}`);
    case 'work':
    case 'deliver':
    case 'send':
      return begun(action);
    case 'life':
      return intervene(world, launch);
    case 'record':
      return record(world, launch);
    case 'enter':
      return enter(world, launch);
    case 'ingest':
      return ingest(world, launch);
    case 'merge':
      return merge(world, launch);
    case 'intake':
      world.note('intake');
      return void launch('intake', (engine) => engine.workIntake());
    case 'publish':
      return void publish(world, launch, random.pick(world.loops()));
    case 'clock':
      return moveClock(world);
    case 'kill':
      world.coverage.saw('killed');
      return process.die('between two statements');
  }
}

/** The storm is over: all is done that is due, until the clock has gone on for a good while. */
async function settle(world: World, process: SimulatedProcess): Promise<void> {
  const { problems } = world;
  await process.untilIdle();
  if (problems.length > 0) return;
  // One that a crash has left half resumed takes the same choice alone.
  for (const loop of world.loops())
    for (const overdue of ['continue', 'skip', 'exit', 'spread'] as const) {
      void process.launch('life', ({ life }) => life.resume(loop, choiceOf(overdue), 'simulation'));
      await process.untilIdle();
    }
  const end = world.now + 5 * day;
  for (let i = 0, passes = 0; i < 100; i++) {
    let done = 0;
    for (const pass of ['workIntake', 'work', 'deliver'] as const) {
      void process.launch(pass, (engine) => engine[pass](), { done: (count) => (done += count) });
      await process.untilIdle();
      if (problems.length > 0) return;
    }
    if (done > 0) {
      i--;
      // Who never waits is set aside after a hundred departures, and a way round may take several passes.
      if (++passes < 1_500) continue;
      problems.push('customers go round and round at one instant');
      return;
    }
    const due = await process.engine?.nextDue();
    if (due === undefined || due > end) return;
    passes = 0;
    // Many things that are due within some hours are done together.
    world.now = Math.max(world.now, due) + (i > 40 ? day : 3 * hour);
  }
  problems.push('the engine never comes to rest');
}

/** Holds what is in the database against the model. */
async function inspect(world: World, registry: Registry, atRest: boolean) {
  const { book, sink, now, coverage } = world;
  const state = await world.disk.read((tx) => snapshot(tx));
  const known = new Map<string, CompiledLoop>();
  const compiled = (document: string) => {
    const loop = known.get(document) ?? compile(parseLoop(JSON.parse(document)), registry);
    known.set(document, loop);
    return loop;
  };
  world.problems.push(...check(state, { compiled, book, sink, now, atRest }));
  coverage.saw('enrollments', state.enrollments.length);
  coverage.saw('messages', state.messages.length);
  coverage.saw('journal rows', state.journal.length);
  coverage.saw('timers', state.journal.filter(({ until }) => until !== null).length);
  coverage.saw('parked', state.parked.length);
  return state;
}
