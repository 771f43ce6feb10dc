import { expect, test } from 'vitest';
import { signLink } from '../../customers/permission/link-token.ts';
import { permissionOffice, publicURL, secret } from './test-permission.ts';

const declared = {
  purposes: [
    { id: 'marketing', label: 'Offers', channels: ['email', 'sms'] },
    { id: 'tips', label: 'Tips', basis: 'legitimateInterest' },
    { id: 'bills', label: 'Bills', basis: 'contract' },
  ],
};

/** One customer who has been sent one message that they may refuse. */
async function written(policy: object = {}, settings: Record<string, unknown> = { consent: 'notRefused' }) {
  const office = await permissionOffice(policy);
  const { engine, people, publish, work } = office;
  const all = await people([{ name: 'Ann' }]);
  await engine.enter(await publish('m', 't/mail', settings), all);
  await work();
  await engine.deliver();
  return office;
}

test('a message that may be refused says where, and only such a one', async () => {
  const { book, engine, publish, people, work } = await written();
  expect(book[0]?.links?.unsubscribe).toMatch(new RegExp(`^${publicURL}/unsubscribe/1\\.[\\w-]+\\.[\\w-]{32}$`));
  await engine.enter(await publish('s', 't/mail', { consent: 'notNeeded' }), await people([{ name: 'Ann' }]));
  await work();
  await engine.deliver();
  expect(book[1]?.links).toEqual({});
});

test('a purpose that is based on consent is asked for consent whatever a node says, and then can be refused', async () => {
  const { told } = await written(declared, { purpose: 'marketing', consent: 'notNeeded' });
  expect(await told()).toEqual(['consent']);
  const interest = await written(declared, { purpose: 'tips', consent: 'notNeeded' });
  expect(interest.book[0]?.links?.unsubscribe).toContain('/unsubscribe/');
});

test('without a public address a message has no link', async () => {
  const { engine, people, publish, work, book } = await permissionOffice({}, {}, null);
  await engine.enter(await publish('m', 't/mail', { consent: 'notRefused' }), await people([{ name: 'Ann' }]));
  await work();
  await engine.deliver();
  expect(book[0]?.links).toEqual({});
});

test('unsubscribing refuses at once what the message was for, once, and is an event; what is queued does not go', async () => {
  const { desk, engine, people, publish, work, lastToken, consents, events, told } = await written();
  const all = await people([{ name: 'Ann' }]);
  await engine.enter(await publish('n', 't/mail', { consent: 'notRefused' }), all);
  await engine.enter(await publish('o', 't/mail', { consent: 'notRefused', purpose: 'service' }), all);
  await work();
  const token = lastToken();
  expect(await desk.unsubscribe(token, { by: 'one-click' })).toBe('done');
  expect(await desk.unsubscribe(token, { by: 'one-click' })).toBe('done');
  expect(await consents()).toMatchObject([
    { channel: 'email', purpose: 'marketing', granted: 0, source: 'one-click', proof: 'the link in a mail of m/post' },
  ]);
  const [event, ...more] = await events();
  expect(more).toEqual([]);
  expect(event?.type).toBe('Preferences Changed');
  expect(JSON.parse(event?.properties ?? '')).toMatchObject({
    granted: false,
    by: 'one-click',
    loop: 'm',
    node: 'post',
  });
  await engine.deliver();
  expect((await told()).sort()).toEqual(['consent', 'sent', 'sent']);
});

test('looking at the page changes nothing, however often a program looks', async () => {
  const { desk, lastToken, consents, events } = await written(declared, { purpose: 'tips', consent: 'notRefused' });
  for (let i = 0; i < 3; i++) await desk.preferences(lastToken());
  expect([await consents(), await events()]).toEqual([[], []]);
});

test('a token that was not made here is undefined to every verb', async () => {
  const { desk, lastToken } = await written();
  const token = lastToken();
  const others = [
    '',
    'x',
    `${token}x`,
    token.slice(0, -1),
    token.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
    signLink('another installation', { customer: 1, channel: 'email', purpose: 'marketing', node: 1 }),
  ];
  for (const other of others) {
    expect(await desk.preferences(other)).toBeUndefined();
    expect(await desk.unsubscribe(other, { by: 'one-click' })).toBeUndefined();
    expect(await desk.choose(other, [], { by: 'preferences' })).toBeUndefined();
  }
});

test('the page shows what is declared with how it stands, and takes only what differs of what it showed', async () => {
  const { desk, lastToken, consents } = await written(declared, { purpose: 'tips', consent: 'notRefused' });
  const token = lastToken();
  const states = async () =>
    (await desk.preferences(token))?.rows?.map(({ channel, purpose, on }) => `${purpose} ${channel} ${on}`);
  expect(await states()).toEqual([
    'marketing email false',
    'marketing sms false',
    'tips email true',
    'bills email true',
  ]);
  const all = (on: boolean) =>
    ['marketing', 'tips', 'bills', 'unheard of'].map((purpose) => ({ channel: 'email', purpose, on }));
  await desk.choose(token, all(true), { by: 'preferences', from: '203.0.113.0' });
  expect(await consents()).toMatchObject([
    { purpose: 'marketing', granted: 1, proof: 'the link in a mail of m/post, from 203.0.113.0' },
  ]);
  await desk.choose(token, all(false), { by: 'preferences' });
  expect(await states()).toEqual([
    'marketing email false',
    'marketing sms false',
    'tips email false',
    'bills email true',
  ]);
});

test('what a contract needs cannot be unsubscribed from', async () => {
  const { desk, consents } = await written(declared, { purpose: 'tips', consent: 'notRefused' });
  const token = signLink(secret, { customer: 1, channel: 'email', purpose: 'bills', node: 1 });
  expect(await desk.unsubscribe(token, { by: 'unsubscribe' })).toBe('needed');
  expect(await consents()).toEqual([]);
});

test('the link of somebody who was merged away is that of whoever is left; of somebody erased it says nothing', async () => {
  const { desk, db, lastToken, consents, people } = await written();
  await people([{ name: 'Ann' }, { name: 'Ann too' }]);
  await db.write((tx) => tx.run('UPDATE customer SET merged_into = 2 WHERE id = 1'));
  await desk.unsubscribe(lastToken(), { by: 'one-click' });
  expect(await consents()).toMatchObject([{ customer: 2, granted: 0 }]);
  await db.write((tx) => tx.run("INSERT INTO erasure (customer, at, actor, detail) VALUES (2, 1, 'a', '{}')"));
  expect((await desk.preferences(lastToken()))?.rows).toBeUndefined();
  expect(await desk.unsubscribe(lastToken(), { by: 'one-click' })).toBe('done');
  expect(await consents()).toHaveLength(1);
});
