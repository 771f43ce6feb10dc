import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { createApp } from '../create-app.ts';
import { HookPace } from '../hooks/pace.ts';
import type { HooksPort, StoredHook } from '../intake-ports.ts';
import { asBrowser, noon, testPorts } from '../test-ports.ts';

function hooksInMemory(): HooksPort {
  const hooks = new Map<string, StoredHook>();
  return {
    list: async () => [...hooks.values()],
    save: async (hook) => void hooks.set(hook.id, { ...hooks.get(hook.id), ...hook }),
    remove: async (id) => hooks.delete(id),
    used: (id, usedAt) => {
      const hook = hooks.get(id);
      if (hook) hooks.set(id, { ...hook, usedAt });
    },
  };
}

const shop = {
  columns: {
    'customer.email': { identity: 'email', trait: 'email' },
    'customer.id': { identity: 'shop', trait: false },
    'customer.name': { trait: 'name' },
  },
  events: [
    {
      type: 'order',
      time: { column: 'created', format: 'seconds' },
      messageId: 'id',
      properties: {
        value: { column: 'total', type: 'money', currency: 'EUR' },
        items: 'lines',
        shop: '$headers.x-shop',
      },
    },
  ],
  consents: [{ channel: 'email', granted: 'customer.newsletter', proof: { value: 'checkout' } }],
  relationships: [{ kind: 'account', key: 'company.id', traits: { name: 'company.name' } }],
};
const order = {
  id: 'o-1',
  created: 1_772_366_400,
  total: '1,234.56',
  lines: [{ sku: 'a' }],
  customer: { id: 7, email: 'ada@example.com', name: 'عايدة 🎉', newsletter: true },
  company: { id: 'c9', name: 'Acme' },
};

interface Made {
  id: string;
  url: string;
  signed: boolean;
  mapping: object;
}

async function started(mapping: object = shop, secret?: string) {
  const { ports, ingested, lines } = testPorts({ hooks: hooksInMemory() });
  const app = createApp(ports);
  const browser = asBrowser(app);
  const created = await browser('POST', '/api/hooks', { name: 'Shop', mapping, ...(secret ? { secret } : {}) });
  expect([created.status, await created.clone().text()]).toEqual([201, expect.any(String)]);
  const hook = (await created.json()) as Made;
  const send = (body: unknown, headers: Record<string, string> = {}, id = hook.id) =>
    app.request(`/hooks/${id}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return { app, browser, hook, send, ingested, lines };
}

test('a payload becomes an event of its customer, with traits, consent and relationship', async () => {
  const { hook, send, ingested, browser } = await started();
  expect(hook.id).toMatch(/^[\w-]{32}$/);
  expect(hook.url).toBe(`http://127.0.0.1:4100/hooks/${hook.id}`);
  const response = await send(order, { 'x-shop': 'Berlin' });
  expect([response.status, await response.json()]).toEqual([200, { success: true, records: 1 }]);
  expect(ingested).toEqual([
    {
      messageId: expect.stringMatching(/^[\w-]{43}\.0$/),
      time: noon,
      once: true,
      identities: [
        { kind: 'email', value: 'ada@example.com' },
        { kind: 'shop', value: '7' },
      ],
      traits: { email: 'ada@example.com', name: 'عايدة 🎉' },
      events: [
        {
          type: 'order',
          category: 'order',
          time: 1_772_366_400_000,
          messageId: 'o-1',
          properties: { value: 123_456, items: [{ sku: 'a' }], shop: 'Berlin' },
        },
      ],
      consents: [
        { channel: 'email', purpose: 'marketing', granted: true, source: 'customer.newsletter', proof: 'checkout' },
      ],
      relationships: [{ kind: 'account', key: 'c9', traits: { name: 'Acme' } }],
    },
  ]);
  const [listed] = (await (await browser('GET', '/api/hooks')).json()) as { usedAt: string }[];
  expect(listed?.usedAt).toBe('2026-03-01T12:00:00.000Z');
});

test('the same delivery again is the same message, and another one is not', async () => {
  const { send, ingested } = await started();
  await send(order);
  await send(order);
  await send({ ...order, total: '1.00' });
  await send(order, { 'webhook-id': 'a' });
  const ids = ingested.map(({ messageId }) => messageId);
  expect(ids[0]).toBe(ids[1]);
  expect(new Set(ids).size).toBe(3);
});

