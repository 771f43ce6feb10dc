import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LiveWorld } from '@osicam/engine/plugin';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { generate, isAtRisk, type Person } from './index.ts';
import { openLiveWorld } from './live/live-world.ts';
import { Mailbox } from './live/mailbox.ts';

const DAY = 86_400_000;
const start = Date.UTC(2026, 0, 5);
const base = generate({ seed: 1, customers: 400, now: start });
const persons = base.persons.filter((person) => isAtRisk(person) && !person.dislikesContact);
const silent = { info: () => undefined, warn: () => undefined };

interface Call {
  type: string;
  event: string;
  messageId: string;
  timestamp: string;
  userId?: string;
  properties: Record<string, unknown>;
  context: { traits: { email?: string; phone?: string } };
}

/** An ingestion endpoint that keeps what it takes, and fails as often as it is told. */
async function endpoint(failures: number[] = []) {
  let refused = 0;
  const batches: { authorization: string | undefined; calls: Call[]; bytes: number }[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on('end', () => {
      const status = request.url === '/v1/batch' ? (failures.shift() ?? 200) : 404;
      if (status !== 200) refused++;
      const { authorization } = request.headers;
      if (status === 200) batches.push({ authorization, calls: JSON.parse(text).batch, bytes: text.length });
      response.writeHead(status).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    batches,
    refused: () => refused,
    calls: () => batches.flatMap(({ calls }) => calls),
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

let folder: string;
let now: number;
const closing: (() => unknown)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'telecom-live-'));
  now = start;
  closing.push(() => rm(folder, { recursive: true }));
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function live(url: string): Promise<LiveWorld> {
  const world = await openLiveWorld(base, {
    baseURL: url,
    writeKey: 'key',
    outFolder: folder,
    now: () => now,
    log: silent,
  });
  closing.push(() => world.close());
  return world;
}

const billingOf = (world: LiveWorld) =>
  Object.values((world.channels['interact/webhook'] as { connectTo: Record<string, string> }).connectTo)[0]!;

const renew = (world: LiveWorld, person: Person, turn = 1) =>
  fetch(`http://${billingOf(world)}/renewals`, {
    method: 'POST',
    headers: { 'idempotency-key': `renewal.${person.id}.${turn}` },
    body: JSON.stringify({ type: 'contract.renewal_due', data: { customer: 1, account: person.id, turn } }),
  });

/** Speaks SMTP as any sender would. */
function mail(world: LiveWorld, to: string, lines: readonly string[]): Promise<string> {
  const { port } = new URL((world.channels['interact/email'] as { url: string }).url);
  const steps = [
    'EHLO test',
    'MAIL FROM:<care@aurelia-telecom.example>',
    `RCPT TO:<${to}>`,
    'DATA',
    `${lines.join('\r\n')}\r\n.`,
  ];
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1');
    let answer = '';
    socket.on('error', reject).on('data', (data) => {
      answer += data.toString();
      if (!/^\d{3} .*\r\n$/m.test(answer.slice(answer.lastIndexOf('\n', answer.length - 2) + 1))) return;
      const step = steps.shift();
      if (step === undefined) {
        socket.end();
        resolve(answer.trim().split('\r\n').at(-1)!);
      } else socket.write(`${step}\r\n`);
    });
  });
}

const offer = (to: string, id: string) => [
  `Message-ID: <${id}@aurelia-telecom.example>`,
  'From: Aurelia Telecom <care@aurelia-telecom.example>',
  `To: ${to}`,
  'Subject: =?UTF-8?Q?Ren=C3=A9,_10_=25_off?=',
  'Content-Type: text/plain; charset=utf-8',
  '',
  'Renew here:',
  'https://my.aurelia-telecom.example/renew?utm_campaign=retention&utm_content=offer',
];
const until = (what: () => unknown) => vi.waitFor(() => expect(what()).toBeTruthy(), { timeout: 5_000, interval: 20 });

test('customers who were told of their contract and written to answer by the ingestion API, when their time has come', async () => {
  const server = await endpoint();
  closing.push(server.close);
  const world = await live(server.url);
  const asked = persons.filter(({ email }) => email).slice(0, 30);
  for (const person of asked) {
    expect((await renew(world, person)).status).toBe(200);
    expect(await mail(world, person.email, offer(person.email, person.id))).toMatch(/^250 /);
  }
  expect(world.mails({ limit: 1 })).toMatchObject({
    total: 30,
    mails: [{ to: asked.at(-1)!.email, subject: 'René, 10 % off' }],
  });
  expect(world.truth(1)).toMatchObject({ exposed: 30, contacts: { 'email:offer': 30, none: 0 } });
  expect(server.calls()).toEqual([]);

  now = start + 14 * DAY;
  await until(() => server.calls().some(({ event }) => event === 'contract_renewed'));
  const calls = server.calls();
  expect(server.batches[0]!.authorization).toBe(`Basic ${btoa('key:')}`);
  const decided = calls.filter(({ event }) => event === 'contract_renewed');
  expect(asked.map(({ id }) => id)).toEqual(expect.arrayContaining(decided.map(({ userId }) => userId)));
  expect(decided[0]).toMatchObject({ type: 'track', properties: { currency: 'EUR', category: 'order' } });
  expect(Date.parse(decided[0]!.timestamp)).toBeLessThanOrEqual(now);
  const opened = calls.filter(({ event }) => event === 'email_opened');
  expect(opened.length).toBeGreaterThan(5);
  expect(asked.map(({ email }) => email)).toEqual(
    expect.arrayContaining(opened.map(({ context }) => context.traits.email)),
  );
  expect(new Set(calls.map(({ messageId }) => messageId)).size).toBe(calls.length);
});

