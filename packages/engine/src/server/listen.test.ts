import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createAuth } from './auth.ts';
import { createApp } from './create-app.ts';
import { ListenError, serve } from './listen.ts';
import { noCounts, testPorts } from './test-ports.ts';

const host = '127.0.0.1';

test('a port that is taken is a clear error', async () => {
  const app = createApp(testPorts().ports);
  const first = await serve(app, { host, port: 0 });
  const second = serve(app, { host, port: first.port });
  await expect(second).rejects.toThrow(ListenError);
  await expect(second).rejects.toThrow(
    `port ${first.port} on 127.0.0.1 is in use: stop the other program or choose another with --port`,
  );
  await first.stop();
});

test('stopping ends live feeds at once and lets a request that is under way come to its end', async () => {
  const stopping = new AbortController();
  const arrived = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const { ports, counts } = testPorts({
    stopping: stopping.signal,
    messages: {
      list: async () => {
        arrived.resolve();
        await held.promise;
        return [];
      },
    },
  });
  counts.set('churn', noCounts('churn'));
  const server = await serve(createApp(ports), { host, port: 0 });
  const at = `http://${host}:${server.port}`;
  const headers = { cookie: 'signed-in' };
  const feed = await fetch(`${at}/api/loops/churn/live`, { headers });
  const slow = fetch(`${at}/api/messages`, { headers });
  await feed.body?.getReader().read();
  await arrived.promise;
  stopping.abort();
  const stopped = server.stop(60_000);
  setTimeout(held.resolve, 50);
  expect(await (await slow).json()).toEqual([]);
  await stopped;
  await expect(fetch(`${at}/healthz`)).rejects.toThrow();
});

test('over a real socket a link signs in, a file streams, and metrics answer the same machine', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'osicam-listen-'));
  const { ports } = testPorts();
  const administrator = { email: 'admin@example.com', name: 'Administrator' };
  const auth = await createAuth({
    database: join(folder, 'auth.db'),
    secret: 'x'.repeat(40),
    baseURL: ports.baseURL,
    log: ports.log,
    administrator,
  });
  const server = await serve(createApp({ ...ports, auth }), { host, port: 0 });
  const at = `http://${host}:${server.port}`;
  const link = (await auth.createSignInLink()).replace(ports.baseURL, at);
  const signedIn = await fetch(link, { redirect: 'manual' });
  const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';

  const chunk = new Uint8Array(64 * 1024);
  let left = 200;
  const file = new ReadableStream<Uint8Array>({
    pull: (controller) => (left-- > 0 ? controller.enqueue(chunk) : controller.close()),
  });
  const response = await fetch(`${at}/api/import?name=a.csv`, {
    method: 'POST',
    headers: { cookie, origin: at },
    body: file,
    duplex: 'half',
  } as RequestInit);
  expect(await response.json()).toMatchObject({ rows: 200 * 64 * 1024 });

  const wrong = await fetch(`${at}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: at },
    body: JSON.stringify({ email: 'admin@example.com', password: 'no password is set' }),
  });
  expect(wrong.status).toBe(401);
  expect((await fetch(`${at}/metrics`)).status).toBe(200);
  await server.stop();
  await auth.close();
  rmSync(folder, { recursive: true });
});
