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
])('%# is said as a business user would', (group, sentence) => {
  expect(explainRule(group)).toBe(sentence);
});
