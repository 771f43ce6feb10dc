import { expect, test } from 'vitest';
import type { Happening } from '../loop/index.ts';
import { channel, writer, z } from '../plugin/index.ts';
import { onEvent, onSegment, untilAnswer } from './test-entries.ts';
import { drawLoop, monday, testEngine } from './test-engine.ts';
import { described, end, start } from './test-nodes.ts';

const day = 86_400_000;
const stamp = writer({
  type: 't/stamp',
  stage: 'aliment',
  ...described('Stamp'),
  settings: z.object({ plan: z.string() }),
  handle: ({ batch, settings }) => ({
    patches: batch.map(({ id }) => ({ customer: id, traits: { plan: settings.plan } })),
  }),
});
let sent = 0;
const mail = channel({
  type: 't/mail',
  stage: 'interact',
  ...described('Mail'),
  settings: z.object({}),
  delivery: 'at-least-once',
  compose: () => ({ address: 'a@example.com', body: {} }),
  connect: () => ({
    deliver: async () => {
      sent++;
      return { status: 'sent' };
    },
  }),
});
const nodes = [start, onEvent, onSegment, untilAnswer, stamp, mail, end];

const waiting = (more: { goals?: Happening[]; exits?: Happening[] }, entry: [string, object] = ['t/in', {}]) => ({
  ...drawLoop(
    'loop',
    { in: [entry[0], entry[1] as Record<string, unknown>], wait: ['t/answer', { event: 'answer' }], end: ['t/end'] },
    'in.entered -> wait\nwait.yes -> end\nwait.timeout -> end',
  ),
  ...more,
});
const told = (name: string, type: string, properties: Record<string, string | number> = {}, time = monday) => ({
  identities: [{ kind: 'key', value: name }],
  event: { type, category: 'order' as const, time, properties },
});
const all = (...rules: { field: string; operator: string; value: unknown }[]) => ({
  combinator: 'and' as const,
  rules,
});
const gold = { id: 'gold', name: 'Gold', rule: all({ field: 'plan', operator: '=', value: 'gold' }) };

type Test = Awaited<ReturnType<typeof testEngine>>;
const enrollments = ({ db }: Test) =>
  db.read((tx) => tx.all('SELECT customer, key, ended_at AS ended, outcome FROM enrollment ORDER BY customer, n'));
const outcomes = async (tested: Test) => (await enrollments(tested)).map((row) => (row as { outcome: string }).outcome);

test('a goal ends the enrollment in the transaction that takes the event in, before any wait is over', async () => {
  const tested = await testEngine(nodes);
  const { db, engine, clock, people } = tested;
  const version = await engine.publish(
    waiting({ goals: [{ on: 'event', event: 'answer', where: all({ field: 'value', operator: '>', value: 10 }) }] }),
  );
  await engine.enter(version, await people([{}, {}]));
  await engine.work();
  clock.advanceTo(monday + 5);
  await engine.record([told('c1', 'answer', { value: 50 }), told('c2', 'reply', { value: 50 })]);
  expect(await enrollments(tested)).toEqual([
    { customer: 1, key: '', ended: monday + 5, outcome: 'goal' },
    { customer: 2, key: '', ended: null, outcome: null },
  ]);
  const left = (table: string) => db.read((tx) => tx.all(`SELECT customer FROM ${table}`));
  expect(await left('position')).toEqual([{ customer: 2 }]);
  expect(await left('subscription')).toEqual([{ customer: 2 }]);
});

test('of an event that is a goal and an exit the goal counts', async () => {
  const tested = await testEngine(nodes);
  const { engine, people } = tested;
  const both: Happening[] = [{ on: 'event', event: 'order' }];
  const version = await engine.publish(waiting({ goals: both, exits: [...both, { on: 'event', event: 'moved' }] }));
  await engine.enter(version, await people([{}, {}]));
  await engine.record([told('c1', 'order'), told('c2', 'moved')]);
  expect(await outcomes(tested)).toEqual(['goal', 'exit']);
});

