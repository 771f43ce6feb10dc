import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Patch } from '../plugin/customer.ts';
import type { JsonObject } from '../plugin/json.ts';
import type { Database, Transaction } from '../store/database.ts';
import { openTestDatabase } from '../store/test-database.ts';
import {
  applyPatches,
  findCustomers,
  importRecords,
  mergeCustomers,
  recordEvents,
  resolveCustomer,
  showCustomer,
} from './index.ts';

let db: Database;
beforeEach(async () => {
  db = await openTestDatabase();
});
afterEach(() => db.close());

const now = Date.parse('2026-01-01T00:00:00Z');
const write = <T>(work: (tx: Transaction) => Promise<T>): Promise<T> => db.write(work);
const person = (key: string, traits: JsonObject = {}) => ({ identities: [{ kind: 'key', value: key }], traits });
const bring = (...people: ReturnType<typeof person>[]) =>
  write((tx) => importRecords(tx, people, { now, source: 'test' }));
const apply = (patches: Patch[], at = now) =>
  write((tx) => applyPatches(tx, patches, { now: at, source: 'loop/node' }));
const rows = (sql: string) => write((tx) => tx.all(sql));
const order = { type: 'order', category: 'order', time: now, properties: { value: 12 } } as const;

test('the same records a second time change nothing', async () => {
  const people = [person('a', { plan: 'One year', months: 3 }), person('b', { plan: 'Two year' })];
  expect(await bring(...people)).toMatchObject({ created: 2, updated: 0, unchanged: 0, customers: [1, 2] });
  const before = await rows(`SELECT id, updated_at, ${db.dialect.json('traits')} AS traits FROM customer`);
  const again = await write((tx) => importRecords(tx, people, { now: now + 5, source: 'test' }));
  expect(again).toMatchObject({ created: 0, updated: 0, unchanged: 2, customers: [1, 2] });
  expect(await rows(`SELECT id, updated_at, ${db.dialect.json('traits')} AS traits FROM customer`)).toEqual(before);
  expect(await rows('SELECT * FROM trait_change')).toEqual([]);
});

test('a record changes what it says, leaves what it does not say, and takes away what it says is null', async () => {
  await bring(person('a', { plan: 'One year', city: 'Bonn', note: 'x' }));
  const result = await bring(person('a', { plan: 'Two year', note: null }));
  expect(result).toMatchObject({ created: 0, updated: 1, unchanged: 0 });
  const [customer] = await write((tx) => findCustomers(tx, [1]));
  expect(customer?.traits).toEqual({ plan: 'Two year', city: 'Bonn' });
  expect(await rows('SELECT source, before FROM trait_change')).toEqual([
    { source: 'test', before: '{"plan":"One year","note":"x"}' },
  ]);
});

test('records of one customer within one batch become one customer, and the last has the say', async () => {
  const people = [person('a', { plan: 'One year' }), person('b'), person('a', { plan: 'Two year' })];
  expect(await bring(...people)).toMatchObject({ created: 2, updated: 1, customers: [1, 2, 1] });
  expect(await bring(...people)).toMatchObject({ created: 0, updated: 0, unchanged: 3 });
  const [customer] = await write((tx) => findCustomers(tx, [1]));
  expect(customer?.traits).toEqual({ plan: 'Two year' });
});

test('the first identity that is known decides, and one of somebody else stays theirs', async () => {
  await bring(person('a'), person('b'));
  const result = await write((tx) =>
    importRecords(
      tx,
      [
        {
          identities: [
            { kind: 'email', value: 'new@example.com' },
            { kind: 'key', value: 'b' },
            { kind: 'key', value: 'a' },
          ],
          traits: {},
          line: 7,
        },
      ],
      { now, source: 'test' },
    ),
  );
  expect(result.customers).toEqual([2]);
  expect(result.conflicts).toEqual([{ record: 0, line: 7, reason: 'the key "a" belongs to customer 1' }]);
  const [, second] = await write((tx) => findCustomers(tx, [1, 2]));
  expect(second?.identities).toEqual([
    { kind: 'email', value: 'new@example.com' },
    { kind: 'key', value: 'b' },
  ]);
});

