import type {
  JsonObject,
  Reject,
  SourceChunk,
  SourceColumn,
  SourceContext,
  SourcePreview,
  SourceRecord,
} from '@osicam/engine/plugin';
import { isIdentified, listed, MappingError, planFields, RecordMapper, source } from '@osicam/engine/plugin';
import { parseCalendarDuration, parseDuration } from '@osicam/engine/rule';
import { toReentry } from '../../reentry.ts';
import type { Driver, DriverColumn, Token } from './driver.ts';
import { openDriver, readable, withoutPassword } from './open-driver.ts';
import type { TableSettings } from './settings.ts';
import { tableSettings } from './settings.ts';
import { TableError } from './table-error.ts';

/** Rows a page: each is a transaction of the table's database, and one of ours. */
const pageSize = 1_000;
const sampleSize = 1_000;
const shownRecords = 3;
const shownRejects = 20;

export const table = source({
  type: 'collect/table',
  stage: 'collect',
  title: 'Table',
  description:
    'Lets customers enter from a table or a query of a PostgreSQL, MySQL or SQLite database, and looks again for rows that are new or have changed.',
  settings: tableSettings,
  entry: (settings) => ({ on: 'records', again: toReentry(settings) }),
  polls: ({ connection, every }) => (connection === '' ? undefined : parseDuration(every)),
  check: ({ connection, table: name, query, cursor, rowKey }) => {
    if (connection === '') return [];
    const isGiven = (text: string | undefined) => text !== undefined && text.trim() !== '';
    return [
      ...(isGiven(name) === isGiven(query) ? [{ path: ['table'], message: 'expected either a table or a query' }] : []),
      ...(cursor === '' ? [{ path: ['cursor'], message: 'expected the column that grows with every change' }] : []),
      ...(isGiven(query) && rowKey.length === 0
        ? [{ path: ['rowKey'], message: 'expected the columns of the query that no two rows share' }]
        : []),
    ];
  },
  read: readTable,
  preview: previewTable,
});

interface Opened {
  driver: Driver;
  url: string;
  order: readonly DriverColumn[];
  key: readonly string[];
  names: readonly string[];
}

async function open({ settings, connections, folder }: SourceContext<TableSettings>): Promise<Opened> {
  const { connection, cursor, rowKey } = settings;
  const url = connections?.[connection];
  if (url === undefined) {
    const known = Object.keys(connections ?? {});
    throw new TableError(
      `there is no connection ${JSON.stringify(connection)} in osicam.config.json: ` +
        (known.length > 0 ? `its connections are ${known.join(', ')}` : 'it has no connections'),
    );
  }
  const driver = await openDriver(url, folder, targetOf(settings));
  try {
    const columns = await driver.columns();
    const names = columns.map(({ name }) => name);
    const doubled = names.find((name, i) => names.indexOf(name) < i);
    if (doubled !== undefined)
      throw new TableError(`two columns are both named ${JSON.stringify(doubled)}: expected a name each`);
    const key = rowKey.length > 0 ? rowKey : await driver.primaryKey();
    if (key.length === 0)
      throw new TableError(
        `${nameOf(settings)} has no primary key: name the columns that no two rows share. The columns are ${listed(names)}`,
      );
    const order = [...new Set([cursor, ...key])].map((name) => {
      const column = columns.find((each) => each.name === name);
      if (column) return column;
      throw new TableError(`there is no column ${JSON.stringify(name)}: the columns are ${listed(names)}`);
    });
    return { driver, url, order, key, names };
  } catch (error) {
    await driver.close();
    throw readable(error, url);
  }
}

const targetOf = ({ table: name, query }: TableSettings) =>
  query?.trim() ? { query } : { table: (name ?? '').trim() };
const nameOf = ({ table: name, query }: TableSettings) => (query?.trim() ? 'the query' : `the table ${name}`);

const only = (names: readonly string[]): string | undefined => (names.length === 1 ? names[0] : undefined);

