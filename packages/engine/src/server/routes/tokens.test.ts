import { expect, test } from 'vitest';
import { createApp } from '../create-app.ts';
import type { ServerPorts } from '../ports.ts';
import { asBrowser, asProgram, testPorts } from '../test-ports.ts';

interface Made {
  digest: string;
  secret: string;
}

/** An app with a loop, and a program with a token of each role. */
async function withTokens(changes: Partial<ServerPorts> = {}) {
  const { ports, done, lines } = testPorts(changes);
  const app = createApp(ports);
  const browser = asBrowser(app);
  await browser('POST', '/api/loops', { id: 'churn', name: 'Churn' });
  const make = async (role: string): Promise<Made> =>
    (await (await browser('POST', '/api/tokens', { name: `the-${role}`, role })).json()) as Made;
  const [viewer, operator, admin] = [await make('viewer'), await make('operator'), await make('admin')];
  const as = (made: Made) => asProgram(app, made.secret);
  return {
    app,
    ports,
    done,
    lines,
    browser,
    made: { viewer, operator, admin },
    viewer: as(viewer),
    operator: as(operator),
    admin: as(admin),
  };
}

const statusOf = async (response: Promise<Response>) => (await response).status;

test('a token shows its secret once, stands in the list without it, and opens the API until it is revoked', async () => {
  const { browser, app } = await withTokens();
  const response = await browser('POST', '/api/tokens', {
    name: 'ci',
    role: 'operator',
    expiresAt: '2027-03-01T12:00:00.000Z',
  });
  expect(response.status).toBe(201);
  const { secret, ...listed } = (await response.json()) as Made;
  expect(secret).toMatch(/^osicam_[A-Za-z0-9_-]{32}$/);
  const list = await (await browser('GET', '/api/tokens')).json();
  expect(list).toContainEqual({ ...listed, expiresAt: '2027-03-01T12:00:00.000Z' });
  expect(JSON.stringify(list)).not.toContain(secret);
  const program = asProgram(app, secret);
  expect(await (await program('GET', '/api/me')).json()).toMatchObject({ user: { name: 'ci' }, role: 'operator' });
  expect(await statusOf(browser('DELETE', `/api/tokens/${listed.digest}`))).toBe(204);
  expect(await statusOf(program('GET', '/api/me'))).toBe(401);
  expect(await statusOf(browser('DELETE', `/api/tokens/${listed.digest}`))).toBe(404);
});

test('a name that is taken is a conflict, and one that is no word is refused', async () => {
  const { browser } = await withTokens();
  expect(await statusOf(browser('POST', '/api/tokens', { name: 'the-admin', role: 'viewer' }))).toBe(409);
  for (const wrong of [
    { name: 'two words', role: 'viewer' },
    { name: 'a', role: 'king' },
    { name: 'a', role: 'viewer', expiresAt: 'soon' },
  ])
    expect(await statusOf(browser('POST', '/api/tokens', wrong))).toBe(400);
});

test('a viewer looks and changes nothing, an operator changes loops, an administrator also who may come in', async () => {
  const { viewer, operator, admin, done } = await withTokens();
  const calls: [method: string, path: string, body: unknown, viewer: number, operator: number, admin: number][] = [
    ['GET', '/api/loops/churn/status', undefined, 200, 200, 200],
    ['GET', '/api/policy', undefined, 200, 200, 200],
    ['GET', '/api/customers', undefined, 200, 200, 200],
    ['GET', '/api/tokens', undefined, 403, 403, 200],
    ['POST', '/api/loops/churn/cancel', { selection: { all: true } }, 403, 200, 200],
    ['POST', '/api/loops/churn/pause', undefined, 403, 200, 200],
    ['POST', '/api/import?name=a.csv', {}, 403, 200, 200],
    ['POST', '/api/nowhere', {}, 403, 404, 404],
    ['PUT', '/api/policy', { caps: [] }, 403, 403, 200],
    ['POST', '/api/write-keys', { name: 'site' }, 403, 403, 201],
    ['POST', '/api/tokens', { name: 'more', role: 'viewer' }, 403, 403, 201],
    ['DELETE', `/api/tokens/${'0'.repeat(64)}`, undefined, 403, 403, 404],
  ];
  for (const [method, path, body, ...expected] of calls) {
    const told = [];
    for (const call of [viewer, operator, admin]) {
      // What the test's port is asked twice in a row it takes for a conflict.
      done.length = 0;
      told.push(await statusOf(call(method, path, body)));
    }
    expect([method, path, told]).toEqual([method, path, expected]);
  }
});

