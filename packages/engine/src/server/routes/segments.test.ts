import { expect, test } from 'vitest';
import type { SegmentsPort } from '../ports.ts';
import { conflict, ServerError } from '../server-error.ts';
import { browserOf, noon, testPorts } from '../test-ports.ts';

function segmentsInMemory(): SegmentsPort {
  const segments = new Map<string, Awaited<ReturnType<SegmentsPort['list']>>[number]>();
  return {
    list: async () => [...segments.values()],
    get: async (id) => segments.get(id),
    save: async ({ id, name, rule }) => {
      segments.set(id, { id, name, rule: rule as Record<string, unknown>, updatedAt: noon, ...around });
    },
    remove: async (id) => {
      if (id === 'watched') throw conflict('the segment watched is used by the loop churn: take it out there first');
      return segments.delete(id);
    },
    preview: async (rule, { id }) => {
      if (id === 'circle') throw new ServerError(422, 'invalid-rule', 'rule: a segment leads to itself');
      return { count: JSON.stringify(rule).length, total: 100, sample: [], seconds: 0.01 };
    },
    overlap: async (id, other) =>
      [...segments.values()]
        .filter((each) => each.id !== id && (other === undefined || each.id === other))
        .map(({ id, name }) => ({ id, name, own: 3, other: 4, both: 2 })),
    members: async (id) => (segments.has(id) ? { members: [], next: null } : undefined),
  };
}

const around = { count: null, typology: null, uses: { loops: [], segments: [] } };
const rule = { combinator: 'and', rules: [{ field: 'plan', operator: '=', value: 'gold' }] };

test('a segment is made, seen, changed and deleted', async () => {
  const call = browserOf(testPorts({ segments: segmentsInMemory() }).ports);
  const made = await call('PUT', '/api/segments/gold', { name: ' Gold ', rule });
  expect(made.status).toBe(200);
  const gold = { id: 'gold', name: 'Gold', rule, updatedAt: '2026-03-01T12:00:00.000Z', ...around };
  expect(await made.json()).toEqual(gold);
  expect(await (await call('GET', '/api/segments')).json()).toEqual([gold]);
  expect(await (await call('PUT', '/api/segments/gold', { name: 'Best', rule })).json()).toMatchObject({
    name: 'Best',
  });
  expect((await call('DELETE', '/api/segments/gold')).status).toBe(204);
  expect((await call('GET', '/api/segments/gold')).status).toBe(404);
  expect((await call('DELETE', '/api/segments/gold')).status).toBe(404);
});

test('a rule that is not sound is refused with its path, and one in use is not deleted', async () => {
  const call = browserOf(testPorts({ segments: segmentsInMemory() }).ports);
  const wrong = { combinator: 'and', rules: [{ field: 'plan', operator: 'is', value: 'gold' }] };
  const refused = await call('PUT', '/api/segments/gold', { name: 'Gold', rule: wrong });
  expect(refused.status).toBe(400);
  expect(JSON.stringify(await refused.json())).toContain('rule.rules[0].operator');
  expect((await call('PUT', '/api/segments/Not%20an%20id', { name: 'Gold', rule })).status).toBe(400);
  const used = await call('DELETE', '/api/segments/watched');
  expect(used.status).toBe(409);
  expect(await used.text()).toContain('used by the loop churn');
});

test('a rule is previewed without being saved, and one that leads to itself is refused', async () => {
  const call = browserOf(testPorts({ segments: segmentsInMemory() }).ports);
  const seen = await call('POST', '/api/segments/preview', { rule });
  expect(await seen.json()).toMatchObject({ total: 100, sample: [] });
  expect((await call('POST', '/api/segments/preview', { rule, id: 'circle' })).status).toBe(422);
  expect((await call('POST', '/api/segments/preview', { rule: { combinator: 'and' } })).status).toBe(400);
  expect(await (await call('GET', '/api/segments')).json()).toEqual([]);
});

test('the overlap is with every other segment or with one, and members of no segment are not found', async () => {
  const call = browserOf(testPorts({ segments: segmentsInMemory() }).ports);
  for (const id of ['a', 'b', 'c']) await call('PUT', `/api/segments/${id}`, { name: id, rule });
  const overlap = async (query = '') => (await call('GET', `/api/segments/a/overlap${query}`)).json();
  expect(await overlap()).toHaveLength(2);
  expect(await overlap('?with=c')).toEqual([{ id: 'c', name: 'c', own: 3, other: 4, both: 2 }]);
  expect(await (await call('GET', '/api/segments/a/members?limit=5')).json()).toEqual({ members: [], next: null });
  expect((await call('GET', '/api/segments/none/members')).status).toBe(404);
  expect((await call('GET', '/api/segments/a/members?limit=5000')).status).toBe(400);
});
