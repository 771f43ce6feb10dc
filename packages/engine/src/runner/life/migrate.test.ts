import { expect, test } from 'vitest';
import { drawLoop } from '../test-engine.ts';
import { day, lifeEngine, rescue } from './test-life.ts';

const answer = (n: number) => ({
  identities: [{ kind: 'key', value: `c${n}` }],
  event: { type: 'answer', category: 'contact' as const, time: 0, properties: {}, messageId: `answer-${n}` },
});

/** The rescue loop drawn anew: the wait has another name, the time until the second message is longer, one message is gone. */
const redrawn = ({ days = 7, rest = 3 } = {}) =>
  drawLoop(
    'rescue',
    {
      in: ['t/in'],
      hear: ['t/reply', { days }],
      write: ['t/mail'],
      delay: ['t/delay', { days: rest }],
      end: ['t/end'],
    },
    `
    in.entered -> hear
    hear.yes -> end
    hear.timeout -> write
    write.sent -> delay
    write.failed -> delay
    write.suppressed -> delay
    delay.done -> end`,
  );

/** Customer 1 waits for an answer, 2 has a message in the outbox, 3 has just had one. */
async function underWay() {
  const life = await lifeEngine();
  const { engine, clock, people, settle } = life;
  const version = await engine.publish(rescue());
  const ids = await people([{}, {}, {}]);
  await engine.enter(version, ids.slice(2));
  await settle();
  clock.advanceTo(clock.now() + day);
  await engine.enter(version, ids.slice(1, 2));
  await settle();
  clock.advanceTo(clock.now() + 6 * day);
  await settle();
  clock.advanceTo(clock.now() + day);
  await engine.enter(version, ids.slice(0, 1));
  while ((await engine.work()) > 0);
  expect(await life.standing()).toEqual({ 'reply@1': [1], 'mail@1': [2], 'delay@1': [3] });
  life.mailbox.mails.splice(0);
  return life;
}

test('publishing moves nobody: whoever is under way goes on in the version that they entered', async () => {
  const life = await underWay();
  await life.engine.publish(redrawn());
  await life.settle();
  expect(await life.standing()).toEqual({ 'reply@1': [1], 'delay@1': [2, 3] });
});

test('nobody is moved while a node with people has no place in the new version', async () => {
  const life = await underWay();
  await life.engine.publish(redrawn());
  const result = await life.engine.life.migrate('rescue', { map: { reply: 'hear' }, dryRun: false }, 'ada');
  expect(result).toMatchObject({ missing: [{ version: 1, node: 'mail', customers: 1 }], moved: 0, ended: 0 });
  expect(await life.standing()).toEqual({ 'reply@1': [1], 'mail@1': [2], 'delay@1': [3] });
  expect((await life.audit('rescue')).map(({ action }) => action)).toEqual(['publish', 'publish']);
});

test('a dry run says who would go where, and moves nobody', async () => {
  const life = await underWay();
  await life.engine.publish(redrawn({ rest: 9 }));
  const map = { reply: 'hear', mail: 'write' };
  const plan = await life.engine.life.migrate('rescue', { map, dryRun: true }, 'ada');
  const nobody = { parked: 0, awaitingReceipt: 0 };
  expect(plan).toEqual({
    loop: 'rescue',
    to: 2,
    dryRun: true,
    moves: [
      { version: 1, from: 'reply', to: 'hear', keep: true, customers: 1, ...nobody },
      { version: 1, from: 'mail', to: 'write', keep: false, customers: 1, ...nobody },
      { version: 1, from: 'delay', to: 'delay', keep: false, customers: 1, ...nobody },
    ],
    missing: [],
    moved: 3,
    ended: 0,
  });
  expect(await life.standing()).toEqual({ 'reply@1': [1], 'mail@1': [2], 'delay@1': [3] });
});

test('moved to nodes that are the same, waits keep their instant and what ends them, and messages are sent once', async () => {
  const life = await underWay();
  const { engine, mailbox, settle, standing, outcomes } = life;
  await engine.publish(redrawn());
  const map = { reply: 'hear', mail: 'write' };
  expect(await engine.life.migrate('rescue', { map, dryRun: false }, 'ada')).toMatchObject({ moved: 3, ended: 0 });
  expect(await standing()).toEqual({ 'hear@2': [1], 'write@2': [2], 'delay@2': [3] });
  expect(await life.countsAddUp()).toBe(true);
  await settle();
  expect(mailbox.mails).toMatchObject([
    { address: 'c2@example.com', key: expect.stringContaining('rescue.write.2.1.') },
  ]);
  await engine.record([answer(1)]);
  await settle();
  expect(await outcomes()).toEqual({ '1.1': null });
  await life.after(2 * day);
  expect(await outcomes()).toEqual({ '1.1': null, '3.1': null });
  await life.after(day);
  expect(await standing()).toEqual({});
  expect(await life.countsAddUp()).toBe(true);
});

