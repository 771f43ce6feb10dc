import { expect, test } from 'vitest';
import { drawLoop } from '../test-engine.ts';
import { day, lifeEngine, rescue } from './test-life.ts';

type Life = Awaited<ReturnType<typeof lifeEngine>>;

const stamping = drawLoop(
  'stamping',
  { in: ['t/in'], stamp: ['t/stamp'], rest: ['t/delay'], end: ['t/end'] },
  'in.entered -> stamp\nstamp.done -> rest\nstamp.left -> end\nrest.done -> end',
);

/** Four who wait, of whom 2 and 4 are old, and 5 whose message is in the outbox. */
async function waiting(): Promise<Life> {
  const life = await lifeEngine();
  const { engine, clock, people, settle } = life;
  const version = await engine.publish(rescue());
  const ids = await people([{ age: 20 }, { age: 70 }, { age: 30 }, { age: 80 }, { age: 40 }]);
  await engine.enter(version, ids.slice(4));
  await settle();
  clock.advanceTo(clock.now() + 7 * day);
  await engine.enter(version, ids.slice(0, 4));
  while ((await engine.work()) > 0);
  expect(await life.standing()).toEqual({ 'reply@1': [1, 2, 3, 4], 'mail@1': [5] });
  return life;
}

/** Three are parked, one has gone on. */
async function parked(): Promise<Life> {
  const life = await lifeEngine();
  const version = await life.engine.publish(stamping);
  const bad = { name: 'poison' };
  await life.engine.enter(version, await life.people([bad, { ...bad, age: 70 }, {}, bad]));
  await life.settle();
  expect(await life.standing()).toEqual({ 'stamp@1': [1, 2, 4], 'rest@1': [3] });
  return life;
}

const old = { combinator: 'and', rules: [{ field: 'age', operator: '>=', value: 60 }] };

test('a selection that says nothing names nobody', async () => {
  const life = await waiting();
  expect(await life.engine.life.cancel('rescue', {}, { dryRun: false }, 'ada')).toEqual({
    enrollments: 0,
    dryRun: false,
  });
  expect(await life.outcomes()).toEqual({});
});

test('whoever is cancelled is out of the loop wherever they stand, and what was to be sent to them is not', async () => {
  const life = await waiting();
  const { db, engine, mailbox, settle, standing } = life;
  const cancel = (selection: object, dryRun = false) =>
    engine.life.cancel('rescue', selection, { dryRun }, 'ada').then(({ enrollments }) => enrollments);
  expect(await cancel({ all: true }, true)).toBe(5);
  expect(await cancel({ rule: old }, true)).toBe(2);
  expect(await cancel({ rule: old, customers: [1, 2] })).toBe(1);
  expect(await cancel({ identities: [{ kind: 'key', value: 'c3' }], node: 'mail' })).toBe(0);
  expect(await cancel({ identities: [{ kind: 'key', value: 'c3' }], node: 'reply', version: 1 })).toBe(1);
  expect(await standing()).toEqual({ 'reply@1': [1, 4], 'mail@1': [5] });
  expect(await cancel({ node: 'mail' })).toBe(1);
  await settle();
  expect(mailbox.mails).toEqual([]);
  expect(await db.read((tx) => tx.all('SELECT customer, status, reason FROM message'))).toEqual([
    { customer: 5, status: 'suppressed', reason: 'ended' },
  ]);
  expect(await cancel({ all: true })).toBe(2);
  expect(await standing()).toEqual({});
  expect(await db.read((tx) => tx.all('SELECT * FROM subscription'))).toEqual([]);
  expect(Object.values(await life.outcomes())).toEqual(Array.from({ length: 5 }, () => 'cancelled'));
  expect(await life.countsAddUp()).toBe(true);
  expect((await life.audit('rescue')).at(-1)).toEqual({
    actor: 'ada',
    action: 'cancel',
    selection: { all: true },
    enrollments: 2,
    done: true,
  });
});

