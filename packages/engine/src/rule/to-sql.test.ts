import Database from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { up } from '../store/migrations/0001-first.ts';
import type { Rule, RuleGroup } from './rule.ts';
import { bindRule, ruleToSql } from './to-sql.ts';

const database = new Database(':memory:');
const day = 86_400_000;
const now = Date.UTC(2026, 2, 1);
const of = (...rules: (Rule | RuleGroup)[]): RuleGroup => ({ combinator: 'and', rules });

beforeAll(async () => {
  await up(new Kysely({ dialect: new SqliteDialect({ database }) }));
  const customers = [
    { Contract: 'Month-to-month', tenure: 5 },
    { Contract: 'Two year', tenure: 40, "x'); DROP TABLE customer; --": 'here' },
    { tenure: '5' },
  ];
  const add = database.prepare('INSERT INTO customer VALUES (?, 0, 0, NULL, jsonb(?))');
  for (const [index, traits] of customers.entries()) add.run(index + 1, JSON.stringify(traits));
  const addEvent = database.prepare(
    `INSERT INTO event (customer, type, category, time, received_at, properties) VALUES (?, ?, 'order', ?, 0, jsonb(?))`,
  );
  for (const days of [1, 30, 80, 100]) addEvent.run(1, 'order', now - days * day, JSON.stringify({ total: days }));
  addEvent.run(2, 'order', now - 10 * day, JSON.stringify({ total: 500 }));
  addEvent.run(3, 'visit', now - 10 * day, '{}');
});

function select(group: RuleGroup, at = now): unknown[] {
  const { sql, parameters } = ruleToSql(group, { now: at });
  return database
    .prepare(`SELECT id FROM customer WHERE ${sql} ORDER BY id`)
    .pluck()
    .all(...parameters);
}

const threeOrders = of({
  field: 'order',
  operator: '=',
  match: { mode: 'atLeast', threshold: 3 },
  value: of({ field: 'time', operator: 'within', value: 'P90D' }),
});

test("the design's own rule selects who ordered three times in ninety days", () => {
  expect(select(threeOrders)).toEqual([1]);
  expect(select(of(...threeOrders.rules, { field: 'Contract', operator: '=', value: 'Two year' }))).toEqual([]);
});

test('a statement prepared once serves another now', () => {
  const { sql, parameters } = ruleToSql(threeOrders);
  const statement = database.prepare(`SELECT id FROM customer WHERE ${sql}`).pluck();
  expect(parameters).toContainEqual({ nowMinus: 90 * day });
  expect(statement.all(...bindRule(parameters, now))).toEqual([1]);
  expect(statement.all(...bindRule(parameters, now + 60 * day))).toEqual([]);
});

test('a window of time is a range of the index on events', () => {
  const { sql, parameters } = ruleToSql(threeOrders, { now });
  const plan = database.prepare(`EXPLAIN QUERY PLAN SELECT id FROM customer WHERE ${sql}`).all(...parameters);
  expect(JSON.stringify(plan)).toContain('event_customer (customer=? AND type=? AND time>? AND time<?)');
});

test('nothing that a user writes enters the SQL', () => {
  const attack = "x'); DROP TABLE customer; --";
  const operators = ['=', '<', 'contains', 'endsWith', 'in', 'null'];
  const group: RuleGroup = {
    combinator: 'or',
    rules: [
      ...operators.map((operator) => ({ field: attack, operator, value: attack })),
      { field: attack, operator: '=', value: `"${attack}`, valueSource: 'field' },
      { field: `$consent.${attack}.${attack}`, operator: '=', value: true },
      {
        field: attack,
        operator: '=',
        match: { mode: 'exactly', threshold: 2 },
        value: of({ field: `${attack}"`, operator: '=', value: attack }),
      },
    ],
  };
  const { sql, parameters } = ruleToSql(group, { now });
  expect(sql).not.toContain('DROP');
  expect(
    database
      .prepare(`SELECT count(*) FROM customer WHERE ${sql}`)
      .pluck()
      .get(...parameters),
  ).toBe(3);
  expect(select(of({ field: attack, operator: '=', value: 'here' }))).toEqual([2]);
  expect(database.prepare('SELECT count(*) FROM customer').pluck().get()).toBe(3);
});

