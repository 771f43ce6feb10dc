import { Worker } from 'node:worker_threads';
import type { PackedRecords } from '../../customers/index.ts';
import { emptyPack, importPacked, joinPacks } from '../../customers/index.ts';
import type { Reject } from '../../plugin/index.ts';
import type { Database } from '../../store/index.ts';
import { askMembershipsAgain } from '../../store/index.ts';
import { toWire } from './wire-pack.ts';

/** What became of records; counts add up over all tallies. */
export interface Tally {
  created: number;
  updated: number;
  unchanged: number;
  /** Records that are nobody's. */
  refused: Reject[];
  /** Identities that stayed with the customer who had them first, or that nobody may have. */
  conflicts: number;
  /** Values of each trait that are kept aside because they do not fit the schema. */
  aside: Record<string, number>;
  /** Events that are stored, and those that were known. */
  events: number;
  knownEvents: number;
  consents: number;
  relationships: number;
}

export interface RecordWriter {
  /** Resolves when the writer is ready for more, which may be before these records are in. */
  write(packed: PackedRecords): Promise<void>;
  /** Resolves when all records are in. */
  close(): Promise<void>;
}

export interface WriterOptions {
  url: string;
  now: number;
  source: string;
}

/**
 * Records a transaction. With keys in order 10,000 are fastest, and need the least memory. With keys in no order each batch
 * touches nearly all pages of the identity table, so that small ones write each page many times: a million such rows take
 * 9 s with 30,000, 13 s with 10,000.
 */
const batchSize = { inOrder: 10_000, inNoOrder: 30_000 } as const;

/**
 * Records on their way from one thread to the other: two batches, so that the next is there when one is written. With 6,000
 * each thread waited for the other a quarter of the time.
 */
const mostWaiting = 20_000;

/** Whether each is at least the one before. */
const isInOrder = (values: readonly string[]): boolean =>
  values.every((value, i) => i === 0 || value >= (values[i - 1] as string));

/** Collects records and writes them a batch at a time, with what became of each batch told as it is committed. */
export class BatchWriter implements RecordWriter {
  readonly #db: Database;
  readonly #options: WriterOptions;
  readonly #onTally: (tally: Tally) => void;
  #batch = emptyPack();
  #size: number = batchSize.inOrder;

  constructor(db: Database, options: WriterOptions, onTally: (tally: Tally) => void) {
    this.#db = db;
    this.#options = options;
    this.#onTally = onTally;
  }

  async write(packed: PackedRecords): Promise<void> {
    joinPacks(this.#batch, packed);
    if (this.#batch.traits.length >= this.#size) await this.#flush();
  }

  async close(): Promise<void> {
    if (this.#batch.traits.length > 0) await this.#flush();
  }

  async #flush(): Promise<void> {
    const packed = this.#batch;
    this.#batch = emptyPack();
    this.#size = isInOrder(packed.values) ? batchSize.inOrder : batchSize.inNoOrder;
    const imported = await this.#db.write(async (tx) => {
      const brought = await importPacked(tx, packed, this.#options);
      // The engine asks them, by and by: nothing happens to a customer in the middle of an import.
      await askMembershipsAgain(tx, [...brought.customers, ...brought.related], this.#options.now);
      return brought;
    }, 'ingest');
    this.#onTally({
      created: imported.created,
      updated: imported.updated,
      unchanged: imported.unchanged,
      refused: imported.refused.map(({ record, line, reason }) => ({
        line: line ?? 0,
        reason,
        text: packed.traits[record] ?? '',
      })),
      conflicts: imported.conflicts.length,
      aside: imported.misfits,
      events: imported.events.length,
      // Those of refused records are nobody's.
      knownEvents:
        packed.events.filter(({ record }) => imported.customers[record] !== undefined).length - imported.events.length,
      consents: imported.consents,
      relationships: new Set(imported.related).size,
    });
  }
}

/** What the thread says back. */
export type FromThread =
  | { taken: number }
  | { tally: Tally }
  | { failed: { name: string; message: string } }
  | { closed: true };

/**
 * Writes from a thread of its own, so that parsing the file and writing the database go on at the same time: a million rows
 * take about as long as the slower of the two.
 */
export class ThreadWriter implements RecordWriter {
  readonly #thread: Worker;
  readonly #ended: Promise<void>;
  #waiting = 0;
  #failure: Error | undefined;
  #wake: () => void = () => undefined;

  constructor(options: WriterOptions, onTally: (tally: Tally) => void) {
    this.#thread = new Worker(new URL('./import-thread.ts', import.meta.url), {
      workerData: options,
      resourceLimits: { maxYoungGenerationSizeMb: 24, maxOldGenerationSizeMb: 96 },
    });
    this.#ended = new Promise((resolve) => {
      const end = (failure?: Error) => {
        this.#failure ??= failure;
        this.#wake();
        resolve();
      };
      this.#thread.on('message', (message: FromThread) => {
        if ('taken' in message) {
          this.#waiting -= message.taken;
          this.#wake();
        } else if ('tally' in message) onTally(message.tally);
        else if ('failed' in message)
          end(Object.assign(new Error(message.failed.message), { name: message.failed.name }));
      });
      this.#thread.on('error', end);
      this.#thread.on('exit', () => end());
    });
  }

  async write(packed: PackedRecords): Promise<void> {
    this.#waiting += packed.traits.length;
    this.#thread.postMessage(toWire(packed));
    while (this.#waiting > mostWaiting && !this.#failure) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
    if (this.#failure) throw this.#failure;
  }

  async close(): Promise<void> {
    this.#thread.postMessage('close');
    await this.#ended;
    if (this.#failure) throw this.#failure;
  }
}
