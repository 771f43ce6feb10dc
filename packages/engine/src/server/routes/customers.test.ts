import { expect, test } from 'vitest';
import { importRecords, showCustomer } from '../../customers/index.ts';
import { openSqlite } from '../../store/sqlite.ts';
import type { ServerPorts } from '../ports.ts';
import { browserOf, noon, testPorts } from '../test-ports.ts';

test('a customer of the real store is shown whole, in ISO instants; one that is not there, or no number, is told', async () => {
  const db = await openSqlite('sqlite::memory:');
  await db.write((tx) =>
    importRecords(
      tx,
      [
        {
          identities: [{ kind: 'email', value: 'ada@example.com' }],
          traits: { tenure: 3 },
          events: [{ type: 'Order Completed', category: 'order', time: noon, properties: { total: 5 } }],
          consents: [{ channel: 'email', purpose: 'offers', granted: true, source: 'form' }],
        },
      ],
      { now: noon, source: 'test' },
    ),
  );
  const { ports } = testPorts();
  const show = (id: number) => db.read((tx) => showCustomer(tx, id));
  const call = browserOf({ ...ports, customers: { ...ports.customers, show } });
  const at = '2026-03-01T12:00:00.000Z';
  expect(await (await call('GET', '/api/customers/1')).json()).toMatchObject({
    id: 1,
    createdAt: at,
    traits: { tenure: 3 },
    identities: [{ kind: 'email', value: 'ada@example.com' }],
    consents: [{ channel: 'email', granted: true, at }],
    events: {
      order: { total: 1, latest: [{ type: 'Order Completed', time: at, properties: { total: 5 } }] },
      basic: { total: 0, latest: [] },
    },
    enrollments: [],
  });
  expect((await call('GET', '/api/customers/8')).status).toBe(404);
  expect((await call('GET', '/api/customers/8;drop')).status).toBe(400);
  await db.close();
});

test('a search is trimmed and bounded before it reaches the store', async () => {
  const { ports } = testPorts();
  const queries: object[] = [];
  const customers: ServerPorts['customers'] = {
    ...ports.customers,
    search: async (query) => {
      queries.push(query);
      return { customers: [], next: null, total: 0 };
    },
  };
  const call = browserOf({ ...ports, customers });
  await call('GET', '/api/customers?search=%20ada%20&limit=20');
  await call('GET', '/api/customers?search=%20');
  expect(queries).toEqual([
    { search: 'ada', limit: 20, blind: false },
    { search: undefined, limit: 50, blind: false },
  ]);
  expect((await call('GET', '/api/customers?limit=100000')).status).toBe(400);
  expect((await call('GET', '/api/messages?status=lost')).status).toBe(400);
});
