import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import type { TestOptions } from '@osicam/engine/plugin/testing';
import { testNode } from '@osicam/engine/plugin/testing';
import PostalMime from 'postal-mime';
import type { SMTPServerOptions } from 'smtp-server';
import { SMTPServer } from 'smtp-server';
import { afterEach, expect, test } from 'vitest';
import { email } from './index.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const ann = { traits: { name: 'Ann', email: 'ann@example.com' } };
const base = { from: 'Example <service@example.com>', consent: 'notNeeded' };

/** A real SMTP server, and the mails it took. */
async function server(options: SMTPServerOptions = {}) {
  const mails: string[] = [];
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    closeTimeout: 10,
    onData(stream, _session, done) {
      let mail = '';
      stream.on('data', (chunk) => {
        mail += chunk;
      });
      stream.on('end', () => {
        mails.push(mail);
        done();
      });
    },
    ...options,
  });
  smtp.on('error', () => undefined);
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise<void>((resolve) => smtp.close(() => resolve())));
  return { smtp, mails, url: `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}` };
}

function node(url: string, options: TestOptions = {}) {
  const tested = testNode(email, { settings: base, customers: [ann], config: { url }, ...options });
  closing.push(() => tested.close());
  return tested;
}

const refusal = (code: number) => Object.assign(new Error('no'), { responseCode: code });

test('a mail arrives with the customer’s own words in it', async () => {
  const { url, mails } = await server();
  const settings = {
    ...base,
    subject: 'Grüße an {{ customer.name }}',
    text: 'Plan: {{ customer.plan }}',
    html: '<b>{{ customer.plan }}</b>',
  };
  const customers = [{ traits: { ...ann.traits, plan: 'A & B' } }];
  expect((await node(url, { settings, customers, now: Date.UTC(2026, 2, 1) }).deliver())[1]?.status).toBe('sent');
  const mail = await PostalMime.parse(mails[0] as string);
  expect(mail).toMatchObject({
    from: { name: 'Example', address: 'service@example.com' },
    to: [{ address: 'ann@example.com' }],
    subject: 'Grüße an Ann',
    date: '2026-03-01T00:00:00.000Z',
  });
  expect(mail.text?.trim()).toBe('Plan: A & B');
  expect(mail.html?.trim()).toBe('<b>A &amp; B</b>');
});

test('the same message has the same id at every attempt, and another message another', async () => {
  const { url, mails } = await server();
  const tested = node(url, { customers: [ann, ann] });
  await tested.deliver(1);
  await tested.deliver(2);
  const ids = await Promise.all(mails.map(async (mail) => (await PostalMime.parse(mail)).messageId));
  expect(new Set(ids).size).toBe(2);
  expect(ids[0]).toMatch(/^<[0-9a-f]{32}@example\.com>$/);
});

test.each([
  [450, 'retry'],
  [550, 'failed'],
])('a recipient refused with %i is %s', async (code, status) => {
  const { url, mails } = await server({ onRcptTo: (_address, _session, done) => done(refusal(code)) });
  expect((await node(url).deliver())[1]).toMatchObject({ status, detail: expect.stringContaining(String(code)) });
  expect(mails).toEqual([]);
});

test.each([
  [451, 'retry'],
  [554, 'failed'],
])('a message refused with %i after its last line is %s', async (code, status) => {
  const { url } = await server({
    onData(stream, _session, done) {
      stream.resume();
      stream.on('end', () => done(refusal(code)));
    },
  });
  expect((await node(url).deliver())[1]?.status).toBe(status);
});

test('a connection lost after the last line leaves nobody knowing, and nothing is sent again', async () => {
  let taken = 0;
  const { url } = await server({
    onData(stream, session) {
      stream.resume();
      stream.on('end', () => {
        taken++;
        connections.get(session.remotePort)?.destroy();
      });
    },
  });
  const connections = new Map<number, { destroy(): void }>();
  const proxied = await proxy(url, (socket, port) => connections.set(port, socket));
  expect((await node(proxied).deliver())[1]?.status).toBe('unknown');
  expect(taken).toBe(1);
});

