import { expect, test } from 'vitest';
import { channel, wait, writer, z } from '../plugin/index.ts';
import type { Located } from '../store/index.ts';
import { endEnrollments, locate, marks } from '../store/index.ts';
import { drawLoop, testEngine } from './test-engine.ts';
import { byAge, described, end, none, start } from './test-nodes.ts';

const delay = wait({
  type: 't/delay',
  stage: 'flow',
  ...described('Delay'),
  settings: none,
  ports: [{ id: 'done' }],
  wait: ({ now }) => ({ until: { at: now + 1_000, port: 'done' } }),
});
const answer = wait({
  type: 't/answer',
  stage: 'collect',
  ...described('Answer'),
  settings: none,
  ports: [{ id: 'yes' }],
  wait: () => ({ events: [{ type: 'answer', port: 'yes' }] }),
});
const broken = writer({
  type: 't/broken',
  stage: 'organize',
  ...described('Broken'),
  settings: none,
  handle: () => {
    throw new Error('no');
  },
});
const mail = channel({
  type: 't/mail',
  stage: 'interact',
  ...described('Mail'),
  settings: z.object({}),
  delivery: 'at-least-once',
  compose: () => ({ address: 'a@example.com', body: {} }),
  connect: () => ({ deliver: async () => ({ status: 'sent' as const }) }),
});

const loop = drawLoop(
  'places',
  {
    in: ['t/in'],
    eighty: ['t/age', { from: 80 }],
    seventy: ['t/age', { from: 70 }],
    sixty: ['t/age', { from: 60 }],
    delay: ['t/delay'],
    answer: ['t/answer'],
    broken: ['t/broken'],
    mail: ['t/mail'],
    end: ['t/end'],
  },
  `in.entered -> eighty
   eighty.old -> delay
   eighty.young -> seventy
   seventy.old -> answer
   seventy.young -> sixty
   sixty.old -> broken
   sixty.young -> mail
   delay.done -> eighty
   answer.yes -> end
   broken.done -> end
   mail.sent -> end
   mail.failed -> end
   mail.suppressed -> end`,
);

async function settle() {
  const made = await testEngine([start, end, byAge, delay, answer, broken, mail]);
  const version = await made.engine.publish(loop);
  const people = await made.people([{ age: 85 }, { age: 75 }, { age: 65 }, { age: 10 }, { age: 85 }]);
  await made.engine.enter(version, people.slice(0, 4));
  while ((await made.engine.work()) > 0);
  await made.engine.enter(version, people.slice(4));
  const stations = [...version.stations.values()];
  const nameOf = new Map(stations.map(({ ref, node }) => [ref, node.id]));
  const targetOf = (ref: number, port: number) => stations.find((each) => each.ref === ref)?.targets[port]?.ref;
  const find = (only?: [number, number][]) =>
    made.db.write((tx) => locate(tx, { customers: people, targetOf, ...(only ? { only } : {}) }));
  const show = (located: readonly Located[]) =>
    located.map(({ customer, node, step, turn, at }) => [
      customer,
      nameOf.get(node),
      step,
      turn,
      at === 'parked' ? at : at.phase,
    ]);
  return { ...made, version, people, find, show };
}

test('every live enrollment is found where it stands: entered, waiting, set aside, waiting for its receipt, resting', async () => {
  const { engine, clock, find, show } = await settle();
  expect(show(await find())).toEqual([
    [1, 'delay', 3, 1, 1],
    [2, 'answer', 4, 1, 1],
    [3, 'broken', 5, 1, 'parked'],
    [4, 'mail', 4, 1, 2],
    [5, 'in', 0, 1, 0],
  ]);
  expect(show(await find([[2, 1]]))).toEqual([[2, 'answer', 4, 1, 1]]);
  // The first begins its second turn, and no more than one is allowed.
  clock.advanceTo(clock.now() + 1_000);
  while ((await engine.work()) > 0);
  expect(show(await find([[1, 1]]))).toEqual([[1, 'eighty', 4, 2, 0]]);
});

test('whoever is ended by hand is gone from everywhere, is counted, and gets no message', async () => {
  const { db, counts, find } = await settle();
  const located = await find();
  await db.write((tx) =>
    endEnrollments(tx, located, {
      mark: marks.ended,
      outcome: 'exit',
      now: 9,
      worker: 0,
      reason: 'ended',
      detail: 'by hand',
    }),
  );
  expect(await find()).toEqual([]);
  for (const table of ['position', 'parked', 'subscription'])
    expect([table, await db.read((tx) => tx.all(`SELECT customer FROM ${table}`))]).toEqual([table, []]);
  expect(await db.read((tx) => tx.all('SELECT customer, status, reason, detail FROM message'))).toEqual([
    { customer: 4, status: 'suppressed', reason: 'ended', detail: 'by hand' },
  ]);
  expect(
    await db.read((tx) => tx.all('SELECT count(*) AS n FROM enrollment WHERE ended_at = 9 AND outcome = ?', ['exit'])),
  ).toEqual([{ n: 5 }]);
  const counted = await counts('places');
  for (const node of ['delay', 'answer', 'broken', 'mail', 'in'])
    expect([node, counted[node]?.waiting, counted[node]?.ports['-6']]).toEqual([node, 0, 1]);
});
