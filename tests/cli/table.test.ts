import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import type { SourceChunk } from '@osicam/engine/plugin';
import { testNode } from '@osicam/engine/plugin/testing';
import { createConnection } from 'mysql2/promise';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { table } from '../../packages/plugins/src/collect/table/index.ts';
import type { MariadbServer } from '../lib/mariadb-server.ts';
import { startMariadb } from '../lib/mariadb-server.ts';
import type { PostgresServer } from '../lib/postgres-server.ts';
import { startPostgres } from '../lib/postgres-server.ts';
import { folder, osicam, osicamJson, write } from './osicam.ts';

interface Import {
  rows: number;
  created: number;
  updated: number;
  unchanged: number;
  rejected: number;
  events: number;
  knownEvents: number;
}

/** A database of some kind with statements that make what is read of it. */
interface Store {
  url: string;
  run(sql: string): Promise<void>;
}

const reader = (url: string, settings: Record<string, unknown>) =>
  testNode(table, { settings: { connection: 'crm', ...settings }, connections: { crm: url } });

/** What every database must do alike. `open` makes an empty one. */
function reads(name: string, open: () => Promise<Store>, types: { instant: string; int: string; decimal: string }) {
  const started = async () => {
    const store = await open();
    await store.run(
      `CREATE TABLE purchases (id ${types.int} PRIMARY KEY, customer VARCHAR(40), amount ${types.decimal}, updated_at ${types.instant})`,
    );
    return store;
  };
  const settings = {
    table: 'purchases',
    cursor: 'updated_at',
    key: 'customer',
    columns: { id: 'ignore', amount: 'ignore', updated_at: 'ignore' },
    events: [
      {
        type: 'order',
        time: 'updated_at',
        properties: { id: 'id', value: { column: 'amount', type: 'money', currency: 'EUR' } },
      },
    ],
  };

  test(`${name}: rows that share an instant are read once each, whatever the page they end on`, async () => {
    const store = await started();
    // 2,500 rows of three instants: pages of a thousand end among them.
    const rows = Array.from(
      { length: 2_500 },
      (_, i) => `(${i + 1}, 'c${i % 700}', ${i % 90}.25, '2026-01-0${(i % 3) + 1} 10:00:00.123456')`,
    );
    await store.run(`INSERT INTO purchases VALUES ${rows.join(', ')}`);
    const node = reader(store.url, settings);
    const whole = await node.read();
    const ids = whole.records.map(({ events }) => events?.[0]?.properties.id);
    expect([whole.chunks, ids.length, new Set(ids).size]).toEqual([3, 2_500, 2_500]);
    expect(whole.records[0]).toMatchObject({
      identities: [{ kind: 'key', value: 'c0' }],
      events: [{ type: 'order', time: Date.UTC(2026, 0, 1, 10, 0, 0, 123), properties: { id: 1, value: 25 } }],
    });
    // Nothing more until there is something, and then that alone: at the same last instant, and behind it.
    expect((await node.read(whole.cursor)).records).toEqual([]);
    await store.run("INSERT INTO purchases VALUES (9001, 'new', 1, '2026-01-03 10:00:00.123456')");
    await store.run("INSERT INTO purchases VALUES (9002, 'new', 2, '2026-01-03 10:00:00.123457')");
    await store.run("UPDATE purchases SET amount = 7, updated_at = '2026-02-01 00:00:00' WHERE id = 1");
    const more = await node.read(whole.cursor);
    expect(more.records.map(({ events }) => events?.[0]?.properties)).toEqual([
      { id: 9001, value: 100 },
      { id: 9002, value: 200 },
      { id: 1, value: 700 },
    ]);
    // A row keeps the id of its event whatever else of it changes.
    expect(more.records[2]?.events?.[0]?.messageId).toBe(whole.records[0]?.events?.[0]?.messageId);
  });

  test(`${name}: a table is brought into a base by the command, twice without a change`, async () => {
    const store = await started();
    await store.run(
      "INSERT INTO purchases VALUES (1, 'a', 12.34, '2026-01-01 10:00:00'), (2, 'b', 0.1, '2026-01-02 10:00:00'), (3, NULL, 5, '2026-01-03 10:00:00')",
    );
    const directory = folder();
    const map = write(directory, 'map.json', { key: 'customer', columns: settings.columns, events: settings.events });
    const args = ['import', '--from', store.url, '--table', 'purchases', '--cursor', 'updated_at', '--map', map];
    const to = ['--db', join(directory, 'base.sqlite'), '--rejects', join(directory, 'rejects.csv')];
    expect(await osicamJson<Import>([...args, ...to])).toMatchObject({ rows: 3, created: 2, events: 2, rejected: 1 });
    expect(await osicamJson<Import>([...args, ...to])).toMatchObject({ created: 0, events: 0, knownEvents: 2 });
    const shown = await osicam([...args, '--dry-run']);
    expect(shown.stdout).toMatch(/^amount +number +value of order/m);
    expect(shown.stdout).toContain('1 of the first 3 rows would be refused');
  });

  test(`${name}: what is not there is said before anything is written`, async () => {
    const store = await started();
    await expect(reader(store.url, { ...settings, table: 'nowhere' }).read()).rejects.toThrow(/nowhere/);
    await expect(reader(store.url, { ...settings, cursor: 'changed' }).read()).rejects.toThrow(
      'there is no column "changed": the columns are id, customer, amount, updated_at',
    );
    await expect(
      reader(store.url, { ...settings, table: undefined, query: 'DROP TABLE purchases', rowKey: ['id'] }).read(),
    ).rejects.toThrow(/begins with SELECT/);
    // A query that would change something is refused by the database.
    const { rejects } = expect(
      reader(store.url, {
        ...settings,
        table: undefined,
        query: 'SELECT * FROM purchases; DROP TABLE purchases',
        rowKey: ['id'],
      }).read(),
    );
    await rejects.toThrow();
    expect(
      (
        await reader(store.url, {
          ...settings,
          table: undefined,
          query: 'SELECT * FROM purchases WHERE id > 1',
          rowKey: ['id'],
        }).read()
      ).records,
    ).toEqual([]);
  });
}

