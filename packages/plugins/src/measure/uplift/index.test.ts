import type { TestOutcome } from '@osicam/engine/plugin/testing';
import { testNode } from '@osicam/engine/plugin/testing';
import { expect, test } from 'vitest';
import { uplift } from './index.ts';

const arm = (port: string, converted: number, customers: number, more: Partial<TestOutcome> = {}): TestOutcome => ({
  ...more,
  port,
  customers,
  converted,
});
/** Every conversion worth as much. */
const worth = (converted: number, each: number) => ({
  value: { sum: converted * each, sumOfSquares: converted * each ** 2 },
});
const near = (value: number) => expect.closeTo(value, 4);
const base = { experiment: 'test', goal: 'renewal' };

test('treated and held out are compared with the interval that Newcombe published', async () => {
  const outcomes = [arm('email', 56, 70), arm('holdout', 48, 80)];
  const { figures } = await testNode(uplift, { settings: base }).report({ outcomes });
  expect(figures).toMatchObject({
    experiment: 'test',
    goal: 'renewal',
    holdout: { customers: 80, conversions: 48, rate: 0.6 },
    treated: {
      customers: 70,
      conversions: 56,
      rate: 0.8,
      uplift: { difference: near(0.2), low: near(0.0524), high: near(0.3339), pValue: near(0.008) },
      incrementalConversions: {
        estimate: near(14),
        low: expect.closeTo(70 * 0.0524, 2),
        high: expect.closeTo(70 * 0.3339, 2),
      },
      incrementalValue: null,
      return: null,
    },
  });
});

test('value and cost become a return', async () => {
  const outcomes = [
    arm('email', 30, 100, { ...worth(30, 1000), messages: 100, cost: 2000 }),
    arm('holdout', 20, 100, worth(20, 1000)),
  ];
  const { figures } = await testNode(uplift, { settings: { ...base, valueProperty: 'amount' } }).report({ outcomes });
  // 10 more of 100, 1,000 each: 10,000 for 2,000, so four times the cost came back on top. Standard error by hand:
  // √((0.21 + 0.16) · 1,000² / 99) · 100 = 6,113.4 in all.
  expect(figures.treated).toMatchObject({
    messages: 100,
    cost: 2000,
    incrementalValue: {
      estimate: near(10_000),
      low: expect.closeTo(10_000 - 1.959964 * 6113.4, -1),
      high: expect.any(Number),
    },
    return: near(4),
  });
});

test('several treatments are compared one by one and together', async () => {
  const outcomes = [arm('call', 30, 50), arm('email', 26, 50), arm('holdout', 48, 80)];
  const { figures } = await testNode(uplift, { settings: base }).report({ outcomes });
  expect(figures.treated).toMatchObject({ customers: 100, conversions: 56 });
  expect(figures.arms).toMatchObject([
    { port: 'call', rate: 0.6, uplift: { difference: near(0) } },
    { port: 'email', rate: 0.52, uplift: { difference: near(-0.08) } },
  ]);
});

test('the values of a trait are measured one by one', async () => {
  const all = [
    { ...arm('email', 56, 70), group: 'gold' },
    { ...arm('holdout', 48, 80), group: 'gold' },
    { ...arm('email', 1, 10), group: '' },
  ];
  const outcomes = ({ by }: { by?: string }) => (by ? all : [arm('email', 57, 80), arm('holdout', 48, 80)]);
  const { figures } = await testNode(uplift, { settings: { ...base, by: 'tier' } }).report({ outcomes });
  expect(figures).toMatchObject({
    by: 'tier',
    treated: { customers: 80, open: 0 },
    groups: [
      { group: '', treated: { customers: 10, uplift: null } },
      { group: 'gold', treated: { uplift: { low: near(0.0524) } } },
    ],
  });
});

test('with nobody held out, or nobody at all, nothing is claimed', async () => {
  const node = testNode(uplift, { settings: { ...base, valueProperty: 'amount', learn: 'take' } });
  const { figures } = await node.report({ outcomes: [arm('email', 5, 10, { cost: 10 })] });
  expect(figures.treated).toMatchObject({ rate: 0.5, uplift: null, incrementalConversions: null, return: null });
  expect((await node.report({ outcomes: [] })).figures).toMatchObject({
    treated: { customers: 0, rate: null },
    arms: [],
  });
});

const settings = {
  test: {
    holdout: 0.2,
    arms: [
      { port: 'email', weight: 1 },
      { port: 'call', weight: 1 },
    ],
  },
};
const learnt = (outcomes: TestOutcome[], more: Record<string, unknown> = {}) =>
  testNode(uplift, { settings: { ...base, learn: 'propose', ...more } }).report({ outcomes, settings });

test('the better treatment gets more of the next turn, and the other keeps its chance', async () => {
  const { proposals, take } = await learnt([arm('email', 300, 1000), arm('call', 200, 1000), arm('holdout', 100, 500)]);
  expect(take).toBe(false);
  expect(proposals).toEqual([
    { node: 'test', path: ['arms', 0, 'weight'], value: 0.9, why: expect.stringContaining('over 99.9 %') },
    { node: 'test', path: ['arms', 1, 'weight'], value: 0.1, why: expect.stringContaining('its weight was 1') },
  ]);
});

test('treatments that cannot be told apart get the same', async () => {
  const { proposals, take } = await learnt([arm('call', 200, 1000), arm('email', 200, 1000)], { learn: 'take' });
  expect(proposals?.map(({ value }) => value)).toEqual([0.5, 0.5]);
  expect(take).toBe(true);
});

test('a treatment that costs more than it brings loses, though more of its customers convert', async () => {
  const { proposals } = await learnt(
    [
      arm('email', 250, 1000, { ...worth(250, 1000), cost: 10_000 }),
      arm('call', 300, 1000, { ...worth(300, 1000), cost: 250_000 }),
    ],
    { valueProperty: 'amount' },
  );
  expect(proposals?.map(({ value }) => value)).toEqual([0.9, 0.1]);
});

test('nothing is learnt from too few, or of a node that is no experiment', async () => {
  const few = await learnt([arm('email', 9, 10), arm('call', 1, 10)]);
  expect(few.proposals).toEqual([]);
  expect(few.figures.learning).toContain('at least 100 customers');
  const node = testNode(uplift, { settings: { ...base, learn: 'take' } });
  const none = await node.report({ outcomes: [arm('email', 300, 1000)], settings: { test: {} } });
  expect(none.figures.learning).toContain('node test has no arms');
});
