import { expect, test } from 'vitest';
import { fieldsOf } from './fields-of.ts';
import type { RuleGroup } from './rule.ts';

test('every field that a rule looks at is named once, by what it is', () => {
  const fields = fieldsOf({
    combinator: 'and',
    rules: [
      { field: 'a', operator: '=', value: 'not a field' },
      {
        field: 'order',
        operator: '=',
        match: { mode: 'some' },
        value: { combinator: 'and', rules: [{ field: 'total', operator: '>', value: 5 }] },
      },
      {
        combinator: 'or',
        rules: [
          { field: 'a', operator: '<', value: 'b', valueSource: 'field' },
          { field: 'a', operator: 'between', value: 'c, d', valueSource: 'field' },
          { field: '$consent.email.news.daily', operator: '=', value: true },
          { field: '$segment.vip', operator: '=', value: true },
          { field: '$list.fair', operator: '=', value: true },
          { field: '$share.pilot', operator: '<', value: 10 },
        ],
      },
    ],
  });
  expect(fields).toEqual({
    traits: ['a', 'b', 'c', 'd'],
    events: ['order'],
    consents: ['email.news.daily'],
    segments: ['vip'],
    lists: ['fair'],
    changes: [],
    groups: [],
    related: [],
  });
});

const all = (...rules: RuleGroup['rules']): RuleGroup => ({ combinator: 'and', rules });
const some = { mode: 'some' as const };

test('changes, figures, groups, and what is asked of those who share one', () => {
  const lives = all(
    { field: 'plan', operator: '=', value: 'pro' },
    { field: 'visit', operator: '=', match: some },
    { field: '$segment.vip', operator: '=', value: true },
  );
  const fields = fieldsOf(
    all(
      { field: '$changed.plan', operator: '=', match: some, value: all({ field: 'to', operator: '=', value: 'pro' }) },
      {
        field: 'order',
        operator: '>',
        value: 'limit',
        valueSource: 'field',
        measure: { function: 'sum', property: 'total' },
      },
      {
        field: 'order',
        operator: '>',
        value: 'order',
        measure: { function: 'count', where: all({ field: 'x', operator: 'notNull' }) },
      },
      {
        field: '$group.account',
        operator: '=',
        match: some,
        value: all(
          { field: 'since', operator: 'within', value: 'P1Y' },
          { field: 'size', operator: '>', value: 'seats', valueSource: 'field' },
        ),
      },
      { field: '$related.household', operator: '=', match: some, value: lives },
    ),
  );
  const nothing = {
    traits: [],
    events: [],
    consents: [],
    segments: [],
    lists: [],
    changes: [],
    groups: [],
    related: [],
  };
  expect(fields).toEqual({
    ...nothing,
    traits: ['limit'],
    events: ['order'],
    changes: ['plan'],
    groups: [{ kind: 'account', traits: ['size', 'seats'] }],
    related: [{ kind: 'household', fields: { ...nothing, traits: ['plan'], events: ['visit'], segments: ['vip'] } }],
  });
});

test('with the segments at hand, what they look at is looked at', () => {
  const segments = new Map([
    ['a', all({ field: '$segment.b', operator: '=', value: true }, { field: 'x', operator: 'notNull' })],
    ['b', all({ field: 'y', operator: 'notNull' }, { field: '$segment.a', operator: '=', value: true })],
  ]);
  const rule = all({ field: '$segment.a', operator: '=', value: true });
  expect(fieldsOf(rule, segments)).toMatchObject({ traits: ['y', 'x'], segments: ['a', 'b'] });
  const related = all({ field: '$related.household', operator: '=', match: some, value: rule });
  expect(fieldsOf(related, segments)).toMatchObject({
    traits: [],
    segments: [],
    related: [{ kind: 'household', fields: { traits: ['y', 'x'], segments: ['a', 'b'] } }],
  });
});
