import { expect, test } from 'vitest';
import { wait } from '../plugin/index.ts';
import { runToRest } from './run-to-rest.ts';
import { drawLoop, testEngine } from './test-engine.ts';
import { byAge, described, end, none, start } from './test-nodes.ts';

const pause = wait({
  type: 't/pause',
  stage: 'flow',
  ...described('Pause'),
  settings: none,
  ports: [{ id: 'done' }],
  wait: ({ now }) => ({ until: { at: now + 1_000, port: 'done' } }),
});

test('a loop of a thousand nodes is published and walked to its end, with every node counted', {
  timeout: 120_000,
}, async () => {
  const nodes = Array.from({ length: 998 }, (_, i) => ({ id: `n${i}`, isPause: i % 100 === 99 }));
  const large = drawLoop(
    'large',
    {
      in: ['t/in'],
      ...Object.fromEntries(
        nodes.map(({ id, isPause }, i): [string, [string, Record<string, unknown>]] => [
          id,
          isPause ? ['t/pause', {}] : ['t/age', { from: i % 90 }],
        ]),
      ),
      end: ['t/end'],
    },
    [
      'in.entered -> n0',
      ...nodes.flatMap(({ id, isPause }, i) =>
        (isPause ? ['done'] : ['old', 'young']).map((port) => `${id}.${port} -> ${nodes[i + 1]?.id ?? 'end'}`),
      ),
    ].join('\n'),
  );
  const { engine, clock, db, people, counts } = await testEngine([start, end, byAge, pause]);
  const version = await engine.publish(large);
  await engine.enter(version, await people(Array.from({ length: 20 }, (_, i) => ({ age: i * 4 }))));
  await runToRest(engine, clock, { tick: 1 });
  const counted = Object.values(await counts('large'));
  expect(counted).toHaveLength(1_000);
  for (const { entered, ports, waiting } of counted)
    expect([entered, Object.values(ports).reduce((sum, count) => sum + count, 0), waiting]).toEqual([20, 20, 0]);
  const walked = await db.read((tx) =>
    tx.first<{ steps: number; rows: number }>(
      `SELECT count(*) AS steps, (SELECT count(*) FROM journal) AS rows
       FROM journal j JOIN path_step s ON s.path = j.path WHERE s.port >= 0`,
    ),
  );
  expect(walked?.steps).toBe(20 * 1_000);
  expect(walked?.rows).toBeLessThan(20 * 250);
});
