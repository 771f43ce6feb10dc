import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CustomerEvent } from '../../plugin/customer.ts';
import type { JsonObject } from '../../plugin/json.ts';
import type { Database, Transaction } from '../../store/database.ts';
import { countMisfits } from '../../store/misfits.ts';
import { openTestDatabase } from '../../store/test-database.ts';
import { applyPatches } from '../apply-patches.ts';
import { importRecords } from '../import-records.ts';
import { recordEvents } from '../record-events.ts';
import type { AttributeDeclaration } from './declare.ts';
import {
  closeSchema,
  declareAttribute,
  declareEvent,
  SchemaError,
  undeclareAttribute,
  undeclareEvent,
} from './declare.ts';
import { describeSchema } from './describe.ts';
import { piiTraits } from './known.ts';
import { applySchemaFile, parseSchemaFile, readSchemaFile } from './schema-file.ts';
import { discardMisfits, takeInMisfits } from './take-in.ts';

let db: Database;
beforeEach(async () => {
  db = await openTestDatabase();
});
afterEach(() => db.close());

const now = Date.parse('2026-01-01T00:00:00Z');
const day = 86_400_000;
const write = <T>(work: (tx: Transaction) => Promise<T>): Promise<T> => db.write(work);
const bring = (key: string, traits: JsonObject, at = now) =>
  write((tx) =>
    importRecords(tx, [{ identities: [{ kind: 'key', value: key }], traits }], { now: at, source: 'import/a.csv' }),
  );
const patch = (customer: number, traits: JsonObject, at = now) =>
  write((tx) => applyPatches(tx, [{ customer, traits }], { now: at, source: 'loop/node' }));
const happen = (key: string, event: Partial<CustomerEvent>, at = now) =>
  write((tx) =>
    recordEvents(
      tx,
      [
        {
          identities: [{ kind: 'key', value: key }],
          event: { type: 'order', category: 'order', time: at, properties: {}, ...event },
        },
      ],
      { now: at },
    ),
  );
const declare = (name: string, declaration: AttributeDeclaration, scope = '') =>
  write((tx) => declareAttribute(tx, { scope, name, declaration }, { actor: 'ada', now }));
const close = (closed = true) => write((tx) => closeSchema(tx, closed, { actor: 'ada', now }));
const show = () => db.read(describeSchema);
const trait = async (name: string) => (await show()).traits.find((one) => one.name === name);
const property = async (type: string, name: string) =>
  (await show()).events.find((event) => event.type === type)?.properties.find((one) => one.name === name);
const traitsOf = async (id: number) => {
  const rows = await db.read((tx) =>
    tx.all<{ traits: string }>(`SELECT ${tx.dialect.json('traits')} AS traits FROM customer WHERE id = ?`, [id]),
  );
  return JSON.parse(rows[0]?.traits ?? 'null') as JsonObject;
};
const propertiesOf = (customer: number) =>
  db.read(async (tx) =>
    (
      await tx.all<{ properties: string }>(
        `SELECT ${tx.dialect.json('properties')} AS properties FROM event WHERE customer = ? ORDER BY time, id`,
        [customer],
      )
    ).map(({ properties }) => JSON.parse(properties) as JsonObject),
  );
const misfits = () => db.read(countMisfits);
const takeIn = (name: string, scope = '', at = now + 9 * day) =>
  write((tx) => takeInMisfits(tx, { scope, name, after: 0 }, at));
const revision = () => db.read((tx) => tx.first<{ value: string }>("SELECT value FROM meta WHERE name = 'attributes'"));

test('traits, event types and properties are inferred from what comes, with a category and a guess at what is personal', async () => {
  await bring('a', {
    email: 'a@example.com',
    tenure: 3,
    plan: 'Two year',
    since: '2024-02-29',
    vip: true,
    tags: ['x'],
    MonthlyCharges: 12.5,
  });
  await happen('a', { type: 'Order Completed', properties: { total: 12, currency: 'EUR' } });
  const { traits, events, sampled } = await show();
  expect(traits.map(({ name, type, category, pii, declared }) => [name, type, category, pii, declared])).toEqual([
    ['MonthlyCharges', 'number', 'payment', false, false],
    ['email', 'text', 'basic', true, false],
    ['plan', 'text', 'order', false, false],
    ['since', 'instant', 'basic', false, false],
    ['tags', 'list', 'basic', false, false],
    ['tenure', 'number', 'order', false, false],
    ['vip', 'boolean', 'basic', false, false],
  ]);
  expect(events).toMatchObject([
    {
      type: 'Order Completed',
      category: 'order',
      declared: false,
      properties: [
        { name: 'currency', type: 'text' },
        { name: 'total', type: 'number' },
      ],
    },
  ]);
  expect(sampled).toEqual({ customers: 1, events: 1 });
  const pii = await db.read(piiTraits);
  expect([pii.has('email'), pii.has('plan'), pii.has('never heard of'), pii.has('homePhone')]).toEqual([
    true,
    false,
    false,
    true,
  ]);
});

