import type { Reject, SourceChunk, SourceContext, SourceRecord } from '@osicam/engine/plugin';
import { source } from '@osicam/engine/plugin';
import { toReentry } from '../../reentry.ts';
import type { Place } from './file-error.ts';
import { FileError } from './file-error.ts';
import type { Table } from './open-table.ts';
import { openTable } from './open-table.ts';
import { readObjects } from './read-objects.ts';
import { joinRow, readRows } from './read-rows.ts';
import { RecordMaker } from './record-maker.ts';
import type { FileSettings } from './settings.ts';
import { fileSettings } from './settings.ts';

/** What one read from the disk gives, more or less. Chunks of 2,000 outlive V8's young generation: 70 MB and a tenth of the time. */
const chunkSize = 700;

export const file = source({
  type: 'collect/file',
  stage: 'collect',
  title: 'File',
  description:
    'Lets customers enter from a CSV or JSON Lines file, whose columns’ types it finds, or when they are imported.',
  settings: fileSettings,
  entry: (settings) => ({ on: 'records', again: toReentry(settings) }),
  read: readFile,
  preview: async ({ settings, folder }) => {
    const { rows, columns, key, sample } = await openTable(settings, folder);
    const separated = rows?.delimiter === '\t' ? 'tabs' : JSON.stringify(rows?.delimiter);
    const format = rows ? `CSV, separated by ${separated}, ${rows.encoding}` : `JSON Lines, ${settings.encoding}`;
    return { columns, rows: sample, format, ...(key === undefined ? {} : { key }) };
  },
});

async function* readFile(context: SourceContext<FileSettings>): AsyncGenerator<SourceChunk> {
  const { settings, folder, signal } = context;
  if (settings.path === '') return;
  const table = await openTable(settings, folder);
  const from = placeOf(context.cursor, table);
  const maker = new RecordMaker(table.columns, settings);
  let records: SourceRecord[] = [];
  let rejects: Reject[] = [];
  let next = from;
  const chunk = (): SourceChunk => {
    const made = {
      records,
      rejects,
      misfits: maker.takeMisfits(),
      cursor: { ...next },
      progress: next.byte / table.size,
    };
    records = [];
    rejects = [];
    return made;
  };

  for await (const batch of readBatches(table, from, settings.encoding, maker)) {
    signal.throwIfAborted();
    for (const record of batch.records) records.push(record);
    for (const reject of batch.rejects) rejects.push(reject);
    next = batch.next;
    if (records.length >= chunkSize || rejects.length >= chunkSize) yield chunk();
  }
  next = { byte: table.size, line: next.line };
  yield chunk();
}

interface Batch {
  records: SourceRecord[];
  rejects: Reject[];
  next: Place;
}

async function* readBatches(table: Table, from: Place, encoding: string, maker: RecordMaker): AsyncGenerator<Batch> {
  const { rows, path } = table;
  if (rows) {
    for await (const batch of readRows(path, from, rows)) {
      const { next, lines } = batch;
      const made: Batch = { records: [], rejects: batch.rejects, next };
      for (const [i, row] of batch.rows.entries()) {
        const line = lines[i] as number;
        const record = maker.fromRow(row, line);
        if ('reason' in record) made.rejects.push({ line, reason: record.reason, text: joinRow(row, rows.delimiter) });
        else made.records.push(record);
      }
      yield made;
    }
    return;
  }
  for await (const { objects, rejects, next } of readObjects(path, from, encoding)) {
    const made: Batch = { records: [], rejects, next };
    for (const { object, line, text } of objects) {
      const record = maker.fromObject(object, line);
      if ('reason' in record) made.rejects.push({ line, reason: record.reason, text: text.slice(0, 10_000) });
      else made.records.push(record);
    }
    yield made;
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
