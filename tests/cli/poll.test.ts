import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folder, root, write } from './osicam.ts';
import { serving } from './serving.ts';

/** A loop that reads a table, and one that orders enter. */
const reads = {
  format: 'osicam/loop@1',
  id: 'shop',
  name: 'Shop',
  nodes: [
    {
      id: 'table',
      type: 'collect/table',
      position: { x: 0, y: 0 },
      data: {
        settings: {
          connection: 'shop',
          table: 'orders',
          cursor: 'id',
          key: 'customer',
          every: 'PT1S',
          columns: { id: 'ignore', at: 'ignore' },
          events: [{ type: 'order', time: 'at', properties: { id: 'id' } }],
        },
      },
    },
    { id: 'out', type: 'flow/end', position: { x: 280, y: 0 }, data: { settings: {} } },
  ],
  edges: [{ id: 'a', source: 'table', sourceHandle: 'entered', target: 'out' }],
};
const thanks = {
  format: 'osicam/loop@1',
  id: 'thanks',
  name: 'Thanks',
  nodes: [
    { id: 'order', type: 'collect/event', position: { x: 0, y: 0 }, data: { settings: { event: 'order' } } },
    { id: 'out', type: 'flow/end', position: { x: 280, y: 0 }, data: { settings: {} } },
  ],
  edges: [{ id: 'a', source: 'order', sourceHandle: 'entered', target: 'out' }],
};

test('a loop reads a table on and on: what lay there is history, what comes later happens, and each row comes once', async () => {
  const directory = folder();
  const shop = new DatabaseSync(join(directory, 'shop.sqlite'));
  shop.exec('CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT, at TEXT)');
  shop.exec("INSERT INTO orders VALUES (1, 'a', '2020-01-01'), (2, 'b', '2020-01-02')");
  const config = write(directory, 'osicam.config.json', {
    plugins: [join(root, 'packages/plugins/src/index.ts')],
    connections: { shop: { env: 'SHOP_DATABASE' } },
  });
  const { database, asRole, address } = await serving({
    env: { OSICAM_CONFIG: config, SHOP_DATABASE: `sqlite:${join(directory, 'shop.sqlite')}` },
  });
  const token = await asRole('operator');
  const call = async (method: string, path: string, body: unknown) => {
    const response = await fetch(`${address}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  };
  for (const loop of [thanks, reads]) {
    await call('POST', '/api/loops', { id: loop.id, name: loop.name, document: loop });
    await call('POST', `/api/loops/${loop.id}/publish`, { revision: 1 });
  }
  const base = new DatabaseSync(database, { readOnly: true });
  const known = () => ({
    orders: base.prepare("SELECT count(*) AS n FROM event WHERE type = 'order'").get()?.n,
    thanked: base
      .prepare(
        `SELECT identity.value FROM enrollment JOIN loop_version ON loop_version.id = enrollment.version
         JOIN identity ON identity.customer = enrollment.customer WHERE loop = 'thanks' ORDER BY 1`,
      )
      .all()
      .map(({ value }) => value),
  });
  await expect.poll(known, { timeout: 15_000 }).toEqual({ orders: 2, thanked: [] });
  await expect
    .poll(() => base.prepare('SELECT done FROM source_cursor').all(), { timeout: 15_000 })
    .toEqual([{ done: 1 }]);
  shop.exec("INSERT INTO orders VALUES (3, 'b', '2026-01-03'), (4, 'c', '2026-01-03')");
  await expect.poll(known, { timeout: 15_000 }).toEqual({ orders: 4, thanked: ['b', 'c'] });
  base.close();
  shop.close();
});
