import { open } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import type { Log } from '@osicam/engine/plugin';

export type ListedCall = { readonly key: string; readonly phone: string; readonly created: string };

const EVERY = 200;
const AT_ONCE = 1 << 20;

/** Reads a call list as it grows, a whole row at a time, and tells of every row once. */
export class CallCentre {
  readonly #path: string;
  readonly #receive: (call: ListedCall) => void;
  #offset = 0;
  #rest = Buffer.alloc(0);
  #columns: string[] | undefined;

  constructor(path: string, receive: (call: ListedCall) => void) {
    this.#path = path;
    this.#receive = receive;
  }

  /** Looks every so often until it is told to stop. */
  async work(signal: AbortSignal, log: Log, pause: (milliseconds: number) => Promise<void>): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.read();
      } catch (error) {
        log.warn('the call list cannot be read', { path: this.#path, error: (error as Error).message });
      }
      await pause(EVERY);
    }
  }

  /** Reads what has come since the last time. A list that is not there yet is an empty one. */
  async read(): Promise<void> {
    const file = await open(this.#path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (!file) return;
    try {
      if ((await file.stat()).size < this.#offset) this.#beginAgain();
      const chunk = Buffer.alloc(AT_ONCE);
      for (;;) {
        const { bytesRead } = await file.read(chunk, 0, AT_ONCE, this.#offset);
        if (bytesRead === 0) return;
        this.#offset += bytesRead;
        this.#take(Buffer.concat([this.#rest, chunk.subarray(0, bytesRead)]));
      }
    } finally {
      await file.close();
    }
  }

  #beginAgain(): void {
    this.#offset = 0;
    this.#rest = Buffer.alloc(0);
    this.#columns = undefined;
  }

  #take(bytes: Buffer): void {
    const end = endOfRows(bytes);
    this.#rest = Buffer.from(bytes.subarray(end));
    const rows = parse(bytes.subarray(0, end), { relax_column_count: true }) as string[][];
    for (const row of rows) {
      if (!this.#columns) {
        this.#columns = row;
        continue;
      }
      const cell = (column: string) => row[this.#columns?.indexOf(column) ?? -1] ?? '';
      this.#receive({ key: cell('key'), phone: cell('phone'), created: cell('created') });
    }
  }
}

/** Where the last whole row ends: a line break within quotes is part of a cell. */
function endOfRows(bytes: Buffer): number {
  let end = 0;
  let quoted = false;
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] === 0x22) quoted = !quoted;
    else if (bytes[i] === 0x0a && !quoted) end = i + 1;
  }
  return end;
}
