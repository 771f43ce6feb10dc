import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestOptions } from '@osicam/engine/plugin/testing';
import { testNode } from '@osicam/engine/plugin/testing';
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, test } from 'vitest';
import { webhook } from './index.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Call {
  headers: IncomingMessage['headers'];
  text: string;
}

/** A real HTTP server that the configuration allows, and the requests it got. */
async function server(answer: (response: ServerResponse) => void = (response) => response.end()) {
  const calls: Call[] = [];
  const listening = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on('end', () => {
      calls.push({ headers: request.headers, text });
      answer(response);
    });
  });
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(listening.address() as AddressInfo).port}`;
  closing.push(() => {
    listening.closeAllConnections();
    listening.close();
  });
  return { calls, host, url: `http://${host}/hook` };
}

async function call(answer?: (response: ServerResponse) => void, settings = {}, options: TestOptions = {}) {
  const { calls, url, host } = await server(answer);
  const node = testNode(webhook, { config: { allow: [host] }, settings: { url, ...settings }, ...options });
  closing.push(() => node.close());
  return { delivery: (await node.deliver())[1], calls, node };
}

const status =
  (code: number, headers = {}) =>
  (response: ServerResponse) =>
    response.writeHead(code, headers).end('because');

test('the other system gets the chosen data with a key', async () => {
  const fields = [
    { name: 'plan', value: '{{ customer.plan }}' },
    { name: 'score', value: '{{ customer.score }}', as: 'number' },
    { name: 'vip', value: 'yes', as: 'boolean' },
    { name: 'note', value: '{{ customer.note }}' },
  ];
  const customers = [{ traits: { plan: 'gold "plus"', score: 0.5 } }];
  const { delivery, calls } = await call(undefined, { fields, event: 'offer.made' }, { customers });
  expect(delivery).toEqual({ status: 'sent', detail: '200' });
  expect(JSON.parse(calls[0]?.text ?? '')).toEqual({
    type: 'offer.made',
    timestamp: '2026-01-01T00:00:00.000Z',
    data: { customer: 1, plan: 'gold "plus"', score: 0.5, vip: true, note: null },
  });
  expect(calls[0]?.headers).toMatchObject({
    'idempotency-key': 'loop:node:1:1',
    'webhook-id': 'loop:node:1:1',
    'webhook-timestamp': '1767225600',
    'content-type': 'application/json',
  });
});

test('a repetition carries the same key', async () => {
  const { node, calls } = await call();
  await node.deliver(2);
  expect(calls.map(({ headers }) => headers['idempotency-key'])).toEqual(['loop:node:1:1', 'loop:node:1:1']);
});

test.each([
  [200, 'sent'],
  [204, 'sent'],
  [400, 'failed'],
  [404, 'failed'],
  [410, 'failed'],
  [429, 'retry'],
  [500, 'retry'],
  [503, 'retry'],
])('an answer of %i is %s', async (code, expected) => {
  expect((await call(status(code))).delivery?.status).toBe(expected);
});

test('the other side says when to come back, in seconds or as an instant', async () => {
  expect((await call(status(429, { 'retry-after': '120' }))).delivery).toMatchObject({
    status: 'retry',
    after: 120_000,
  });
  const date = 'Thu, 01 Jan 2026 00:00:00 GMT';
  const instant = { date, 'retry-after': 'Thu, 01 Jan 2026 00:01:00 GMT' };
  expect((await call(status(503, instant))).delivery?.after).toBe(60_000);
  expect((await call(status(503, { 'retry-after': '99999999' }))).delivery?.after).toBe(86_400_000);
  expect((await call(status(503, { 'retry-after': 'soon' }))).delivery?.after).toBeUndefined();
});

test('a redirection is not followed', async () => {
  const { delivery } = await call(status(302, { location: 'http://169.254.169.254/' }));
  expect(delivery).toMatchObject({ status: 'failed', detail: expect.stringContaining('redirection') });
});

test('an answer that does not come, and a server that is not there, are tried again', async () => {
  expect((await call(() => undefined, { timeout: 'PT0.05S' })).delivery?.status).toBe('retry');
  expect((await call((response) => response.destroy())).delivery?.status).toBe('retry');
  const gone = testNode(webhook, { settings: { url: 'http://127.0.0.1:1/' }, config: { allow: ['127.0.0.1:1'] } });
  expect((await gone.deliver())[1]).toMatchObject({ status: 'retry', detail: expect.stringContaining('ECONNREFUSED') });
});

test('what is not on the public internet is not called unless the installation allows it', async () => {
  const { url, host, calls } = await server();
  const local = url.replace('127.0.0.1', 'localhost');
  for (const address of [url, local, url.replace('127.0.0.1', '[::ffff:127.0.0.1]')]) {
    const node = testNode(webhook, { settings: { url: address }, config: { allow: [`${host}0`] } });
    expect((await node.deliver())[1]).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('expected a public address'),
    });
  }
  expect(calls).toEqual([]);
});

describe('a request is signed as Standard Webhooks does', () => {
  const secrets = ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD'] as const;

  async function signed(secret: string | readonly string[]) {
    const { url, host, calls } = await server();
    const fields = [{ name: 'name', value: '{{ customer.name }}' }];
    const customers = [{ traits: { name: 'Zoë "Z"' } }];
    const config = { allow: [host], secret };
    await testNode(webhook, { settings: { url, fields }, config, customers, now: Date.now() }).deliver();
    const [{ headers, text }] = calls as [Call];
    return (by: string) => new Webhook(by).verify(text, headers as Record<string, string>);
  }

  test('where there is a secret, by which its receiver knows it', async () => {
    const verify = await signed(secrets[0]);
    expect(verify(secrets[0])).toMatchObject({ data: { name: 'Zoë "Z"' } });
    expect(() => verify(secrets[1])).toThrow('No matching signature');
  });

  test('by several while a secret is being changed, each of which is enough', async () => {
    const verify = await signed(secrets);
    for (const secret of secrets) expect(verify(secret)).toMatchObject({ type: 'customer.reached' });
  });

  test('and what is no secret is refused', async () => {
    const node = testNode(webhook, { settings: { url: 'https://example.com/' }, config: { secret: 'topsecret' } });
    await expect(node.deliver()).rejects.toThrow('whsec_');
  });
});

test('an address that is none is refused, and so is a broken template or a name twice', () => {
  for (const url of ['', 'billing', 'file:///etc/passwd', 'ftp://x.example'])
    expect(() => testNode(webhook, { settings: { url } })).toThrow('expected an address');
  const fields = [
    { name: 'a', value: '{{' },
    { name: 'a', value: '' },
  ];
  const { problems } = testNode(webhook, { settings: { url: 'https://example.com/', fields } });
  expect(problems.map(({ path }) => path)).toEqual([
    ['fields', 0, 'value'],
    ['fields', 1, 'name'],
  ]);
});

test('the installation says where a host really is, and the other side is told its own name', async () => {
  const { calls, host } = await server();
  const node = testNode(webhook, {
    config: { connectTo: { 'billing.operator.example:80': host } },
    settings: { url: 'http://billing.operator.example/renewals' },
  });
  closing.push(() => node.close());
  expect((await node.deliver())[1]).toEqual({ status: 'sent', detail: '200' });
  expect(calls[0]?.headers.host).toBe('billing.operator.example');
});
