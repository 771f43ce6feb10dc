import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { writer } from '../../plugin/index.ts';
import { readLoopState } from '../../store/index.ts';
import { drawLoop, testEngine } from '../test-engine.ts';
import { described, end, none, start } from '../test-nodes.ts';
import { overdueOf } from './overdue.ts';
import { day, lifeEngine, rescue } from './test-life.ts';

const answer = (n: number) => ({
  identities: [{ kind: 'key', value: `c${n}` }],
  event: { type: 'answer', category: 'contact' as const, time: 0, properties: {}, messageId: `answer-${n}` },
});
const overdueIn = async ({ db, clock }: Awaited<ReturnType<typeof lifeEngine>>, loop: string) => {
  return db.read(async (tx) => {
    const state = await readLoopState(tx, loop);
    if (!state) throw new Error(`expected a loop ${loop}`);
    return overdueOf(tx, state, clock.now());
  });
};

/** Four people wait for an answer; one answers while the loop is paused, the time of the others comes. */
async function pausedForWeeks() {
  const life = await lifeEngine();
  const { engine, people, after, settle } = life;
  const version = await engine.publish(rescue(), 'ada');
  await engine.enter(version, await people([{}, {}, {}, {}]));
  await settle();
  await engine.life.pause('rescue', 'ada');
  await after(5 * day);
  await engine.record([answer(2)]);
  await after(3 * day);
  return life;
}

test('in a paused loop nobody makes a step and nothing is sent, whatever comes due', async () => {
  const life = await pausedForWeeks();
  expect(life.mailbox.mails).toEqual([]);
  expect(await life.standing()).toEqual({ 'reply@1': [1, 2, 3, 4] });
  expect(await life.engine.nextDue()).toBeUndefined();
});

test('before it goes on a loop says what has come due, a node at a time', async () => {
  const life = await pausedForWeeks();
  await life.engine.enter(life.engine.newest('rescue') as never, await life.people([{}, {}, {}, {}, {}, {}]));
  const { nodes, total } = await overdueIn(life, 'rescue');
  expect(nodes).toEqual([
    { node: 'in', label: 'in', version: 1, arrived: 2, overdue: 0, messages: 0 },
    { node: 'reply', label: 'reply', version: 1, arrived: 0, overdue: 4, messages: 0 },
  ]);
  expect(total).toEqual({ arrived: 2, overdue: 4, messages: 0 });
});

test('continue: all that is overdue goes out, and whoever was answered leaves by the answer', async () => {
  const life = await pausedForWeeks();
  await life.engine.life.resume('rescue', { overdue: 'continue' }, 'ada');
  await life.settle();
  expect(life.mailbox.mails.map(({ address }) => address).sort()).toEqual(
    [1, 2, 3, 4].map((id) => `c${id}@example.com`),
  );
  expect(await life.outcomes()).toEqual({ '2.1': null });
  expect(await life.standing()).toEqual({ 'delay@1': [1, 3, 4] });
});

test('skip: they go on without a message until their next wait, and get those that come after it', async () => {
  const life = await pausedForWeeks();
  await life.engine.life.resume('rescue', { overdue: 'skip' }, 'ada');
  await life.settle();
  expect(life.mailbox.mails).toEqual([]);
  const reasons = await life.db.read((tx) => tx.all("SELECT reason FROM message WHERE status = 'suppressed'"));
  expect(reasons).toEqual([1, 2, 3, 4].map(() => ({ reason: 'skipped' })));
  await life.after(3 * day);
  expect(life.mailbox.mails.map(({ address }) => address).sort()).toEqual([1, 3, 4].map((id) => `c${id}@example.com`));
  expect(await life.countsAddUp()).toBe(true);
});

test('exit: whoever is overdue leaves the loop, whoever still waits stays', async () => {
  const life = await pausedForWeeks();
  const { engine, people, after, settle, outcomes } = life;
  await engine.life.resume('rescue', { overdue: 'exit' }, 'ada');
  await settle();
  expect(await outcomes()).toEqual({ '1.1': 'exit', '2.1': 'exit', '3.1': 'exit', '4.1': 'exit' });
  expect(await life.countsAddUp()).toBe(true);
  await engine.enter(engine.newest('rescue') as never, (await people([{}, {}, {}, {}, {}])).slice(4));
  await settle();
  await engine.life.pause('rescue', 'ada');
  await after(day);
  await engine.life.resume('rescue', { overdue: 'exit' }, 'ada');
  await settle();
  expect(await life.standing()).toEqual({ 'reply@1': [5] });
  expect(life.mailbox.mails).toEqual([]);
});

