import { join } from 'node:path';
import { Analytics } from '@segment/analytics-node';
import { expect, test } from 'vitest';
import { openSqliteReader } from '../../packages/engine/src/store/index.ts';
import { folder } from '../cli/osicam.ts';
import type { Served } from '../cli/serving.ts';
import { serving } from '../cli/serving.ts';

async function writeKey({ address }: Served, token: string): Promise<string> {
  const made = await fetch(`${address}/api/write-keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'shop' }),
  });
  return ((await made.json()) as { key: string }).key;
}

async function rows(data: string, sql: string): Promise<object[]> {
  const reader = await openSqliteReader(`sqlite:${join(data, 'osicam.sqlite')}`);
  try {
    return await reader.read((tx) => tx.all(sql));
  } finally {
    await reader.close();
  }
}

async function until(done: () => Promise<boolean>): Promise<void> {
  while (!(await done())) await new Promise((resolve) => setTimeout(resolve, 50));
}

const worked = (data: string) => until(async () => (await rows(data, 'SELECT id FROM intake')).length === 0);

test("what Segment's own client was told is taken outlives a server that is killed at that moment", {
  timeout: 90_000,
}, async () => {
  const data = join(folder(), 'data');
  const server = await serving({ data });
  const key = await writeKey(server, await server.asRole('admin'));
  const analytics = new Analytics({ writeKey: key, host: server.address, flushAt: 50, maxRetries: 0 });
  const failed: unknown[] = [];
  analytics.on('error', (error) => failed.push(error));
  for (let i = 0; i < 300; i++) {
    analytics.identify({ userId: `u${i % 30}`, traits: { turn: Math.floor(i / 30) } });
    analytics.track({ userId: `u${i % 30}`, event: 'Order Completed', properties: { total: i } });
  }
  await analytics.closeAndFlush();
  server.child.kill('SIGKILL');
  expect(failed).toEqual([]);

  await server.ended;
  await serving({ data });
  await worked(data);
  expect(await rows(data, 'SELECT count(*) AS events, count(DISTINCT customer) AS customers FROM event')).toEqual([
    { events: 300, customers: 30 },
  ]);
  // The client sends several batches at once, so that any of them may have come last.
  expect(await rows(data, 'SELECT count(*) AS n FROM customer WHERE json(traits) LIKE \'{"turn":_}\'')).toEqual([
    { n: 30 },
  ]);
  expect(await rows(data, 'SELECT * FROM intake_aside')).toEqual([]);
});

test('a call that was set aside is shown to administrators, retried and discarded', { timeout: 60_000 }, async () => {
  const data = join(folder(), 'data');
  const server = await serving({ data });
  const token = await server.asRole('admin');
  const key = await writeKey(server, token);
  const ask = async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${server.address}/api/intake${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return (await answer.json()) as { id: number }[];
  };
  const answer = await fetch(`${server.address}/v1/batch`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain' },
    body: JSON.stringify({ writeKey: key, batch: [{ type: 'dance' }, { type: 'track', userId: 'u1', event: 'A' }] }),
  });
  expect(await answer.json()).toMatchObject({ success: true, rejected: [{ path: 'batch[0]' }] });
  await worked(data);
  const shown = await ask('GET', '/aside');
  expect(shown).toMatchObject([
    { kind: 'batch', body: '{"batch":[{"type":"dance"}]}', error: expect.stringMatching(/"dance"/) },
  ]);
  expect(await ask('GET', '')).toMatchObject({ waiting: 0, oldest: null, aside: 1 });

  // Nothing has changed: it comes back.
  expect(await ask('POST', '/retry', {})).toEqual({ calls: 1 });
  await worked(data);
  const [again] = await ask('GET', '/aside');
  expect(await ask('POST', '/discard', { ids: [again?.id] })).toEqual({ calls: 1 });
  expect(await ask('GET', '/aside')).toEqual([]);
  server.env.OSICAM_TOKEN = '';
  const viewer = await server.asRole('viewer');
  const refused = await fetch(`${server.address}/api/intake/aside`, { headers: { authorization: `Bearer ${viewer}` } });
  expect(refused.status).toBe(403);
});
