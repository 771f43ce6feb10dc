import { expect, test } from 'vitest';
import { wait, z } from '../plugin/index.ts';
import { drawLoop } from './draw-loop.ts';
import { runToRest } from './run-to-rest.ts';
import { monday, testEngine } from './test-engine.ts';
import { described, start } from './test-nodes.ts';
import { delay } from './test-waits.ts';

const day = 86_400_000;

const answer = wait({
  type: 't/answer',
  stage: 'collect',
  ...described('Answer'),
  settings: z.object({ since: z.enum(['arrival', 'turn', 'entry']) }),
  ports: [{ id: 'yes' }, { id: 'timeout' }],
  wait: ({ settings, now }) => ({
    until: { at: now + 7 * day, port: 'timeout' },
    since: settings.since,
    events: [{ type: 'answer', port: 'yes' }],
  }),
});

/** A turn: a day of delay, then a wait for an answer which, once it has come, is waited for again. */
const asksAgain = (since: string) =>
  drawLoop(
    'again',
    { in: ['t/in'], first: ['t/delay', { days: 1 }], ask: ['t/answer', { since }] },
    'in.entered -> first\nfirst.done -> ask\nask.yes -> ask\nask.timeout -> first',
  );

const answered = (who: string, time: number) => [
  {
    identities: [{ kind: 'key', value: who }],
    event: { type: 'answer', category: 'contact' as const, time, properties: {} },
  },
];

test('one answer ends a wait on a way round once, not each time that its turn counts from before', async () => {
  const { engine, clock, people, counts } = await testEngine([start, delay, answer]);
  await engine.enter(await engine.publish(asksAgain('turn')), await people([{}, {}]));
  while ((await engine.work()) > 0);
  clock.advanceTo(monday + 1000);
  await engine.record(answered('c1', clock.now()));
  await runToRest(engine, clock, { tick: 1 });
  expect((await counts('again')).ask).toEqual({ entered: 3, ports: { yes: 1, timeout: 2 }, waiting: 0, parked: 0 });
});

/** For some the instant that they wait for is always over. */
const until = wait({
  type: 't/until',
  stage: 'flow',
  ...described('Until'),
  settings: z.object({}),
  ports: [{ id: 'done' }, { id: 'none' }],
  wait: ({ now }) => ({ until: { at: now, port: 'done' } }),
  due: ({ batch, now }) => batch.map(({ id }) => ({ at: id === 1 ? now - 1 : now + 7 * day })),
});

test('who goes round without ever waiting is set aside with the reason, and the others go on', async () => {
  const { db, engine, clock, people, counts } = await testEngine([start, delay, until]);
  const loop = drawLoop(
    'past',
    { in: ['t/in'], first: ['t/delay', { days: 1 }], until: ['t/until'] },
    'in.entered -> first\nfirst.done -> until\nuntil.done -> until\nuntil.none -> first',
  );
  await engine.enter(await engine.publish(loop), await people([{}, {}]));
  while ((await engine.work()) > 0);
  clock.advanceTo(monday + day);
  while ((await engine.work()) > 0);
  expect((await counts('past')).until).toMatchObject({ ports: { done: 100 }, waiting: 1, parked: 1 });
  const [parked] = await db.read((tx) =>
    tx.all<{ customer: number; error: string }>('SELECT customer, error FROM parked'),
  );
  expect(parked).toMatchObject({ customer: 1, error: expect.stringMatching(/left this node a hundred times/) });
});
