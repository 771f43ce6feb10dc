import { expect, onTestFinished, test } from 'vitest';
import { signLink } from '../../customers/index.ts';
import { permissionPolicySchema } from '../../plugin/permission-policy.ts';
import { channel, definePlugin, Registry, z } from '../../plugin/index.ts';
import { createApp } from '../../server/create-app.ts';
import { browserOf, testPorts } from '../../server/test-ports.ts';
import { openTestDatabase } from '../../store/test-database.ts';
import { createEngineHost } from '../host/engine-host.ts';
import { createPermissionPort } from './permission.ts';
import { permissionSecret } from '../permission-secret.ts';

const declared = {
  organisation: 'Example & Söhne',
  imprint: 'Example Ltd',
  purposes: [
    { id: 'news', label: 'Newsletter <weekly>', description: 'Once a week', channels: ['email', 'sms'] },
    { id: 'offers', label: 'Offers', doubleOptIn: true },
    { id: 'bills', label: 'Bills', basis: 'contract' },
  ],
  forms: [
    { id: 'spring', title: 'Spring', purposes: ['news', 'offers'] },
    { id: 'one', title: 'One', purposes: ['offers'], thanks: 'https://www.example.com/thanks' },
  ],
  texts: { ar: { 'unsubscribe.title': 'إلغاء الاشتراك', 'purpose.news': 'النشرة' } },
};

/** A whole installation but for its socket: real database, real engine, real pages. */
async function installation(policy: object = declared) {
  const db = await openTestDatabase();
  const mails: { address: string; text: string }[] = [];
  const email = channel({
    type: 'interact/email',
    stage: 'interact',
    title: 'E-mail',
    description: 'For tests.',
    settings: z.object({}),
    delivery: 'at-most-once',
    compose: () => ({ suppressed: 'never' }),
    connect: () => ({
      deliver: async ({ address, body }) => {
        mails.push({ address, text: String(body.text) });
        return { status: 'sent' };
      },
    }),
  });
  const secret = await permissionSecret(db);
  const host = await createEngineHost({
    db: { ...db, close: async () => undefined },
    registry: new Registry([definePlugin({ name: 'test', nodes: [email] })]),
    clock: { mode: 'live' },
    deliver: { 'interact/email': {} },
    folder: '',
    zone: 'UTC',
    publicURL: 'https://news.example.com',
    retention: { journal: undefined, messageBodies: undefined },
    log: { info: () => {}, warn: () => {} },
  });
  onTestFinished(() => host.stop());
  const port = createPermissionPort((work) => db.read(work), host, {
    publicURL: 'https://news.example.com',
    now: () => Date.now(),
  });
  await port.savePolicy(permissionPolicySchema.parse(policy), 'ada');
  await host.ingest([
    {
      messageId: '1',
      time: 1,
      identities: [{ kind: 'email', value: 'ann@example.com' }],
      traits: { email: 'ann@example.com' },
      consents: [{ channel: 'email', purpose: 'news', granted: true, source: 'shop', proof: 'order 1' }],
    },
  ]);
  const { ports, lines } = testPorts({ permission: port });
  const app = createApp(ports);
  const token = signLink(secret, { customer: 1, channel: 'email', purpose: 'news', node: 1 });
  const get = async (path: string, headers: Record<string, string> = {}) => app.request(path, { headers });
  const post = async (
    path: string,
    fields: Record<string, string | string[]>,
    headers: Record<string, string> = {},
  ) => {
    const body = new URLSearchParams();
    for (const [name, values] of Object.entries(fields)) for (const value of [values].flat()) body.append(name, value);
    return app.request(path, { method: 'POST', body, headers });
  };
  const standing = async () =>
    (
      await db.read((tx) =>
        tx.all<{ said: string }>(
          "SELECT channel || ' ' || purpose || ' ' || granted || ' ' || source AS said FROM consent ORDER BY at, channel, purpose",
        ),
      )
    ).map(({ said }) => said);
  const mailed = async (count: number) => {
    while (mails.length < count) await new Promise((resolve) => setTimeout(resolve, 20));
    return /\/opt-in\/([\w-]+)/.exec(mails.at(-1)?.text ?? '')?.[1] ?? '';
  };
  return { db, app, ports, port, lines, token, mails, get, post, standing, mailed, api: browserOf(ports) };
}

const news = JSON.stringify(['email', 'news']);
const sms = JSON.stringify(['sms', 'news']);

test('a mail program unsubscribes by one POST of RFC 8058, without a cookie, and again without harm', async () => {
  const { post, token, standing } = await installation();
  for (let i = 0; i < 2; i++) {
    const answer = await post(`/unsubscribe/${token}`, { 'List-Unsubscribe': 'One-Click' });
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([200, null]);
  }
  expect(await standing()).toEqual(['email news 1 shop', 'email news 0 one-click']);
});

test('it may say so as a multipart form too', async () => {
  const { app, token, standing } = await installation();
  const body = new FormData();
  body.set('List-Unsubscribe', 'One-Click');
  expect((await app.request(`/unsubscribe/${token}`, { method: 'POST', body })).status).toBe(200);
  expect(await standing()).toContain('email news 0 one-click');
});

