import { expect, test } from 'vitest';
import { createApp } from '../create-app.ts';
import type { SchemaPort } from '../ports.ts';
import { asProgram, noon, testPorts } from '../test-ports.ts';

const attribute = (name: string, pii: boolean) => ({
  name,
  type: 'text' as const,
  declared: true,
  category: 'basic' as const,
  label: null,
  description: null,
  pii,
  indexed: false,
  seenAt: noon,
  came: [],
  kinds: {},
  share: null,
  misfits: 0,
});

function schemaInMemory(done: unknown[][]): SchemaPort {
  const note =
    (what: string) =>
    async (...args: unknown[]) => {
      done.push([what, ...args]);
      return true;
    };
  return {
    show: async () => ({
      closed: false,
      sampled: { customers: 0, events: 0 },
      traits: [attribute('email', true), attribute('plan', false)],
      events: [],
    }),
    declareAttribute: async (...args) => void (await note('declare')(...args)),
    undeclareAttribute: note('undeclare'),
    declareEvent: async (...args) => void (await note('declare event')(...args)),
    undeclareEvent: note('undeclare event'),
    close: async (...args) => void (await note('close')(...args)),
    misfits: async () => [
      {
        event: '',
        name: 'email',
        count: 1,
        personal: true,
        samples: [{ customer: 1, at: noon, value: 'ada@', source: 'import' }],
      },
    ],
    takeIn: async () => ({ taken: 1, outdated: 0, unfit: 0 }),
    discard: async () => 1,
    audit: async () => [],
  };
}

test('a viewer sees the schema and that something did not fit, and neither what is personal nor how to change it', async () => {
  const done: unknown[][] = [];
  const { ports } = testPorts({ schema: schemaInMemory(done) });
  const blindOperators = {
    ...ports,
    privacy: {
      ...ports.privacy,
      sight: async (role: 'viewer' | 'operator' | 'admin') => ({
        ...(await ports.privacy.sight(role)),
        personal: role === 'admin',
      }),
    },
  };
  const app = createApp(blindOperators);
  const as = async (role: 'viewer' | 'operator' | 'admin') =>
    asProgram(app, (await ports.tokens.create({ name: role, role })).secret);
  const [viewer, operator, admin] = [await as('viewer'), await as('operator'), await as('admin')];

  expect((await viewer('GET', '/api/schema')).status).toBe(200);
  expect(await (await viewer('GET', '/api/schema/misfits')).json()).toMatchObject([
    { name: 'email', count: 1, samples: [{ value: '•••', hidden: true }] },
  ]);
  expect(await (await admin('GET', '/api/schema/misfits')).json()).toMatchObject([{ samples: [{ value: 'ada@' }] }]);
  for (const [method, path, body] of [
    ['PUT', '/api/schema', { closed: true }],
    ['PUT', '/api/schema/traits/plan', { type: 'text' }],
    ['DELETE', '/api/schema/traits/plan', undefined],
    ['POST', '/api/schema/misfits/discard', { name: 'plan' }],
  ] as const)
    expect([path, (await viewer(method, path, body)).status]).toEqual([path, 403]);

  // Whoever may not see it could otherwise make it visible.
  expect((await operator('PUT', '/api/schema/traits/email', { pii: false })).status).toBe(403);
  expect((await operator('DELETE', '/api/schema/traits/email')).status).toBe(403);
  expect((await operator('PUT', '/api/schema/traits/email', { label: 'E-mail' })).status).toBe(204);
  expect((await operator('PUT', '/api/schema/traits/plan', { pii: false })).status).toBe(204);
  expect((await admin('PUT', '/api/schema/traits/email', { pii: false })).status).toBe(204);
  expect(done.map(([what, field]) => [what, (field as { name: string }).name])).toEqual([
    ['declare', 'email'],
    ['declare', 'plan'],
    ['declare', 'email'],
  ]);
});
