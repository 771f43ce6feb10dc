import { expect, test } from 'vitest';
import type { JsonObject } from '../../plugin/json.ts';
import type { RuleGroup } from '../../rule/index.ts';
import { checkRule, ruleToSql } from '../../rule/index.ts';
import type { Database } from '../../store/index.ts';
import { openTestDatabase } from '../../store/test-database.ts';
import { proposeTypology } from './propose-typology.ts';
import type { Proposal, TypologySettings } from './settings.ts';

const day = 86_400_000;
const now = Date.UTC(2026, 5, 1);

interface Person {
  traits: JsonObject;
  orders?: { daysAgo: number; total: number }[];
}

async function base(people: readonly Person[]): Promise<Database> {
  const db = await openTestDatabase();
  await db.write(async (tx) => {
    await tx.runMany(
      `INSERT INTO customer (id, created_at, updated_at, traits) VALUES (?, 0, 0, ${tx.dialect.toJson('?')})`,
      people.map(({ traits }, i) => [i + 1, JSON.stringify(traits)]),
    );
    await tx.runMany(
      `INSERT INTO event (customer, type, category, time, received_at, properties)
       VALUES (?, 'order', 'order', ?, 0, ${tx.dialect.toJson('?')})`,
      people.flatMap(({ orders = [] }, i) =>
        orders.map(({ daysAgo, total }) => [i + 1, now - daysAgo * day, JSON.stringify({ total })]),
      ),
    );
  });
  return db;
}

const propose = (db: Database, settings: TypologySettings): Promise<Proposal> =>
  db.read((tx) => proposeTypology(tx, settings, { now, segments: new Map() }));

/** Who is in the group by its rule, as the database finds them. */
async function selected(db: Database, rule: RuleGroup): Promise<number[]> {
  expect(checkRule(rule, 'rule')).toEqual([]);
  const { sql, parameters } = ruleToSql(rule, { now, customer: 'c', dialect: db.dialect.name });
  const rows = await db.read((tx) =>
    tx.all<{ id: number }>(`SELECT c.id FROM customer c WHERE ${sql} ORDER BY c.id`, parameters),
  );
  return rows.map(({ id }) => id);
}

/** Each customer in one group, whatever its values; how many a group has is what was said of it. */
async function expectPartition(db: Database, { groups }: Proposal, customers: number): Promise<void> {
  const all: number[] = [];
  for (const { rule, share } of groups) {
    const own = await selected(db, rule);
    expect(own.length / customers).toBeCloseTo(share, 6);
    all.push(...own);
  }
  expect(all.length).toBe(new Set(all).size);
}

/** Numbers that have nothing to do with each other, the same each time. */
function spread(i: number, of: number, salt = 0): number {
  const once = Math.imul(i + 1 + salt * 7_919, 2_654_435_761);
  return (Math.imul(once ^ (once >>> 15), 2_246_822_519) >>> 8) % of;
}

test('recency and frequency divide those who have ordered into the groups that are known by name, each by a rule', async () => {
  const people = Array.from({ length: 400 }, (_, i): Person => {
    const last = 1 + spread(i, 365);
    const count = 1 + spread(i, 11, 4);
    return {
      traits: {},
      orders: i % 8 === 0 ? [] : Array.from({ length: count }, (_one, k) => ({ daysAgo: last + 20 * k, total: 1000 })),
    };
  });
  const db = await base(people);
  const proposal = await propose(db, { method: 'rfm', event: 'order', property: 'total' });
  const names = proposal.groups.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['Champions', 'Loyal', 'At risk', 'Hibernating']));
  await expectPartition(db, proposal, 400);
  const ordered = people.flatMap(({ orders }, i) => (orders && orders.length > 0 ? [i + 1] : []));
  const found = (await Promise.all(proposal.groups.map(({ rule }) => selected(db, rule)))).flat();
  expect(found.sort((a, b) => a - b)).toEqual(ordered);
  const champions = proposal.groups.find(({ name }) => name === 'Champions');
  const frequency = champions?.profile.find(({ label }) => label === 'order events');
  expect(frequency?.own).toBeGreaterThan(frequency?.all ?? 0);
});

