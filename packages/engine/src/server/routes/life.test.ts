import { expect, test } from 'vitest';
import { createApp } from '../create-app.ts';
import { browserOf, noon, testPorts } from '../test-ports.ts';

/** An app with a loop `churn`, called as a browser calls it, and what its port was asked. */
async function withLoop() {
  const { ports, done } = testPorts();
  const call = browserOf(ports);
  await call('POST', '/api/loops', { id: 'churn', name: 'Churn' });
  return { ports, call, done };
}

const read = async (response: Promise<Response>) => {
  const { status } = await response;
  return [status, await (await response).json()];
};

const selection = { all: true };
/** Every intervention with a body that is right. */
const changes: readonly [verb: string, body?: object][] = [
  ['pause'],
  ['archive'],
  ['restore'],
  ['resume', { overdue: 'spread', over: 'PT6H' }],
  ['migrate', { map: { old: 'new', gone: null } }],
  ['cancel', { selection }],
  ['replay', { selection, node: 'in' }],
  ['retry', { selection }],
  ['release', { selection, port: 'sent' }],
  ['redrive', { status: 'failed' }],
  ['enter', { parties: [{ identities: [{ kind: 'email', value: 'ada@example.com' }] }] }],
];

test('status, overdue and audit are told with instants in ISO 8601', async () => {
  const { call } = await withLoop();
  const at = new Date(noon).toISOString();
  expect(await read(call('GET', '/api/loops/churn/status'))).toMatchObject([
    200,
    { state: 'running', since: at, nextDue: null },
  ]);
  expect(await read(call('GET', '/api/loops/churn/overdue'))).toMatchObject([
    200,
    { pausedAt: at, total: { overdue: 2 } },
  ]);
  expect(await read(call('GET', '/api/loops/churn/audit?limit=7'))).toMatchObject([
    200,
    [{ at, actor: 'ada@example.com', action: 'publish', detail: { limit: 7 } }],
  ]);
  expect((await call('GET', '/api/loops/churn/audit?limit=0')).status).toBe(400);
});

test('every change reaches its port as it was asked, with the e-mail of who asked', async () => {
  const { call, done } = await withLoop();
  for (const [verb, body] of changes)
    expect([verb, (await call('POST', `/api/loops/churn/${verb}`, body)).status]).toEqual([verb, 200]);
  const actor = 'ada@example.com';
  expect(done).toEqual([
    ['pause', 'churn', actor],
    ['archive', 'churn', actor],
    ['restore', 'churn', actor],
    ['resume', 'churn', { overdue: 'spread', over: 'PT6H' }, actor],
    ['migrate', 'churn', { map: { old: 'new', gone: null }, dryRun: false }, actor],
    ['cancel', 'churn', selection, { dryRun: false }, actor],
    ['replay', 'churn', selection, { node: 'in', dryRun: false }, actor],
    ['retry', 'churn', selection, { dryRun: false }, actor],
    ['release', 'churn', selection, { port: 'sent', exit: false, dryRun: false }, actor],
    ['redrive', 'churn', { status: 'failed' }, { dryRun: false }, actor],
    [
      'enter',
      'churn',
      { parties: [{ identities: [{ kind: 'email', value: 'ada@example.com' }], traits: {}, consents: [] }] },
      actor,
    ],
  ]);
});

test('a dry run is asked for by the address or by the body, and reaches the port as one', async () => {
  const { call, done } = await withLoop();
  const counted = changes.filter(([verb]) =>
    ['migrate', 'cancel', 'replay', 'retry', 'release', 'redrive'].includes(verb),
  );
  expect(counted).toHaveLength(6);
  for (const [verb, body] of counted)
    for (const [query, more] of [
      ['?dryRun=true', {}],
      ['', { dryRun: true }],
      ['?dryRun=false', { dryRun: true }],
    ] as const) {
      // What the test's port is asked twice in a row it takes for a conflict.
      done.length = 0;
      const [status, answer] = await read(call('POST', `/api/loops/churn/${verb}${query}`, { ...body, ...more }));
      expect([verb, query, status, answer]).toMatchObject([verb, query, 200, { dryRun: true }]);
    }
  expect((await call('POST', '/api/loops/churn/cancel?dryRun=perhaps', { selection })).status).toBe(400);
});

