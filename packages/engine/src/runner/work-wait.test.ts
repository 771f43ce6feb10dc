import { expect, test } from 'vitest';
import { runToRest } from './run-to-rest.ts';
import { onEvent } from './test-entries.ts';
import { testDatabaseUrl, testsOn } from '../store/test-database.ts';
import { drawLoop, monday, testEngine } from './test-engine.ts';
import { end, start } from './test-nodes.ts';
import { answer, broken, day, delay, segment, untilDay, untilTime } from './test-waits.ts';

const hour = 3_600_000;
const nodes = [start, onEvent, end, delay, untilDay, untilTime, answer, segment, broken];

const loopWith = (type: string, settings: Record<string, unknown> = {}, ports = ['done']) =>
  drawLoop(
    'loop',
    { in: ['t/in'], wait: [type, settings], end: ['t/end'] },
    ['in.entered -> wait', ...ports.map((port) => `wait.${port} -> end`)].join('\n'),
  );
const answers = (settings: Record<string, unknown> = {}) => loopWith('t/answer', settings, ['yes', 'no', 'timeout']);

const told = (customer: number, type: string, time: number, properties: Record<string, string | number> = {}) => ({
  identities: [{ kind: 'key', value: `c${customer}` }],
  event: { type, category: 'contact' as const, time, properties },
});

type Test = Awaited<ReturnType<typeof testEngine>>;
const settle = async ({ engine }: Test) => {
  while ((await engine.work()) > 0);
};
/** Who has left the wait by which port, and when: `customer: 'port@milliseconds since Monday'`. */
async function left({ db, engine }: Test, node = 'wait') {
  const station = engine.newest('loop')?.stations.get(node);
  const rows = await db.read((tx) =>
    tx.all<{ customer: number; port: number; at: number }>(
      `SELECT j.customer, s.port, j.at FROM journal j JOIN path_step s ON s.path = j.path AND s.port >= 0
       WHERE s.node = ? ORDER BY j.customer, j.n, j.step`,
      [station?.ref ?? 0],
    ),
  );
  return rows.map(({ customer, port, at }) => `${customer} ${station?.node.ports[port]?.id} ${(at - monday) / day}`);
}
async function running(loop: ReturnType<typeof drawLoop>, traits: Parameters<Test['people']>[0], zone = 'UTC') {
  const tested = await testEngine(nodes, { limits: { zone } });
  const version = await tested.engine.publish(loop);
  await tested.engine.enter(version, await tested.people(traits));
  await settle(tested);
  return tested;
}

test('each customer waits until an instant of its own, and whoever has none leaves by another way', async () => {
  const loop = loopWith('t/until-day', {}, ['done', 'missing', 'yes']);
  const tested = await running(loop, [{ day: 3 }, { name: 'Bo' }, { day: 1 }, { day: -5 }, { day: 2.5 }]);
  expect(await left(tested)).toEqual(['2 missing 0', '4 done 0']);
  expect(await tested.engine.nextDue()).toBe(monday + day);
  await runToRest(tested.engine, tested.clock, { tick: 1 });
  expect(await left(tested)).toEqual(['1 done 3', '2 missing 0', '3 done 1', '4 done 0', '5 done 2.5']);
});

test('a customer for whom a node cannot say until when is parked with the reason, and its batch goes on', async () => {
  const loop = loopWith('t/until-day', {}, ['done', 'missing', 'yes']);
  const bad = [{ day: 'poison' }, { day: 'garbage' }, { day: 'nowhere' }];
  const tested = await running(loop, [{ day: 1 }, ...bad, { day: 2 }]);
  await runToRest(tested.engine, tested.clock, { tick: 1 });
  expect(await left(tested)).toEqual(['1 done 1', '5 done 2']);
  const parked = await tested.db.read((tx) => tx.all('SELECT customer, error FROM parked ORDER BY customer'));
  expect(parked).toEqual([
    { customer: 2, error: 'Error: no day at all' },
    { customer: 3, error: 'Error: t/until-day: expected an instant in epoch milliseconds, got NaN' },
    { customer: 4, error: expect.stringContaining('expected a port of done, missing, yes, got nowhere') },
  ]);
});

