import { expect, test } from 'vitest';
import { createApp } from './create-app.ts';
import type { App } from './endpoint.ts';
import type { ServerPorts } from './ports.ts';
import { asBrowser, browserOf, testPorts } from './test-ports.ts';

/** Any touch of it is a failure: a route that refuses must not have asked anything. */
const untouchable = (name: string) =>
  new Proxy({} as never, {
    get: (_, property) => {
      throw new Error(`${name}.${String(property)} was used without a session`);
    },
  });

const guarded = [
  ...(['loops', 'customers', 'imports', 'ingest', 'messages', 'clock', 'nodes', 'inbox'] as const),
  ...(['life', 'policy', 'segments'] as const),
];

function appWithGuardedPorts() {
  const { ports } = testPorts();
  const untouched = Object.fromEntries(guarded.map((name) => [name, untouchable(name)]));
  return createApp({ ...ports, ...untouched });
}

/** What may answer without a session, and why; a new name here is a decision. */
const open = new Set([
  'GET /healthz',
  'GET /readyz',
  'GET /signin',
  'GET /api/auth/*',
  'POST /api/auth/*',
  'GET /*',
  // Where no hook is, there is nothing: the address of one is its own secret.
  ...['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map((method) => `${method} /hooks/*`),
]);

function routesOf(app: App): { method: string; path: string }[] {
  const routes = app.routes.flatMap(({ method, path }) => {
    if (method !== 'ALL') return [{ method, path }];
    return path === '/*' ? [] : ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map((each) => ({ method: each, path }));
  });
  const seen = new Map(routes.map((route) => [`${route.method} ${route.path}`, route]));
  return [...seen.values()].filter(({ method, path }) => !open.has(`${method} ${path}`));
}

test('every route refuses without a session or a write key, before it reads a byte of the body', async () => {
  const app = appWithGuardedPorts();
  const routes = routesOf(app);
  expect(routes.length).toBeGreaterThan(40);
  for (const { method, path } of routes) {
    const url = path.replaceAll(/:\w+/g, '1').replace('*', 'anything');
    const hasBody = method !== 'GET';
    let read = false;
    const body = new ReadableStream<Uint8Array>(
      {
        pull: (controller) => {
          read = true;
          controller.enqueue(new TextEncoder().encode('{{{ not json'));
          controller.close();
        },
      },
      { highWaterMark: 0 },
    );
    const init: RequestInit & { duplex?: 'half' } = {
      method,
      headers: {
        'content-type': 'application/json',
        'sec-fetch-site': 'same-origin',
        cookie: 'forged',
        authorization: 'Basic bm9ib2R5Og==',
      },
      ...(hasBody ? { body, duplex: 'half' as const } : {}),
    };
    const response = await app.request(url, init);
    expect([method, path, response.status]).toEqual([method, path, 401]);
    expect([method, path, read]).toEqual([method, path, false]);
    expect(await response.json()).toMatchObject({ error: { code: 'unauthenticated', message: expect.any(String) } });
  }
});

test('every route but files and sign-in is described in the OpenAPI document', async () => {
  const { ports } = testPorts();
  const app = createApp(ports);
  const response = await asBrowser(app)('GET', '/api/openapi.json');
  const { openapi, paths } = (await response.json()) as { openapi: string; paths: Record<string, object> };
  expect(openapi).toBe('3.1.0');
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const there = app.routes
    .filter(({ method, path }) => method !== 'ALL' && !path.includes('*') && path !== '/api/openapi.json')
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
  expect(new Set(described)).toEqual(new Set(there));
});

test('the OpenAPI document says of each route which role it takes, and that a token will do', async () => {
  const response = await asBrowser(createApp(testPorts().ports))('GET', '/api/openapi.json');
  const { paths } = (await response.json()) as { paths: Record<string, Record<string, object>> };
  expect([
    paths['/api/loops/{id}/status']?.get,
    paths['/api/loops/{id}/cancel']?.post,
    paths['/api/tokens']?.get,
    paths['/api/policy']?.put,
  ]).toMatchObject(
    ['viewer', 'operator', 'admin', 'admin'].map((role) => ({
      description: `Takes the role ${role}.`,
      security: [{ session: [] }, { token: [] }],
    })),
  );
});

test('a change from another origin is refused, by the header that the browser sets or by its origin', async () => {
  const app = createApp(testPorts().ports);
  const create = (headers: Record<string, string>) =>
    app.request('http://127.0.0.1:4100/api/loops', {
      method: 'POST',
      headers: { cookie: 'signed-in', 'content-type': 'application/json', host: '127.0.0.1:4100', ...headers },
      body: JSON.stringify({ name: 'A' }),
    });
  expect((await create({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  expect((await create({ 'sec-fetch-site': 'same-site', origin: 'http://127.0.0.1:4100' })).status).toBe(403);
  expect((await create({ origin: 'http://127.0.0.1:5000' })).status).toBe(403);
  expect((await create({ origin: 'null' })).status).toBe(403);
  expect((await create({})).status).toBe(403);
  expect((await create({ origin: 'http://127.0.0.1:4100' })).status).toBe(201);
  expect((await create({ 'sec-fetch-site': 'same-origin' })).status).toBe(201);
});

test('every answer carries the security headers, an error too', async () => {
  const app = createApp(testPorts().ports);
  for (const path of ['/healthz', '/api/me', '/signin?token=x', '/nowhere']) {
    const { headers } = await app.request(path);
    expect(headers.get('content-security-policy')).toContain("script-src 'self';");
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.has('strict-transport-security')).toBe(false);
  }
});

test('an error that is a bug tells the client nothing but a number, and the log all of it', async () => {
  const { ports, lines } = testPorts({
    messages: { list: () => Promise.reject(new Error('SELECT * FROM secrets failed')) },
  });
  const response = await browserOf(ports)('GET', '/api/messages');
  expect(response.status).toBe(500);
  const text = await response.text();
  expect(text).not.toContain('secrets');
  expect(text).toContain(response.headers.get('x-request-id'));
  expect(lines.filter(({ level }) => level === 'error')).toMatchObject([
    { fields: { path: '/api/messages', error: { message: 'SELECT * FROM secrets failed' } } },
  ]);
});

test('the log holds paths, never a query, a cookie or an authorization', async () => {
  const { ports, lines } = testPorts();
  const app = createApp(ports);
  await app.request('/signin?token=sesame');
  await app.request('/api/me', { headers: { cookie: 'osicam.session_token=sesame', authorization: 'Bearer sesame' } });
  await app.request('/v1/track', {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('sesame:')}` },
    body: '{}',
  });
  expect(lines.length).toBe(3);
  expect(JSON.stringify(lines)).not.toContain('sesame');
});

test('an unknown path under /api is JSON, not a page', async () => {
  const response = await browserOf(testPorts().ports)('GET', '/api/nothing');
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ error: { code: 'not-found' } });
});

test('the engine is ready only when it answers', async () => {
  const failing: ServerPorts['health'] = {
    ready: () => Promise.reject(new Error('the worker has ended')),
    figures: () => Promise.reject(new Error('the worker has ended')),
  };
  const { ports, lines } = testPorts();
  expect((await createApp(ports).request('/readyz')).status).toBe(200);
  const response = await createApp({ ...ports, health: failing }).request('/readyz');
  expect(response.status).toBe(503);
  expect(await response.text()).not.toContain('worker');
  expect(JSON.stringify(lines)).toContain('the worker has ended');
});

test('metrics need a session unless the scraper is on this machine and came straight here', async () => {
  const { ports } = testPorts({
    health: {
      ready: async () => undefined,
      figures: async () => [
        { name: 'osicam_waiting', help: 'Customers who wait', value: 7, labels: { loop: 'churn' } },
      ],
    },
  });
  const app = createApp(ports);
  const from = (remoteAddress: string, headers: Record<string, string> = {}) =>
    app.request('/metrics', { headers: { host: '127.0.0.1:4100', ...headers } }, {
      incoming: { socket: { remoteAddress } },
    } as never);
  expect((await from('10.0.0.7')).status).toBe(401);
  expect((await from('127.0.0.1', { 'x-forwarded-for': '10.0.0.7' })).status).toBe(401);
  expect((await from('127.0.0.1', { host: 'rebound.example:4100' })).status).toBe(401);
  expect((await from('10.0.0.7', { cookie: 'signed-in' })).status).toBe(200);
  const text = await (await from('127.0.0.1')).text();
  expect(text).toContain('osicam_waiting{loop="churn"} 7');
  expect(text).toContain('http_request_duration_seconds_count{method="GET",route="/metrics",status="401"} 3');
});
