import type { IntakeRow, Transaction } from '../store/index.ts';
import { StoreError } from '../store/index.ts';
import { describeError } from './attempt.ts';
import type { IngestRecord } from './ingest.ts';
import { ingest } from './ingest.ts';
import type { Parts } from './parts.ts';

/** How the body of an accepted request is read: whoever accepted it knows. */
export type ReadRequest = (row: IntakeRow) => RequestRead;

export interface RequestRead {
  /** What its calls say, in their order, or why one cannot be taken in. */
  calls: readonly (IngestRecord | string)[];
  /** One of its calls alone, as a request of its own. */
  alone(call: number): { kind: string; body: string };
}

/** Calls of one request, from the first that has not been worked in. */
interface Slice {
  row: IntakeRow;
  read: RequestRead;
  from: number;
  to: number;
}

/**
 * How long one transaction is meant to take, in milliseconds: so long may whoever sends the next request wait for it. Never
 * fewer than so many calls: a commit has a price of its own, and on a slow disk smaller transactions are only more of them.
 */
const meant = 16;
/** Where the calls came in batches: whoever sends those waits for throughput, and a commit is half of a short transaction. */
const meantOfBatches = 64;
const isBatch = ({ calls }: IntakeRow): boolean => calls >= 100;
const fewest = 100;
const most = 4_000;

/**
 * Works accepted requests in, in their order, a few milliseconds a transaction: identities, events, segments, what loops
 * make of them, and the deletion from intake, all or nothing. Where that fails, half as many are tried, until the call is
 * alone that cannot be worked in: it is set aside with what it said, and the others go on.
 */
export class IntakeDrain {
  readonly #parts: Parts;
  readonly #read: ReadRequest;
  readonly #stopwatch: () => number;
  #budget = fewest;
  #forgotten = 0;
  /** A request that is worked in by parts is read once. */
  #open: { id: number; body: string; read: RequestRead } | undefined;

  constructor(parts: Parts, { read, stopwatch }: { read: ReadRequest; stopwatch: () => number }) {
    this.#parts = parts;
    this.#read = read;
    this.#stopwatch = stopwatch;
  }

  /** One transaction: how many calls have been dealt with. Throws when the database refuses: then nothing has been. */
  async work(): Promise<number> {
    const { db } = this.#parts;
    let tried: readonly Slice[] = [];
    let began = this.#stopwatch();
    try {
      const calls = await db.write(async (tx) => {
        // Waiting for one's turn is not work.
        began = this.#stopwatch();
        tried = this.#slice(await this.#parts.store.claimIntake(tx, this.#budget));
        return this.#workIn(tx, tried);
      }, 'intake');
      const long = tried[0] !== undefined && isBatch(tried[0].row);
      this.#adapt(calls, this.#stopwatch() - began, long ? meantOfBatches : meant);
      if (calls === 0) await this.#forget();
      return calls;
    } catch (error) {
      if (error instanceof StoreError) throw error;
      const calls = count(tried);
      const [first] = tried;
      if (first === undefined) throw error;
      if (calls > 1) {
        this.#budget = Math.ceil(calls / 2);
        return calls;
      }
      await this.#setAside(first, describeError(error));
      return 1;
    }
  }

  /** As many calls as the budget has, in their order. */
  #slice(rows: readonly IntakeRow[]): Slice[] {
    const slices: Slice[] = [];
    let left = this.#budget;
    for (const row of rows) {
      if (left <= 0) break;
      const read = this.#open?.id === row.id && this.#open.body === row.body ? this.#open.read : this.#readSafely(row);
      const to = Math.min(read.calls.length, row.done + left);
      slices.push({ row, read, from: row.done, to });
      left -= to - row.done;
    }
    const last = slices.at(-1);
    this.#open = last && last.to < last.read.calls.length ? { ...last.row, read: last.read } : undefined;
    return slices;
  }

  /** A request that cannot even be read is one call that cannot be taken in. */
  #readSafely(row: IntakeRow): RequestRead {
    try {
      return this.#read(row);
    } catch (error) {
      return { calls: [describeError(error)], alone: () => row };
    }
  }

  async #workIn(tx: Transaction, slices: readonly Slice[]): Promise<number> {
    if (slices.length === 0) return 0;
    const { store, clock } = this.#parts;
    const now = clock.now();
    const records: IngestRecord[] = [];
    const refused: Parameters<typeof store.setAside>[1][number][] = [];
    for (const { row, read, from, to } of slices)
      for (let i = from; i < to; i++) {
        const call = read.calls[i] as IngestRecord | string;
        if (typeof call !== 'string') records.push(call);
        else refused.push({ ...read.alone(i), receivedAt: row.receivedAt, at: now, error: call });
      }
    await ingest(this.#parts, tx, records, { now, source: 'ingestion' });
    if (refused.length > 0) await store.setAside(tx, refused);
    await store.workedIn(tx, progress(slices));
    return count(slices);
  }

  #setAside({ row, read, from, to }: Slice, error: string): Promise<void> {
    const { db, store, clock, log } = this.#parts;
    log.warn('a call could not be worked in and is set aside', { kind: row.kind, error });
    return db.write(async (tx) => {
      // Another engine may have had more luck with it in the meantime.
      const [still] = await store.claimIntake(tx, 1);
      if (still?.id !== row.id || still.done !== row.done) return;
      await store.setAside(tx, [{ ...read.alone(from), receivedAt: row.receivedAt, at: clock.now(), error }]);
      await store.workedIn(tx, progress([{ row, read, from, to }]));
    }, 'intake');
  }

  /** Once a day, while there is nothing else to do: the message ids that no client sends again. */
  async #forget(): Promise<void> {
    const { db, store, clock } = this.#parts;
    const now = clock.now();
    const today = Math.floor(now / 86_400_000);
    if (today === this.#forgotten) return;
    const gone = await db.write((tx) => store.forgetSeen(tx, now, 5_000), 'prune');
    if (gone < 5_000) this.#forgotten = today;
  }

  #adapt(calls: number, took: number, aim: number): void {
    if (took > aim) this.#budget = Math.max(fewest, Math.floor((calls * aim) / took));
    else if (calls >= this.#budget) this.#budget = Math.min(most, this.#budget * 2, Math.ceil((calls * aim) / took));
  }
}

const count = (slices: readonly Slice[]): number => slices.reduce((sum, { from, to }) => sum + to - from, 0);

function progress(slices: readonly Slice[]) {
  const whole: number[] = [];
  let part: { id: number; done: number } | undefined;
  for (const { row, read, to } of slices)
    if (to < read.calls.length) part = { id: row.id, done: to };
    else whole.push(row.id);
  return { whole, part };
}
