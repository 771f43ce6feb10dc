import { expect, test } from 'vitest';
import type { CustomerEvent } from '../../plugin/index.ts';
import { permissionOffice } from './test-permission.ts';

const day = 86_400_000;
const address = 'c1';

/** Two customers of one address, which the posts of these tests write to as `c<id>`. */
async function office(policy: object = {}, answers: Parameters<typeof permissionOffice>[1] = {}) {
  const made = await permissionOffice(policy, answers);
  const { engine, people, publish, work, clock } = made;
  const all = await people([{ email: 'ann@example.com' }, { email: 'ben@example.com' }]);
  const send = async (id: string, settings: Record<string, unknown> = {}) => {
    await engine.enter(await publish(id, 't/mail', settings), all);
    await work();
    await engine.deliver();
  };
  const happens = (customer: number, type: string, properties: CustomerEvent['properties'] = {}) =>
    engine.record([
      {
        identities: [{ kind: 'key', value: `c${customer}` }],
        event: { type, category: 'contact', time: clock.now(), properties },
      },
    ]);
  return { ...made, send, happens };
}

test('an address that the server refuses for good gets nothing more, in no loop, for no purpose, whoever owns it', async () => {
  const { send, told, events, desk } = await office(
    {},
    {
      't/mail': ({ address: to }) =>
        to === address ? { status: 'failed', bounce: 'hard', detail: '550 5.1.1 no' } : { status: 'sent' },
    },
  );
  await send('one');
  await send('two', { purpose: 'service', consent: 'notNeeded' });
  expect(await told()).toEqual(['failed', 'suppressed', 'sent', 'sent']);
  const [event] = await events();
  expect(event).toMatchObject({ customer: 1, type: 'Email Bounced' });
  expect(JSON.parse(event?.properties ?? '')).toMatchObject({
    type: 'hard',
    status: '5.1.1',
    loop: 'one',
    node: 'post',
  });
  expect(await desk.suppressed('email', address)).toMatchObject({ reason: 'bounce' });
});

test('of another channel the list alone is told, and e-mail to the same address goes on', async () => {
  const { send, told, events } = await office(
    {},
    {
      't/mail': ({ key, address: to }) =>
        to === address && key.startsWith('sms') ? { status: 'failed', bounce: 'hard' } : { status: 'sent' },
    },
  );
  await send('sms', { channel: 'sms' });
  await send('sms2', { channel: 'sms' });
  await send('mail');
  expect(await told()).toEqual(['failed', 'suppressed', 'sent', 'sent', 'sent', 'sent']);
  expect(await events()).toEqual([]);
});

test('a bounce that providers tell of by an event is about the address it names, else about its customer’s own', async () => {
  const { happens, desk } = await office();
  await happens(1, 'Email Bounced', { type: 'Permanent', email: 'Other@Example.com' });
  await happens(2, 'Email Bounced', { type: 'hard' });
  expect(await desk.suppressed('email', 'other@example.com')).toMatchObject({ reason: 'bounce' });
  expect(await desk.suppressed('email', 'ann@example.com')).toBeUndefined();
  expect(await desk.suppressed('email', 'ben@example.com')).toMatchObject({ reason: 'bounce' });
});

test('soft bounces count to their limit within their window', async () => {
  const { happens, desk, clock } = await office({ bounces: { soft: 3, within: 'P10D' } });
  const soft = async (days: number) => {
    clock.advanceTo(clock.now() + days * day);
    await happens(1, 'Email Bounced', { type: 'soft' });
    return (await desk.suppressed('email', 'ann@example.com'))?.reason;
  };
  expect([await soft(0), await soft(6), await soft(6), await soft(1)]).toEqual([
    undefined,
    undefined,
    undefined,
    'bounce',
  ]);
  expect((await desk.suppressed('email', 'ann@example.com'))?.source).toBe('3 soft bounces');
});

