import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { JsonObject, SourceColumn } from '@osicam/engine/plugin';
import { findKey, isIdentified, MappingError, planColumns, planFields, whyNobody } from '@osicam/engine/plugin';
import { checkText } from './check-text.ts';
import type { Place } from './file-error.ts';
import { FileError } from './file-error.ts';
import { findDelimiter } from './find-delimiter.ts';
import type { ParquetFile } from './parquet-file.ts';
import { readLine } from './read-lines.ts';
import { readObjects } from './read-objects.ts';
import type { RowFormat } from './read-rows.ts';
import { readRows } from './read-rows.ts';
import type { FileSettings } from './settings.ts';

/** A file whose beginning has been read. */
export interface Table {
  path: string;
  /** In bytes, or in rows where the file counts them. */
  size: number;
  /** How its rows are read; objects have fields of their own. */
  rows: { as: 'fields'; format: RowFormat } | { as: 'lines' } | { as: 'parquet'; file: ParquetFile };
  columns: readonly SourceColumn[];
  key: string | undefined;
  /** Where the data begin. */
  start: Place;
  /** What the columns were inferred from. */
  sample: Sample;
  /** Why no row can be read though its columns are known. */
  problem: string | undefined;
}

export type Sample =
  | { fields: readonly (readonly string[])[]; lines: readonly number[] }
  | { objects: readonly JsonObject[]; lines: readonly number[] };

type Beginning = Omit<Table, 'path' | 'size'>;

const sampleSize = 1000;

/** Nothing can be read from a table in which nobody is identified. */
export function expectReadable({ problem }: Table, path: string): void {
  if (problem !== undefined) throw new FileError(`${path}: ${problem}`);
}

/** Reads the beginning of a file that is not packed: how it is written, and what its columns are. The same file is always read the same way. */
export async function openTable(
  settings: FileSettings,
  { folder, plain }: { folder: string; plain: string },
): Promise<Table> {
  // What it is called by its owner, where it lies unpacked somewhere else.
  const path = resolve(folder, settings.path);
  try {
    const format = settings.format === 'auto' ? await formatOf(plain, path) : settings.format;
    if (format === 'parquet') return { path: plain, ...(await openRowGroups(plain, settings)) };
    const { size, start } = await checkText(plain, settings.encoding);
    const place = { byte: start, line: 0 };
    const open = format === 'json-lines' ? openLines : openCsv;
    return { path: plain, size, ...(await open(plain, place, settings)) };
  } catch (error) {
    if (error instanceof FileError && !error.message.includes(plain)) throw new FileError(`${path}: ${error.message}`);
    if (error instanceof FileError) throw new FileError(error.message.replaceAll(plain, path));
    if (error instanceof MappingError) throw new FileError(`${path}: ${error.message}`);
    throw error;
  }
}

async function formatOf(plain: string, path: string): Promise<'csv' | 'json-lines' | 'parquet'> {
  const head = Buffer.alloc(64);
  const length = await readHead(plain, head);
  if (head.subarray(0, 4).toString('latin1') === 'PAR1') return 'parquet';
  if (/\.(jsonl|ndjson)(\.gz)?$/i.test(path)) return 'json-lines';
  const begins = head
    .subarray(0, length)
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart();
  if (/\.json(\.gz)?$/i.test(path) && begins.startsWith('['))
    throw new FileError(`it holds one JSON array: expected an object a line, as jq -c '.[]' writes them`);
  return begins.startsWith('{"') || begins.startsWith('{}') ? 'json-lines' : 'csv';
}

