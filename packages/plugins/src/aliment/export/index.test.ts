import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { testNode } from '@osicam/engine/plugin/testing';
import { expect, test } from 'vitest';
import { exportFile } from './index.ts';

const customers = [{ traits: { name: 'Ann', plan: 'gold, yearly' } }, { traits: { name: '=1+1', score: 0.5 } }];

async function exported(settings: Record<string, unknown>, name: string) {
  const node = testNode(exportFile, { settings, customers });
  const receipts = await node.deliver();
  await node.deliver();
  const text = await readFile(join(await node.folder, name), 'utf8');
  await node.close();
  expect(receipts).toEqual({ 1: { status: 'sent' }, 2: { status: 'sent' } });
  return text;
}

test('the chosen traits become the columns of a CSV file, each customer once', async () => {
  expect(await exported({ traits: ['name', 'plan', 'score'] }, 'export.csv')).toBe(
    [
      'key,customer,time,name,plan,score',
      'loop:node:1:1,1,2026-01-01T00:00:00.000Z,Ann,"gold, yearly",',
      "loop:node:2:1,2,2026-01-01T00:00:00.000Z,'=1+1,,0.5",
      '',
    ].join('\n'),
  );
});

test('lines of JSON keep values as they are', async () => {
  const text = await exported({ traits: ['name', 'score'], format: 'ndjson', file: 'scores' }, 'scores.ndjson');
  expect(
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toMatchObject([
    { customer: 1, name: 'Ann', score: null },
    { customer: 2, name: '=1+1', score: 0.5 },
  ]);
});

test('two nodes that write different columns to one file: the second is refused and says why', async () => {
  const first = testNode(exportFile, { settings: { traits: ['name'] }, customers });
  await first.deliver();
  const folder = await first.folder;
  const second = testNode(exportFile, { settings: { traits: ['plan'] }, customers, folder });
  expect((await second.deliver())[1]).toMatchObject({
    status: 'failed',
    detail: expect.stringContaining('expected the columns'),
  });
  await second.close();
  await first.close();
});

test('a column twice is a problem, and so is one that every row has', () => {
  const { problems } = testNode(exportFile, { settings: { traits: ['name', 'name', 'key'] } });
  expect(problems.map(({ path }) => path)).toEqual([
    ['traits', 1],
    ['traits', 2],
  ]);
});
