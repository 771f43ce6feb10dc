import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openSqlite } from '../../store/index.ts';
import type { CliError } from '../cli-error.ts';
import type { ImportResult } from '../import/import-file.ts';
import { createWiring } from '../wiring.ts';
import { addImport } from './import.ts';

let folder: string;
let said: string;
let printed: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'osicam-import-'));
  said = '';
  printed = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((said += String(text)), true));
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((printed += String(text)), true));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

const wiring = createWiring(() => undefined);

async function osicam(...args: string[]): Promise<ImportResult> {
  const program = new Command().exitOverride();
  addImport(program, wiring);
  printed = '';
  await program.parseAsync(['import', ...args, '--json'], { from: 'user' });
  return JSON.parse(printed) as ImportResult;
}

async function given(content: string | Buffer, name = 'people.csv'): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function query<R extends object>(sql: string): Promise<R[]> {
  const db = await openSqlite(join(folder, 'base.sqlite'));
  try {
    return await db.read((tx) => tx.all<R>(sql));
  } finally {
    await db.close();
  }
}

const database = () => `sqlite:${join(folder, 'base.sqlite')}`;

test('imports a file, and a second time changes nothing', async () => {
  const rows = Array.from({ length: 25_000 }, (_, i) => `c${i},${i % 80},${i % 3 ? 'Yes' : ''}`);
  const file = await given(`id,age,vip\n${rows.join('\n')}\n`);
  expect(await osicam(file, '--db', database())).toMatchObject({
    rows: 25_000,
    created: 25_000,
    updated: 0,
    unchanged: 0,
    rejected: 0,
    misfits: {},
    key: 'id',
    rejects: null,
  });
  expect(said).toMatch(/^age +number +trait age/m);
  expect(await osicam(file, '--db', database())).toMatchObject({ created: 0, updated: 0, unchanged: 25_000 });
  expect(await query('SELECT count(*) AS n, max(id) AS last FROM customer')).toEqual([{ n: 25_000, last: 25_000 }]);
  expect(await query('SELECT count(*) AS n FROM trait_change')).toEqual([{ n: 0 }]);
});

test('writes rows that cannot be read to a file beside it, with line and reason', async () => {
  const file = await given('id,name\n1,a\n2\n-1,b\n,c\n3,d\n');
  const result = await osicam(file, '--db', database());
  expect(result).toMatchObject({ rows: 5, created: 2, rejected: 3, rejects: join(folder, 'people.rejects.csv') });
  expect(await readFile(result.rejects ?? '', 'utf8')).toBe(
    'line,reason,text\n' +
      '3,"1 field where the header has 2","2"\n' +
      '5,"no value in ""id"", which identifies a customer",",c"\n' +
      '4,"the key ""-1"" stands for nobody","{""id"":""-1"",""name"":""b""}"\n',
  );
  await given('id,name\n1,a\n');
  expect(await osicam(file, '--db', database())).toMatchObject({ unchanged: 1, rejects: null });
  expect(existsSync(join(folder, 'people.rejects.csv'))).toBe(false);
});

test('takes identities, types and traits from a map', async () => {
  const file = await given('nr,mail,vip\n7,a@example.com,Yes\n');
  const map = await given(
    '{"columns":{"mail":{"identity":"email","trait":"email"},"vip":{"type":"boolean"}}}',
    'map.json',
  );
  await osicam(file, '--db', database(), '--key', 'nr', '--kind', 'billing', '--map', map);
  expect(await query('SELECT kind, value FROM identity')).toEqual([
    { kind: 'billing', value: '7' },
    { kind: 'email', value: 'a@example.com' },
  ]);
  expect(await query('SELECT json(traits) AS traits FROM customer')).toEqual([
    { traits: '{"nr":"7","email":"a@example.com","vip":true}' },
  ]);
});

