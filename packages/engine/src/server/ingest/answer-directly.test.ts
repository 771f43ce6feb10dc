import { gzipSync } from 'node:zlib';
import { Analytics } from '@segment/analytics-node';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { App } from '../endpoint.ts';
import type { Listening } from '../listen.ts';
import { serve } from '../listen.ts';
import { createServer } from '../create-app.ts';
import type { TestPorts } from '../test-ports.ts';
import { asBrowser, testPorts } from '../test-ports.ts';

let listening: Listening;
let app: App;
let world: TestPorts;
let address: string;
let key: string;
let hold: number | undefined;

beforeAll(async () => {
  world = testPorts();
  world.ports.ingest.holdOff = () => hold;
  const server = createServer(world.ports);
  app = server.app;
  listening = await serve(app, { host: '127.0.0.1', port: 0, direct: server.direct });
  address = `http://127.0.0.1:${listening.port}`;
  const created = await asBrowser(app)('POST', '/api/write-keys', { name: 'Website' });
  ({ key } = (await created.json()) as { key: string });
});
afterAll(() => listening.stop());
beforeEach(() => {
  hold = undefined;
  world.ingested.length = 0;
});

const call = { userId: 'u1', event: 'A', timestamp: '2026-03-01T09:00:00Z' };

test('what is answered on the socket is answered as the routes answer it', async () => {
  const authorization = `Basic ${btoa(`${key}:`)}`;
  const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = { authorization }) => ({
    method: 'POST',
    headers,
    body,
  });
  const good = JSON.stringify(call);
  const long = JSON.stringify({ ...call, properties: { text: 'x'.repeat(40_000) } });
  const requests: [string, RequestInit][] = [
    ['/v1/track', post(good)],
    ['/v1/track?writeKey=no', post(good)],
    ['/v1/t', post(JSON.stringify({ ...call, writeKey: key }), {})],
    ['/v1/track', post(good, {})],
    ['/v1/track', post(good, { authorization: 'Basic bm9ib2R5Og==' })],
    ['/v1/track', post(good, { authorization: `Bearer ${key}` })],
    ['/v1/track', post('{"userId":')],
    ['/v1/track', post('')],
    ['/v1/track', post(long)],
    ['/v1/batch', post(JSON.stringify({ batch: [{ ...call, type: 'track' }, { type: 'dance' }] }))],
    ['/v1/batch', post(JSON.stringify({ batch: [{ type: 'dance' }] }))],
    ['/v1/track', post(gzipSync(good) as Uint8Array<ArrayBuffer>, { authorization, 'content-encoding': 'gzip' })],
    ['/v1/track', post(gzipSync(long) as Uint8Array<ArrayBuffer>, { authorization, 'content-encoding': 'gzip' })],
    ['/v1/track', post(good, { authorization, 'content-encoding': 'br' })],
    ['/v1/track', post('no gzip', { authorization, 'content-encoding': 'gzip' })],
    ['/v1/dance', post(good)],
    ['/v1/track', { method: 'GET', headers: { authorization } }],
    [
      '/v1/track',
      { method: 'OPTIONS', headers: { origin: 'https://shop.example', 'access-control-request-method': 'POST' } },
    ],
  ];
  const told = async (response: Response) => [
    response.status,
    await response.text(),
    ...['content-type', 'access-control-allow-origin', 'www-authenticate', 'retry-after', 'x-content-type-options'].map(
      (name) => response.headers.get(name),
    ),
  ];
  for (const [path, init] of requests) {
    const byRoute = await told(await app.request(path, init));
    const bySocket = await told(await fetch(address + path, init));
    expect([path, init.body, ...bySocket]).toEqual([path, init.body, ...byRoute]);
  }
  hold = 3;
  expect(await told(await fetch(`${address}/v1/track`, post(good)))).toEqual(
    await told(await app.request('/v1/track', post(good))),
  );
});

test('a body that comes in pieces, and one of an unknown length that never ends, are read as far as the limit', async () => {
  const pieces = (text: string, times: number) =>
    new ReadableStream<Uint8Array>({
      start(controller) {
        for (let i = 0; i < times; i++) controller.enqueue(new TextEncoder().encode(text));
        controller.close();
      },
    });
  const send = (body: ReadableStream<Uint8Array>) =>
    fetch(`${address}/v1/track`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${key}:`)}` },
      body,
      duplex: 'half',
    } as RequestInit);
  const text = JSON.stringify(call);
  expect((await send(pieces(text.slice(0, -1), 1))).status).toBe(400);
  expect((await send(pieces(text, 1))).status).toBe(200);
  expect((await send(pieces('x'.repeat(1024), 40))).status).toBe(413);
  expect(world.ingested).toHaveLength(1);
});

test('a request on the socket is in the figures and in the log like any other', async () => {
  await fetch(`${address}/v1/track`, { method: 'POST', body: '{}' });
  const figures = await (await fetch(`${address}/metrics`)).text();
  expect(figures).toMatch(/http_request_duration_seconds_count\{method="POST",route="\/v1\/track",status="401"\} \d/);
  expect(world.lines).toContainEqual({
    level: 'debug',
    message: 'answered',
    fields: expect.objectContaining({ method: 'POST', path: '/v1/track', status: 401 }),
  });
});

/** As an application uses it: calls are queued, and flushed at its end. */
const client = (options: object = {}) =>
  new Analytics({ writeKey: key, host: address, flushAt: 3, flushInterval: 20, maxRetries: 2, ...options });

test("Segment's own client sends all of its calls, and hears that they were taken", async () => {
  const analytics = client();
  const failed: unknown[] = [];
  analytics.on('error', (error) => failed.push(error));
  analytics.identify({ userId: 'ada', traits: { email: 'ada@example.com', plan: 'gold' } });
  analytics.track({ userId: 'ada', event: 'Order Completed', properties: { total: 9.5 } });
  analytics.page({ anonymousId: 'visitor', name: 'Home', properties: { url: '/' } });
  analytics.screen({ anonymousId: 'visitor', name: 'Start' });
  analytics.group({ userId: 'ada', groupId: 'acme', traits: { size: 9 } });
  analytics.alias({ userId: 'ada', previousId: 'visitor' });
  analytics.track({ userId: 'ada', event: 'Signed Up', timestamp: new Date('2020-01-01T00:00:00Z') });
  await analytics.closeAndFlush();
  expect(failed).toEqual([]);
  expect(
    world.ingested.map(({ events, sameAs }) => events?.[0]?.type ?? (sameAs ? 'alias' : 'identify')).sort(),
  ).toEqual(['Order Completed', 'Signed Up', 'alias', 'group', 'identify', 'page', 'screen']);
});

test("Segment's own client comes again when it was told to, and nothing is lost", { timeout: 20_000 }, async () => {
  hold = 1;
  const analytics = client({ flushAt: 1 });
  const statuses: unknown[] = [];
  analytics.on('http_response', ({ status }) => {
    statuses.push(status);
    hold = undefined;
  });
  const failed: unknown[] = [];
  analytics.on('error', (error) => failed.push(error));
  analytics.track({ userId: 'ada', event: 'Order Completed' });
  await analytics.closeAndFlush({ timeout: 15_000 });
  expect({ statuses, failed }).toEqual({ statuses: [429, 200], failed: [] });
  expect(world.ingested).toHaveLength(1);
});