test('a complaint suppresses the address and takes back what its customer had agreed to by mail', async () => {
  const { happens, desk, engine, consents } = await office();
  const consent = { purpose: 'marketing', granted: true, source: 'form' };
  const told = { identities: [{ kind: 'key', value: 'c1' }], traits: {} };
  await engine.ingest(
    [
      {
        ...told,
        consents: [
          { ...consent, channel: 'email' },
          { ...consent, channel: 'sms' },
        ],
      },
    ],
    'form',
  );
  await happens(1, 'Email Complained', {});
  expect(await desk.suppressed('email', 'ann@example.com')).toMatchObject({ reason: 'complaint' });
  expect((await consents()).filter(({ granted }) => granted === 0)).toMatchObject([
    { channel: 'email', source: 'complaint' },
  ]);
});

test('a report that was handed in twice counts once; one about nobody suppresses the address all the same', async () => {
  const { desk, events, engine } = await office({ bounces: { soft: 2 } });
  const bounce = {
    kind: 'bounce',
    type: 'soft',
    address: 'ann@example.com',
    status: '4.2.2',
    token: undefined,
  } as const;
  await engine.ingest(
    [
      {
        identities: [
          { kind: 'email', value: 'ann@example.com' },
          { kind: 'key', value: 'c1' },
        ],
        traits: {},
      },
    ],
    't',
  );
  expect(await desk.report([bounce], 'mail 1')).toMatchObject([{ outcome: 'recorded' }]);
  expect(await desk.report([bounce], 'mail 1')).toMatchObject([{ outcome: 'known' }]);
  expect(await desk.suppressed('email', 'ann@example.com')).toBeUndefined();
  expect(await events()).toHaveLength(1);
  const nobody = { ...bounce, type: 'hard', address: 'nobody@example.com' } as const;
  expect(await desk.report([nobody], 'mail 2')).toMatchObject([{ outcome: 'recorded' }]);
  expect(await desk.suppressed('email', 'nobody@example.com')).toMatchObject({ reason: 'bounce', source: 'report' });
});

test('a complaint whose address was blacked out is found by the token of the mail, and so is unsubscribing by mail', async () => {
  const { desk, send, lastToken, events, consents } = await office();
  await send('m', { consent: 'notRefused' });
  const token = lastToken();
  const [taken] = await desk.report([{ kind: 'complaint', type: 'abuse', address: undefined, token }], 'mail');
  expect(taken).toMatchObject({ outcome: 'recorded', customer: 2 });
  expect(JSON.parse((await events())[0]?.properties ?? '')).toMatchObject({ email: 'c2', loop: 'm' });
  expect(await desk.suppressed('email', 'c2')).toBeDefined();
  await desk.report([{ kind: 'unsubscribe', token }], 'mail 2');
  expect(await consents()).toMatchObject([{ customer: 2, granted: 0, source: 'mail' }]);
  const forged = `${token.slice(0, -1)}_`;
  expect(await desk.report([{ kind: 'unsubscribe', token: forged }], 'mail 3')).toMatchObject([{ outcome: 'unknown' }]);
});

test('an administrator puts addresses on the list and takes them off, and is written down without them', async () => {
  const { desk, db, send, told } = await office();
  await desk.suppress('email', ['C1', 'c9'], 'ada');
  await send('one');
  const found = await desk.suppressed('email', 'c1');
  expect(found).toMatchObject({ reason: 'manual', source: 'ada' });
  expect(await desk.unsuppress({ channel: 'email', hash: found?.hash ?? '' }, 'ada')).toBe(true);
  expect(await desk.unsuppress({ channel: 'email', hash: found?.hash ?? '' }, 'ada')).toBe(false);
  await send('two');
  expect(await told()).toEqual(['suppressed', 'sent', 'sent', 'sent']);
  const audit = await db.read((tx) =>
    tx.all<{ action: string; detail: string }>('SELECT action, detail FROM loop_audit ORDER BY seq'),
  );
  expect(audit.map(({ action }) => action)).toEqual(expect.arrayContaining(['suppress', 'unsuppress']));
  expect(JSON.stringify(audit)).not.toContain('c9');
});
