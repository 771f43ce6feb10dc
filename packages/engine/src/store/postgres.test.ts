import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { StoreError } from './database.ts';
import { placeOf } from './postgres-errors.ts';
import { joinRows, numberPlaceholders, storable } from './postgres-text.ts';
import { openPostgres } from './postgres.ts';
import { openTestDatabase, testDatabaseUrl, testsOn } from './test-database.ts';

test('placeholders are numbered, and question marks in quotes stay', () => {
  expect(numberPlaceholders(`SELECT '?', "a?", ? -- why?\n, 'it''s ?', ?`)).toBe(
    `SELECT '?', "a?", $1 -- why?\n, 'it''s ?', $2`,
  );
});

test('what PostgreSQL cannot store becomes the replacement character, and nothing else is touched', () => {
  expect(storable('a\0b')).toBe('a\ufffdb');
  expect(storable(JSON.stringify({ a: 'x\0y', b: '\ud800', c: '😀', d: '\\u0000' }))).toBe(
    JSON.stringify({ a: 'x\ufffdy', b: '\ufffd', c: '😀', d: '\\u0000' }).replaceAll('\ufffd', '\\ufffd'),
  );
  expect(storable('["\\ud83d\\ude00"]')).toBe('["\\ud83d\\ude00"]');
  expect(storable('no JSON: \\u0000')).toBe('no JSON: \\u0000');
});

test('inserts of many rows are one statement, where none of them could see another', () => {
  const joined = joinRows('INSERT INTO t (a, b) VALUES (?, CAST(? AS jsonb)) ON CONFLICT DO NOTHING');
  expect(joined?.text(2)).toBe(
    'INSERT INTO t (a, b) VALUES ($1, CAST($2 AS jsonb)), ($3, CAST($4 AS jsonb)) ON CONFLICT DO NOTHING',
  );
  expect(joinRows('INSERT INTO t (a) VALUES (?) ON CONFLICT (a) DO UPDATE SET a = excluded.a')).toBeUndefined();
  expect(joinRows('UPDATE t SET a = ? WHERE b = ?')).toBeUndefined();
});

test('a password is never shown', () => {
  expect(placeOf('postgres://me:secret@host:5432/db?x=1')).toBe('postgres://me@host:5432/db?x=1');
  expect(placeOf('postgres://host/db?user=me&password=secret')).toBe('postgres://host/db?user=me&password=…');
});