test('an inferred type widens when others come, and says how many there are of each', async () => {
  await bring('a', { code: 12 });
  await bring('b', { code: 'X12' });
  await bring('c', { code: 'Y' });
  expect(await trait('code')).toMatchObject({
    type: 'any',
    came: ['text', 'number'],
    kinds: { number: 1, text: 2 },
    share: 1,
  });
  await bring('d', { since: '2024-01-01' });
  expect(await trait('since')).toMatchObject({ type: 'instant', share: 0.25 });
  await bring('d', { since: 'last year' });
  expect(await trait('since')).toMatchObject({ type: 'text', came: ['text', 'instant'] });
});

test('what is known already is not written again, and a transaction that is rolled back has taught nothing', async () => {
  await bring('a', { plan: 'x' });
  const before = await revision();
  await bring('b', { plan: 'y' });
  expect(await revision()).toEqual(before);
  await write(async (tx) => {
    await importRecords(tx, [{ identities: [{ kind: 'key', value: 'c' }], traits: { fresh: 1 } }], {
      now,
      source: 's',
    });
    throw new Error('no');
  }).catch(() => undefined);
  expect(await trait('fresh')).toBeUndefined();
  await bring('c', { fresh: 1 });
  expect(await trait('fresh')).toMatchObject({ type: 'number' });
});

test('a value of another type than declared is kept aside, wherever it comes in, and the trait keeps what it was', async () => {
  await declare('tenure', { type: 'number' });
  expect(await bring('a', { tenure: 3, plan: 'x' })).toMatchObject({ created: 1, misfits: {} });
  expect(await bring('a', { tenure: 'four', plan: 'y' }, now + 1)).toMatchObject({
    updated: 1,
    misfits: { tenure: 1 },
  });
  await patch(1, { tenure: { months: 5 }, plan: 'z' }, now + 2);
  expect(await traitsOf(1)).toEqual({ tenure: 3, plan: 'z' });
  expect(await bring('b', { tenure: '7' }, now + 3)).toMatchObject({ created: 1, misfits: { tenure: 1 } });
  expect(await traitsOf(2)).toEqual({});
  // A null takes a trait away, whatever its type.
  await patch(1, { tenure: null }, now + 4);
  expect(await traitsOf(1)).toEqual({ plan: 'z' });
  expect(await misfits()).toEqual([{ scope: '', name: 'tenure', count: 3 }]);
  expect(await trait('tenure')).toMatchObject({ type: 'number', declared: true, misfits: 3, came: ['number'] });
  const kept = await db.read((tx) => tx.all('SELECT customer, at, value, source FROM misfit ORDER BY id'));
  expect(kept).toEqual([
    { customer: 1, at: now + 1, value: '"four"', source: 'import/a.csv' },
    { customer: 1, at: now + 2, value: '{"months":5}', source: 'loop/node' },
    { customer: 2, at: now + 3, value: '"7"', source: 'import/a.csv' },
  ]);
});

test('a property of another type is kept aside, its event goes on without it, and one told of twice is kept once', async () => {
  await declare('total', { type: 'number' }, 'order');
  const [told] = await happen('a', { properties: { total: '12 EUR', items: 2 }, messageId: 'm1' });
  expect(told?.event?.properties).toEqual({ items: 2 });
  await happen('a', { properties: { total: '12 EUR', items: 2 }, messageId: 'm1' });
  expect(await propertiesOf(1)).toEqual([{ items: 2 }]);
  expect(await misfits()).toEqual([{ scope: 'order', name: 'total', count: 1 }]);
  await declare('total', { type: 'text' }, 'order');
  expect(await takeIn('total', 'order')).toMatchObject({ taken: 1, outdated: 0, unfit: 0 });
  expect(await propertiesOf(1)).toEqual([{ items: 2, total: '12 EUR' }]);
  expect(await misfits()).toEqual([]);
});

