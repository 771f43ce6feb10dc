import { expect, test } from 'vitest';
import type { Rule, RuleGroup } from './rule.ts';
import { eventMatches, eventPredicate, ruleToPredicate } from './to-predicate.ts';

const now = Date.UTC(2026, 2, 1);
const of = (...rules: (Rule | RuleGroup)[]): RuleGroup => ({ combinator: 'and', rules });
const holds = (rule: Rule, traits: Record<string, unknown>) => ruleToPredicate(of(rule), { now })({ traits });

test('a missing trait satisfies null and the negated operators only', () => {
  for (const operator of ['null', '!=', 'doesNotContain', 'doesNotBeginWith', 'doesNotEndWith', 'notIn']) {
    expect(holds({ field: 'a', operator, value: 'x' }, {}), operator).toBe(true);
    expect(holds({ field: 'a', operator, value: 'x' }, { a: null }), operator).toBe(true);
  }
  for (const operator of ['notNull', '=', '<', '>', '<=', '>=', 'contains', 'beginsWith', 'endsWith', 'in']) {
    expect(holds({ field: 'a', operator, value: 'x' }, {}), operator).toBe(false);
  }
  expect(holds({ field: 'a', operator: 'notBetween', value: [1, 2] }, {})).toBe(true);
  expect(holds({ field: 'a', operator: 'between', value: [1, 2] }, {})).toBe(false);
  expect(holds({ field: 'a', operator: 'notWithin', value: 'P1D' }, {})).toBe(true);
});

test('what every object inherits is no trait', () => {
  expect(holds({ field: 'constructor', operator: 'notNull' }, {})).toBe(false);
  expect(holds({ field: 'constructor', operator: '=', value: 'McLaren' }, { constructor: 'McLaren' })).toBe(true);
});

test('a boolean is neither a number nor its name, but a form may spell it', () => {
  expect(holds({ field: 'a', operator: '=', value: 1 }, { a: true })).toBe(false);
  expect(holds({ field: 'a', operator: '=', value: true }, { a: 1 })).toBe(false);
  expect(holds({ field: 'a', operator: '=', value: 'true' }, { a: true })).toBe(true);
  expect(holds({ field: 'a', operator: '=', value: true }, { a: 'true' })).toBe(false);
  expect(holds({ field: 'a', operator: '<', value: 5 }, { a: true })).toBe(false);
});

test('parts of a text are found whatever their case, and in the digits of a post code', () => {
  expect(holds({ field: 'a', operator: 'contains', value: 'FIBER' }, { a: 'Fiber optic' })).toBe(true);
  expect(holds({ field: 'a', operator: '=', value: 'fiber optic' }, { a: 'Fiber optic' })).toBe(false);
  expect(holds({ field: 'zip', operator: 'beginsWith', value: '803' }, { zip: 80331 })).toBe(true);
  expect(holds({ field: 'a', operator: 'contains', value: '%' }, { a: 'abc' })).toBe(false);
});

test('a window reaches from exactly its length ago to exactly now', () => {
  const recent = (a: unknown) => holds({ field: 'a', operator: 'within', value: 'P1D' }, { a });
  expect([now - 86_400_001, now - 86_400_000, now, now + 1].map(recent)).toEqual([false, true, true, false]);
  expect(['2026-02-28', '2026-02-28T00:00:00Z', '2026-03-01T01:00+01:00', '2026-02-27', 'today'].map(recent)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});

test('two traits are compared when they are of one type', () => {
  const rule = { field: 'a', operator: '<', value: 'b', valueSource: 'field' } as const;
  expect([{ a: 1, b: 2 }, { a: 'a', b: 'b' }, { a: 1, b: '2' }, { a: 1 }].map((traits) => holds(rule, traits))).toEqual(
    [true, true, false, false],
  );
  expect(holds({ field: 'a', operator: 'between', value: 'b,c', valueSource: 'field' }, { a: 2, b: 1, c: 2 })).toBe(
    true,
  );
});

test('the latest word on a consent counts, and silence is no consent', () => {
  const rule = (operator: string) =>
    ruleToPredicate(of({ field: '$consent.email.news', operator, value: true }), { now });
  const said = (...granted: boolean[]) => ({
    traits: {},
    consents: granted.map((granted, at) => ({ channel: 'email', purpose: 'news', at, granted })),
  });
  expect(rule('=')(said(false, true))).toBe(true);
  expect(rule('=')(said(true, false))).toBe(false);
  expect(rule('!=')(said())).toBe(true);
  expect(rule('null')(said())).toBe(true);
  expect(rule('null')(said(false))).toBe(false);
});

test('a filter over one event sees its properties and its time', () => {
  const event = { type: 'order', time: now - 1000, properties: { total: 50, time: 'never seen' } };
  const recentAndBig = of(
    { field: 'total', operator: '>', value: '40' },
    { field: 'time', operator: 'within', value: 'PT1M' },
  );
  expect(eventMatches(recentAndBig, event, now)).toBe(true);
  expect(eventMatches(recentAndBig, event, now + 60_000)).toBe(false);
  expect(eventPredicate(of({ field: 'time', operator: '<', value: '2026-03-01' }))(event, now)).toBe(true);
  expect(() => eventPredicate(of({ field: 'order', operator: '=', match: { mode: 'some' } }))).toThrow(/move it out/);
});
