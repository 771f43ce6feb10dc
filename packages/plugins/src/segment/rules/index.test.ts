import type { TestCustomer } from '@osicam/engine/plugin/testing';
import { testNode } from '@osicam/engine/plugin/testing';
import { expect, test } from 'vitest';
import { rules } from './index.ts';

const now = Date.UTC(2026, 0, 1);
const day = 86_400_000;
const and = (...of: object[]) => ({ combinator: 'and', rules: of });

test('the first case that a customer meets decides', async () => {
  const settings = {
    cases: [
      { port: 'month to month', when: and({ field: 'contract', operator: '=', value: 'monthly' }) },
      { port: 'new', when: and({ field: 'tenure', operator: '<=', value: 12 }) },
    ],
    otherwise: 'bound',
  };
  const customers: TestCustomer[] = [
    { traits: { contract: 'monthly', tenure: 3 } },
    { traits: { contract: 'yearly', tenure: 12 } },
    { traits: { contract: 'yearly', tenure: 13 } },
    { traits: {} },
  ];
  const node = testNode(rules, { settings, customers });
  expect(await node.route()).toEqual({ 1: 'month to month', 2: 'new', 3: 'bound', 4: 'bound' });
  expect(node.ports).toEqual(['month to month', 'new', 'bound']);
});

test('what a customer has done can decide too', async () => {
  const recent = and({ field: 'time', operator: 'within', value: 'P90D' });
  const twice = { field: 'order', operator: '=', match: { mode: 'atLeast', threshold: 2 }, value: recent };
  const node = testNode(rules, {
    now,
    settings: { cases: [{ port: 'active', when: and(twice) }] },
    customers: [{}, {}],
    events: [
      { type: 'order', customer: 1, time: now - day },
      { type: 'order', customer: 1, time: now - 80 * day },
      { type: 'order', customer: 2, time: now - day },
      { type: 'order', customer: 2, time: now - 100 * day },
    ],
  });
  expect(await node.route()).toEqual({ 1: 'active', 2: 'otherwise' });
});

test('a new node is valid, and everybody meets its empty case', async () => {
  const node = testNode(rules);
  expect(node.problems).toEqual([]);
  expect(await node.route()).toEqual({ 1: 'yes' });
});

test('two segments of one name are a problem, and so is a rule with an unknown operator', () => {
  const cases = [
    { port: 'a', when: and() },
    { port: 'a', when: and() },
  ];
  expect(testNode(rules, { settings: { cases, otherwise: 'a' } }).problems.map(({ path }) => path)).toEqual([
    ['cases', 1, 'port'],
    ['otherwise'],
  ]);
  const unknown = [{ port: 'a', when: and({ field: 'x', operator: 'resembles', value: 1 }) }];
  expect(() => testNode(rules, { settings: { cases: unknown } })).toThrow('operator');
});
