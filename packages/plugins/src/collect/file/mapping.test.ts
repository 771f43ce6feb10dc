import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { SourceChunk } from '@osicam/engine/plugin';
import { testNode } from '@osicam/engine/plugin/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { file } from './index.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'osicam-mapping-'));
});
afterAll(() => rm(folder, { recursive: true }));

let files = 0;
async function given(content: string | Buffer, settings: Record<string, unknown> = {}, end = 'csv') {
  const path = `${files++}.${end}`;
  await writeFile(join(folder, path), content);
  return testNode(file, { settings: { path, ...settings }, folder });
}

const orders = {
  columns: { customer: { identity: 'crm', trait: false } },
  events: [
    {
      type: 'order',
      time: { column: 'day', format: 'dd.MM.yyyy', zone: 'Europe/Berlin' },
      properties: { items: 'items', value: { column: 'total', type: 'money', currency: 'EUR' } },
    },
  ],
  decimal: 'comma',
};
const header = 'customer;day;items;total\n';

test('a row becomes an event, with its time by the form and zone of its dates, and money in minor units', async () => {
  const node = await given(`${header}7;31.01.2026;3;1.234,50\n7;01.07.2026;1;0,1\n`, orders);
  const { records } = await node.read();
  expect(records.map(({ events }) => events)).toEqual([
    [
      {
        type: 'order',
        category: 'order',
        time: Date.parse('2026-01-30T23:00:00Z'),
        properties: { items: 3, value: 123_450 },
        messageId: expect.stringMatching(/^[\w-]{24}$/),
      },
    ],
    [expect.objectContaining({ time: Date.parse('2026-06-30T22:00:00Z'), properties: { items: 1, value: 10 } })],
  ]);
  expect(records[0]).toMatchObject({ identities: [{ kind: 'crm', value: '7' }], traits: {} });
});

test('rows that are alike are events of their own, the same ones whenever the file is read and wherever reading goes on', async () => {
  const rows = Array.from({ length: 4_000 }, (_, i) => `${i % 40};0${(i % 3) + 1}.01.2026;1;9,99`);
  const node = await given(`${header}${rows.join('\n')}\n`, orders);
  const idsOf = (records: SourceChunk['records']) =>
    records.flatMap(({ events = [] }) => events.map((e) => e.messageId));
  const first = await node.read();
  const ids = idsOf(first.records);
  expect(new Set(ids).size).toBe(4_000);
  expect(idsOf((await node.read()).records)).toEqual(ids);
  // Those before the place where it goes on are counted, and not given again.
  const rest = await node.read({
    byte: Buffer.byteLength(header) + rows.slice(0, 1_500).join('\n').length + 1,
    line: 1_501,
  });
  expect(idsOf(rest.records)).toEqual(ids.slice(1_500));
  // In another order they are the same events.
  const turned = await given(`${header}${rows.toReversed().join('\n')}\n`, orders);
  expect(new Set(idsOf((await turned.read()).records))).toEqual(new Set(ids));
});

test('the columns that make an event can be named: then the others may change', async () => {
  const named = { ...orders, events: [{ ...orders.events[0], messageId: { columns: ['customer', 'day', 'items'] } }] };
  const one = await (await given(`${header}7;31.01.2026;3;1,00\n`, named)).read();
  const other = await (await given(`${header}7;31.01.2026;3;2,00\n`, named)).read();
  expect(one.records[0]?.events?.[0]?.messageId).toBe(other.records[0]?.events?.[0]?.messageId);
  const byColumn = { ...orders, events: [{ ...orders.events[0], messageId: 'items' }] };
  expect(
    (await (await given(`${header}7;31.01.2026;0042;1\n`, byColumn)).read()).records[0]?.events?.[0]?.messageId,
  ).toBe('0042');
});

test('a row without a time that can be read is refused, unless its event may be missing', async () => {
  const content = `${header}7;31.02.2026;3;1,00\n8;;3;1,00\n9;01.01.2026;3;viel\n`;
  const { records, rejects } = await (await given(content, orders)).read();
  expect(rejects.map(({ line, reason }) => [line, reason])).toEqual([
    [2, 'day: expected a date as dd.MM.yyyy, got "31.02.2026"'],
    [3, 'no value in "day", the time of an event'],
  ]);
  // A value that is none of its type stays as it is written.
  expect(records[0]?.events?.[0]?.properties.value).toBe('viel');
  const optional = { ...orders, events: [{ ...orders.events[0], optional: true }] };
  const some = await (await given(content, optional)).read();
  expect(some.records.map(({ events }) => events?.length)).toEqual([0, 1]);
});

