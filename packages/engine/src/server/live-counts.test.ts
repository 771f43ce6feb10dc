import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { LiveCounts } from './live-counts.ts';
import type { Counts } from './shapes/loop.ts';
import { noCounts, testPorts } from './test-ports.ts';

test('many listeners cost one poll, a change reaches each of them once, and polling ends with the last', async () => {
  let asked = 0;
  let turns = 0;
  const ask = async (): Promise<Counts> => {
    asked++;
    return { ...noCounts('churn'), turns, at: asked };
  };
  const live = new LiveCounts(ask, testPorts().ports.log, 5);
  const heard: number[][] = [[], [], []];
  const stops = heard.map((turnsHeard) => live.listen('churn', (counts) => turnsHeard.push(counts.turns)));
  await sleep(40);
  turns = 1;
  await sleep(40);
  expect(heard).toEqual([
    [0, 1],
    [0, 1],
    [0, 1],
  ]);
  expect(asked).toBeLessThanOrEqual(20);
  for (const stop of stops) stop();
  const before = asked;
  await sleep(30);
  expect(asked).toBe(before);
});

test('who comes later hears the last counts without a poll of its own', async () => {
  const live = new LiveCounts(async () => noCounts('churn'), testPorts().ports.log, 5);
  const stopFirst = live.listen('churn', () => undefined);
  await sleep(10);
  const heard: Counts[] = [];
  const stopSecond = live.listen('churn', (counts) => heard.push(counts));
  expect(heard).toHaveLength(1);
  stopFirst();
  stopSecond();
});

test('a poll that fails is logged and tried again', async () => {
  const { ports, lines } = testPorts();
  let asked = 0;
  const live = new LiveCounts(
    async () => {
      if (++asked === 1) throw new Error('the engine is busy');
      return noCounts('churn');
    },
    ports.log,
    5,
  );
  const counts = await new Promise<Counts>((resolve) => {
    const stop = live.listen('churn', (heard) => {
      setTimeout(stop);
      resolve(heard);
    });
  });
  expect(counts.loop).toBe('churn');
  expect(lines).toMatchObject([{ level: 'error', fields: { error: 'the engine is busy' } }]);
});
