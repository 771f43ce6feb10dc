import { expect, test } from 'vitest';
import { suppressionHash } from '../../customers/permission/suppression-hash.ts';
import { addSuppressions } from '../../store/suppression.ts';
import { drawLoop } from '../draw-loop.ts';
import { runToRest } from '../run-to-rest.ts';
import { permissionOffice, secret } from './test-permission.ts';

const day = 86_400_000;
const declared = {
  organisation: 'Example',
  imprint: 'Example Ltd, 1 Street',
  purposes: [
    { id: 'news', label: 'Newsletter', description: 'Once a week', doubleOptIn: true },
    { id: 'offers', label: 'Offers', doubleOptIn: true },
  ],
};
const ann = 'ann@example.com';
const signUp = { address: ann, purposes: ['news', 'offers'], source: 'form/spring', from: '203.0.113.0' };

test('somebody who signs up is nobody’s customer and has agreed to nothing until the click; the proof says it all', async () => {
  const { desk, db, clock, mails, consents, events, lastSecret } = await permissionOffice(declared);
  await desk.saveText({ purpose: 'news', version: '1', content: 'I want the newsletter.' }, 'admin');
  expect(await desk.ask(signUp)).toBe('asked');
  expect(await desk.sendOptIns()).toBe(1);
  expect(await desk.sendOptIns()).toBe(0);
  expect(mails).toMatchObject([
    {
      address: ann,
      body: { subject: 'Please confirm: Newsletter, Offers', text: expect.stringContaining('Once a week') },
    },
  ]);
  expect(mails[0]?.body.text).toContain('Example Ltd, 1 Street');
  expect(await db.read((tx) => tx.all('SELECT id FROM customer'))).toEqual([]);
  expect(await consents()).toEqual([]);

  clock.advanceTo(clock.now() + day);
  expect(await desk.optIn(lastSecret())).toMatchObject({
    state: 'open',
    purposes: [
      { purpose: 'news', content: 'I want the newsletter.' },
      { purpose: 'offers', content: null },
    ],
  });
  expect(await consents()).toEqual([]);
  expect((await desk.confirm(lastSecret(), '198.51.100.0'))?.state).toBe('confirmed');
  expect(await consents()).toMatchObject([
    {
      purpose: 'news',
      granted: 1,
      source: 'form/spring',
      textVersion: '1',
      proof:
        'double opt-in: asked 2026-01-05T00:00:00.000Z, from 203.0.113.0, confirmed 2026-01-06T00:00:00.000Z, from 198.51.100.0',
    },
    { purpose: 'offers', granted: 1, textVersion: null },
  ]);
  expect((await events()).map(({ type }) => type)).toEqual(['Consent Confirmed', 'Consent Confirmed']);
  const people = await db.read((tx) =>
    tx.all<{ traits: string }>(`SELECT ${tx.dialect.json('traits')} AS traits FROM customer`),
  );
  expect(people.map(({ traits }) => JSON.parse(traits))).toEqual([{ email: ann }]);

  // Used again, it changes nothing.
  expect((await desk.confirm(lastSecret(), '198.51.100.0'))?.state).toBe('confirmed');
  expect([(await consents()).length, (await events()).length]).toEqual([2, 2]);
});

test('the secret is in the mail alone: no table holds it', async () => {
  const { desk, db, lastSecret } = await permissionOffice(declared);
  await desk.ask(signUp);
  await desk.sendOptIns();
  const rows = await db.read((tx) => tx.all('SELECT * FROM opt_in'));
  expect(lastSecret()).toMatch(/^[\w-]{32}$/);
  expect(JSON.stringify(rows)).not.toContain(lastSecret());
  for (const { digest } of rows as unknown as { digest: string }[])
    expect(await desk.confirm(digest, undefined)).toBeUndefined();
  expect(await desk.confirm('x'.repeat(32), undefined)).toBeUndefined();
});

