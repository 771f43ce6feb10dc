import { expect, test } from 'vitest';
import { explainRule } from './explain-rule.ts';
import type { Rule, RuleGroup } from './rule.ts';

const of = (...rules: (Rule | RuleGroup)[]): RuleGroup => ({ combinator: 'and', rules });
const recent = { field: 'time', operator: 'within', value: 'P90D' };
const orders = (match: Rule['match'], ...rules: Rule[]): Rule => ({
  field: 'order',
  operator: '=',
  match,
  value: of(...rules),
});

test.each<[RuleGroup, string]>([
  [of(), 'everybody'],
  [
    of(
      { field: 'Contract', operator: '=', value: 'Month-to-month' },
      orders({ mode: 'atLeast', threshold: 3 }, recent),
    ),
    'Contract is "Month-to-month" and at least 3 order events within the last 90 days',
  ],
  [
    of(orders({ mode: 'some' }, { field: 'total', operator: '>', value: '50' }, recent)),
    'at least 1 order event within the last 90 days with total is more than 50',
  ],
  [of(orders({ mode: 'none' })), 'no order event'],
  [of(orders({ mode: 'atMost', threshold: 1 })), 'at most 1 order event'],
  [of(orders({ mode: 'all' }, { field: 'paid', operator: '=', value: true })), 'every order event: paid is yes'],
  [
    {
      combinator: 'or',
      rules: [
        of({ field: 'a', operator: 'null' }, { field: 'b', operator: 'notNull' }),
        { field: 'c', operator: 'between', value: '1,5' },
      ],
    },
    '(a is missing and b is known) or c is between 1 and 5',
  ],
  [
    { combinator: 'and', not: true, rules: [{ field: 'a', operator: 'in', value: ['x', 'y', 'z'] }] },
    'not (a is "x", "y" or "z")',
  ],
  [of({ field: 'a', operator: 'notIn', value: '1,2,3,4,5,6' }), 'a is not one of 1, 2, 3 and 3 more'],
  [of({ field: 'a', operator: '<=', value: 'b', valueSource: 'field' }), 'a is at most b'],
  [of({ field: 'renewal', operator: 'notWithin', value: 'P2W' }), 'renewal is not within the last 14 days'],
  [
    of(
      { field: '$consent.email.marketing', operator: '=', value: true },
      { field: '$segment.vip', operator: '!=', value: true },
    ),
    'consents to marketing by email and not in segment "vip"',
  ],
  [
    of({
      field: 'order',
      operator: '>',
      value: 5000,
      measure: { function: 'sum', property: 'total', where: of(recent, { field: 'items', operator: '>=', value: 2 }) },
    }),
    'the sum of total over order events within the last 90 days with items is at least 2 is more than 5000',
  ],
  [
    of({ field: 'order', operator: 'notWithin', value: 'P365D', measure: { function: 'last', property: 'time' } }),
    'the last order event is not within the last 365 days',
  ],
  [
    of({ field: 'order', operator: '<', value: '2026-01-01', measure: { function: 'first', property: 'time' } }),
    'the first order event is before 2026-01-01',
  ],
  [
    of({ field: 'order', operator: '=', value: 'EUR', measure: { function: 'last', property: 'currency' } }),
    'the currency of the last order event is "EUR"',
  ],
  [
    of({
      field: '$changed.plan',
      operator: '=',
      match: { mode: 'some' },
      value: of(recent, { field: 'from', operator: '=', value: 'pro' }),
    }),
    'at least 1 change of plan within the last 90 days with the old value is "pro"',
  ],
  [
    of({
      field: '$related.household',
      operator: '=',
      match: { mode: 'atLeast', threshold: 2 },
      value: of(
        { field: 'plan', operator: '=', value: 'pro' },
        { field: '$consent.email.news', operator: '=', value: true },
      ),
    }),
    'shares the household with at least 2 other customers where (plan is "pro" and consents to news by email)',
  ],
  [
    of({
      field: '$group.account',
      operator: '=',
      match: { mode: 'some' },
      value: of({ field: 'since', operator: 'within', value: 'P90D' }, { field: 'size', operator: '>', value: 50 }),
    }),
    'belongs to at least 1 account with its beginning is within the last 90 days and size is more than 50',
  ],
  [of({ field: '$list.fair', operator: '=', value: true }), 'on list "fair"'],
  [
    of({ field: '$share.pilot', operator: 'between', value: '10, 20' }),
    'in the random share "pilot" from 10 % to 20 %',
  ],
])('%# is said as a business user would', (group, sentence) => {
  expect(explainRule(group)).toBe(sentence);
});

test('labels stand in for the names of keys', () => {
  const rule = of(
    { field: 'plan', operator: '=', value: 'pro' },
    { field: '$segment.s1', operator: '=', value: true },
    { field: '$list.l1', operator: '!=', value: true },
    { field: 'order', operator: '>', value: 1, measure: { function: 'max', property: 'total' } },
    orders({ mode: 'some' }, { field: 'total', operator: '>', value: 1 }),
  );
  const label = (key: string, name: string) => new Map([[key, name]]);
  expect(
    explainRule(rule, {
      traits: label('plan', 'Tariff'),
      segments: label('s1', 'Best customers'),
      lists: label('l1', 'Spring fair'),
      events: label('order', 'Purchase'),
      properties: new Map([['order', label('total', 'value')]]),
    }),
  ).toBe(
    'Tariff is "pro" and in segment "Best customers" and not on list "Spring fair" and the highest value of Purchase events is more than 1 and at least 1 Purchase event with value is more than 1',
  );
});
