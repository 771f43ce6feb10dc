import { expect, test } from 'vitest';
import type { SourceRecord } from '../plugin/index.ts';
import { onCall, onEvent, untilAnswer } from './test-entries.ts';
import { drawLoop, monday, testEngine } from './test-engine.ts';
import { end, start } from './test-nodes.ts';
import { runToRest } from './run-to-rest.ts';

const day = 86_400_000;
const nodes = [start, onEvent, onCall, untilAnswer, end];

const answered = (entry: [string, Record<string, unknown>?]) =>
  drawLoop(
    'loop',
    { in: entry, wait: ['t/answer'], end: ['t/end'] },
    `
    in.entered -> wait
    wait.yes -> end
    wait.timeout -> end`,
  );

const identities = (name: string) => [{ kind: 'key', value: name }];
const told = (name: string, type: string, properties: Record<string, string | number> = {}) => ({
  identities: identities(name),
  event: { type, category: 'order' as const, time: monday, properties },
});

test('several carts of one customer are in the loop at once, each once', async () => {
  const { db, engine } = await testEngine(nodes);
  await engine.publish(answered(['t/event', { event: 'cart', key: 'cart' }]));
  await engine.record([
    told('ada', 'cart', { cart: 'a' }),
    told('ada', 'cart', { cart: 'b' }),
    told('ada', 'cart', { cart: 'a' }),
    told('bob', 'cart', { cart: 7 }),
  ]);
  await engine.record([told('ada', 'cart', { cart: 'b' }), told('ada', 'cart', { cart: 'c' })]);
  expect(await db.read((tx) => tx.all('SELECT customer, n, key FROM enrollment ORDER BY customer, n'))).toEqual([
    { customer: 1, n: 1, key: 'a' },
    { customer: 1, n: 2, key: 'b' },
    { customer: 1, n: 3, key: 'c' },
    { customer: 2, n: 1, key: '7' },
  ]);
  await engine.work();
  expect(await db.read((tx) => tx.all('SELECT customer, n FROM position ORDER BY customer, n'))).toHaveLength(4);
});

test('an event without the property that tells enrollments apart lets nobody in', async () => {
  const { engine, counts } = await testEngine(nodes);
  await engine.publish(answered(['t/event', { event: 'cart', key: 'cart' }]));
  // The last is a number that has lost its last digits: the next cart's would be the same.
  await engine.record([told('ada', 'cart'), told('ada', 'cart', { cart: '' }), told('ada', 'cart', { cart: 2 ** 60 })]);
  expect((await counts('loop')).in?.entered).toBe(0);
});

test('whoever has left comes again never, after a while, or always', async () => {
  const entered = async (again: unknown, waits: number[]) => {
    const { engine, clock, counts } = await testEngine(nodes);
    await engine.publish(answered(['t/event', { event: 'cart', again }]));
    for (const days of waits) {
      clock.advanceTo(monday + days * day);
      await engine.record([told('ada', 'cart')]);
      await engine.work();
      await engine.record([told('ada', 'answer')]);
      await engine.work();
    }
    return (await counts('loop')).in?.entered;
  };
  expect(await entered('never', [0, 1, 400])).toBe(1);
  expect(await entered('always', [0, 0, 1])).toBe(3);
  expect(await entered({ after: 7 * day }, [0, 6, 7, 13, 14])).toBe(3);
});

test('who is in the loop does not enter it, whatever the rule about coming again', async () => {
  const { engine, counts } = await testEngine(nodes);
  await engine.publish(answered(['t/event', { event: 'cart', again: 'always' }]));
  for (let i = 0; i < 3; i++) await engine.record([told('ada', 'cart')]);
  expect((await counts('loop')).in?.entered).toBe(1);
});

test('another system lets parties in, known or not, with what it tells of them', async () => {
  const { db, engine, clock, people } = await testEngine(nodes);
  await engine.publish(answered(['t/call']));
  await people([{ age: 3 }]);
  const parties: SourceRecord[] = [
    { identities: identities('c1'), traits: { plan: 'gold' } },
    { identities: identities('new'), traits: {} },
  ];
  expect(await engine.enterParties('loop', { parties }, 'api')).toBe(2);
  expect(await engine.enterParties('loop', { parties }, 'api')).toBe(0);
  expect(await engine.enterParties('loop', { parties, key: 'x' }, 'api')).toBe(2);
  await runToRest(engine, clock, { tick: day });
  expect(await db.read((tx) => tx.all('SELECT DISTINCT outcome FROM enrollment'))).toEqual([{ outcome: null }]);
});

test('a call says where it would enter, and hears which entries there are', async () => {
  const { engine } = await testEngine(nodes);
  await engine.publish(answered(['t/event', { event: 'cart' }]));
  const parties = [{ identities: identities('ada'), traits: {} }];
  await expect(engine.enterParties('loop', { parties }, 'api')).rejects.toThrow(
    'loop loop: expected an entry that takes calls, as collect/call, got in (t/event): name one of them or draw one',
  );
  await expect(engine.enterParties('loop', { parties, node: 'out' }, 'api')).rejects.toThrow('got out');
  expect(await engine.enterParties('loop', { parties, node: 'in' }, 'api')).toBe(1);
});
