import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testNode } from '@osicam/engine/plugin/testing';
import type { ColumnSource } from 'hyparquet-writer';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { file } from './index.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'osicam-parquet-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function written(
  columnData: ColumnSource[],
  options: Partial<Parameters<typeof parquetWriteBuffer>[0]> = {},
): Promise<Buffer> {
  return Buffer.from(parquetWriteBuffer({ columnData, ...options }));
}

let files = 0;
async function given(bytes: Buffer, settings: Record<string, unknown> = {}, name = `${files++}.parquet`) {
  await writeFile(join(folder, name), bytes);
  return testNode(file, { settings: { path: name, ...settings }, folder });
}

test('reads a Parquet file with its types: exact decimals and long numbers, dates, instants, lists and structures', async () => {
  const bytes = await written(
    [
      { name: 'id', data: ['a', 'b'] },
      { name: 'big', data: [9007199254740993n, 12n] },
      { name: 'price', data: [0.3, 1177.5] },
      { name: 'exact', data: [30n, -117750n] },
      { name: 'since', data: [new Date('2024-01-31'), new Date('1969-12-31')] },
      { name: 'at', data: [1_706_659_200_123_456n, 1_706_659_200_000_000n] },
      { name: 'active', data: [true, null] },
      { name: 'tags', data: [['x', 'y'], []] },
    ],
    {
      schema: [
        { name: 'root', num_children: 8 },
        { name: 'id', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
        { name: 'big', type: 'INT64', repetition_type: 'REQUIRED' },
        { name: 'price', type: 'DOUBLE', repetition_type: 'REQUIRED' },
        {
          name: 'exact',
          type: 'INT64',
          converted_type: 'DECIMAL',
          scale: 2,
          precision: 18,
          repetition_type: 'REQUIRED',
        },
        { name: 'since', type: 'INT32', converted_type: 'DATE', repetition_type: 'REQUIRED' },
        { name: 'at', type: 'INT64', converted_type: 'TIMESTAMP_MICROS', repetition_type: 'REQUIRED' },
        { name: 'active', type: 'BOOLEAN', repetition_type: 'OPTIONAL' },
        { name: 'tags', num_children: 1, converted_type: 'LIST', repetition_type: 'OPTIONAL' },
        { name: 'list', num_children: 1, repetition_type: 'REPEATED' },
        { name: 'element', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
      ],
    },
  );
  const node = await given(bytes);
  const { records, rejects } = await node.read();
  expect(rejects).toEqual([]);
  expect(records.map(({ traits, line }) => [line, traits])).toEqual([
    [
      1,
      {
        id: 'a',
        big: '9007199254740993',
        price: 0.3,
        exact: 0.3,
        since: '2024-01-31',
        at: '2024-01-31T00:00:00.123456Z',
        active: true,
        tags: ['x', 'y'],
      },
    ],
    [
      2,
      {
        id: 'b',
        big: 12,
        price: 1177.5,
        exact: -1177.5,
        since: '1969-12-31',
        at: '2024-01-31T00:00:00.000Z',
        tags: [],
      },
    ],
  ]);
  expect(await node.preview()).toMatchObject({ format: 'Parquet, 2 rows', key: 'id', rows: 2, refused: 0 });
});

test('reads many row groups, and goes on behind any chunk as if it had not stopped', async () => {
  const rows = 20_000;
  const bytes = await written(
    [
      { name: 'id', data: Array.from({ length: rows }, (_, i) => `c${i}`) },
      { name: 'n', data: Array.from({ length: rows }, (_, i) => i) },
    ],
    { rowGroupSize: 3_000 },
  );
  const node = await given(bytes);
  const whole = await node.read();
  expect(whole.records).toHaveLength(rows);
  expect(whole.chunks).toBeGreaterThan(6);
  expect(whole.cursor).toEqual({ byte: rows, line: rows });
  const rest = await node.read({ byte: 4_321, line: 4_321 });
  expect(rest.records).toEqual(whole.records.slice(4_321));
  expect((await node.read(whole.cursor)).records).toEqual([]);
});

test('paths lead into structures', async () => {
  const bytes = await written(
    [
      { name: 'id', data: ['a'] },
      { name: 'address', data: [{ city: 'Łódź 🎉', zip: 7n }] },
    ],
    {
      schema: [
        { name: 'root', num_children: 2 },
        { name: 'id', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
        { name: 'address', num_children: 2, repetition_type: 'OPTIONAL' },
        { name: 'city', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
        { name: 'zip', type: 'INT64', repetition_type: 'OPTIONAL' },
      ],
    },
  );
  const node = await given(bytes, { columns: { address: 'ignore', 'address.city': { trait: 'city' } } });
  expect((await node.read()).records[0]?.traits).toEqual({ id: 'a', city: 'Łódź 🎉' });
});

test('a Parquet file that is cut off is refused before any row is read', async () => {
  const bytes = await written([{ name: 'id', data: Array.from({ length: 1000 }, (_, i) => `c${i}`) }]);
  const node = await given(bytes.subarray(0, bytes.length - 100), {}, 'cut.parquet');
  await expect(node.read()).rejects.toThrow(/cut\.parquet is no whole Parquet file; it may be cut off/);
  // Its end is there, and what stands before it is not what it was.
  const damaged = Buffer.from(bytes);
  damaged.fill(0xff, 4, 400);
  await expect((await given(damaged, {}, 'bad.parquet')).read()).rejects.toThrow(
    /bad\.parquet cannot be read in rows 1 to/,
  );
});
