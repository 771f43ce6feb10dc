import * as customers from '../../packages/engine/src/customers/index.ts';
import type { Registry } from '../../packages/engine/src/plugin/index.ts';
import type { Clock } from '../../packages/engine/src/runner/index.ts';
import { createTransports, Engine, LifeError } from '../../packages/engine/src/runner/index.ts';
import { readRequest } from '../../packages/engine/src/server/ingest/read-request.ts';
import * as store from '../../packages/engine/src/store/index.ts';
import type { Fault, FaultPlan } from './faulty-database.ts';
import { faultyDatabase, onPurpose } from './faulty-database.ts';
import { drained, Life } from './gates.ts';
import { hour } from './nodes.ts';
import type { Launch, World } from './world.ts';

/** Commits that come so seldom that most of them must fail for all to be seen to. */
const seldom: ReadonlySet<string> = new Set([
  'report',
  'route',
  'compose',
  'handle',
  'settle-messages',
  'claim-messages',
]);

const silent = { info: () => {}, warn: () => {} };

/** The engine's process, of which one lives at a time: it dies and is started again over what the last one left behind. */
export class SimulatedProcess {
  /** The engine, once it is up. */
  engine: Engine | undefined;
  life = new Life(0);
  readonly #world: World;
  readonly #registry: Registry;
  readonly #broken: Partial<typeof store>;
  /** What is under way in this life, by name. */
  #underWay = new Map<string, number>();

  constructor(world: World, registry: Registry, broken: Partial<typeof store> = {}) {
    this.#world = world;
    this.#registry = registry;
    this.#broken = broken;
  }

  start(): void {
    const world = this.#world;
    const life = new Life(this.life.number + 1);
    this.life = life;
    this.engine = undefined;
    this.#underWay = new Map();
    const db = faultyDatabase(world.disk, life, world.gates, this.#plan());
    const clock: Clock = { mode: 'virtual', speed: 0, now: () => world.now };
    const line = (delivery: 'at-least-once' | 'at-most-once') =>
      world.sink.line(life, world.gates, delivery, () => world.calm);
    const transports = createTransports({
      registry: this.#registry,
      log: silent,
      folder: '',
      deliver: {},
      override: { 'sim/hook': line('at-least-once'), 'sim/mail': line('at-most-once') },
    });
    const engine = new Engine({
      db,
      store: { ...store, ...this.#broken },
      customers,
      registry: this.#registry,
      clock,
      // What dies on its way to a sink may have come there: they are a world outside of this process.
      transports: { ...transports, isLocal: () => false },
      log: silent,
      reader: (now) => customers.createReader(db, now),
      // Each look at the stopwatch is a millisecond later.
      intake: { read: readRequest, stopwatch: () => ++world.looks },
      limits: {
        turns: 4,
        reportAfter: 6 * hour,
        handlerTimeout: 30_000,
        seed: '',
        zone: 'UTC',
        // In every other world hardly any node is passed together with another.
        ...(world.seed % 2 === 0 ? { run: { nodes: 2, ways: 4 } } : {}),
      },
    });
    void this.#run('start', () => engine.start(), {
      done: () => {
        this.engine = engine;
      },
      // As `osicam serve` does: it ends, and whoever looks after it starts it again.
      failed: () => this.die('its start failed'),
    });
  }

  /** Ends at this instant, and another begins. */
  die(where: string): void {
    if (!this.life.dead) this.life.die(where);
    this.#world.note(`died ${where}`);
    this.start();
  }

  /** How many of this name are under way. */
  busy(name: string): number {
    return this.#underWay.get(name) ?? 0;
  }

  launch: Launch = (name, work, told) => {
    const { engine } = this;
    if (!engine) throw new Error('the engine is not up');
    return this.#run(name, () => work(engine), told);
  };

  async #run<T>(
    name: string,
    work: () => Promise<T>,
    { done, failed }: { done?: (result: T) => void; failed?: (error: unknown) => void } = {},
  ): Promise<void> {
    const { life } = this;
    const count = (by: number) => this.#underWay.set(name, this.busy(name) + by);
    count(1);
    try {
      const result = await work();
      if (life.dead) return;
      count(-1);
      done?.(result);
    } catch (error) {
      if (life.dead) return;
      count(-1);
      if (!isOnPurpose(error))
        this.#world.problems.push(`${name} failed: ${error instanceof Error ? error.stack : String(error)}`);
      failed?.(error);
    }
  }

  /** Opens every gate until nothing is under way. */
  async untilIdle(): Promise<void> {
    const { gates, random, problems } = this.#world;
    for (let i = 0; i < 4_000; i++) {
      await drained();
      if (this.life.dead) this.die('by a fault');
      else if (gates.open(random) === undefined && [...this.#underWay.values()].every((count) => count === 0)) return;
    }
    problems.push(`something does not end: ${JSON.stringify(Object.fromEntries(this.#underWay))}`);
  }

  #plan(): FaultPlan {
    const world = this.#world;
    const { random, coverage } = world;
    return {
      slow: () => !world.calm && random.chance(0.35),
      read: () => {
        if (world.calm || !random.chance(0.01)) return false;
        coverage.saw('fault read');
        return true;
      },
      write: (point) => {
        if (world.calm || !random.chance(seldom.has(point) ? 0.5 : 0.12)) return undefined;
        const kind = random.weighted<Fault['kind']>({
          busy: 2,
          statement: 2,
          full: 1,
          'crash-at': 1,
          'crash-before': 2,
          'crash-after': 2,
        });
        coverage.saw(kind.startsWith('crash') ? `${kind} ${point}` : `fault ${kind}`);
        world.note(`fault ${kind} ${point}`);
        return kind === 'statement' || kind === 'crash-at' ? { kind, nth: random.between(1, 8) } : { kind };
      },
    };
  }
}

/** An error that was made to happen, or a refusal of what the state of a loop does not allow. */
const isOnPurpose = (error: unknown): boolean =>
  error instanceof LifeError ||
  (error instanceof Error && (error.message.includes(onPurpose) || isOnPurpose(error.cause)));
