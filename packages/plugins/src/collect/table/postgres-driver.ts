import type { Json, JsonObject } from '@osicam/engine/plugin';
import pg from 'pg';
import type { Driver, DriverColumn, Page, Target, Token } from './driver.ts';
import { behind, behindParameters, expectQuery } from './driver.ts';
import { bytes, decimal, plain, real, whole } from './exact.ts';

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
const quotedTable = (name: string) => name.split('.').map(quoted).join('.');

/** `2024-01-31 10:00:00.5+00` as ISO 8601 writes it. The session speaks ISO and UTC. */
const instant = (text: string) => text.replace(' ', 'T').replace(/\+00(:00)?$/, 'Z');

/** What is not here comes as the driver reads it, or as text. By the numbers that PostgreSQL gives its types. */
const parsers: Record<number, (text: string) => Json> = {
  16: (text) => text === 't',
  17: (text) => bytes(Buffer.from(text.slice(2), 'hex')),
  20: whole,
  21: Number,
  23: Number,
  26: Number,
  114: (text) => JSON.parse(text) as Json,
  700: (text) => real(Number(text)),
  701: (text) => real(Number(text)),
  1082: (text) => text,
  1114: instant,
  1184: instant,
  1700: decimal,
  3802: (text) => JSON.parse(text) as Json,
};
/** Lists of texts and numbers, which the driver knows how to take apart. */
const lists = new Set([1000, 1005, 1007, 1009, 1014, 1015, 1016, 1021, 1022, 1028]);

const types = {
  getTypeParser: (type: number) => {
    const known = parsers[type];
    if (known) return known;
    if (!lists.has(type)) return (text: string) => text;
    const list = pg.types.getTypeParser(type as never, 'text') as (text: string) => unknown;
    // Of long numbers the driver makes texts.
    if (type === 1016) return (text: string) => (list(text) as (string | null)[]).map((each) => each && whole(each));
    return (text: string) => plain(list(text));
  },
};

/** Types whose order is that of instants. */
const isInstant = (type: string) => /^(timestamp|date)/.test(type);

export async function openPostgres(url: string, target: Target): Promise<Driver> {
  const client = new pg.Client({
    connectionString: url,
    types: types as never,
    connectionTimeoutMillis: 10_000,
    application_name: 'osicam',
    options: '-c default_transaction_read_only=on -c TimeZone=UTC -c DateStyle=ISO -c IntervalStyle=iso_8601',
  });
  // A connection that breaks fails the statement that is under way, or the next.
  client.on('error', () => undefined);
  await client.connect();
  const from = target.query === undefined ? quotedTable(target.table ?? '') : `(${expectQuery(target.query)})`;
  const reading = async <T>(work: () => Promise<T>): Promise<T> => {
    await client.query('BEGIN TRANSACTION READ ONLY');
    try {
      return await work();
    } finally {
      await client.query('ROLLBACK');
    }
  };

  return {
    columns: () =>
      reading(async () => {
        const { fields } = await client.query(`SELECT * FROM ${from} AS q LIMIT 0`);
        const { rows } = await client.query<{ type: string }>({
          text: 'SELECT format_type(o.id, -1) AS type FROM unnest($1::oid[]) WITH ORDINALITY AS o (id, i) ORDER BY i',
          values: [fields.map(({ dataTypeID }) => dataTypeID)],
        });
        return fields.map(({ name }, i) => ({ name, type: rows[i]?.type ?? 'text' }));
      }),
    primaryKey: () =>
      target.query !== undefined
        ? Promise.resolve([])
        : reading(async () => {
            const { rows } = await client.query<{ name: string }>(
              `SELECT a.attname AS name FROM pg_index i
               CROSS JOIN unnest(i.indkey::int[]) WITH ORDINALITY AS k (attnum, place)
               JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
               WHERE i.indisprimary AND i.indrelid = $1::regclass ORDER BY k.place`,
              [quotedTable(target.table ?? '')],
            );
            return rows.map(({ name }) => name);
          }),
    page: (order, after, { limit, notAfter }) =>
      reading(async (): Promise<Page> => {
        const values: (string | number)[] = [];
        const parameter = (value: string | number, type: string) => `$${values.push(value)}::text::${type}`;
        const places = after && behindParameters(after);
        const conditions = [`${quoted((order[0] as DriverColumn).name)} IS NOT NULL`];
        let used = 0;
        if (places)
          conditions.push(
            behind(
              order.map(({ name }) => name),
              (i, operator) => {
                const { name, type } = order[i] as DriverColumn;
                return `${quoted(name)} ${operator} ${parameter(textOf(places[used++] as Token), type)}`;
              },
            ),
          );
        const [cursor] = order as [DriverColumn];
        if (notAfter !== undefined && isInstant(cursor.type))
          conditions.push(`${quoted(cursor.name)} <= ${parameter(new Date(notAfter).toISOString(), 'timestamptz')}`);
        const tokens = order.map(({ name }, i) => `${quoted(name)}::text AS "osicam ${i}"`);
        const { rows } = await client.query<JsonObject>({
          text: `SELECT *, ${tokens.join(', ')} FROM ${from} AS q WHERE ${conditions.join(' AND ')}
                 ORDER BY ${order.map(({ name }) => quoted(name)).join(', ')} LIMIT ${limit}`,
          values,
        });
        return {
          tokens: rows.map((row) => order.map((_, i) => String(row[`osicam ${i}`]))),
          rows: rows.map((row) => {
            for (const i of order.keys()) delete row[`osicam ${i}`];
            return row;
          }),
        };
      }),
    close: () => client.end().catch(() => undefined),
  };
}

const textOf = (token: Token): string => (typeof token === 'object' ? token.int : String(token));
