import { afterEach, beforeEach, expect, test } from 'vitest';
import type { JsonObject } from '../plugin/json.ts';
import { identityPolicySchema } from '../plugin/identity/policy.ts';
import type { Database, Transaction } from '../store/database.ts';
import { readAudit } from '../store/audit.ts';
import { openTestDatabase } from '../store/test-database.ts';
import { applyPatches, findByIdentity, findCustomers, importRecords, writeIdentityPolicy } from './index.ts';

let db: Database;
beforeEach(async () => {
  db = await openTestDatabase();
});
afterEach(() => db.close());

const now = Date.parse('2026-01-01T00:00:00Z');
const write = <T>(work: (tx: Transaction) => Promise<T>): Promise<T> => db.write(work);
type Keys = Record<string, string | string[]>;
const record = (keys: Keys, traits: JsonObject = {}) => ({
  identities: Object.entries(keys).flatMap(([kind, values]) => [values].flat().map((value) => ({ kind, value }))),
  traits,
});
const bring = (...all: Keys[]) =>
  write((tx) =>
    importRecords(
      tx,
      all.map((keys) => record(keys)),
      { now, source: 'test', mayMerge: true },
    ),
  );
const set = (policy: object) =>
  write((tx) => writeIdentityPolicy(tx, { policy: identityPolicySchema.parse(policy), actor: 'ada', now }));
const identities = async (id: number) =>
  (await write((tx) => findCustomers(tx, [id])))[0]?.identities.map(({ kind, value }) => `${kind} ${value}`);

test('a key has one form, wherever it comes from and whoever asks', async () => {
  await bring({ email: 'Ann@Example.com', phone: '020 7946 0018' });
  const again = await bring({ email: ' ann@example.COM' }, { phone: '+44 (20) 7946-0018' });
  expect(again.customers).toEqual([1, 1]);
  expect(await identities(1)).toEqual(['email ann@example.com', 'phone +442079460018']);
  await write((tx) =>
    applyPatches(tx, [{ customer: 1, identities: [{ kind: 'email', value: 'ANN@home.example' }] }], {
      now,
      source: 'node',
    }),
  );
  const found = await write((tx) => findByIdentity(tx, 'email', ['Ann@HOME.example', 'bob@example.com', 'nobody']));
  expect([...found]).toEqual([['Ann@HOME.example', 1]]);
});

test('what is no phone number identifies nobody, and stays as a trait', async () => {
  const brought = await bring({ userId: 'u1', phone: 'after six' }, { phone: '12' });
  expect(brought.customers).toEqual([1, undefined]);
  expect(brought.conflicts.map(({ reason }) => reason)).toEqual(['the phone "after six" is no phone number']);
  expect(brought.refused.map(({ reason }) => reason)).toEqual(['the phone "12" is no phone number']);
  const [customer] = await write((tx) => findCustomers(tx, [1]));
  expect(customer).toMatchObject({ traits: { phone: 'after six' }, identities: [{ kind: 'userId' }] });
});

test('a value that the policy blocks stands for nobody', async () => {
  await set({ blocked: ['Info@Example.com'] });
  const brought = await bring({ email: 'info@example.com' }, { userId: 'u1', email: 'INFO@example.com' });
  expect(brought.customers).toEqual([undefined, 1]);
  expect(await identities(1)).toEqual(['userId u1']);
});

test('a customer has as many keys of a kind as the policy allows, and what is beyond is told', async () => {
  await bring({ userId: 'u1' });
  const five = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ userId: 'u1', email: `${name}@example.com` }));
  expect((await bring(...five)).conflicts).toEqual([]);
  const more = await bring({ userId: 'u1', email: 'f@example.com' });
  expect(more.customers).toEqual([1]);
  expect(more.conflicts.map(({ reason }) => reason)).toEqual([
    'the email "f@example.com" is more than the 5 that customer 1 may have',
  ]);
  const patch = { customer: 1, identities: [{ kind: 'userId', value: 'u2' }] };
  expect(await write((tx) => applyPatches(tx, [patch], { now, source: 'node' }))).toMatchObject({
    refused: [{ customer: 1, reason: 'the userId "u2" is more than the 1 that customer 1 may have' }],
  });
  expect((await bring({ userId: ['x', 'y'] })).conflicts).toHaveLength(1);
});

test('two people at one computer stay two: the second user id is somebody else, and the browser stays with the first', async () => {
  await bring({ userId: 'ann', anonymousId: 'browser' });
  const second = await bring({ anonymousId: 'browser', userId: 'bob' });
  expect(second).toMatchObject({ customers: [2], same: [] });
  expect(second.conflicts.map(({ reason }) => reason)).toEqual(['the anonymousId "browser" belongs to customer 1']);
  // Within one batch it is the same.
  const batch = await bring(
    { userId: 'cid', anonymousId: 'tablet' },
    { userId: 'dan', anonymousId: 'tablet' },
    { anonymousId: 'tablet' },
  );
  expect(batch.customers).toEqual([3, 4, 3]);
});

test('an unknown visitor who signs in becomes the user who is known', async () => {
  await bring({ anonymousId: 'browser' }, { userId: 'ann', email: 'ann@example.com' });
  const brought = await bring({ anonymousId: 'browser', userId: 'ann' }, { anonymousId: 'browser' });
  expect(brought.customers).toEqual([2, 2]);
  expect(brought.same).toEqual([{ customer: 1, into: 2, why: 'named together by the anonymousId "browser"' }]);
});

test('a visitor of whom more is known than a browser is nobody else, until the policy says so', async () => {
  await bring({ anonymousId: 'browser', email: 'ann@example.com' }, { userId: 'bob' });
  expect(await bring({ anonymousId: 'browser', userId: 'bob' })).toMatchObject({ customers: [2], same: [] });
  await set({
    kinds: [
      { kind: 'userId', limit: 1 },
      { kind: 'email', form: 'email', merge: 'always' },
    ],
  });
  expect((await bring({ userId: 'bob', email: 'ann@example.com' })).same).toEqual([
    { customer: 1, into: 2, why: 'named together by the email "ann@example.com"' },
  ]);
  // Two user ids are two people, whatever else they share.
  await bring({ userId: 'cid', email: 'cid@example.com' });
  expect((await bring({ userId: 'bob', email: 'cid@example.com' })).same).toEqual([]);
});

test('where nobody can merge, keys of two customers in one record are a conflict', async () => {
  await bring({ anonymousId: 'browser' }, { userId: 'ann' });
  const brought = await write((tx) =>
    importRecords(tx, [record({ anonymousId: 'browser', userId: 'ann' })], { now, source: 'file' }),
  );
  expect(brought).toMatchObject({ customers: [2], same: [], conflicts: [{ record: 0 }] });
});

test('who set the policy, and what held before, is written down', async () => {
  await set({ country: 'DE' });
  await set({ country: 'FR' });
  const [last] = await write((tx) => readAudit(tx, '', 1));
  expect(last).toMatchObject({ actor: 'ada', action: 'identity policy' });
  expect(JSON.parse(last?.detail ?? '')).toMatchObject({ before: { country: 'DE' }, after: { country: 'FR' } });
});
