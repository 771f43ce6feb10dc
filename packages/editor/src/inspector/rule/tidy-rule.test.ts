import { expect, test } from 'vitest';
import type { RuleGroup } from '@osicam/engine/rule';
import { tidyRule, toRows } from './tidy-rule.ts';

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

test('a figure of events, a change, a relationship and a share come back from the rows as they went in', () => {
  const rule: RuleGroup = {
    combinator: 'and',
    rules: [
      {
        field: 'order',
        operator: '>=',
        value: 100,
        measure: {
          function: 'sum',
          property: 'total',
          where: { combinator: 'and', rules: [{ field: 'time', operator: 'within', value: 'P90D' }] },
        },
      },
      { field: 'order', operator: 'notWithin', value: 'P1Y', measure: { function: 'last', property: 'time' } },
      { field: 'order', operator: '>', value: 3, measure: { function: 'count' } },
      {
        field: '$changed.Contract',
        operator: '=',
        match: { mode: 'some' },
        value: { combinator: 'and', rules: [{ field: 'to', operator: '=', value: 'One year' }] },
      },
      {
        field: '$related.household',
        operator: '=',
        match: { mode: 'atLeast', threshold: 2 },
        value: {
          combinator: 'or',
          rules: [
            { field: 'order', operator: '<', value: 5, measure: { function: 'count' } },
            { field: 'order', operator: '=', match: { mode: 'none' }, value: { combinator: 'and', rules: [] } },
          ],
        },
      },
      { field: '$share.pilot', operator: '<', value: 10 },
      { field: '$list.vip', operator: '=', value: true },
    ],
  };
  expect(tidyRule(toRows(rule), new Set())).toEqual(rule);
});
