import { afterEach, beforeEach, expect, test } from 'vitest';
import type { JsonObject } from '../plugin/json.ts';
import type { Database } from '../store/database.ts';
import { openTestDatabase } from '../store/test-database.ts';
import { applyPatches, importRecords, indexCustomers, mergeCustomers, searchCustomers } from './index.ts';

let db: Database;
beforeEach(async () => {
  db = await openTestDatabase();
});
afterEach(() => db.close());

const now = Date.parse('2026-01-01T00:00:00Z');
const bring = (...people: [key: string, traits: JsonObject, identities?: Record<string, string>][]) =>
  db.write((tx) =>
    importRecords(
      tx,
      people.map(([key, traits, identities = {}]) => ({
        identities: [
          { kind: 'key', value: key },
          ...Object.entries(identities).map(([kind, value]) => ({ kind, value })),
        ],
        traits,
      })),
      { now, source: 'test' },
    ),
  );
const index = async () => {
  while ((await db.write((tx) => indexCustomers(tx))) > 0);
};
const found = async (text: string, blind = false) =>
  (await db.read((tx) => searchCustomers(tx, { text, blind }))).customers.map(({ id }) => id);

test('each word is the beginning of one that a customer has, in any order, without case or accents', async () => {
  await bring(
    ['a', { name: 'Zoë Müller-Lüdenscheidt', city: 'Straßburg' }],
    ['b', { firstName: 'Anna', lastName: 'Müller', city: 'Bonn' }],
    ['c', { name: 'Anna Bonn' }],
  );
  await index();
  expect(await found('mull')).toEqual([1, 2]);
  expect(await found('MÜLLER anna')).toEqual([2]);
  expect(await found('lüd zo')).toEqual([1]);
  expect(await found('strassb')).toEqual([1]);
  expect(await found('anna x')).toEqual([]);
  expect(await found('%')).toEqual([]);
  expect(await found("a' OR 1=1 --")).toEqual([]);
  // By name before by city.
  expect(await found('bonn')).toEqual([3, 2]);
});

test('a whole name and an exact key come first, then names, then what else is known', async () => {
  await bring(
    ['a', { name: 'Ada Lovelace King' }],
    ['b', { name: 'Bea', note: 'friend of ada' }],
    ['c', { name: 'Ada' }],
    ['ada', { name: 'Zed' }],
  );
  await index();
  expect(await found('ada')).toEqual([4, 3, 1, 2]);
  expect(await found('#2')).toEqual([2]);
  expect(await found('2')).toEqual([2]);
});

test('an address and a number are found by any of their beginnings, a number also as it is dialled at home', async () => {
  await bring(['a', {}, { email: 'ann.smith@example.com', phone: '+491711234567' }]);
  // Whole keys need no index.
  expect(await found('ann.smith@example.com')).toEqual([1]);
  expect(await found('ann.s')).toEqual([1]);
  await bring(['b', { email: 'Ann.Smith@other.example' }]);
  await index();
  expect(await found('smith')).toEqual([1, 2]);
  expect(await found('ann.smith@other.example')).toEqual([2]);
  expect(await found('ann.smith@ex')).toEqual([1]);
  expect(await found('ann.smith@nowhere')).toEqual([]);
  expect(await found('0171 1234')).toEqual([1]);
  expect(await found('+49 171')).toEqual([1]);
});

test('scripts without blanks are found by any part, those from right to left by words, and emoji do no harm', async () => {
  await bring(['a', { name: '山田太郎' }], ['b', { name: 'محمد علي' }], ['c', { name: 'Ivo 🎉 Иванов' }]);
  await index();
  expect(await found('太郎')).toEqual([1]);
  expect(await found('山田')).toEqual([1]);
  expect(await found('علي')).toEqual([2]);
  expect(await found('иван')).toEqual([3]);
  expect(await found('🎉')).toEqual([]);
});

test('what changes is found by its new words and not by its old ones, and whoever is merged away not at all', async () => {
  await bring(['a', { name: 'Anna' }], ['b', { name: 'Ben' }], ['c', { name: 'Cleo' }]);
  await index();
  await db.write((tx) => applyPatches(tx, [{ customer: 1, traits: { name: 'Hannah' } }], { now, source: 'test' }));
  expect(await found('anna')).toEqual([]);
  await index();
  expect(await found('hann')).toEqual([1]);
  await db.write((tx) => mergeCustomers(tx, [{ customer: 3, into: 2, why: 'test' }], { now }));
  expect(await found('cleo')).toEqual([]);
  await index();
  const tokens = await db.read((tx) => tx.all('SELECT DISTINCT token FROM search_token ORDER BY token'));
  expect(tokens).toEqual([{ token: 'ben' }, { token: 'hannah' }]);
});

test('who may not see names finds nobody by them, by no beginning of them, and by no key', async () => {
  await bring(
    ['a', { name: 'Anna Bonn', city: 'Berlin', email: 'a@x.org' }, { email: 'a@x.org' }],
    ['b', { name: 'Ben', plan: 'gold berlin' }],
  );
  await index();
  for (const text of ['anna', 'a', 'a@x.org', 'email:a@x.org', 'gold@', 'key:a', 'bonn berlin'])
    expect(await found(text, true)).toEqual([]);
  expect(await found('gold', true)).toEqual([2]);
  expect(await found('#1', true)).toEqual([1]);
});

test('pages of a search go on where the last one ended, and pages of all go by id', async () => {
  await bring(
    ...Array.from({ length: 7 }, (_, i): [string, JsonObject] => [`k${i}`, { name: i % 2 ? 'Anna' : 'Ben' }]),
  );
  await index();
  const page = (text: string, after = 0) => db.read((tx) => searchCustomers(tx, { text, after, limit: 2 }));
  const first = await page('ben');
  expect(first).toMatchObject({ customers: [{ id: 1 }, { id: 3 }], next: 2 });
  const second = await page('ben', first.next);
  expect(second.customers.map(({ id }) => id)).toEqual([5, 7]);
  expect(second.next).toBeUndefined();
  expect(await page('')).toMatchObject({ customers: [{ id: 1 }, { id: 2 }], next: 2 });
  expect(await page('', 6)).toMatchObject({ customers: [{ id: 7 }] });
});