test.each(['', '  ', '-1', 'NULL', 'anonymous', '000-000', '[object Object]', 'a\0b', 'x'.repeat(501)])(
  'the identity %j makes nobody a customer',
  async (value) => {
    const result = await bring(person(value, { city: 'Bonn' }));
    expect(result).toMatchObject({ created: 0, customers: [undefined] });
    expect(result.refused).toHaveLength(1);
    expect(await rows('SELECT * FROM customer')).toEqual([]);
  },
);

test('identities keep every character that JSON would escape', async () => {
  const keys = ['a"b', 'a\\b', 'a\nb', 'ü😀', 'a\u2028b', '{}', '1e3', '007', "o'brien", '__proto__'];
  await bring(...keys.map((key) => person(key)));
  const stored = await rows('SELECT value FROM identity');
  expect(new Set(stored.map(({ value }) => value))).toEqual(new Set(keys));
  expect(await bring(...keys.map((key) => person(key)))).toMatchObject({ created: 0, unchanged: keys.length });
});

test('traits named as properties of every object are traits like any other', async () => {
  const odd = JSON.parse('{"__proto__":"a","constructor":"b","toString":1}') as JsonObject;
  await bring(person('a', odd));
  expect(await bring(person('a', odd))).toMatchObject({ unchanged: 1 });
  await apply([{ customer: 1, traits: JSON.parse('{"__proto__":{"x":1},"constructor":null}') as JsonObject }]);
  const [stored] = await rows(`SELECT ${db.dialect.json('traits')} AS traits FROM customer`);
  // The order of an object's keys is each database's own.
  expect(
    Object.entries(JSON.parse(String(stored?.['traits'])) as JsonObject).sort(([a], [b]) => (a < b ? -1 : 1)),
  ).toEqual([
    ['__proto__', { x: 1 }],
    ['toString', 1],
  ]);
});

test('a patch that changes nothing leaves no trace', async () => {
  await bring(person('a', { address: { city: 'Bonn', street: 'Weg 1' } }));
  const result = await apply([{ customer: 1, traits: { address: { street: 'Weg 1', city: 'Bonn' }, gone: null } }]);
  expect(result.changed).toEqual([]);
  expect(await rows('SELECT * FROM trait_change')).toEqual([]);
});

test('several patches of a customer apply in order, and the history holds what was there before them', async () => {
  await bring(person('a', { score: 1 }));
  await apply([
    { customer: 1, traits: { score: 2 } },
    { customer: 1, traits: { score: 3, tier: 'gold' } },
  ]);
  await apply([{ customer: 1, traits: { score: 4 } }]);
  expect(await rows('SELECT seq, source, before FROM trait_change')).toEqual([
    { seq: 0, source: 'loop/node', before: '{"score":1,"tier":null}' },
    { seq: 1, source: 'loop/node', before: '{"score":3}' },
  ]);
});

test('a patch adds identities, events once per messageId, and consents; what is refused comes back', async () => {
  await bring(person('a'), person('b'));
  const patch: Patch = {
    customer: 1,
    identities: [
      { kind: 'key', value: 'b' },
      { kind: 'email', value: 'a@example.com' },
      { kind: 'email', value: 'null' },
    ],
    events: [{ ...order, messageId: 'm1' }, order],
    consents: [{ channel: 'email', purpose: 'offers', granted: true, source: 'form' }],
  };
  const first = await apply([patch]);
  expect(first.refused.map(({ reason }) => reason)).toEqual([
    'the email "null" stands for nobody',
    'the key "b" belongs to customer 2',
  ]);
  expect(first.events).toHaveLength(2);
  expect((await apply([patch], now + 1)).events).toEqual([{ customer: 1, event: order }]);
  const [customer] = await write((tx) => findCustomers(tx, [1]));
  expect(customer?.consents).toEqual(patch.consents);
  await apply(
    [{ customer: 1, consents: [{ channel: 'email', purpose: 'offers', granted: false, source: 'link' }] }],
    now + 2,
  );
  const [withdrawn] = await write((tx) => findCustomers(tx, [1]));
  expect(withdrawn?.consents).toEqual([{ channel: 'email', purpose: 'offers', granted: false, source: 'link' }]);
  expect(await rows('SELECT count(*) AS n FROM consent')).toEqual([{ n: 2 }]);
});

