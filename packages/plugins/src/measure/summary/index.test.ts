import { testNode } from '@osicam/engine/plugin/testing';
import { expect, test } from 'vitest';
import { summary } from './index.ts';

const population = {
  nodes: [
    { id: 'split', type: 'flow/split', label: 'Halves', entered: 10, ports: { a: 6, b: 4 } },
    { id: 'mail', type: 'interact/email', label: '', entered: 6, ports: { sent: 5, failed: 1, suppressed: 0 } },
  ],
  messages: [
    { node: 'mail', status: 'sent', count: 5, cost: 25 },
    { node: 'mail', status: 'failed', count: 1, cost: 0 },
    { node: 'call', status: 'sent', count: 2, cost: 400 },
  ],
};

test('nodes, messages and their cost are counted', async () => {
  const { figures } = await testNode(summary).report(population);
  expect(figures).toMatchObject({
    nodes: [
      { id: 'split', entered: 10, ports: { a: 6, b: 4 } },
      { id: 'mail', entered: 6 },
    ],
    messages: { count: 8, cost: 425, currency: 'EUR', byStatus: { sent: 7, failed: 1 } },
  });
});

test('only the chosen nodes are counted', async () => {
  const { figures } = await testNode(summary, { settings: { nodes: ['mail'] } }).report(population);
  expect(figures.nodes).toHaveLength(1);
  expect(figures.messages).toMatchObject({ count: 6, cost: 25 });
});

test('a loop that nobody entered counts nothing', async () => {
  const { figures } = await testNode(summary).report({});
  expect(figures).toMatchObject({ nodes: [], messages: { count: 0, cost: 0, byStatus: {} } });
});