test('a connection lost before the last line is tried again, for the server must not have taken it', async () => {
  const settings = { ...base, text: '{{ customer.text }}' };
  const customers = [{ traits: { ...ann.traits, text: 'x'.repeat(30_000_000) } }];
  const { url, mails } = await server();
  const proxied = await proxy(url, (socket) => {
    let seen = 0;
    socket.on('data', (data) => {
      seen += data.length;
      if (seen > 100_000) socket.destroy();
    });
  });
  expect((await node(proxied, { settings, customers }).deliver())[1]?.status).toBe('retry');
  expect(mails).toEqual([]);
});

test('a server that says nothing more is tried again if it had not taken the message, and asked nothing more if it may have', async () => {
  const silent = await server({ onMailFrom: () => undefined });
  const config = { url: silent.url, timeout: 200 };
  expect((await node(silent.url, { config }).deliver())[1]?.status).toBe('retry');
  const afterTheDot = await server({ onData: (stream) => void stream.resume() });
  expect((await node(afterTheDot.url, { config: { ...config, url: afterTheDot.url } }).deliver())[1]?.status).toBe(
    'unknown',
  );
});

const links = {
  preferences: 'https://news.example.com/preferences/1.abc.def',
  unsubscribe: 'https://news.example.com/unsubscribe/1.abc.def',
};

