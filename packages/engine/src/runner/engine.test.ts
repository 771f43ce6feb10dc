import { expect, test } from 'vitest';
import { channel, report, router, source, wait, writer, z } from '../plugin/index.ts';
import { sharePort } from '../plugin/share.ts';
import { drawLoop, monday, testEngine } from './test-engine.ts';
import { byAge, described, end, none, start } from './test-nodes.ts';
import { delay } from './test-waits.ts';
import { runToRest } from './run-to-rest.ts';

const day = 86_400_000;

const onEvent = source({
  type: 't/on',
  stage: 'collect',
  ...described('On'),
  settings: z.object({ event: z.string() }),
  entry: ({ event }) => ({ on: 'event', event, again: 'always' }),
});
const half = router({
  type: 't/half',
  stage: 'flow',
  ...described('Half'),
  settings: z.object({ weight: z.number().default(0.5) }),
  ports: [{ id: 'a' }, { id: 'b' }],
  route: ({ weight }) => ({
    by: 'shares',
    key: 'coin',
    shares: [
      { port: 'a', weight },
      { port: 'b', weight: 1 - weight },
    ],
  }),
});
const reply = wait({
  type: 't/reply',
  stage: 'collect',
  ...described('Reply'),
  settings: z.object({ since: z.enum(['arrival', 'turn']).default('arrival') }),
  ports: [{ id: 'yes' }, { id: 'timeout' }],
  wait: ({ settings, now }) => ({
    until: { at: now + 7 * day, port: 'timeout' },
    since: settings.since,
    events: [
      {
        type: 'answer',
        where: { combinator: 'and', rules: [{ field: 'text', operator: '=', value: 'yes' }] },
        port: 'yes',
      },
    ],
  }),
});
const stamp = writer({
  type: 't/stamp',
  stage: 'aliment',
  ...described('Stamp'),
  settings: none,
  handle: ({ batch }) => {
    if (batch.some(({ traits }) => traits.name === 'poison')) throw new Error('cannot swallow this');
    return {
      patches: batch.map(({ id, traits }) => ({ customer: id, traits: { visits: Number(traits.visits ?? 0) + 1 } })),
    };
  },
});
const mail = channel({
  type: 't/mail',
  stage: 'interact',
  ...described('Mail'),
  settings: none,
  delivery: 'at-most-once',
  compose: ({ customer }) =>
    typeof customer.traits.email === 'string'
      ? { address: customer.traits.email, body: { hello: customer.id }, cost: 3 }
      : { suppressed: 'no address' },
  connect: () => ({ deliver: async ({ address }) => ({ status: address.includes('bounce') ? 'failed' : 'sent' }) }),
});
const tally = report({
  type: 't/report',
  stage: 'measure',
  ...described('Report'),
  settings: none,
  report: async ({ population, turn }) => {
    const arms = await population.outcomes({
      node: 'half',
      turn,
      goal: { event: 'order', within: 5 * day, valueProperty: 'value' },
    });
    const nodes = await population.nodes(turn);
    return {
      figures: {
        came: Object.fromEntries(nodes.map(({ id, entered }) => [id, entered])),
        arms: arms.map(({ port, customers, converted, value }) => ({ port, customers, converted, value: value.sum })),
      },
      take: true,
      proposals: [{ node: 'half', path: ['weight'], value: 1, why: 'a is better' }],
    };
  },
});
const all = [start, onEvent, end, byAge, half, delay, reply, stamp, mail, tally];

test('customers go through routers, writers and waits to the end, and the counts of every node add up', async () => {
  const { engine, clock, people, counts } = await testEngine(all);
  const version = await engine.publish(
    drawLoop(
      'plain',
      { in: ['t/in'], age: ['t/age'], stamp: ['t/stamp'], delay: ['t/delay', { days: 3 }], end: ['t/end'] },
      `
    in.entered -> age
    age.old -> stamp
    age.young -> delay
    stamp.done -> end
    delay.done -> end`,
    ),
  );
  await engine.enter(version, await people(Array.from({ length: 100 }, (_, i) => ({ age: i }))));
  await runToRest(engine, clock, { tick: 3_600_000 });
  expect(await counts('plain')).toEqual({
    in: { entered: 100, ports: { entered: 100 }, waiting: 0, parked: 0 },
    age: { entered: 100, ports: { old: 40, young: 60 }, waiting: 0, parked: 0 },
    stamp: { entered: 40, ports: { done: 40 }, waiting: 0, parked: 0 },
    delay: { entered: 60, ports: { done: 60 }, waiting: 0, parked: 0 },
    end: { entered: 100, ports: { ended: 100 }, waiting: 0, parked: 0 },
  });
  expect(clock.now()).toBe(monday + 3 * day);
});

