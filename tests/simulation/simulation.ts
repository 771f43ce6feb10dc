import { createHash } from 'node:crypto';
import * as customers from '../../packages/engine/src/customers/index.ts';
import { compile } from '../../packages/engine/src/machine/index.ts';
import type { CompiledLoop } from '../../packages/engine/src/machine/index.ts';
import { definePlugin, Registry } from '../../packages/engine/src/plugin/index.ts';
import { parseLoop } from '../../packages/engine/src/loop/index.ts';
import type { Clock } from '../../packages/engine/src/runner/index.ts';
import { createTransports, Engine, LifeError } from '../../packages/engine/src/runner/index.ts';
import type { Database } from '../../packages/engine/src/store/index.ts';
import * as store from '../../packages/engine/src/store/index.ts';
import { Book, Coverage } from './book.ts';
import { check } from './check.ts';
import { eventTypes, randomLoop } from './draw.ts';
import type { Fault, FaultPlan } from './faulty-database.ts';
import { faultyDatabase, onPurpose } from './faulty-database.ts';
import { drained, Gates, Life } from './gates.ts';
import { day, hour, segment, simulationNodes } from './nodes.ts';
import { Random } from './random.ts';
import { Sink } from './sink.ts';
import { snapshot } from './snapshot.ts';

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

/** Monday. */
const beginning = Date.UTC(2026, 0, 5);
const silent = { info: () => {}, warn: () => {} };

/**
 * The whole engine in one process, on a clock that moves when it is told and sometimes back, over a database that fails and
 * a process that dies. The seed decides everything: what is drawn, who comes, what happens in which order and what breaks.
 */
export async function simulate(seed: number, options: SimulationOptions = {}): Promise<Outcome> {
  const simulation = new Simulation(seed, options);
  try {
    return await simulation.run();
  } finally {
    await simulation.close();
  }
}

class Simulation {
  readonly #seed: number;
  readonly #options: SimulationOptions;
  readonly #random: Random;
  readonly #gates = new Gates();
  readonly #book = new Book();
  readonly #coverage = new Coverage();
  readonly #sink: Sink;
  readonly #hash = createHash('sha256');
  readonly #problems: string[] = [];
  readonly #registry: Registry;
  readonly #compiled = new Map<string, CompiledLoop>();
  #inner: Database | undefined;
  #now = beginning;
  #calm = true;
  #life = new Life(0);
  #engine: Engine | undefined;
  /** What is under way in this life, by name. */
  #underWay = new Map<string, number>();
  #people = 0;

