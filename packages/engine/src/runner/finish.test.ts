import { expect, test } from 'vitest';
import { report, wait } from '../plugin/index.ts';
import { drawLoop, testEngine } from './test-engine.ts';
import { byAge, described, end, none, start } from './test-nodes.ts';

const figures = report({
  type: 't/report',
  stage: 'measure',
  ...described('Report'),
  settings: none,
  report: async ({ turn }) => ({ figures: { turn } }),
});
const answer = wait({
  type: 't/answer',
  stage: 'collect',
  ...described('Answer'),
  settings: none,
  ports: [{ id: 'yes' }],
  wait: () => ({ events: [{ type: 'answer', port: 'yes' }] }),
});
const types = [start, end, byAge, figures, answer];

const loop = drawLoop(
  'run',
  {
    in: ['t/in'],
    sixty: ['t/age', { from: 60 }],
    thirty: ['t/age', { from: 30 }],
    report: ['t/report'],
    wait: ['t/answer'],
    again: ['t/age', { from: 60 }],
    end: ['t/end'],
  },
  `in.entered -> sixty
   sixty.old -> report
   sixty.young -> thirty
   thirty.old -> report
   thirty.young -> wait
   report.done -> wait
   wait.yes -> again
   again.old -> end
   again.young -> end`,
);

interface Step {
  customer: number;
  step: number;
  at: number;
  node: string;
  port: number;
}

async function begin() {
  const made = await testEngine(types);
  const version = await made.engine.publish(loop);
  const steps = () =>
    made.db.read((tx) =>
      tx.all<Step & Record<string, string | number>>(
        `SELECT j.customer, j.step + s.i AS step, j.at, l.node, s.port
         FROM journal j JOIN path_step s ON s.path = j.path JOIN loop_node l ON l.ref = s.node
         ORDER BY j.customer, j.n, j.step, s.i`,
      ),
    );
  const path = async (customer: number) =>
    (await steps())
      .filter((step) => step.customer === customer)
      .map(({ step, node, port }) => `${step} ${node} ${port}`);
  const people = await made.people([{ age: 70 }, { age: 40 }, { age: 20 }]);
  return { ...made, version, steps, path, people };
}

test('one pass takes customers through a run of nodes, with the journal and the counts of each node', async () => {
  const { db, engine, version, path, people, counts } = await begin();
  await engine.enter(version, people);
  await engine.work();
  expect(await path(1)).toEqual(['0 in 0', '1 sixty 0', '2 report 0', '3 wait -1']);
  expect(await path(2)).toEqual(['0 in 0', '1 sixty 1', '2 thirty 0', '3 report 0', '4 wait -1']);
  expect(await path(3)).toEqual(['0 in 0', '1 sixty 1', '2 thirty 1', '3 wait -1']);
  expect(await counts('run')).toMatchObject({
    in: { entered: 3, ports: { entered: 3 }, waiting: 0 },
    sixty: { entered: 3, ports: { old: 1, young: 2 }, waiting: 0 },
    thirty: { entered: 2, ports: { old: 1, young: 1 }, waiting: 0 },
    report: { entered: 2, ports: { done: 2 }, waiting: 0 },
    wait: { entered: 3, ports: {}, waiting: 3 },
  });
  const asked = await db.read((tx) => tx.all('SELECT turn FROM report'));
  expect(asked).toEqual([{ turn: 1 }]);
});

test('an event takes whom it wakes to the end of the run in the transaction that stores it', async () => {
  const { db, engine, version, path, people } = await begin();
  await engine.enter(version, people);
  await engine.work();
  await engine.record([
    {
      identities: [{ kind: 'key', value: 'c1' }],
      event: { type: 'answer', category: 'contact', time: 0, properties: {} },
    },
  ]);
  expect((await path(1)).slice(4)).toEqual(['4 wait 0', '5 again 0', '6 end 0']);
  const ended = await db.read((tx) => tx.all('SELECT customer FROM enrollment WHERE ended_at IS NOT NULL'));
  expect(ended).toEqual([{ customer: 1 }]);
});

test('who came at different times moves together, whatever the order of customers', async () => {
  const { db, engine, version, steps, people, clock } = await begin();
  await engine.enter(version, [people[2] as number]);
  clock.advanceTo(clock.now() + 1);
  await engine.enter(version, people.slice(0, 2));
  await engine.work();
  expect(new Set((await steps()).map(({ at }) => at))).toEqual(new Set([clock.now()]));
  const stand = await db.read((tx) => tx.all('SELECT customer, phase FROM position ORDER BY customer'));
  expect(stand).toEqual([1, 2, 3].map((customer) => ({ customer, phase: 1 })));
});

test('a run that is longer than one transaction takes comes to its end in the same pass', async () => {
  const made = await testEngine(types);
  const nodes = Array.from({ length: 20 }, (_, i) => `n${String(i).padStart(2, '0')}`);
  const long = drawLoop(
    'long',
    {
      in: ['t/in'],
      ...Object.fromEntries(nodes.map((id): [string, [string, { from: number }]] => [id, ['t/age', { from: 60 }]])),
      end: ['t/end'],
    },
    [
      'in.entered -> n00',
      ...nodes.flatMap((id, i) => ['old', 'young'].map((port) => `${id}.${port} -> ${nodes[i + 1] ?? 'end'}`)),
    ].join('\n'),
  );
  const version = await made.engine.publish(long);
  await made.engine.enter(version, await made.people([{ age: 70 }]));
  let passes = 0;
  while ((await made.engine.work()) > 0) passes++;
  expect(passes).toBe(1);
  const steps = await made.db.read((tx) =>
    tx.first('SELECT count(*) AS steps, max(step + i) AS last FROM journal j JOIN path_step s ON s.path = j.path'),
  );
  expect(steps).toEqual({ steps: 22, last: 21 });
});
