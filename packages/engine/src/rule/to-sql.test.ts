import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeTraits } from '../customers/write-traits.ts';
import type { Database } from '../store/database.ts';
import { openTestDatabase, testsOn } from '../store/test-database.ts';
import type { MeasureFunction } from './operators.ts';
import type { Rule, RuleGroup } from './rule.ts';
import { ruleToCustomersSql } from './to-customers-sql.ts';
import { bindRule, ruleToSql } from './to-sql.ts';

let database: Database;
const day = 86_400_000;
const now = Date.UTC(2026, 2, 1);
const of = (...rules: (Rule | RuleGroup)[]): RuleGroup => ({ combinator: 'and', rules });

beforeAll(async () => {
  database = await openTestDatabase();
  const customers = [
    { Contract: 'Month-to-month', tenure: 5 },
    { Contract: 'Two year', tenure: 40, "x'); DROP TABLE customer; --": 'here' },
    { tenure: '5' },
  ];
  await database.write(async (tx) => {
    const json = tx.dialect.toJson('?');
    await tx.runMany(
      `INSERT INTO customer (id, created_at, updated_at, traits) VALUES (?, 0, 0, ${json})`,
      customers.map((traits, index) => [index + 1, JSON.stringify(traits)]),
    );
    await tx.runMany(
      `INSERT INTO event (customer, type, category, time, received_at, properties) VALUES (?, ?, 'order', ?, 0, ${json})`,
      [
        ...[1, 30, 80, 100].map((days) => [1, 'order', now - days * day, JSON.stringify({ total: days })]),
        [2, 'order', now - 10 * day, JSON.stringify({ total: 500 })],
        [3, 'visit', now - 10 * day, '{}'],
      ],
    );
  });
});
afterAll(() => database.close());

const ids = (sql: string, parameters: readonly (string | number)[]): Promise<number[]> =>
  database.read(async (tx) => (await tx.all<{ id: number }>(sql, parameters)).map(({ id }) => id));

const select = (group: RuleGroup, at = now): Promise<number[]> => {
  const { sql, parameters } = ruleToSql(group, { now: at, dialect: testsOn });
  return ids(`SELECT id FROM customer WHERE ${sql} ORDER BY id`, parameters);
};

const threeOrders = of({
  field: 'order',
  operator: '=',
  match: { mode: 'atLeast', threshold: 3 },
  value: of({ field: 'time', operator: 'within', value: 'P90D' }),
});

test("the design's own rule selects who ordered three times in ninety days", async () => {
  expect(await select(threeOrders)).toEqual([1]);
  expect(await select(of(...threeOrders.rules, { field: 'Contract', operator: '=', value: 'Two year' }))).toEqual([]);
});

test('a statement prepared once serves another now', async () => {
  const { sql, parameters } = ruleToSql(threeOrders, { dialect: testsOn });
  const statement = `SELECT id FROM customer WHERE ${sql}`;
  expect(parameters).toContainEqual({ nowMinus: 90 * day });
  expect(await ids(statement, bindRule(parameters, now))).toEqual([1]);
  expect(await ids(statement, bindRule(parameters, now + 60 * day))).toEqual([]);
});

