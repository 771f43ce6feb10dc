import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SourceChunk } from '@osicam/engine/plugin';
import { testNode } from '@osicam/engine/plugin/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { file } from './index.ts';
import { fileSettings } from './settings.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'osicam-file-'));
});
afterAll(() => rm(folder, { recursive: true }));

let files = 0;
async function given(content: string | Buffer, settings: Record<string, unknown> = {}, end = 'csv') {
  const path = `${files++}.${end}`;
  await writeFile(join(folder, path), content);
  return testNode(file, { settings: { path, ...settings }, folder });
}
const traits = async (content: string | Buffer, settings?: Record<string, unknown>, end?: string) =>
  (await (await given(content, settings, end)).read()).records.map((record) => record.traits);

async function chunksOf(node: { settings: unknown }): Promise<SourceChunk[]> {
  const { signal } = new AbortController();
  const log = { info: () => undefined, warn: () => undefined };
  const settings = fileSettings.parse(node.settings);
  const chunks = [];
  for await (const chunk of file.read?.({ settings, folder, cursor: undefined, now: 0, log, signal }) ?? [])
    chunks.push(chunk);
  return chunks;
}

test('finds the type of each column, keeps blanks as missing, and codes as text', async () => {
  const node = await given(
    'id,age,rate,active,since,zip,phone,plan,total\n' +
      '1,30,-1.5e2,true,2024-02-29,01234,491511234567,Yes,12.50\n' +
      '2, 31 ,.5,FALSE,2024-03-01T10:00:00Z,99999,491511234568,No, \n' +
      '3,,0.10,,,,,,\n',
  );
  const preview = await node.preview();
  expect(Object.fromEntries(preview?.columns.map(({ name, type }) => [name, type]) ?? [])).toEqual({
    id: 'text',
    age: 'number',
    rate: 'number',
    active: 'boolean',
    since: 'date',
    zip: 'text',
    phone: 'text',
    plan: 'text',
    total: 'number',
  });
  expect(preview).toMatchObject({ key: 'id', rows: 3, format: 'CSV, separated by ",", utf-8' });
  const { records, rejects } = await node.read();
  expect(rejects).toEqual([]);
  expect(records[1]).toEqual({
    identities: [{ kind: 'key', value: '2' }],
    traits: {
      id: '2',
      age: 31,
      rate: 0.5,
      active: false,
      since: '2024-03-01T10:00:00Z',
      zip: '99999',
      phone: '491511234568',
      plan: 'No',
    },
    line: 3,
  });
  expect(records[2]?.traits).toEqual({ id: '3', rate: 0.1 });
});

test('numbers with leading zeros or more than 15 digits stay text', async () => {
  expect(await traits('id,a,b,c\nx,007,1234567890123456,123456789012345\n')).toEqual([
    { id: 'x', a: '007', b: '1234567890123456', c: 123456789012345 },
  ]);
});

test('a later value that does not fit its column is kept as it is written, and counted', async () => {
  const rows = Array.from({ length: 1200 }, (_, i) => `k${i},${i === 1100 ? 'twelve' : i === 1101 ? '' : i}`);
  const node = await given(`id,age\n${rows.join('\n')}\n`);
  const { records } = await node.read();
  expect(records).toHaveLength(1200);
  expect(records[1100]?.traits).toEqual({ id: 'k1100', age: 'twelve' });
  expect(records[1101]?.traits).toEqual({ id: 'k1101' });
  const chunks = await chunksOf(node);
  expect(Object.assign({}, ...chunks.map(({ misfits }) => misfits))).toEqual({ age: 1 });
});

test.each([
  ['id;name\r\n1;"a;b"\r\n', { id: '1', name: 'a;b' }],
  ['id\tname\n1\ta,b\n', { id: '1', name: 'a,b' }],
  ['\uFEFFid,name\n1,"say ""hi"""\n', { id: '1', name: 'say "hi"' }],
  ['sep=|\nid|name\n1|x\n', { id: '1', name: 'x' }],
  ['\n\nid,name\n\n1,x', { id: '1', name: 'x' }],
  ['id,name\r1,x\r', { id: '1', name: 'x' }],
  ['id,,name,\n1,a,x,b\n', { id: '1', 'column 2': 'a', name: 'x', 'column 4': 'b' }],
  ['id,size\n1,5" pipe\n', { id: '1', size: '5" pipe' }],
])('reads %j', async (content, expected) => {
  expect(await traits(content)).toEqual([expected]);
});

