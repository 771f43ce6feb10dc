import { expect, test } from 'vitest';
import type { ServerPorts } from '../ports.ts';
import { browserOf, testPorts } from '../test-ports.ts';

test('what rules can ask about is asked of the store once in a while, however often pages ask', async () => {
  const { ports } = testPorts();
  let asked = 0;
  const contract = {
    name: 'Contract',
    type: 'string',
    category: 'order',
    pii: false,
    values: ['Month-to-month'],
  } as const;
  const customers: ServerPorts['customers'] = {
    ...ports.customers,
    fields: async () => {
      asked++;
      return { traits: [{ ...contract, values: [...contract.values] }], events: [], groups: [] };
    },
  };
  const call = browserOf({ ...ports, customers });
  const answers = await Promise.all([1, 2, 3].map(async () => (await call('GET', '/api/fields')).json()));
  expect(answers[2]).toEqual({ traits: [contract], events: [], groups: [] });
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

test('when a schedule comes due next is told in the time zone asked for, or in that of the installation', async () => {
  const call = browserOf(testPorts({ zone: 'Asia/Tokyo' }).ports);
  const asked = async (query: string) => {
    const answer = await call('GET', `/api/schedule?${query}`);
    return { status: answer.status, body: (await answer.json()) as unknown };
  };
  expect(await asked('cron=0+8+*+*+1')).toEqual({
    status: 200,
    body: {
      zone: 'Asia/Tokyo',
      next: ['2026-03-01T23:00:00.000Z', '2026-03-08T23:00:00.000Z', '2026-03-15T23:00:00.000Z'],
    },
  });
  expect(await asked('cron=0+8+*+*+1&zone=Europe/Berlin')).toMatchObject({
    body: { zone: 'Europe/Berlin', next: ['2026-03-02T07:00:00.000Z', '2026-03-09T07:00:00.000Z', expect.any(String)] },
  });
  expect(await asked('cron=often')).toMatchObject({ status: 422 });
  expect(await asked('cron=0+8+*+*+1&zone=Nowhere')).toMatchObject({ status: 422 });
});