async function readHead(path: string, into: Buffer): Promise<number> {
  try {
    const file = await open(path);
    try {
      return (await file.read(into, 0, into.length, 0)).bytesRead;
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = { ENOENT: 'no such file', EISDIR: 'it is a folder', EACCES: 'no permission' }[code ?? ''] ?? message;
    throw new FileError(`cannot read ${path}: ${why}`);
  }
}

async function openRowGroups(path: string, settings: FileSettings): Promise<Omit<Table, 'path'>> {
  // Few files are, and what reads them is loaded for those.
  const { openParquet } = await import('./parquet-file.ts');
  const file = await openParquet(path);
  const objects: JsonObject[] = [];
  for await (const batch of file.read(0, Math.min(sampleSize, file.rows))) objects.push(...batch.objects);
  const { columns, key, problem } = planObjects(file.columns, objects, settings);
  return {
    rows: { as: 'parquet', file },
    size: file.rows,
    columns,
    key,
    problem,
    start: { byte: 0, line: 0 },
    sample: { objects, lines: objects.map((_, i) => i + 1) },
  };
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
  const words: Record<string, string> = { tab: '\t', space: ' ', auto: findDelimiter(first.text) };
  const delimiter = told ?? words[settings.delimiter] ?? settings.delimiter;

  // Old Macintosh files end their lines with a carriage return alone: all of them is one line to everybody else.
  const lineEnds = first.text.includes('\r') ? ['\r'] : ['\r\n', '\n'];
  const format = { delimiter, encoding, lineEnds, width: undefined };
  const header = await readHeader(path, place, format);
  const names = namesOf(header.names, settings);
  const start = settings.header ? header.next : place;
  const rows = { ...format, width: header.names.length };
  const sample: string[][] = [];
  const lines: number[] = [];
  for await (const batch of readRows(path, start, rows)) {
    for (const [i, row] of batch.rows.entries()) {
      sample.push(row);
      lines.push(batch.lines[i] as number);
    }
    if (sample.length >= sampleSize) break;
  }
  sample.length = lines.length = Math.min(sample.length, sampleSize);

  const key = settings.key ?? (isIdentified(settings) ? undefined : findKey(names, sample));
  const columns = planColumns(names, sample, { ...settings, key });
  const problem = whyNobody(columns);
  return { rows: { as: 'fields', format: rows }, columns, key, problem, start, sample: { fields: sample, lines } };
}

/** The names of the columns: by the settings, else by the header; one without a name is called by its place. */
function namesOf(first: readonly string[], { names, header }: FileSettings): string[] {
  if (names && names.length !== first.length)
    throw new FileError(
      `${names.length} names for the ${first.length} columns of the first line (${first.join(', ')})`,
    );
  const found = names ?? (header ? first : first.map(() => ''));
  const columns = found.map((name, i) => name.trim() || `column ${i + 1}`);
  const doubled = columns.findIndex((name, i) => columns.indexOf(name) < i);
  if (doubled < 0) return columns;
  throw new FileError(
    `columns ${columns.indexOf(columns[doubled] as string) + 1} and ${doubled + 1} ${names ? '' : 'of the header '}are both named ` +
      `${JSON.stringify(columns[doubled])}: expected a name each`,
  );
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
  const objects: JsonObject[] = [];
  const lines: number[] = [];
  for await (const batch of readObjects(path, start, settings.encoding)) {
    for (const { object, line } of batch.objects) {
      objects.push(object);
      lines.push(line);
    }
    if (objects.length >= sampleSize) break;
  }
  objects.length = lines.length = Math.min(objects.length, sampleSize);
  const names = [...new Set(objects.flatMap((object) => Object.keys(object)))];
  return { rows: { as: 'lines' }, ...planObjects(names, objects, settings), start, sample: { objects, lines } };
}

function planObjects(
  names: readonly string[],
  objects: readonly JsonObject[],
  settings: FileSettings,
): { columns: SourceColumn[]; key: string | undefined; problem: string | undefined } {
  const asText = objects.map((object) => names.map((name) => String(object[name] ?? '')));
  const key = settings.key ?? (isIdentified(settings) ? undefined : findKey(names, asText));
  const columns = planFields(names, objects, { ...settings, key });
  return { columns, key, problem: whyNobody(columns) };
}
