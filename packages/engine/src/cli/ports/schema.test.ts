import { afterEach, beforeEach, expect, test } from 'vitest';
import { importRecords, recordEvents } from '../../customers/index.ts';
import type { JsonObject } from '../../plugin/json.ts';
import { browserOf, testPorts } from '../../server/test-ports.ts';
import type { Database } from '../../store/index.ts';
import { openTestDatabase } from '../../store/test-database.ts';
import { readFields } from './fields.ts';
import { createSchemaPort, schemaWriter } from './schema.ts';

let db: Database;
let changed = 0;
let call: ReturnType<typeof browserOf>;
const now = Date.parse('2026-03-01T12:00:00.000Z');

beforeEach(async () => {
  db = await openTestDatabase();
  changed = 0;
  const writer = schemaWriter(
    db,
    () => now,
    () => changed++,
  );
  call = browserOf({ ...testPorts().ports, schema: createSchemaPort((work) => db.read(work), writer) });
});
afterEach(() => db.close());

const bring = (...people: JsonObject[]) =>
  db.write((tx) =>
    importRecords(
      tx,
      people.map(({ key, ...traits }) => ({ identities: [{ kind: 'key', value: String(key) }], traits })),
      { now, source: 'import/a.csv' },
    ),
  );

test('a trait is declared, indexed, shown with what does not fit, and its misfits are taken in once it is declared anew', async () => {
  await bring({ key: 'a', tenure: 3, email: 'a@example.com' }, { key: 'b', tenure: 4 });
  expect(
    (await call('PUT', '/api/schema/traits/tenure', { type: 'number', label: 'Months', indexed: true })).status,
  ).toBe(204);
  await bring({ key: 'a', tenure: 'four' }, { key: 'b', tenure: 'five' });
  const schema = (await (await call('GET', '/api/schema')).json()) as { traits: JsonObject[] };
  expect(schema).toMatchObject({ closed: false, sampled: { customers: 2 } });
  expect(schema.traits.map(({ name }) => name)).toEqual(['email', 'tenure']);
  expect(schema.traits[1]).toMatchObject({
    type: 'number',
    declared: true,
    label: 'Months',
    category: 'order',
    indexed: true,
    share: 1,
    kinds: { number: 2 },
    misfits: 2,
    seenAt: '2026-03-01T12:00:00.000Z',
  });
  expect(await (await call('GET', '/api/schema/misfits?limit=1')).json()).toEqual([
    {
      event: '',
      name: 'tenure',
      count: 2,
      samples: [{ customer: 2, at: '2026-03-01T12:00:00.000Z', value: 'five', source: 'import/a.csv', hidden: false }],
    },
  ]);
  const take = async () => (await call('POST', '/api/schema/misfits/take-in', { name: 'tenure' })).json();
  expect(await take()).toEqual({ taken: 0, outdated: 0, unfit: 2 });
  expect((await call('PUT', '/api/schema/traits/tenure', { type: 'any' })).status).toBe(204);
  expect(await take()).toEqual({ taken: 2, outdated: 0, unfit: 0 });
  expect(changed).toBe(2);
  expect(await (await call('GET', '/api/schema/misfits')).json()).toEqual([]);
  expect(await (await call('GET', '/api/schema/audit')).json()).toMatchObject([
    { action: 'schema.take-in', actor: 'ada@example.com', detail: { name: 'tenure', taken: 2 } },
    { action: 'schema.declare', detail: { trait: 'tenure', before: { type: 'number' }, after: { type: 'any' } } },
    { action: 'schema.take-in', detail: { unfit: 2 } },
    { action: 'schema.declare', detail: { before: { type: null }, after: { type: 'number', indexed: true } } },
  ]);
  // The index goes with what was said.
  expect((await call('DELETE', '/api/schema/traits/tenure')).status).toBe(204);
  const [{ count } = { count: -1 }] = await db.read((tx) =>
    tx.all<{ count: number }>(
      tx.dialect.name === 'sqlite'
        ? "SELECT count(*) AS count FROM sqlite_master WHERE name GLOB 'customer_trait_*'"
        : "SELECT count(*) AS count FROM pg_class WHERE starts_with(relname, 'customer_trait_') AND relnamespace = to_regnamespace(current_schema())",
    ),
  );
  expect(Number(count)).toBe(0);
});

test('event types and their properties are declared under any name, misfits are discarded, and what is not there is told', async () => {
  const place = `/api/schema/events/${encodeURIComponent('Bestellung / Café')}`;
  expect((await call('PUT', place, { category: 'order', label: 'Bestellung' })).status).toBe(204);
  expect((await call('PUT', `${place}/properties/${encodeURIComponent('a.b/c')}`, { type: 'number' })).status).toBe(
    204,
  );
  await db.write((tx) =>
    recordEvents(
      tx,
      [
        {
          identities: [{ kind: 'key', value: 'a' }],
          event: { type: 'Bestellung / Café', category: 'contact', time: now, properties: { 'a.b/c': 'viel' } },
        },
      ],
      { now },
    ),
  );
  expect(await (await call('GET', '/api/schema')).json()).toMatchObject({
    events: [
      { type: 'Bestellung / Café', label: 'Bestellung', declared: true, properties: [{ name: 'a.b/c', misfits: 1 }] },
    ],
  });
  const field = { event: 'Bestellung / Café', name: 'a.b/c' };
  expect(await (await call('POST', '/api/schema/misfits/discard', field)).json()).toEqual({ discarded: 1 });
  expect(await (await call('POST', '/api/schema/misfits/discard', field)).json()).toEqual({ discarded: 0 });
  expect((await call('DELETE', '/api/schema/traits/nobody')).status).toBe(404);
  expect((await call('PUT', '/api/schema/traits/tags', { type: 'list', indexed: true })).status).toBe(422);
  expect((await call('PUT', '/api/schema/traits/tags', { type: 'numeric' })).status).toBe(400);
  expect(await (await call('PUT', '/api/schema', { closed: true })).json()).toMatchObject({ closed: true });
});

test('rules are offered what the schema says: labels, categories, kinds, and values of what is not personal', async () => {
  await bring({ key: 'a', plan: 'One year', email: 'a@example.com', since: '2024-01-01', tags: ['x'], months: 3 });
  await call('PUT', '/api/schema/traits/plan', { type: 'text', label: 'Plan' });
  const fields = await db.read(readFields);
  expect(fields.traits).toEqual([
    { name: 'email', type: 'string', category: 'basic', pii: true },
    { name: 'months', type: 'number', category: 'basic', pii: false, values: ['3'] },
    { name: 'plan', type: 'string', label: 'Plan', category: 'order', pii: false, values: ['One year'] },
    { name: 'since', type: 'instant', category: 'basic', pii: false },
    { name: 'tags', type: 'mixed', category: 'basic', pii: false },
  ]);
});
