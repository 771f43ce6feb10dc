import { expect, test } from 'vitest';
import type { BatchContext } from './index.ts';
import { report, router, source, wait, writer, z } from './index.ts';
import { testNode } from './testing.ts';

const common = { stage: 'flow' as const, title: 'T', description: 'D.' };
const settings = z.object({ word: z.string().default('x'), count: z.number().optional() });
const event = (type: string, time: number) => ({ type, category: 'basic' as const, time, properties: {} });

test('settings that the schema refuses are told with their place', () => {
  const type = wait({ ...common, type: 't/wait', settings, wait: () => ({}) });
  expect(() => testNode(type, { settings: { count: 'many' } })).toThrow(/t\/wait: settings[\s\S]*count/);
});

test('a port that the node does not have is refused with those it has', async () => {
  const route = () => ({ by: 'rules' as const, cases: [], otherwise: 'elsewhere' });
  const type = router({ ...common, type: 't/router', settings, ports: [{ id: 'a' }, { id: 'b' }], route });
  await expect(testNode(type).route()).rejects.toThrow('customer 1: expected one of the ports a, b, got elsewhere');
});

test('a router that answers for too few is refused', async () => {
  const type = router({ ...common, type: 't/router', settings, route: () => ({ by: 'each', choose: () => [] }) });
  await expect(testNode(type).route()).rejects.toThrow('expected 1 ports, one a customer, got 0');
});

test('a writer’s patches and merges are done as the engine does them', async () => {
  const type = writer({
    ...common,
    type: 't/writer',
    settings,
    handle: () => ({
      patches: [
        { customer: 1, traits: { a: null, b: 2 }, identities: [{ kind: 'email', value: 'x' }] },
        { customer: 2, identities: [{ kind: 'email', value: 'x' }], events: [{ ...event('seen', 5), messageId: 'm' }] },
        { customer: 2, events: [{ ...event('seen', 6), messageId: 'm' }] },
      ],
      merges: [{ customer: 2, into: 1, why: 'same' }],
    }),
  });
  const node = testNode(type, { customers: [{ traits: { a: 1 } }, { traits: { b: 9, c: 3 } }] });
  const { customers, ports, why } = await node.write();
  expect(customers).toMatchObject({
    1: { traits: { b: 2, c: 3 }, identities: [{ kind: 'email', value: 'x' }] },
  });
  expect(Object.keys(customers)).toEqual(['1']);
  expect(node.history(1).map(({ time }) => time)).toEqual([5]);
  expect(ports).toEqual({ 1: 'done', 2: 'done' });
  expect(why).toEqual(['same']);
});

test('a patch for a customer who is not there is refused', async () => {
  const type = writer({ ...common, type: 't/writer', settings, handle: () => ({ patches: [{ customer: 7 }] }) });
  await expect(testNode(type).write()).rejects.toThrow('expected one of the customers 1, got 7');
});

test('a wait without an end holds until its event', () => {
  const type = wait({
    ...common,
    type: 't/wait',
    settings,
    wait: () => ({ events: [{ type: 'reply', port: 'done' }] }),
  });
  const node = testNode(type, { now: 10 });
  expect(node.leavesBy(1_000_000)).toBeUndefined();
  expect(node.leavesBy(20, { type: 'reply', time: 15 })).toBe('done');
  expect(node.leavesBy(14, { type: 'reply', time: 15 })).toBeUndefined();
});

test('a source’s chunks come together, from the beginning or from a cursor', async () => {
  const type = source({
    ...common,
    type: 't/source',
    settings,
    entry: () => ({ on: 'records' }),
    async *read({ cursor }) {
      for (let n = Number(cursor ?? 0); n < 3; n++)
        yield { records: [{ identities: [], traits: { n } }], rejects: [], cursor: n + 1 };
    },
  });
  const all = await testNode(type).read();
  expect(all).toMatchObject({ cursor: 3, chunks: 3 });
  expect((await testNode(type).read(2)).records).toEqual(all.records.slice(2));
});

test('a report sees the population that the test wrote down', async () => {
  const type = report({
    ...common,
    type: 't/report',
    settings,
    report: async ({ population, settingsOf, turn }) => ({
      figures: {
        turn,
        arms: (await population.outcomes({ node: 'n', turn, goal: { event: 'e', within: 1 } })).length,
        word: String(settingsOf('n')?.word),
      },
    }),
  });
  const node = testNode(type, { turn: 2 });
  expect(await node.report({ outcomes: [{ port: 'a' }], settings: { n: { word: 'w' } } })).toEqual({
    figures: { turn: 2, arms: 1, word: 'w' },
  });
});

test('recency, frequency and worth are ranked over all who have such an event', async () => {
  const choose = async ({ read, now }: Pick<BatchContext<unknown>, 'read' | 'now'>) => {
    const quantiles = (measure: 'recency' | 'frequency' | 'monetary') =>
      read.quantiles({ event: 'order', measure, property: 'amount', probabilities: [0, 0.5, 1] });
    expect(await quantiles('frequency')).toEqual([1, 1, 2]);
    expect(await quantiles('monetary')).toEqual([0, 5, 7]);
    expect(await quantiles('recency')).toEqual([now - 9, now - 8, now - 7]);
    expect(await read.quantiles({ event: 'none', measure: 'frequency', probabilities: [0.5] })).toEqual([0]);
    return ['done', 'done', 'done', 'done'];
  };
  const type = router({ ...common, type: 't/each', settings, route: () => ({ by: 'each', choose }) });
  const order = (customer: number, time: number, amount: number | string) => ({
    type: 'order',
    customer,
    time,
    properties: { amount },
  });
  const events = [order(1, 7, 5), order(2, 8, 3), order(2, 6, 4), order(3, 9, 'many')];
  await testNode(type, { now: 10, customers: [{}, {}, {}, {}], events }).route();
});
