import { expect, test } from 'vitest';
import { fieldsOf } from './fields-of.ts';

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
        ],
      },
    ],
  });
  expect(fields).toEqual({
    traits: ['a', 'b', 'c', 'd'],
    events: ['order'],
    consents: ['email.news.daily'],
    segments: ['vip'],
  });
});
