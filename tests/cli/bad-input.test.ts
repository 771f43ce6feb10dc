import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { customersCsv, mailing } from './draw.ts';
import type { Outcome } from './osicam.ts';
import { folder, osicam, osicamJson, write } from './osicam.ts';

/** A folder with a loop and a file of customers, both sound. */
function desk() {
  const directory = folder();
  write(directory, 'it.loop.json', mailing());
  write(directory, 'customers.csv', customersCsv(3));
  return directory;
}

/** Wrong input: exit 1, a sentence on standard error and no stack, nothing on standard output. */
function expectRefusal(outcome: Outcome, said: RegExp): void {
  expect(outcome).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(said) });
  expect(outcome.stderr).not.toMatch(/a bug|\n {4}at /);
}

const badFiles: [what: string, content: string | Uint8Array | undefined, said: RegExp, args?: string[]][] = [
  [
    'in another encoding',
    Buffer.from('id,name\n1,Anna\n2,Jos\u00e9\n', 'latin1'),
    /bad\.csv is not UTF-8: byte 0xE9 in line 3 .*Name its encoding, as windows-1252/,
  ],
  ['with a doubled header', 'id,name,name\n1,a,b\n', /bad\.csv: columns 2 and 3 of the header are both named "name"/],
  ['that is empty', '', /bad\.csv is empty: expected a header and rows/],
  ['that is not there', undefined, /cannot read .*bad\.csv: no such file/],
  [
    'without the key column',
    'id,name\n1,a\n',
    /bad\.csv: there is no column "number": .*id, name/,
    ['--key', 'number'],
  ],
  ['without any key', 'name,age\na,1\na,1\n', /bad\.csv: no column is named like an id.*name, age/],
  ['that is a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0]), /bad\.csv is not text/],
  ['that is a workbook', Buffer.from('PK\u0003\u0004rest of it', 'latin1'), /an Excel workbook: expected CSV/],
];

describe.each(badFiles)('a file of customers %s', (_what, content, said, args = []) => {
  const put = (directory: string) => {
    const path = join(directory, 'bad.csv');
    return content === undefined ? path : write(directory, 'bad.csv', content);
  };

  test('is refused by run and import before there is a database', async () => {
    const directory = desk();
    const file = put(directory);
    const before = readdirSync(directory).sort();
    const db = join(directory, 'new', 'it.sqlite');
    const [run, brought] = await Promise.all([
      osicam(['run', join(directory, 'it.loop.json'), '--customers', file, '--db', db, '--json', ...args]),
      osicam(['import', file, '--db', db, '--json', ...args]),
    ]);
    for (const outcome of [run, brought]) expectRefusal(outcome, said);
    expect(readdirSync(directory).sort()).toEqual(before);
  });
});

test('ragged rows are left out, each with its line and why, and the others enter', async () => {
  const directory = desk();
  const file = write(directory, 'ragged.csv', 'id,email\n1,a@example.com\n2\n3,c@example.com,extra\n4,d@example.com\n');
  const outcome = await osicam(['run', join(directory, 'it.loop.json'), '--customers', file, '--json']);
  expect(outcome.code).toBe(0);
  expect(JSON.parse(outcome.stdout)).toMatchObject({ customers: 2, enrollments: 2, messages: { sent: 2 } });
  expect(outcome.stderr).toMatch(/line=3 reason=1 field where the header has 2/);
  expect(outcome.stderr).toMatch(/line=4 reason=3 fields where the header has 2/);
  expect(outcome.stderr).toMatch(/in: 2 of 4 rows were rejected/);
});

test('a loop with mistakes is refused by run before there is a database', async () => {
  const directory = desk();
  const loop = mailing();
  (loop.nodes[1] as { type: string }).type = 'interact/pigeon';
  write(directory, 'bad.loop.json', loop);
  write(directory, 'half.loop.json', '{"format":');
  write(directory, 'other.loop.json', { nodes: [] });
  const before = readdirSync(directory).sort();
  const run = (file: string) => osicam(['run', file, '--db', 'it.sqlite', '--json'], { cwd: directory });
  const [bad, half, other, none] = await Promise.all(
    ['bad.loop.json', 'half.loop.json', 'other.loop.json', 'none.loop.json'].map(run),
  );
  expectRefusal(bad as Outcome, /loop mailing: nodes\[1\]\.type: no plugin .* offers interact\/pigeon/);
  expectRefusal(half as Outcome, /expected JSON in half\.loop\.json: /);
  expectRefusal(other as Outcome, /format: expected "osicam\/loop@1"/);
  expectRefusal(none as Outcome, /cannot read none\.loop\.json: there is no such file/);
  expect(readdirSync(directory).sort()).toEqual(before);
});

test('the own file of a loop that is not there is named with its place', async () => {
  const directory = folder();
  const outcome = await osicam(['run', write(directory, 'it.loop.json', mailing()), '--db', join(directory, 'x.db')]);
  expectRefusal(outcome, /cannot read .*customers\.csv: no such file/);
  expect(readdirSync(directory)).toEqual(['it.loop.json']);
});

describe('a database', () => {
  const touch = (directory: string) =>
    Promise.all([
      osicam(['run', 'it.loop.json', '--db', 'it.sqlite', '--json'], { cwd: directory }),
      osicam(['import', 'customers.csv', '--db', 'it.sqlite', '--json'], { cwd: directory }),
    ]);

  test.each<[what: string, make: (path: string) => void, said: RegExp]>([
    [
      'from a newer version',
      (path) => new DatabaseSync(path).exec('CREATE TABLE enrollment (id); PRAGMA user_version = 999'),
      /has schema 999, and this engine knows schemas up to \d+: it was written by a newer version/,
    ],
    [
      'of somebody else',
      (path) => new DatabaseSync(path).exec('CREATE TABLE bookmarks (url TEXT)'),
      /holds tables that OSICAM has not made: .*name another file/,
    ],
    [
      'of somebody else who counts schemas too',
      (path) => new DatabaseSync(path).exec('CREATE TABLE bookmarks (url TEXT); PRAGMA user_version = 1'),
      /holds tables that OSICAM has not made/,
    ],
    [
      'that is a text',
      (path) => write(path, '', ''),
      /it is not a SQLite database: expected a file that OSICAM has made/,
    ],
  ])('%s is refused and left as it was, to the byte', async (_what, make, said) => {
    const directory = desk();
    const path = join(directory, 'it.sqlite');
    if (said.source.includes('not a SQLite')) write(directory, 'it.sqlite', 'Dear diary, '.repeat(100));
    else make(path);
    const before = readFileSync(path);
    for (const outcome of await touch(directory)) expectRefusal(outcome, said);
    expect(readFileSync(path)).toEqual(before);
    expect(readdirSync(directory).sort()).toEqual(['customers.csv', 'it.loop.json', 'it.sqlite']);
  });

  test('that is a folder, or in a folder that is a file, is refused', async () => {
    const directory = desk();
    mkdirSync(join(directory, 'it.sqlite'));
    for (const outcome of await touch(directory)) expectRefusal(outcome, /cannot open the database .*it\.sqlite/);
    const outcome = await osicam(['run', 'it.loop.json', '--db', 'customers.csv/it.sqlite'], { cwd: directory });
    expectRefusal(outcome, /cannot make the folder .*customers\.csv for the database/);
  });

  test('in a folder that may only be read is refused, and so is one that may only be read itself', async () => {
    const directory = desk();
    await osicamJson(['run', 'it.loop.json', '--db', 'it.sqlite'], { cwd: directory });
    chmodSync(join(directory, 'it.sqlite'), 0o444);
    chmodSync(directory, 0o555);
    // Permissions mean nothing to root; nobody has none.
    const as = process.getuid?.() === 0 ? { cwd: directory, uid: 65_534 } : { cwd: directory };
    const [made, used] = await Promise.all([
      osicam(['run', 'it.loop.json', '--db', 'new.sqlite', '--json'], as),
      osicam(['run', 'it.loop.json', '--db', 'it.sqlite', '--json'], as),
    ]);
    chmodSync(directory, 0o755);
    expectRefusal(made, /cannot (open|use) the database .*new\.sqlite.*that may be written to/);
    expectRefusal(used, /cannot (open|use) the database .*it\.sqlite.*that may be written to/);
    expect(existsSync(join(directory, 'new.sqlite'))).toBe(false);
  });

  test('that another process is writing to is not waited for without end', async () => {
    const directory = desk();
    await osicamJson(['run', 'it.loop.json', '--db', 'it.sqlite'], { cwd: directory });
    const other = new DatabaseSync(join(directory, 'it.sqlite'));
    other.exec('BEGIN IMMEDIATE');
    const outcome = await osicam(['run', 'it.loop.json', '--db', 'it.sqlite', '--json'], { cwd: directory });
    other.exec('ROLLBACK');
    other.close();
    expectRefusal(outcome, /another process is writing to it: wait for it to end/);
  });
});

test('whatever goes wrong, no temporary folder stays behind', async () => {
  const directory = desk();
  const options = { cwd: directory, env: { TMPDIR: folder() } };
  await Promise.all([
    osicam(['run', 'it.loop.json', '--customers', 'none.csv'], options),
    osicam(['run', 'it.loop.json', '--deliver', 'interact/email=smtp://127.0.0.1:1'], options),
    osicam(['run', 'it.loop.json'], options),
  ]);
  expect(readdirSync(options.env.TMPDIR)).toEqual([]);
});