test('a patch or a merge of an unknown customer is an error that names it', async () => {
  await bring(person('a'));
  await expect(apply([{ customer: 99, traits: {} }])).rejects.toThrow(
    'a patch names customer 99, not in the customer base',
  );
  const merge = (customer: number, into: number) =>
    write((tx) => mergeCustomers(tx, [{ customer, into, why: 'same phone' }], { now }));
  await expect(merge(1, 98)).rejects.toThrow('a merge names customer 98');
  await expect(merge(1, 1)).rejects.toThrow('customer 1 cannot be merged with itself (same phone)');
});

test('merging moves identities, events, consents and relationships, fills traits, and follows chains', async () => {
  await bring(
    person('a', { city: 'Bonn' }),
    person('b', { city: 'Köln', tier: 'gold' }),
    person('c', { age: 40, tier: 'tin' }),
  );
  await apply([
    { customer: 2, events: [order], consents: [{ channel: 'email', purpose: 'offers', granted: true, source: 'b' }] },
    { customer: 3, events: [order], consents: [{ channel: 'email', purpose: 'offers', granted: false, source: 'c' }] },
  ]);
  await write((tx) =>
    tx.run(
      `INSERT INTO customer_group (ref, kind, key, traits, created_at, updated_at)
       VALUES (1, 'household', 'h', ${tx.dialect.toJson('?')}, 0, 0)`,
      ['{}'],
    ),
  );
  await write((tx) =>
    tx.runMany(
      "INSERT INTO relationship (customer, kind, customer_group, from_at, source) VALUES (?, 'household', 1, ?, 'test')",
      [
        [1, 0],
        [3, 0],
        [3, 7],
      ],
    ),
  );
  const merged = await write((tx) =>
    mergeCustomers(
      tx,
      [
        { customer: 2, into: 1, why: 'same phone' },
        { customer: 3, into: 2, why: 'same e-mail' },
        { customer: 3, into: 1, why: 'said twice' },
      ],
      { now: now + 1 },
    ),
  );
  expect(merged).toEqual([
    { customer: 2, into: 1, why: 'same phone' },
    { customer: 3, into: 1, why: 'same e-mail' },
  ]);
  const left = await write((tx) => findCustomers(tx, [1, 2, 3]));
  expect(left).toEqual([
    {
      id: 1,
      traits: { city: 'Bonn', tier: 'gold', age: 40 },
      identities: ['a', 'b', 'c'].map((value) => ({ kind: 'key', value })),
      consents: [{ channel: 'email', purpose: 'offers', granted: false, source: 'c' }],
    },
  ]);
  expect(await rows('SELECT DISTINCT customer FROM event')).toEqual([{ customer: 1 }]);
  expect(await rows('SELECT customer, from_at FROM relationship ORDER BY from_at')).toEqual([
    { customer: 1, from_at: 0 },
    { customer: 1, from_at: 7 },
  ]);
  expect(await rows('SELECT * FROM merge')).toHaveLength(2);
  expect(await apply([{ customer: 3, traits: { age: 41 } }])).toMatchObject({ changed: [1] });
  await bring(person('c', { age: 42 }));
  const view = await write((tx) => showCustomer(tx, 3));
  expect(view).toMatchObject({
    id: 1,
    traits: { age: 42 },
    merges: [
      { customer: 2, into: 1 },
      { customer: 3, into: 1 },
    ],
  });
});

test('merging again over an earlier merge reaches the one that is left', async () => {
  await bring(person('a'), person('b'), person('c'));
  const merge = (customer: number, into: number, at: number) =>
    write((tx) => mergeCustomers(tx, [{ customer, into, why: 'same' }], { now: at }));
  await merge(1, 2, now);
  expect(await merge(1, 3, now + 1)).toEqual([{ customer: 2, into: 3, why: 'same' }]);
  expect(await merge(2, 1, now + 2)).toEqual([]);
  expect(await write((tx) => showCustomer(tx, 1))).toMatchObject({ id: 3, merges: [{ customer: 1 }, { customer: 2 }] });
});