test('looking at any page changes nothing, whoever looks, and nothing of it is kept or found', async () => {
  const { get, app, post, token, standing, mailed } = await installation();
  await post('/subscribe/spring', { email: 'ben@example.com', purpose: 'offers' });
  const secret = await mailed(1);
  for (const path of [`/unsubscribe/${token}`, `/preferences/${token}`, `/opt-in/${secret}`, '/subscribe/spring']) {
    const answer = await get(path);
    expect([path, answer.status]).toEqual([path, 200]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    expect(answer.headers.get('x-robots-tag')).toContain('noindex');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect((await app.request(path, { method: 'HEAD' })).status).toBe(200);
    // A POST that says nothing is no answer either.
    if (!path.startsWith('/subscribe') && !path.startsWith('/preferences'))
      expect([path, (await post(path, {})).status]).toEqual([path, 400]);
  }
  expect(await standing()).toEqual(['email news 1 shop']);
});

test('the page takes what its form shows, says that it is saved, and one button refuses all that can be refused', async () => {
  const { get, post, token, standing } = await installation();
  const page = await (await get(`/preferences/${token}`)).text();
  expect(page).toContain('Newsletter &lt;weekly&gt;');
  expect(page).toContain('Example &amp; Söhne');
  const saved = await post(`/preferences/${token}`, { shown: [news, sms], on: [sms] });
  expect([saved.status, saved.headers.get('location')]).toEqual([303, '?saved=1']);
  expect(await (await get(`/preferences/${token}?saved=1`)).text()).toContain('role="status"');
  expect((await standing()).slice(1).sort()).toEqual(['email news 0 preferences', 'sms news 1 preferences']);
  const offers = JSON.stringify(['email', 'offers']);
  await post(`/preferences/${token}`, { shown: [news, sms, offers], on: [news, offers], all: 'off' });
  expect(await standing()).toHaveLength(4);
  expect((await standing()).at(-1)).toBe('sms news 0 preferences');
  // Rows that the page never had, and bills, are none of it.
  await post(`/preferences/${token}`, { shown: ['x', '["email"]', '["email","bills"]'], on: ['["email","bills"]'] });
  expect(await standing()).toHaveLength(4);
});

test('a token that is none tells nothing, and who tries many is told to wait while the right one still works', async () => {
  const { get, post, token, standing } = await installation();
  const answers = new Set<string>();
  for (const wrong of ['x', token.slice(0, -1), `${token}A`, '1.W10.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', 'A'.repeat(32)])
    for (const path of ['unsubscribe', 'preferences', 'opt-in']) {
      const answer = await post(`/${path}/${wrong}`, { 'List-Unsubscribe': 'One-Click', confirm: 'yes' });
      answers.add(`${answer.status} ${await answer.text()}`);
    }
  expect(answers.size).toBe(1);
  expect([...answers][0]).toMatch(/^404 .*This link does not work/s);
  expect((await get('/subscribe/none')).status).toBe(404);
  let last = 0;
  for (let i = 0; i < 60; i++) last = (await get('/preferences/x')).status;
  expect(last).toBe(429);
  expect((await get(`/preferences/${token}`)).status).toBe(200);
  expect(await standing()).toHaveLength(1);
});

test('somebody signs up by a form, and only the button on the page of the mail’s link makes it stand', async () => {
  const { get, post, standing, mailed, mails, db } = await installation();
  expect((await post('/subscribe/spring', { email: 'nobody', purpose: 'news' })).status).toBe(422);
  expect((await post('/subscribe/spring', { email: 'ben@example.com' })).status).toBe(422);
  const done = await post('/subscribe/spring', { email: 'Ben@Example.com', purpose: ['news', 'bills', 'unheard'] });
  expect(await done.text()).toContain('Look into your mailbox');
  const secret = await mailed(1);
  expect(mails[0]?.address).toBe('ben@example.com');
  expect(await (await get(`/opt-in/${secret}`)).text()).toContain('ben@example.com');
  expect(await standing()).toHaveLength(1);
  expect(await (await post(`/opt-in/${secret}`, { confirm: 'yes' })).text()).toContain('Thank you');
  expect(await (await post(`/opt-in/${secret}`, { confirm: 'yes' })).text()).toContain('Thank you');
  expect((await standing()).slice(1)).toEqual(['email news 1 form/spring']);
  expect(await db.read((tx) => tx.all('SELECT customer FROM consent WHERE source = ?', ['form/spring']))).toEqual([
    { customer: 2 },
  ]);
});

test('a form sends on where it says, writes to nobody whom a program signs up, and not to one address again and again', async () => {
  const { post, mailed, mails, db } = await installation();
  const thanks = await post('/subscribe/one', { email: 'cid@example.com' });
  expect([thanks.status, thanks.headers.get('location')]).toEqual([303, 'https://www.example.com/thanks']);
  await mailed(1);
  expect((await post('/subscribe/one', { email: 'robot@example.com', website: 'https://spam.example' })).status).toBe(
    303,
  );
  for (let i = 0; i < 4; i++) await post('/subscribe/one', { email: 'cid@example.com' });
  const rows = await db.read((tx) => tx.all<{ address: string }>('SELECT address FROM opt_in'));
  expect(rows.map(({ address }) => address)).toEqual(Array(3).fill('cid@example.com'));
  for (let i = 0; i < 5; i++) await post('/subscribe/one', { email: `p${i}@example.com` });
  expect((await post('/subscribe/one', { email: 'last@example.com' })).status).toBe(429);
  expect(mails.every(({ address }) => address !== 'robot@example.com')).toBe(true);
});

test('a page speaks the language of the customer, of the browser or of the link, from right to left where it is so', async () => {
  const { get, token } = await installation();
  const arabic = await (await get(`/unsubscribe/${token}`, { 'accept-language': 'ar-EG,en;q=0.5' })).text();
  expect(arabic).toMatch(/<html lang="ar" dir="rtl">[^]*إلغاء الاشتراك/);
  // What has not been translated is said in the installation's own language.
  expect(arabic).toContain('Do you want');
  expect(await (await get(`/unsubscribe/${token}?lang=de`)).text()).toMatch(/<html lang="de" dir="ltr">[^]*Abmelden/);
});

test('no log holds the link of anybody', async () => {
  const { get, lines, token } = await installation();
  await get(`/preferences/${token}`);
  expect(lines.length).toBeGreaterThan(0);
  expect(JSON.stringify(lines)).not.toContain(token);
});

test('purposes, wordings and the list are looked after by administrators, and reports are handed in', async () => {
  const { api, port, app } = await installation();
  expect(await (await api('GET', '/api/permission/policy')).json()).toMatchObject({
    policy: { organisation: 'Example & Söhne' },
    publicURL: 'https://news.example.com',
    pending: 0,
  });
  const bad = await api('PUT', '/api/permission/policy', {
    purposes: [{ id: 'sms', label: 'SMS', channels: ['sms'], doubleOptIn: true }],
  });
  expect([bad.status, ((await bad.json()) as { error: { message: string } }).error.message]).toEqual([
    400,
    expect.stringContaining('by mail'),
  ]);

  const text = { purpose: 'offers', version: '1', content: 'I want offers.' };
  expect((await api('POST', '/api/permission/texts', text)).status).toBe(204);
  expect((await api('POST', '/api/permission/texts', { ...text, content: 'I do want offers.' })).status).toBe(204);
  expect(
    await (await api('POST', '/api/permission/opt-in', { address: 'dee@example.com', purposes: ['offers'] })).json(),
  ).toEqual({
    outcome: 'asked',
  });
  expect((await api('POST', '/api/permission/texts', text)).status).toBe(409);
  expect(await (await api('GET', '/api/permission/texts')).json()).toMatchObject([{ content: 'I do want offers.' }]);

  expect(
    (await api('POST', '/api/permission/suppressions', { addresses: ['A@example.com', 'b@example.com'] })).status,
  ).toBe(204);
  const page = (await (await api('GET', '/api/permission/suppressions?limit=1')).json()) as { next: string };
  expect(page).toMatchObject({
    suppressions: [{ reason: 'manual', source: 'ada@example.com' }],
    counts: [{ count: 2 }],
  });
  const rest = await (await api('GET', `/api/permission/suppressions?limit=5&after=${page.next}`)).json();
  expect(rest).toMatchObject({ suppressions: [{ channel: 'email' }], next: null });
  const search = await api('POST', '/api/permission/suppressions/search', { address: 'a@Example.com' });
  const { hash } = ((await search.json()) as { suppression: { hash: string } }).suppression;
  expect((await api('DELETE', `/api/permission/suppressions/email/${hash}`)).status).toBe(204);
  expect((await api('DELETE', `/api/permission/suppressions/email/${hash}`)).status).toBe(404);

  const raw = [
    'Content-Type: multipart/report; report-type=delivery-status; boundary="B"',
    '',
    '--B',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.example.org',
    '',
    'Final-Recipient: rfc822; gone@example.org',
    'Action: failed',
    'Status: 5.1.1',
    '',
    '--B--',
  ].join('\r\n');
  const hand = (body: string, type = 'message/rfc822') =>
    app.request('/api/permission/reports', {
      method: 'POST',
      body,
      headers: { cookie: 'signed-in', 'sec-fetch-site': 'same-origin', 'content-type': type },
    });
  expect(await (await hand(raw)).json()).toEqual({ reports: [{ kind: 'bounce', outcome: 'recorded', type: 'hard' }] });
  expect(await port.suppressed('email', 'gone@example.org')).toMatchObject({ reason: 'bounce' });
  expect([(await hand('Subject: hi\r\n\r\nhi')).status, (await hand(raw, 'text/plain')).status]).toEqual([422, 415]);
});

test('a database whose list was keyed with another secret is not worked on', async () => {
  const db = await openTestDatabase();
  await permissionSecret(db);
  await db.write((tx) =>
    tx.run("UPDATE meta SET value = 'another secret of 32 characters or more' WHERE name = 'secret'"),
  );
  await expect(permissionSecret(db)).rejects.toThrow('OSICAM_SECRET');
});
