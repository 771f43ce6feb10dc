import { expect, test } from 'vitest';
import { writer } from '../plugin/index.ts';
import { drawLoop } from './draw-loop.ts';
import { runToRest } from './run-to-rest.ts';
import { testEngine } from './test-engine.ts';
import { described, end, none, onCart } from './test-nodes.ts';

const countUp = writer({
  type: 't/count',
  stage: 'aliment',
  ...described('Count'),
  settings: none,
  handle: ({ batch }) => ({
    patches: batch.map(({ id, traits }) => ({ customer: id, traits: { carts: Number(traits.carts ?? 0) + 1 } })),
  }),
});

test('a customer who is due at a writer by several keys is handled once a batch, so that each time counts', async () => {
  const { db, engine, clock, counts } = await testEngine([onCart, countUp, end]);
  await engine.publish(
    drawLoop('carts', { in: ['t/cart'], count: ['t/count'], end: ['t/end'] }, 'in.entered -> count\ncount.done -> end'),
  );
  await engine.record(
    ['first', 'second', 'third'].map((cart) => ({
      identities: [{ kind: 'key', value: 'c1' }],
      event: { type: 'cart', category: 'order' as const, time: clock.now(), properties: { cart } },
    })),
  );
  await runToRest(engine, clock, { tick: 1 });
  expect((await counts('carts')).count).toEqual({ entered: 3, ports: { done: 3 }, waiting: 0, parked: 0 });
  const [customer] = await db.read((tx) =>
    tx.all<{ traits: string }>(`SELECT ${tx.dialect.json('traits')} AS traits FROM customer`),
  );
  expect(JSON.parse(customer?.traits ?? '')).toEqual({ carts: 3 });
});