test('a row can tell of several events, of consents with time and proof, and of relationships', async () => {
  const node = await given(
    'id,signed,ordered,type,optin,when,form,text,household,since,street,note\n' +
      '1,2026-01-01,2026-01-02T10:00:00+02:00,Ticket Opened,yes,2025-12-24,web form 7,v3,h1,2020-05-01,Hauptstr. 1,hello\n',
    {
      key: 'id',
      rest: 'property',
      events: [
        { type: 'Signed Up', time: 'signed' },
        { type: { column: 'type' }, time: 'ordered', properties: { source: { value: 'crm' } } },
      ],
      consents: [{ channel: 'email', granted: 'optin', at: 'when', proof: 'form', textVersion: 'text' }],
      relationships: [{ kind: 'household', key: 'household', from: 'since', traits: { street: 'street' } }],
    },
  );
  const { records } = await node.read();
  expect(records).toEqual([
    {
      identities: [{ kind: 'key', value: '1' }],
      traits: {},
      line: 2,
      events: [
        expect.objectContaining({ type: 'Signed Up', category: 'basic', properties: { note: 'hello' } }),
        expect.objectContaining({
          type: 'Ticket Opened',
          category: 'service',
          time: Date.parse('2026-01-02T08:00:00Z'),
          properties: { note: 'hello', source: 'crm' },
        }),
      ],
      consents: [
        {
          channel: 'email',
          purpose: 'marketing',
          granted: true,
          source: 'optin',
          proof: 'web form 7',
          textVersion: 'v3',
          at: Date.parse('2025-12-24'),
        },
      ],
      relationships: [
        { kind: 'household', key: 'h1', from: Date.parse('2020-05-01'), traits: { street: 'Hauptstr. 1' } },
      ],
    },
  ]);
  const preview = await node.preview();
  expect(preview?.columns.find(({ name }) => name === 'since')?.becomes).toEqual(['household from']);
  expect(preview?.columns.find(({ name }) => name === 'note')?.becomes).toEqual(['property of the events']);
});

test('paths lead into objects of JSON Lines, and long numbers and emoji come through', async () => {
  const line = {
    customer: { id: 'c1', mails: ['a@example.com', 'b@example.com'] },
    at: 1_772_366_400,
    cart: { total: 12.34, note: '🎉 شكرا' },
  };
  const node = await given(
    `${JSON.stringify(line)}\n`,
    {
      rest: 'ignore',
      columns: { 'customer.id': { identity: 'crm', trait: false }, 'customer.mails.1': { trait: 'mail' } },
      events: [
        {
          type: 'order',
          time: { column: 'at', format: 'seconds' },
          properties: { value: { column: 'cart.total', type: 'money', currency: 'EUR' }, note: 'cart.note' },
        },
      ],
    },
    'jsonl',
  );
  expect((await node.read()).records[0]).toMatchObject({
    identities: [{ kind: 'crm', value: 'c1' }],
    traits: { mail: 'b@example.com' },
    events: [{ time: 1_772_366_400_000, properties: { value: 1234, note: '🎉 شكرا' } }],
  });
});

test('files that gzip has packed are read as what they hold; one that is cut off is refused', async () => {
  const packed = gzipSync('id,name\n1,Zoë\n');
  expect((await (await given(packed, {}, 'csv.gz')).read()).records.map(({ traits }) => traits)).toEqual([
    { id: '1', name: 'Zoë' },
  ]);
  expect(await (await given(gzipSync('{"id":"a","n":1}\n'), {}, 'jsonl.gz')).preview()).toMatchObject({
    format: 'JSON Lines, utf-8, packed by gzip',
  });
  const cut = await given(packed.subarray(0, packed.length - 6), {}, 'csv.gz');
  await expect(cut.read()).rejects.toThrow(/csv\.gz cannot be unpacked by gzip: it is cut off/);
});

test('a file without a header is told its columns; names for others than it has are refused', async () => {
  const bare = await given('1,a\n2,b\n', { header: false, names: ['id', 'name'] });
  expect((await bare.read()).records.map(({ traits, line }) => [line, traits])).toEqual([
    [1, { id: '1', name: 'a' }],
    [2, { id: '2', name: 'b' }],
  ]);
  const renamed = await given('Nr,__proto__\n1,a\n', { names: ['id', 'name'] });
  expect((await renamed.read()).records[0]?.traits).toEqual({ id: '1', name: 'a' });
  const unnamed = await given('1,a\n', { header: false, key: 'column 1' });
  expect((await unnamed.read()).records[0]?.traits).toEqual({ 'column 1': '1', 'column 2': 'a' });
  const wrong = await given('1,a\n', { header: false, names: ['id'] });
  await expect(wrong.read()).rejects.toThrow('1 names for the 2 columns of the first line (1, a)');
});