test('an event that is goal and entry ends the one enrollment and begins the next', async () => {
  const tested = await testEngine(nodes);
  const { engine } = tested;
  await engine.publish(waiting({ goals: [{ on: 'event', event: 'order' }] }, ['t/event', { event: 'order' }]));
  await engine.record([told('ada', 'order')]);
  await engine.record([told('ada', 'order')]);
  expect(await outcomes(tested)).toEqual(['goal', null]);
});

test('the paying of one cart ends the enrollment of that cart alone', async () => {
  const tested = await testEngine(nodes);
  const { engine } = tested;
  const goals: Happening[] = [{ on: 'event', event: 'paid', key: 'cart' }];
  await engine.publish(waiting({ goals }, ['t/event', { event: 'cart', key: 'cart' }]));
  await engine.record([told('ada', 'cart', { cart: 'a' }), told('ada', 'cart', { cart: 'b' })]);
  await engine.record([told('ada', 'paid', { cart: 'b' }), told('ada', 'paid')]);
  expect(
    (await enrollments(tested)).map((row) => [(row as { key: string }).key, (row as { outcome: string }).outcome]),
  ).toEqual([
    ['a', null],
    ['b', 'goal'],
  ]);
});

test('goals are those of the version that somebody is in', async () => {
  const tested = await testEngine(nodes);
  const { engine, people } = tested;
  const [one, two] = await people([{}, {}]);
  const before = await engine.publish(waiting({ goals: [{ on: 'event', event: 'old' }] }));
  await engine.enter(before, [one as number]);
  const after = await engine.publish(waiting({ goals: [{ on: 'event', event: 'new' }] }));
  await engine.enter(after, [two as number]);
  await engine.record([told('c1', 'new'), told('c2', 'new')]);
  expect(await outcomes(tested)).toEqual([null, 'goal']);
});

test('whoever is being written to when it ends gets its receipt, and goes nowhere', async () => {
  const tested = await testEngine(nodes);
  const { db, engine, people } = tested;
  const loop = {
    ...drawLoop(
      'loop',
      { in: ['t/in'], mail: ['t/mail'], end: ['t/end'] },
      'in.entered -> mail\nmail.sent -> end\nmail.failed -> end\nmail.suppressed -> end',
    ),
    exits: [{ on: 'event' as const, event: 'moved' }],
  };
  const version = await engine.publish(loop);
  await engine.enter(version, await people([{}, {}]));
  while ((await engine.work()) > 0);
  await db.write((tx) => tx.run("UPDATE message SET status = 'sending' WHERE customer = 1"));
  sent = 0;
  await engine.record([told('c1', 'moved'), told('c2', 'moved')]);
  await engine.start();
  while ((await engine.work()) + (await engine.deliver()) > 0);
  expect(await db.read((tx) => tx.all('SELECT customer, reason FROM message ORDER BY customer'))).toMatchObject([
    { customer: 1 },
    { customer: 2, reason: 'ended' },
  ]);
  expect(sent).toBeLessThanOrEqual(1);
  expect(await outcomes(tested)).toEqual(['exit', 'exit']);
  expect(await db.read((tx) => tx.all('SELECT customer FROM position'))).toEqual([]);
});

test('who comes into a segment enters, in the transaction that changes it; who was in it when the loop was published does not', async () => {
  const tested = await testEngine(nodes);
  const { engine, people, counts } = tested;
  await engine.saveSegment(gold);
  await people([{ plan: 'gold' }, { plan: 'tin' }]);
  await engine.publish(waiting({}, ['t/segment', { segment: 'gold' }]));
  expect((await counts('loop')).in?.entered).toBe(0);
  const upgrade = (name: string, plan: string) =>
    engine.ingest([{ identities: [{ kind: 'key', value: name }], traits: { plan } }], 'test');
  await upgrade('c1', 'gold');
  await upgrade('c2', 'gold');
  await upgrade('new', 'gold');
  expect((await enrollments(tested)).map((row) => (row as { customer: number }).customer)).toEqual([2, 3]);
});