test('one bad customer is parked with its error and the rest of its batch goes on', async () => {
  const { db, engine, clock, people, counts } = await testEngine(all);
  const version = await engine.publish(
    drawLoop('park', { in: ['t/in'], stamp: ['t/stamp'], end: ['t/end'] }, 'in.entered -> stamp\nstamp.done -> end'),
  );
  await engine.enter(version, await people([{ name: 'Ada' }, { name: 'poison' }, { name: 'Bob' }, { name: 'Eve' }]));
  await runToRest(engine, clock, { tick: 1 });
  expect((await counts('park')).stamp).toEqual({ entered: 4, ports: { done: 3 }, waiting: 0, parked: 1 });
  expect(await db.read((tx) => tx.all('SELECT customer, error FROM parked'))).toEqual([
    { customer: 2, error: 'Error: cannot swallow this' },
  ]);
});

test('a share in SQL is the same share that the SDK works out', async () => {
  const { db, engine, clock, people } = await testEngine(all);
  const version = await engine.publish(
    drawLoop(
      'coin',
      { in: ['t/in'], half: ['t/half', { weight: 0.3 }], end: ['t/end'] },
      'in.entered -> half\nhalf.a -> end\nhalf.b -> end',
    ),
  );
  const ids = await people(Array.from({ length: 500 }, () => ({ x: 1 })));
  await engine.enter(version, ids);
  await runToRest(engine, clock, { tick: 1 });
  const half = version.stations.get('half');
  const taken = await db.read((tx) =>
    tx.all<{ customer: number; port: number }>(
      'SELECT customer, port FROM journal j JOIN path_step s ON s.path = j.path WHERE s.node = ? ORDER BY customer',
      [half?.ref ?? 0],
    ),
  );
  const shares = [
    { port: 'a', weight: 0.3 },
    { port: 'b', weight: 0.7 },
  ];
  expect(taken.map(({ port }) => ['a', 'b'][port])).toEqual(ids.map((id) => sharePort(id, 'coin', shares)));
});

test('an event ends a wait by its port when it passes the filter, and the time-out ends the others', async () => {
  const { engine, clock, people, counts } = await testEngine(all);
  const version = await engine.publish(
    drawLoop(
      'ask',
      { in: ['t/in'], reply: ['t/reply'], end: ['t/end'] },
      'in.entered -> reply\nreply.yes -> end\nreply.timeout -> end',
    ),
  );
  await engine.enter(version, await people([{ a: 1 }, { a: 2 }, { a: 3 }]));
  while ((await engine.work()) > 0);
  const answer = (who: string, text: string, messageId: string) => ({
    identities: [{ kind: 'key', value: who }],
    event: { type: 'answer', category: 'contact' as const, time: clock.now(), properties: { text }, messageId },
  });
  const first = await engine.record([answer('c1', 'yes', 'm1'), answer('c2', 'no', 'm2')]);
  const again = await engine.record([answer('c1', 'yes', 'm1')]);
  expect([first.map((each) => each.isNew), again.map((each) => each.isNew)]).toEqual([[true, true], [false]]);
  await runToRest(engine, clock, { tick: 1 });
  expect((await counts('ask')).reply).toEqual({ entered: 3, ports: { yes: 1, timeout: 2 }, waiting: 0, parked: 0 });
});

