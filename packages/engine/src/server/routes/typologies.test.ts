import { expect, test } from 'vitest';
import type { TypologiesPort } from '../ports.ts';
import { ServerError } from '../server-error.ts';
import { browserOf, noon, testPorts } from '../test-ports.ts';

const rule = { combinator: 'and' as const, rules: [{ field: 'plan', operator: '=', value: 'gold' }] };
const group = { name: 'Gold', rule, share: 0.5, profile: [], target: 0.3 };

function typologiesInMemory(): TypologiesPort {
  const saved = new Map<string, Awaited<ReturnType<TypologiesPort['list']>>[number]>();
  return {
    list: async () => [...saved.values()],
    propose: async (settings) => {
      if (settings.method === 'rfm') throw new ServerError(422, 'no-typology', 'expected at least 50 customers');
      return { groups: [{ ...group, rule: { ...rule } }], customers: 10, fidelity: 1, seconds: 0.1 };
    },
    save: async (id, { groups, ...rest }) => {
      saved.set(id, { id, ...rest, madeAt: noon, groups: groups.map((each) => ({ ...each, rule: { ...each.rule } })) });
    },
    remove: async (id) => saved.delete(id),
  };
}

test('a typology is proposed, saved with its groups, listed and forgotten', async () => {
  const call = browserOf(testPorts({ typologies: typologiesInMemory() }).ports);
  const settings = { method: 'kmeans', features: [{ kind: 'trait', name: 'age' }], groups: 3 };
  const proposed = await call('POST', '/api/typologies/propose', settings);
  expect(proposed.status).toBe(200);
  expect(await proposed.json()).toMatchObject({ groups: [{ name: 'Gold' }], fidelity: 1 });
  const body = { name: 'Ages', settings, groups: [{ ...group, segment: 'ages-gold' }], fidelity: 1, customers: 10 };
  expect((await call('PUT', '/api/typologies/ages', body)).status).toBe(200);
  expect(await (await call('GET', '/api/typologies')).json()).toMatchObject([{ id: 'ages', name: 'Ages', settings }]);
  expect((await call('DELETE', '/api/typologies/ages')).status).toBe(204);
  expect((await call('DELETE', '/api/typologies/ages')).status).toBe(404);
});

test('settings that give no typology are refused in words', async () => {
  const call = browserOf(testPorts({ typologies: typologiesInMemory() }).ports);
  const propose = async (settings: object) => {
    const answer = await call('POST', '/api/typologies/propose', settings);
    return { status: answer.status, text: await answer.text() };
  };
  expect(await propose({ method: 'rfm', event: 'order' })).toMatchObject({ status: 422 });
  const wrong = { method: 'rfm', event: 'order', within: 'P1Y' };
  const told = await propose(wrong);
  expect(told.status).toBe(400);
  expect(told.text).toContain('expected a duration of fixed length');
  expect((await propose({ method: 'guess' })).status).toBe(400);
  expect((await propose({ method: 'kmeans', features: [] })).status).toBe(400);
  const unsound = {
    method: 'tree',
    features: [{ kind: 'trait', name: 'a' }],
    target: { combinator: 'xor', rules: [] },
  };
  expect((await propose(unsound)).text).toContain('combinator');
});