test('spread: what is overdue goes on evenly over a time, in order of due time, and an event still ends a wait', async () => {
  const life = await lifeEngine();
  const { engine, clock, people, after, settle } = life;
  const version = await engine.publish(rescue());
  const ids = await people(Array.from({ length: 8 }, () => ({})));
  for (const id of ids.toReversed()) {
    await engine.enter(version, [id]);
    await after(60_000);
  }
  await engine.life.pause('rescue', 'ada');
  await after(20 * day);
  await engine.life.resume('rescue', { overdue: 'spread', over: 'PT8H' }, 'ada');
  await settle();
  expect(life.mailbox.mails).toEqual([]);
  const began = clock.now();
  const sent: [hour: number, address: string][] = [];
  for (let hour = 0; hour < 4; hour++) {
    await after(3_600_000);
    for (const { address } of life.mailbox.mails.splice(0)) sent.push([(clock.now() - began) / 3_600_000, address]);
  }
  expect(sent).toEqual([8, 7, 6, 5].map((id, i) => [i + 1, `c${id}@example.com`]));
  await engine.record([answer(1)]);
  await settle();
  expect(life.mailbox.mails.map(({ address }) => address)).toEqual(['c1@example.com']);
  await after(4 * 3_600_000);
  expect(life.mailbox.mails.length).toBe(4);
  expect(await life.countsAddUp()).toBe(true);
});

test('messages that were on their way are spread, skipped and dropped like everything else', async () => {
  for (const [choice, expected] of [
    [{ overdue: 'spread', over: 'PT4H' }, [1, 1, 1, 1]],
    [{ overdue: 'skip' }, [0, 0, 0, 0]],
    [{ overdue: 'exit' }, [0, 0, 0, 0]],
    [{ overdue: 'continue' }, [4, 0, 0, 0]],
  ] as const) {
    const life = await lifeEngine();
    const { engine, people, after } = life;
    const version = await engine.publish(rescue());
    await engine.enter(version, await people([{}, {}, {}, {}]));
    await life.settle();
    life.clock.advanceTo(life.clock.now() + 7 * day);
    while ((await engine.work()) > 0);
    await engine.life.pause('rescue', 'ada');
    expect((await overdueIn(life, 'rescue')).total).toEqual({ arrived: 0, overdue: 0, messages: 4 });
    await engine.life.resume('rescue', choice, 'ada');
    const sent: number[] = [];
    for (let hour = 0; hour < 4; hour++) {
      await after(hour === 0 ? 1_000 : 3_600_000);
      sent.push(life.mailbox.mails.splice(0).length);
    }
    expect(sent).toEqual(expected);
    expect(await life.countsAddUp()).toBe(true);
    await life.db.close();
  }
});

test('a resumption that was interrupted leaves the loop paused, and goes on when it is asked for once more', async () => {
  const life = await pausedForWeeks();
  const { db, engine, settle, standing } = life;
  let left = 2;
  const failing = await life.another({
    ...db,
    write: (work, point) =>
      point === 'life' && left-- === 0
        ? Promise.reject(new Error('the disk is full'))
        : db.write((tx) => work(tx), point),
  });
  await expect(failing.life.resume('rescue', { overdue: 'exit' }, 'ada')).rejects.toThrow('the disk is full');
  await settle();
  expect((await life.audit('rescue')).at(-1)).toMatchObject({ action: 'resume', enrollments: 4, done: false });
  expect(await life.db.read((tx) => readLoopState(tx, 'rescue'))).toMatchObject({ state: 'paused' });
  await expect(engine.life.resume('rescue', { overdue: 'continue' }, 'ada')).rejects.toThrow(
    'the loop rescue was being resumed with exit when the engine stopped',
  );
  await engine.life.resume('rescue', { overdue: 'exit' }, 'ada');
  expect(await standing()).toEqual({});
  expect(await life.db.read((tx) => readLoopState(tx, 'rescue'))).toMatchObject({ state: 'running' });
  expect(await life.countsAddUp()).toBe(true);
});

test('a step that is under way when a loop is paused is not made', async () => {
  let begun = () => {};
  const working = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const slow = writer({
    type: 't/slow',
    stage: 'aliment',
    ...described('Slow'),
    settings: none,
    handle: async () => {
      begun();
      await sleep(50);
      return {};
    },
  });
  const { db, engine, people, counts } = await testEngine([start, end, slow]);
  const version = await engine.publish(
    drawLoop('slow', { in: ['t/in'], slow: ['t/slow'], end: ['t/end'] }, 'in.entered -> slow\nslow.done -> end'),
  );
  await engine.enter(version, await people([{}, {}]));
  const pass = engine.work();
  await working;
  await engine.life.pause('slow', 'ada');
  const journal = () => db.read((tx) => tx.first('SELECT count(*) AS rows FROM journal'));
  const before = await journal();
  await pass;
  await engine.work();
  expect(await journal()).toEqual(before);
  await engine.life.resume('slow', { overdue: 'continue' }, 'ada');
  while ((await engine.work()) > 0);
  expect((await counts('slow')).end).toMatchObject({ entered: 2, ports: { ended: 2 } });
});