test('an event from before the wait counts when the node counts from the beginning of the turn', async () => {
  const { engine, clock, people, counts } = await testEngine(all);
  const version = await engine.publish(
    drawLoop(
      'early',
      { in: ['t/in'], delay: ['t/delay', { days: 2 }], reply: ['t/reply', { since: 'turn' }], end: ['t/end'] },
      'in.entered -> delay\ndelay.done -> reply\nreply.yes -> end\nreply.timeout -> end',
    ),
  );
  await engine.enter(version, await people([{ a: 1 }, { a: 2 }]));
  while ((await engine.work()) > 0);
  clock.advanceTo(monday + day);
  await engine.record([
    {
      identities: [{ kind: 'key', value: 'c1' }],
      event: { type: 'answer', category: 'contact', time: clock.now(), properties: { text: 'yes' } },
    },
  ]);
  await runToRest(engine, clock, { tick: 1 });
  expect((await counts('early')).reply?.ports).toEqual({ yes: 1, timeout: 1 });
});

test('an event lets customers in, and again only once they have ended', async () => {
  const { engine, clock, counts } = await testEngine(all);
  await engine.publish(
    drawLoop(
      'cart',
      { on: ['t/on', { event: 'cart' }], delay: ['t/delay', { days: 1 }], end: ['t/end'] },
      'on.entered -> delay\ndelay.done -> end',
    ),
  );
  const cart = () =>
    engine.record([
      {
        identities: [{ kind: 'userId', value: 'u1' }],
        event: { type: 'cart', category: 'order', time: clock.now(), properties: {} },
      },
    ]);
  await cart();
  await cart();
  await runToRest(engine, clock, { tick: 1 });
  expect((await counts('cart')).on?.entered).toBe(1);
  await cart();
  await runToRest(engine, clock, { tick: 1 });
  expect((await counts('cart')).end?.ports).toEqual({ ended: 2 });
});

test('a loop that is taken away lets nobody in any more, and one that somebody has been in is not', async () => {
  const { db, clock, engine } = await testEngine(all);
  const drawn = (id: string) => drawLoop(id, { on: ['t/on', { event: 'cart' }], end: ['t/end'] }, 'on.entered -> end');
  const cart = () =>
    engine.record([
      {
        identities: [{ kind: 'userId', value: 'u1' }],
        event: { type: 'cart', category: 'order', time: clock.now(), properties: {} },
      },
    ]);
  await engine.publish(drawn('gone'));
  expect(await engine.remove('gone')).toBe(true);
  expect(engine.newest('gone')).toBeUndefined();
  await engine.publish(drawn('kept'));
  await cart();
  expect(await engine.remove('kept')).toBe(false);
  expect(await db.read((tx) => tx.all('SELECT customer, n FROM enrollment'))).toEqual([{ customer: 1, n: 1 }]);
});

test('a message is composed into the outbox, delivered after the commit, and its customer leaves by what became of it', async () => {
  const { createTransports } = await import('./transports.ts');
  const { definePlugin, Registry } = await import('../plugin/index.ts');
  const log = { info: () => {}, warn: () => {} };
  const registry = new Registry([definePlugin({ name: 'test', nodes: all })]);
  const transports = createTransports({ registry, log, folder: '', deliver: { 't/mail': {} } });
  const { db, engine, clock, people, counts } = await testEngine(all, { transports });
  const version = await engine.publish(
    drawLoop(
      'post',
      { in: ['t/in'], mail: ['t/mail'], end: ['t/end'] },
      'in.entered -> mail\nmail.sent -> end\nmail.failed -> end\nmail.suppressed -> end',
    ),
  );
  await engine.enter(
    version,
    await people([{ email: 'a@example.org' }, { email: 'bounce@example.org' }, { name: 'nobody' }]),
  );
  while ((await engine.work()) > 0);
  expect((await counts('post')).mail).toEqual({ entered: 3, ports: { suppressed: 1 }, waiting: 2, parked: 0 });
  await runToRest(engine, clock, { tick: 1 });
  expect((await counts('post')).mail).toEqual({
    entered: 3,
    ports: { sent: 1, failed: 1, suppressed: 1 },
    waiting: 0,
    parked: 0,
  });
  const ledger = await db.read((tx) => tx.all('SELECT customer, status, detail, cost FROM message ORDER BY customer'));
  expect(ledger).toEqual([
    { customer: 1, status: 'sent', detail: null, cost: 3 },
    { customer: 2, status: 'failed', detail: null, cost: 3 },
    { customer: 3, status: 'suppressed', detail: 'no address', cost: 0 },
  ]);
});

