import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { router, source, wait, z } from '../../packages/engine/src/plugin/index.ts';
import { runToRest } from '../../packages/engine/src/runner/run-to-rest.ts';
import { testEngine } from '../../packages/engine/src/runner/test-engine.ts';
import type { Drawn } from '../simulation/draw.ts';
import { toLoop } from '../simulation/draw.ts';

const said = { stage: 'flow', title: 'Node', description: 'Node', settings: z.object({}) } as const;
const start = source({ ...said, type: 't/in', ports: [{ id: 'entered' }], entry: () => ({ on: 'records' }) });
const step = router({
  ...said,
  type: 't/step',
  ports: [{ id: 'done' }],
  route: () => ({ by: 'rules', cases: [], otherwise: 'done' }),
});
const second = wait({ ...said, type: 't/second', wait: ({ now }) => ({ until: { at: now + 1_000, port: 'done' } }) });
const end = router({
  ...said,
  type: 't/end',
  ports: [{ id: 'ended', terminal: true }],
  route: () => ({ by: 'rules', cases: [], otherwise: 'ended' }),
});
const nodes = [start, step, second, end];

test('a loop of a thousand nodes is published and walked to its end, every step of everybody written down', async () => {
  const { db, engine, clock, people, counts } = await testEngine(nodes);
  const names = Array.from({ length: 998 }, (_, i) => `n${i}`);
  const loop = toLoop(
    'long',
    // Every hundredth waits, so that nobody goes through all of it in one move.
    {
      in: ['t/in'],
      ...Object.fromEntries(names.map((name, i): [string, Drawn] => [name, [i % 100 === 99 ? 't/second' : 't/step']])),
      end: ['t/end'],
    },
    ['in.entered -> n0', ...names.map((name, i) => `${name}.done -> ${names[i + 1] ?? 'end'}`)],
  );
  const version = await engine.publish(loop);
  expect(version.stations.size).toBe(1_000);
  await engine.enter(version, await people([{}, {}, {}]));
  await runToRest(engine, clock, { tick: 1 });
  const counted = await counts('long');
  expect(counted.end?.ports).toEqual({ ended: 3 });
  expect(Object.values(counted).every(({ entered, waiting, parked }) => entered === 3 && waiting + parked === 0)).toBe(
    true,
  );
  // A thousand nodes, and a step more where each of nine began to wait.
  const steps = await db.read((tx) =>
    tx.all<{ steps: number }>(
      `SELECT count(*) AS steps FROM journal j JOIN path_step s ON s.path = j.path GROUP BY j.customer ORDER BY j.customer`,
    ),
  );
  expect(steps).toEqual([{ steps: 1_009 }, { steps: 1_009 }, { steps: 1_009 }]);
}, 120_000);

/** The bytes of the heap that are in use once what nobody needs any more is gone. */
function used(): number {
  collect();
  return process.memoryUsage().heapUsed;
}
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

test('one customer goes round thousands of times without the engine growing: turns are rows, not memory', async () => {
  const turns = 3_000;
  const { db, engine, clock, people } = await testEngine(nodes, { limits: { turns } });
  const loop = toLoop('round', { in: ['t/in'], step: ['t/step'], wait: ['t/second'] }, [
    'in.entered -> step',
    'step.done -> wait',
    'wait.done -> step',
  ]);
  await engine.enter(await engine.publish(loop), await people([{}]));
  let passes = 0;
  let early = 0;
  await runToRest(engine, clock, {
    tick: 1,
    onProgress: () => {
      if (++passes === 1_000) early = used();
    },
  });
  const late = used();
  const [position] = await db.read((tx) => tx.all<{ turn: number }>('SELECT turn FROM position'));
  expect(position).toEqual({ turn: turns + 1 });
  // What is left of the first turns is in the database. The figure for a hundred thousand turns is the bench's.
  expect(late - early).toBeLessThan(2 * 1024 * 1024);
}, 120_000);