test('whoever learns of its receipt while the loop is paused leaves by it when the loop goes on', async () => {
  const life = await lifeEngine();
  const { engine, mailbox, people, settle, standing } = life;
  let arrive = () => {};
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  let answerNow = () => {};
  const answered = new Promise<void>((resolve) => {
    answerNow = resolve;
  });
  mailbox.receive = async () => {
    arrive();
    await answered;
    return { status: 'failed' };
  };
  const version = await engine.publish(rescue());
  await engine.enter(version, await people([{}]));
  await settle();
  life.clock.advanceTo(life.clock.now() + 7 * day);
  while ((await engine.work()) > 0);
  const delivering = engine.deliver();
  await arrived;
  await engine.life.pause('rescue', 'ada');
  answerNow();
  await delivering;
  await settle();
  expect(await standing()).toEqual({ 'mail@1': [1] });
  expect((await overdueIn(life, 'rescue')).total).toEqual({ arrived: 0, overdue: 1, messages: 0 });
  await engine.life.resume('rescue', { overdue: 'continue' }, 'ada');
  await settle();
  expect(await standing()).toEqual({ 'delay@1': [1] });
  expect(await life.countsAddUp()).toBe(true);
});

test('a loop that one engine has paused stands still in the others, whether they know of it or not', async () => {
  const life = await lifeEngine();
  const { engine, clock, people, settle, standing } = life;
  const version = await engine.publish(rescue());
  const ids = await people([{}, {}, {}]);
  await engine.enter(version, ids.slice(0, 1));
  await settle();
  clock.advanceTo(clock.now() + 6 * day);
  await engine.enter(version, ids.slice(1));
  await settle();
  clock.advanceTo(clock.now() + day);
  while ((await engine.work()) > 0);
  const other = await life.another();
  await engine.life.pause('rescue', 'ada');
  clock.advanceTo(clock.now() + 5 * day);
  await other.record([answer(2)]);
  clock.advanceTo(clock.now() + day);
  expect(await other.work()).toBe(0);
  await other.deliver();
  expect(life.mailbox.mails).toEqual([]);
  expect(await standing()).toEqual({ 'mail@1': [1], 'reply@1': [2, 3] });
  await engine.life.resume('rescue', { overdue: 'continue' }, 'ada');
  await settle();
  expect(await standing()).toEqual({ 'delay@1': [1, 3] });
  expect(await life.outcomes()).toEqual({ '2.1': null });
  expect(await life.countsAddUp()).toBe(true);
});

test('a loop that is archived lets nobody in and ends nobody; restored, it lets people in again', async () => {
  const life = await lifeEngine();
  const { engine, people, settle, standing, outcomes } = life;
  const version = await engine.publish(rescue());
  const ids = await people([{}, {}]);
  await engine.enter(version, ids.slice(0, 1));
  await settle();
  await engine.life.archive('rescue', 'ada');
  expect(engine.newest('rescue')).toBeUndefined();
  await life.after(7 * day);
  expect(await standing()).toEqual({ 'delay@1': [1] });
  await life.after(3 * day);
  expect(await outcomes()).toEqual({ '1.1': null });
  await engine.life.restore('rescue', 'ada');
  await engine.enter(engine.newest('rescue') as never, ids.slice(1));
  await settle();
  expect(await standing()).toEqual({ 'reply@1': [2] });
});

test('a paused loop that is archived, restored or published stays where it is', async () => {
  const life = await pausedForWeeks();
  const { engine, settle, standing } = life;
  await engine.life.archive('rescue', 'ada');
  await settle();
  await engine.life.restore('rescue', 'ada');
  await settle();
  await engine.publish(rescue(9));
  await settle();
  expect(await standing()).toEqual({ 'reply@1': [1, 2, 3, 4] });
  expect(life.mailbox.mails).toEqual([]);
});

test('what a loop is in outlives the engine, and what may not be done is refused with what may', async () => {
  const life = await pausedForWeeks();
  await expect(life.engine.life.pause('rescue', 'ada')).rejects.toThrow(
    'the loop rescue is paused, so it cannot be paused: it can be published or resumed or archived',
  );
  await expect(life.engine.life.pause('nothing', 'ada')).rejects.toThrow('there is no loop nothing');
  await expect(life.engine.life.resume('rescue', { overdue: 'spread', over: 'soon' }, 'ada')).rejects.toThrow(
    'over: expected an ISO 8601 duration',
  );
  expect(await life.audit('rescue')).toEqual([
    { actor: 'ada', action: 'publish', version: 1 },
    { actor: 'ada', action: 'pause' },
  ]);
  await life.engine.start();
  await life.settle();
  expect(await life.standing()).toEqual({ 'reply@1': [1, 2, 3, 4] });
  await life.engine.life.resume('rescue', { overdue: 'exit' }, 'eve');
  expect((await life.audit('rescue')).at(-1)).toEqual({
    actor: 'eve',
    action: 'resume',
    overdue: 'exit',
    found: { arrived: 0, overdue: 4, messages: 0 },
    enrollments: 4,
    done: true,
  });
});
