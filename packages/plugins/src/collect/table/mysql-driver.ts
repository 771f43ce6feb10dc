import type { Json, JsonObject } from '@osicam/engine/plugin';
import type { RowDataPacket } from 'mysql2/promise';
import type { Driver, DriverColumn, Page, Target, Token } from './driver.ts';
import { behind, behindParameters, expectQuery } from './driver.ts';
import { decimal, plain, whole } from './exact.ts';

const quoted = (name: string) => `\`${name.replaceAll('`', '``')}\``;
const quotedTable = (name: string) => name.split('.').map(quoted).join('.');

type Row = RowDataPacket & JsonObject;

/**
 * Exactly what the database has: no decimal becomes a floating number, no long number loses its last digits. The driver
 * gives those as text; by the numbers of the protocol it is known what they are.
 */
function exact(value: unknown, type: number | undefined): Json {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') {
    if (type === 8) return whole(value);
    if (type === 0 || type === 246) return decimal(value);
    // The session speaks UTC.
    if (type === 7) return `${value.replace(' ', 'T')}Z`;
    if (type === 12) return value.replace(' ', 'T');
  }
  if (type === 16 && value instanceof Uint8Array && value.length === 1 && (value[0] ?? 0) < 2) return value[0] === 1;
  return plain(value);
}

/** As what a place is compared with a column, so that no number is compared as a floating one. */
function castOf(type: string): string | undefined {
  if (/^(tiny|small|medium|big)?int|^year/.test(type)) return type.includes('unsigned') ? 'UNSIGNED' : 'SIGNED';
  if (type.startsWith('decimal')) return type.replace(/ .*/, '');
  if (/^(datetime|timestamp)/.test(type)) return 'DATETIME(6)';
  return type === 'date' ? 'DATE' : undefined;
}

export async function openMysql(url: string, target: Target): Promise<Driver> {
  const { createConnection } = await import('mysql2/promise');
  const client = await createConnection({
    uri: url.replace(/^mariadb:/, 'mysql:'),
    connectTimeout: 10_000,
    timezone: 'Z',
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
  });
  client.on('error', () => undefined);
  await client.query("SET SESSION time_zone = '+00:00'");
  await client.query('SET SESSION TRANSACTION READ ONLY');
  const from = target.query === undefined ? quotedTable(target.table ?? '') : `(${expectQuery(target.query)})`;
  const reading = async <T>(work: () => Promise<T>): Promise<T> => {
    await client.query('START TRANSACTION READ ONLY');
    try {
      return await work();
    } finally {
      await client.query('ROLLBACK');
    }
  };
  const described = async (): Promise<Row[]> => {
    const [schema, table] = (target.table ?? '').includes('.')
      ? (target.table ?? '').split('.')
      : [undefined, target.table];
    const [rows] = await client.execute<Row[]>(
      `SELECT column_name AS name, column_type AS type FROM information_schema.columns
       WHERE table_schema = coalesce(?, database()) AND table_name = ? ORDER BY ordinal_position`,
      [schema ?? null, table ?? ''],
    );
    return rows;
  };

  return {
    columns: () =>
      reading(async () => {
        const [, fields] = await client.query(`SELECT * FROM ${from} AS q LIMIT 0`);
        const types =
          target.query === undefined
            ? new Map((await described()).map(({ name, type }) => [String(name), String(type)]))
            : new Map<string, string>();
        return fields.map(({ name, columnType, flags }): DriverColumn => {
          const unsigned = (Number(flags) & 32) !== 0 ? ' unsigned' : '';
          return { name, type: types.get(name) ?? `${typeNames[columnType ?? -1] ?? 'text'}${unsigned}` };
        });
      }),
    primaryKey: () =>
      target.query !== undefined
        ? Promise.resolve([])
        : reading(async () => {
            const [rows] = await client.query<Row[]>(`SHOW KEYS FROM ${from} WHERE Key_name = 'PRIMARY'`);
            return rows
              .toSorted((a, b) => Number(a.Seq_in_index) - Number(b.Seq_in_index))
              .map((row) => String(row.Column_name));
          }),
    page: (order, after, { limit, notAfter }) =>
      reading(async (): Promise<Page> => {
        const values: string[] = [];
        const places = after && behindParameters(after);
        const conditions = [`${quoted((order[0] as DriverColumn).name)} IS NOT NULL`];
        if (places)
          conditions.push(
            behind(
              order.map(({ name }) => name),
              (i, operator) => {
                const { name, type } = order[i] as DriverColumn;
                const as = castOf(type);
                values.push(textOf(places[values.length] as Token));
                return `${quoted(name)} ${operator} ${as === undefined ? '?' : `CAST(? AS ${as})`}`;
              },
            ),
          );
        const [cursor] = order as [DriverColumn];
        if (notAfter !== undefined && /^(datetime|timestamp|date)/.test(cursor.type)) {
          conditions.push(`${quoted(cursor.name)} <= CAST(? AS DATETIME(6))`);
          values.push(new Date(notAfter).toISOString().slice(0, -1));
        }
        const tokens = order.map(({ name }, i) => `CAST(${quoted(name)} AS CHAR) AS \`osicam ${i}\``);
        const [rows, fields] = await client.execute<Row[]>(
          `SELECT q.*, ${tokens.join(', ')} FROM ${from} AS q WHERE ${conditions.join(' AND ')}
           ORDER BY ${order.map(({ name }) => quoted(name)).join(', ')} LIMIT ${limit}`,
          values,
        );
        return {
          tokens: rows.map((row) => order.map((_, i) => String(row[`osicam ${i}`]))),
          rows: rows.map((row) =>
            Object.fromEntries(
              fields
                .slice(0, fields.length - order.length)
                .map(({ name, columnType }) => [name, exact(row[name], columnType)]),
            ),
          ),
        };
      }),
    close: () => client.end().catch(() => undefined),
  };
}

/** By the numbers of the protocol; what is not here is compared as text. */
const typeNames: Record<number, string> = {
  0: 'decimal(65,30)',
  1: 'tinyint',
  2: 'smallint',
  3: 'int',
  7: 'timestamp',
  8: 'bigint',
  9: 'mediumint',
  10: 'date',
  12: 'datetime',
  13: 'year',
  246: 'decimal(65,30)',
};

const textOf = (token: Token): string => (typeof token === 'object' ? token.int : String(token));