test('a whole loop of more people than a transaction takes is cancelled to the last', async () => {
  const life = await lifeEngine();
  const { db, engine, people, settle } = life;
  const version = await engine.publish(rescue());
  const ids = await people(Array.from({ length: 10_050 }, () => ({})));
  await engine.enter(version, ids);
  await settle();
  expect(await engine.life.cancel('rescue', { node: 'reply' }, { dryRun: false }, 'ada')).toMatchObject({
    enrollments: 10_050,
  });
  expect(await engine.life.replay('rescue', { all: true }, { dryRun: false }, 'ada')).toMatchObject({
    entered: 10_050,
  });
  await settle();
  expect(await engine.life.cancel('rescue', { all: true }, { dryRun: false }, 'ada')).toMatchObject({
    enrollments: 10_050,
  });
  expect(await db.read((tx) => tx.first('SELECT count(*) AS live FROM enrollment WHERE ended_at IS NULL'))).toEqual({
    live: 0,
  });
  expect(await life.countsAddUp()).toBe(true);
});

test('a replay begins anew for those who are still in the loop and for those who have been in it, whatever the entry says', async () => {
  const life = await waiting();
  const { engine, settle, standing, outcomes } = life;
  await engine.life.cancel('rescue', { customers: [1] }, { dryRun: false }, 'ada');
  const two = { customers: [1, 2] };
  expect(await engine.life.replay('rescue', two, { dryRun: true }, 'ada')).toEqual({
    enrollments: 1,
    entered: 2,
    dryRun: true,
  });
  await life.after(day);
  expect(await engine.life.replay('rescue', two, { dryRun: false }, 'ada')).toEqual({
    enrollments: 1,
    entered: 2,
    dryRun: false,
  });
  await settle();
  expect(await outcomes()).toEqual({ '1.1': 'cancelled', '2.1': 'cancelled' });
  expect(await standing()).toEqual({ 'reply@1': [1, 2, 3, 4], 'delay@1': [5] });
  await life.after(6 * day);
  expect(await standing()).toMatchObject({ 'reply@1': [1, 2] });
  await expect(engine.life.replay('rescue', two, { node: 'mail', dryRun: false }, 'ada')).rejects.toThrow(
    'the loop rescue has no entry mail: expected one of in',
  );
  expect(await life.countsAddUp()).toBe(true);
});

test('a replay of keyed enrollments begins each key anew', async () => {
  const life = await lifeEngine();
  const { db, engine, people, settle } = life;
  await engine.publish(
    drawLoop(
      'carts',
      { cart: ['t/cart'], rest: ['t/delay'], end: ['t/end'] },
      'cart.entered -> rest\nrest.done -> end',
    ),
  );
  await people([{}]);
  const cart = (key: string) => ({
    identities: [{ kind: 'key', value: 'c1' }],
    event: { type: 'cart', category: 'order' as const, time: 0, properties: { cart: key }, messageId: key },
  });
  await engine.record([cart('a'), cart('b')]);
  await settle();
  expect(await engine.life.replay('carts', { all: true }, { dryRun: false }, 'ada')).toMatchObject({
    enrollments: 2,
    entered: 2,
  });
  const live = await db.read((tx) => tx.all('SELECT n, key FROM enrollment WHERE ended_at IS NULL ORDER BY n'));
  expect(live).toEqual([
    { n: 3, key: 'a' },
    { n: 4, key: 'b' },
  ]);
});

test('parked customers are retried in bulk: those for whom it still fails are parked anew', async () => {
  const life = await parked();
  const { engine, mailbox, settle, standing } = life;
  expect(await engine.life.retry('stamping', { rule: old }, { dryRun: true }, 'ada')).toMatchObject({ enrollments: 1 });
  await engine.life.retry('stamping', { rule: old }, { dryRun: false }, 'ada');
  await settle();
  expect(await standing()).toEqual({ 'stamp@1': [1, 2, 4], 'rest@1': [3] });
  mailbox.poison = false;
  expect(await engine.life.retry('stamping', { all: true }, { dryRun: false }, 'ada')).toMatchObject({
    enrollments: 3,
  });
  await settle();
  expect(await standing()).toEqual({ 'rest@1': [1, 2, 3, 4] });
  expect(await life.countsAddUp()).toBe(true);
});

