import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestOptions } from '@osicam/engine/plugin/testing';
import { testNode } from '@osicam/engine/plugin/testing';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { callList } from './index.ts';

const ann = { traits: { name: 'Ann', phone: '+442079460018', plan: 'gold' } };

async function called(options: TestOptions, rounds = 1) {
  const node = testNode(callList, options);
  for (let round = 0; round < rounds; round++) await node.deliver();
  const text = await readFile(join(await node.folder, 'calls.csv'), 'utf8');
  await node.close();
  return parse(text, { columns: true }) as Record<string, string>[];
}

test('a call task says whom to call, what to say, by when and how urgently', async () => {
  const settings = { script: 'Offer {{ customer.plan }}\nand be kind.', priority: 'high', dueIn: 'P2D' };
  expect(await called({ settings, customers: [ann], now: Date.UTC(2026, 0, 1) })).toEqual([
    {
      key: 'loop:node:1:1',
      customer: '1',
      name: 'Ann',
      phone: '+442079460018',
      list: 'calls',
      script: 'Offer gold\nand be kind.',
      due: '2026-01-03T00:00:00.000Z',
      priority: 'high',
      created: '2026-01-01T00:00:00.000Z',
    },
  ]);
});

test('a task that is delivered twice stands on the list once', async () => {
  expect(await called({ customers: [ann, ann] }, 3)).toHaveLength(2);
});

test('a name that a spreadsheet would run as a formula is shown as text', async () => {
  const [row] = await called({ customers: [{ traits: { ...ann.traits, name: '=HYPERLINK("http://x")' } }] });
  expect(row?.name).toBe('\'=HYPERLINK("http://x")');
});

test('who cannot be called is left out, and it is said why; who must not, the contact policy knows', async () => {
  const customers = [{ traits: {} }, { traits: { phone: '12' } }];
  expect(await testNode(callList, { customers }).compose()).toEqual({
    1: { suppressed: 'no phone number' },
    2: { suppressed: 'invalid phone number' },
  });
  const contact = callList.contact?.(callList.settings.parse({}));
  expect(contact).toEqual({ channel: 'phone', purpose: 'marketing', consent: 'notRefused' });
});

test('a list cannot lie outside its folder', () => {
  for (const list of ['../calls', 'a/b', '..', 'C:\\x', ''])
    expect(() => testNode(callList, { settings: { list } })).toThrow('list');
});
