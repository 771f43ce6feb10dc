import { Analytics } from '@segment/analytics-node';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { folder, osicam, osicamJson, write } from '../cli/osicam.ts';
import { serving } from '../cli/serving.ts';
import type { PostgresServer } from '../lib/postgres-server.ts';
import { startPostgres } from '../lib/postgres-server.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
}, 60_000);
afterAll(() => server.remove());

const people = 1_000;
const address = (i: number) => `Person.${i}@Example.com`;

/** The shop's own database: an order of 10.00 and more for every second person, as a shop would have kept it. */
async function makeShop(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`CREATE TABLE orders (
    id bigint PRIMARY KEY, buyer text NOT NULL, total numeric(10, 2) NOT NULL, placed timestamptz NOT NULL)`);
  await client.query(
    `INSERT INTO orders SELECT n, 'person.' || 2 * n || '@example.com', 10 + n % 7,
       timestamptz '2026-03-01' + n * interval '1 minute' FROM generate_series(1, $1::int) n`,
    [people / 2],
  );
  await client.end();
}

const rows = (mapping: object) => JSON.stringify(mapping);

test('a tracking client, a file and a table of another database feed one base, and what they tell of one person is one customer', async () => {
  await server.createDatabase('base');
  await server.createDatabase('shop');
  await makeShop(server.url('shop'));
  const directory = folder();
  const base = server.url('base');
  const served = await serving({ env: { OSICAM_DATABASE_URL: base } });
  const token = await osicam(['token', 'create', '--name', 'feeder', '--role', 'admin', '--db', base]);
  const ask = async (path: string, init: { method?: string; body?: string } = {}) => {
    const response = await fetch(served.address + path, {
      ...init,
      headers: { authorization: `Bearer ${token.stdout.trim()}`, 'content-type': 'application/json' },
    });
    expect(response.ok, `${path} answered ${response.status}`).toBe(true);
    return (await response.json()) as Record<string, unknown>;
  };

  // The website, by Segment's own client.
  const { key } = await ask('/api/write-keys', { method: 'POST', body: JSON.stringify({ name: 'Website' }) });
  const analytics = new Analytics({ writeKey: String(key), host: served.address, flushAt: 50 });
  for (let i = 1; i <= 300; i++) {
    analytics.identify({ userId: `u${i}`, traits: { email: address(i), plan: i % 3 === 0 ? 'plus' : 'basic' } });
    analytics.track({ userId: `u${i}`, event: 'Product Viewed', properties: { product: `p${i % 9}` } });
  }
  await analytics.closeAndFlush();

  // The register of members, as a file.
  const members = [
    'member,email,city',
    ...Array.from({ length: people }, (_, i) => `M${i + 1},${address(i + 1)},Bonn`),
  ];
  const asMembers = write(
    directory,
    'members.json',
    rows({ columns: { member: { identity: 'member' }, email: { identity: 'email' } } }),
  );
  const imported = [
    'import',
    write(directory, 'members.csv', `${members.join('\n')}\n`),
    '--map',
    asMembers,
    '--db',
    base,
  ];

  // The shop's orders, from its table.
  const asOrders = write(
    directory,
    'orders.json',
    rows({
      columns: {
        id: { trait: false },
        total: { trait: false },
        placed: { trait: false },
        buyer: { identity: 'email', trait: false },
      },
      events: [
        {
          type: 'order',
          time: 'placed',
          properties: { total: { column: 'total', type: 'money', currency: 'EUR' } },
          messageId: 'id',
        },
      ],
    }),
  );
  const pulled = [
    'import',
    '--from',
    server.url('shop'),
    '--table',
    'orders',
    '--cursor',
    'id',
    '--map',
    asOrders,
    '--db',
    base,
  ];

  for (const command of [imported, pulled]) expect(await osicamJson(command)).toMatchObject({ rejected: 0 });
  // A second time changes nothing.
  for (const command of [imported, pulled]) expect(await osicamJson(command)).toMatchObject({ created: 0, updated: 0 });

  const whole = (combinator: 'and', ...rules: object[]) => write(directory, 'rule.json', rows({ combinator, rules }));
  const count = async (...rules: object[]) =>
    (await osicamJson<{ count: number }>(['segment', 'count', whole('and', ...rules), '--db', base])).count;
  await expect.poll(() => count({ field: 'plan', operator: 'notNull' }), { timeout: 30_000 }).toBe(300);
  expect(await count({ field: 'city', operator: '=', value: 'Bonn' })).toBe(people);
  // Viewed something, is a member, and has ordered for 15.00 or more: known of by three sources.
  expect(
    await count(
      { field: 'Product Viewed', operator: '=', match: { mode: 'some' } },
      { field: 'city', operator: '=', value: 'Bonn' },
      { field: 'order', operator: '>=', value: 1_500, measure: { function: 'sum', property: 'total' } },
    ),
  ).toBe(Array.from({ length: 150 }, (_, n) => 10 + ((n + 1) % 7)).filter((total) => total >= 15).length);

  const shown = await osicamJson<Record<string, unknown>>(['person', 'show', `email:${address(6)}`, '--db', base]);
  const said = JSON.stringify(shown);
  for (const told of ['"plan":"plus"', '"city":"Bonn"', 'Product Viewed', '"total":1300', '"u6"', '"M6"'])
    expect(said).toContain(told);
}, 120_000);