if (testsOn === 'postgres') {
  test('workers that start at once make the schema once', async () => {
    const url = await testDatabaseUrl();
    const dbs = await Promise.all([1, 2, 3].map(() => openPostgres(url)));
    for (const db of dbs) {
      expect(await db.read((tx) => tx.first('SELECT value FROM meta'))).toEqual({ value: '1' });
      await db.close();
    }
  });

  test('a schema of a newer version, or of somebody else, is refused and stays as it was', async () => {
    const newer = await testDatabaseUrl();
    const db = await openPostgres(newer);
    await db.write((tx) => tx.run("UPDATE meta SET value = '999' WHERE name = 'schema'"));
    await db.close();
    await expect(openPostgres(newer)).rejects.toThrow(/has schema 999, and this engine knows schemas up to 1/);

    const other = await testDatabaseUrl();
    const theirs = await openPostgres(other, { readOnly: true });
    await theirs.write((tx) => tx.run('CREATE TABLE invoice (id int)'));
    await expect(openPostgres(other)).rejects.toThrow(/holds tables that OSICAM has not made/);
    expect(
      await theirs.read((tx) => tx.all('SELECT tablename FROM pg_tables WHERE schemaname = current_schema()')),
    ).toEqual([{ tablename: 'invoice' }]);
    await theirs.close();
  });

  test('what cannot be reached, does not exist or is no address is an error that says what to do', async () => {
    const failure = async (url: string) => {
      const error = await openPostgres(url).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(StoreError);
      return (error as Error).message;
    };
    const url = (await testDatabaseUrl()).replace(/\?.*/, '');
    expect(await failure('postgres://me:secret@127.0.0.1:1/db')).toMatch(
      /^cannot reach the database postgres:\/\/me@127.0.0.1:1\/db: .*expected a PostgreSQL server that runs/,
    );
    expect(await failure(url.replace(/[^/]*$/, 'nowhere'))).toMatch(/there is no such database: create it/);
    expect(await failure(url.replace(':osicam@', ':wrong@'))).toMatch(/it refuses the password/);
    expect(await failure('postgres://[')).toMatch(/expected a database as postgres:\/\/user:password@host:5432\/name/);
  });

  test('two transactions that wait for each other both come to their end', async () => {
    const db = await openTestDatabase();
    await db.write((tx) =>
      tx.runMany('INSERT INTO meta (name, value) VALUES (?, ?)', [
        ['a', '0'],
        ['b', '0'],
      ]),
    );
    let arrived = 0;
    const { promise: bothAreIn, resolve } = Promise.withResolvers<void>();
    const add = (first: string, second: string) =>
      db.write(async (tx) => {
        const one = 'UPDATE meta SET value = CAST(CAST(value AS bigint) + 1 AS text) WHERE name = ?';
        await tx.run(one, [first]);
        if (++arrived === 2) resolve();
        await bothAreIn;
        await tx.run(one, [second]);
      });
    await Promise.all([add('a', 'b'), add('b', 'a')]);
    expect(arrived).toBeGreaterThan(2);
    expect(await db.read((tx) => tx.all("SELECT value FROM meta WHERE name IN ('a', 'b')"))).toEqual([
      { value: '2' },
      { value: '2' },
    ]);
  });

  test('a statement that failed takes the transaction with it, even if the work goes on', async () => {
    const db = await openTestDatabase();
    const work = db.write(async (tx) => {
      await tx.run("INSERT INTO meta (name, value) VALUES ('a', '1')");
      await tx.run('SELECT nonsense').catch(() => undefined);
      return 'as if nothing had been';
    });
    await expect(work).rejects.toThrow(/"nonsense" does not exist/);
    expect(await db.read((tx) => tx.first("SELECT 1 AS one FROM meta WHERE name = 'a'"))).toBeUndefined();
  });

  test('a connection that breaks before the commit is sent has the work done again', async () => {
    const db = await openTestDatabase();
    let runs = 0;
    await db.write(async (tx) => {
      runs++;
      await tx.run("INSERT INTO meta (name, value) VALUES ('a', '1')");
      if (runs === 1) await tx.all('SELECT pg_terminate_backend(pg_backend_pid()) AS gone');
    });
    expect(runs).toBe(2);
    expect(await db.read((tx) => tx.all("SELECT value FROM meta WHERE name = 'a'"))).toEqual([{ value: '1' }]);
  });

  test('a commit that broke off is done again', async () => {
    const db = await openTestDatabase();
    // The commit itself cuts the connection, once: after its transaction is over, before it has answered.
    await db.write((tx) => tx.run('CREATE TABLE cut (done int)'));
    await db.write((tx) =>
      tx.run(`CREATE FUNCTION cut_here() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN IF NOT EXISTS (SELECT 1 FROM meta WHERE name = ''cut'') THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN NULL; END'`),
    );
    await db.write((tx) =>
      tx.run(`CREATE CONSTRAINT TRIGGER cutting AFTER INSERT ON cut DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION cut_here()`),
    );
    let runs = 0;
    await db.write(async (tx) => {
      runs++;
      if (runs > 1) await tx.run("INSERT INTO meta (name, value) VALUES ('cut', '1')");
      await tx.run('INSERT INTO cut (done) VALUES (?)', [runs]);
    });
    // It was cut in the middle of its commit: the ledger says aborted, and it is done again.
    expect(runs).toBe(2);
    expect(await db.read((tx) => tx.all('SELECT done FROM cut'))).toEqual([{ done: 2 }]);
    await db.write((tx) => tx.run('DROP TABLE cut'));
    await db.write((tx) => tx.run('DROP FUNCTION cut_here()'));
  });

  test('a commit whose answer is lost is looked up: what was committed is not done again', async () => {
    const direct = new URL(await testDatabaseUrl());
    await (await openPostgres(direct.href)).close();
    // Stands between engine and server, and cuts the line once: when the answer to a commit comes by.
    let isLost = false;
    let commits = false;
    const line = createServer((client) => {
      const server = connect(Number(direct.port), direct.hostname);
      client.on('data', (data) => {
        if (!isLost && data.includes('COMMIT')) commits = true;
        server.write(data);
      });
      server.on('data', (data) => {
        if (commits && !isLost && data.includes('COMMIT')) {
          isLost = true;
          client.destroy();
          server.destroy();
        } else client.write(data);
      });
      for (const [one, other] of [
        [client, server],
        [server, client],
      ] as const)
        one.on('error', () => undefined).on('close', () => other.destroy());
    });
    await new Promise<void>((resolve) => line.listen(0, '127.0.0.1', resolve));
    const through = new URL(direct.href);
    through.port = String((line.address() as AddressInfo).port);
    const db = await openPostgres(through.href, { readOnly: true });
    let runs = 0;
    const result = await db.write(async (tx) => {
      runs++;
      await tx.run("INSERT INTO meta (name, value) VALUES ('once', '1')");
      return 'mine';
    });
    expect([isLost, runs, result]).toEqual([true, 1, 'mine']);
    expect(await db.read((tx) => tx.all("SELECT value FROM meta WHERE name = 'once'"))).toEqual([{ value: '1' }]);
    await db.close();
    await new Promise((resolve) => line.close(resolve));
  });
}