test('a window of time is a range of the index on events', async () => {
  const { sql, parameters } = ruleToSql(threeOrders, { now, dialect: testsOn });
  const statement = `SELECT id FROM customer WHERE ${sql}`;
  const plan = await database.write(async (tx) => {
    if (testsOn === 'sqlite') return tx.all(`EXPLAIN QUERY PLAN ${statement}`, parameters);
    // Of a handful of rows it would read them all.
    await tx.run('SET LOCAL enable_seqscan = off');
    return tx.all(`EXPLAIN ${statement}`, parameters);
  });
  expect(JSON.stringify(plan)).toMatch(
    testsOn === 'sqlite'
      ? /event_customer \(customer=\? AND type=\? AND time>\? AND time<\?\)/
      : /Index Cond: .*customer = .* AND \(type = .* AND \(\\"time\\" >= .* AND \(\\"time\\" <= /,
  );
});

test('nothing that a user writes enters the SQL', async () => {
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
  const { sql, parameters } = ruleToSql(group, { now, dialect: testsOn });
  expect(sql).not.toContain('DROP');
  expect(await ids(`SELECT id FROM customer WHERE ${sql}`, parameters)).toHaveLength(3);
  expect(await select(of({ field: attack, operator: '=', value: 'here' }))).toEqual([2]);
  expect(await ids('SELECT id FROM customer', [])).toHaveLength(3);
});

test('a path cannot leave its key', async () => {
  for (const field of ['Contract" ', '"', '$', '$.Contract', 'Contract"."x', 'a\\', '\\"', '[0]', '#']) {
    expect(await select(of({ field, operator: 'notNull' })), field).toEqual([]);
  }
});

test('an alias that is no plain name is refused', async () => {
  expect(() => ruleToSql(of(), { customer: 'c; DROP TABLE customer' })).toThrow(/expected a plain SQL name/);
  const { sql } = ruleToSql(of({ field: 'Contract', operator: 'null' }), { customer: 'c' });
  expect(sql).toContain('"c".traits');
});

test('a literal from a form meets a number as a number and a text as text', async () => {
  expect(await select(of({ field: 'tenure', operator: '=', value: '5' }))).toEqual([1, 3]);
  expect(await select(of({ field: 'tenure', operator: '=', value: 5 }))).toEqual([1]);
  expect(await select(of({ field: 'tenure', operator: '<', value: '12' }))).toEqual([1]);
});

test('a group without rules is everybody, with not nobody', async () => {
  expect(await select({ combinator: 'or', rules: [] })).toEqual([1, 2, 3]);
  expect(await select({ combinator: 'and', not: true, rules: [] })).toEqual([]);
});

test('match modes count events as their names say', async () => {
  const orders = async (mode: NonNullable<Rule['match']>['mode'], threshold?: number, ...rules: Rule[]) =>
    select(of({ field: 'order', operator: '=', match: { mode, threshold }, value: of(...rules) }));
  const big = { field: 'total', operator: '>=', value: 80 };
  expect(await orders('some', undefined, big)).toEqual([1, 2]);
  expect(await orders('none')).toEqual([3]);
  expect(await orders('all', undefined, big)).toEqual([2, 3]);
  expect(await orders('atLeast', 2, big)).toEqual([1]);
  expect(await orders('atMost', 1, big)).toEqual([2, 3]);
  expect(await orders('exactly', 4)).toEqual([1]);
  expect(await orders('exactly', 0)).toEqual([3]);
});

test('a thousand rules with a hundred thousand values fit in one statement', async () => {
  const many = Array.from({ length: 100 }, (_, index) => `v${index}`);
  const rules = Array.from({ length: 1000 }, () => ({ field: 'Contract', operator: 'notIn', value: many }));
  expect(await select(of(...rules))).toEqual([1, 2, 3]);
  expect(await select({ combinator: 'or', rules })).toEqual([1, 2, 3]);
});

test('segments are put in, and one that leads to itself or does not exist is an error', async () => {
  const inSegment = (id: string) => of({ field: `$segment.${id}`, operator: '=', value: true });
  const segments = new Map([
    ['monthly', of({ field: 'Contract', operator: '=', value: 'Month-to-month' })],
    ['others', of({ field: '$segment.monthly', operator: '=', value: false })],
    ['a', inSegment('b')],
    ['b', inSegment('a')],
  ]);
  const { sql, parameters } = ruleToSql(inSegment('others'), { now, segments, dialect: testsOn });
  expect(await ids(`SELECT id FROM customer WHERE ${sql} ORDER BY id`, parameters)).toEqual([2, 3]);
  expect(() => ruleToSql(inSegment('a'), { segments })).toThrow(/leads to itself: a → b → a/);
  expect(() => ruleToSql(inSegment('x'), { segments })).toThrow(/there is no segment "x"/);
});

test('segments that double at every level are refused before they fill the memory', async () => {
  const twice = (id: string) => of(...[1, 2].map(() => ({ field: `$segment.${id}`, operator: '=', value: true })));
  const segments = new Map([['s0', of({ field: 'tenure', operator: 'notNull' })]]);
  for (let level = 1; level <= 40; level++) segments.set(`s${level}`, twice(`s${level - 1}`));
  expect(() => ruleToSql(twice('s40'), { segments })).toThrow(/at most 10000 rules/);
});

test('a rule that is wrong is refused with its place', async () => {
  expect(() => ruleToSql(of({ field: 'a', operator: 'like', value: 1 }))).toThrow(
    /^rule\.rules\[0\]\.operator: expected one of/,
  );
});

test('a change to what PostgreSQL cannot store does not keep the changes of others from being asked', async () => {
  await database.write((tx) =>
    writeTraits(
      tx,
      [
        { customer: 1, traits: { plan: 'a\u0000\ud800' }, before: { plan: null }, after: { plan: 'a\u0000\ud800' } },
        { customer: 2, traits: { plan: 'pro' }, before: { plan: 'basic' }, after: { plan: 'pro' } },
      ],
      { now, source: 'test' },
    ),
  );
  const changed = (...rules: Rule[]): Promise<number[]> =>
    select(of({ field: '$changed.plan', operator: '=', match: { mode: 'some' }, value: of(...rules) }));
  expect(await changed()).toEqual([1, 2]);
  expect(await changed({ field: 'from', operator: 'null' })).toEqual([1]);
  expect(await changed({ field: 'to', operator: '=', value: 'pro' })).toEqual([2]);
});

test('sums of fractions are what people expect, and money in minor units is exact', async () => {
  const add = (type: string, ...totals: unknown[]) =>
    database.write((tx) =>
      tx.runMany(
        `INSERT INTO event (customer, type, category, time, received_at, properties) VALUES (1, ?, 'order', 0, 0, ${tx.dialect.toJson('?')})`,
        totals.map((total) => [type, JSON.stringify({ total })]),
      ),
    );
  await add('fractions', 1.1, 2.2, 'none', null, true, [5]);
  await add('cents', 9_007_199_254_740_000, 991, '12');
  await add('nothing', 'none');
  const figure = (type: string, name: MeasureFunction, operator: string, value: unknown): Promise<number[]> =>
    select(of({ field: type, operator, value, measure: { function: name, property: 'total' } }));
  expect(await figure('fractions', 'sum', '=', 3.3)).toEqual([1]);
  expect(await figure('fractions', 'average', '=', 1.65)).toEqual([1]);
  expect(await figure('cents', 'sum', '=', 9_007_199_254_740_991)).toEqual([1]);
  expect(await figure('cents', 'sum', '>', 9_007_199_254_740_990)).toEqual([1]);
  expect(await figure('nothing', 'sum', '=', 0)).toEqual([1, 2, 3]);
  expect(await figure('nothing', 'average', 'null', undefined)).toEqual([1, 2, 3]);
});

test('who shares a group is the same whether all are asked at once or each alone', async () => {
  const db = await openTestDatabase();
  const size = 90;
  await db.write(async (tx) => {
    const json = tx.dialect.toJson('?');
    await tx.runMany(
      `INSERT INTO customer (id, created_at, updated_at, traits) VALUES (?, 0, 0, ${json})`,
      Array.from({ length: 2 * size }, (_, i) => [
        i + 1,
        JSON.stringify({ plan: i === 120 ? 'pro' : i % 7 === 0 ? 'plus' : 'basic' }),
      ]),
    );
    await tx.runMany(
      `INSERT INTO customer_group (ref, kind, key, traits, created_at, updated_at) VALUES (?, 'firm', ?, ${json}, 0, 0)`,
      [
        [1, 'a', '{}'],
        [2, 'b', '{}'],
        [3, 'c', '{}'],
      ],
    );
    await tx.runMany(
      `INSERT INTO relationship (customer, kind, customer_group, from_at, to_at, source) VALUES (?, 'firm', ?, ?, ?, '')`,
      [
        ...Array.from({ length: 2 * size }, (_, i) => [i + 1, i < size ? 1 : 2, 0, i === 150 ? now : null]),
        // Alone in a group, and twice in another.
        [5, 3, 0, null],
        [121, 2, 1, null],
      ],
    );
  });
  const related = (mode: 'some' | 'none', plan: string): RuleGroup =>
    of({
      field: '$related.firm',
      operator: '=',
      match: { mode },
      value: of({ field: 'plan', operator: '=', value: plan }),
    });
  const counts: number[] = [];
  for (const rule of [
    related('some', 'pro'),
    related('none', 'pro'),
    related('some', 'plus'),
    related('some', 'other'),
  ]) {
    const all = ruleToCustomersSql(rule, { now, dialect: testsOn });
    const each = ruleToSql(rule, { now, dialect: testsOn });
    const [atOnce, oneByOne] = await db.read((tx) =>
      Promise.all([
        tx.all<{ id: number }>(`${all.sql} ORDER BY id`, all.parameters),
        tx.all<{ id: number }>(`SELECT id FROM customer WHERE ${each.sql} ORDER BY id`, each.parameters),
      ]),
    );
    expect(atOnce).toEqual(oneByOne);
    counts.push(atOnce.length);
  }
  // The one who is pro has nobody else who is, and the one who has left has nobody at all.
  expect(counts).toEqual([size - 2, size + 2, 2 * size - 1, 0]);
  await db.close();
});