test('moved to a wait that is set otherwise, customers begin it anew', async () => {
  const life = await underWay();
  await life.engine.publish(redrawn({ days: 1, rest: 5 }));
  const map = { reply: 'hear', mail: null };
  expect(await life.engine.life.migrate('rescue', { map, dryRun: false }, 'ada')).toMatchObject({ moved: 2, ended: 1 });
  await life.settle();
  expect(await life.standing()).toEqual({ 'hear@2': [1], 'delay@2': [3] });
  expect(life.mailbox.mails).toEqual([]);
  await life.after(5 * day - 1);
  expect(await life.standing()).toMatchObject({ 'delay@2': [1, 3] });
  await life.after(1);
  expect(await life.outcomes()).toEqual({ '2.1': 'exit', '3.1': null });
});

test('whoever has a message on its way follows in a later run, and ends where the mapping says null', async () => {
  const life = await underWay();
  const { engine } = life;
  await engine.publish(redrawn());
  const map = { reply: null, mail: 'hear' };
  const first = await engine.life.migrate('rescue', { map, dryRun: false }, 'ada');
  expect(first.moves[1]).toMatchObject({ from: 'mail', to: 'hear', customers: 0, awaitingReceipt: 1 });
  expect(first).toMatchObject({ moved: 1, ended: 1 });
  await life.settle();
  expect(await life.standing()).toEqual({ 'delay@1': [2], 'delay@2': [3] });
  expect(await engine.life.migrate('rescue', { map: {}, dryRun: false }, 'ada')).toMatchObject({ moved: 1, ended: 0 });
  expect(await life.standing()).toEqual({ 'delay@2': [2, 3] });
  expect(await life.outcomes()).toEqual({ '1.1': 'exit' });
  expect(await life.countsAddUp()).toBe(true);
  expect((await life.audit('rescue')).slice(2)).toMatchObject([
    { action: 'migrate', actor: 'ada', to: 2, map, moved: 1, ended: 1, done: true },
    { action: 'migrate', actor: 'ada', to: 2, map: {}, moved: 1, done: true },
  ]);
});

test('parked customers are parked in the new version with their error, and a keyed enrollment keeps its key', async () => {
  const life = await lifeEngine();
  const { db, engine, people, settle } = life;
  const carts = (wait: string) =>
    drawLoop(
      'carts',
      { cart: ['t/cart'], stamp: ['t/stamp'], [wait]: ['t/delay'], end: ['t/end'] },
      `cart.entered -> stamp\nstamp.done -> ${wait}\nstamp.left -> end\n${wait}.done -> end`,
    );
  await engine.publish(carts('rest'));
  await people([{}, { name: 'poison' }]);
  await engine.record(
    [
      [1, 'a'],
      [1, 'b'],
      [2, 'c'],
    ].map(([n, cart], i) => ({
      identities: [{ kind: 'key', value: `c${n}` }],
      event: {
        type: 'cart',
        category: 'order' as const,
        time: 0,
        properties: { cart: cart as string },
        messageId: `cart-${i}`,
      },
    })),
  );
  await settle();
  expect(await life.standing()).toEqual({ 'rest@1': [1, 1], 'stamp@1': [2] });
  await engine.publish(carts('pause'));
  await engine.life.migrate('carts', { map: { rest: 'pause' }, dryRun: false }, 'ada');
  expect(await life.standing()).toEqual({ 'pause@2': [1, 1], 'stamp@2': [2] });
  expect(await db.read((tx) => tx.all('SELECT customer, key FROM enrollment ORDER BY customer, n'))).toEqual([
    { customer: 1, key: 'a' },
    { customer: 1, key: 'b' },
    { customer: 2, key: 'c' },
  ]);
  expect(await db.read((tx) => tx.first('SELECT error FROM parked'))).toEqual({ error: 'Error: cannot swallow this' });
  life.mailbox.poison = false;
  await engine.life.retry('carts', { all: true }, { dryRun: false }, 'ada');
  await settle();
  expect(await life.standing()).toEqual({ 'pause@2': [1, 1, 2] });
  expect(await life.countsAddUp()).toBe(true);
});

test('a mapping that names what is not there is refused, and says what is', async () => {
  const life = await underWay();
  await life.engine.publish(redrawn());
  const migrate = (migration: object) =>
    life.engine.life.migrate('rescue', { map: {}, dryRun: true, ...migration }, 'ada');
  await expect(migrate({ map: { repyl: 'hear' } })).rejects.toThrow('map.repyl: no version of the loop rescue');
  await expect(migrate({ map: { reply: 'here' } })).rejects.toThrow(
    'map.reply: version 2 of the loop rescue has no node here',
  );
  await expect(migrate({ from: 7 })).rejects.toThrow('has no version 7: expected one of 1, 2');
  await expect(migrate({ from: 2 })).rejects.toThrow('expected two different versions, got 2 twice');
});