test('misfits are taken in oldest first, where no newer value has come, and stand in the history when they came', async () => {
  await declare('tenure', { type: 'number' });
  await bring('a', { tenure: 1 });
  await bring('a', { tenure: 'x' }, now + day);
  await bring('a', { tenure: 'y' }, now + 2 * day);
  await bring('b', { tenure: 'old' }, now + day);
  await bring('b', { tenure: 8 }, now + 3 * day);
  expect(await takeIn('tenure')).toMatchObject({ taken: 0, outdated: 0, unfit: 3 });
  await declare('tenure', { type: 'any' });
  expect(await takeIn('tenure')).toMatchObject({ taken: 2, outdated: 1, unfit: 0 });
  expect([await traitsOf(1), await traitsOf(2)]).toEqual([{ tenure: 'y' }, { tenure: 8 }]);
  const history = await db.read((tx) =>
    tx.all('SELECT customer, at, before, after FROM trait_change WHERE customer = 1 ORDER BY at, seq'),
  );
  expect(history).toEqual([
    { customer: 1, at: now + day, before: '{"tenure":1}', after: '{"tenure":"x"}' },
    { customer: 1, at: now + 2 * day, before: '{"tenure":"x"}', after: '{"tenure":"y"}' },
  ]);
  expect(await misfits()).toEqual([{ scope: '', name: 'tenure', count: 1 }]);
  expect(await write((tx) => discardMisfits(tx, { scope: '', name: 'tenure' }))).toBe(1);
  expect(await misfits()).toEqual([]);
});

test('a closed schema keeps aside what it does not have: traits, properties and whole events, which come in when it is opened', async () => {
  await bring('a', { plan: 'x' });
  await happen('a', { properties: { total: 1 } });
  await close();
  await bring('a', { plan: 'y', surprise: 1 }, now + 1);
  const [told] = await happen(
    'a',
    { type: 'surprise', category: 'service', properties: { p: 1 }, messageId: 'm' },
    now + 2,
  );
  await happen('a', { type: 'surprise', category: 'service', properties: { p: 1 }, messageId: 'm' }, now + 2);
  await happen('a', { properties: { total: 2, odd: true } }, now + 3);
  expect(told).toMatchObject({ customer: 1, isNew: false });
  expect(await traitsOf(1)).toEqual({ plan: 'y' });
  expect(await propertiesOf(1)).toEqual([{ total: 1 }, { total: 2 }]);
  expect(await misfits()).toEqual([
    { scope: '', name: 'surprise', count: 1 },
    { scope: 'order', name: 'odd', count: 1 },
    { scope: 'surprise', name: '', count: 1 },
  ]);
  expect((await show()).events.map(({ type, misfits: aside }) => [type, aside])).toEqual([
    ['order', 0],
    ['surprise', 1],
  ]);
  expect(await takeIn('surprise')).toMatchObject({ unfit: 1 });
  await close(false);
  for (const [scope, name] of [
    ['', 'surprise'],
    ['order', 'odd'],
    ['surprise', ''],
  ] as const)
    expect(await takeIn(name, scope)).toMatchObject({ taken: 1 });
  expect(await traitsOf(1)).toEqual({ plan: 'y', surprise: 1 });
  expect(await propertiesOf(1)).toEqual([{ total: 1 }, { p: 1 }, { total: 2, odd: true }]);
});

test('what is taken back is inferred again from all that came, and what is inferred alone is forgotten', async () => {
  await bring('a', { code: 5 });
  await declare('code', { type: 'text', label: 'Code', pii: true, category: 'analysis' });
  expect(await trait('code')).toMatchObject({
    type: 'text',
    declared: true,
    label: 'Code',
    pii: true,
    category: 'analysis',
  });
  expect(await declare('code', { label: 'Code' })).toBe(false);
  const take = () => write((tx) => undeclareAttribute(tx, { scope: '', name: 'code' }, { actor: 'ada', now }));
  expect(await take()).toBe(true);
  expect(await trait('code')).toMatchObject({ type: 'number', declared: false, label: null, pii: false });
  expect([await take(), await take()]).toEqual([true, false]);
  const audit = await db.read((tx) =>
    tx.all<{ actor: string; action: string }>("SELECT actor, action FROM loop_audit WHERE loop = '' ORDER BY seq"),
  );
  expect(audit.map(({ action }) => action)).toEqual(['schema.declare', 'schema.undeclare', 'schema.forget']);
});