test('a link is too old after its time, and one that was unsubscribed from since confirms nothing', async () => {
  const { desk, clock, people, engine, publish, work, lastSecret, lastToken, consents, db } =
    await permissionOffice(declared);
  await desk.ask(signUp);
  await desk.sendOptIns();
  clock.advanceTo(clock.now() + 8 * day);
  expect((await desk.confirm(lastSecret(), undefined))?.state).toBe('expired');

  const [customer] = await people([{ name: 'Ann' }]);
  await engine.enter(await publish('m', 't/mail', { consent: 'notRefused', purpose: 'service' }), [customer as number]);
  await work();
  await engine.deliver();
  await desk.ask({ ...signUp, customer, purposes: ['news'] });
  await desk.sendOptIns();
  expect((await desk.preferences(lastToken()))?.rows).toMatchObject([
    { purpose: 'news', on: false, pending: true },
    { purpose: 'offers', pending: false },
    { purpose: 'service', on: true },
  ]);
  const nothing = ['news', 'offers'].map((purpose) => ({ channel: 'email', purpose, on: false }));
  await desk.choose(lastToken(), nothing, { by: 'preferences' });
  expect((await desk.confirm(lastSecret(), undefined))?.state).toBe('expired');
  expect(await consents()).toMatchObject([{ purpose: 'news', granted: 0 }]);
  expect(await db.read((tx) => tx.all('SELECT 1 AS one FROM opt_in WHERE confirmed_at IS NOT NULL'))).toEqual([]);
});

test('an address is sent only so many mails in so long, and none once it is suppressed', async () => {
  const { desk, db, clock, mails } = await permissionOffice({ ...declared, optIn: { mails: 2, within: 'P1D' } });
  const asked = [];
  for (let i = 0; i < 4; i++) asked.push(await desk.ask(signUp));
  expect(asked).toEqual(['asked', 'asked', 'limited', 'limited']);
  await desk.sendOptIns();
  expect(mails).toHaveLength(2);
  clock.advanceTo(clock.now() + day + 1);
  const hash = suppressionHash(secret, 'email', 'Ann@Example.com');
  const suppress = (reason: 'complaint' | 'erasure') =>
    db.write((tx) => addSuppressions(tx, [{ channel: 'email', hash, reason, at: 0, source: 't' }]));
  await suppress('erasure');
  expect(await desk.ask(signUp)).toBe('asked');
  await suppress('complaint');
  expect(await desk.ask(signUp)).toBe('suppressed');
  // What was on its way to the mail server is held up too.
  await desk.sendOptIns();
  expect(mails).toHaveLength(2);
});

test('who was erased and signs up again is no longer suppressed', async () => {
  const { desk, db, lastSecret } = await permissionOffice(declared);
  const hash = suppressionHash(secret, 'email', ann);
  await db.write((tx) => addSuppressions(tx, [{ channel: 'email', hash, reason: 'erasure', at: 0, source: 't' }]));
  await desk.ask(signUp);
  await desk.sendOptIns();
  await desk.confirm(lastSecret(), undefined);
  expect(await desk.suppressed('email', ann)).toBeUndefined();
});

test('a mail that the server refuses for now goes again with another link; one refused for good does not', async () => {
  const answers = [
    { status: 'retry' as const },
    { status: 'sent' as const },
    { status: 'failed' as const, bounce: 'hard' as const },
  ];
  const { desk, clock, mails, lastSecret } = await permissionOffice(declared, {
    'interact/email': () => answers.shift() ?? { status: 'sent' },
  });
  await desk.ask(signUp);
  await desk.sendOptIns();
  const first = lastSecret();
  expect(await desk.sendOptIns()).toBe(0);
  clock.advanceTo(clock.now() + 3_600_000);
  await desk.sendOptIns();
  expect(mails).toHaveLength(2);
  expect(await desk.optIn(first)).toBeUndefined();
  expect((await desk.optIn(lastSecret()))?.state).toBe('open');

  await desk.ask({ ...signUp, address: 'gone@example.com' });
  await desk.sendOptIns();
  clock.advanceTo(clock.now() + day);
  expect(await desk.sendOptIns()).toBe(0);
  expect(await desk.suppressed('email', 'gone@example.com')).toMatchObject({ reason: 'bounce' });
});

test('without a public address nobody is asked, and it is said what is missing', async () => {
  const { desk } = await permissionOffice(declared, {}, null);
  await expect(desk.ask(signUp)).rejects.toThrow('publicURL');
});

