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

test('a call that is sent again has the same instant, or is known by its message id alone', async () => {
  const { send, ingested } = await started();
  const told = async (call: object) => {
    ingested.length = 0;
    await send('track', { userId: 'u1', event: 'A', messageId: 'm', ...call });
    return [ingested[0]?.time, ingested[0]?.once ?? false];
  };
  const timestamp = '2026-03-01T11:59:00Z';
  // The clock of the client is right: what is between is the way of the call.
  expect(await told({ timestamp, sentAt: '2026-03-01T11:59:58Z' })).toEqual([Date.parse(timestamp), false]);
  expect(await told({ timestamp, sentAt: '2026-03-01T11:59:30Z' })).toEqual([Date.parse(timestamp), false]);
  expect(await told({ timestamp })).toEqual([Date.parse(timestamp), false]);
  expect(await told({ timestamp, sentAt: '2026-03-01T10:00:00Z' })).toEqual([noon, true]);
  expect(await told({ timestamp: '2026-03-01T09:00:00Z', sentAt: '2026-03-01T10:00:00Z' })).toEqual([
    noon - 3_600_000,
    true,
  ]);
  expect(await told({})).toEqual([noon, true]);
  await send('identify', { userId: 'u1', traits: {} });
  expect(ingested.at(-1)).toMatchObject({ once: true });
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

test('a whole number beyond 2^53 keeps all its digits, as a text', async () => {
  const { send, ingested } = await started();
  const text =
    '{"userId":12345678901234567890,"event":"A","properties":{"order":9007199254740993,"n":1.5,"huge":1e999,"at":9007199254740991}}';
  expect((await send('track', new TextEncoder().encode(text))).status).toBe(200);
  expect(ingested[0]?.identities).toEqual([{ kind: 'userId', value: '12345678901234567890' }]);
  expect(ingested[0]?.events?.[0]?.properties).toEqual({
    order: '9007199254740993',
    n: 1.5,
    huge: '1e999',
    at: 9007199254740991,
  });
});

test('a bad call costs the good ones of its batch nothing, and the answer says which and why', async () => {
  const { send, ingested } = await started();
  const good = { type: 'track', userId: 'u1', event: 'A' };
  const response = await send('batch', {
    batch: [good, { type: 'track', event: 'A' }, { type: 'alias', userId: 'u1' }, { type: 'dance' }, null, good],
  });
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({
    success: true,
    rejected: [
      { path: 'batch[1]', message: expect.stringMatching(/expected a userId/) },
      { path: 'batch[2]', message: expect.stringMatching(/the old one in previousId/) },
      { path: 'batch[3]', message: expect.stringMatching(/type: expected identify, .* got "dance"/) },
      { path: 'batch[4]', message: expect.stringMatching(/type: expected/) },
    ],
  });
  expect(ingested).toHaveLength(2);
});

test('a request of which nothing can be taken in is 400, which no client sends again', async () => {
  const { send, ingested } = await started();
  const nobody = await send('batch', {
    batch: [
      { type: 'track', event: 'A' },
      { type: 'alias', userId: 'u1' },
    ],
  });
  expect(nobody.status).toBe(400);
  expect(await nobody.json()).toMatchObject({ error: { problems: [{ path: 'batch[0]' }, { path: 'batch[1]' }] } });
  expect((await send('batch', { batch: [] })).status).toBe(400);
  expect((await send('batch', { batch: 'all' })).status).toBe(400);
  expect((await send('batch', [])).status).toBe(400);
  expect((await send('track', { userId: 'u1' })).status).toBe(400);
  expect((await send('track', { userId: 'u1', event: 'A', timestamp: 'yesterday' })).status).toBe(400);
  expect((await send('track', [])).status).toBe(400);
  expect((await send('batch', new TextEncoder().encode('{"batch": [{"type": "track", '))).status).toBe(400);
  expect(ingested).toEqual([]);
});

test('odd texts, keys and nestings each have their outcome', async () => {
  const { send, ingested } = await started();
  const raw = (text: string) => send('track', new TextEncoder().encode(text));
  const about = (properties: string) => `{"userId":"u1","event":"A","properties":${properties}}`;
  expect((await raw(about('{"name":"👩🏽‍🚀 عائشة","o":"x\\ud800y","n":"a\\u0000b","\\u0000k":1}'))).status).toBe(200);
  expect(ingested[0]?.events?.[0]?.properties).toEqual({
    name: '👩🏽‍🚀 عائشة',
    o: 'x\ufffdy',
    n: 'a\ufffdb',
    '\ufffdk': 1,
  });
  const deep = (levels: number) => about(`{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`);
  expect((await raw(deep(90))).status).toBe(200);
  for (const [text, why] of [
    [deep(101), /nested at most 100 deep/],
    [deep(15_000), /nested at most 100 deep/],
    [deep(15_000).replace('"A"', '"A","n":"\\u0000"'), /nested at most 100 deep/],
    [about('{"__proto__":{"admin":true}}'), /__proto__ is not taken/],
    [about('{"a":[{"\\u005f_proto__":1}]}'), /__proto__ is not taken/],
    ['{"userId":"a\\u0000","event":"A"}', /userId: it holds a character that was lost/],
    ['{"userId":"u","groupId":"a","event":"A","anonymousId":"\\udfff"}', /anonymousId: it holds a character/],
  ] as const) {
    const response = await raw(text);
    expect([response.status, await response.text()]).toEqual([400, expect.stringMatching(why)]);
  }
  expect(ingested).toHaveLength(2);
  expect(Object.keys(Object.prototype)).toEqual([]);
});

test('a trait of 31 KB is taken, and a name of a right-to-left script too', async () => {
  const { send, ingested } = await started();
  const traits = { story: 'x'.repeat(31 * 1024), name: 'עִבְרִית \u202e' };
  expect((await send('identify', { userId: 'u1', traits })).status).toBe(200);
  expect(ingested[0]?.traits).toEqual(traits);
});

test('an event of 1970 is believed, and one before it', async () => {
  const { send, ingested } = await started();
  await send('track', { userId: 'u1', event: 'A', timestamp: '1970-01-01T00:00:00Z' });
  await send('track', { userId: 'u1', event: 'A', timestamp: '1969-12-31T00:00:00.000001+02:00' });
  expect(ingested.map(({ time }) => time)).toEqual([0, Date.parse('1969-12-31T00:00:00+02:00')]);
});

test('libraries for browsers write the key into the body, and may send from pages of any origin', async () => {
  const { app, key, ingested } = await started();
  const fromPage = (path: string, body: unknown) =>
    app.request(`/v1/${path}`, {
      method: 'POST',
      headers: { origin: 'https://shop.example', 'content-type': 'text/plain' },
      body: JSON.stringify(body),
    });
  const asked = await app.request('/v1/t', {
    method: 'OPTIONS',
    headers: {
      origin: 'https://shop.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    },
  });
  expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([204, '*']);
  expect(asked.headers.get('access-control-allow-credentials')).toBeNull();
  const call = { anonymousId: 'a1', event: 'Seen', integrations: { All: true }, type: 'track' };
  const answer = await fromPage('t', { ...call, writeKey: key });
  expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
  expect((await fromPage('b', { batch: [call], writeKey: key })).status).toBe(200);
  expect((await fromPage('t', { ...call, writeKey: 'osk_none' })).status).toBe(401);
  expect((await fromPage('t', call)).status).toBe(401);
  for (const [path, body] of [
    ['i', { userId: 'u1', traits: { plan: 'gold' } }],
    ['p', { anonymousId: 'a1', name: 'Home' }],
    ['s', { anonymousId: 'a1', name: 'Start' }],
    ['g', { userId: 'u1', groupId: 'acme' }],
    ['a', { userId: 'u1', previousId: 'a1' }],
  ] as const)
    expect([path, (await fromPage(path, { ...body, writeKey: key })).status]).toEqual([path, 200]);
  expect(ingested).toHaveLength(7);
});

test('the write key is not written down with the body that it came in', async () => {
  const bodies: string[] = [];
  const { ports } = testPorts();
  ports.ingest.accept = async ({ body }) => void bodies.push(body);
  const app = createApp(ports);
  const { key } = (await (await asBrowser(app)('POST', '/api/write-keys', { name: 'A' })).json()) as { key: string };
  const body = JSON.stringify({ userId: 'u1', event: 'A', writeKey: key });
  expect((await app.request('/v1/track', { method: 'POST', body })).status).toBe(200);
  expect(bodies).toEqual(['{"userId":"u1","event":"A","writeKey":""}']);
});

test('while the engine is behind, clients are told when to come again, and nothing of them is read', async () => {
  const { ports, ingested } = testPorts();
  ports.ingest.holdOff = () => 7;
  const app = createApp(ports);
  const { key } = (await (await asBrowser(app)('POST', '/api/write-keys', { name: 'A' })).json()) as { key: string };
  const headers = { authorization: `Basic ${btoa(`${key}:`)}` };
  const response = await app.request('/v1/track', { method: 'POST', headers, body: 'not even JSON' });
  expect([response.status, response.headers.get('retry-after')]).toEqual([429, '7']);
  expect(await response.text()).toMatch(/nothing of this was stored, send it again in 7 s/);
  expect(ingested).toEqual([]);
});

test('a group call makes its customer part of an account', async () => {
  const { send, ingested } = await started();
  await send('group', { userId: 'u1', groupId: 42, traits: { size: 9 }, timestamp: '2026-02-01T00:00:00Z' });
  expect(ingested[0]?.relationships).toEqual([
    { kind: 'account', key: '42', traits: { size: 9 }, from: Date.parse('2026-02-01T00:00:00Z') },
  ]);
});

test('limits hold: 32 KB a call, 500 KB and 2,500 calls a batch, opened or packed', async () => {
  const { send, ingested } = await started();
  const call = (size: number) => ({ type: 'track', userId: 'u1', event: 'A', properties: { text: 'x'.repeat(size) } });
  expect((await send('track', call(33_000))).status).toBe(413);
  const long = await send('batch', { batch: [call(10), call(33_000)] });
  expect([long.status, await long.json()]).toMatchObject([
    200,
    { rejected: [{ path: 'batch[1]', message: expect.stringMatching(/at most 32768 bytes, got 33\d+/) }] },
  ]);
  expect((await send('batch', { batch: [call(33_000)] })).status).toBe(400);
  expect(ingested).toHaveLength(1);
  expect((await send('batch', { batch: Array.from({ length: 30 }, () => call(20_000)) })).status).toBe(413);
  expect((await send('batch', { batch: Array.from({ length: 2501 }, () => call(0)) })).status).toBe(400);
  const packed = gzipSync(JSON.stringify({ batch: Array.from({ length: 30 }, () => call(20_000)) }));
  expect(packed.length).toBeLessThan(5000);
  expect((await send('batch', new Uint8Array(packed), { 'content-encoding': 'gzip' })).status).toBe(413);
  expect(ingested).toHaveLength(1);
  expect((await send('batch', { batch: Array.from({ length: 2500 }, () => call(0)) })).status).toBe(200);
  expect(ingested).toHaveLength(2501);
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
    ingest: { ...testPorts().ports.ingest, accept: () => Promise.reject(new Error('disk full')) },
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
