import { testNode } from '@osicam/engine/plugin/testing';
import { expect, test } from 'vitest';
import { split } from './index.ts';

const customers = Array.from({ length: 2000 }, () => ({}));
const shares = [
  { port: 'left', weight: 1 },
  { port: 'right', weight: 3 },
];

test('customers part in the shares that were set, and the same way each time', async () => {
  const ports = await testNode(split, { settings: { shares }, customers }).route();
  const left = Object.values(ports).filter((port) => port === 'left').length;
  expect(left / customers.length).toBeCloseTo(0.25, 1);
  expect(await testNode(split, { settings: { shares }, customers }).route()).toEqual(ports);
});

test('two splits part the customers each in its own way, unless they share a key', async () => {
  const one = await testNode(split, { customers, node: 'one' }).route();
  const two = await testNode(split, { customers, node: 'two' }).route();
  const same = Object.keys(one).filter((id) => one[Number(id)] === two[Number(id)]).length;
  expect(same / customers.length).toBeCloseTo(0.5, 1);
  const keyed = (node: string) => testNode(split, { customers, node, settings: { key: 'spring' } }).route();
  expect(await keyed('one')).toEqual(await keyed('two'));
});

test('a share without weight gets nobody', async () => {
  const none = { shares: [{ port: 'none', weight: 0 }, { port: 'all' }] };
  expect(new Set(Object.values(await testNode(split, { settings: none, customers }).route()))).toEqual(
    new Set(['all']),
  );
});

test('the ways out are named as they were set', () => {
  expect(testNode(split, { settings: { shares } }).ports).toEqual(['left', 'right']);
});

test('one name twice, or no weight at all, is a problem', () => {
  const twice = {
    shares: [
      { port: 'a', weight: 0 },
      { port: 'a', weight: 0 },
    ],
  };
  expect(testNode(split, { settings: twice }).problems).toEqual([
    { path: ['shares', 1, 'port'], message: 'expected a name that no other way out has, got "a" again' },
    { path: ['shares'], message: 'expected at least one weight above 0, got none' },
  ]);
});