test('parked customers are released by a port, or out of the loop', async () => {
  const life = await parked();
  const { engine, settle, standing, outcomes, counts } = life;
  const release = (customers: number[], how: { port?: string; exit?: boolean }) =>
    engine.life.release('stamping', { customers }, { exit: false, dryRun: false, ...how }, 'ada');
  await expect(release([1], { port: 'away' })).rejects.toThrow(
    'the node stamp has no port away: expected one of done, left',
  );
  const dry = engine.life.release('stamping', { all: true }, { port: 'away', exit: false, dryRun: true }, 'ada');
  await expect(dry).rejects.toThrow('the node stamp has no port away');
  await release([1], {});
  await release([2], { port: 'left' });
  await release([3, 4], { exit: true });
  await settle();
  expect(await standing()).toEqual({ 'rest@1': [1, 3] });
  expect(await outcomes()).toEqual({ '2.1': null, '4.1': 'exit' });
  expect((await counts('stamping')).stamp).toMatchObject({ entered: 4, ports: { done: 2, left: 1 }, parked: 0 });
  expect(life.mailbox.stamped).toBe(1);
  expect(await life.countsAddUp()).toBe(true);
});

test('whoever is released while the loop is paused leaves when it goes on', async () => {
  const life = await parked();
  const { engine, settle, standing } = life;
  await engine.life.pause('stamping', 'ada');
  await engine.life.release('stamping', { all: true }, { port: 'left', exit: false, dryRun: false }, 'ada');
  await settle();
  expect(await standing()).toEqual({ 'stamp@1': [1, 2, 4], 'rest@1': [3] });
  await engine.life.resume('stamping', { overdue: 'continue' }, 'ada');
  await settle();
  expect(await standing()).toEqual({ 'rest@1': [3] });
  expect(await life.countsAddUp()).toBe(true);
});

test('a selection or a loop that is not there is refused, and says what is', async () => {
  const life = await waiting();
  const cancel = (loop: string, selection: object) => life.engine.life.cancel(loop, selection, { dryRun: true }, 'ada');
  await expect(cancel('nothing', { all: true })).rejects.toThrow('there is no loop nothing');
  await expect(cancel('rescue', { node: 'nowhere' })).rejects.toThrow('the loop rescue has no node nowhere');
  await expect(cancel('rescue', { version: 9 })).rejects.toThrow('has no version 9: expected one of 1');
  await expect(cancel('rescue', { rule: { combinator: 'and', rules: [{ field: 'age' }] } })).rejects.toThrow('rule.');
  const inSegment = { combinator: 'and', rules: [{ field: '$segment.nobody', operator: '=', value: true }] };
  await expect(cancel('rescue', { rule: inSegment })).rejects.toMatchObject({
    kind: 'unsound',
    message: 'rule: there is no segment "nobody"; create it or choose another',
  });
});

test('history that is over is pruned by its age, and the engine goes on as if it were there', async () => {
  const life = await waiting();
  const { db, engine, clock, settle } = life;
  await engine.life.cancel('rescue', { customers: [1, 5] }, { dryRun: false }, 'ada');
  clock.advanceTo(clock.now() + 2 * day);
  await settle();
  const rows = async (customer: number) =>
    (
      await db.read((tx) =>
        tx.first<{ rows: number }>('SELECT count(*) AS rows FROM journal WHERE customer = ?', [customer]),
      )
    )?.rows;
  const before = await rows(2);
  while (await engine.life.prune({ journal: day, messageBodies: day }));
  expect(await rows(1)).toBe(0);
  expect(await rows(2)).toBe(before);
  expect(await db.read((tx) => tx.first('SELECT status, body FROM message WHERE customer = 5'))).toEqual({
    status: 'suppressed',
    body: '{"pruned":true}',
  });
  await life.after(6 * day);
  await life.after(3 * day);
  expect(await life.outcomes()).toMatchObject({ '1.1': 'cancelled', '2.1': null, '3.1': null, '4.1': null });
  expect(await life.countsAddUp()).toBe(true);
});

test('a message that failed goes out once more with its own key, while its body is there', async () => {
  const life = await waiting();
  const { engine, mailbox, settle } = life;
  mailbox.receive = async () => ({ status: 'failed' });
  await settle();
  expect(mailbox.mails.length).toBe(1);
  expect(await engine.redrive('rescue', { status: 'failed' }, { dryRun: false }, 'ada')).toBe(1);
  await settle();
  expect(mailbox.mails[1]).toEqual(mailbox.mails[0]);
  expect((await life.audit('rescue')).at(-1)).toEqual({
    actor: 'ada',
    action: 'redrive',
    status: 'failed',
    messages: 1,
    done: true,
  });
  while (await engine.life.prune({ messageBodies: -1 }));
  expect(await engine.redrive('rescue', { status: 'failed' }, { dryRun: false }, 'ada')).toBe(0);
});
