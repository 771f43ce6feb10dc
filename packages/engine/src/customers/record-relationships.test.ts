import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Relationship } from '../plugin/customer.ts';
import type { Database } from '../store/database.ts';
import { openTestDatabase } from '../store/test-database.ts';
import { applyPatches, importRecords, mergeCustomers, recordRelationships } from './index.ts';

let db: Database;
beforeEach(async () => {
  db = await openTestDatabase();
  await db.write((tx) =>
    importRecords(
      tx,
      ['a', 'b', 'c'].map((key) => ({ identities: [{ kind: 'key', value: key }], traits: {} })),
      { now, source: 'test' },
    ),
  );
});
afterEach(() => db.close());

const now = Date.parse('2026-01-01T00:00:00Z');
const day = 86_400_000;
const home: Relationship = { kind: 'household', key: 'h1' };
const record = (customer: number, relationship: Relationship, at = now) =>
  db.write((tx) => recordRelationships(tx, [{ customer, relationship }], { now: at, source: 'test' }));
const spans = () =>
  db.read((tx) =>
    tx.all(
      `SELECT r.customer, r.kind, g.key, r.from_at AS "from", r.to_at AS "to" FROM relationship r
       JOIN customer_group g ON g.ref = r.customer_group ORDER BY r.customer, r.kind, g.key, r.from_at`,
    ),
  );
const groups = async () =>
  (
    await db.read((tx) =>
      tx.all<{ kind: string; key: string; traits: string }>(
        `SELECT kind, key, ${tx.dialect.json('traits')} AS traits FROM customer_group ORDER BY kind, key`,
      ),
    )
  ).map((row) => ({ ...row, traits: JSON.parse(row.traits) }));

test('a relationship that is stated twice is one, and the second time nobody is touched', async () => {
  expect((await record(1, home)).touched).toEqual([1]);
  expect((await record(1, home, now + day)).touched).toEqual([]);
  expect(await spans()).toEqual([{ customer: 1, kind: 'household', key: 'h1', from: now, to: null }]);
});

test('what is known of a group is laid over what was known, and touches all of its members', async () => {
  await record(1, { ...home, traits: { city: 'Bonn', floor: 2, odd: null } });
  await record(2, home);
  expect(await groups()).toEqual([{ kind: 'household', key: 'h1', traits: { city: 'Bonn', floor: 2 } }]);
  expect((await record(3, { ...home, traits: { city: 'Köln', floor: null } })).touched).toEqual([1, 2, 3]);
  expect(await groups()).toEqual([{ kind: 'household', key: 'h1', traits: { city: 'Köln' } }]);
});

test('an end ends what lasts, once, and a new beginning is a new span', async () => {
  await record(1, home);
  expect((await record(1, { ...home, to: now + day }, now + 2 * day)).touched).toEqual([1]);
  expect((await record(1, { ...home, to: now + day }, now + 2 * day)).touched).toEqual([]);
  await record(1, home, now + 3 * day);
  expect(await spans()).toMatchObject([
    { from: now, to: now + day },
    { from: now + 3 * day, to: null },
  ]);
});

test('an earlier beginning extends what is known, a later one within it changes nothing', async () => {
  await record(1, home);
  await record(1, { ...home, from: now - 9 * day });
  await record(1, { ...home, from: now - 3 * day });
  expect(await spans()).toMatchObject([{ from: now - 9 * day, to: null }]);
});

test('somebody may be in several groups of a kind, and in groups of one key and two kinds', async () => {
  await record(1, home);
  await record(1, { kind: 'household', key: 'h2' });
  await record(1, { kind: 'account', key: 'h1' });
  expect(await spans()).toMatchObject([
    { kind: 'account', key: 'h1' },
    { kind: 'household', key: 'h1' },
    { kind: 'household', key: 'h2' },
  ]);
});

test('a group without a name, and one that ends before it begins, are refused in words; the others are taken', async () => {
  const { refused, touched } = await db.write((tx) =>
    recordRelationships(
      tx,
      [
        { customer: 1, relationship: { kind: 'account', key: ' ' } },
        { customer: 2, relationship: { ...home, from: now, to: now - 1 } },
        { customer: 3, relationship: home },
      ],
      { now, source: 'test' },
    ),
  );
  expect(touched).toEqual([3]);
  expect(refused).toEqual([
    { index: 0, customer: 1, reason: 'the account is blank' },
    { index: 1, customer: 2, reason: 'the household "h1" ends before it begins' },
  ]);
});

test('files and nodes bring relationships, and a merge keeps them', async () => {
  await db.write((tx) =>
    importRecords(tx, [{ identities: [{ kind: 'key', value: 'd' }], traits: {}, relationships: [home] }], {
      now,
      source: 'file',
    }),
  );
  const { related } = await db.write((tx) =>
    applyPatches(tx, [{ customer: 1, relationships: [{ ...home, traits: { __proto__: 1, city: 'Bonn' } as never }] }], {
      now,
      source: 'loop/node',
    }),
  );
  expect(related).toEqual([1, 4]);
  await db.write((tx) => mergeCustomers(tx, [{ customer: 4, into: 2, why: 'test' }], { now: now + 1 }));
  expect(await spans()).toMatchObject([
    { customer: 1, key: 'h1' },
    { customer: 2, key: 'h1' },
  ]);
});

test('whatever is stated in whatever order, spans of one group do not overlap, and stating the last again changes nothing', async () => {
  const instant = fc.integer({ min: -5, max: 5 }).map((days) => now + days * day);
  const statement = fc.record(
    { from: fc.option(instant, { nil: undefined }), to: fc.option(instant, { nil: undefined }) },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(statement, { minLength: 1, maxLength: 6 }), async (statements) => {
      await db.write((tx) => tx.run('DELETE FROM relationship'));
      for (const { from, to } of statements)
        await record(1, { ...home, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) });
      const { from: lastFrom, to: lastTo } = statements.at(-1) as { from?: number; to?: number };
      const again: Relationship = {
        ...home,
        ...(lastFrom === undefined ? {} : { from: lastFrom }),
        ...(lastTo === undefined ? {} : { to: lastTo }),
      };
      if (lastFrom === undefined || lastTo === undefined || lastFrom <= lastTo)
        expect((await record(1, again)).touched).toEqual([]);
      const found = (await spans()) as unknown as { from: number; to: number | null }[];
      for (const [i, { from }] of found.entries()) {
        const previous = found[i - 1];
        if (previous) expect(previous.to ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(from);
      }
    }),
    { numRuns: 100 },
  );
});