test('a path cannot leave its key', () => {
  for (const field of ['Contract" ', '"', '$', '$.Contract', 'Contract"."x', 'a\\', '\\"', '[0]', '#']) {
    expect(select(of({ field, operator: 'notNull' })), field).toEqual([]);
  }
});

test('an alias that is no plain name is refused', () => {
  expect(() => ruleToSql(of(), { customer: 'c; DROP TABLE customer' })).toThrow(/expected a plain SQL name/);
  const { sql } = ruleToSql(of({ field: 'Contract', operator: 'null' }), { customer: 'c' });
  expect(sql).toContain('"c".traits');
});

test('a literal from a form meets a number as a number and a text as text', () => {
  expect(select(of({ field: 'tenure', operator: '=', value: '5' }))).toEqual([1, 3]);
  expect(select(of({ field: 'tenure', operator: '=', value: 5 }))).toEqual([1]);
  expect(select(of({ field: 'tenure', operator: '<', value: '12' }))).toEqual([1]);
});

test('a group without rules is everybody, with not nobody', () => {
  expect(select({ combinator: 'or', rules: [] })).toEqual([1, 2, 3]);
  expect(select({ combinator: 'and', not: true, rules: [] })).toEqual([]);
});

test('match modes count events as their names say', () => {
  const orders = (mode: NonNullable<Rule['match']>['mode'], threshold?: number, ...rules: Rule[]) =>
    select(of({ field: 'order', operator: '=', match: { mode, threshold }, value: of(...rules) }));
  const big = { field: 'total', operator: '>=', value: 80 };
  expect(orders('some', undefined, big)).toEqual([1, 2]);
  expect(orders('none')).toEqual([3]);
  expect(orders('all', undefined, big)).toEqual([2, 3]);
  expect(orders('atLeast', 2, big)).toEqual([1]);
  expect(orders('atMost', 1, big)).toEqual([2, 3]);
  expect(orders('exactly', 4)).toEqual([1]);
  expect(orders('exactly', 0)).toEqual([3]);
});

test('a thousand rules with a hundred thousand values fit in one statement', () => {
  const many = Array.from({ length: 100 }, (_, index) => `v${index}`);
  const rules = Array.from({ length: 1000 }, () => ({ field: 'Contract', operator: 'notIn', value: many }));
  expect(select(of(...rules))).toEqual([1, 2, 3]);
  expect(select({ combinator: 'or', rules })).toEqual([1, 2, 3]);
});

test('segments are put in, and one that leads to itself or does not exist is an error', () => {
  const inSegment = (id: string) => of({ field: `$segment.${id}`, operator: '=', value: true });
  const segments = new Map([
    ['monthly', of({ field: 'Contract', operator: '=', value: 'Month-to-month' })],
    ['others', of({ field: '$segment.monthly', operator: '=', value: false })],
    ['a', inSegment('b')],
    ['b', inSegment('a')],
  ]);
  const { sql, parameters } = ruleToSql(inSegment('others'), { now, segments });
  expect(
    database
      .prepare(`SELECT id FROM customer WHERE ${sql}`)
      .pluck()
      .all(...parameters),
  ).toEqual([2, 3]);
  expect(() => ruleToSql(inSegment('a'), { segments })).toThrow(/leads to itself: a → b → a/);
  expect(() => ruleToSql(inSegment('x'), { segments })).toThrow(/there is no segment "x"/);
});

test('segments that double at every level are refused before they fill the memory', () => {
  const twice = (id: string) => of(...[1, 2].map(() => ({ field: `$segment.${id}`, operator: '=', value: true })));
  const segments = new Map([['s0', of({ field: 'tenure', operator: 'notNull' })]]);
  for (let level = 1; level <= 40; level++) segments.set(`s${level}`, twice(`s${level - 1}`));
  expect(() => ruleToSql(twice('s40'), { segments })).toThrow(/at most 10000 rules/);
});

test('a rule that is wrong is refused with its place', () => {
  expect(() => ruleToSql(of({ field: 'a', operator: 'like', value: 1 }))).toThrow(
    /^rule\.rules\[0\]\.operator: expected one of/,
  );
});
