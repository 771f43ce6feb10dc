import { expect, test } from 'vitest';
import { callEvent, openCallTasks } from '../customers/index.ts';
import { wait } from '../plugin/index.ts';
import { drawLoop, monday, testEngine } from './test-engine.ts';
import { described, end, none, start } from './test-nodes.ts';

const reached = wait({
  type: 't/reached',
  stage: 'collect',
  ...described('Reached'),
  settings: none,
  ports: [{ id: 'reached' }, { id: 'silent' }],
  wait: ({ now }) => ({
    until: { at: now + 9 * 86_400_000, port: 'silent' },
    events: [
      {
        type: 'Call Completed',
        where: { combinator: 'and', rules: [{ field: 'outcome', operator: '=', value: 'reached' }] },
        port: 'reached',
      },
    ],
  }),
});

/** A customer who waits for a call that a list has handed out. */
async function called() {
  const made = await testEngine([start, reached, end]);
  const { db, engine, people } = made;
  await engine.publish(
    drawLoop(
      'calls',
      { in: ['t/in'], wait: ['t/reached'], out: ['t/end'] },
      'in.entered -> wait\nwait.reached -> out\nwait.silent -> out',
    ),
  );
  const [customer = 0] = await people([{ name: 'Ann' }]);
  await engine.enter(engine.newest('calls') as never, [customer]);
  while ((await engine.work()) > 0);
  await db.write((tx) =>
    tx.run(
      `INSERT INTO message (customer, n, step, node, turn, status, due, attempts, created_at, address, body, cost, channel)
       SELECT e.customer, e.n, 99, x.ref, 1, 'sent', 0, 1, ?, '+49 30 1', ?, 0, 'phone'
       FROM enrollment e JOIN loop_node x ON x.node = 'wait' WHERE e.customer = ?`,
      [
        monday,
        JSON.stringify({ list: 'retention', script: 'Ask Ann', due: '2026-01-08T00:00:00.000Z', priority: 'high' }),
        customer,
      ],
    ),
  );
  const open = () => db.read((tx) => openCallTasks(tx, customer));
  return { ...made, customer, open };
}

test('a call that was handed out is open until somebody was reached; who was not leaves it open, and that is told', async () => {
  const { engine, customer, open } = await called();
  const [task] = await open();
  expect(task).toMatchObject({
    list: 'retention',
    script: 'Ask Ann',
    phone: '+49 30 1',
    priority: 'high',
    left: false,
    attempts: [],
  });
  if (!task) return;
  const say = (outcome: 'not-reached' | 'reached', note?: string) =>
    engine.patch(
      [{ customer, events: [callEvent(task, { outcome, agent: 'bea', now: monday + 5, ...(note ? { note } : {}) })] }],
      'user:bea',
    );
  await say('not-reached', 'rang eight times');
  expect(await open()).toMatchObject([{ attempts: [{ outcome: 'not-reached', note: 'rang eight times' }] }]);
  await say('reached');
  expect(await open()).toEqual([]);
});

test('how a call went is an event that a loop waits for, by its outcome', async () => {
  const { db, engine, customer, open } = await called();
  const [task] = await open();
  if (!task) throw new Error('expected an open call');
  const stands = () => db.read((tx) => tx.all('SELECT customer FROM position'));
  for (const outcome of ['not-reached', 'refused'] as const)
    await engine.patch(
      [{ customer, events: [callEvent(task, { outcome, agent: 'bea', now: monday + 5 })] }],
      'user:bea',
    );
  while ((await engine.work()) > 0);
  expect(await stands()).toHaveLength(1);
  const other = { ...task, key: `${task.key}9` };
  await engine.patch(
    [{ customer, events: [callEvent(other, { outcome: 'reached', agent: 'bea', now: monday + 6 })] }],
    'user:bea',
  );
  while ((await engine.work()) > 0);
  expect(await stands()).toEqual([]);
});

test('an event about a call from elsewhere ends the task too, and one from before it does not', async () => {
  const { engine, customer, open } = await called();
  const event = (time: number) => ({
    type: 'call_outcome',
    category: 'contact' as const,
    time,
    properties: { channel: 'call', outcome: 'renewed' },
  });
  await engine.patch([{ customer, events: [event(monday - 5)] }], 'call centre');
  expect(await open()).toHaveLength(1);
  await engine.patch([{ customer, events: [event(monday + 5)] }], 'call centre');
  expect(await open()).toEqual([]);
});
