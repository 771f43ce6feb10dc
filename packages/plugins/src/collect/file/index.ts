import { resolve } from 'node:path';
import type { Made, Reject, SourceChunk, SourceContext, SourcePreview, SourceRecord } from '@osicam/engine/plugin';
import { RecordMapper, source } from '@osicam/engine/plugin';
import { toReentry } from '../../reentry.ts';
import type { Place } from './file-error.ts';
import { FileError } from './file-error.ts';
import type { Table } from './open-table.ts';
import { expectReadable, openTable } from './open-table.ts';
import { readObjects } from './read-objects.ts';
import { joinRow, readRows } from './read-rows.ts';
import type { FileSettings } from './settings.ts';
import { fileSettings } from './settings.ts';
import { unpack } from './unpack.ts';

/** What one read from the disk gives, more or less. Chunks of 2,000 outlive V8's young generation: 70 MB and a tenth of the time. */
const chunkSize = 700;

export const file = source({
  type: 'collect/file',
  stage: 'collect',
  title: 'File',
  description:
    'Lets customers enter from a CSV, JSON Lines or Parquet file, whose columns’ types it finds, or when they are imported.',
  settings: fileSettings,
  entry: (settings) => ({ on: 'records', again: toReentry(settings) }),
  read: readFile,
  preview: previewFile,
});

/** So many records show what becomes of a row. */
const shownRecords = 3;
const shownRejects = 20;

async function previewFile({ settings, folder, now }: SourceContext<FileSettings>): Promise<SourcePreview> {
  const plain = await unpack(resolve(folder, settings.path));
  try {
    const { rows, columns, key, sample, problem } = await openTable(settings, { folder, plain: plain.path });
    const mapper = new RecordMapper(columns, settings);
    const records: SourceRecord[] = [];
    const rejects: Reject[] = [];
    // Nobody is identified: that is wrong once, and not with every row.
    for (const [i, line] of problem === undefined ? sample.lines.entries() : []) {
      const made =
        'fields' in sample
          ? mapper.fromRow(sample.fields[i] as string[], line, now)
          : mapper.fromObject(sample.objects[i] ?? {}, { line, now });
      if (!('reason' in made)) records.push(made);
      else rejects.push({ line, reason: made.reason, text: '' });
    }
    const packed = plain.path === resolve(folder, settings.path) ? '' : ', packed by gzip';
    return {
      columns,
      rows: sample.lines.length,
      format: `${describe(rows, settings)}${packed}`,
      ...(key === undefined ? {} : { key }),
      ...(problem === undefined ? {} : { problem: `${resolve(folder, settings.path)}: ${problem}` }),
      records: records.slice(0, shownRecords),
      rejects: rejects.slice(0, shownRejects),
      refused: rejects.length,
      misfits: mapper.takeMisfits(),
    };
  } finally {
    await plain.close();
  }
}

function describe(rows: Table['rows'], { encoding }: FileSettings): string {
  if (rows.as === 'parquet') return `Parquet, ${rows.file.rows} rows`;
  if (rows.as === 'lines') return `JSON Lines, ${encoding}`;
  const { delimiter } = rows.format;
  const words: Record<string, string> = { '\t': 'tabs', ' ': 'blanks' };
  return `CSV, separated by ${words[delimiter] ?? JSON.stringify(delimiter)}, ${rows.format.encoding}`;
}

async function* readFile(context: SourceContext<FileSettings>): AsyncGenerator<SourceChunk> {
  const { settings, folder } = context;
  if (settings.path === '') return;
  const plain = await unpack(resolve(folder, settings.path));
  try {
    const table = await openTable(settings, { folder, plain: plain.path });
    expectReadable(table, resolve(folder, settings.path));
    yield* readTable(context, table);
  } finally {
    await plain.close();
  }
}

