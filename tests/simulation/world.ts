import { createHash } from 'node:crypto';
import type { Engine } from '../../packages/engine/src/runner/index.ts';
import type { Database } from '../../packages/engine/src/store/index.ts';
import { Book, Coverage } from './book.ts';
import { Gates } from './gates.ts';
import { Random } from './random.ts';
import { Sink } from './sink.ts';

/** Monday. */
const beginning = Date.UTC(2026, 0, 5);

/** What outlives every process of one simulated world: its clock, its sinks, what was told, and what was noted of all that. */
export class World {
  readonly seed: number;
  readonly random: Random;
  readonly gates = new Gates();
  readonly book = new Book();
  readonly coverage = new Coverage();
  readonly sink: Sink;
  readonly problems: string[] = [];
  /** The database as a disk would keep it. */
  readonly disk: Database;
  now = beginning;
  /** Nothing fails and nothing is slow. */
  calm = true;
  /** How often an engine has looked at its stopwatch. */
  looks = 0;
  /** How many customers came first: their ids are 1 to so many, their keys c1 to so many. */
  people = 0;
  readonly #hash = createHash('sha256');
  readonly #trace: ((line: string) => void) | undefined;

  constructor(seed: number, disk: Database, trace?: (line: string) => void) {
    this.seed = seed;
    this.disk = disk;
    this.#trace = trace;
    this.random = new Random(seed);
    this.sink = new Sink(seed, (answer) => this.coverage.saw(`sink ${answer}`));
  }

  /** Every decision, in order: what two runs of one seed must have the same. */
  note(line: string): void {
    this.#hash.update(line);
    this.#trace?.(`${this.now - beginning} ${line}`);
  }

  digest(state: string): string {
    return this.#hash.update(state).digest('hex');
  }

  loops(): string[] {
    return [...new Set(this.book.published.map(({ loop }) => loop))];
  }
}

/** Begins something in the process that lives now. What dies with it is never heard of again. */
export type Launch = <T>(
  name: string,
  work: (engine: Engine) => Promise<T>,
  told?: { done?: (result: T) => void; failed?: (error: unknown) => void },
) => Promise<void>;
