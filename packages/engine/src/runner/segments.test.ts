import { expect, test } from 'vitest';
import type { RuleGroup } from '../rule/index.ts';
import * as store from '../store/index.ts';
import { onSegment, untilAnswer } from './test-entries.ts';
import { drawLoop, monday, testEngine } from './test-engine.ts';
import { end, start } from './test-nodes.ts';

const day = 86_400_000;
const nodes = [start, onSegment, untilAnswer, end];

/** Whoever comes into the segment enters, whoever goes out of it leaves: who is in the loop is who is in the segment. */
const mirror = (segment: string) => ({
  ...drawLoop(
    `in-${segment}`,
    { in: ['t/segment', { segment }], wait: ['t/answer', { days: 100_000 }], end: ['t/end'] },
    'in.entered -> wait\nwait.yes -> end\nwait.timeout -> end',
  ),
  exits: [{ on: 'segment' as const, segment, when: 'left' as const }],
});

const group = (rules: RuleGroup['rules']): RuleGroup => ({ combinator: 'and', rules });

test('a timer for the next edge of a window is all that waits: nothing is asked while nothing changes', async () => {
  const { db, engine, clock, people } = await testEngine(nodes);
  await engine.saveSegment({
    id: 'renewing',
    name: 'Renewing',
    rule: group([{ field: 'renewal', operator: 'within', value: 'P7D' }]),
  });
  await people([{ renewal: monday + 10 * day }, { renewal: monday - 3 * day }, { renewal: 'never' }]);
  await engine.publish(mirror('renewing'));
  const timers = () => db.read((tx) => tx.all('SELECT due, customer FROM segment_timer ORDER BY due'));
  expect(await timers()).toEqual([
    { due: monday + 4 * day + 1, customer: 2 },
    { due: monday + 10 * day, customer: 1 },
  ]);
  expect(await engine.nextDue()).toBe(monday + 4 * day + 1);
  clock.advanceTo(monday + 10 * day);
  while ((await engine.work()) > 0);
  expect(await timers()).toEqual([{ due: monday + 17 * day + 1, customer: 1 }]);
});

test('membership is kept whether a loop watches it or not, with a count, and is forgotten with its segment', async () => {
  const { db, engine, people } = await testEngine(nodes);
  await people([{ plan: 'gold' }, { plan: 'tin' }]);
  const save = (value: string) =>
    engine.saveSegment({ id: 'some', name: 'Some', rule: group([{ field: 'plan', operator: '=', value }]) });
  const work = async () => {
    while ((await engine.work()) > 0);
  };
  const kept = () =>
    db.read(async (tx) => [
      await tx.all('SELECT customer FROM membership ORDER BY customer'),
      [...(await store.countMembers(tx)).values()],
    ]);
  await save('gold');
  await work();
  expect(await kept()).toEqual([[{ customer: 1 }], [1]]);
  await save('tin');
  await work();
  expect(await kept()).toEqual([[{ customer: 2 }], [1]]);
  expect(await db.read((tx) => store.membershipsOf(tx, 2))).toMatchObject([{ id: 'some', name: 'Some' }]);
  await engine.removeSegment('some');
  expect(await db.read((tx) => store.membershipsOf(tx, 2))).toEqual([]);
  await save('gold');
  await work();
  expect(await kept()).toEqual([[{ customer: 1 }], [1]]);
});