async function* readTable(
  { settings, signal, cursor, now }: SourceContext<FileSettings>,
  table: Table,
): AsyncGenerator<SourceChunk> {
  const from = placeOf(cursor, table);
  // An event whose id is the how-manieth of rows that are alike has all rows before it counted.
  const begin = settings.events.some(isCounted) ? table.start : from;
  const mapper = new RecordMapper(table.columns, settings);
  let records: SourceRecord[] = [];
  let rejects: Reject[] = [];
  let next = from;
  const chunk = (): SourceChunk => {
    const made = {
      records,
      rejects,
      misfits: mapper.takeMisfits(),
      cursor: { ...next },
      progress: next.byte / table.size,
    };
    records = [];
    rejects = [];
    return made;
  };

  for await (const batch of readBatches(table, begin, settings, mapper, now)) {
    signal.throwIfAborted();
    const isBehind = batch.next.line <= from.line;
    if (begin !== from && isBehind) continue;
    for (const record of batch.records) if ((record.line as number) > from.line) records.push(record);
    for (const reject of batch.rejects) if (reject.line > from.line) rejects.push(reject);
    next = batch.next;
    if (records.length >= chunkSize || rejects.length >= chunkSize) yield chunk();
  }
  next = { byte: table.size, line: next.line };
  yield chunk();
}

const isCounted = ({ messageId }: FileSettings['events'][number]): boolean =>
  messageId === undefined || (typeof messageId === 'object' && 'columns' in messageId);

interface Batch {
  records: SourceRecord[];
  rejects: Reject[];
  next: Place;
}

async function* readBatches(
  { rows, path }: Table,
  from: Place,
  { encoding }: FileSettings,
  mapper: RecordMapper,
  now: number,
): AsyncGenerator<Batch> {
  const add = (to: Batch, made: Made, line: number, text: () => string) => {
    if ('reason' in made) to.rejects.push({ line, reason: made.reason, text: text().slice(0, 10_000) });
    else to.records.push(made);
  };
  if (rows.as === 'fields') {
    for await (const batch of readRows(path, from, rows.format)) {
      const made: Batch = { records: [], rejects: batch.rejects, next: batch.next };
      for (const [i, row] of batch.rows.entries()) {
        const line = batch.lines[i] as number;
        add(made, mapper.fromRow(row, line, now), line, () => joinRow(row, rows.format.delimiter));
      }
      yield made;
    }
  } else if (rows.as === 'lines') {
    for await (const { objects, rejects, next } of readObjects(path, from, encoding)) {
      const made: Batch = { records: [], rejects, next };
      for (const { object, line, text } of objects)
        add(made, mapper.fromObject(object, { line, now }), line, () => text);
      yield made;
    }
  } else {
    for await (const { objects, next } of rows.file.read(from.byte)) {
      const first = next - objects.length;
      // What is decoded at once is more than what is handed on at once.
      for (let start = 0; start < objects.length; start += chunkSize) {
        const some = objects.slice(start, start + chunkSize);
        const end = first + start + some.length;
        const made: Batch = { records: [], rejects: [], next: { byte: end, line: end } };
        for (const [i, object] of some.entries()) {
          const line = first + start + i + 1;
          add(made, mapper.fromObject(object, { line, now }), line, () => JSON.stringify(object));
        }
        yield made;
      }
    }
  }
}

/** Where the last run stopped, or where the data begin. */
function placeOf(cursor: unknown, table: Table): Place {
  if (cursor === undefined || cursor === null) return table.start;
  const { byte, line } = cursor as Partial<Place>;
  if (!Number.isSafeInteger(byte) || !Number.isSafeInteger(line))
    throw new FileError(`expected a cursor with byte and line, got ${JSON.stringify(cursor)}`);
  const place = { byte: byte as number, line: line as number };
  if (place.byte > table.size)
    throw new FileError(
      `${table.path} has ${table.size} bytes, but reading stopped at ${place.byte} the last time: it is another file now`,
    );
  return place;
}
