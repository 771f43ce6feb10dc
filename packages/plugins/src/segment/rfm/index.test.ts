import { testNode } from '@osicam/engine/plugin/testing';
import { expect, test } from 'vitest';
import { rfm, segmentOf } from './index.ts';

const now = Date.UTC(2026, 0, 1);
const day = 86_400_000;
const orders = (customer: number, count: number, lastDaysAgo: number, amount: number) =>
  Array.from({ length: count }, (_, n) => ({
    type: 'order',
    customer,
    time: now - (lastDaysAgo + n) * day,
    properties: { amount },
  }));

test('fixed cut points score a customer by its last purchase, their number and their worth', async () => {
  const node = testNode(rfm, {
    now,
    settings: { scoring: 'cutPoints' },
    customers: [{}, {}, {}, {}, {}, {}],
    events: [
      ...orders(1, 10, 5, 200),
      ...orders(2, 4, 75, 100),
      ...orders(3, 1, 2, 20),
      ...orders(4, 9, 200, 90),
      ...orders(5, 1, 300, 10),
    ],
  });
  expect(await node.route()).toEqual({ 1: 'champions', 2: 'loyal', 3: 'promising', 4: 'atRisk', 5: 'lost', 6: 'lost' });
});

test('quintiles score a customer by where it stands among all who bought', async () => {
  const customers = Array.from({ length: 10 }, () => ({}));
  const events = customers.flatMap((_, n) => orders(n + 1, n + 1, 100 - 10 * n, 10 * (n + 1)));
  const ports = await testNode(rfm, { now, customers, events }).route();
  expect(ports).toMatchObject({ 1: 'lost', 4: 'lost', 5: 'loyal', 6: 'loyal', 7: 'champions', 10: 'champions' });
});

test('purchases before the time looked at do not count', async () => {
  const events = orders(1, 10, 40, 100);
  expect(await testNode(rfm, { now, events, settings: { window: 'P30D' } }).route()).toEqual({ 1: 'lost' });
});

test('without a value the number of purchases stands for it, and a value that is no number counts as nothing', async () => {
  const events = orders(1, 9, 1, 0);
  const settings = { scoring: 'cutPoints' };
  expect(await testNode(rfm, { now, events, settings }).route()).toEqual({ 1: 'loyal' });
  expect(await testNode(rfm, { now, events, settings: { ...settings, value: '' } }).route()).toEqual({
    1: 'champions',
  });
  const texts = events.map((event) => ({ ...event, properties: { amount: '1000' } }));
  expect(await testNode(rfm, { now, events: texts, settings }).route()).toEqual({ 1: 'loyal' });
});

test('every combination of scores has its segment', () => {
  const scores = [1, 2, 3, 4, 5];
  const all = scores.flatMap((r) => scores.flatMap((f) => scores.map((m) => segmentOf(r, f, m))));
  expect(
    Object.fromEntries([...new Set(all)].map((name) => [name, all.filter((other) => other === name).length])),
  ).toEqual({ lost: 12, atRisk: 38, promising: 18, loyal: 37, champions: 20 });
});

test('cut points that do not ascend are a problem', () => {
  const node = testNode(rfm, { settings: { frequency: [1, 3, 2, 4] } });
  expect(node.problems).toEqual([{ path: ['frequency'], message: 'expected four ascending numbers, got 1, 3, 2, 4' }]);
});