test('each item of a list is a record; one that cannot be read takes no other with it', async () => {
  const { send, ingested } = await started({
    each: 'data.items',
    columns: { mail: { identity: 'email' }, '$.data.plan': { trait: 'plan' } },
  });
  const items = [{ mail: 'a@example.com' }, 'x', { name: 'nobody' }, { mail: 'b@example.com' }];
  const response = await send({ data: { plan: 'gold', items } });
  expect([response.status, await response.json()]).toEqual([
    200,
    {
      success: true,
      records: 2,
      rejected: [
        { path: 'data.items[1]', message: 'expected an object, got "x"' },
        { path: 'data.items[2]', message: 'no value in "mail", which identifies a customer' },
      ],
    },
  ]);
  expect(ingested.map(({ traits }) => traits)).toEqual([
    { mail: 'a@example.com', plan: 'gold' },
    { mail: 'b@example.com', plan: 'gold' },
  ]);
  expect((await send({ data: { items: [] } })).status).toBe(422);
  expect(await (await send({ other: 1 })).text()).toContain('there is nothing at data.items');
});

test('a form is read like JSON, with brackets as paths', async () => {
  const { send, ingested } = await started({
    columns: { 'data.email': { identity: 'email' }, tag: { trait: 'tags' } },
  });
  const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
  expect((await send('data%5Bemail%5D=a%40example.com&tag=x&tag=y', form)).status).toBe(200);
  expect(ingested[0]?.traits).toEqual({ 'data.email': 'a@example.com', tags: ['x', 'y'] });
});

test.each([
  ['body', 'x-signature', (body: string, secret: string) => createHmac('sha256', secret).update(body).digest('hex')],
  [
    'body',
    'x-hub-signature-256',
    (body: string, secret: string) => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  ],
  ['body', 'x-shop', (body: string, secret: string) => createHmac('sha256', secret).update(body).digest('base64')],
])('a hook with a secret takes only what is signed with it (%s, %s)', async (scheme, header, sign) => {
  const secret = 'a secret of many letters';
  const { send, ingested, hook, browser } = await started({ ...shop, signature: { scheme, header } }, secret);
  expect(hook.signed).toBe(true);
  expect(JSON.stringify(await (await browser('GET', '/api/hooks')).json())).not.toContain(secret);
  const body = JSON.stringify(order);
  expect((await send(body)).status).toBe(401);
  expect((await send(body, { [header]: sign(body, 'another secret') })).status).toBe(401);
  expect((await send(`${body} `, { [header]: sign(body, secret) })).status).toBe(401);
  expect(ingested).toEqual([]);
  expect((await send(body, { [header]: sign(body, secret) })).status).toBe(200);
  // A change of the mapping leaves the secret; null takes it away.
  await browser('PUT', `/api/hooks/${hook.id}`, { name: 'Shop 2', mapping: shop });
  expect((await send(body)).status).toBe(401);
  await browser('PUT', `/api/hooks/${hook.id}`, { name: 'Shop 2', mapping: shop, secret: null });
  expect((await send(body)).status).toBe(200);
});

test('signatures with a time are refused when they are old', async () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const { send } = await started({ ...shop, signature: { scheme: 'standard' } }, secret);
  const body = JSON.stringify(order);
  const signed = (time: number) => {
    const key = Buffer.from(secret.slice(6), 'base64');
    const signature = createHmac('sha256', key).update(`m1.${time}.${body}`).digest('base64');
    return { 'webhook-id': 'm1', 'webhook-timestamp': String(time), 'webhook-signature': `v1,AAAA v1,${signature}` };
  };
  const now = Math.floor(Date.now() / 1000);
  expect((await send(body, signed(now))).status).toBe(200);
  expect((await send(body, signed(now - 3600))).status).toBe(401);
  const stripe = await started({ ...shop, signature: { scheme: 'stripe' } }, 'whsec_of_many_letters');
  const hash = createHmac('sha256', 'whsec_of_many_letters').update(`${now}.${body}`).digest('hex');
  expect((await stripe.send(body, { 'stripe-signature': `t=${now},v1=${hash}` })).status).toBe(200);
  expect((await stripe.send(body, { 'stripe-signature': `t=${now + 1},v1=${hash}` })).status).toBe(401);
});

