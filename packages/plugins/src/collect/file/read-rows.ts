import { createReadStream } from 'node:fs';
import { TextDecoder } from 'node:util';
import type { Reject } from '@osicam/engine/plugin';
import type { CsvError } from 'csv-parse';
import { Parser } from 'csv-parse';
import { parse as parseStrictly } from 'csv-parse/sync';
import type { Place } from './file-error.ts';
import { longestRow } from './file-error.ts';
import { readLine, readLines } from './read-lines.ts';

export interface RowBatch {
  rows: string[][];
  /** The line that each row begins in. */
  lines: number[];
  rejects: Reject[];
  /** Behind the last row of the batch. */
  next: Place;
}

export interface RowFormat {
  delimiter: string;
  encoding: string;
  /** What ends a row: files put together from several may hold both. */
  lineEnds: string[];
  /** How many fields a row has; undefined reads the header, and nothing behind it. */
  width: number | undefined;
}

/** The rows of a CSV file from a place on, blank lines left out, in batches as they come from the disk. */
export async function* readRows(path: string, from: Place, format: RowFormat): AsyncGenerator<RowBatch> {
  if (format.delimiter === ' ') return yield* readWords(path, from, format);
  let place = from;
  for (;;) {
    const collector = new RowCollector(place, format);
    let broken: Broken | undefined;
    const stream = createReadStream(path, { start: place.byte }) as AsyncIterable<Buffer>;
    for await (const chunk of stream) {
      broken = await collector.parse(chunk);
      const batch = collector.takeBatch();
      place = batch.next;
      if (batch.rows.length > 0 || batch.rejects.length > 0) yield batch;
      if (broken) break;
    }
    if (!broken) {
      broken = await collector.finish();
      const batch = collector.takeBatch();
      place = batch.next;
      if (batch.rows.length > 0 || batch.rejects.length > 0) yield batch;
    }
    if (!broken) return;
    const mended = await mend(path, place, broken, format);
    if (!mended) return;
    place = mended.next;
    yield mended;
  }
}

/** Rows whose fields stand between blanks, any number of them, as programs print tables: there a quote is a letter like any other. */
async function* readWords(path: string, from: Place, { encoding, width }: RowFormat): AsyncGenerator<RowBatch> {
  for await (const { lines, rejects, next } of readLines(path, from, encoding)) {
    const batch: RowBatch = { rows: [], lines: [], rejects, next };
    for (const { text, line } of lines) {
      const row = text.split(/[ \t]+/);
      if (width === undefined) {
        // The header, and nothing behind it.
        let end = await readLine(path, from, encoding);
        while (end && end.next.line < line) end = await readLine(path, end.next, encoding);
        yield { rows: [row], lines: [line], rejects: [], next: end?.next ?? next };
        return;
      }
      if (row.length === width) {
        batch.rows.push(row);
        batch.lines.push(line);
      } else batch.rejects.push({ line, reason: wrongWidth(row.length, width), text: text.slice(0, 10_000) });
    }
    yield batch;
  }
}

const wrongWidth = (found: number, width: number): string =>
  `${found} ${found === 1 ? 'field' : 'fields'} where the header has ${width}`;

/** A row that cannot be right, or that may not be: several lines that may have been swallowed by a stray quote. */
interface Broken {
  reason: string;
  doubtful?: { row: string[]; line: number; end: Place };
}

/** Takes a doubtful row after all if its quotes are sound; else its first line is set aside alone, and the rest read anew. */
async function mend(path: string, place: Place, broken: Broken, format: RowFormat): Promise<RowBatch | undefined> {
  const { reason, doubtful } = broken;
  if (doubtful && (await isSound(path, place, doubtful.end, format)))
    return { rows: [doubtful.row], lines: [doubtful.line], rejects: [], next: doubtful.end };
  let line = await readLine(path, place, format.encoding);
  while (line?.text.trim() === '') line = await readLine(path, line.next, format.encoding);
  if (!line) return undefined;
  const { next, text } = line;
  return { rows: [], lines: [], rejects: [{ line: next.line, reason, text: text.slice(0, 10_000) }], next };
}

async function isSound(path: string, from: Place, to: Place, { delimiter, lineEnds }: RowFormat): Promise<boolean> {
  const chunks: Buffer[] = [];
  const stream = createReadStream(path, { start: from.byte, end: to.byte - 1 }) as AsyncIterable<Buffer>;
  for await (const chunk of stream) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  try {
    return (
      parseStrictly(bytes, { delimiter, record_delimiter: lineEnds, encoding: 'latin1', skip_empty_lines: true })
        .length === 1
    );
  } catch {
    return false;
  }
}

/** Takes rows from csv-parse as they are parsed, past the queue of the stream, which costs as much again as parsing. */
class RowCollector extends Parser {
  readonly #format: RowFormat;
  readonly #decoder: TextDecoder | undefined;
  readonly #startByte: number;
  #batch: RowBatch;
  /** What csv-parse has counted up to the last row. */
  #counted = { lines: 0, empty: 0 };
  #broken: Broken | undefined;
  /** Whether a NUL has come: only then is every field looked at. */
  #hasNul = false;

