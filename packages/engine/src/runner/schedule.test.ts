import { expect, test } from 'vitest';
import { onSchedule, pass, untilAnswer } from './test-entries.ts';
import { drawLoop, monday, testEngine } from './test-engine.ts';
import { end, start } from './test-nodes.ts';
import { runToRest } from './run-to-rest.ts';

const day = 86_400_000;
const hour = 3_600_000;
const nodes = [start, onSchedule, untilAnswer, pass, end];
const old = { combinator: 'and', rules: [{ field: 'age', operator: '>=', value: 60 }] };

const every = (settings: Record<string, unknown>, id = 'loop') =>
  drawLoop(id, { in: ['t/schedule', settings], end: ['t/end'] }, 'in.entered -> end');

const firings = (db: Awaited<ReturnType<typeof testEngine>>['db']) =>
  db.read((tx) => tx.all('SELECT entered_at AS at, count(*) AS count FROM enrollment GROUP BY entered_at ORDER BY at'));

test('whoever the rule is true of enters at the hour, first at the one after publication', async () => {
  const { db, engine, clock, people } = await testEngine(nodes);
  await people([{ age: 30 }, { age: 60 }, { age: 70 }]);
  clock.advanceTo(monday + 8 * hour);
  await engine.publish(every({ cron: '0 8 * * *', who: old }));
  expect(await engine.nextDue()).toBe(monday + 32 * hour);
  await runToRest(engine, clock, { tick: 60_000, until: monday + 3 * day });
  expect(await firings(db)).toEqual([
    { at: monday + 32 * hour, count: 2 },
    { at: monday + 56 * hour, count: 2 },
  ]);
  expect(clock.now()).toBe(monday + 3 * day);
});

test('a run without an end rests once each schedule has fired and nothing else is due', async () => {
  const { db, engine, clock, people } = await testEngine(nodes);
  await people([{}]);
  await engine.publish(
    drawLoop(
      'loop',
      { in: ['t/schedule', { cron: '0 8 * * *', again: 'never' }], wait: ['t/answer', { days: 3 }], end: ['t/end'] },
      'in.entered -> wait\nwait.yes -> end\nwait.timeout -> end',
    ),
  );
  await runToRest(engine, clock, { tick: 60_000 });
  expect(await firings(db)).toEqual([{ at: monday + 8 * hour, count: 1 }]);
  expect(clock.now()).toBe(monday + 3 * day + 8 * hour);
});

test('on the nights when clocks change, what is due at half past two is due once', async () => {
  const at = async (from: string) => {
    const begin = Date.parse(from);
    const { db, engine, clock, people } = await testEngine(nodes, { start: begin });
    await people([{}]);
    await engine.publish(every({ cron: '30 2 * * *', zone: 'Europe/Berlin' }));
    await runToRest(engine, clock, { tick: 1, until: begin + 3 * day });
    return (await firings(db)).map((row) => new Date((row as { at: number }).at).toISOString().slice(5, 16));
  };
  expect(await at('2026-03-27T12:00Z')).toEqual(['03-28T01:30', '03-29T01:00', '03-30T00:30']);
  expect(await at('2026-10-23T12:00Z')).toEqual(['10-24T00:30', '10-25T00:30', '10-26T01:30']);
});

test('what was missed fires once, for the latest that was missed', async () => {
  const { db, engine, clock, people } = await testEngine(nodes);
  await people([{}]);
  await engine.publish(every({ cron: '0 * * * *' }));
  clock.advanceTo(monday + 5 * day + 1);
  while ((await engine.work()) > 0);
  expect(await db.read((tx) => tx.all('SELECT due, entered FROM firing'))).toEqual([
    { due: monday + 5 * day, entered: 1 },
  ]);
  expect(await firings(db)).toEqual([{ at: monday + 5 * day + 1, count: 1 }]);
  expect(await engine.nextDue()).toBe(monday + 5 * day + hour);
});

test('a schedule that comes due as a new version is published is not lost to it', async () => {
  const { db, engine, clock, people } = await testEngine(nodes);
  await people([{}]);
  await engine.publish(every({ cron: '0 8 * * *' }));
  clock.advanceTo(monday + 8 * hour + 1);
  await engine.publish(every({ cron: '0 9 * * *' }));
  await runToRest(engine, clock, { tick: 1, until: monday + 10 * hour });
  expect((await firings(db)).map((row) => (row as { at: number }).at)).toEqual([
    monday + 8 * hour + 1,
    monday + 9 * hour,
  ]);
});

test('a firing that a crash has interrupted goes on where it stopped, and lets nobody in twice', async () => {
  const { db, engine, clock, people, counts } = await testEngine(nodes);
  await people(Array.from({ length: 25_000 }, () => ({})));
  await engine.publish(every({ cron: '0 8 * * *', again: 'always' }));
  clock.advanceTo(monday + 8 * hour);
  await engine.work();
  expect(await db.read((tx) => tx.all('SELECT above, entered, done_at FROM firing'))).toEqual([
    { above: 10_000, entered: 10_000, done_at: null },
  ]);
  await engine.start();
  while ((await engine.work()) > 0);
  expect((await counts('loop')).in?.entered).toBe(25_000);
});

test('a schedule of a paused loop comes due once it goes on, once for all that it has missed', async () => {
  const { db, engine, clock, people } = await testEngine(nodes);
  await people([{}]);
  await engine.publish(every({ cron: '0 8 * * *' }));
  await engine.life.pause('loop', 'ada');
  clock.advanceTo(monday + 3 * day);
  while ((await engine.work()) > 0);
  expect(await engine.nextDue()).toBeUndefined();
  expect(await firings(db)).toEqual([]);
  await engine.life.resume('loop', { overdue: 'continue' }, 'ada');
  while ((await engine.work()) > 0);
  expect(await firings(db)).toEqual([{ at: monday + 3 * day, count: 1 }]);
});