test('who arrives, who is woken and whose time has come are told apart in one pass', async () => {
  const loop = loopWith('t/until-day', {}, ['done', 'missing', 'yes']);
  const tested = await running(loop, [{ day: 1 }, { day: 9 }, { day: 9 }]);
  const { engine, clock, people } = tested;
  clock.advanceTo(monday + day);
  const version = engine.newest('loop');
  if (!version) throw new Error('expected the loop');
  const [again] = (await people([{ day: 1 }, { day: 9 }, { day: 9 }, { day: 4 }])).slice(3);
  await engine.enter(version, [again as number]);
  await engine.record([told(2, 'answer', clock.now())]);
  await settle(tested);
  expect(await left(tested)).toEqual(['1 done 1', '2 yes 1']);
  await runToRest(engine, clock, { tick: 1 });
  expect(await left(tested)).toEqual(['1 done 1', '2 yes 1', '3 done 9', '4 done 4']);
});

test('a clock that jumps back fires nothing early and nothing twice, and one that jumps forward fires once', async () => {
  const round = drawLoop(
    'loop',
    { in: ['t/in'], wait: ['t/delay', { days: 1 }], next: ['t/delay', { days: 1 }], end: ['t/end'] },
    'in.entered -> wait\nwait.done -> next\nnext.done -> end',
  );
  const tested = await running(round, [{}, {}]);
  const { clock } = tested;
  let now = monday;
  clock.now = () => now;
  const at = async (instant: number) => {
    now = instant;
    await settle(tested);
    return [(await left(tested)).length, (await left(tested, 'next')).length];
  };
  expect(await at(monday + day - 1)).toEqual([0, 0]);
  expect(await at(monday + day - hour)).toEqual([0, 0]);
  expect(await at(monday + day)).toEqual([2, 0]);
  // Back by an hour, and the same instant once more.
  expect(await at(monday + day - hour)).toEqual([2, 0]);
  expect(await at(monday + day)).toEqual([2, 0]);
  expect(await at(monday + 2 * day - 1)).toEqual([2, 0]);
  expect(await at(monday + 2 * day + hour)).toEqual([2, 2]);
  expect(await at(monday + 2 * day - hour)).toEqual([2, 2]);
  expect(await at(monday + 9 * day)).toEqual([2, 2]);
});

