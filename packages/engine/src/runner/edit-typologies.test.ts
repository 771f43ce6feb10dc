import { expect, test } from 'vitest';
import type { RuleGroup } from '../rule/index.ts';
import * as store from '../store/index.ts';
import { onSegment, untilAnswer } from './test-entries.ts';
import { drawLoop, testEngine } from './test-engine.ts';
import { end, start } from './test-nodes.ts';

const is = (value: string): RuleGroup => ({
  combinator: 'and',
  rules: [{ field: 'plan', operator: '=', value }],
});

const typology = (...plans: string[]) => ({
  id: 'plans',
  name: 'Plans',
  method: 'kmeans',
  settings: '{}',
  profile: '{}',
  groups: plans.map((plan) => ({ id: `plans-${plan}`, name: `Plans: ${plan}`, rule: is(plan) })),
});

async function opened() {
  const { db, engine, people } = await testEngine([start, onSegment, untilAnswer, end]);
  await people([{ plan: 'gold' }, { plan: 'tin' }, { plan: 'gold' }]);
  const kept = async () => {
    while ((await engine.work()) > 0);
    return db.read(async (tx) => {
      const counts = await store.countMembers(tx);
      return (await store.listSegments(tx)).map(({ ref, id, typology: of }) => [id, of, counts.get(ref) ?? 0]);
    });
  };
  return { db, engine, kept };
}

test('the groups of a typology are segments, live like any other, and follow it when it is worked out anew', async () => {
  const { db, engine, kept } = await opened();
  await engine.saveTypology(typology('gold', 'tin'));
  expect(await kept()).toEqual([
    ['plans-gold', 'plans', 2],
    ['plans-tin', 'plans', 1],
  ]);
  await engine.saveTypology(typology('gold', 'iron'));
  expect(await kept()).toEqual([
    ['plans-gold', 'plans', 2],
    ['plans-iron', 'plans', 0],
  ]);
  expect(await db.read((tx) => store.listTypologies(tx))).toMatchObject([{ id: 'plans', method: 'kmeans' }]);
  expect(await engine.removeTypology('plans')).toBe(true);
  expect(await engine.removeTypology('plans')).toBe(false);
  expect(await kept()).toEqual([
    ['plans-gold', null, 2],
    ['plans-iron', null, 0],
  ]);
});

test('a group that a loop uses stays, and so does the whole typology as it was', async () => {
  const { db, engine, kept } = await opened();
  await engine.saveTypology(typology('gold', 'tin'));
  await engine.publish(
    drawLoop(
      'tins',
      { in: ['t/segment', { segment: 'plans-tin' }], wait: ['t/answer', { days: 9 }], end: ['t/end'] },
      'in.entered -> wait\nwait.yes -> end\nwait.timeout -> end',
    ),
  );
  await expect(engine.saveTypology({ ...typology('gold', 'iron'), name: 'Other' })).rejects.toThrow(
    'the segment plans-tin is used by the loop tins',
  );
  expect((await kept()).map(([id]) => id)).toEqual(['plans-gold', 'plans-tin']);
  expect(await db.read((tx) => store.listTypologies(tx))).toMatchObject([{ name: 'Plans' }]);
});
