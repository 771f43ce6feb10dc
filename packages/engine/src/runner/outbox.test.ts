import { describe, expect, test } from 'vitest';
import { contactPolicySchema } from '../plugin/contact-policy.ts';
import type { Receipt } from '../plugin/index.ts';
import { definePlugin, Registry } from '../plugin/index.ts';
import { writePolicy } from '../store/policy.ts';
import { testDatabaseUrl, testsOn } from '../store/test-database.ts';
import { maxAttempts, retryAfter } from './backoff.ts';
import { runToRest } from './run-to-rest.ts';
import { monday } from './test-engine.ts';
import type { Answer } from './test-post.ts';
import { mail, postOffice, sent } from './test-post.ts';
import { createTransports } from './transports.ts';

const anybody = (count: number) => Array.from({ length: count }, (_, i) => ({ name: `n${i}` }));

describe('a refusal for now', () => {
  test('is tried again after longer and longer, always with the same key, and fails for good in the end', async () => {
    const { engine, clock, people, publish, book, ledger, ports } = await postOffice({
      't/hook': () => ({ status: 'retry', detail: 'busy' }),
    });
    await engine.enter(await publish('post', 't/hook'), await people(anybody(1)));
    await runToRest(engine, clock, { tick: 1 });
    expect(book.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(new Set(book.map(({ key }) => key)).size).toBe(1);
    const waits = book.slice(1).map(({ at }, i) => at - (book[i]?.at ?? 0));
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
    expect(waits).toEqual(waits.map((_, i) => retryAfter(book[0]?.key ?? '', i + 1)));
    expect(await ledger()).toMatchObject([{ status: 'failed', attempts: maxAttempts, detail: 'busy' }]);
    expect(await ports('post')).toEqual({ failed: 1 });
  });

  test('waits as long as the other side has asked for, and what is asked for too long or is no time is not believed', async () => {
    const asked = [3_600_000, 10 ** 12, Number.NaN, -5];
    const { engine, clock, people, publish, book } = await postOffice({
      't/hook': ({ attempt }) =>
        attempt > asked.length ? sent : { status: 'retry', after: asked[attempt - 1] as number },
    });
    await engine.enter(await publish('post', 't/hook'), await people(anybody(1)));
    await runToRest(engine, clock, { tick: 1 });
    const [first, second, third, fourth] = book.slice(1).map(({ at }, i) => at - (book[i]?.at ?? 0)) as [
      number,
      number,
      number,
      number,
    ];
    expect(first).toBeGreaterThanOrEqual(3_600_000);
    expect(second).toBeLessThan(2 * 86_400_000);
    expect(third).toBe(retryAfter(book[0]?.key ?? '', 3));
    expect(fourth).toBeGreaterThanOrEqual(1_000);
  });

  test('that comes back together does not come back together again', () => {
    const dues = new Set(Array.from({ length: 100 }, (_, i) => retryAfter(`loop.node.${i}.1.2`, 1)));
    expect(dues.size).toBeGreaterThan(95);
    for (const due of dues) expect(due >= 45_000 && due <= 75_000).toBe(true);
    expect(retryAfter('a', 40)).toBeLessThanOrEqual(1.25 * 6 * 3_600_000);
  });
});

describe('at most once', () => {
  test('a channel that throws leaves nobody knowing, nothing is sent again by itself, and a redrive is somebody’s choice', async () => {
    const { engine, clock, db, people, publish, book, ledger, ports } = await postOffice({
      't/mail': ({ address }) => {
        if (address === 'c1' && book.length < 3) throw new Error('the line is dead');
        return sent;
      },
    });
    await engine.enter(await publish('post', 't/mail'), await people(anybody(2)));
    await runToRest(engine, clock, { tick: 1 });
    clock.advanceTo(clock.now() + 10 * 86_400_000);
    await runToRest(engine, clock, { tick: 1 });
    expect(book).toHaveLength(2);
    expect(await ledger()).toMatchObject([
      { status: 'unknown', detail: 'Error: the line is dead' },
      { status: 'sent' },
    ]);
    const left = await ports('post');
    expect(left).toEqual({ sent: 2 });

    expect(await engine.redrive('post', { status: 'unknown' }, { dryRun: true })).toBe(1);
    expect(await engine.redrive('other', { status: 'unknown' }, { dryRun: false })).toBe(0);
    const key = book[0]?.key as string;
    expect(
      await engine.redrive('post', { status: 'unknown', keys: [key, 'post.post.1.1', 'x'] }, { dryRun: false }),
    ).toBe(1);
    await runToRest(engine, clock, { tick: 1 });
    expect(book.at(-1)).toMatchObject({ key, attempt: 1 });
    expect(await ledger()).toMatchObject([{ status: 'sent', attempts: 1 }, { status: 'sent' }]);
    expect(await ports('post')).toEqual(left);
    expect(await db.read((tx) => tx.all('SELECT count(*) AS count FROM position'))).toEqual([{ count: 0 }]);
  });

  test('what was on its way when a process died is not sent again, and what goes at least once is', async () => {
    const { engine, db, people, publish, work, ledger } = await postOffice();
    const all = await people(anybody(2));
    await engine.enter(await publish('post', 't/mail'), all);
    await engine.enter(await publish('call', 't/hook'), all);
    await work();
    await db.write((tx) => tx.run("UPDATE message SET status = 'sending', attempts = 1, worker = 7"));
    await engine.start();
    expect((await ledger()).map(({ status }) => status).sort()).toEqual(['queued', 'queued', 'unknown', 'unknown']);
    await engine.deliver();
    expect((await ledger()).map(({ status }) => status).sort()).toEqual(['sent', 'sent', 'unknown', 'unknown']);
  });

  test('a truth that comes too late is taken of what nobody knew, and never the other way round', async () => {
    const { engine, db, people, publish, work, ledger } = await postOffice();
    await engine.enter(await publish('post', 't/mail'), await people(anybody(2)));
    await work();
    const { settleMessages } = await import('../store/index.ts');
    await db.write((tx) =>
      tx.run("UPDATE message SET status = CASE customer WHEN 1 THEN 'unknown' ELSE 'sent' END, attempts = 1"),
    );
    const late = { n: 1, step: 1, worker: 3, attempts: 1, at: monday, due: monday, detail: 'late' };
    const told = [
      { ...late, customer: 1, status: 'sent' as const },
      { ...late, customer: 2, status: 'unknown' as const },
    ];
    expect(await db.write((tx) => settleMessages(tx, told))).toEqual([]);
    expect(await ledger()).toMatchObject([
      { status: 'sent', detail: 'late' },
      { status: 'sent', detail: null },
    ]);
  });
});

describe('a rate', () => {
  test('holds over all loops of a channel, and the channel rests until there is room again', async () => {
    const rates = { 't/hook': { perSecond: 5, perMinute: 12 } };
    const { engine, clock, people, publish, book } = await postOffice({}, { rates });
    const all = await people(anybody(10));
    await engine.enter(await publish('a', 't/hook'), all);
    await engine.enter(await publish('b', 't/hook'), all);
    await runToRest(engine, clock, { tick: 1 });
    const perSecond = Object.values(Object.groupBy(book, ({ at }) => Math.floor(at / 1_000))).map(
      (some) => some?.length,
    );
    expect(perSecond).toEqual([5, 5, 2, 5, 3]);
    expect(book.filter(({ at }) => at < monday + 60_000)).toHaveLength(12);
    expect(new Set(book.map(({ key }) => key)).size).toBe(20);
    // Neither loop waits for the other to be done.
    expect(new Set(book.slice(0, 5).map(({ key }) => key[0])).size).toBe(2);
  });

  test('that has been used up says when it goes on, and a clock that is put back does not stop it for ever', async () => {
    const rates = { 't/hook': { perMinute: 1 } };
    const { engine, clock, db, people, publish, work, book } = await postOffice({}, { rates });
    await engine.enter(await publish('a', 't/hook'), await people(anybody(2)));
    await work();
    await engine.deliver();
    expect(await engine.deliver()).toBe(0);
    expect(await engine.nextDue()).toBe(monday + 60_000);
    await db.write((tx) => tx.run('UPDATE channel_rate SET start = start + 3600000'));
    clock.advanceTo(monday + 60_000);
    await engine.deliver();
    expect(book).toHaveLength(2);
  });

  test('is taken out of what a channel is told, and one that is none is refused', () => {
    const log = { info: () => {}, warn: () => {} };
    const registry = new Registry([definePlugin({ name: 'test', nodes: [mail] })]);
    const make = (rate: unknown) =>
      createTransports({ registry, log, folder: '', deliver: { 't/mail': { url: 'x', rate } } });
    expect(make({ perSecond: 3 }).rateOf?.('t/mail')).toEqual({ perSecond: 3 });
    expect(() => make({ perSecond: 0 })).toThrow('channels.t/mail.rate: expected');
    expect(() => make({ hourly: 3 })).toThrow('channels.t/mail.rate: expected');
  });

  test('of one delivery at a time is held to', async () => {
    let under = 0;
    let most = 0;
    const slow = async (): Promise<Receipt> => {
      most = Math.max(most, ++under);
      await new Promise((resolve) => setTimeout(resolve, 1));
      under--;
      return sent;
    };
    const rates = { 't/hook': { concurrency: 1 } };
    const { engine, people, publish, work } = await postOffice({ 't/hook': slow, 't/mail': slow }, { rates });
    await engine.enter(await publish('a', 't/hook'), await people(anybody(9)));
    await work();
    await engine.deliver();
    expect(most).toBe(1);
  });
});

test('the loop of higher priority goes first, and among equals none waits for another to be done', async () => {
  const rates = { 't/hook': { concurrency: 1 } };
  const { engine, people, publish, work, book } = await postOffice({}, { rates });
  const all = await people(anybody(6));
  for (const [id, priority] of [
    ['low', 10],
    ['one', 50],
    ['two', undefined],
    ['high', 90],
  ] as const)
    await engine.enter(await publish(id, 't/hook', {}, priority), all);
  await work();
  await engine.deliver();
  const order = book.map(({ key }) => key.split('.')[0] ?? '');
  expect(order.slice(0, 6)).toEqual(Array(6).fill('high'));
  expect(order.slice(18)).toEqual(Array(6).fill('low'));
  for (let i = 6; i < 18; i += 2) expect(order.slice(i, i + 2).sort()).toEqual(['one', 'two']);
});

describe('a channel that misbehaves', () => {
  test.each([
    ['an answer that is none', () => ({ status: 'fine' }) as unknown as Receipt],
    ['nothing', () => undefined as unknown as Receipt],
    ['never', () => new Promise<Receipt>(() => undefined)],
  ])('by answering %s is found out, and the others go on', async (_what, answer) => {
    const { engine, people, publish, work, book, ledger } = await postOffice(
      { 't/mail': answer, 't/hook': ({ address }) => (address === 'c2' ? answer() : sent) },
      { handlerTimeout: 25 },
    );
    const all = await people(anybody(3));
    await engine.enter(await publish('m', 't/mail'), all.slice(0, 1));
    await engine.enter(await publish('h', 't/hook'), all);
    await work();
    await engine.deliver();
    expect(book).toHaveLength(4);
    expect((await ledger()).map(({ status }) => status).sort()).toEqual(['queued', 'sent', 'sent', 'unknown']);
  });

  test('by having no way out rests, and nothing of it counts as tried', async () => {
    let broken = true;
    const { engine, clock, people, publish, work, ledger } = await postOffice(
      {},
      {
        open: async (type) => {
          if (type === 't/mail' && broken) throw new Error('no such host');
          return { deliver: async () => sent };
        },
      },
    );
    const all = await people(anybody(1));
    await engine.enter(await publish('m', 't/mail'), all);
    await engine.enter(await publish('h', 't/hook'), all);
    await work();
    await engine.deliver();
    expect((await ledger()).map(({ status, attempts }) => [status, attempts])).toEqual([
      ['queued', 0],
      ['sent', 1],
    ]);
    const due = await engine.nextDue();
    expect(due).toBeGreaterThan(monday);
    broken = false;
    clock.advanceTo(due as number);
    await engine.deliver();
    expect((await ledger()).map(({ status }) => status)).toEqual(['sent', 'sent']);
  });
});

test('a paused loop sends nothing, and its messages are not what is due next', async () => {
  const { engine, people, publish, work, book, ledger } = await postOffice();
  await engine.enter(await publish('p', 't/hook'), await people(anybody(2)));
  await work();
  await engine.life.pause('p', 'somebody');
  expect(await engine.deliver()).toBe(0);
  expect(await engine.nextDue()).toBeUndefined();
  expect(book).toEqual([]);
  await engine.life.resume('p', { overdue: 'continue' }, 'somebody');
  await engine.deliver();
  expect((await ledger()).map(({ status }) => status)).toEqual(['sent', 'sent']);
});

test('what has been claimed and not begun is given back when the engine stops', async () => {
  let release = () => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  const { engine, people, publish, work, book, ledger } = await postOffice({
    't/mail': async () => {
      await gate;
      return sent;
    },
  });
  await engine.enter(await publish('m', 't/mail'), await people(anybody(12)));
  await work();
  // The first pass opens the way out.
  while (book.length === 0) {
    await engine.send();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const stopped = engine.stopSending();
  release();
  await stopped;
  const rows = await ledger();
  expect(rows.filter(({ status }) => status === 'sent')).toHaveLength(book.length);
  expect(rows.filter(({ status, attempts }) => status === 'queued' && attempts === 0)).toHaveLength(12 - book.length);
  expect(book.length).toBeLessThan(12);
});

/** Engines of several processes on one database, with a loop that everybody prefers. */
async function offices(
  count: number,
  rate?: { perMinute?: number; concurrency?: number },
  answer: Answer = () => sent,
) {
  const url = await testDatabaseUrl();
  const options = (id: number) => ({
    url,
    worker: { id, slot: id - 1 },
    ...(rate ? { rates: { 't/mail': rate } } : {}),
  });
  const first = await postOffice({ 't/mail': answer }, options(1));
  const all = await first.people(Array.from({ length: 60 }, (_, i) => ({ name: `n${i}` })));
  const policy = JSON.stringify(contactPolicySchema.parse({ caps: [{ per: 'day', max: 1 }] }));
  await first.db.write((tx) => writePolicy(tx, { policy, actor: 'a', now: monday }));
  for (const [id, priority] of [
    ['low', 10],
    ['high', 90],
  ] as const)
    await first.engine.enter(await first.publish(id, 't/mail', {}, priority), all);
  await first.work();
  const others = [];
  for (let id = 2; id <= count; id++) others.push(await postOffice({ 't/mail': answer }, options(id)));
  const engines = [first, ...others];
  const book = () => engines.flatMap((office) => office.book);
  const deliver = () => Promise.all(engines.map(({ engine }) => engine.deliver()));
  return { engines, first, book, deliver };
}

if (testsOn === 'postgres')
  describe('several engines', () => {
    test('each message is sent by one of them, and together they hold to the caps of every customer', async () => {
      // With a rate each takes only what it sends at once, so that none takes all.
      const { first, book, deliver, engines } = await offices(3, { perMinute: 1_000 });
      for (let round = 0; round < 10; round++) await deliver();
      const keys = book().map(({ key }) => key);
      expect(new Set(keys).size).toBe(keys.length);
      expect(keys).toHaveLength(60);
      expect(new Set(keys.map((key) => key.split('.')[2])).size).toBe(60);
      expect(keys.every((key) => key.startsWith('high.'))).toBe(true);
      expect(Object.groupBy(await first.ledger(), ({ status }) => status).suppressed).toHaveLength(60);
      expect(await first.ports('high')).toEqual({ sent: 60 });
      expect(await first.ports('low')).toEqual({ suppressed: 60 });
      expect(engines.filter(({ book: own }) => own.length > 0).length).toBeGreaterThan(1);
    });

    test('together they hold to the rate of a channel', async () => {
      const { book, deliver, engines } = await offices(3, { perMinute: 25 });
      for (let minute = 0; minute < 3; minute++) {
        for (const { clock } of engines) clock.advanceTo(monday + minute * 60_000);
        for (let round = 0; round < 5; round++) await deliver();
        expect(book().length).toBe(Math.min(25 * (minute + 1), 60));
      }
    });

    test('together they have no more under way than a channel may', async () => {
      let under = 0;
      let most = 0;
      const { book, deliver } = await offices(3, { concurrency: 2 }, async () => {
        most = Math.max(most, ++under);
        await new Promise((resolve) => setTimeout(resolve, 2));
        under--;
        return sent;
      });
      for (let round = 0; round < 60 && book().length < 60; round++) await deliver();
      expect(book()).toHaveLength(60);
      expect(most).toBeLessThanOrEqual(2);
    });
  });