test.each([
  ['2026-03-27', '2026-03-31'],
  ['2026-10-23', '2026-10-27'],
])('once a day is once a day over the nights when clocks change (%s to %s)', async (from, to) => {
  const begin = Date.parse(`${from}T12:00Z`);
  const tested = await testEngine(nodes, { start: begin, limits: { zone: 'Europe/Berlin', turns: 100 } });
  const { engine, clock, people, db } = tested;
  const loop = drawLoop(
    'loop',
    { in: ['t/in'], wait: ['t/until-time', { time: '02:30' }] },
    'in.entered -> wait\nwait.done -> wait',
  );
  await engine.enter(
    await engine.publish(loop),
    await people([{}, { timezone: 'Mars/Olympus' }, { timezone: 'Asia/Kathmandu' }]),
  );
  await runToRest(engine, clock, { tick: 1, until: Date.parse(`${to}T12:00Z`) });
  const rows = await db.read((tx) =>
    tx.all<{ customer: number; at: number }>(
      `SELECT j.customer, j.at FROM journal j JOIN path_step s ON s.path = j.path AND s.port = 0
       WHERE s.node = ? ORDER BY j.customer, j.at`,
      [engine.newest('loop')?.stations.get('wait')?.ref ?? 0],
    ),
  );
  const dates = (customer: number, timeZone: string) =>
    rows
      .filter((row) => row.customer === customer)
      .map(({ at }) => new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short' }).format(at));
  const days = Array.from({ length: 4 }, (_, i) => new Date(begin + (i + 1) * day).toISOString().slice(0, 10));
  expect(dates(1, 'Europe/Berlin')).toEqual(days);
  expect(dates(2, 'Europe/Berlin')).toEqual(days);
  expect(dates(3, 'Asia/Kathmandu')).toEqual(days);
});

test('many who wake at one instant go on in order of due time, a part in each pass, and another loop gets on between', async () => {
  const tested = await testEngine(nodes);
  const { engine, clock, people, db } = tested;
  const crowd = await engine.publish(loopWith('t/delay', { days: 1 }));
  const many = await people(Array.from({ length: 10_050 }, () => ({ x: 1 })));
  await engine.enter(crowd, many.slice(50));
  await settle(tested);
  clock.advanceTo(monday + 1);
  await engine.enter(crowd, many.slice(0, 50));
  const other = await engine.publish({ ...loopWith('t/delay', { days: 1 }), id: 'other', name: 'other' });
  await engine.enter(other, many.slice(0, 5));
  await settle(tested);
  clock.advanceTo(monday + 2 * day);
  await engine.work();
  const standing = (loop: typeof crowd) =>
    db.read((tx) =>
      tx.all<{ customer: number }>('SELECT customer FROM position WHERE node = ? ORDER BY customer', [
        loop.stations.get('wait')?.ref ?? 0,
      ]),
    );
  expect((await standing(crowd)).map(({ customer }) => customer)).toEqual(many.slice(0, 50));
  expect(await standing(other)).toEqual([]);
  await settle(tested);
  expect(await standing(crowd)).toEqual([]);
});

test('the second event after the first finds nobody waiting, and events told together are taken by their own time', async () => {
  const tested = await running(answers(), [{}, {}]);
  const { engine } = tested;
  await engine.record([told(1, 'answer', monday + 5), told(1, 'refusal', monday + 3), told(1, 'answer', monday + 4)]);
  await engine.record([told(2, 'answer', monday + 5), told(2, 'refusal', monday + 5)]);
  await engine.record([told(2, 'refusal', monday + 1)]);
  expect(await left(tested)).toEqual(['1 no 0', '2 yes 0']);
});

test('an event that comes when the time is up comes too late, though nobody has moved the customer on yet', async () => {
  const tested = await running(answers(), [{}, {}]);
  const { engine, clock } = tested;
  clock.advanceTo(monday + 7 * day - 1);
  await engine.record([told(1, 'answer', clock.now())]);
  clock.advanceTo(monday + 7 * day);
  await engine.record([told(2, 'answer', monday + day)]);
  await settle(tested);
  expect((await left(tested)).map((each) => each.split(' ').slice(0, 2).join(' '))).toEqual(['1 yes', '2 timeout']);
});

test('what comes between the arrival and the beginning of the wait is not missed, and what came before does not count', async () => {
  const tested = await testEngine(nodes);
  const { engine, clock, people, db } = tested;
  const ids = await people([{}, {}]);
  await engine.record([told(2, 'answer', monday)]);
  await engine.enter(await engine.publish(answers()), ids);
  // A clock that steps back takes them to the wait and no further.
  const begin = clock.now() + hour;
  let asked = 0;
  clock.now = () => begin - asked++;
  await engine.work();
  clock.now = () => begin + 1000;
  const standing = await db.read((tx) => tx.all('SELECT customer, phase FROM position ORDER BY customer'));
  expect(standing).toEqual([1, 2].map((customer) => ({ customer, phase: 0 })));
  expect(await left(tested, 'in')).toHaveLength(2);
  await engine.record([told(1, 'answer', begin + 1000)]);
  clock.now = () => begin + 2000;
  await settle(tested);
  expect((await left(tested)).map((each) => each.split(' ')[1])).toEqual(['yes']);
  clock.now = () => monday + 9 * day;
  await settle(tested);
  expect((await left(tested)).map((each) => each.split(' ')[1])).toEqual(['yes', 'timeout']);
});

test('events count from the arrival, the turn or the entry, as the node says', async () => {
  const leaves = async (since: string) => {
    const tested = await testEngine(nodes, { limits: { turns: 2 } });
    const { engine, clock, people } = tested;
    const loop = drawLoop(
      'loop',
      { in: ['t/in'], first: ['t/delay'], second: ['t/delay'], wait: ['t/answer', { since }] },
      `
      in.entered -> first
      first.done -> second
      second.done -> wait
      wait.yes -> first
      wait.no -> first
      wait.timeout -> first`,
    );
    await engine.enter(await engine.publish(loop), await people([{}]));
    await settle(tested);
    clock.advanceTo(monday + hour);
    await engine.record([told(1, 'answer', clock.now())]);
    await runToRest(engine, clock, { tick: 1 });
    return left(tested);
  };
  expect(await leaves('arrival')).toEqual(['1 timeout 9', '1 timeout 18']);
  expect(await leaves('turn')).toEqual(['1 yes 2', '1 timeout 11']);
  expect(await leaves('entry')).toEqual(['1 yes 2', '1 yes 4']);
});

test('what happened before the wait and is told of during it counts, unless late events are ignored', async () => {
  const leaves = async (settings: Record<string, unknown>) => {
    const tested = await testEngine(nodes);
    const { engine, clock, people } = tested;
    const loop = drawLoop(
      'loop',
      { in: ['t/in'], first: ['t/delay'], wait: ['t/answer', settings], end: ['t/end'] },
      'in.entered -> first\nfirst.done -> wait\nwait.yes -> end\nwait.no -> end\nwait.timeout -> end',
    );
    await engine.enter(await engine.publish(loop), await people([{}]));
    await settle(tested);
    clock.advanceTo(monday + day);
    await settle(tested);
    clock.advanceTo(monday + 2 * day);
    await engine.record([told(1, 'answer', monday + hour)]);
    await runToRest(engine, clock, { tick: 1 });
    return left(tested);
  };
  expect(await leaves({})).toEqual(['1 yes 2']);
  expect(await leaves({ late: 'ignored' })).toEqual(['1 timeout 8']);
  expect(await leaves({ late: 'ignored', since: 'turn' })).toEqual(['1 yes 2']);
});

test('in a loop that is entered once a cart an event ends the wait for its own cart', async () => {
  const tested = await testEngine(nodes);
  const { engine, clock } = tested;
  await engine.publish(
    drawLoop(
      'loop',
      { on: ['t/event', { event: 'cart', key: 'id' }], wait: ['t/answer', { key: 'id' }], end: ['t/end'] },
      'on.entered -> wait\nwait.yes -> end\nwait.no -> end\nwait.timeout -> end',
    ),
  );
  await engine.record([told(1, 'cart', monday, { id: 7 }), told(1, 'cart', monday, { id: 'b' })]);
  await settle(tested);
  await engine.record([told(1, 'answer', monday, { id: 'c' }), told(1, 'answer', monday)]);
  expect(await left(tested)).toEqual([]);
  await engine.record([told(1, 'answer', monday, { id: '7' })]);
  expect(await left(tested)).toEqual(['1 yes 0']);
  await runToRest(engine, clock, { tick: 1 });
  expect(await left(tested)).toEqual(['1 yes 0', '1 timeout 7']);
});

const gold = {
  id: 'gold',
  name: 'Gold',
  rule: { combinator: 'and' as const, rules: [{ field: 'plan', operator: '=', value: 'gold' }] },
};

test.each([
  ['entered', ['1 done 0', '2 done 1', '3 timeout 7']],
  ['left', ['2 done 0', '3 done 0', '1 done 1']],
])('who waits for a segment to be %s goes on as it is so, at once if it is already', async (when, expected) => {
  const tested = await testEngine(nodes);
  const { engine, clock, people } = tested;
  await engine.saveSegment(gold);
  const ids = await people([{ plan: 'gold' }, { plan: 'tin' }, { plan: 'tin' }]);
  await engine.enter(await engine.publish(loopWith('t/wait-segment', { when }, ['done', 'timeout'])), ids);
  await settle(tested);
  clock.advanceTo(monday + day);
  const plan = (customer: number, is: string) =>
    engine.ingest([{ identities: [{ kind: 'key', value: `c${customer}` }], traits: { plan: is } }], 'test');
  await engine.record([told(3, 'segment:gold:entered', monday)]);
  await plan(1, 'tin');
  await plan(2, 'gold');
  await settle(tested);
  await runToRest(engine, clock, { tick: 1 });
  expect(new Set(await left(tested))).toEqual(new Set(expected));
});

test.each([
  ['entered', 'gold'],
  ['left', 'tin'],
])(
  'who waits for a segment to be %s is not forgotten while the membership of everybody is still being worked out',
  async (when, plan) => {
    const tested = await testEngine(nodes);
    const { engine, db, people } = tested;
    await engine.saveSegment(gold);
    const ids = await people([{ plan: plan === 'gold' ? 'tin' : 'gold' }]);
    const version = await engine.publish(loopWith('t/wait-segment', { when }, ['done', 'timeout']));
    await settle(tested);
    const unfilled = "UPDATE segment SET filled_to = 0, quiet = 1 WHERE id = 'gold'";
    await db.write(async (tx) => {
      await tx.run('DELETE FROM membership');
      await tx.run(unfilled);
    });
    await engine.enter(version, ids);
    await settle(tested);
    await db.write((tx) => tx.run(unfilled));
    expect(await left(tested)).toEqual([]);
    await engine.ingest([{ identities: [{ kind: 'key', value: 'c1' }], traits: { plan } }], 'test');
    expect(await left(tested)).toEqual(['1 done 0']);
  },
);

test('nobody is in a segment that does not exist', async () => {
  const entered = await running(loopWith('t/wait-segment', { segment: 'none' }, ['done', 'timeout']), [{}]);
  expect(await left(entered)).toEqual([]);
  const out = await running(loopWith('t/wait-segment', { segment: 'none', when: 'left' }, ['done', 'timeout']), [{}]);
  expect(await left(out)).toEqual(['1 done 0']);
});

test('who is woken while its loop is paused stays, waits for nothing more, and leaves by that port when it goes on', async () => {
  const tested = await running(answers(), [{}, {}]);
  const { engine, clock, db } = tested;
  await engine.life.pause('loop', 'ada');
  clock.advanceTo(monday + day);
  await engine.record([told(1, 'refusal', clock.now())]);
  await engine.record([told(1, 'answer', clock.now())]);
  await settle(tested);
  expect(await left(tested)).toEqual([]);
  expect(await db.read((tx) => tx.all('SELECT customer, due, phase FROM position ORDER BY customer'))).toEqual([
    { customer: 1, due: monday + day, phase: 11 },
    { customer: 2, due: monday + 7 * day, phase: 1 },
  ]);
  expect(await db.read((tx) => tx.all('SELECT DISTINCT customer FROM subscription'))).toEqual([{ customer: 2 }]);
  clock.advanceTo(monday + 2 * day);
  await engine.life.resume('loop', { overdue: 'continue' }, 'ada');
  await runToRest(engine, clock, { tick: 1 });
  expect(await left(tested)).toEqual(['1 no 2', '2 timeout 7']);
});

test('a node that cannot say what it waits for parks who comes to it, and no event is refused for it', async () => {
  const tested = await running(loopWith('t/broken'), [{}, {}]);
  const parked = await tested.db.read((tx) => tx.all('SELECT customer, error FROM parked ORDER BY customer'));
  expect(parked).toEqual([1, 2].map((customer) => ({ customer, error: 'Error: cannot say' })));
  await tested.engine.record([told(1, 'answer', monday)]);
});

test('an event that comes at the very moment when its customer begins to wait is not missed', async () => {
  const tested = await testEngine(nodes, { start: monday });
  const { engine, clock, people } = tested;
  const version = await engine.publish(answers({ since: 'entry' }));
  const ids = await people(Array.from({ length: 60 }, () => ({ x: 1 })));
  for (let i = 0; i < ids.length; i += 10) {
    const some = ids.slice(i, i + 10);
    await engine.enter(version, some);
    clock.advanceTo(clock.now() + 1000);
    await Promise.all([settle(tested), ...some.map((_, k) => engine.record([told(i + k + 1, 'answer', clock.now())]))]);
    await settle(tested);
  }
  expect((await left(tested)).map((each) => each.split(' ').slice(0, 2).join(' '))).toEqual(
    ids.map((id) => `${id} yes`),
  );
});

if (testsOn === 'postgres')
  test('an event that is told to an engine which has not heard of the loop yet ends its waits all the same', async () => {
    const url = await testDatabaseUrl();
    const one = await testEngine(nodes, { url });
    const two = await testEngine(nodes, { url });
    await one.engine.enter(await one.engine.publish(answers()), await one.people([{}, {}]));
    await settle(one);
    await two.engine.record([told(1, 'answer', monday)]);
    await two.engine.ingest(
      [{ identities: [{ kind: 'key', value: 'c2' }], traits: {}, events: [told(2, 'refusal', monday).event] }],
      'test',
    );
    expect(await left(one)).toEqual(['1 yes 0', '2 no 0']);
  });