test('the call centre calls whom the list names, as it grows, once each', async () => {
  const server = await endpoint();
  closing.push(server.close);
  await live(server.url);
  const list = join(folder, 'retention-calls.csv');
  const created = new Date(start).toISOString();
  const row = ({ id, phone }: Person) =>
    `${id},1,Somebody,${phone},retention-calls,"Say ""hello"",\nthen listen",,high,${created}\n`;
  const [first, second, third] = persons as [Person, Person, Person];
  await writeFile(list, `key,customer,name,phone,list,script,due,priority,created\n${row(first)}`);
  await appendFile(list, row(second) + row(second) + row(third).slice(0, 40));
  now = start + 2 * DAY;
  await until(() => server.calls().filter(({ event }) => event === 'call_outcome').length === 2);
  await appendFile(list, row(third).slice(40));
  await until(() => server.calls().filter(({ event }) => event === 'call_outcome').length === 3);
  const phones = server.calls().map(({ context }) => context.traits.phone);
  expect(new Set(phones)).toEqual(new Set([first.phone, second.phone, third.phone]));
});

test('billing takes each key once, and says what it cannot take', async () => {
  const server = await endpoint();
  closing.push(server.close);
  const world = await live(server.url);
  const [person] = persons as [Person];
  expect(await (await renew(world, person)).json()).toEqual({ receipt: 'taken' });
  expect(await (await renew(world, person)).json()).toEqual({ receipt: 'repeated' });
  expect(world.truth(1).exposed).toBe(1);
  expect((await renew(world, { ...person, id: 'B-1' })).status).toBe(404);
  const post = (path: string, init: RequestInit) => fetch(`http://${billingOf(world)}${path}`, init);
  const headers = { 'idempotency-key': 'x' };
  expect((await post('/renewals', { method: 'POST', headers, body: 'no JSON' })).status).toBe(400);
  expect((await post('/renewals', { method: 'POST', body: '{}' })).status).toBe(400);
  expect((await post('/renewals', { method: 'POST', headers, body: 'x'.repeat(70_000) })).status).toBe(413);
  expect((await post('/renewals', { headers })).status).toBe(405);
  expect((await post('/', { method: 'POST', headers })).status).toBe(404);
});

test('answers that do not arrive are posted again until they do, each once', async () => {
  const server = await endpoint([503, 401]);
  closing.push(server.close);
  const world = await live(server.url);
  for (const person of persons.slice(0, 20)) await renew(world, person);
  now = start + 14 * DAY;
  await until(() => server.calls().length > 5);
  const ids = server.calls().map(({ messageId }) => messageId);
  expect(new Set(ids).size).toBe(ids.length);
});

test('a batch that is refused for good holds up nobody after it', async () => {
  const server = await endpoint([400]);
  closing.push(server.close);
  const world = await live(server.url);
  const [early, ...others] = persons.slice(0, 20) as [Person, ...Person[]];
  await writeFile(
    join(folder, 'retention-calls.csv'),
    `key,phone,created\nearly,${early.phone},${new Date(start).toISOString()}\n`,
  );
  now = start + 2 * DAY;
  await until(() => server.refused() === 1);
  for (const person of others) await renew(world, person);
  now = start + 20 * DAY;
  await until(() => server.calls().length > 5);
  expect(server.calls().every(({ userId }) => userId !== undefined)).toBe(true);
});

test('a demo that was stopped goes on: what had been received is known, and its answers come again under the same ids', async () => {
  const server = await endpoint();
  closing.push(server.close);
  const before = await live(server.url);
  for (const person of persons.slice(0, 20)) await renew(before, person);
  now = start + 14 * DAY;
  await until(() => server.calls().length > 0);
  await before.close();
  const told = new Set(server.calls().map(({ messageId }) => messageId));
  server.batches.length = 0;
  const after = await live(server.url);
  expect(after.truth(1).exposed).toBe(20);
  await until(() => server.calls().length > 0);
  expect(new Set(server.calls().map(({ messageId }) => messageId))).toEqual(told);
});

test('batches stay within what the server takes', async () => {
  const server = await endpoint();
  closing.push(server.close);
  const world = await live(server.url);
  await Promise.all(persons.map((person) => renew(world, person)));
  await Promise.all(persons.slice(0, 60).map(({ email, id }) => mail(world, email, offer(email, id))));
  now = start + 14 * DAY;
  await until(() => server.calls().length > persons.length / 2);
  for (const { calls, bytes } of server.batches) {
    expect(calls.length).toBeLessThanOrEqual(2_500);
    expect(bytes).toBeLessThanOrEqual(500 * 1024);
  }
});

test('the mailbox keeps the newest and counts all, and is read page by page from the newest on', () => {
  const box = new Mailbox(100);
  for (let i = 1; i <= 350; i++)
    box.add({ to: `${i}@example.com`, from: '', subject: '', at: i, text: '', html: undefined, headers: {} });
  const first = box.list({ limit: 60 });
  expect([first.total, first.mails.length, first.mails[0]!.id, first.mails.at(-1)!.id]).toEqual([
    350,
    60,
    '350',
    '291',
  ]);
  const second = box.list({ after: '291', limit: 60 });
  expect([second.mails[0]!.id, second.mails.length, second.mails.at(-1)!.id]).toEqual(['290', 40, '251']);
  expect(box.list({ after: '251', limit: 60 }).mails).toEqual([]);
  expect(box.list({ after: '3', limit: 60 }).mails).toEqual([]);
  expect([box.get('300')?.to, box.get('3'), box.get('x'), box.get('351')]).toEqual([
    '300@example.com',
    undefined,
    undefined,
    undefined,
  ]);
});
