import type { JsonObject } from '@osicam/engine/plugin';
import { testNode } from '@osicam/engine/plugin/testing';
import { expect, test } from 'vitest';
import { setTraits } from './index.ts';

const write = async (settings: Record<string, unknown>, traits: JsonObject = {}) =>
  (await testNode(setTraits, { settings, customers: [{ traits }] }).write()).customers[1]?.traits;

test('a trait takes a fixed value or one that a template works out', async () => {
  const set = [
    { trait: 'outcome', value: 'renewed' },
    { trait: 'greeting', value: 'Dear {{ customer.name | upcase }}' },
  ];
  expect(await write({ set }, { name: 'Ann' })).toEqual({ name: 'Ann', outcome: 'renewed', greeting: 'Dear ANN' });
});

test('values are kept as what they are', async () => {
  const set = [
    { trait: 'score', value: '{{ customer.spend | divided_by: 4.0 }}', as: 'number' },
    { trait: 'asked', value: 'yes', as: 'boolean' },
    { trait: 'day', value: '{{ now | date: "%Y-%m-%d" }}', as: 'date' },
    { trait: 'at', value: '{{ now }}', as: 'date' },
  ];
  expect(await write({ set }, { spend: 10 })).toMatchObject({
    score: 2.5,
    asked: true,
    day: '2026-01-01',
    at: '2026-01-01T00:00:00.000Z',
  });
});

test('an empty value takes the trait away', async () => {
  expect(await write({ set: [{ trait: 'offer', value: '{{ customer.missing }}' }] }, { offer: 'x', kept: 1 })).toEqual({
    kept: 1,
  });
});

test('counting starts from 0 and goes both ways', async () => {
  expect(await write({ increment: [{ trait: 'offers' }] })).toEqual({ offers: 1 });
  expect(await write({ increment: [{ trait: 'credit', by: -5 }] }, { credit: 3 })).toEqual({ credit: -2 });
  const reset = { set: [{ trait: 'n', value: '10', as: 'number' }], increment: [{ trait: 'n' }] };
  expect(await write(reset, { n: 3 })).toEqual({ n: 11 });
});

test('a value that is not what it should be stops its customer and says why', async () => {
  const number = { set: [{ trait: 'score', value: '{{ customer.name }}', as: 'number' }] };
  await expect(write(number, { name: 'Ann' })).rejects.toThrow('customer 1: score: expected a number, got "Ann"');
  const date = { set: [{ trait: 'day', value: '2026-02-30', as: 'date' }] };
  await expect(write(date)).rejects.toThrow('expected a date, got "2026-02-30"');
  await expect(write({ increment: [{ trait: 'n' }] }, { n: 'many' })).rejects.toThrow('got "many"');
});

test('a template that cannot be read is a problem', () => {
  const node = testNode(setTraits, { settings: { set: [{ trait: 'x', value: '{{ unclosed' }] } });
  expect(node.problems).toMatchObject([{ path: ['set', 0, 'value'] }]);
});
