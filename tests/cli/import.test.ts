import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { folder, osicam, osicamJson, write } from './osicam.ts';

interface Import {
  rows: number;
  created: number;
  updated: number;
  unchanged: number;
  rejected: number;
  rejects: string | null;
  key: string;
  columns: { name: string; type: string; trait?: string; identity?: string; missing: number }[];
}

function ask<T>(db: string, sql: string): T[] {
  const base = new DatabaseSync(db, { readOnly: true });
  try {
    return base.prepare(sql).all() as T[];
  } finally {
    base.close();
  }
}

/** All that a base knows, so that two states of it can be compared. */
const allKnown = (db: string) =>
  ['customer', 'identity', 'trait_change', 'consent'].map((table) =>
    ask(db, `SELECT * FROM ${table} ORDER BY 1, 2, 3`),
  );

test('types are found and shown, blanks stay missing, and a second time nothing is changed', async () => {
  const directory = folder();
  const db = join(directory, 'base.sqlite');
  const file = write(
    directory,
    'people.csv',
    'number,name,charge,since,active\n1,Ann,12.5,2024-01-31,true\n2,"Bo, the ""second""",,2023-05-01,false\n3,Cy,7, ,true\n',
  );
  const args = ['import', file, '--db', db, '--key', 'number'];
  const outcome = await osicam([...args, '--json']);
  expect(outcome.code).toBe(0);
  const first = JSON.parse(outcome.stdout) as Import;
  expect(first).toMatchObject({
    rows: 3,
    created: 3,
    updated: 0,
    unchanged: 0,
    rejected: 0,
    rejects: null,
    key: 'number',
  });
  expect(first.columns.map(({ name, type }) => `${name} ${type}`)).toEqual(
    expect.arrayContaining(['name text', 'charge number', 'since date', 'active boolean']),
  );
  // For whoever looks on, the same is on standard error as a table.
  expect(outcome.stderr).toMatch(/^charge +number +trait charge +34 % +12\.5/m);
  expect(ask(db, "SELECT count(*) AS n FROM customer WHERE traits ->> 'charge' IS NULL")).toEqual([{ n: 1 }]);
  expect(ask(db, "SELECT traits ->> 'name' AS name FROM customer WHERE traits ->> 'active' = 0")).toEqual([
    { name: 'Bo, the "second"' },
  ]);

  const before = allKnown(db);
  expect(await osicamJson<Import>(args)).toMatchObject({ rows: 3, created: 0, updated: 0, unchanged: 3, rejected: 0 });
  expect(allKnown(db)).toEqual(before);
});

test('rows that cannot be read are written beside the file with line and reason, and counted', async () => {
  const directory = folder();
  const file = write(directory, 'ragged.csv', 'id,name\n1,Ann\n2\n3,Cy,extra\n,Dee\n5,Eve\n');
  const done = await osicamJson<Import>(['import', file, '--db', join(directory, 'base.sqlite')]);
  expect(done).toMatchObject({ rows: 5, created: 2, rejected: 3, rejects: join(directory, 'ragged.rejects.csv') });
  const [heading, ...lines] = readFileSync(join(directory, 'ragged.rejects.csv'), 'utf8').trimEnd().split('\n');
  expect(heading).toBe('line,reason,text');
  expect(new Set(lines.map((line) => line.split(',')[0]))).toEqual(new Set(['3', '4', '5']));
  expect(lines.join('\n')).toMatch(/^3,"1 field where the header has 2","2"$/m);
  // Sound at last, it leaves no old complaints behind.
  write(directory, 'ragged.csv', 'id,name\n1,Ann\n2,Bo\n');
  expect(await osicamJson<Import>(['import', file, '--db', join(directory, 'base.sqlite')])).toMatchObject({
    created: 1,
    unchanged: 1,
    rejects: null,
  });
  expect(existsSync(join(directory, 'ragged.rejects.csv'))).toBe(false);
});

test('a map file says what becomes of columns; a bad one is refused before there is a database', async () => {
  const directory = folder();
  const db = join(directory, 'base.sqlite');
  const file = write(directory, 'crm.csv', 'Nr,E-Mail,PLZ,Notiz\n7,ann@example.com,01067,private\n');
  const map = write(directory, 'map.json', {
    columns: {
      Nr: { identity: 'crm', trait: false },
      'E-Mail': { identity: 'email', trait: 'email' },
      PLZ: { trait: 'postcode', type: 'text' },
      Notiz: 'ignore',
    },
  });
  expect(await osicamJson<Import>(['import', file, '--db', db, '--map', map])).toMatchObject({ created: 1 });
  expect(ask(db, 'SELECT json(traits) AS traits FROM customer')).toEqual([
    { traits: JSON.stringify({ email: 'ann@example.com', postcode: '01067' }) },
  ]);
  expect(ask(db, 'SELECT kind, value FROM identity ORDER BY kind')).toEqual([
    { kind: 'crm', value: '7' },
    { kind: 'email', value: 'ann@example.com' },
  ]);

  const refuse = async (content: string | object, said: RegExp) =>
    expect(
      await osicam([
        'import',
        file,
        '--db',
        join(directory, 'no.sqlite'),
        '--map',
        write(directory, 'bad.json', content),
      ]),
    ).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(said) });
  await refuse({ columns: { PLZ: { type: 'zip' } } }, /bad\.json: columns\.PLZ.*type/);
  await refuse({ PLZ: 'ignore' }, /bad\.json: expected some of .*columns.*, got "PLZ"/);
  await refuse({ events: [{ type: 'order', time: { column: 'Nr', format: 'jjjj' } }] }, /events\[0\]\.time.*got/);
  await refuse('{', /expected JSON in .*bad\.json/);
  await refuse({ columns: { Ort: { trait: 'city' } } }, /there is no column "Ort"/);
  expect(existsSync(join(directory, 'no.sqlite'))).toBe(false);
});