test('what cannot be read is refused with where and why, and nothing is stored', async () => {
  const { send, ingested, hook, browser } = await started();
  const refused = async (response: Promise<Response> | Response, status: number, said: RegExp) => {
    const answer = await response;
    expect([answer.status, await answer.text()]).toEqual([status, expect.stringMatching(said)]);
  };
  await refused(send('{', {}), 400, /expected JSON/);
  await refused(send('<a/>', { 'content-type': 'text/xml' }), 415, /application\/json/);
  await refused(send(order, {}, 'x'.repeat(32)), 404, /no hook/);
  await refused(send({ ...order, created: 'yesterday' }), 422, /body: created: expected a date as seconds, got/);
  await refused(send({ ...order, customer: {} }), 422, /no value in .*customer\.email/);
  await refused(send('{"customer":{"__proto__":{"email":"x"}}}'), 400, /__proto__/);
  await refused(send(JSON.stringify({ ...order, pad: 'x'.repeat(1024 * 1024) })), 413, /at most/);
  expect(ingested).toEqual([]);
  // The administrator sees what came last, and why it was not taken.
  await send({ ...order, customer: {} }, { authorization: 'Bearer s3cret' });
  const last = (await (await browser('GET', `/api/hooks/${hook.id}/last`)).json()) as object;
  expect(last).toMatchObject({ status: 422, message: expect.stringContaining('identifies a customer') });
  expect(JSON.stringify(last)).not.toContain('s3cret');
});

test('a hook takes a thousand requests at once and a hundred a second, and is told when to come again', () => {
  const pace = new HookPace();
  const taken = (id: string, at: number, count: number) =>
    Array.from({ length: count }, () => pace.holdOff(id, at)).filter((seconds) => seconds === undefined).length;
  expect(taken('a', 0, 1_500)).toBe(1_000);
  expect(pace.holdOff('a', 0)).toBe(1);
  expect(taken('b', 0, 10)).toBe(10);
  expect(taken('a', 2_000, 1_500)).toBe(200);
  expect(taken('a', 1_000_000, 1_500)).toBe(1_000);
});

test('while the engine is behind, and while a hook is too fast, requests are answered with 429 and stored by nobody', async () => {
  const behind = testPorts({ hooks: hooksInMemory() });
  const app = createApp({ ...behind.ports, ingest: { ...behind.ports.ingest, holdOff: () => 7 } });
  const created = await asBrowser(app)('POST', '/api/hooks', { name: 'Shop', mapping: shop });
  const { id } = (await created.json()) as Made;
  const answer = await app.request(`/hooks/${id}`, { method: 'POST', body: JSON.stringify(order) });
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '7']);
  expect(behind.ingested).toEqual([]);
});

test('a payload can be tried on a mapping before there is a hook; a mapping that names nobody is refused', async () => {
  const { browser, ingested } = await started();
  const tried = await browser('POST', '/api/hooks/try', { mapping: shop, payload: [order, { id: 3 }] });
  expect(await tried.json()).toMatchObject({
    records: [{ traits: { email: 'ada@example.com' } }],
    rejects: [{ path: 'body[1]' }],
    misfits: {},
  });
  expect(ingested).toEqual([]);
  const refused = await browser('POST', '/api/hooks', { name: 'x', mapping: { columns: { a: { trait: 'b' } } } });
  expect([refused.status, await refused.text()]).toEqual([
    400,
    expect.stringContaining('mapping.columns: expected a path'),
  ]);
});

test('hooks are for who may change something; one that is taken away takes nothing any more', async () => {
  const { app, browser, hook, send } = await started();
  expect((await app.request('/api/hooks')).status).toBe(401);
  expect((await browser('DELETE', `/api/hooks/${hook.id}`)).status).toBe(204);
  expect((await browser('DELETE', `/api/hooks/${hook.id}`)).status).toBe(404);
  expect((await send(order)).status).toBe(404);
});

test('the address of a hook is not in the log', async () => {
  const { hook, send, lines } = await started();
  await send(order);
  expect(JSON.stringify(lines)).not.toContain(hook.id);
});