/** How the columns are read, from the first rows in the order of the cursor: always the same ones. */
function plan(
  settings: TableSettings,
  { names, key: rowKey }: Pick<Opened, 'names' | 'key'>,
  rows: readonly JsonObject[],
) {
  // Never by what the rows look like: the next time they may look otherwise, and their customers would be others.
  const key = settings.key ?? (isIdentified(settings) || settings.events.length > 0 ? undefined : only(rowKey));
  try {
    const columns: SourceColumn[] = planFields(names, rows, { ...settings, key });
    if (columns.some(({ identity }) => identity !== undefined)) return { columns, key };
    throw new MappingError(
      `name the column that identifies a customer: rows that tell of events have a key of their own. The columns are ${listed(names)}`,
    );
  } catch (error) {
    if (error instanceof MappingError) throw new TableError(`${nameOf(settings)}: ${error.message}`);
    throw error;
  }
}

async function previewTable(context: SourceContext<TableSettings>): Promise<SourcePreview> {
  const { settings, now } = context;
  const { driver, url, order, key: rowKey, names } = await open(context);
  try {
    const { rows, tokens } = await driver.page(order, undefined, { limit: sampleSize });
    const { columns, key } = plan(settings, { names, key: rowKey }, rows);
    const mapper = new RecordMapper(columns, settings);
    const records: SourceRecord[] = [];
    const rejects: Reject[] = [];
    for (const [i, row] of rows.entries()) {
      const made = mapper.fromObject(row, {
        line: i + 1,
        now,
        rowKey: keyOf(settings, order, rowKey, tokens[i] ?? []),
      });
      if ('reason' in made) rejects.push({ line: i + 1, reason: made.reason, text: '' });
      else records.push(made);
    }
    return {
      columns,
      rows: rows.length,
      format: `${nameOf(settings)} of ${withoutPassword(url)}`,
      ...(key === undefined ? {} : { key }),
      records: records.slice(0, shownRecords),
      rejects: rejects.slice(0, shownRejects),
      refused: rejects.length,
      misfits: mapper.takeMisfits(),
    };
  } catch (error) {
    throw readable(error, url);
  } finally {
    await driver.close();
  }
}

async function* readTable(context: SourceContext<TableSettings>): AsyncGenerator<SourceChunk> {
  const { settings, signal, now } = context;
  if (settings.connection === '') return;
  let place = placeOf(context.cursor);
  const { driver, url, order, key, names } = await open(context);
  const { days, milliseconds } = parseCalendarDuration(settings.delay);
  const delay = days * 86_400_000 + milliseconds;
  const notAfter = delay > 0 ? now - delay : undefined;
  try {
    const { rows: sample } = await driver.page(order, undefined, { limit: sampleSize });
    if (sample.length === 0) return;
    const { columns } = plan(settings, { names, key }, sample);
    const mapper = new RecordMapper(columns, settings);
    let line = place?.rows ?? 0;
    for (;;) {
      signal.throwIfAborted();
      const { rows, tokens } = await driver.page(order, place?.after, { limit: pageSize, notAfter });
      const last = tokens.at(-1);
      if (last === undefined) return;
      const records: SourceRecord[] = [];
      const rejects: Reject[] = [];
      for (const [i, row] of rows.entries()) {
        line++;
        const made = mapper.fromObject(row, { line, now, rowKey: keyOf(settings, order, key, tokens[i] ?? []) });
        if ('reason' in made) rejects.push({ line, reason: made.reason, text: JSON.stringify(row).slice(0, 10_000) });
        else records.push(made);
      }
      place = { after: last, rows: line };
      const cursor = { after: last.map((token) => token), rows: line } as unknown as SourceChunk['cursor'];
      yield { records, rejects, misfits: mapper.takeMisfits(), cursor };
      if (rows.length < pageSize) return;
    }
  } catch (error) {
    if (signal.aborted) throw error;
    throw readable(error, url);
  } finally {
    await driver.close();
  }
}

/** What makes a row this one, whatever else of it changes: its table and its key. */
function keyOf(
  settings: TableSettings,
  order: readonly DriverColumn[],
  key: readonly string[],
  tokens: readonly Token[],
): string {
  const values = key.map((name) => tokens[order.findIndex((column) => column.name === name)] ?? null);
  return JSON.stringify([settings.connection, settings.query?.trim() ?? settings.table, values]);
}

function placeOf(cursor: unknown): { after: readonly Token[]; rows: number } | undefined {
  if (cursor === undefined || cursor === null) return undefined;
  const { after, rows } = cursor as { after?: unknown; rows?: unknown };
  if (!Array.isArray(after) || !Number.isSafeInteger(rows))
    throw new TableError(`expected a cursor with after and rows, got ${JSON.stringify(cursor)}`);
  return { after: after as Token[], rows: rows as number };
}
