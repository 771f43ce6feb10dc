import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { draw } from '../cli/draw.ts';
import { folder, osicam, osicamJson, start, write } from '../cli/osicam.ts';
import type { PostgresServer } from '../lib/postgres-server.ts';
import { startPostgres } from '../lib/postgres-server.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
}, 60_000);
afterAll(() => server.remove());

async function freePort(): Promise<string> {
  const socket = createServer();
  await new Promise<void>((resolve) => socket.listen(0, '127.0.0.1', resolve));
  const { port } = socket.address() as AddressInfo;
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return String(port);
}

/** `osicam serve` in a role, until the test is over. */
async function serve(role: string, url: string, data: string): Promise<{ address: string; signIn?: string }> {
  const args = ['serve', '--role', role, '--data', data, '--port', await freePort(), '--json'];
  const { child, ended } = start(args, { env: { OSICAM_DATABASE_URL: url } });
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  let told = '';
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (piece: Buffer) => {
      told += piece.toString();
      if (told.endsWith('}\n')) resolve(JSON.parse(told) as { address: string });
    });
    void ended.then(({ stderr }) => reject(new Error(stderr)));
  });
}

const loop = draw(
  [
    ['in', 'collect/call'],
    ['rest', 'flow/delay', { for: 'PT1S' }],
    ['end', 'flow/end'],
  ],
  ['in.entered > rest', 'rest.done > end'],
  'called',
);

test('servers and engines are processes of their own on one database, and share sign-in, loops and customers', async () => {
  await server.createDatabase('served');
  const url = server.url('served');
  const data = folder();
  const [one, two, engine] = await Promise.all([
    serve('api', url, join(data, 'one')),
    serve('api', url, join(data, 'two')),
    serve('engine', url, join(data, 'engine')),
  ]);

  // A session that one server has begun is one of the other's.
  const signedIn = await fetch(one.signIn as string, { redirect: 'manual' });
  const cookie = signedIn.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ');
  expect((await fetch(`${two.address}/api/me`, { headers: { cookie } })).status).toBe(200);

  const env = { OSICAM_DATABASE_URL: url };
  const { stdout } = await osicam(['token', 'create', '--name', 'test', '--role', 'admin'], { env });
  const headers = { authorization: `Bearer ${stdout.trim()}`, 'content-type': 'application/json' };
  const ask = async (base: { address: string }, method: string, path: string, body?: object) => {
    const answer = await fetch(`${base.address}${path}`, {
      method,
      headers,
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as never;
  };

  const csv = write(data, 'customers.csv', 'id,name,email,age\nc1,Ann,ann@example.com,3\nc2,Ben,ben@example.com,\n');
  expect(await osicamJson(['import', csv], { env })).toMatchObject({ rows: 2, created: 2, rejected: 0 });
  expect(await osicamJson(['import', csv], { env })).toMatchObject({ rows: 2, created: 0, unchanged: 2 });

  await ask(one, 'POST', '/api/loops', { id: loop.id, name: loop.name, document: loop });
  await ask(one, 'POST', '/api/loops/called/publish', { revision: 1 });
  const enter = (base: { address: string }, value: string) =>
    ask(base, 'POST', '/api/loops/called/enter', { parties: [{ identities: [{ kind: 'key', value }] }] });
  await enter(one, 'c1');
  // The other server learns by itself that there is such a loop.
  for (let left = 50; ; left--)
    try {
      await enter(two, 'c2');
      break;
    } catch (error) {
      if (left === 0) throw error;
      await setTimeout(100);
    }
  const ended = async (): Promise<number> => {
    const [called] = (await ask(two, 'GET', '/api/loops')) as { counts: { ended: number } }[];
    return (called as { counts: { ended: number } }).counts.ended;
  };
  while ((await ended()) !== 2) await setTimeout(100);

  for (const path of [
    '/api/loops',
    '/api/loops/called',
    '/api/loops/called/counts',
    '/api/loops/called/reports',
    '/api/loops/called/audit',
    '/api/loops/called/overdue',
    '/api/customers?search=Ann',
    '/api/customers/1',
    '/api/fields',
    '/api/messages',
    '/api/policy',
    '/api/segments',
    '/api/tokens',
    '/api/write-keys',
  ]) {
    const answer = await fetch(`${two.address}${path}`, { headers });
    expect([path, answer.status, answer.ok ? '' : await answer.text()]).toEqual([path, 200, '']);
  }

  expect(await (await fetch(`${engine.address}/readyz`)).text()).toBe('ready\n');
  expect(await (await fetch(`${engine.address}/metrics`)).text()).toContain('osicam_customers 2');
  expect((await fetch(`${engine.address}/api/loops`, { headers })).status).toBe(404);
}, 120_000);

test('a role that needs a shared database is refused without one, and an address that is none is told without its password', async () => {
  const data = folder();
  expect(await osicam(['serve', '--role', 'engine', '--data', data])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/--role engine takes a database that several processes can share/),
  });
  const csv = write(data, 'customers.csv', 'id\nc1\n');
  const away = await osicam(['import', csv, '--db', 'postgres://me:secret@127.0.0.1:1/nobody']);
  expect(away.code).toBe(1);
  expect(away.stderr).toMatch(/cannot reach the database postgres:\/\/me@127.0.0.1:1\/nobody/);
  expect(away.stderr).not.toMatch(/secret|a bug/);
});
