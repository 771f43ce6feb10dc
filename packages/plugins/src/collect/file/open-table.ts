import { resolve } from 'node:path';
import type { SourceColumn } from '@osicam/engine/plugin';
import { checkText } from './check-text.ts';
import type { Place } from './file-error.ts';
import { FileError } from './file-error.ts';
import { findDelimiter } from './find-delimiter.ts';
import { findKey, inferColumns } from './infer-columns.ts';
import { inferFields } from './infer-fields.ts';
import { readLine } from './read-lines.ts';
import { readObjects } from './read-objects.ts';
import type { RowFormat } from './read-rows.ts';
import { readRows } from './read-rows.ts';
import type { FileSettings } from './settings.ts';

/** A file whose beginning has been read. */
export interface Table {
  path: string;
  size: number;
  /** Undefined: JSON Lines. */
  rows: RowFormat | undefined;
  columns: readonly SourceColumn[];
  key: string | undefined;
  /** Where the data begin. */
  start: Place;
  /** How many rows the columns were inferred from. */
  sample: number;
}

type Beginning = Omit<Table, 'path' | 'size'>;

const sampleSize = 1000;

/** Reads the beginning of a file: how it is written, and what its columns are. The same file is always read the same way. */
export async function openTable(settings: FileSettings, folder: string): Promise<Table> {
  const path = resolve(folder, settings.path);
  const { size, start } = await checkText(path, settings.encoding);
  const isLines = settings.format === 'json-lines' || (settings.format === 'auto' && /\.(jsonl|ndjson)$/i.test(path));
  const place = { byte: start, line: 0 };
  try {
    return { path, size, ...(await (isLines ? openLines(path, place, settings) : openCsv(path, place, settings))) };
  } catch (error) {
    throw error instanceof FileError ? new FileError(`${path}: ${error.message}`) : error;
  }
}

async function openCsv(path: string, from: Place, settings: FileSettings): Promise<Beginning> {
  const { encoding } = settings;
  let place = from;
  let first = await readLine(path, place, encoding);
  while (first?.text.trim() === '') {
    place = first.next;
    first = await readLine(path, place, encoding);
  }
  if (!first) throw new FileError('the file has blank lines only: expected a header and rows');
  // Excel's own way to say how the file is separated.
  const told = /^sep=(.)$/i.exec(first.text)?.[1];
  if (told) place = first.next;
  const wanted = settings.delimiter === 'tab' ? '\t' : settings.delimiter;
  const delimiter = told ?? (wanted === 'auto' ? findDelimiter(first.text) : wanted);

  // Old Macintosh files end their lines with a carriage return alone: all of them is one line to everybody else.
  const lineEnds = first.text.includes('\r') ? ['\r'] : ['\r\n', '\n'];
  const format = { delimiter, encoding, lineEnds, width: undefined };
  const header = await readHeader(path, place, format);
  const rows = { ...format, width: header.names.length };
  const sample: string[][] = [];
  for await (const batch of readRows(path, header.next, rows)) {
    for (const row of batch.rows) sample.push(row);
    if (sample.length >= sampleSize) break;
  }
  sample.length = Math.min(sample.length, sampleSize);

  const key = settings.key ?? (isIdentified(settings) ? undefined : findKey(header.names, sample));
  const columns = inferColumns(header.names, sample, { ...settings, key });
  requireKey(columns);
  return { rows, columns, key, start: header.next, sample: sample.length };
}

async function readHeader(path: string, from: Place, format: RowFormat): Promise<{ names: string[]; next: Place }> {
  for await (const { rows, rejects, next } of readRows(path, from, format)) {
    if (rejects[0]) throw new FileError(`the header in line ${rejects[0].line}: ${rejects[0].reason}`);
    if (rows[0]?.every((name) => name.trim() === '')) break;
    if (rows[0]) return { names: rows[0], next };
  }
  throw new FileError('expected a header with the names of the columns');
}

async function openLines(path: string, start: Place, settings: FileSettings): Promise<Beginning> {
  const sample = [];
  for await (const { objects } of readObjects(path, start, settings.encoding)) {
    for (const { object } of objects) sample.push(object);
    if (sample.length >= sampleSize) break;
  }
  sample.length = Math.min(sample.length, sampleSize);
  const names = [...new Set(sample.flatMap((object) => Object.keys(object)))];
  const asText = sample.map((object) => names.map((name) => String(object[name] ?? '')));
  const key = settings.key ?? (isIdentified(settings) ? undefined : findKey(names, asText));
  const columns = inferFields(names, sample, { ...settings, key });
  requireKey(columns);
  return { rows: undefined, columns, key, start, sample: sample.length };
}

const isIdentified = ({ map }: FileSettings): boolean =>
  Object.values(map).some((wish) => wish !== 'ignore' && wish.identity !== undefined);

function requireKey(columns: readonly SourceColumn[]): void {
  if (columns.some(({ identity }) => identity !== undefined)) return;
  throw new FileError(
    'no column is named like an id without repetitions: name the one that identifies a customer as ' +
      `the key. The columns are ${columns.map(({ name }) => name).join(', ')}`,
  );
}