test('events find or create their customer, and one with a known messageId is not stored again', async () => {
  const identities = [
    { kind: 'userId', value: 'u1' },
    { kind: 'anonymousId', value: 'x1' },
  ];
  const later = { identities: [identities[1] as (typeof identities)[0]], event: { ...order, messageId: 'm2' } };
  const events = [{ identities, event: { ...order, messageId: 'm1' } }, later, later, { identities: [], event: order }];
  const recorded = await write((tx) => recordEvents(tx, events, { now }));
  expect(recorded.map(({ customer, created, isNew }) => [customer, created, isNew])).toEqual([
    [1, true, true],
    [1, false, true],
    [1, false, false],
    [undefined, false, false],
  ]);
  expect(await rows('SELECT customer, message_id FROM event')).toEqual([
    { customer: 1, message_id: 'm1' },
    { customer: 1, message_id: 'm2' },
  ]);
  expect(await write((tx) => resolveCustomer(tx, [{ kind: 'userId', value: 'u1' }], { now }))).toMatchObject({
    customer: 1,
    created: false,
  });
});

test('the one view shows events by category, newest first, and the history of traits', async () => {
  await bring(person('a', { name: 'Anna' }));
  await apply([
    { customer: 1, traits: { name: 'Anne' }, events: [0, 1, 2].map((day) => ({ ...order, time: now + day })) },
  ]);
  const view = await write((tx) => showCustomer(tx, 1, { latest: 2 }));
  expect(view?.events.order).toMatchObject({ total: 3, latest: [{ time: now + 2 }, { time: now + 1 }] });
  expect(view?.events.payment).toEqual({ total: 0, latest: [], types: [] });
  expect(view?.history).toEqual([
    { customer: 1, at: now, source: 'loop/node', before: { name: 'Anna' }, after: { name: 'Anne' } },
  ]);
  expect(await write((tx) => showCustomer(tx, 2))).toBeUndefined();
});

test('the one view shows the enrollments with their steps and the messages', async () => {
  await bring(person('a'));
  await write(async (tx) => {
    await tx.run(
      "INSERT INTO loop (id, name, draft, revision, created_at, updated_at) VALUES ('churn', 'Churn rescue', '{}', 1, 0, 0)",
    );
    await tx.run(
      "INSERT INTO loop_version (id, loop, number, document, digest, published_at) VALUES (5, 'churn', 2, '{}', '', 0)",
    );
    await tx.run("INSERT INTO loop_node VALUES (11, 5, 'in'), (12, 5, 'mail')");
    await tx.run('INSERT INTO enrollment (customer, n, version, entered_at, node) VALUES (1, 1, 5, 10, 11)');
    await tx.run("INSERT INTO loop_path (id, version, steps) VALUES (1, 5, '11:0'), (2, 5, '12:-1')");
    await tx.run('INSERT INTO path_step (path, i, node, port) VALUES (1, 0, 11, 0), (2, 0, 12, -1)');
    await tx.run(
      'INSERT INTO journal (customer, n, step, at, turn, path, until) VALUES (1, 1, 0, 10, 1, 1, NULL), (1, 1, 1, 20, 1, 2, 90)',
    );
    await tx.run(
      "INSERT INTO message (customer, n, step, node, turn, status, due, attempts, created_at, settled_at, address, body, cost, detail) VALUES (1, 1, 1, 12, 1, 'sent', 20, 1, 20, 21, 'a@example.com', '{\"subject\":\"Hi\"}', 2, NULL)",
    );
  });
  const view = await write((tx) => showCustomer(tx, 1));
  expect(view?.enrollments).toMatchObject([
    {
      loop: 'churn',
      version: 2,
      entry: 'in',
      endedAt: null,
      steps: [
        { node: 'in', port: 0 },
        { node: 'mail', port: -1, until: 90 },
      ],
    },
  ]);
  expect(view?.messages).toMatchObject([{ node: 'mail', status: 'sent', body: { subject: 'Hi' } }]);
});