test('who may refuse a mail can do so by its header with one click, by a mail, and by a link in its text', async () => {
  const { url, mails } = await server();
  const settings = { ...base, html: '<a href="{{ links.unsubscribe }}">no more</a>', text: '{{ links.preferences }}' };
  const config = { url, unsubscribe: 'leave@example.com' };
  await node(url, { settings, config, links }).deliver();
  const mail = await PostalMime.parse(mails[0] as string);
  const header = (name: string) => mail.headers.find(({ key }) => key === name)?.value;
  expect(header('list-unsubscribe')).toBe(
    `<${links.unsubscribe}>, <mailto:leave@example.com?subject=unsubscribe%201.abc.def>`,
  );
  expect(header('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click');
  expect(mail.html).toContain(`<a href="${links.unsubscribe}">`);
  expect(mail.text?.trim()).toBe(links.preferences);
});

test('without a public address a mail has no such header, and its template is as good', async () => {
  const { url, mails } = await server();
  await node(url, { settings: { ...base, text: 'x{{ links.unsubscribe }}x' } }).deliver();
  expect(mails[0]).not.toMatch(/List-Unsubscribe/i);
  expect((await PostalMime.parse(mails[0] as string)).text?.trim()).toBe('xx');
});

test.each([
  [550, '5.1.1 no such user', 'hard'],
  [550, 'no such user here', 'hard'],
  [550, '5.2.1 mailbox disabled', 'hard'],
  [552, '5.2.2 mailbox full', 'soft'],
  [452, '4.2.2 mailbox full', 'soft'],
  [550, '5.7.1 relaying denied', undefined],
  [554, '5.7.1 blocked by our list', undefined],
  [550, 'relay access denied', undefined],
  [553, '5.1.8 bad sender', undefined],
  [451, '4.7.1 greylisted, try again', undefined],
])('a recipient refused with %i %s is a bounce: %s', async (code, text, bounce) => {
  const { url } = await server({
    onRcptTo: (_address, _session, done) => done(Object.assign(new Error(text), { responseCode: code })),
  });
  expect((await node(url).deliver())[1]?.bounce).toBe(bounce);
});

test('a recipient or a sender that is refused holds up nobody else', async () => {
  const { url, mails } = await server({
    onMailFrom: ({ address }, _session, done) => done(address.startsWith('nobody') ? refusal(553) : undefined),
    onRcptTo: ({ address }, _session, done) => done(address.startsWith('bad') ? refusal(550) : undefined),
  });
  const customers = ['a', 'bad1', 'b', 'bad2', 'c'].map((name) => ({ traits: { name, email: `${name}@example.com` } }));
  const receipts = await node(url, { customers }).deliver();
  expect(Object.values(receipts).map(({ status }) => status)).toEqual(['sent', 'failed', 'sent', 'failed', 'sent']);
  expect(mails).toHaveLength(3);
  const settings = { ...base, from: 'nobody@example.com' };
  const refused = await node(url, { settings, customers }).deliver();
  expect(Object.values(refused).map(({ status }) => status)).toEqual(Array(5).fill('failed'));
});

test('a server that cannot be reached, or that refuses everybody, is tried again', async () => {
  const { url, smtp } = await server();
  await new Promise<void>((resolve) => smtp.close(() => resolve()));
  expect((await node(url).deliver())[1]?.status).toBe('retry');
  const busy = await server({ onConnect: (_session, done) => done(refusal(554)) });
  expect((await node(busy.url).deliver())[1]?.status).toBe('retry');
});

test('who cannot or must not be written to is left out, and it is said why', async () => {
  const customers = [
    { traits: {} },
    { traits: { email: 'ann at home' } },
    ann,
    { traits: { email: 'a@example.com\r\nBcc: b@example.com' } },
    { traits: { email: 'a@example.com, b@example.com' } },
  ];
  expect(await testNode(email, { customers }).compose()).toMatchObject({
    1: { suppressed: 'no address' },
    2: { suppressed: 'invalid address' },
    3: { address: 'ann@example.com' },
    4: { suppressed: 'invalid address' },
    5: { suppressed: 'invalid address' },
  });
});

test('whom it contacts for what is told to the contact policy, which decides when it is sent', () => {
  const settings = email.settings.parse({ purpose: 'service', consent: 'notRefused' });
  expect(email.contact?.(settings)).toEqual({ channel: 'email', purpose: 'service', consent: 'notRefused' });
  expect(email.contact?.(email.settings.parse({}))).toMatchObject({ purpose: 'marketing', consent: 'given' });
});

test('a trait cannot add a header', async () => {
  const customers = [{ traits: { ...ann.traits, name: 'Ann\r\nBcc: all@example.com' } }];
  expect(await testNode(email, { settings: base, customers }).compose()).toEqual({
    1: { suppressed: 'a line break in the subject' },
  });
});

test('what is wrong with the settings is said before anything is sent', () => {
  const settings = { from: 'nobody', subject: '{{ unclosed', text: '{{ x | shout }}', html: '{% if %}' };
  expect(testNode(email, { settings }).problems.map(({ path }) => path[0])).toEqual([
    'from',
    'subject',
    'text',
    'html',
  ]);
  expect(testNode(email).problems).toEqual([]);
});

test('a configuration without a server says what is expected', async () => {
  await expect(testNode(email, { settings: base, customers: [ann], config: {} }).deliver()).rejects.toThrow('smtp://');
});

test('without a sender nothing goes out', async () => {
  const { url, mails } = await server();
  const none = node(url, { settings: { ...base, from: '' } });
  expect((await none.deliver())[1]).toMatchObject({ status: 'failed', detail: expect.stringContaining('sender') });
  const installed = node(url, { settings: { ...base, from: '' }, config: { url, from: 'osicam@example.com' } });
  expect((await installed.deliver())[1]?.status).toBe('sent');
  expect(mails).toHaveLength(1);
});

/** Stands between both sides, so that a test can cut the line. `port` is the one the server sees. */
async function proxy(url: string, connected: (socket: Socket, port: number) => void) {
  const target = new URL(url);
  const listening = createServer((socket) => {
    const onward = connect(Number(target.port), target.hostname);
    onward.once('connect', () => connected(socket, onward.localPort as number));
    for (const side of [socket, onward]) {
      side.on('error', () => undefined);
      side.on('close', () => {
        socket.destroy();
        onward.destroy();
      });
    }
    socket.pipe(onward).pipe(socket);
  });
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise<void>((resolve) => listening.close(() => resolve())));
  return `smtp://127.0.0.1:${(listening.address() as AddressInfo).port}`;
}