test('reads the encoding that it is told', async () => {
  const bytes = Buffer.from('id,name,price\n1,M\xfcller,5 \x80\n', 'latin1');
  expect(await traits(bytes, { encoding: 'windows-1252' })).toEqual([{ id: '1', name: 'Müller', price: '5 €' }]);
  expect(await traits(Buffer.from('id,name\n1,\xa3\xf3d\xbc\n', 'latin1'), { encoding: 'iso-8859-2' })).toEqual([
    { id: '1', name: 'Łódź' },
  ]);
  expect(() => testNode(file, { settings: { path: 'x', encoding: 'klingon' } })).toThrow('windows-1252');
});

test.each<[string, string | Buffer, Record<string, unknown>, string]>([
  [
    'another encoding',
    Buffer.from('id,name\n1,x\n2,M\xfcller\n', 'latin1'),
    {},
    'is not UTF-8: byte 0xFC in line 3 (byte 16 of the file)',
  ],
  ['a character cut off at the end', Buffer.from([...Buffer.from('id\n1\n'), 0xc3]), {}, 'byte 0xC3 in line 3'],
  ['UTF-16', Buffer.from('\uFEFFid\n1', 'utf16le'), {}, 'is UTF-16'],
  ['an Excel workbook', Buffer.from('PK\u0003\u0004rest'), {}, 'an Excel workbook'],
  ['a NUL', 'id\n\0\n', {}, 'is not text: byte 4 is NUL'],
  ['no content', '', {}, 'is empty'],
  ['doubled headers', 'id,mail,name,mail\n1,a,b,c\n', {}, 'columns 2 and 4 of the header are both named "mail"'],
  ['no header names', ',,\n1,2,3\n', {}, 'expected a header'],
  ['an unknown key', 'id,name\n1,x\n', { key: 'nr' }, 'there is no column "nr": the columns are id, name'],
  ['an unknown mapped column', 'id,name\n1,x\n', { columns: { nam: 'ignore' } }, 'there is no column "nam"'],
  ['nothing that identifies', 'name,plan\nx,y\n', {}, 'The columns are name, plan'],
  ['a key that repeats', 'id,name\n1,x\n1,y\n', {}, 'name the one that identifies'],
  [
    'two columns for one trait',
    'id,a,b\n1,x,y\n',
    { columns: { a: { trait: 'b' } } },
    'the columns "a" and "b" would both be the trait b',
  ],
  ['a trait that would be a prototype', 'id,__proto__\n1,x\n', {}, 'cannot be named __proto__'],
])('refuses a file with %s before reading any row', async (_, content, settings, message) => {
  const node = await given(content, settings);
  await expect(node.read()).rejects.toThrow(message);
});

test('says which file does not exist', async () => {
  const node = testNode(file, { settings: { path: 'nowhere.csv' }, folder });
  await expect(node.read()).rejects.toThrow(`cannot read ${join(folder, 'nowhere.csv')}: no such file`);
});

test('a fault far into a large file is found before any row is read', async () => {
  const rows = Array.from({ length: 200_000 }, (_, i) => `${i},Müller ${i}`).join('\n');
  const node = await given(Buffer.concat([Buffer.from(`id,name\n${rows}\n`), Buffer.from('x,M\xfcller\n', 'latin1')]));
  await expect(node.read()).rejects.toThrow('byte 0xFC in line 200002');
  expect(await (await given(`id,name\n${rows}\n`)).read()).toMatchObject({ rejects: [] });
});

test('sets ragged rows aside with line and reason, and reads on', async () => {
  const { records, rejects } = await (await given('id,name\n1,a\n2\n3,b,c\n\n,d\n4,"two\r\nlines"\r\n5,e\n')).read();
  expect(records.map(({ line, traits: { id } }) => [line, id])).toEqual([
    [2, '1'],
    [7, '4'],
    [9, '5'],
  ]);
  expect(rejects).toEqual([
    { line: 3, reason: '1 field where the header has 2', text: '2' },
    { line: 4, reason: '3 fields where the header has 2', text: '3,b,c' },
    { line: 6, reason: 'no value in "id", which identifies a customer', text: ',d' },
  ]);
});

test('a quote that is never closed costs its own line and no other', async () => {
  const { records, rejects } = await (await given('id,name\n1,a\n2,"b\n3,c\n4,"d\n5,"e"\n6,f\n7,"g\n8,h\n')).read();
  expect(records.map(({ traits: { id } }) => id)).toEqual(['1', '3', '5', '6', '8']);
  expect(rejects.map(({ line, text }) => [line, text])).toEqual([
    [3, '2,"b'],
    [5, '4,"d'],
    [8, '7,"g'],
  ]);
});

test('a field of several lines may begin with a quotation', async () => {
  expect(await traits('id,name\n1,"""Hi"" he said,\nand left"\n2,x\n')).toEqual([
    { id: '1', name: '"Hi" he said,\nand left' },
    { id: '2', name: 'x' },
  ]);
});

