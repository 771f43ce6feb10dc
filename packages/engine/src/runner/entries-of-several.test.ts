import { expect, test } from 'vitest';
import { onEvent, onSchedule, onSegment, untilAnswer } from './test-entries.ts';
import { drawLoop, monday, testEngine } from './test-engine.ts';
import { end, start } from './test-nodes.ts';

const hour = 3_600_000;
const nodes = [start, onEvent, onSchedule, onSegment, untilAnswer, end];
const answered = (entry: [string, Record<string, unknown>?]) =>
  drawLoop(
    'loop',
    { in: entry, wait: ['t/answer'], end: ['t/end'] },
    'in.entered -> wait\nwait.yes -> end\nwait.timeout -> end',
  );

/** Three engines on one database, which all know the same loops. */
async function three(publish: (first: Awaited<ReturnType<typeof testEngine>>) => Promise<unknown>) {
  const first = await testEngine(nodes);
  await publish(first);
  const others = [1, 2].map((slot) => testEngine(nodes, { db: first.db, worker: { id: slot, slot } }));
  return { db: first.db, workers: [first, ...(await Promise.all(others))] };
}

const told = (name: string, type: string, cart: string, messageId?: string) => ({
  identities: [{ kind: 'key', value: name }],
  event: { type, category: 'order' as const, time: monday, properties: { cart }, ...(messageId ? { messageId } : {}) },
});

test('the same cart told of to three engines at once is in the loop once', async () => {
  const { db, workers } = await three(async ({ engine, people }) => {
    await people([{}, {}, {}]);
    await engine.publish(answered(['t/event', { event: 'cart', key: 'cart' }]));
  });
  for (let round = 0; round < 5; round++)
    await Promise.all(
      workers.flatMap(({ engine }) =>
        ['c1', 'c2', 'c3'].map((name) => engine.record([told(name, 'cart', 'a'), told(name, 'cart', `b${round}`)])),
      ),
    );
  const keys = await db.read((tx) =>
    tx.all<{ customer: number; count: number }>(
      'SELECT customer, count(*) AS count FROM enrollment GROUP BY customer ORDER BY customer',
    ),
  );
  expect(keys).toEqual([1, 2, 3].map((customer) => ({ customer, count: 6 })));
});

test('a schedule that three engines see come due lets everybody in once', async () => {
  const { db, workers } = await three(async ({ engine, people }) => {
    await people(Array.from({ length: 12_000 }, () => ({})));
    await engine.publish(answered(['t/schedule', { cron: '0 8 * * *', again: 'always' }]));
  });
  for (const { clock } of workers) clock.advanceTo(monday + 8 * hour);
  const work = async ({ engine }: (typeof workers)[number]) => {
    while ((await engine.work()) > 0);
  };
  await Promise.all(workers.map(work));
  expect(await db.read((tx) => tx.all('SELECT due, entered FROM firing'))).toEqual([
    { due: monday + 8 * hour, entered: 12_000 },
  ]);
  expect(await db.read((tx) => tx.all('SELECT max(n) AS most, count(*) AS count FROM enrollment'))).toEqual([
    { most: 1, count: 12_000 },
  ]);
});

test('a customer whom three engines change at once comes into a segment once', async () => {
  const rule = { combinator: 'and', rules: [{ field: 'plan', operator: '=', value: 'gold' }] };
  const { db, workers } = await three(async ({ engine, people }) => {
    await people([{}, {}]);
    await engine.saveSegment({ id: 'gold', name: 'Gold', rule });
    await engine.publish(answered(['t/segment', { segment: 'gold' }]));
  });
  await Promise.all(
    workers.flatMap(({ engine }) =>
      ['c1', 'c2'].map((value) =>
        engine.ingest([{ identities: [{ kind: 'key', value }], traits: { plan: 'gold' } }], 'test'),
      ),
    ),
  );
  expect(await db.read((tx) => tx.all('SELECT customer, n FROM enrollment ORDER BY customer'))).toEqual([
    { customer: 1, n: 1 },
    { customer: 2, n: 1 },
  ]);
  expect(await db.read((tx) => tx.all('SELECT customer FROM membership ORDER BY customer'))).toHaveLength(2);
});
