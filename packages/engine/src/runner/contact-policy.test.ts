import { describe, expect, test } from 'vitest';
import { contactPolicySchema } from '../plugin/contact-policy.ts';
import { recordConsents } from '../customers/record-consents.ts';
import { writePolicy } from '../store/policy.ts';
import { runToRest } from './run-to-rest.ts';
import { monday } from './test-engine.ts';
import { postOffice } from './test-post.ts';

const hour = 3_600_000;
const day = 24 * hour;

async function office(policy: object = {}) {
  const made = await postOffice();
  const setPolicy = (next: object) =>
    made.db.write((tx) =>
      writePolicy(tx, { policy: JSON.stringify(contactPolicySchema.parse(next)), actor: 'a', now: made.clock.now() }),
    );
  await setPolicy(policy);
  const consent = (customer: number, granted: boolean) =>
    made.db.write((tx) =>
      recordConsents(tx, [{ customer, consent: { channel: 'email', purpose: 'marketing', granted, source: 'form' } }], {
        now: made.clock.now(),
      }),
    );
  const happens = (customer: number, type: string, time = made.clock.now()) =>
    made.engine.record([
      {
        identities: [{ kind: 'key', value: `c${customer}` }],
        event: { type, category: 'service', time, properties: {} },
      },
    ]);
  const told = async () => (await made.ledger()).map(({ status, reason }) => reason ?? status);
  return { ...made, setPolicy, consent, happens, told };
}

describe('consent', () => {
  test('counts at the moment of sending, whatever it was when the message was composed', async () => {
    const { engine, clock, people, publish, work, consent, told, ledger, ports } = await office();
    const all = await people([{ name: 'yes' }, { name: 'no longer' }, { name: 'never asked' }, { name: 'now' }]);
    await consent(1, true);
    await consent(2, true);
    await consent(4, false);
    await engine.enter(await publish('m', 't/mail', { consent: 'given' }), all);
    await work();
    clock.advanceTo(clock.now() + hour);
    await consent(2, false);
    await consent(4, true);
    await engine.deliver();
    expect(await told()).toEqual(['sent', 'consent', 'consent', 'sent']);
    expect((await ledger()).map(({ detail }) => detail)).toEqual([
      null,
      'refused marketing by email',
      'no consent to marketing by email',
      null,
    ]);
    expect(await ports('m')).toEqual({ sent: 2, suppressed: 2 });
  });

  test('that only a refusal takes away, or that is not needed, lets the others through', async () => {
    const { engine, people, publish, work, consent, told } = await office();
    const all = await people([{ name: 'no' }, { name: 'never asked' }]);
    await consent(1, false);
    await engine.enter(await publish('m', 't/mail', { consent: 'notRefused' }), all);
    await engine.enter(await publish('c', 't/mail', { consent: 'notNeeded' }), all);
    await work();
    await engine.deliver();
    expect((await told()).sort()).toEqual(['consent', 'sent', 'sent', 'sent']);
  });
});