test('a role that does not suffice is refused before a byte of the body is read, and told which it takes', async () => {
  const { app, made } = await withTokens();
  for (const [method, path, secret] of [
    ['POST', '/api/loops/churn/cancel', made.viewer.secret],
    ['POST', '/api/import?name=a.csv', made.viewer.secret],
    ['PUT', '/api/policy', made.operator.secret],
    ['POST', '/api/tokens', made.operator.secret],
  ] as const) {
    let read = false;
    const body = new ReadableStream<Uint8Array>(
      {
        pull: (controller) => {
          read = true;
          controller.close();
        },
      },
      { highWaterMark: 0 },
    );
    const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
    const init: RequestInit & { duplex: 'half' } = { method, headers, body, duplex: 'half' };
    const response = await app.request(path, init);
    expect([path, response.status, read]).toEqual([path, 403, false]);
    expect(await response.json()).toMatchObject({
      error: {
        code: 'role',
        message: expect.stringMatching(/takes the role (operator|admin), and the token the-(viewer|operator) has/),
      },
    });
  }
});

test('what a program does stands under the name of its token', async () => {
  const { operator, done } = await withTokens();
  await operator('POST', '/api/loops/churn/pause');
  expect(done).toEqual([['pause', 'churn', 'token:the-operator']]);
});

test('a request with a session and a token is judged by the token, from whatever origin it comes', async () => {
  const { app, made, done } = await withTokens();
  const pause = async (secret: string) => {
    const headers = { cookie: 'signed-in', 'sec-fetch-site': 'cross-site', authorization: `Bearer ${secret}` };
    return (await app.request('/api/loops/churn/pause', { method: 'POST', headers })).status;
  };
  expect(await pause(made.viewer.secret)).toBe(403);
  expect(await pause('osicam_of-nobody')).toBe(401);
  expect(await pause('')).toBe(403);
  expect(done).toEqual([]);
  expect(await pause(made.operator.secret)).toBe(200);
});

test('what no token looks like is refused without asking the database, and a token opens no sign-in', async () => {
  const { ports } = testPorts();
  const app = createApp({
    ...ports,
    tokens: {
      ...ports.tokens,
      check: () => Promise.reject(new Error('asked')),
    },
  });
  for (const secret of ['x', 'osicam_', `osicam_${'a'.repeat(31)}`, `osicam_${'a'.repeat(33)}`, "osicam_' OR 1=1 --"]) {
    const response = await asProgram(app, secret)('GET', '/api/me');
    expect([secret, response.status, response.headers.get('www-authenticate')]).toEqual([
      secret,
      401,
      'Bearer realm="OSICAM API"',
    ]);
  }
});

test('who goes on with a wrong token is told to wait, which is logged once; a right one passes all the same', async () => {
  const { app, lines, viewer } = await withTokens();
  const wrong = asProgram(app, `osicam_${'a'.repeat(32)}`);
  const told: number[] = [];
  for (let i = 0; i < 35; i++) told.push(await statusOf(wrong('GET', '/api/me')));
  expect([told.slice(0, 30).every((status) => status === 401), told.slice(30)]).toEqual([
    true,
    [429, 429, 429, 429, 429],
  ]);
  expect(await statusOf(viewer('GET', '/api/me'))).toBe(200);
  expect(lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
  expect(JSON.stringify(lines)).not.toContain('osicam_');
});

test('metrics are open to a token, as a scraper on another machine shows it', async () => {
  const { viewer } = await withTokens();
  expect(await statusOf(viewer('GET', '/metrics'))).toBe(200);
});