test('an event type that is declared gives its events their category, and goes with its properties when forgotten', async () => {
  const say = () =>
    write((tx) =>
      declareEvent(tx, { type: 'order', declaration: { category: 'payment', label: 'Order' } }, { actor: 'ada', now }),
    );
  await say();
  await happen('a', { properties: { total: 1 } });
  const rows = await db.read((tx) => tx.all('SELECT category FROM event'));
  expect(rows).toEqual([{ category: 'payment' }]);
  const take = () => write((tx) => undeclareEvent(tx, 'order', { actor: 'ada', now }));
  expect([await take(), await take(), await take()]).toEqual([true, true, false]);
});

test('names as no trait should have are traits like any other, and a flood of names fills neither schema nor memory', async () => {
  const odd = JSON.parse(
    '{"__proto__": 1, "constructor": "x", "a\'; DROP TABLE customer; --": 2, "": 3, "nul\\u0000": 4, "👩‍🚀": 5}',
  );
  await bring('a', odd);
  const before = await revision();
  await bring('b', odd);
  expect(await revision()).toEqual(before);
  expect((await show()).traits.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['', '__proto__', 'constructor', '👩‍🚀']),
  );
  await declare('__proto__', { type: 'text' });
  await declare('', { type: 'text' });
  expect((await bring('c', odd)).misfits).toEqual(JSON.parse('{"__proto__":1,"":1}'));
  await bring('d', Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`id_${i}`, i])));
  const stored = await db.read((tx) => tx.first<{ count: number }>('SELECT count(*) AS count FROM attribute'));
  expect(stored?.count).toBe(2_000);
  expect(Object.keys(await traitsOf(4))).toHaveLength(3_000);
});

test('a declaration that cannot be is refused with what was expected', async () => {
  await expect(declare('nul\0', { type: 'text' })).rejects.toThrow(SchemaError);
  await expect(declare('tags', { type: 'list', indexed: true })).rejects.toThrow(
    'expected one that is declared as text',
  );
  await expect(declare("it's", { type: 'text', indexed: true })).rejects.toThrow('without quotes');
  await expect(declare('total', { type: 'number', indexed: true }, 'order')).rejects.toThrow('traits alone');
});

test('misfits of a customer who was merged are taken in by the one who is left', async () => {
  await declare('tenure', { type: 'number' });
  await bring('a', { plan: 'x' });
  await bring('b', { tenure: 'x' });
  await write((tx) => tx.run('UPDATE customer SET merged_into = 1 WHERE id = 2'));
  await declare('tenure', { type: null });
  expect(await takeIn('tenure')).toMatchObject({ taken: 1 });
  expect(await traitsOf(1)).toEqual({ plan: 'x', tenure: 'x' });
  expect((await property('order', 'total'))?.type).toBeUndefined();
});

test('what is declared is a file, which declares the same elsewhere and says what it changes', async () => {
  await bring('a', { code: 5, plan: 'x' });
  const file = parseSchemaFile({
    format: 'osicam/schema@1',
    closed: true,
    traits: { code: { type: 'number', label: 'Code' }, email: { type: 'text', pii: true } },
    events: { order: { category: 'order', properties: { total: { type: 'number' } } } },
  });
  const apply = (given: typeof file, prune = false) =>
    write((tx) => applySchemaFile(tx, given, { prune, actor: 'ada', now }));
  const changes = await apply(file);
  expect(changes.map(({ place }) => place)).toEqual([
    'event order',
    'event order, property total',
    'the schema',
    'trait code',
    'trait email',
  ]);
  expect(await apply(file)).toEqual([]);
  const stored = await db.read(readSchemaFile);
  expect(stored).toMatchObject({
    closed: true,
    traits: { code: { type: 'number', label: 'Code', category: 'basic' } },
  });
  expect(stored.traits).not.toHaveProperty('plan');
  expect(await apply(stored)).toEqual([]);
  const { email: _, ...traits } = stored.traits;
  expect(await apply({ ...stored, closed: false, traits, events: {} }, true)).toMatchObject([
    { place: 'event order', after: null },
    { place: 'event order, property total', after: null },
    { place: 'the schema', before: { closed: true }, after: { closed: false } },
    { place: 'trait email', after: null },
  ]);
  expect(() => parseSchemaFile({ format: 'osicam/schema@1', traits: { a: { type: 'numeric' } } })).toThrow(
    'traits.a.type',
  );
});