describe('a cap', () => {
  const caps = [{ per: 'day', max: 2 }];

  test('counts over all loops, several messages in one claim too, and the loop of higher priority goes', async () => {
    const { engine, people, publish, work, book, ledger } = await office({ caps });
    const all = await people([{ name: 'a' }, { name: 'b' }]);
    for (const [id, priority] of [
      ['low', 10],
      ['high', 90],
      ['middle', 50],
    ] as const)
      await engine.enter(await publish(id, 't/mail', {}, priority), all);
    await work();
    await engine.deliver();
    expect(book.map(({ key }) => key.split('.')[0] ?? '').sort()).toEqual(['high', 'high', 'middle', 'middle']);
    const suppressed = (await ledger()).filter(({ status }) => status === 'suppressed');
    expect(suppressed).toMatchObject([
      { reason: 'cap', detail: 'at most 2 a day' },
      { reason: 'cap', detail: 'at most 2 a day' },
    ]);
  });

  test('leaves service messages alone, and counts what may have gone out', async () => {
    const { engine, db, people, publish, work, told } = await office({ caps: [{ per: 'day', max: 1 }] });
    const all = await people([{ name: 'a' }]);
    await engine.enter(await publish('one', 't/mail'), all);
    await work();
    await engine.deliver();
    await db.write((tx) => tx.run("UPDATE message SET status = 'unknown'"));
    await engine.enter(await publish('two', 't/mail'), all);
    await engine.enter(await publish('three', 't/mail', { purpose: 'service' }), all);
    await work();
    await engine.deliver();
    expect((await told()).sort()).toEqual(['cap', 'sent', 'unknown']);
  });

  test('of one channel leaves the others alone', async () => {
    const { engine, people, publish, work, told } = await office({ caps: [{ channel: 'sms', per: 'week', max: 0 }] });
    const all = await people([{ name: 'a' }]);
    await engine.enter(await publish('mail', 't/mail'), all);
    await engine.enter(await publish('sms', 't/mail', { channel: 'sms' }), all);
    await work();
    await engine.deliver();
    expect((await told()).sort()).toEqual(['cap', 'sent']);
  });

  test('that holds lets the rest go the next local day, in the time zone of each', async () => {
    const { engine, clock, people, publish, book } = await office({ caps: [{ per: 'day', max: 1, beyond: 'hold' }] });
    const all = await people([{ timezone: 'Asia/Tokyo' }, { timezone: 'America/New_York' }, { timezone: 'no zone' }]);
    await engine.enter(await publish('one', 't/mail'), all);
    await engine.enter(await publish('two', 't/mail'), all);
    await runToRest(engine, clock, { tick: 1 });
    const held = book.filter(({ at }) => at > monday).map(({ key, at }) => [key.split('.')[2], (at - monday) / hour]);
    // It is Monday 00:00 UTC: 9 in the morning in Tokyo, Sunday 19:00 in New York.
    expect(Object.fromEntries(held)).toEqual({ 1: 15, 2: 5, 3: 24 });
  });
});

describe('quiet hours', () => {
  test('hold a message until the window opens where the customer is', async () => {
    const { engine, clock, people, publish, work, book, ledger } = await office({
      quietHours: [{ from: '21:00', to: '08:00' }],
    });
    const all = await people([{ timezone: 'Asia/Tokyo' }, { timezone: 'Europe/Berlin' }, { name: 'UTC' }]);
    await engine.enter(await publish('m', 't/mail'), all);
    await work();
    await engine.deliver();
    expect(await ledger()).toMatchObject([
      { status: 'sent' },
      { status: 'queued', reason: 'quiet', detail: 'quiet hours in Europe/Berlin', due: monday + 7 * hour },
      { status: 'queued', reason: 'quiet', due: monday + 8 * hour },
    ]);
    await runToRest(engine, clock, { tick: 1 });
    expect(book.map(({ at }) => (at - monday) / hour)).toEqual([0, 7, 8]);
    expect((await ledger()).map(({ reason }) => reason)).toEqual([null, null, null]);
  });

  test('that are changed are asked about anew at once for what they hold: it goes, or waits for the new window', async () => {
    const { engine, clock, people, publish, work, setPolicy, ledger, told } = await office({
      quietHours: [{ from: '00:00', to: '23:00' }],
    });
    await engine.enter(await publish('m', 't/mail'), await people([{ name: 'a' }, { timezone: 'Asia/Tokyo' }]));
    await work();
    await engine.deliver();
    expect(await told()).toEqual(['quiet', 'quiet']);
    clock.advanceTo(clock.now() + hour);
    await setPolicy({ quietHours: [{ from: '09:00', to: '12:00' }] });
    await engine.deliver();
    expect(await ledger()).toMatchObject([
      { status: 'sent' },
      { status: 'queued', reason: 'quiet', due: monday + 3 * hour },
    ]);
    await setPolicy({});
    await engine.deliver();
    expect(await told()).toEqual(['sent', 'sent']);
  });

  test('of whole days are over with the day, and where no time is left nothing is sent', async () => {
    const { engine, clock, people, publish, work, setPolicy, book, told } = await office({
      quietHours: [{ from: '00:00', to: '00:00', days: [1, 2] }],
    });
    const all = await people([{ name: 'a' }]);
    await engine.enter(await publish('m', 't/mail'), all);
    await runToRest(engine, clock, { tick: 1 });
    expect(book.map(({ at }) => (at - monday) / day)).toEqual([2]);
    await setPolicy({ quietHours: [{ from: '00:00', to: '00:00', days: [1, 2, 3, 4, 5, 6, 7] }] });
    await engine.enter(await publish('n', 't/mail'), all);
    await work();
    await engine.deliver();
    expect(await told()).toEqual(['sent', 'quiet']);
  });
});

