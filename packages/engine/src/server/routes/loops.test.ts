import { expect, test } from 'vitest';
import { browserOf, testPorts } from '../test-ports.ts';

const drawing = (id: string) => ({
  format: 'osicam/loop@1',
  id,
  name: 'Churn',
  nodes: [{ id: 'a', type: 'flow/end', position: { x: 0, y: 0 }, data: { label: '', settings: {} } }],
  edges: [],
});

test('a loop is made from its name, and a second of that name gets a number', async () => {
  const call = browserOf(testPorts().ports);
  const first = await call('POST', '/api/loops', { name: 'Rückruf & Rettung!' });
  expect(first.status).toBe(201);
  expect(await first.json()).toMatchObject({
    id: 'ruckruf-rettung',
    revision: 1,
    document: { nodes: [] },
    published: null,
  });
  const second = await call('POST', '/api/loops', { name: 'Rückruf & Rettung' });
  expect(await second.json()).toMatchObject({ id: 'ruckruf-rettung-2' });
  expect(await (await call('POST', '/api/loops', { name: '顧客' })).json()).toMatchObject({ id: 'loop' });
});

test('an id that is taken is a conflict', async () => {
  const call = browserOf(testPorts().ports);
  await call('POST', '/api/loops', { id: 'churn', name: 'Churn' });
  const again = await call('POST', '/api/loops', { id: 'churn', name: 'Churn' });
  expect(again.status).toBe(409);
  expect(await again.json()).toMatchObject({ error: { code: 'conflict' } });
});

test('a document comes back as it was saved, with instants in ISO 8601', async () => {
  const call = browserOf(testPorts().ports);
  await call('POST', '/api/loops', { id: 'churn', name: 'Churn', document: drawing('other') });
  const saved = await call('PUT', '/api/loops/churn', { document: drawing('churn'), revision: 1 });
  expect(saved.status).toBe(200);
  expect(await (await call('POST', '/api/loops/churn/publish', { revision: 2 })).json()).toEqual({ version: 1 });
  expect(await (await call('GET', '/api/loops/churn')).json()).toEqual({
    id: 'churn',
    name: 'Churn',
    revision: 2,
    document: drawing('churn'),
    problems: [],
    published: { version: 1, publishedAt: '2026-03-01T12:00:00.000Z', document: drawing('churn'), sameAsDraft: true },
  });
  expect(await (await call('GET', '/api/loops')).json()).toMatchObject([
    { updatedAt: '2026-03-01T12:00:00.000Z', published: { version: 1, publishedAt: '2026-03-01T12:00:00.000Z' } },
  ]);
});

test('a draft made on an older revision is refused', async () => {
  const call = browserOf(testPorts().ports);
  await call('POST', '/api/loops', { id: 'churn', name: 'Churn' });
  await call('PUT', '/api/loops/churn', { document: drawing('churn'), revision: 1 });
  const late = await call('PUT', '/api/loops/churn', { document: drawing('churn'), revision: 1 });
  expect(late.status).toBe(409);
});

test('a document that is no loop is refused with every problem and its path in the document', async () => {
  const call = browserOf(testPorts().ports);
  await call('POST', '/api/loops', { id: 'churn', name: 'Churn' });
  const document = { ...drawing('churn'), nodes: [{ id: 'a', type: 'Nonsense', position: { x: 0 }, data: {} }] };
  const response = await call('PUT', '/api/loops/churn', { document, revision: 1 });
  expect(response.status).toBe(422);
  const { error } = (await response.json()) as { error: { code: string; problems: { path: string }[] } };
  expect(error.code).toBe('invalid-loop');
  expect(error.problems.map(({ path }) => path)).toEqual(['nodes[0].type', 'nodes[0].position.y']);
  const renamed = await call('PUT', '/api/loops/churn', { document: drawing('other'), revision: 1 });
  expect(renamed.status).toBe(422);
});

test('publishing a loop that is not sound answers its problems', async () => {
  const call = browserOf(testPorts().ports);
  await call('POST', '/api/loops', { id: 'churn', name: 'Churn' });
  const response = await call('POST', '/api/loops/churn/publish', { revision: 1 });
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({ error: { code: 'invalid-loop', problems: [{ code: 'empty' }] } });
});

test('warnings alone leave a document valid', async () => {
  const response = await browserOf(testPorts().ports)('POST', '/api/loops/validate', { document: { anything: true } });
  expect(await response.json()).toMatchObject({ ok: true, problems: [{ level: 'warning' }] });
});

test('a loop that is not there is 404 on every path', async () => {
  const call = browserOf(testPorts().ports);
  for (const path of ['', '/counts', '/live', '/reports', '/learnings', '/parked'])
    expect([path, (await call('GET', `/api/loops/none${path}`)).status]).toEqual([path, 404]);
  expect((await call('DELETE', '/api/loops/none')).status).toBe(404);
  expect((await call('POST', '/api/loops/none/publish', { revision: 1 })).status).toBe(404);
  expect((await call('PUT', '/api/loops/none', { document: drawing('none'), revision: 1 })).status).toBe(404);
});

test('a removed loop is gone', async () => {
  const call = browserOf(testPorts().ports);
  await call('POST', '/api/loops', { id: 'churn', name: 'Churn' });
  const removed = await call('DELETE', '/api/loops/churn');
  expect([removed.status, await removed.text()]).toEqual([204, '']);
  expect((await call('GET', '/api/loops/churn')).status).toBe(404);
});

test('broken JSON, another media type, a prototype in disguise and a body too long are each told apart', async () => {
  const { ports } = testPorts();
  const { createApp } = await import('../create-app.ts');
  const app = createApp(ports);
  const post = async (body: string, type = 'application/json') => {
    const headers = { cookie: 'signed-in', 'sec-fetch-site': 'same-origin', 'content-type': type };
    const response = await app.request('/api/loops', { method: 'POST', headers, body });
    return [response.status, ((await response.json()) as { error: { code: string } }).error.code];
  };
  expect(await post('{')).toEqual([400, 'json']);
  expect(await post('{"name":"A"}', 'text/plain')).toEqual([415, 'media-type']);
  expect(await post('{"name":"A","document":{"__proto__":{"x":1}}}')).toEqual([400, 'json']);
  expect(await post('{"name":"A","document":{"\\u005f_proto__":{"x":1}}}')).toEqual([400, 'json']);
  expect(await post(`{"name":"${'A'.repeat(9 * 1024 * 1024)}"}`)).toEqual([413, 'too-large']);
  expect(await post('{}')).toEqual([400, 'invalid']);
  expect(await ports.loops.list()).toEqual([]);
});