test('a change asks only those segments again that depend on it', async () => {
  const { db, engine, people } = await testEngine(nodes);
  await people([{ plan: 'gold' }]);
  const asked: string[] = [];
  const { engine: watched, clock } = await testEngine(nodes, {
    db,
    store: {
      askMemberships: (tx, segments, customers) => {
        for (const [i, segment] of segments.entries()) if (segment.asked) asked.push(String(i + 1));
        return store.askMemberships(tx, segments, customers);
      },
    },
  });
  await engine.saveSegment({ id: 'a-plan', name: 'Plan', rule: group([{ field: 'plan', operator: '=', value: 'x' }]) });
  await engine.saveSegment({ id: 'b-city', name: 'City', rule: group([{ field: 'city', operator: '=', value: 'x' }]) });
  await engine.saveSegment({
    id: 'c-both',
    name: 'Both',
    rule: group([
      { field: '$segment.a-plan', operator: '=', value: true },
      { field: 'order', operator: '=', match: { mode: 'some' } },
    ]),
  });
  while ((await watched.work()) > 0);
  // Who has come to be known at this very instant is asked for everything.
  clock.advanceTo(monday + 1);
  const after = async (work: Promise<unknown>) => {
    asked.length = 0;
    await work;
    return asked.join(' ');
  };
  const identities = [{ kind: 'key', value: 'c1' }];
  const event = { type: 'order', category: 'order' as const, time: monday, properties: {} };
  expect(await after(watched.ingest([{ identities, traits: { plan: 'x' } }], 'test'))).toBe('1 3');
  expect(await after(watched.ingest([{ identities, traits: { city: 'x' } }], 'test'))).toBe('2');
  expect(await after(watched.ingest([{ identities, traits: { other: 'x' } }], 'test'))).toBe('');
  expect(await after(watched.record([{ identities, event }]))).toBe('3');
  expect(await after(watched.record([{ identities: [{ kind: 'key', value: 'new' }], event }]))).toBe('1 2 3');
});

test('a segment that a loop or another segment uses is not deleted', async () => {
  const { engine } = await testEngine(nodes);
  await engine.saveSegment({ id: 'all', name: 'All', rule: group([]) });
  await engine.saveSegment({
    id: 'outer',
    name: 'Outer',
    rule: group([{ field: '$segment.all', operator: '=', value: true }]),
  });
  await engine.publish(mirror('outer'));
  await expect(engine.removeSegment('outer')).rejects.toThrow('the segment outer is used by the loop in-outer');
  await expect(engine.removeSegment('all')).rejects.toThrow('the segment all is used by the segment outer');
  expect(await engine.removeSegment('none')).toBe(false);
});

test('a segment whose rule is not sound, or leads to itself, is not saved', async () => {
  const { engine } = await testEngine(nodes);
  const names = (id: string) => group([{ field: `$segment.${id}`, operator: '=', value: true }]);
  const save = (id: string, rule: unknown) => engine.saveSegment({ id, name: id, rule });
  await expect(save('a', { combinator: 'and' })).rejects.toThrow('segment a: rule.rules: expected an array');
  await expect(save('a', names('b'))).rejects.toThrow('there is no segment "b"');
  await save('a', group([]));
  await save('b', names('a'));
  await expect(save('a', names('b'))).rejects.toThrow('a segment leads to itself');
});

test('a fill that a crash has interrupted goes on where it stopped, and nothing happens to those who were in the segment before', async () => {
  const { db, engine, clock, people } = await testEngine(nodes);
  await engine.saveSegment({
    id: 'gold',
    name: 'Gold',
    rule: group([{ field: 'plan', operator: '=', value: 'gold' }]),
  });
  await people(Array.from({ length: 11_000 }, () => ({ plan: 'gold' })));
  await engine.publish(mirror('gold'));
  // As it is after the first chunk.
  await db.write(async (tx) => {
    await tx.run('DELETE FROM membership WHERE customer > 10000');
    await tx.run('UPDATE segment SET filled_to = 10000, quiet = 1');
  });
  await engine.start();
  clock.advanceTo(monday + day);
  const change = (customer: number, plan: string) =>
    engine.ingest([{ identities: [{ kind: 'key', value: `c${customer}` }], traits: { plan } }], 'test');
  await change(10_500, 'gold');
  await change(11_001, 'gold');
  await change(10_600, 'tin');
  while ((await engine.work()) > 0);
  await change(10_600, 'gold');
  const entered = await db.read((tx) => tx.all('SELECT customer FROM enrollment ORDER BY customer'));
  // It alone has come into the segment, and one who was nowhere before.
  expect(entered).toEqual([{ customer: 10_600 }, { customer: 11_001 }]);
  expect(await db.read((tx) => tx.all('SELECT filled_to, quiet FROM segment'))).toEqual([
    { filled_to: null, quiet: 0 },
  ]);
  expect(await db.read((tx) => tx.all('SELECT count(*) AS count FROM membership'))).toEqual([{ count: 11_001 }]);
});