  constructor(seed: number, options: SimulationOptions) {
    this.#seed = seed;
    this.#options = options;
    this.#random = new Random(seed);
    this.#sink = new Sink(seed, (answer) => this.#coverage.saw(`sink ${answer}`));
    this.#registry = new Registry([
      definePlugin({
        name: 'sim',
        nodes: simulationNodes(async (what) => {
          this.#coverage.saw(`handler ${what}`);
          if (!this.#calm && this.#random.chance(0.5)) await this.#gates.pass(this.#life, `handler ${what}`);
        }),
      }),
    ]);
  }

  async run(): Promise<Outcome> {
    const db = await store.openSqlite('sqlite::memory:');
    this.#inner = this.#options.sabotage?.database?.(db) ?? db;
    await this.#begin();
    this.#calm = false;
    const steps = this.#options.steps ?? 150;
    for (let i = 0; i < steps && this.#problems.length === 0; i++) {
      await this.#decide();
      await drained();
    }
    await this.#rest();
    const state = await this.#inspect(this.#problems.length === 0);
    this.#hash.update(JSON.stringify(state));
    return {
      seed: this.#seed,
      digest: this.#hash.digest('hex'),
      problems: this.#problems,
      coverage: this.#coverage.counts,
    };
  }

  async close(): Promise<void> {
    this.#life.die('the end');
    await this.#inner?.close();
  }

  #note(line: string): void {
    this.#hash.update(line);
    this.#options.trace?.(`${this.#now - beginning} ${line}`);
  }

  /** Before the storm: the loops are published and the first customers known. */
  async #begin(): Promise<void> {
    this.#start();
    await this.#untilIdle();
    await this.#launch('segment', () => this.#live().saveSegment(segment));
    const loops = this.#random.chance(0.3) ? ['one', 'two'] : ['one'];
    for (const loop of loops) await this.#publish(loop);
    const count = this.#random.between(6, 24);
    await this.#launch('ingest', () =>
      this.#live().ingest(
        Array.from({ length: count }, () => this.#person()),
        'simulation',
      ),
    );
    await this.#untilIdle();
  }

  #person() {
    const random = this.#random;
    const key = `c${++this.#people}`;
    return {
      identities: [{ kind: 'key', value: key }],
      traits: {
        age: random.between(10, 80),
        ...(random.chance(0.9) ? { email: `${key}@example.org` } : {}),
        ...(random.chance(0.08)
          ? { poison: random.pick(['stamp', 'each', 'tell', 'until', 'at-least-once', 'at-most-once']) }
          : {}),
      },
    };
  }

  #live(): Engine {
    if (!this.#engine) throw new Error('the engine is not up');
    return this.#engine;
  }

  /** A new process over what the last one left behind. */
  #start(): void {
    const life = new Life(this.#life.number + 1);
    this.#life = life;
    this.#engine = undefined;
    this.#underWay = new Map();
    const db = faultyDatabase(this.#inner as Database, life, this.#gates, this.#plan());
    const clock: Clock = { mode: 'virtual', speed: 0, now: () => this.#now };
    const registry = this.#registry;
    const calm = () => this.#calm;
    const transports = createTransports({
      registry,
      log: silent,
      folder: '',
      deliver: {},
      override: {
        'sim/hook': this.#sink.line(life, this.#gates, 'at-least-once', calm),
        'sim/mail': this.#sink.line(life, this.#gates, 'at-most-once', calm),
      },
    });
    const engine = new Engine({
      db,
      store: { ...store, ...this.#options.sabotage?.store },
      customers,
      registry,
      clock,
      // What dies on its way to a sink may have come there: they are a world outside of this process.
      transports: { ...transports, isLocal: () => false },
      log: silent,
      reader: (now) => customers.createReader(db, now),
      limits: { turns: 4, reportAfter: 6 * hour, handlerTimeout: 30_000, seed: '', zone: 'UTC' },
    });
    void this.#launch('start', () => engine.start(), {
      done: () => {
        this.#engine = engine;
      },
      // As `osicam serve` does: it ends, and whoever looks after it starts it again.
      failed: () => this.#die('its start failed'),
    });
  }

  #die(where: string): void {
    if (!this.#life.dead) this.#life.die(where);
    this.#note(`died ${where}`);
    this.#start();
  }

  #plan(): FaultPlan {
    const random = this.#random;
    const saw = (what: string) => this.#coverage.saw(what);
    return {
      slow: () => !this.#calm && random.chance(0.35),
      read: () => {
        if (this.#calm || !random.chance(0.01)) return false;
        saw('fault read');
        return true;
      },
      write: (point) => {
        if (this.#calm || !random.chance(0.12)) return undefined;
        const kind = random.weighted<Fault['kind']>({
          busy: 2,
          statement: 2,
          full: 1,
          'crash-at': 1,
          'crash-before': 2,
          'crash-after': 2,
        });
        saw(kind.startsWith('crash') ? `${kind} ${point}` : `fault ${kind}`);
        this.#note(`fault ${kind} ${point}`);
        return kind === 'statement' || kind === 'crash-at' ? { kind, nth: random.between(1, 8) } : { kind };
      },
    };
  }

  /** Begins something. What dies with its life is never heard of again. */
  async #launch<T>(
    name: string,
    work: () => Promise<T>,
    { done, failed }: { done?: (result: T) => void; failed?: (error: unknown) => void } = {},
  ): Promise<void> {
    const life = this.#life;
    this.#underWay.set(name, (this.#underWay.get(name) ?? 0) + 1);
    try {
      const result = await work();
      if (life.dead) return;
      this.#underWay.set(name, (this.#underWay.get(name) ?? 1) - 1);
      done?.(result);
    } catch (error) {
      if (life.dead) return;
      this.#underWay.set(name, (this.#underWay.get(name) ?? 1) - 1);
      if (!isOnPurpose(error))
        this.#problems.push(`${name} failed: ${error instanceof Error ? error.stack : String(error)}`);
      failed?.(error);
    }
  }

  #busy(name: string): number {
    return this.#underWay.get(name) ?? 0;
  }

  /** One decision of the scheduler. */
  async #decide(): Promise<void> {
    const random = this.#random;
    if (this.#life.dead) {
      this.#die('by a fault');
      return;
    }
    const up = this.#engine !== undefined;
    const action = random.weighted({
      open: this.#gates.size > 0 ? 30 : 0,
      work: up && this.#busy('work') === 0 ? 14 : 0,
      deliver: up && this.#busy('deliver') === 0 ? 6 : 0,
      send: up && this.#busy('send') === 0 ? 4 : 0,
      life: up && this.#busy('life') === 0 ? 1.5 : 0,
      record: up && this.#busy('record') < 2 ? 7 : 0,
      enter: up && this.#busy('enter') < 2 ? 4 : 0,
      ingest: up && this.#busy('ingest') < 2 ? 2 : 0,
      merge: up && this.#busy('ingest') === 0 ? 0.4 : 0,
      publish: up && this.#busy('publish') === 0 ? 0.6 : 0,
      clock: 6,
      kill: 0.5,
    });
    switch (action) {
      case 'open':
        return this.#note(`opened ${this.#gates.open(random)}`);
      case 'work':
        return this.#begun('work', () => this.#live().work());
      case 'deliver':
        return this.#begun('deliver', () => this.#live().deliver());
      case 'send':
        return this.#begun('send', () => this.#live().send());
      case 'life':
        return this.#intervene();
      case 'record':
        return this.#record();
      case 'enter':
        return this.#enter();
      case 'ingest':
        return this.#ingest();
      case 'merge':
        return this.#merge();
      case 'publish':
        return void this.#publish(random.pick(this.#loops()));
      case 'clock':
        return this.#moveClock();
      case 'kill':
        this.#coverage.saw('killed');
        return this.#die('between two statements');
    }
  }

  #begun(name: string, work: () => Promise<unknown>): void {
    this.#note(name);
    void this.#launch(name, work);
  }

  #loops(): string[] {
    return [...new Set(this.#book.published.map(({ loop }) => loop))];
  }

  async #publish(loop: string): Promise<void> {
    const document = randomLoop(this.#random, loop);
    const published = { loop, accepted: false };
    this.#book.published.push(published);
    this.#note(`publish ${JSON.stringify(document)}`);
    await this.#launch('publish', () => this.#live().publish(document), {
      done: () => {
        published.accepted = true;
        for (const node of document.nodes) this.#coverage.saw(`node ${node.type}`);
      },
    });
  }

  #enter(): void {
    const random = this.#random;
    const loop = random.pick(this.#loops());
    const version = this.#live().newest(loop);
    if (!version) return;
    // The first customers came in one batch, in the order of their keys: their ids are known.
    const ids = Array.from({ length: random.between(1, 8) }, () => random.between(1, this.#people));
    const entries = ids.map((id) => ({ loop, who: `c${id}`, accepted: false }));
    this.#book.entries.push(...entries);
    this.#note(`enter ${loop} ${ids.join(',')}`);
    void this.#launch('enter', () => this.#live().enter(version, ids), {
      done: () => {
        for (const entry of entries) entry.accepted = true;
      },
    });
  }

  /** What people do to running loops. What its state does not allow is refused, and that is right. */
  #intervene(): void {
    const random = this.#random;
    const loop = random.pick(this.#loops());
    const { life } = this.#live();
    const some = { customers: Array.from({ length: random.between(1, 4) }, () => random.between(1, this.#people)) };
    const dryRun = random.chance(0.1);
    const actor = 'simulation';
    const action = random.weighted({
      pause: 3,
      resume: 5,
      cancel: 1,
      replay: 1,
      retry: 2,
      release: 1,
      migrate: 2,
      redrive: 0.3,
    });
    const does: Record<typeof action, () => Promise<unknown>> = {
      pause: () => life.pause(loop, actor),
      resume: () => {
        const overdue = random.pick(['continue', 'skip', 'exit', 'spread'] as const);
        return life.resume(loop, { overdue, ...(overdue === 'spread' ? { over: 'PT5H' } : {}) }, actor);
      },
      cancel: () => life.cancel(loop, some, { dryRun }, actor),
      replay: () => life.replay(loop, some, { dryRun }, actor),
      retry: () => life.retry(loop, { all: true }, { dryRun }, actor),
      release: () => life.release(loop, some, { exit: random.chance(0.5), dryRun }, actor),
      migrate: () => life.migrate(loop, { map: this.#mapping(loop), dryRun }, actor),
      redrive: () => {
        this.#book.redriven.add(loop);
        return this.#live().redrive(loop, { status: random.pick(['failed', 'unknown']) }, { dryRun }, actor);
      },
    };
    this.#note(`${action} ${loop}`);
    void this.#launch('life', does[action], { done: () => this.#coverage.saw(`did ${action}`) });
  }

  /** Every node that any version may have, to the same one, to another of the newest version or to the end. */
  #mapping(loop: string): Record<string, string | null> {
    const nodes = [...(this.#live().newest(loop)?.stations.keys() ?? [])];
    const to = nodes.filter((node) => /^n\d$/.test(node));
    return Object.fromEntries(
      Array.from({ length: 8 }, (_, i) => `n${i}`)
        .filter((node) => !nodes.includes(node) || this.#random.chance(0.2))
        .map((node) => [node, this.#random.chance(0.2) ? null : this.#random.pick(to)]),
    );
  }

  #record(): void {
    const random = this.#random;
    const events = Array.from({ length: random.between(1, 5) }, () => {
      const known = [...this.#book.events.values()];
      // Told before, and perhaps answered: the same again.
      if (known.length > 0 && random.chance(0.3)) return random.pick(known);
      const skew = random.weighted({ now: 5, late: 3, early: 1 });
      return this.#book.newEvent({
        who: random.chance(0.1) ? `x${random.below(9)}` : `c${random.between(1, this.#people)}`,
        type: random.pick(eventTypes),
        time: this.#now + (skew === 'late' ? -random.below(5 * day) : skew === 'early' ? random.below(hour) : 0),
        properties: { text: random.pick(['yes', 'no']), cart: random.pick(['a', 'b']) },
      });
    });
    this.#note(`record ${events.map(({ messageId, who, type }) => `${messageId} ${who} ${type}`).join(', ')}`);
    void this.#launch(
      'record',
      () =>
        this.#live().record(
          events.map(({ messageId, who, type, time, properties }) => ({
            identities: [{ kind: 'key', value: who }],
            event: { type, category: 'contact' as const, time, properties, messageId },
          })),
        ),
      {
        done: () => {
          this.#coverage.saw('events accepted', events.length);
          for (const event of events) {
            event.accepted = true;
            if (event.type === 'ping')
              for (const loop of this.#loops()) this.#book.entries.push({ loop, who: event.who, accepted: true });
          }
        },
      },
    );
  }

  #ingest(): void {
    const who = `c${this.#random.between(1, this.#people)}`;
    const event = this.#book.newEvent({
      who,
      type: this.#random.pick(eventTypes),
      time: this.#now,
      properties: { text: 'yes', cart: 'a' },
    });
    this.#note(`ingest ${who} ${event.type}`);
    const { type, time, properties, messageId } = event;
    void this.#launch(
      'ingest',
      () =>
        this.#live().ingest(
          [
            {
              identities: [{ kind: 'key', value: who }],
              traits: { city: `city ${this.#random.below(3)}` },
              events: [{ type, category: 'contact', time, properties, messageId }],
            },
          ],
          'simulation',
        ),
      {
        done: () => {
          event.accepted = true;
        },
      },
    );
  }

  /** Somebody turns out to be somebody else. */
  #merge(): void {
    const [one, other] = [this.#random.between(1, this.#people), this.#random.between(1, this.#people)];
    const key = (n: number) => ({ kind: 'key', value: `c${n}` });
    for (const who of [one, other]) this.#book.merged.add(`c${who}`);
    this.#note(`merge ${other} into ${one}`);
    const record = { identities: [key(one)], traits: {}, sameAs: [key(other)] };
    void this.#launch('ingest', () => this.#live().ingest([record], 'simulation'), {
      done: () => this.#coverage.saw('did merge'),
    });
  }

  #moveClock(): void {
    const random = this.#random;
    const how = random.weighted({ minutes: 4, hours: 4, days: 2, back: 1, ahead: 1 });
    const by = {
      minutes: () => random.below(60) * 60_000,
      hours: () => random.below(36) * hour,
      days: () => random.below(6) * day,
      back: () => -hour,
      ahead: () => hour,
    }[how]();
    this.#now += by;
    if (by < 0) this.#book.wentBack = true;
    this.#coverage.saw(`clock ${how}`);
    this.#note(`clock ${by}`);
  }

  /** Opens every gate until nothing is under way. */
  async #untilIdle(): Promise<void> {
    for (let i = 0; i < 4_000; i++) {
      await drained();
      if (this.#life.dead) this.#die('by a fault');
      else if (
        this.#gates.open(this.#random) === undefined &&
        [...this.#underWay.values()].every((count) => count === 0)
      )
        return;
    }
    this.#problems.push(`something does not end: ${JSON.stringify(Object.fromEntries(this.#underWay))}`);
  }

  /** The storm is over: nothing fails any more, and all is done that is due, until the clock has gone on for a good while. */
  async #rest(): Promise<void> {
    this.#calm = true;
    await this.#untilIdle();
    if (this.#problems.length > 0) return;
    for (const loop of this.#loops())
      for (const overdue of ['continue', 'skip', 'exit', 'spread'] as const) {
        // One that a crash has left half resumed takes the same choice alone.
        const choice = { overdue, ...(overdue === 'spread' ? { over: 'PT5H' } : {}) };
        void this.#launch('life', () => this.#live().life.resume(loop, choice, 'simulation'));
        await this.#untilIdle();
      }
    const end = this.#now + 5 * day;
    for (let i = 0, passes = 0; i < 100; i++) {
      const engine = this.#live();
      let done = 0;
      for (const pass of ['work', 'deliver'] as const) {
        void this.#launch(pass, () => engine[pass](), { done: (count) => (done += count) });
        await this.#untilIdle();
        if (this.#problems.length > 0) return;
      }
      if (done > 0) {
        i--;
        if (++passes < 300) continue;
        this.#problems.push('customers go round and round at one instant');
        return;
      }
      const due = await engine.nextDue();
      if (due === undefined || due > end) return;
      passes = 0;
      // Many things that are due within some hours are done together.
      this.#now = Math.max(this.#now, due) + (i > 40 ? day : 3 * hour);
    }
    this.#problems.push('the engine never comes to rest');
  }

  async #inspect(atRest: boolean) {
    const state = await (this.#inner as Database).read((tx) => snapshot(tx));
    const compiled = (_: number, document: string) => {
      const known = this.#compiled.get(document) ?? compile(parseLoop(JSON.parse(document)), this.#registry);
      this.#compiled.set(document, known);
      return known;
    };
    this.#problems.push(...check(state, { compiled, book: this.#book, sink: this.#sink, now: this.#now, atRest }));
    this.#coverage.saw('enrollments', state.enrollments.length);
    this.#coverage.saw('messages', state.messages.length);
    this.#coverage.saw('journal rows', state.journal.length);
    this.#coverage.saw('timers', state.journal.filter(({ until }) => until !== null).length);
    this.#coverage.saw('parked', state.parked.length);
    this.#coverage.saw('lives', this.#life.number);
    return state;
  }
}

/** An error that was made to happen, or a refusal of what the state of a loop does not allow. */
const isOnPurpose = (error: unknown): boolean =>
  error instanceof LifeError ||
  (error instanceof Error && (error.message.includes(onPurpose) || isOnPurpose(error.cause)));