async function sqlite(): Promise<Store> {
  const path = join(folder(), 'crm.sqlite');
  const db = new DatabaseSync(path);
  onTestFinished(() => db.close());
  return { url: `sqlite:${path}`, run: async (sql) => db.exec(sql) };
}
describe('SQLite', () => {
  reads('SQLite', sqlite, { instant: 'TEXT', int: 'INTEGER', decimal: 'NUMERIC' });

  test('SQLite: values of every kind come as they are', async () => {
    const store = await sqlite();
    await store.run('CREATE TABLE t (id INTEGER PRIMARY KEY, a, b, c, d)');
    await store.run("INSERT INTO t VALUES (9007199254740993, 1.5, 'x', x'00ff', NULL)");
    const { records, cursor } = await reader(store.url, { table: 't', cursor: 'id' }).read();
    expect(records.map(({ traits }) => traits)).toEqual([{ id: '9007199254740993', a: 1.5, b: 'x', c: '0x00ff' }]);
    expect(cursor).toEqual({ after: [{ int: '9007199254740993' }], rows: 1 });
  });
});

describe('PostgreSQL', () => {
  let server: PostgresServer;
  let bases = 0;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.remove());
  const postgres = async (): Promise<Store> => {
    const base = `crm${bases++}`;
    await server.createDatabase(base);
    const client = new pg.Client(server.url(base));
    await client.connect();
    onTestFinished(() => client.end());
    return { url: server.url(base), run: async (sql) => void (await client.query(sql)) };
  };
  reads('PostgreSQL', postgres, { instant: 'timestamptz', int: 'bigint', decimal: 'numeric' });

  test('PostgreSQL: types come exactly, numbers that no number is as text', async () => {
    const store = await postgres();
    await store.run("CREATE TYPE mood AS ENUM ('glad')");
    await store.run(
      `CREATE TABLE t (id uuid, part int, big bigint, exact numeric, money numeric(10,2), at timestamptz, local timestamp,
         day date, ok boolean, doc jsonb, tags text[], places bigint[], raw bytea, f double precision, m mood,
         PRIMARY KEY (id, part))`,
    );
    await store.run(
      `INSERT INTO t VALUES ('00000000-0000-0000-0000-00000000000a', 1, 9007199254740993, 1234567890.1234567890, 12.30,
         '2026-01-31 10:00:00.123456+02', '2026-01-31 10:00:00', '2026-01-31', true, '{"a":[1,null]}', '{x,"y z",NULL}',
         '{9007199254740993,1}', '\\x00ff', 'NaN', 'glad')`,
    );
    const { records, cursor } = await reader(store.url, { table: 'public.t', cursor: 'at', key: 'id' }).read();
    expect(records.map(({ traits }) => traits)).toEqual([
      {
        id: '00000000-0000-0000-0000-00000000000a',
        part: 1,
        big: '9007199254740993',
        exact: '1234567890.1234567890',
        money: 12.3,
        at: '2026-01-31T08:00:00.123456Z',
        local: '2026-01-31T10:00:00',
        day: '2026-01-31',
        ok: true,
        doc: { a: [1, null] },
        tags: ['x', 'y z', null],
        places: ['9007199254740993', 1],
        raw: '0x00ff',
        f: 'NaN',
        m: 'glad',
      },
    ]);
    expect(cursor).toEqual({
      after: ['2026-01-31 08:00:00.123456+00', '00000000-0000-0000-0000-00000000000a', '1'],
      rows: 1,
    });
  });

  test('PostgreSQL: reading changes nothing, and a wrong password is not in what is said', async () => {
    const store = await postgres();
    await store.run('CREATE TABLE t (id int PRIMARY KEY)');
    await store.run('INSERT INTO t VALUES (1)');
    await store.run("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'DELETE FROM t RETURNING 1'");
    const query = 'SELECT id, f() AS gone FROM t';
    await expect(reader(store.url, { query, cursor: 'id', rowKey: ['id'], key: 'id' }).read()).rejects.toThrow(
      /read-only/,
    );
    const wrong = store.url.replace(':osicam@', ':s3cret@').replace('crm', 'none');
    const said = await reader(wrong, { table: 't', cursor: 'id' })
      .read()
      .catch((error: Error) => error.message);
    expect(said).toMatch(/^postgres:\/\/127\.0\.0\.1/);
    expect(said).not.toContain('s3cret');
  });

  test('PostgreSQL: rows younger than the delay are left for the next time', async () => {
    const store = await postgres();
    await store.run('CREATE TABLE t (id int PRIMARY KEY, at timestamptz)');
    await store.run("INSERT INTO t VALUES (1, '2025-12-31 23:59:00Z'), (2, '2025-12-31 23:59:59Z')");
    const node = reader(store.url, { table: 't', cursor: 'at', delay: 'PT30S' });
    expect((await node.read()).records.map(({ traits }) => traits.id)).toEqual([1]);
  });
});