test('fields between blanks are read as a printed table is, found by how its header stands', async () => {
  const node = await given(' id   first   total\r\n 01   Ann     1.50\r\n\r\n 02   Bo\r\n 03   "Cy     2\r\n');
  expect(await node.preview()).toMatchObject({ format: 'CSV, separated by blanks, utf-8', key: 'id' });
  const { records, rejects } = await node.read();
  expect(records.map(({ traits, line }) => [line, traits])).toEqual([
    [2, { id: '01', first: 'Ann', total: 1.5 }],
    [5, { id: '03', first: '"Cy', total: 2 }],
  ]);
  expect(rejects).toEqual([{ line: 4, reason: '2 fields where the header has 3', text: '02   Bo' }]);
});

test('dates of several forms are told apart where they can be', async () => {
  const node = await given(
    'id,german,either,american,mixed\n1,31.01.2026,01/02/2026,01/31/2026,2026-01-01\n2,01.02.2026,03/04/2026,02/01/2026,1.2.26\n',
  );
  const dates = Object.fromEntries(
    (await node.preview())?.columns.map(({ name, dates: found }) => [name, found]) ?? [],
  );
  expect(dates).toEqual({
    id: undefined,
    german: ['dd.MM.yyyy'],
    either: ['dd/MM/yyyy', 'MM/dd/yyyy'],
    american: ['MM/dd/yyyy'],
    mixed: undefined,
  });
  // None of them is turned into a date unless somebody says so.
  expect((await node.read()).records[0]?.traits).toMatchObject({ german: '31.01.2026', either: '01/02/2026' });
  const told = await given('id,german\n1,31.01.2026\n2,32.01.2026\n', {
    columns: { id: { identity: 'key' }, german: { format: 'dd.MM.yyyy' } },
  });
  expect((await told.read()).records.map(({ traits }) => traits.german)).toEqual(['2026-01-31', '32.01.2026']);
});

test.each<[string, string | Buffer, string, Record<string, unknown>, string]>([
  ['a JSON array', '[{"id":1}]', 'json', {}, 'holds one JSON array: expected an object a line'],
  ['UTF-16 without a mark', Buffer.from('id,name\n1,x\n', 'utf16le'), 'csv', {}, 'byte 2 is NUL'],
  [
    'Latin-1 that is said to be UTF-8',
    Buffer.from('id,name\n1,\xfc\n', 'latin1'),
    'csv',
    {},
    'Name its encoding, as windows-1252',
  ],
  ['a header alone', 'id,name\n', 'csv', { key: 'nr' }, 'there is no column "nr"'],
  ['no magic but the end of a Parquet file', 'PAR1', 'parquet', {}, 'is no whole Parquet file'],
])('refuses %s, saying what and where', async (_, content, end, settings, message) => {
  await expect((await given(content, settings, end)).read()).rejects.toThrow(message);
});

test('a file of a header alone brings nobody, and is no error', async () => {
  expect(await (await given('id,name\n', { key: 'id' })).read()).toMatchObject({ records: [], rejects: [] });
});

test('a NUL far into a file is set aside with its row', async () => {
  const rows = Array.from({ length: 3_000 }, (_, i) => `${i},${i === 2_000 ? 'a\0b' : 'x'}`);
  const { records, rejects } = await (await given(`id,name\n${rows.join('\n')}\n`)).read();
  expect([records.length, rejects]).toEqual([
    2_999,
    [{ line: 2_002, reason: 'field 2 holds a NUL character', text: '2000,a\0b' }],
  ]);
});

test('half a character in JSON, and a NUL, are set aside; what only looks like one is not', async () => {
  const { records, rejects } = await (
    await given(
      '{"id":"a","n":"\\ud800"}\n{"id":"b","n":"\\u0000"}\n{"id":"c","n":"\\\\u0000 \\ud83c\\udf89"}\n',
      {},
      'jsonl',
    )
  ).read();
  expect(records.map(({ traits }) => traits)).toEqual([{ id: 'c', n: '\\u0000 🎉' }]);
  expect(rejects.map(({ line }) => line)).toEqual([1, 2]);
});

test('a field of many megabytes costs its own row and no other', async () => {
  const long = 'x'.repeat(20 * 1024 * 1024);
  const { records, rejects } = await (await given(`id,name\n1,a\n2,"${long}"\n3,c\n`)).read();
  expect(records.map(({ traits: { id } }) => id)).toEqual(['1', '3']);
  expect(rejects).toMatchObject([{ line: 3, reason: 'longer than 1 MB, or a quote that is never closed' }]);
  expect(rejects[0]?.text.length).toBeLessThanOrEqual(10_000);
});

test('SQL in a value is a value', async () => {
  const name = "Robert'); DROP TABLE customer;--";
  expect((await (await given(`id,name\n1,"${name}"\n`)).read()).records[0]?.traits).toEqual({ id: '1', name });
});
