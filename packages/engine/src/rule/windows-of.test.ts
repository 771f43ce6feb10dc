import { expect, test } from 'vitest';
import type { RuleGroup } from './rule.ts';
import { windowsOf } from './windows-of.ts';

const day = 86_400_000;
const all = (...rules: RuleGroup['rules']): RuleGroup => ({ combinator: 'and', rules });
const within = (field: string, value: string) => ({ field, operator: 'within', value });

test('every window of a rule is found: of traits, of events and of their properties, in segments too', () => {
  const orders = {
    field: 'order',
    operator: '=',
    match: { mode: 'atLeast', threshold: 3 } as const,
    value: all(within('time', 'P90D'), { combinator: 'or', not: true, rules: [within('shipped', 'P7D')] }),
  };
  const segments = new Map([['new', all({ field: 'since', operator: 'notWithin', value: 'P30D' })]]);
  const rule = all(orders, orders, { field: '$segment.new', operator: '!=', value: true }, within('birthday', 'P1D'));
  expect(windowsOf(rule, segments)).toEqual([
    { on: 'event', type: 'order', milliseconds: 90 * day },
    { on: 'property', type: 'order', name: 'shipped', milliseconds: 7 * day },
    { on: 'trait', name: 'since', milliseconds: 30 * day },
    { on: 'trait', name: 'birthday', milliseconds: day },
  ]);
});

test('a rule that time does not change has none', () => {
  expect(windowsOf(all({ field: 'time', operator: '>', value: 3 }))).toEqual([]);
});
