import { expect, test } from 'vitest';
import { checkRule } from './check-rule.ts';
import { ruleLimits } from './check-value.ts';
import { ruleGroupSchema } from './rule.ts';
import type { RuleGroup } from './rule.ts';

const of = (...rules: unknown[]) => ({ combinator: 'and', rules });
const anyOrder = { field: 'order', operator: '=', match: { mode: 'some' }, value: of() };

test("the design's own example is sound, as are the values that react-querybuilder writes", () => {
  const rule = of(
    { id: 'r1', field: 'Contract', operator: '=', value: 'Month-to-month', valueSource: 'value' },
    { field: 'tenure', operator: 'between', value: '1,12' },
    { field: 'tenure', operator: 'null', value: ['left', 'over'] },
    {
      field: 'order',
      operator: '=',
      match: { mode: 'atLeast', threshold: 3 },
      value: of({ field: 'time', operator: 'within', value: 'P90D' }),
    },
    { field: '$consent.email.marketing', operator: '=', value: true },
    { field: '$segment.vip', operator: '!=', value: 'true' },
    { combinator: 'or', not: true, rules: [] },
  );
  expect(checkRule(rule, 'when')).toEqual([]);
  expect(ruleGroupSchema.safeParse(rule).success).toBe(true);
});

const figure = (measure: unknown, operator: unknown = '>', value: unknown = 5) => ({
  field: 'order',
  operator,
  value,
  measure,
});
const sum = { function: 'sum', property: 'total' };
const some = { mode: 'some' };
const related = (...rules: unknown[]) => ({
  field: '$related.household',
  operator: '=',
  match: some,
  value: of(...rules),
});

test('figures, changes, groups, those who share one, lists and shares are sound', () => {
  const rule = of(
    figure({ ...sum, where: of({ field: 'time', operator: 'within', value: 'P90D' }) }, 'between', '5, 10'),
    figure({ function: 'count', property: 'left over' }, '>=', '3'),
    { ...figure(sum, '>', 'budget'), valueSource: 'field' },
    figure({ function: 'last', property: 'time' }, 'notWithin', 'P1W'),
    figure({ function: 'first', property: 'time' }, '<', '2026-01-01'),
    figure({ function: 'last', property: 'currency' }, 'contains', 'EU'),
    figure({ function: 'max', property: 'expires' }, 'within', 'P1D'),
    {
      field: '$changed.plan',
      operator: '=',
      match: some,
      value: of({ field: 'to', operator: '!=', value: 'from', valueSource: 'field' }),
    },
    related(
      figure(sum),
      { field: '$segment.vip', operator: '=', value: true },
      { field: '$group.account', operator: '=', match: some },
    ),
    { field: '$list.fair', operator: '!=', value: 'true' },
    { field: '$share.pilot', operator: '<', value: '12.5' },
    { field: '$share.pilot', operator: 'between', value: [0, 100] },
  );
  expect(checkRule(rule, 'when')).toEqual([]);
  expect(ruleGroupSchema.safeParse(rule).success).toBe(true);
});

test('with the names at hand, a list or segment that is not there is said', () => {
  const rule = of(related({ field: '$list.gone', operator: '=', value: true }), {
    field: '$segment.vip',
    operator: '=',
    value: true,
  });
  expect(checkRule(rule, '', 'customer', { lists: new Set(['fair']), segments: new Set(['vip']) })).toEqual([
    {
      code: 'unknown-list',
      path: 'rules[0].value.rules[0].field',
      message: 'there is no list "gone"; create it or choose another',
    },
  ]);
});