test('a writer that takes somebody out of a segment is an exit at once, and the batch goes on', async () => {
  const tested = await testEngine(nodes);
  const { engine, people } = tested;
  await engine.saveSegment(gold);
  const loop = {
    ...drawLoop(
      'loop',
      { in: ['t/in'], stamp: ['t/stamp', { plan: 'tin' }], wait: ['t/answer'], end: ['t/end'] },
      'in.entered -> stamp\nstamp.done -> wait\nwait.yes -> end\nwait.timeout -> end',
    ),
    exits: [{ on: 'segment' as const, segment: 'gold', when: 'left' as const }],
  };
  const both = await people([{ plan: 'gold' }, { plan: 'tin' }]);
  const version = await engine.publish(loop);
  await engine.enter(version, both);
  while ((await engine.work()) > 0);
  expect(await outcomes(tested)).toEqual(['exit', null]);
});

test('a window that passes by itself is a happening at its instant', async () => {
  const tested = await testEngine(nodes);
  const { engine, clock } = tested;
  const recent = {
    field: 'order',
    operator: '=',
    match: { mode: 'some' as const },
    value: all({ field: 'time', operator: 'within', value: 'P30D' }),
  };
  await engine.saveSegment({ id: 'recent', name: 'Recent', rule: { combinator: 'and', rules: [recent] } });
  await engine.saveSegment({
    id: 'gone',
    name: 'Gone',
    rule: all({ field: '$segment.recent', operator: '=', value: false }),
  });
  await engine.publish(waiting({}, ['t/segment', { segment: 'gone' }]));
  while ((await engine.work()) > 0);
  await engine.record([told('ada', 'order')]);
  expect(await enrollments(tested)).toEqual([]);
  const due = await engine.nextDue();
  expect(due).toBe(monday + 30 * day + 1);
  clock.advanceTo(monday + 30 * day);
  await engine.work();
  expect(await enrollments(tested)).toEqual([]);
  clock.advanceTo(monday + 30 * day + 1);
  await engine.work();
  expect(await enrollments(tested)).toMatchObject([{ customer: 1, ended: null }]);
});

test('a rule that has changed is a happening for those whose membership it changes', async () => {
  const tested = await testEngine(nodes);
  const { engine, people } = tested;
  await engine.saveSegment(gold);
  await people([{ plan: 'gold' }, { plan: 'tin' }, { plan: 'iron' }]);
  await engine.publish(waiting({}, ['t/segment', { segment: 'gold' }]));
  await engine.saveSegment({ ...gold, rule: all({ field: 'plan', operator: 'in', value: ['gold', 'tin'] }) });
  while ((await engine.work()) > 0);
  expect((await enrollments(tested)).map((row) => (row as { customer: number }).customer)).toEqual([2]);
});

test('an event from outside with the name of a happening of a segment is none', async () => {
  const tested = await testEngine(nodes);
  const { engine, people } = tested;
  await engine.saveSegment(gold);
  const version = await engine.publish(waiting({ exits: [{ on: 'segment', segment: 'gold', when: 'left' }] }));
  await engine.enter(version, await people([{}]));
  await engine.record([told('c1', 'segment:gold:left')]);
  expect(await outcomes(tested)).toEqual([null]);
});

test('of events told of together the later one ends what the earlier has let in, and another lets in again', async () => {
  const tested = await testEngine(nodes);
  const { engine } = tested;
  await engine.publish(waiting({ goals: [{ on: 'event', event: 'paid' }] }, ['t/event', { event: 'cart' }]));
  await engine.record([
    told('ada', 'paid', {}, monday + 2),
    told('ada', 'cart', {}, monday + 1),
    told('bob', 'paid', {}, monday + 1),
    told('bob', 'cart', {}, monday + 2),
    told('eve', 'cart', {}, monday + 3),
    told('eve', 'paid', {}, monday + 3),
    told('eve', 'cart', {}, monday + 4),
  ]);
  const byCustomer = Map.groupBy(
    (await enrollments(tested)) as { customer: number; outcome: string | null }[],
    ({ customer }) => customer,
  );
  expect([...byCustomer.values()].map((rows) => rows.map(({ outcome }) => outcome))).toEqual([
    ['goal'],
    [null],
    ['goal', null],
  ]);
});
