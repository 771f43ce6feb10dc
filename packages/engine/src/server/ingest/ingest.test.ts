import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { createApp } from '../create-app.ts';
import { asBrowser, noon, testPorts } from '../test-ports.ts';

async function started() {
  const { ports, ingested } = testPorts();
  const app = createApp(ports);
  const created = await asBrowser(app)('POST', '/api/write-keys', { name: 'Website' });
  const { key } = (await created.json()) as { key: string };
  const send = (call: string, body: unknown, headers: Record<string, string> = {}) =>
    app.request(`/v1/${call}`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${key}:`)}`, 'content-type': 'application/json', ...headers },
      body: body instanceof Uint8Array ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body),
    });
  return { app, ports, ingested, send, key };
}

test('a write key is shown once and kept as a digest', async () => {
  const { app, ports, key } = await started();
  expect(key).toMatch(/^osk_[\w-]{32}$/);
  const listed = await (await asBrowser(app)('GET', '/api/write-keys')).text();
  expect(JSON.parse(listed)).toEqual([{ name: 'Website', createdAt: '2026-03-01T12:00:00.000Z' }]);
  expect(JSON.stringify(await ports.writeKeys.list())).not.toContain(key);
});

test('a key that was never given out, and one in another scheme, are refused', async () => {
  const { send, key, ingested } = await started();
  const call = { userId: 'u1', event: 'A' };
  for (const authorization of [`Basic ${btoa('osk_other:')}`, `Basic ${btoa(':')}`, `Bearer ${key}`, 'Basic', ''])
    expect([authorization, (await send('track', call, { authorization })).status]).toEqual([authorization, 401]);
  expect(ingested).toEqual([]);
});

test('a track call becomes an event of its customer', async () => {
  const { send, ingested } = await started();
  const response = await send('track', {
    messageId: 'm1',
    userId: 42,
    anonymousId: 'anon',
    event: 'Order Completed',
    properties: { total: 9.5 },
    context: { traits: { email: ' Ada@Example.com ' } },
    timestamp: '2026-03-01T10:00:00+01:00',
  });
  expect([response.status, await response.json()]).toEqual([200, { success: true }]);
  const time = Date.parse('2026-03-01T09:00:00Z');
  expect(ingested).toEqual([
    {
      messageId: 'm1',
      time,
      identities: [
        { kind: 'userId', value: '42' },
        { kind: 'anonymousId', value: 'anon' },
        { kind: 'email', value: 'ada@example.com' },
      ],
      traits: { email: ' Ada@Example.com ' },
      events: [{ type: 'Order Completed', category: 'order', time, properties: { total: 9.5 }, messageId: 'm1' }],
    },
  ]);
});

test('identify brings traits, alias joins two ids, group, page and screen are events', async () => {
  const { send, ingested } = await started();
  await send('identify', { userId: 'u1', traits: { plan: 'gold', phone: '+49 30 1' } });
  await send('alias', { userId: 'u1', previousId: 'anon' });
  await send('group', { userId: 'u1', groupId: 'acme', traits: { size: 9 } });
  await send('page', { anonymousId: 'anon', name: 'Home', properties: { url: '/' } });
  await send('screen', { anonymousId: 'anon', name: 'Start' });
  expect(ingested.map(({ identities }) => identities.map(({ kind, value }) => `${kind} ${value}`))).toEqual([
    ['userId u1', 'phone +49 30 1'],
    ['userId u1'],
    ['userId u1'],
    ['anonymousId anon'],
    ['anonymousId anon'],
  ]);
  expect(ingested[1]?.sameAs).toEqual([
    { kind: 'anonymousId', value: 'anon' },
    { kind: 'userId', value: 'anon' },
  ]);
  expect(ingested[0]?.traits).toEqual({ plan: 'gold', phone: '+49 30 1' });
  expect(
    ingested.map(({ events }) => events?.map(({ type, category, properties }) => [type, category, properties])),
  ).toEqual([
    undefined,
    undefined,
    [['group', 'contact', { size: 9, groupId: 'acme' }]],
    [['page', 'contact', { url: '/', name: 'Home' }]],
    [['screen', 'contact', { name: 'Start' }]],
  ]);
});

test('an event that names one of the six categories is believed, else the engine says', async () => {
  const { send, ingested } = await started();
  const batch = [
    { event: 'Call', properties: { category: 'service' } },
    { event: 'Order Made', properties: { category: 'Shoes' } },
    { event: 'Anything' },
  ].map((call) => ({ type: 'track', userId: 'u1', ...call }));
  await send('batch', { batch });
  expect(ingested.map(({ events }) => events?.[0]?.category)).toEqual(['service', 'order', 'contact']);
});