test.each<[string, unknown, string, string, RegExp]>([
  [
    'a figure nobody knows',
    of(figure({ function: 'median', property: 'total' })),
    'unknown-function',
    'when.rules[0].measure.function',
    /one of count sum .* got "median"/,
  ],
  [
    'a figure that is inherited',
    of(figure({ function: 'constructor', property: 'total' })),
    'unknown-function',
    'when.rules[0].measure.function',
    /one of/,
  ],
  [
    'a figure of nothing',
    of(figure({ function: 'sum' })),
    'missing-property',
    'when.rules[0].measure',
    /needs the name of a property/,
  ],
  [
    'a figure of what cannot be asked',
    of(figure({ function: 'sum', property: '__proto__' })),
    'forbidden-field',
    'when.rules[0].measure.property',
    /__proto__/,
  ],
  [
    'the sum of instants',
    of(figure({ function: 'sum', property: 'time' })),
    'unfit-measure',
    'when.rules[0].measure.property',
    /instants have no sum/,
  ],
  ['a measure that is a text', of(figure('sum')), 'not-an-object', 'when.rules[0].measure', /got "sum"/],
  [
    'a number that is none',
    of(figure(sum, '>', 'many')),
    'bad-value',
    'when.rules[0].value',
    /compares with a number, got "many"/,
  ],
  [
    'part of a number',
    of(figure(sum, 'contains', '5')),
    'unfit-operator',
    'when.rules[0].operator',
    /"contains" says nothing of a figure that is a number/,
  ],
  [
    'a window over a sum',
    of(figure(sum, 'within', 'P1D')),
    'unfit-operator',
    'when.rules[0].operator',
    /says nothing of an? amount/,
  ],
  [
    'an instant that is none',
    of(figure({ function: 'last', property: 'time' }, '<', 'soon')),
    'bad-instant',
    'when.rules[0].value',
    /expected an instant/,
  ],
  [
    'a figure of changes',
    of({ ...figure(sum), field: '$changed.plan' }),
    'unfit-measure',
    'when.rules[0]',
    /is counted/,
  ],
  [
    'a figure of consents',
    of({ ...figure(sum), field: '$list.fair' }),
    'unfit-measure',
    'when.rules[0].measure',
    /"field" is an event type, got|so "field" is an event type; got/,
  ],
  [
    'a count and a figure in one',
    of({ ...anyOrder, measure: sum }),
    'match-and-measure',
    'when.rules[0].measure',
    /take one of the two away/,
  ],
  [
    'a figure within an event',
    of({ ...anyOrder, value: of(figure(sum)) }),
    'nested-measure',
    'when.rules[0].value.rules[0].measure',
    /within an event cannot ask for figures/,
  ],
  [
    'what is wrong in the where of a figure',
    of(figure({ ...sum, where: of({ field: 'a', operator: 'like' }) })),
    'unknown-operator',
    'when.rules[0].measure.where.rules[0].operator',
    /one of/,
  ],
  [
    'changes that are not counted',
    of({ field: '$changed.plan', operator: '=', value: 'pro' }),
    'missing-match',
    'when.rules[0]',
    /add "match"/,
  ],
  [
    'more of a change than is known',
    of({ field: '$changed.plan', operator: '=', match: some, value: of({ field: 'total', operator: 'notNull' }) }),
    'bad-field',
    'when.rules[0].value.rules[0].field',
    /from, to, time, source, got "total"/,
  ],
  [
    'a change compared with more than is known',
    of({
      field: '$changed.plan',
      operator: '=',
      match: some,
      value: of({ field: 'to', operator: '=', value: 'limit', valueSource: 'field' }),
    }),
    'bad-field',
    'when.rules[0].value.rules[0].value',
    /got "limit"/,
  ],
  [
    'no kind',
    of({ field: '$related.', operator: '=', match: some }),
    'bad-field',
    'when.rules[0].field',
    /\$related\.<kind>/,
  ],
  [
    'no trait',
    of({ field: '$changed', operator: '=', match: some }),
    'bad-field',
    'when.rules[0].field',
    /\$changed\.<trait>/,
  ],
  [
    'those related to those related',
    of(related(related())),
    'nested-related',
    'when.rules[0].value.rules[0].field',
    /use one \$related/,
  ],
  [
    'a consent that is counted',
    of({ field: '$consent.email.news', operator: '=', match: some }),
    'unfit-match',
    'when.rules[0].match',
    /take "match" away/,
  ],
  [
    'a list in order',
    of({ field: '$list.fair', operator: '<', value: true }),
    'unfit-operator',
    'when.rules[0].operator',
    /a list takes one of = !=/,
  ],
  [
    'a share that is equal',
    of({ field: '$share.a', operator: '=', value: 5 }),
    'unfit-operator',
    'when.rules[0].operator',
    /one of < >= between/,
  ],
  [
    'a share above all',
    of({ field: '$share.a', operator: '<', value: 120 }),
    'bad-value',
    'when.rules[0].value',
    /from 0 to 100, got 120/,
  ],
  [
    'half a range of a share',
    of({ field: '$share.a', operator: 'between', value: 5 }),
    'wrong-number-of-values',
    'when.rules[0].value',
    /exactly two/,
  ],
  ['no group at all', undefined, 'not-an-object', 'when', /expected a rule group .* got nothing/],
  ['a list', [], 'not-an-object', 'when', /got an empty list/],
  [
    'a combinator nobody knows',
    { combinator: 'xor', rules: [] },
    'unknown-combinator',
    'when.combinator',
    /"and" or "or", got "xor"/,
  ],
  ['rules that are no list', { combinator: 'and', rules: {} }, 'bad-rules', 'when.rules', /expected an array/],
  ['a text for not', { combinator: 'and', not: 'yes', rules: [] }, 'bad-not', 'when.not', /true or false, got "yes"/],
  ['a rule that is a text', of('x'), 'not-an-object', 'when.rules[0]', /expected a rule .* got "x"/],
  ['no field', of({ operator: '=', value: 1 }), 'bad-field', 'when.rules[0].field', /name of a field, got nothing/],
  [
    'an operator nobody knows',
    of({ field: 'a', operator: 'like', value: 1 }),
    'unknown-operator',
    'when.rules[0].operator',
    /one of = != .* got "like"/,
  ],
  [
    'an inherited name as operator',
    of({ field: 'a', operator: 'toString', value: 1 }),
    'unknown-operator',
    'when.rules[0].operator',
    /one of/,
  ],
  [
    'no value',
    of({ field: 'a', operator: '=' }),
    'missing-value',
    'when.rules[0].value',
    /"=" needs a value, got nothing/,
  ],
  [
    'null as value',
    of({ field: 'a', operator: '=', value: null }),
    'missing-value',
    'when.rules[0].value',
    /use "null"/,
  ],
  [
    'several values for one',
    of({ field: 'a', operator: '=', value: [1, 2] }),
    'wrong-number-of-values',
    'when.rules[0].value',
    /got a list of 2; for several use "in"/,
  ],
  [
    'an object as value',
    of({ field: 'a', operator: '=', value: {} }),
    'bad-value',
    'when.rules[0].value',
    /got an object/,
  ],
  [
    'a boolean to order by',
    of({ field: 'a', operator: '<', value: true }),
    'bad-value',
    'when.rules[0].value',
    /have no order/,
  ],
  [
    'between with one value',
    of({ field: 'a', operator: 'between', value: '5' }),
    'wrong-number-of-values',
    'when.rules[0].value',
    /exactly two values, as \[1, 5\], got "5"/,
  ],
  [
    'between with three',
    of({ field: 'a', operator: 'notBetween', value: [1, 2, 3] }),
    'wrong-number-of-values',
    'when.rules[0].value',
    /got a list of 3/,
  ],
  [
    'in with none',
    of({ field: 'a', operator: 'in', value: ' , ' }),
    'missing-value',
    'when.rules[0].value',
    /at least one value/,
  ],
  [
    'null in a list',
    of({ field: 'a', operator: 'in', value: [1, null] }),
    'missing-value',
    'when.rules[0].value[1]',
    /needs a value, got null/,
  ],
  [
    'a window that is no duration',
    of({ field: 'a', operator: 'within', value: '90 days' }),
    'bad-duration',
    'when.rules[0].value',
    /P90D.* got "90 days"/,
  ],
  [
    'a window of months',
    of({ field: 'a', operator: 'within', value: 'P3M' }),
    'bad-duration',
    'when.rules[0].value',
    /write days/,
  ],
  [
    'a window from a field',
    of({ field: 'a', operator: 'within', value: 'b', valueSource: 'field' }),
    'bad-value-source',
    'when.rules[0].value',
    /cannot take it from a field/,
  ],
  [
    'a value source nobody knows',
    of({ field: 'a', operator: '=', value: 'b', valueSource: 'x' }),
    'bad-value-source',
    'when.rules[0].valueSource',
    /got "x"/,
  ],
  [
    'a match without a mode',
    of({ ...anyOrder, match: {} }),
    'unknown-match-mode',
    'when.rules[0].match.mode',
    /one of all some .* got nothing/,
  ],
  [
    'a match without its threshold',
    of({ ...anyOrder, match: { mode: 'exactly' } }),
    'missing-threshold',
    'when.rules[0].match',
    /add "threshold"/,
  ],
  [
    'a threshold of a half',
    of({ ...anyOrder, match: { mode: 'atMost', threshold: 0.5 } }),
    'bad-threshold',
    'when.rules[0].match.threshold',
    /whole number .* got 0.5/,
  ],
  [
    'events whose value is no group',
    of({ ...anyOrder, value: 5 }),
    'not-an-object',
    'when.rules[0].value',
    /expected a rule group/,
  ],
  [
    'events within events',
    of({ ...anyOrder, value: of(anyOrder) }),
    'nested-match',
    'when.rules[0].value.rules[0].match',
    /move it out/,
  ],
  [
    'a time that is no instant',
    of({ ...anyOrder, value: of({ field: 'time', operator: '>', value: 'yesterday' }) }),
    'bad-instant',
    'when.rules[0].value.rules[0].value',
    /2026-03-01T09:00:00Z/,
  ],
  [
    'a consent without purpose',
    of({ field: '$consent.email', operator: '=', value: true }),
    'bad-field',
    'when.rules[0].field',
    /\$consent\.<channel>\.<purpose>/,
  ],
  [
    'a segment without id',
    of({ field: '$segment.', operator: '=', value: true }),
    'bad-field',
    'when.rules[0].field',
    /\$segment\.<id>/,
  ],
  [
    'a consent with an order',
    of({ field: '$consent.a.b', operator: '>', value: true }),
    'unfit-operator',
    'when.rules[0].operator',
    /= != null notNull/,
  ],
  [
    'a segment compared with a number',
    of({ field: '$segment.a', operator: '=', value: 1 }),
    'bad-value',
    'when.rules[0].value',
    /true or false, got 1/,
  ],
  [
    'a field that is a prototype',
    of({ field: '__proto__', operator: '=', value: 1 }),
    'forbidden-field',
    'when.rules[0].field',
    /choose another/,
  ],
  [
    'a key that is a prototype',
    JSON.parse('{"combinator":"and","rules":[{"__proto__":{},"field":"a"}]}'),
    'forbidden-key',
    'when.rules[0]',
    /remove the key/,
  ],
  [
    'half a surrogate pair',
    of({ field: 'a', operator: '=', value: '\ud800' }),
    'bad-text',
    'when.rules[0].value',
    /well-formed/,
  ],
  [
    'a text without end',
    of({ field: 'a', operator: '=', value: 'x'.repeat(10_001) }),
    'too-long',
    'when.rules[0].value',
    /got 10001/,
  ],
])('%s is a problem with a place and an advice', (_name, rule, code, path, message) => {
  expect(checkRule(rule, 'when')).toEqual([{ code, path, message: expect.stringMatching(message) }]);
  expect(ruleGroupSchema.safeParse(rule).success).toBe(false);
});