test('there is no marketing while a complaint is open', async () => {
  const { engine, clock, people, publish, work, happens, told } = await office();
  const all = await people([{ name: 'open' }, { name: 'closed' }, { name: 'old' }, { name: 'reopened' }]);
  clock.advanceTo(monday + 60 * day);
  await happens(1, 'complaint');
  await happens(2, 'complaint', clock.now() - hour);
  await happens(2, 'complaint resolved');
  await happens(3, 'complaint', clock.now() - 31 * day);
  await happens(4, 'complaint resolved', clock.now() - hour);
  await happens(4, 'complaint', clock.now() - 1);
  await engine.enter(await publish('m', 't/mail'), all);
  await engine.enter(await publish('s', 't/mail', { purpose: 'service' }), all.slice(0, 1));
  await work();
  await engine.deliver();
  expect((await told()).sort()).toEqual(['complaint', 'complaint', 'sent', 'sent', 'sent']);
});

test('an enrollment that skips gets nothing from any channel until its next wait', async () => {
  const { engine, db, people, publish, work, told } = await office();
  const all = await people([{ name: 'a' }, { name: 'b' }]);
  await engine.enter(await publish('m', 't/mail'), all);
  await engine.enter(await publish('h', 't/hook'), all);
  await work();
  await db.write((tx) => tx.run('UPDATE enrollment SET quiet = 1 WHERE customer = 1'));
  await engine.deliver();
  expect((await told()).sort()).toEqual(['sent', 'sent', 'skipped', 'skipped']);
});

test('what a suppressed message would have said is not kept', async () => {
  const { engine, db, people, publish, work } = await office();
  await engine.enter(await publish('m', 't/mail', { consent: 'given' }), await people([{ name: 'a' }]));
  await work();
  await engine.deliver();
  expect(await db.read((tx) => tx.all('SELECT body, cost FROM message'))).toEqual([{ body: '{}', cost: 0 }]);
});

test('changing the policy writes down who did it, and what held before', async () => {
  const { db, setPolicy } = await office();
  await setPolicy({ caps: [{ per: 'day', max: 1 }] });
  const audit = await db.read((tx) =>
    tx.all<{ action: string; actor: string; detail: string }>(
      'SELECT action, actor, detail FROM loop_audit ORDER BY seq',
    ),
  );
  expect(audit).toMatchObject([
    { action: 'policy', actor: 'a' },
    { action: 'policy', actor: 'a' },
  ]);
  expect(JSON.parse(audit[1]?.detail ?? '')).toMatchObject({ before: { caps: [] }, after: { caps: [{ max: 1 }] } });
});

test('a policy that makes no sense is refused with what was expected', () => {
  for (const [policy, said] of [
    [{ quietHours: [{ from: '9pm', to: '08:00' }] }, 'expected a time of day'],
    [{ complaints: { atMost: 'P1M' } }, 'months and years differ in length'],
    [{ caps: [{ per: 'month', max: 1 }] }, 'day'],
  ] as const)
    expect(contactPolicySchema.safeParse(policy).error?.message).toContain(said);
});
