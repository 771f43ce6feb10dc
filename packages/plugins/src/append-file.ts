import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parse } from 'csv-parse';
import { stringify } from 'csv-stringify/sync';
import type { Json, Receipt } from '@osicam/engine/plugin';

export type FileFormat = 'csv' | 'ndjson';
export type Row = Readonly<Record<string, Json>>;

/** A cell as a spreadsheet may open it: what it would take for a formula is marked as text. */
export function neutralised(value: Json | undefined): string {
  const text = value === null || value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
  // A number or a telephone number with its sign does nothing but stand there, and must not be spoilt.
  return /^\s*[=+\-@\t\r\uff0b\uff0d\uff1d\uff20]/.test(text) && !/^[+-]?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
}

/**
 * A file that grows by one row a key, once for each key whoever asks and however often: `key` is its first column. Rows
 * that are asked for at the same time share one write and one sync. A process that died while it wrote leaves at most a
 * torn last row, which the next opening cuts off.
 */
export class AppendFile {
  readonly #columns: readonly string[];
  readonly #format: FileFormat;
  readonly #handle: FileHandle;
  readonly #keys: Set<string>;
  #waiting: { row: Row; key: string; done: (error?: Error) => void }[] = [];
  #size: number;
  #writing: Promise<void> | undefined;

  private constructor(
    handle: FileHandle,
    size: number,
    keys: Set<string>,
    format: FileFormat,
    columns: readonly string[],
  ) {
    this.#handle = handle;
    this.#size = size;
    this.#keys = keys;
    this.#format = format;
    this.#columns = columns;
  }

  /** Opens or begins the file. One that has other columns is left as it is, and refused. */
  static async open(path: string, format: FileFormat, columns: readonly string[]): Promise<AppendFile> {
    await mkdir(dirname(path), { recursive: true });
    const handle = await open(path, 'a+');
    try {
      const end = await lastWholeRow(path, format);
      if (end < (await handle.stat()).size) await handle.truncate(end);
      const keys = new Set<string>();
      let header: string[] | undefined;
      for await (const cells of rows(path, format)) {
        if (format === 'csv' && !header) header = cells;
        else keys.add(cells[0] ?? '');
      }
      const expected = ['key', ...columns];
      if (header && header.join('\n') !== expected.join('\n'))
        throw new ColumnsError(`${path}: expected the columns ${expected.join(', ')}, got ${header.join(', ')}`);
      const file = new AppendFile(handle, end, keys, format, columns);
      if (format === 'csv' && !header) await file.#write(stringify([expected]));
      return file;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Resolves once the row is on the disk; at once when a row with this key is there already. */
  async append(key: string, row: Row): Promise<void> {
    if (this.#keys.has(key)) return;
    const written = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ key, row, done: (error) => (error ? reject(error) : resolve()) });
    });
    this.#writing ??= this.#drain().finally(() => {
      this.#writing = undefined;
    });
    return written;
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#handle.close();
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      const fresh = new Map(batch.flatMap(({ key, row }) => (this.#keys.has(key) ? [] : [[key, row]])));
      try {
        if (fresh.size > 0) await this.#write([...fresh].map(([key, row]) => this.#text(key, row)).join(''));
        for (const key of fresh.keys()) this.#keys.add(key);
        for (const { done } of batch) done();
      } catch (error) {
        for (const { done } of batch) done(error as Error);
      }
    }
  }

  async #write(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    try {
      await this.#handle.appendFile(bytes);
      await this.#handle.datasync();
      this.#size += bytes.length;
    } catch (error) {
      // A full disk may have taken half a row.
      await this.#handle.truncate(this.#size);
      throw error;
    }
  }

  #text(key: string, row: Row): string {
    if (this.#format === 'ndjson') {
      const cells = this.#columns.map((column) => [column, row[column] ?? null]);
      return `${JSON.stringify({ key, ...Object.fromEntries(cells) })}\n`;
    }
    return stringify([[key, ...this.#columns.map((column) => neutralised(row[column]))]]);
  }
}

/** A file that has other columns than it should. Trying again does not help. */
export class ColumnsError extends Error {
  override name = 'ColumnsError';
}

/** A channel that writes files goes where the engine says, so that anything set for it would be dropped without a word. */
export function expectNoConfiguration(type: string, config: unknown): void {
  const names = Object.keys(config ?? {});
  if (names.length > 0) throw new Error(`${type}: expected no configuration, got ${names.join(', ')}`);
}

/** The files that one channel writes, each opened once. */
export class AppendFiles {
  readonly #open = new Map<string, { columns: string; file: Promise<AppendFile> }>();

  async append(path: string, format: FileFormat, columns: readonly string[], key: string, row: Row): Promise<Receipt> {
    const named = columns.join('\n');
    const before = this.#open.get(path);
    try {
      if (before && before.columns !== named)
        throw new ColumnsError(
          `${path}: another node writes other columns to this file; give this one a name of its own`,
        );
      const file = before?.file ?? AppendFile.open(path, format, columns);
      if (!before) {
        this.#open.set(path, { columns: named, file });
        file.catch(() => this.#open.delete(path));
      }
      await (await file).append(key, row);
      return { status: 'sent' };
    } catch (error) {
      return { status: error instanceof ColumnsError ? 'failed' : 'retry', detail: (error as Error).message };
    }
  }

  async close(): Promise<void> {
    for (const { file } of this.#open.values()) await (await file).close();
    this.#open.clear();
  }
}

/** The first cells of each row: for CSV all of the header's, for NDJSON the key alone. */
async function* rows(path: string, format: FileFormat): AsyncGenerator<string[]> {
  if (format === 'csv') {
    yield* createReadStream(path).pipe(parse({ relax_column_count: true }));
    return;
  }
  const handle = await open(path);
  for await (const line of handle.readLines()) yield [String((JSON.parse(line) as { key?: unknown }).key)];
}

/** Where the last row ends that was written to its end: a line break within quotes is part of a cell. */
async function lastWholeRow(path: string, format: FileFormat): Promise<number> {
  let offset = 0;
  let end = 0;
  let quoted = false;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    for (const byte of chunk) {
      offset++;
      if (byte === 0x22 && format === 'csv') quoted = !quoted;
      if (byte === 0x0a && !quoted) end = offset;
    }
  }
  return end;
}