  constructor(start: Place, format: RowFormat) {
    const isUtf8 = /^utf-?8$/i.test(format.encoding);
    super({
      delimiter: format.delimiter,
      record_delimiter: format.lineEnds,
      encoding: isUtf8 ? 'utf8' : 'latin1',
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      max_record_size: longestRow,
    });
    this.#format = format;
    this.#decoder = isUtf8 ? undefined : new TextDecoder(format.encoding, { fatal: true });
    this.#startByte = start.byte;
    this.#batch = { rows: [], lines: [], rejects: [], next: start };
    this.on('error', () => undefined);
  }

  /** Why the rows from the last place on cannot be read, if they cannot. */
  parse(chunk: Buffer): Promise<Broken | undefined> {
    this.#hasNul ||= chunk.includes(0);
    return new Promise((resolve) => this.write(chunk, (error) => resolve(this.#broken ?? explain(error))));
  }

  finish(): Promise<Broken | undefined> {
    return new Promise((resolve) => this.end((error?: Error | null) => resolve(this.#broken ?? explain(error))));
  }

  takeBatch(): RowBatch {
    const batch = this.#batch;
    this.#batch = { rows: [], lines: [], rejects: [], next: batch.next };
    return batch;
  }

  override push(row: string[] | null): boolean {
    if (row === null) return super.push(null);
    if (this.#broken !== undefined) return true;
    const { width, delimiter } = this.#format;
    if (width === undefined && this.#batch.rows.length > 0) return true;
    const { lines, empty_lines: empty, bytes } = this.info;
    const skipped = empty - this.#counted.empty;
    const first = this.#batch.next.line + 1 + skipped;
    // csv-parse counts a line end of two bytes within quotes twice, so those lines are counted here.
    const isOneLine = lines - this.#counted.lines === 1 + skipped;
    const last = isOneLine ? first : first + lineEndsIn(row);
    this.#counted = { lines, empty };

    const end = { byte: this.#startByte + bytes, line: last };
    const undecodable = this.#decoder ? decodeRow(row, this.#decoder) : -1;
    if (width !== undefined && row.length !== width) {
      const found = wrongWidth(row.length, width);
      if (last > first) {
        this.#broken = { reason: `${found}; a quote in it may not be closed` };
        return true;
      }
      this.#batch.rejects.push({ line: first, reason: found, text: joinRow(row, delimiter) });
    } else if (this.#hasNul && row.some((field) => field.includes('\0'))) {
      const field = row.findIndex((each) => each.includes('\0')) + 1;
      this.#batch.rejects.push({
        line: first,
        reason: `field ${field} holds a NUL character`,
        text: joinRow(row, delimiter),
      });
    } else if (undecodable >= 0) {
      const reason = `field ${undecodable + 1} is not ${this.#format.encoding}`;
      this.#batch.rejects.push({ line: first, reason, text: joinRow(row, delimiter) });
    } else if (last > first && row.some((field) => field.startsWith('"'))) {
      // With relaxed quotes, a field whose closing quote is not followed by a separator keeps its quotes.
      this.#broken = { reason: 'a quote that is not closed in its field', doubtful: { row, line: first, end } };
      return true;
    } else {
      this.#batch.rows.push(row);
      this.#batch.lines.push(first);
    }
    this.#batch.next = end;
    return true;
  }
}

const nonAscii = /[\u0080-\u00ff]/;

/** Makes text of fields that hold a character a byte. The place of the first that is not in the encoding, or -1. */
function decodeRow(row: string[], decoder: TextDecoder): number {
  for (const [i, field] of row.entries()) {
    if (!nonAscii.test(field)) continue;
    try {
      row[i] = decoder.decode(Buffer.from(field, 'latin1'));
    } catch {
      return i;
    }
  }
  return -1;
}

const lineEndsIn = (row: readonly string[]): number =>
  row.reduce((count, field) => count + (field.match(/\r\n|\n|\r/g)?.length ?? 0), 0);

function explain(error: Error | null | undefined): Broken | undefined {
  if (!error) return undefined;
  const { code } = error as CsvError;
  if (code === 'CSV_QUOTE_NOT_CLOSED') return { reason: 'a quote that is never closed' };
  if (code === 'CSV_MAX_RECORD_SIZE') return { reason: 'longer than 1 MB, or a quote that is never closed' };
  return { reason: error.message };
}

/** The row as a line of CSV, so that what was rejected can be mended and read again. */
export const joinRow = (row: readonly string[], delimiter: string): string =>
  row
    .map((field) => (/["\r\n]/.test(field) || field.includes(delimiter) ? `"${field.replaceAll('"', '""')}"` : field))
    .join(delimiter)
    .slice(0, 10_000);