const mariadb = await startMariadb();
if ('missing' in mariadb) process.stderr.write(`MySQL is not tested: ${mariadb.missing}\n`);
describe.skipIf('missing' in mariadb)(`MySQL${'missing' in mariadb ? ` (${mariadb.missing})` : ''}`, () => {
  const server = mariadb as MariadbServer;
  let bases = 0;
  afterAll(() => server.remove());
  const mysql = async (): Promise<Store> => {
    const admin = await createConnection(server.url(''));
    const base = `crm${bases++}`;
    await admin.query(`CREATE DATABASE ${base} CHARACTER SET utf8mb4`);
    await admin.end();
    const client = await createConnection(server.url(base));
    onTestFinished(() => client.end());
    return { url: server.url(base), run: async (sql) => void (await client.query(sql)) };
  };
  reads('MySQL', mysql, { instant: 'DATETIME(6)', int: 'BIGINT', decimal: 'DECIMAL(20,4)' });

  test('MySQL: types come exactly, numbers that no number is as text', async () => {
    const store = await mysql();
    await store.run(
      `CREATE TABLE t (id BIGINT UNSIGNED PRIMARY KEY, exact DECIMAL(30,10), money DECIMAL(10,2), at DATETIME(6),
         stamp TIMESTAMP(3) NULL, day DATE, ok BIT(1), small TINYINT, doc JSON, raw VARBINARY(4), name VARCHAR(40))`,
    );
    await store.run("SET time_zone = '+02:00'");
    await store.run(
      `INSERT INTO t VALUES (18446744073709551615, 1234567890.1234567890, 12.30, '2026-01-31 10:00:00.123456',
         '2026-01-31 10:00:00.5', '2026-01-31', b'1', 1, '{"a":[1,null]}', x'00ff', 'Zoë 🎉 عايدة')`,
    );
    const node = reader(store.url, { table: 't', cursor: 'id' });
    const { records, cursor } = await node.read();
    expect(records.map(({ traits }) => traits)).toEqual([
      {
        id: '18446744073709551615',
        exact: '1234567890.1234567890',
        money: 12.3,
        at: '2026-01-31T10:00:00.123456',
        stamp: '2026-01-31T08:00:00.500Z',
        day: '2026-01-31',
        ok: true,
        small: 1,
        doc: expect.toSatisfy(
          (doc) => JSON.stringify(typeof doc === 'string' ? JSON.parse(doc) : doc) === '{"a":[1,null]}',
        ),
        raw: '0x00ff',
        name: 'Zoë 🎉 عايدة',
      },
    ]);
    expect(cursor).toEqual({ after: ['18446744073709551615'], rows: 1 });
    expect((await node.read(cursor as SourceChunk['cursor'])).records).toEqual([]);
  });
});