test.each<[string, string | Buffer, string[], string, number]>([
  ['another encoding', Buffer.from('id,name\n1,M\xfcller\n', 'latin1'), [], 'is not UTF-8: byte 0xFC in line 2', 1],
  ['doubled headers', 'id,a,a\n1,2,3\n', [], 'columns 2 and 3 of the header are both named "a"', 1],
  ['an unknown key column', 'id,name\n1,a\n', ['--key', 'nr'], 'there is no column "nr": the columns are id, name', 1],
  ['an unknown encoding', 'id\n1\n', ['--encoding', 'klingon'], 'expected an encoding', 2],
])('a file with %s is an error, and no database is made', async (_, content, options, message, exitCode) => {
  const file = await given(content);
  const error = await osicam(file, '--db', database(), ...options).catch((thrown: CliError) => thrown);
  expect(error).toMatchObject({ name: 'CliError', exitCode, message: expect.stringContaining(message) });
  expect(existsSync(join(folder, 'base.sqlite'))).toBe(false);
});

test('a file that is not there is an error that names it', async () => {
  await expect(osicam(join(folder, 'none.csv'), '--db', database())).rejects.toThrow(
    `cannot read ${join(folder, 'none.csv')}: no such file`,
  );
});

test('a database from a newer version is refused, and left as it was', async () => {
  const db = await openSqlite(join(folder, 'base.sqlite'));
  await db.write((tx) => tx.run('PRAGMA user_version = 999'));
  await db.close();
  const file = await given('id\n1\n');
  await expect(osicam(file, '--db', database())).rejects.toThrow('it was written by a newer version of OSICAM');
});

test('an import that fails on the way says what is in, and the same command again brings the rest', async () => {
  const rows = Array.from({ length: 30_000 }, (_, i) => `c${i},${i}`);
  const file = await given(`id,age\n${rows.join('\n')}\n`);
  const setup = await openSqlite(join(folder, 'base.sqlite'));
  await setup.write((tx) =>
    tx.run(
      "CREATE TRIGGER full BEFORE INSERT ON customer WHEN NEW.id = 25000 BEGIN SELECT raise(ABORT, 'the disk is full'); END",
    ),
  );
  await setup.close();
  const error = (await osicam(file, '--db', database()).catch((thrown: Error) => thrown)) as Error;
  const [, inNow] = /the disk is full\. (\d+) rows are in; the same command again/.exec(error.message) ?? [];
  expect(await query('SELECT count(*) AS n FROM customer')).toEqual([{ n: Number(inNow) }]);

  const mended = await openSqlite(join(folder, 'base.sqlite'));
  await mended.write((tx) => tx.run('DROP TRIGGER full'));
  await mended.close();
  expect(await osicam(file, '--db', database())).toMatchObject({
    created: 30_000 - Number(inNow),
    unchanged: Number(inNow),
  });
});

const telco = new URL('../../../../../../shared/data/telco-churn.csv', import.meta.url).pathname;
test.runIf(existsSync(telco))('the real churn file gives the figures that are known of it', async () => {
  const result = await osicam(telco, '--db', database(), '--rejects', join(folder, 'rejects.csv'));
  expect(result).toMatchObject({ rows: 7043, created: 7043, rejected: 0, misfits: {}, key: 'customerID' });
  expect(
    await query(
      "SELECT traits ->> 'Contract' AS contract, count(*) AS n FROM customer GROUP BY contract ORDER BY contract",
    ),
  ).toEqual([
    { contract: 'Month-to-month', n: 3875 },
    { contract: 'One year', n: 1473 },
    { contract: 'Two year', n: 1695 },
  ]);
  expect(
    await query(
      `SELECT sum(traits ->> 'TotalCharges' IS NULL) AS missing, sum(traits ->> 'Contract' = 'Month-to-month'
         AND traits ->> 'InternetService' = 'Fiber optic' AND traits ->> 'tenure' <= 12) AS atRisk FROM customer`,
    ),
  ).toEqual([{ missing: 11, atRisk: 916 }]);
});
