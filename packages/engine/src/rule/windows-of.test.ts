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

test('what passes in figures, changes, groups, and with those who share one', () => {
  const some = { mode: 'some' as const };
  const last = (property: string, value: string) => ({
    ...within('order', value),
    operator: 'notWithin',
    measure: { function: 'last' as const, property, where: all(within('time', 'P1D')) },
  });
  const count = (field: string, ...rules: RuleGroup['rules']) => ({
    field,
    operator: '=',
    match: some,
    value: all(...rules),
  });
  const rule = all(
    last('time', 'P90D'),
    last('shipped', 'P7D'),
    count('$changed.plan', within('time', 'P30D'), within('to', 'P2D')),
    count('$group.account', within('since', 'P3D'), within('founded', 'P4D')),
    count('$related.household', within('birthday', 'P5D'), last('time', 'P90D'), count('$group.account')),
  );
  expect(windowsOf(rule)).toEqual([
    { on: 'event', type: 'order', milliseconds: day },
    { on: 'event', type: 'order', milliseconds: 90 * day },
    { on: 'property', type: 'order', name: 'shipped', milliseconds: 7 * day },
    { on: 'change', trait: 'plan', of: 'time', milliseconds: 30 * day },
    { on: 'change', trait: 'plan', of: 'to', milliseconds: 2 * day },
    { on: 'relationship', group: 'account', milliseconds: 0 },
    { on: 'since', group: 'account', milliseconds: 3 * day },
    { on: 'groupTrait', group: 'account', name: 'founded', milliseconds: 4 * day },
    { on: 'relationship', group: 'household', milliseconds: 0 },
    { on: 'relationship', group: 'household', milliseconds: 0, related: 'household' },
    { on: 'trait', name: 'birthday', milliseconds: 5 * day, related: 'household' },
    { on: 'event', type: 'order', milliseconds: day, related: 'household' },
    { on: 'event', type: 'order', milliseconds: 90 * day, related: 'household' },
    { on: 'relationship', group: 'account', milliseconds: 0, related: 'household' },
  ]);
});
