import { expect, test } from 'vitest';
import { tidyRule } from './tidy-rule.ts';

test('what only the query builder needs is left out', () => {
  expect(
    tidyRule(
      {
        id: 'x',
        combinator: 'or',
        not: false,
        rules: [{ id: 'y', field: 'churned', operator: '=', value: 'true', valueSource: 'value' }],
      },
      new Set(),
    ),
  ).toEqual({ combinator: 'or', rules: [{ field: 'churned', operator: '=', value: true }] });
});

test('an event that was just chosen counts at least one', () => {
  expect(
    tidyRule({ combinator: 'and', rules: [{ field: 'order', operator: '=', value: '' }] }, new Set(['order'])).rules[0],
  ).toEqual({
    field: 'order',
    operator: '=',
    match: { mode: 'atLeast', threshold: 1 },
    value: { combinator: 'and', rules: [] },
  });
});

test('a mode without a count keeps none', () => {
  const rule = {
    field: 'order',
    operator: '=',
    match: { mode: 'none', threshold: 3 },
    value: { combinator: 'and', rules: [] },
  };
  expect(tidyRule({ combinator: 'and', rules: [rule] }, new Set()).rules[0]).toMatchObject({ match: { mode: 'none' } });
});