test('a run on a virtual clock does not go on for windows that nothing can follow from', async () => {
  const { engine, clock } = await testEngine(nodes);
  const renewing = group([{ field: 'renewal', operator: 'within', value: 'P7D' }]);
  await engine.saveSegment({ id: 'renewing', name: 'Renewing', rule: renewing });
  await engine.ingest([{ identities: [{ kind: 'key', value: 'c1' }], traits: { renewal: monday + day } }], 'test');
  while ((await engine.work()) > 0);
  expect([await engine.nextDue(), await engine.nextDue({ endless: false })]).toEqual([monday + day, undefined]);
  await engine.publish(mirror('renewing'));
  expect(await engine.nextDue({ endless: false })).toBe(monday + day);
  expect(clock.now()).toBe(monday);
});

test('more segments than one statement asks for are all kept', async () => {
  const { db, engine, clock } = await testEngine(nodes);
  const count = store.mostAsked + 12;
  for (let i = 0; i < count; i++)
    await engine.saveSegment({
      id: `s${i}`,
      name: `S ${i}`,
      rule: group([{ field: 'points', operator: '>', value: i }]),
    });
  while ((await engine.work()) > 0);
  const told = (points: number) =>
    engine.ingest([{ identities: [{ kind: 'key', value: 'c1' }], traits: { points } }], 'test');
  const kept = () => db.read((tx) => store.membershipsOf(tx, 1));
  await told(1_000);
  expect(await kept()).toHaveLength(count);
  clock.advanceTo(monday + 1);
  await told(40);
  expect((await kept()).map(({ id }) => id).sort()).toEqual(Array.from({ length: 40 }, (_, i) => `s${i}`).sort());
});

test('a segment that is made anew after another was cleared away is asked by its own rule', async () => {
  const { db, engine, clock, people } = await testEngine(nodes);
  await people([{ plan: 'gold' }, { plan: 'tin' }]);
  const work = async () => {
    while ((await engine.work()) > 0);
  };
  const save = (value: string) =>
    engine.saveSegment({ id: 'some', name: 'Some', rule: group([{ field: 'plan', operator: '=', value }]) });
  await save('gold');
  await work();
  await engine.removeSegment('some');
  // Nothing is asked in between, and no clock tells the two apart.
  await db.write((tx) => store.clearGone(tx, 10));
  await db.write((tx) => store.clearGone(tx, 10));
  await save('tin');
  await work();
  expect(await db.read((tx) => tx.all('SELECT customer FROM membership'))).toEqual([{ customer: 2 }]);
  expect(clock.now()).toBe(monday);
});

test('a stored rule that cannot be read has nobody in it, and keeps nothing from being taken in', async () => {
  const { db, engine, people } = await testEngine(nodes);
  await people([{ plan: 'gold' }]);
  const gold = group([{ field: 'plan', operator: '=', value: 'gold' }]);
  for (const id of ['bad', 'good']) await engine.saveSegment({ id, name: id, rule: gold });
  await db.write((tx) => tx.run(`UPDATE segment SET rule = '{"combinator":"and"}' WHERE id = 'bad'`));
  while ((await engine.work()) > 0);
  await engine.ingest([{ identities: [{ kind: 'key', value: 'new' }], traits: { plan: 'gold' } }], 'test');
  expect((await db.read((tx) => store.membershipsOf(tx, 2))).map(({ id }) => id)).toEqual(['good']);
});