test('a loop goes round as often as it may, and a report changes what the next turn runs with', async () => {
  const { db, engine, clock, people, counts } = await testEngine(all, { limits: { turns: 2 } });
  const version = await engine.publish(
    drawLoop(
      'round',
      {
        in: ['t/in'],
        half: ['t/half'],
        delay: ['t/delay', { days: 7 }],
        report: ['t/report'],
        pause: ['t/delay', { days: 7 }],
      },
      `
    in.entered -> half
    half.a -> delay
    half.b -> delay
    delay.done -> report
    report.done -> pause
    pause.done -> half`,
    ),
  );
  await engine.enter(version, await people(Array.from({ length: 40 }, () => ({ x: 1 }))));
  while ((await engine.work()) > 0);
  clock.advanceTo(monday + day);
  await engine.record(
    [1, 2, 3].map((i) => ({
      identities: [{ kind: 'key', value: `c${i}` }],
      event: { type: 'order', category: 'order' as const, time: clock.now(), properties: { value: 100 * i } },
    })),
  );
  await runToRest(engine, clock, { tick: 3_600_000 });
  const counted = await counts('round');
  expect(counted.half?.entered).toBe(120);
  expect(counted.half?.waiting).toBe(40);
  const taken = await db.read((tx) =>
    tx.all<{ turn: number; port: number; count: number }>(
      `SELECT turn, port, count(*) AS count FROM journal j JOIN path_step s ON s.path = j.path
       WHERE s.node = ? GROUP BY turn, port`,
      [version.stations.get('half')?.ref ?? 0],
    ),
  );
  expect(taken.filter(({ turn }) => turn === 1)).toHaveLength(2);
  expect(taken.filter(({ turn }) => turn === 2)).toEqual([{ turn: 2, port: 0, count: 40 }]);
  const reports = await db.read((tx) => tx.all<{ figures: string }>('SELECT figures FROM report ORDER BY turn'));
  const [first, second] = reports.map(({ figures }) => JSON.parse(figures) as { came: unknown; arms: unknown });
  expect(first?.came).toEqual({ in: 40, half: 40, delay: 40, report: 40, pause: 40 });
  expect(second?.came).toEqual({ in: 0, half: 40, delay: 40, report: 40, pause: 40 });
  const { arms } = first as {
    arms: { customers: number; converted: number; value: number }[];
  };
  expect(arms.reduce((sum, arm) => sum + arm.customers, 0)).toBe(40);
  expect(arms.reduce((sum, arm) => sum + arm.converted, 0)).toBe(3);
  expect(arms.reduce((sum, arm) => sum + arm.value, 0)).toBe(600);
});

test('positions are what the journal says: its last row tells where everybody stands', async () => {
  const { db, engine, people } = await testEngine(all);
  const version = await engine.publish(
    drawLoop(
      'fold',
      { in: ['t/in'], age: ['t/age'], reply: ['t/reply'], delay: ['t/delay', { days: 3 }], end: ['t/end'] },
      `
    in.entered -> age
    age.old -> reply
    age.young -> delay
    reply.yes -> end
    reply.timeout -> end
    delay.done -> end`,
    ),
  );
  await engine.enter(version, await people(Array.from({ length: 50 }, (_, i) => ({ age: i * 2 }))));
  while ((await engine.work()) > 0);
  const rows = await db.read((tx) =>
    tx.all<{ node: number; due: number; at: number; port: number; until: number; from: number }>(
      `SELECT p.node, p.due, j.at, s.port, j.until, s.node AS "from" FROM position p
       JOIN journal j ON j.customer = p.customer AND j.n = p.n AND j.step = p.step - 1 JOIN path_step s ON s.path = j.path`,
    ),
  );
  expect(rows).toHaveLength(50);
  for (const row of rows) expect([row.node, row.due]).toEqual([row.from, row.until]);
});