test('a consent that somebody else tells of waits for its click, unless it brings its own proof', async () => {
  const { engine, people, db, consents } = await permissionOffice(declared);
  await people([{ name: 'Ann' }]);
  const tell = (proof?: string) =>
    engine.ingest(
      [
        {
          identities: [{ kind: 'key', value: 'c1' }],
          traits: {},
          consents: [
            { channel: 'email', purpose: 'news', granted: true, source: 'crm', ...(proof ? { proof } : {}) },
            { channel: 'sms', purpose: 'news', granted: true, source: 'crm' },
          ],
        },
      ],
      'crm',
    );
  await tell();
  await tell();
  expect((await consents()).map((consent) => ({ ...consent }))).toMatchObject([{ channel: 'sms', granted: 1 }]);
  expect(await db.read((tx) => tx.all('SELECT purpose, source, due FROM opt_in'))).toEqual([
    { purpose: 'news', source: 'crm', due: null },
  ]);
  await tell('double opt-in of 2024, list 7');
  expect(await consents()).toMatchObject([{ channel: 'email', granted: 1 }, { channel: 'sms' }]);
});

test('a loop asks, waits for the click and goes on; whoever has answered is not asked', async () => {
  const { engine, clock, people, book, db, desk, consents, counts, tokenIn, told } = await permissionOffice(declared);
  const all = await people([{ name: 'Ann' }, { name: 'Ben' }, { name: 'Cid' }]);
  await engine.ingest(
    [2, 3].map((n) => ({
      identities: [{ kind: 'key', value: `c${n}` }],
      traits: {},
      consents: [{ channel: 'email', purpose: 'news', granted: n === 2, source: 'crm', proof: 'letter' }],
    })),
    'crm',
  );
  const loop = drawLoop(
    'ask',
    { in: ['t/in'], post: ['t/mail', { purpose: 'news', consent: 'asked' }], wait: ['t/confirmed'], end: ['t/end'] },
    'in.entered -> post\npost.sent -> wait\npost.failed -> end\npost.suppressed -> end\nwait.yes -> end\nwait.no -> end',
  );
  await engine.enter(await engine.publish(loop), all);
  while ((await engine.work()) > 0);
  await engine.deliver();
  while ((await engine.work()) > 0);
  expect(await told()).toEqual(['sent', 'consent', 'consent']);
  const link = book[0]?.links?.confirm;
  expect(link).toMatch(/\/opt-in\/[\w-]{32}$/);
  expect(JSON.stringify(await db.read((tx) => tx.all('SELECT body FROM message')))).not.toContain(tokenIn(link));
  await desk.confirm(tokenIn(link), undefined);
  while ((await engine.work()) > 0);
  expect((await counts('ask')).wait?.ports).toEqual({ yes: 1 });
  expect((await consents()).filter(({ customer }) => customer === 1)).toMatchObject([
    { granted: 1, source: 'ask/post', proof: expect.stringContaining('by the mail ask.post.1.') },
  ]);
  await runToRest(engine, clock, { tick: 1 });
});

test('where nobody has said who asks, it is asked as a published loop writes', async () => {
  const senders: unknown[] = [];
  const { desk, engine } = await permissionOffice(declared, {
    'interact/email': (_message, settings) => {
      senders.push((settings as { from: string }).from);
      return { status: 'sent' };
    },
  });
  await desk.ask(signUp);
  await desk.sendOptIns();
  const loop = drawLoop(
    'm',
    { in: ['t/in'], post: ['interact/email', { from: 'Example <service@example.com>' }], end: ['t/end'] },
    'in.entered -> post\npost.sent -> end\npost.failed -> end\npost.suppressed -> end',
  );
  await engine.publish(loop);
  await desk.ask(signUp);
  await desk.sendOptIns();
  await desk.savePolicy(JSON.stringify({ ...declared, from: 'news@example.com' }), 'a');
  await desk.ask(signUp);
  await desk.sendOptIns();
  expect(senders).toEqual(['', 'Example <service@example.com>', 'news@example.com']);
});