test('a selection that names nobody is refused, and never means everybody', async () => {
  const { call, done } = await withLoop();
  for (const verb of ['cancel', 'replay', 'retry', 'release'])
    for (const nobody of [{}, { customers: [] }, { identities: [], node: 'mail' }, { customers: [], all: true }]) {
      const [status, answer] = await read(call('POST', `/api/loops/churn/${verb}`, { selection: nobody }));
      expect([verb, nobody, status, answer]).toMatchObject([
        verb,
        nobody,
        422,
        { error: { message: expect.stringContaining('names nobody') } },
      ]);
    }
  for (const wrong of [
    undefined,
    { selection: 'all' },
    { selection: { all: false } },
    { selection: { everybody: true } },
  ])
    expect((await call('POST', '/api/loops/churn/cancel', wrong ?? {})).status).toBe(400);
  expect((await call('POST', '/api/loops/churn/redrive', { status: 'failed', keys: [] })).status).toBe(422);
  expect((await call('POST', '/api/loops/churn/redrive', {})).status).toBe(400);
  expect((await call('POST', '/api/loops/churn/enter', { parties: [] })).status).toBe(400);
  expect(done).toEqual([]);
});

test('a rule that is not sound, or a choice that contradicts itself, is refused with what is wrong', async () => {
  const { call, done } = await withLoop();
  const rule = { combinator: 'and', rules: [{ field: 'age', operator: 'resembles', value: 3 }] };
  const [status, answer] = await read(call('POST', '/api/loops/churn/cancel', { selection: { rule } }));
  expect([status, answer]).toMatchObject([
    422,
    { error: { problems: [{ path: 'selection.rule.rules[0].operator' }] } },
  ]);
  for (const [verb, body] of [
    ['resume', { overdue: 'spread' }],
    ['resume', { overdue: 'skip', over: 'PT1H' }],
    ['release', { selection, port: 'sent', exit: true }],
  ] as const)
    expect([verb, (await call('POST', `/api/loops/churn/${verb}`, body)).status]).toEqual([verb, 422]);
  expect(done).toEqual([]);
});

test('what the state of the loop does not allow is a conflict, told in the words of the port', async () => {
  const { call } = await withLoop();
  for (const [verb, body] of changes) {
    await call('POST', `/api/loops/churn/${verb}`, body);
    const [status, answer] = await read(call('POST', `/api/loops/churn/${verb}`, body));
    expect([verb, status, answer]).toMatchObject([verb, 409, { error: { message: 'the loop churn is so already' } }]);
  }
});

test('a loop that is not there is 404 for every verb, and nothing is asked of the engine', async () => {
  const { call, done } = await withLoop();
  for (const verb of ['status', 'audit', 'overdue'])
    expect([verb, (await call('GET', `/api/loops/none/${verb}`)).status]).toEqual([verb, 404]);
  for (const [verb, body] of changes)
    expect([verb, (await call('POST', `/api/loops/none/${verb}`, body)).status]).toEqual([verb, 404]);
  expect(done).toEqual([]);
});

test('a body of another type, broken, or too long is refused before the engine is asked', async () => {
  const { ports, done } = await withLoop();
  const app = createApp(ports);
  const post = async (verb: string, body: string, type: string) => {
    const headers = { cookie: 'signed-in', 'sec-fetch-site': 'same-origin', 'content-type': type };
    return (await app.request(`/api/loops/churn/${verb}`, { method: 'POST', headers, body })).status;
  };
  for (const [verb, body] of changes.filter(([, body]) => body)) {
    expect([verb, await post(verb, JSON.stringify(body), 'text/plain')]).toEqual([verb, 415]);
    expect([verb, await post(verb, '{', 'application/json')]).toEqual([verb, 400]);
    expect([verb, await post(verb, `{"a":"${'a'.repeat(9 * 1024 * 1024)}"}`, 'application/json')]).toEqual([verb, 413]);
  }
  expect(done).toEqual([]);
});
