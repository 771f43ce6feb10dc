import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { defaultIdentityPolicy } from '../../plugin/identity/policy.ts';
import type { Database } from '../../store/database.ts';
import { openTestDatabase } from '../../store/test-database.ts';
import { importRecords, keepApart, planOrganizing, propose } from '../index.ts';
import { cluster } from './cluster.ts';
import { findAlike } from './find-alike.ts';
import { searchLimits } from './find-likely.ts';

let db: Database;
beforeEach(async () => {
  db = await openTestDatabase();
});
afterEach(() => db.close());

const now = 1;
type Traits = Record<string, string>;
const bring = (people: readonly (Traits & { userId?: string })[]) =>
  db.write((tx) =>
    importRecords(
      tx,
      people.map(({ userId, ...traits }, i) => ({
        identities: [{ kind: 'record', value: `r${i}` }, ...(userId ? [{ kind: 'userId', value: userId }] : [])],
        traits,
      })),
      { now, source: 'test' },
    ),
  );
const ann = {
  firstName: 'Ann',
  lastName: 'Thornquist',
  birthDate: '1980-04-03',
  street: '12 High Street',
  postcode: 'LS1 4AB',
  city: 'Leeds',
};
/** Strangers, so that names have a frequency. */
const crowd = Array.from({ length: 1_500 }, (_, i) => ({
  firstName: ['Bob', 'Cid', 'Dan', 'Eve', 'Fay'][i % 5] as string,
  lastName: ['Ray', 'Smith', 'Jones', 'Brown', 'Green', 'Hill'][(i * 7) % 6] as string,
  birthDate: `19${40 + (i % 59)}-0${1 + (i % 9)}-${10 + (i % 17)}`,
  street: `${i} Mill Road`,
  postcode: `YO${i % 97} 2ZZ`,
}));
const plan = (limits = searchLimits) => planOrganizing(db, { policy: defaultIdentityPolicy, limits });

test('one person in other writings is found, and says why; a family at one address is not one person', async () => {
  await bring([
    ...crowd,
    ann,
    { ...ann, firstName: 'Anne', street: 'High St. 12' },
    { ...ann, firstName: 'Thornquist', lastName: 'Ann' },
    { ...ann, birthDate: '03.04.1980', street: '' },
    { ...ann, firstName: 'Paul', birthDate: '2004-11-30' },
    { ...ann, firstName: 'Ruth', birthDate: '1952-01-17' },
    {
      firstName: 'Дмитрий',
      lastName: 'Кузнецов',
      birthDate: '1971-01-16',
      postcode: 'SE6 5LX',
      street: '134 Oak Lane',
    },
    {
      firstName: 'Dmitry',
      lastName: 'Kuznetsov',
      birthDate: '1971-01-16',
      postcode: 'SE6 5LX',
      street: '134 Oak Lane',
    },
  ]);
  const { merges, proposals } = await plan();
  expect(merges.map(({ customer, into }) => [customer, into])).toEqual([
    [1502, 1501],
    [1503, 1501],
    [1504, 1501],
    [1508, 1507],
  ]);
  expect(merges[0]?.why).toContain('birth date the same');
  expect(proposals.flatMap(({ customer, other }) => [customer, other])).not.toContain(1505);
});

test('who is likely one but has another user id or was told apart is proposed, or left alone', async () => {
  await bring([...crowd, { ...ann, userId: 'u1' }, { ...ann, userId: 'u2' }, { ...ann, city: 'York' }]);
  const first = await plan();
  expect(first.merges).toMatchObject([{ customer: 1503 }]);
  expect(first.proposals).toMatchObject([
    {
      customer: 1501,
      other: 1502,
      why: expect.stringContaining('not merged because they are known by different values of userId'),
    },
  ]);
  await db.write(async (tx) => {
    for (const [a, b] of [
      [1501, 1502],
      [1501, 1503],
      [1502, 1503],
    ] as const)
      await keepApart(tx, a, b, { actor: 'ada', now });
  });
  expect(await plan()).toMatchObject({ merges: [], proposals: [] });
});

test('however the base is cut into rounds and blocks, the same pairs are found', async () => {
  await bring([...crowd, ann, { ...ann, firstName: 'Anne' }, { ...ann, birthDate: '' }]);
  const whole = await plan();
  const cut = await plan({ scan: 70, block: 1_000, neighbours: 40, keys: 2_000 });
  expect(cut.merges).toEqual(whole.merges);
  const split = await plan({ ...searchLimits, block: 2, neighbours: 40 });
  expect(split.oversized.keys).toBeGreaterThan(0);
  expect(split.merges).toEqual(whole.merges);
});

test('a node asks for those whom a batch is like, wherever in the base they are', async () => {
  await bring([...crowd, ann, { ...ann, firstName: 'Anne' }]);
  const found = await db.read((tx) => findAlike(tx, [1501, 1502]));
  expect(found).toMatchObject([{ customer: 1501, other: 1502, certain: true }]);
  await db.write((tx) => propose(tx, [{ customer: 1502, other: 1501, score: 0.9, why: 'x' }], now));
  expect(await db.read((tx) => tx.all('SELECT customer, other FROM merge_proposal'))).toEqual([
    { customer: 1501, other: 1502 },
  ]);
});

test('whatever is likely, nobody is merged with somebody who contradicts anybody of the party, and nobody is forgotten', () => {
  const id = fc.integer({ min: 1, max: 8 });
  const pair = fc.record({ customer: id, other: id, score: fc.double({ min: 0.95, max: 1, noNaN: true }) });
  const births = fc.array(fc.constantFrom(0, 19800403, 19700101), { minLength: 9, maxLength: 9 });
  fc.assert(
    fc.property(fc.array(pair, { maxLength: 20 }), births, (all, born) => {
      const pairs = all
        .filter(({ customer, other }) => customer < other)
        .map((each) => ({ ...each, births: [born[each.customer] ?? 0, born[each.other] ?? 0] as const }));
      const { merges, conflicts } = cluster(pairs, { unique: () => [], apart: () => [] });
      const into = new Map(merges.map((merge) => [merge.customer, merge.into]));
      const rootOf = (one: number) => into.get(one) ?? one;
      for (const { customer, into: to } of merges) expect([to < customer, into.has(to)]).toEqual([true, false]);
      for (let one = 1; one <= 8; one++)
        for (let other = 1; other < one; other++)
          if (rootOf(one) === rootOf(other) && born[one] && born[other]) expect(born[one]).toBe(born[other]);
      for (const { customer, other } of pairs)
        expect(
          rootOf(customer) === rootOf(other) ||
            conflicts.some(({ pair: each }) => each.customer === customer && each.other === other),
        ).toBe(true);
    }),
  );
});