test('a field of more than a megabyte is set aside', async () => {
  const { records, rejects } = await (await given(`id,name\n1,${'x'.repeat(1_100_000)}\n2,y\n`)).read();
  expect(records.map(({ traits: { id } }) => id)).toEqual(['2']);
  expect(rejects).toMatchObject([{ line: 2, reason: expect.stringContaining('longer than 1 MB') }]);
});

test('the map names traits, types and identities, and leaves columns out', async () => {
  const node = await given('nr;mail;vip;betrag;note\n1;a@example.com;Yes;1.234,50;x\n', {
    key: 'nr',
    identityKind: 'billing',
    decimal: 'comma',
    columns: {
      mail: { identity: 'email', trait: 'email' },
      vip: { type: 'boolean' },
      nr: { trait: false },
      note: 'ignore',
    },
  });
  expect((await node.read()).records).toEqual([
    {
      identities: [
        { kind: 'billing', value: '1' },
        { kind: 'email', value: 'a@example.com' },
      ],
      traits: { email: 'a@example.com', vip: true, betrag: 1234.5 },
      line: 2,
    },
  ]);
});

test('goes on behind any chunk as if it had not stopped', async () => {
  const rows = Array.from({ length: 9000 }, (_, i) => (i % 1000 === 5 ? `${i}` : `${i},"name\n${i}"`));
  const node = await given(`id,name\n${rows.join('\n')}\n`, { key: 'id' });
  const whole = await node.read();
  const chunks = await chunksOf(node);
  expect(chunks.length).toBeGreaterThan(2);
  for (const [i, { cursor }] of chunks.entries()) {
    const rest = await node.read(cursor);
    expect(rest.records).toEqual(chunks.slice(i + 1).flatMap(({ records }) => records));
    expect(rest.rejects).toEqual(chunks.slice(i + 1).flatMap(({ rejects }) => rejects ?? []));
  }
  expect(whole.records).toHaveLength(8991);
  await expect(node.read({ byte: 1e9, line: 5 })).rejects.toThrow('it is another file now');
});

test('reads JSON Lines, with types as JSON has them', async () => {
  const node = await given(
    '{"id":12345678901234567890,"tags":["a"],"age":30,"none":null,"blank":" "}\n\nnot json\n[1]\n{"age":3}\n{"id":"b","later":true}',
    {},
    'jsonl',
  );
  const { records, rejects } = await node.read();
  expect(records).toEqual([
    {
      identities: [{ kind: 'key', value: '12345678901234567890' }],
      traits: { id: '12345678901234567890', tags: ['a'], age: 30 },
      line: 1,
    },
    { identities: [{ kind: 'key', value: 'b' }], traits: { id: 'b', later: true }, line: 6 },
  ]);
  expect(rejects.map(({ line, reason }) => [line, reason.slice(0, 22)])).toEqual([
    [3, 'not JSON: Unexpected t'],
    [4, 'expected a JSON object'],
    [5, 'no value in "id", whic'],
  ]);
});

const telco = new URL('../../../../../../shared/data/telco-churn.csv', import.meta.url);
test.runIf(existsSync(telco))(
  'reads every customer of the real churn file, and blanks of TotalCharges as missing',
  async () => {
    const node = testNode(file, { settings: { path: 'telco-churn.csv' }, folder: join(telco.pathname, '..') });
    const { records, rejects } = await node.read();
    expect(rejects).toEqual([]);
    expect(records).toHaveLength(7043);
    expect(records.filter(({ traits: { TotalCharges } }) => TotalCharges === undefined)).toHaveLength(11);
    expect(new Set(records.map(({ traits: { Churn } }) => Churn))).toEqual(new Set(['Yes', 'No']));
    expect(
      records.every(
        ({ traits: { SeniorCitizen, tenure } }) => typeof SeniorCitizen === 'number' && typeof tenure === 'number',
      ),
    ).toBe(true);
    expect((await node.preview())?.key).toBe('customerID');
  },
);

test('a column can be a permission: yes gives it, no refuses it, a blank or another word is neither', async () => {
  const columns = {
    mail: { trait: false, consent: { channel: 'email' } },
    call: { consent: { channel: 'phone', purpose: 'service' } },
  };
  const node = await given('id,mail,call\n1,yes,no\n2,,maybe\n3,No,\n', { columns });
  const [one, two, three] = (await node.read()).records;
  expect(one).toMatchObject({
    traits: { id: '1', call: 'no' },
    consents: [
      { channel: 'email', purpose: 'marketing', granted: true, source: 'mail' },
      { channel: 'phone', purpose: 'service', granted: false, source: 'call' },
    ],
  });
  expect([two?.consents, three?.consents?.map(({ granted }) => granted)]).toEqual([[], [false]]);
  const [chunk] = await chunksOf(node);
  expect(chunk?.misfits).toEqual({ call: 1 });
});
