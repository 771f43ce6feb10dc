import { expect, onTestFinished, test } from 'vitest';
import { ruleToCustomersSql } from '../rule/index.ts';
import type { RuleGroup } from '../rule/index.ts';
import { saveAttribute } from './attributes.ts';
import type { Database } from './database.ts';
import { openTestDatabase } from './test-database.ts';
import { syncTraitIndexes } from './trait-index.ts';

const now = Date.parse('2026-01-01T00:00:00Z');

async function index(db: Database, name: string, type: string, indexed = 1): Promise<void> {
  const row = { scope: '', name, came: 0, type, category: 'basic', label: null, description: null, pii: 0 } as const;
  await db.write((tx) => saveAttribute(tx, { ...row, indexed, seenAt: now }));
  await syncTraitIndexes(db);
}

/** A base of ten thousand, each with a number and a place of its own in ten streets. */
async function filled(): Promise<Database> {
  const db = await openTestDatabase();
  onTestFinished(async () => {
    // A database of the server is used again by the next test.
    await db.write((tx) => tx.run('UPDATE attribute SET indexed = 0')).catch(() => undefined);
    await syncTraitIndexes(db).catch(() => undefined);
  });
  const rows = Array.from({ length: 10_000 }, (_, i) => ({
    'customer no.': i,
    street: `Street ${i % 1000}`,
    vip: i % 5000 === 0,
  }));
  await db.write((tx) =>
    tx.run(
      `INSERT INTO customer (created_at, updated_at, traits) SELECT 0, 0, ${tx.dialect.toJson('one.value')} FROM ${tx.dialect.numbered()} AS one`,
      [JSON.stringify(rows)],
    ),
  );
  return db;
}

const rule = (field: string, operator: string, value: unknown): RuleGroup => ({
  combinator: 'and',
  rules: [{ field, operator, value }],
});

let asked = 0;

async function ask(db: Database, group: RuleGroup, indexed: ReadonlySet<string>) {
  return db.read(async (tx) => {
    const { sql, parameters } = ruleToCustomersSql(group, { now, dialect: tx.dialect.name, indexed });
    const question = `SELECT count(*) AS count FROM (${sql}) AS selected WHERE true`;
    const explained = await tx.all(
      // Another text each time: SQLite does not explain anew what it has explained once.
      `${tx.dialect.name === 'sqlite' ? 'EXPLAIN QUERY PLAN' : 'EXPLAIN'} ${question} AND ${++asked} > 0`,
      parameters,
    );
    const row = await tx.first<{ count: number }>(question, parameters);
    return { count: Number(row?.count), plan: JSON.stringify(explained) };
  });
}

const indexed = new Set(['customer no.', 'street', 'vip']);

test('the index of a trait answers the equality and the ranges of rules, which mean the same as without it', async () => {
  const db = await filled();
  await index(db, 'customer no.', 'number');
  await index(db, 'street', 'text');
  await index(db, 'vip', 'boolean');
  if (db.alone) await db.alone('ANALYZE customer');
  const rules = [
    rule('customer no.', '=', '4711'),
    rule('customer no.', 'between', [10, 19]),
    rule('customer no.', '>', 9_990),
    rule('street', '=', 'Street 17'),
    rule('street', 'in', ['Street 17', 'Street 18']),
    rule('vip', '=', true),
  ];
  const counts = [];
  for (const one of rules) {
    const using = await ask(db, one, indexed);
    expect([one, using.plan]).toEqual([one, expect.stringContaining('customer_trait_')]);
    counts.push([using.count, (await ask(db, one, new Set())).count]);
  }
  expect(counts).toEqual([
    [1, 1],
    [10, 10],
    [9, 9],
    [10, 10],
    [20, 20],
    [2, 2],
  ]);
});

test('an index that nobody wants any more is dropped, and a name that could not stand in a statement has none', async () => {
  const db = await filled();
  await index(db, 'street', 'text');
  await index(db, "street'; DROP TABLE customer; --", 'text');
  const made = () => ask(db, rule('street', '=', 'Street 17'), indexed);
  expect((await made()).plan).toContain('customer_trait_');
  await index(db, 'street', 'text', 0);
  expect(await made()).toMatchObject({ count: 10, plan: expect.not.stringContaining('customer_trait_') });
});
