import { expect, test } from 'vitest';
import type { ServerPorts } from '../ports.ts';
import { browserOf, testPorts } from '../test-ports.ts';

test('what rules can ask about is asked of the store once in a while, however often pages ask', async () => {
  const { ports } = testPorts();
  let asked = 0;
  const customers: ServerPorts['customers'] = {
    ...ports.customers,
    fields: async () => {
      asked++;
      return { traits: [{ name: 'Contract', type: 'string', values: ['Month-to-month'] }], events: [] };
    },
  };
  const call = browserOf({ ...ports, customers });
  const answers = await Promise.all([1, 2, 3].map(async () => (await call('GET', '/api/fields')).json()));
  expect(answers[2]).toEqual({
    traits: [{ name: 'Contract', type: 'string', values: ['Month-to-month'] }],
    events: [],
  });
  expect(asked).toBe(1);
});

test('a node type that is not installed has no ports', async () => {
  const { ports } = testPorts({
    nodes: {
      describe: () => [],
      ports: (type) =>
        type === 'flow/split' ? { ports: [{ id: 'a' }, { id: 'b', terminal: true }], problems: [] } : undefined,
    },
  });
  const call = browserOf(ports);
  expect(await (await call('POST', '/api/nodes/ports', { type: 'flow/split', settings: {} })).json()).toEqual({
    ports: [{ id: 'a' }, { id: 'b', terminal: true }],
    problems: [],
  });
  expect((await call('POST', '/api/nodes/ports', { type: 'no/such', settings: {} })).status).toBe(404);
});