test('customers who lie together become groups whose rules put nearly all of them where they belong', async () => {
  const kinds = [
    { age: 25, spend: 20, city: 'Bonn' },
    { age: 45, spend: 200, city: 'Köln' },
    { age: 70, spend: 60, city: 'Bonn' },
  ];
  const people = Array.from({ length: 600 }, (_, i): Person => {
    const { age, spend, city } = kinds[i % 3] as (typeof kinds)[number];
    return {
      traits: { age: age + spread(i, 9), spend: spend + spread(i, 15), city, member: i % 3 === 1, name: `N ${i}` },
    };
  });
  const db = await base(people);
  const proposal = await propose(db, {
    method: 'kmeans',
    features: ['age', 'spend', 'city', 'member', 'name'].map((name) => ({ kind: 'trait', name })),
  });
  expect(proposal.groups).toHaveLength(3);
  expect(proposal.fidelity).toBeGreaterThan(0.98);
  await expectPartition(db, proposal, 600);
  for (const { rule } of proposal.groups)
    expect(new Set((await selected(db, rule)).map((id) => (id - 1) % 3)).size).toBe(1);
  expect(proposal.groups[0]?.profile[0]).toMatchObject({ label: expect.any(String) as string });
});

test('a tree finds what tells apart whom a rule holds for, and counts it among customers whom it has not seen', async () => {
  const people = Array.from({ length: 2_000 }, (_, i): Person => {
    const contract = spread(i, 3) === 0 ? 'monthly' : 'yearly';
    const tenure = spread(i, 60, 1);
    const risk = contract === 'monthly' && tenure < 12 ? 0.7 : 0.1;
    return {
      traits: {
        contract,
        tenure: tenure === 59 ? null : tenure,
        noise: spread(i, 97, 2),
        churned: spread(i, 100, 3) < risk * 100,
      },
    };
  });
  const db = await base(people.map(({ traits }) => ({ traits: without(traits) })));
  const proposal = await propose(db, {
    method: 'tree',
    features: ['contract', 'tenure', 'noise', 'churned'].map((name) => ({ kind: 'trait', name })),
    target: { combinator: 'and', rules: [{ field: 'churned', operator: '=', value: true }] },
    depth: 2,
  });
  const [first] = proposal.groups;
  expect(first?.target).toBeGreaterThan(0.5);
  expect(first?.name).toMatch(/contract is ("monthly"|not "yearly")/);
  expect(first?.name).toMatch(/tenure is less than 1[0-3]/);
  expect(proposal.groups.every(({ name }) => !name.includes('churned'))).toBe(true);
  await expectPartition(db, proposal, 2_000);
  expect(proposal.groups.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 6);
});

const without = (traits: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(traits).filter(([, value]) => value !== null));

test('what gives no typology says what it needs', async () => {
  const db = await base(Array.from({ length: 200 }, (_, i) => ({ traits: { a: i % 7, same: 1 } })));
  const trait = (name: string) => ({ kind: 'trait', name }) as const;
  await expect(propose(db, { method: 'rfm', event: 'order' })).rejects.toThrow(
    'expected at least 50 customers with order events that differ in time and number, found 0 among 200',
  );
  await expect(propose(db, { method: 'kmeans', features: [trait('a'), trait('same')] })).rejects.toThrow(
    'expected at least two features in which customers differ, found 1',
  );
  const target: RuleGroup = { combinator: 'and', rules: [{ field: 'a', operator: '>', value: 100 }] };
  await expect(propose(db, { method: 'tree', features: [trait('a')], target })).rejects.toThrow(
    'the rule asks of every feature that was chosen',
  );
  await expect(propose(db, { method: 'tree', features: [trait('same')], target })).rejects.toThrow('found none');
});
