import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createAuth } from './auth.ts';
import { createApp } from './create-app.ts';
import { secretIn } from './secret.ts';
import { testPorts } from './test-ports.ts';

const root = mkdtempSync(join(tmpdir(), 'osicam-auth-'));
afterAll(() => rmSync(root, { recursive: true }));
let folders = 0;
let addresses = 0;

const administrator = { email: 'Admin@Example.com', name: 'Administrator', password: 'correct horse battery' };

async function started(folder = join(root, String(++folders)), attempts = 100) {
  const { ports, lines } = testPorts();
  // The limit counts over all servers of one process, so each has a neighbour of its own.
  const remoteAddress = `203.0.113.${++addresses}`;
  const secret = secretIn(folder);
  const { baseURL, log } = ports;
  const auth = await createAuth({ database: join(folder, 'auth.db'), secret, baseURL, log, administrator, attempts });
  const app = createApp({ ...ports, auth });
  const signIn = (password: string, headers: Record<string, string> = {}) =>
    app.request(
      `${baseURL}/api/auth/sign-in/email`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin', origin: baseURL, ...headers },
        body: JSON.stringify({ email: 'admin@example.com', password }),
      },
      { incoming: { socket: { remoteAddress } } } as never,
    );
  const me = (cookie: string) => app.request('/api/me', { headers: { cookie } });
  return { folder, auth, app, signIn, me, lines, baseURL };
}

const cookieOf = (response: Response) =>
  response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');

test('a sign-in link signs the administrator in once, and a second use says how to get a new one', async () => {
  const { auth, app, me, baseURL } = await started();
  const link = await auth.createSignInLink();
  expect(link).toMatch(/^http:\/\/127\.0\.0\.1:4100\/signin\?token=\w{20,}$/);

  await app.request(link, { method: 'HEAD' });
  const response = await app.request(link);
  expect([response.status, response.headers.get('location')]).toEqual([302, '/']);
  const [cookie] = response.headers.getSetCookie();
  expect(cookie).toMatch(/^osicam\.session_token=/);
  expect(cookie).toContain('HttpOnly');
  expect(cookie).toContain('SameSite=Lax');
  expect(await (await me(cookieOf(response))).json()).toMatchObject({
    user: { name: 'Administrator', email: 'admin@example.com' },
  });

  const second = await app.request(link);
  expect(second.status).toBe(410);
  expect(second.headers.getSetCookie()).toEqual([]);
  expect(await second.text()).toContain('npm start');
  expect((await app.request(`${baseURL}/signin?token=guessed`)).status).toBe(410);
  await auth.close();
});

test('each link is its own, and only a digest of it is kept', async () => {
  const { auth, app, folder } = await started();
  const [first, second] = [await auth.createSignInLink(), await auth.createSignInLink()];
  expect(first).not.toBe(second);
  for (const end of ['', '-wal'])
    expect(readFileSync(join(folder, `auth.db${end}`)).includes(new URL(first).searchParams.get('token') ?? '?')).toBe(
      false,
    );
  expect((await app.request(second)).status).toBe(302);
  expect((await app.request(first)).status).toBe(302);
  await auth.close();
});

test('e-mail and password sign in, a wrong password does not, and signing out ends the session', async () => {
  const { auth, app, signIn, me, lines, baseURL } = await started();
  expect((await signIn('wrong horse battery')).status).toBe(401);
  const response = await signIn(administrator.password);
  expect(response.status).toBe(200);
  const cookie = cookieOf(response);
  expect((await me(cookie)).status).toBe(200);
  expect((await me(cookie.replace(/.{5}$/, 'AAAAA'))).status).toBe(401);
  const headers = { cookie, origin: baseURL, 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' };
  await app.request(`${baseURL}/api/auth/sign-out`, { method: 'POST', headers, body: '{}' });
  expect((await me(cookie)).status).toBe(401);
  expect(JSON.stringify(lines)).not.toContain('horse');
  await auth.close();
});

test('nobody can sign up, ask for a link, or sign in from another origin', async () => {
  const { auth, app, signIn, baseURL } = await started();
  const post = async (path: string, body: object) =>
    (
      await app.request(`${baseURL}/api/auth${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin', origin: baseURL },
        body: JSON.stringify(body),
      })
    ).status;
  expect(await post('/sign-up/email', { email: 'eve@example.com', name: 'Eve', password: 'long enough for it' })).toBe(
    404,
  );
  expect(await post('/sign-in/magic-link', { email: 'admin@example.com' })).toBe(404);
  expect(
    (await signIn(administrator.password, { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' })).status,
  ).toBe(403);
  await auth.close();
});

test('guessing passwords is slowed by the address of the socket, whatever address the headers claim', async () => {
  const { auth, signIn } = await started(undefined, 3);
  const statuses: number[] = [];
  for (let i = 0; i < 5; i++) {
    const claimed = `198.51.100.${i}`;
    const headers = { 'x-forwarded-for': claimed, 'x-osicam-client-address': claimed };
    statuses.push((await signIn('wrong horse battery', headers)).status);
  }
  expect(statuses).toEqual([401, 401, 401, 429, 429]);
  await auth.close();
});

test('a second start keeps users and sessions, and files are for their owner alone', async () => {
  const first = await started();
  const cookie = cookieOf(await first.signIn(administrator.password));
  await first.auth.close();
  const second = await started(first.folder);
  expect((await second.me(cookie)).status).toBe(200);
  for (const file of ['secret', 'auth.db']) expect(statSync(join(first.folder, file)).mode & 0o777).toBe(0o600);
  await second.auth.close();
});

test('a secret that somebody has shortened is refused', () => {
  const folder = mkdtempSync(join(root, 'short-'));
  writeFileSync(join(folder, 'secret'), 'short\n');
  expect(() => secretIn(folder)).toThrow(/at least 32 characters in .*secret, got 5/);
});
