import { appendFile, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AppendFile, AppendFiles, neutralised } from './append-file.ts';

const path = async (name = 'rows.csv') => join(await mkdtemp(join(tmpdir(), 'append-')), 'deep', name);
const records = async (file: string) => parse(await readFile(file, 'utf8')) as string[][];

test('a row is written once for its key, however often it is asked for', async () => {
  const file = await path();
  const rows = await AppendFile.open(file, 'csv', ['name']);
  await Promise.all([
    rows.append('1', { name: 'Ann' }),
    rows.append('1', { name: 'Ann' }),
    rows.append('2', { name: 'Bob' }),
  ]);
  await rows.append('1', { name: 'Ann' });
  await rows.close();
  const again = await AppendFile.open(file, 'csv', ['name']);
  await again.append('2', { name: 'Bob' });
  await again.append('3', { name: 'Cid' });
  await again.close();
  expect(await records(file)).toEqual([
    ['key', 'name'],
    ['1', 'Ann'],
    ['2', 'Bob'],
    ['3', 'Cid'],
  ]);
});

test('a row torn by a crash is cut off and written again', async () => {
  const file = await path();
  const rows = await AppendFile.open(file, 'csv', ['name', 'note']);
  await rows.append('1', { name: 'Ann', note: 'two\nlines, "quoted"' });
  await rows.close();
  await appendFile(file, '2,Bob,"half a no\n');
  const again = await AppendFile.open(file, 'csv', ['name', 'note']);
  await again.append('2', { name: 'Bob', note: 'whole' });
  await again.close();
  expect(await records(file)).toEqual([
    ['key', 'name', 'note'],
    ['1', 'Ann', 'two\nlines, "quoted"'],
    ['2', 'Bob', 'whole'],
  ]);
});

test('lines of JSON survive a crash and a restart too', async () => {
  const file = await path('rows.ndjson');
  const rows = await AppendFile.open(file, 'ndjson', ['name', 'n']);
  await rows.append('1', { name: 'A "quote" and a\nbreak', n: 1 });
  await rows.close();
  await appendFile(file, '{"key":"2","na');
  const again = await AppendFile.open(file, 'ndjson', ['name', 'n']);
  await again.append('1', { name: 'x' });
  await again.append('2', { name: 'Bob' });
  await again.close();
  expect(
    (await readFile(file, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([
    { key: '1', name: 'A "quote" and a\nbreak', n: 1 },
    { key: '2', name: 'Bob', n: null },
  ]);
});

test('whatever a cell holds comes back as it was, unless it is a formula', async () => {
  const cells = fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 5 });
  const file = await path();
  const rows = await AppendFile.open(file, 'csv', ['text']);
  const written: string[] = [];
  await fc.assert(
    fc.asyncProperty(cells, async (texts) => {
      for (const text of texts) {
        await rows.append(String(written.length), { text });
        written.push(neutralised(text));
      }
    }),
    { numRuns: 50 },
  );
  await rows.close();
  const read = await records(file);
  const utf8 = (text: string | undefined) => Buffer.from(text ?? '').toString();
  expect(read.slice(1).map(([, text]) => text)).toEqual(written.map(utf8));
});

test('formulas are shown as text, and numbers are left alone', () => {
  for (const formula of ['=1+1', '+cmd|x', '-2+3', '@SUM(A1)', '\t=1', '  =1', '＝1'])
    expect(neutralised(formula)).toBe(`'${formula}`);
  for (const plain of ['Ann', '+442079460018', '-5', '-1.5', '']) expect(neutralised(plain)).toBe(plain);
  expect([null, undefined, 3, true, ['a']].map((value) => neutralised(value))).toEqual(['', '', '3', 'true', '["a"]']);
});

test('a file with other columns is refused and left as it was', async () => {
  const file = await path();
  await (await AppendFile.open(file, 'csv', ['name'])).close();
  const before = await readFile(file, 'utf8');
  await expect(AppendFile.open(file, 'csv', ['phone'])).rejects.toThrow(
    'expected the columns key, phone, got key, name',
  );
  const files = new AppendFiles();
  expect(await files.append(file, 'csv', ['phone'], '1', {})).toMatchObject({ status: 'failed' });
  expect(await readFile(file, 'utf8')).toBe(before);
  await files.close();
});

test('a place that cannot be written to is tried again later', async () => {
  const file = await path();
  const files = new AppendFiles();
  expect((await files.append(`${file}\0`, 'csv', ['a'], '1', {})).status).toBe('retry');
  const blocked = join(await mkdtemp(join(tmpdir(), 'append-')), 'plain');
  await writeFile(blocked, '');
  expect((await files.append(join(blocked, 'x.csv'), 'csv', ['a'], '1', {})).status).toBe('retry');
  await files.close();
});