test("a client's wrong clock is corrected by when it sent, and nothing happens in the future", async () => {
  const { send, ingested } = await started();
  const at = { userId: 'u1', event: 'A', timestamp: '2031-01-01T00:00:00Z' };
  await send('track', { ...at, sentAt: '2031-01-01T00:00:05Z' });
  await send('track', at);
  await send('batch', { batch: [{ type: 'track', ...at }], sentAt: '2031-01-01T00:01:00Z' });
  await send('track', { userId: 'u1', event: 'A' });
  expect(ingested.map(({ time }) => noon - time)).toEqual([5000, 0, 60_000, 0]);
});

test('a call without a messageId is the same call when it is sent again', async () => {
  const { send, ingested } = await started();
  const call = { userId: 'u1', event: 'A', timestamp: '2026-03-01T09:00:00Z' };
  await send('track', { ...call, sentAt: '2026-03-01T09:00:01Z' });
  await send('track', { ...call, sentAt: '2026-03-01T09:00:09Z' });
  await send('track', { ...call, event: 'B' });
  const ids = ingested.map(({ messageId }) => messageId);
  expect(ids[0]).toBe(ids[1]);
  expect(ids[2]).not.toBe(ids[0]);
});

test('a number that has lost its last digits names nobody, for two customers would become one', async () => {
  const { send, ingested } = await started();
  const refused = await send('track', new TextEncoder().encode('{"userId":12345678901234567890,"event":"A"}'));
  expect(refused.status).toBe(400);
  expect(await refused.text()).toMatch(/userId: .*write one of more than fifteen digits as a text/);
  expect((await send('track', { userId: '12345678901234567890', event: 'A' })).status).toBe(200);
  expect((await send('track', { userId: 123456789012345, event: 'A' })).status).toBe(200);
  expect(ingested.map(({ identities }) => identities[0]?.value)).toEqual(['12345678901234567890', '123456789012345']);
});

test('one bad call in a batch is named, and nothing of the batch is stored', async () => {
  const { send, ingested } = await started();
  const good = { type: 'track', userId: 'u1', event: 'A' };
  const nobody = await send('batch', { batch: [good, { type: 'track', event: 'A' }, { type: 'alias', userId: 'u1' }] });
  expect(nobody.status).toBe(400);
  expect(await nobody.json()).toMatchObject({ error: { problems: [{ path: 'batch[1]' }, { path: 'batch[2]' }] } });
  expect((await send('batch', { batch: [good, { type: 'dance', userId: 'u1' }] })).status).toBe(400);
  expect((await send('batch', { batch: [] })).status).toBe(400);
  expect((await send('track', { userId: 'u1' })).status).toBe(400);
  expect((await send('track', [])).status).toBe(400);
  expect(ingested).toEqual([]);
});

test('limits hold: 32 KB a call, 500 KB and 2,500 calls a batch, opened or packed', async () => {
  const { send, ingested } = await started();
  const call = (size: number) => ({ type: 'track', userId: 'u1', event: 'A', properties: { text: 'x'.repeat(size) } });
  expect((await send('track', call(33_000))).status).toBe(413);
  expect((await send('batch', { batch: [call(10), call(33_000)] })).status).toBe(413);
  expect((await send('batch', { batch: Array.from({ length: 30 }, () => call(20_000)) })).status).toBe(413);
  expect((await send('batch', { batch: Array.from({ length: 2501 }, () => call(0)) })).status).toBe(400);
  const packed = gzipSync(JSON.stringify({ batch: Array.from({ length: 30 }, () => call(20_000)) }));
  expect(packed.length).toBeLessThan(5000);
  expect((await send('batch', new Uint8Array(packed), { 'content-encoding': 'gzip' })).status).toBe(413);
  expect(ingested).toEqual([]);
  expect((await send('batch', { batch: Array.from({ length: 2500 }, () => call(0)) })).status).toBe(200);
  expect(ingested).toHaveLength(2500);
});

test('a packed batch is opened, an unknown packing and broken JSON are refused', async () => {
  const { send, ingested } = await started();
  const body = new Uint8Array(gzipSync(JSON.stringify({ batch: [{ type: 'track', userId: 'u1', event: 'A' }] })));
  expect((await send('batch', body, { 'content-encoding': 'gzip' })).status).toBe(200);
  expect((await send('batch', body, { 'content-encoding': 'br' })).status).toBe(415);
  expect((await send('batch', new TextEncoder().encode('{'), { 'content-encoding': 'gzip' })).status).toBe(400);
  expect((await send('track', new TextEncoder().encode('{"userId":'))).status).toBe(400);
  expect(ingested).toHaveLength(1);
});

test('what could not be stored is not called a success', async () => {
  const { ports } = testPorts({
    ingest: { categoryOf: () => 'contact', record: () => Promise.reject(new Error('disk full')) },
  });
  const app = createApp(ports);
  const { key } = (await (await asBrowser(app)('POST', '/api/write-keys', { name: 'A' })).json()) as { key: string };
  const response = await app.request('/v1/track', {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${key}:`)}` },
    body: JSON.stringify({ userId: 'u1', event: 'A' }),
  });
  expect(response.status).toBe(500);
});