test('every problem is found, not only the first', () => {
  const problems = checkRule(of({ field: 'a', operator: 'x' }, { field: 'b', operator: '=' }), '');
  expect(problems.map((problem) => problem.path)).toEqual(['rules[0].operator', 'rules[1].value']);
});

test('groups may lie twenty deep and no deeper, however deep the document is', () => {
  const nest = (depth: number): RuleGroup => {
    let group: RuleGroup = { combinator: 'and', rules: [] };
    for (let level = 1; level < depth; level++) group = { combinator: 'and', rules: [group] };
    return group;
  };
  expect(checkRule(nest(ruleLimits.depth), '')).toEqual([]);
  expect(checkRule(nest(ruleLimits.depth + 1), '')).toMatchObject([{ code: 'too-deep' }]);
  expect(checkRule(nest(100_000), '')).toMatchObject([{ code: 'too-deep' }]);
  expect(ruleGroupSchema.safeParse(nest(100_000)).success).toBe(false);
});

test('a rule may have a thousand rules and no more', () => {
  const rule = { field: 'a', operator: '=', value: 1 };
  expect(checkRule(of(...Array(1000).fill(rule)), '')).toEqual([]);
  expect(checkRule(of(...Array(5000).fill(rule)), '')).toMatchObject([{ code: 'too-many-rules', path: 'rules[1000]' }]);
});

test("in an event's scope a field is a property, whatever its name", () => {
  expect(checkRule(of({ field: '$segment.x', operator: '>', value: 5 }), '', 'event')).toEqual([]);
  expect(checkRule(of(anyOrder), '', 'event')).toMatchObject([{ code: 'nested-match' }]);
});

test('the schema says the problem at its path', () => {
  const result = ruleGroupSchema.safeParse(of({ field: 'a', operator: 'between', value: 5 }));
  expect(result.error?.issues).toMatchObject([
    { path: ['rules', 0, 'value'], message: expect.stringMatching(/two values/) },
  ]);
});
