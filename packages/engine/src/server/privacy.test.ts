import { expect, test } from 'vitest';
import { importRecords, indexCustomers, readTimeline, searchCustomers, showCustomer } from '../customers/index.ts';
import { openSqlite } from '../store/sqlite.ts';
import { createApp } from './create-app.ts';
import { digestOfApiToken, newApiToken } from './api-tokens.ts';
import { sightOf } from './privacy.ts';
import type { ServerPorts } from './ports.ts';
import { defaultPrivacyPolicy, privacyPolicyShape } from './shapes/privacy.ts';
import { asProgram, noon, testPorts } from './test-ports.ts';

const secrets = ['Ann Quill', 'ann@example.com', 'wants a blue one', 'Mondgasse 3', 'recording 4711'];

/** A server over a real base, and callers of each role. */
async function served() {
  const db = await openSqlite('sqlite::memory:');
  await db.write((tx) =>
    importRecords(
      tx,
      [
        {
          identities: [{ kind: 'email', value: 'ann@example.com' }],
          traits: { name: 'Ann Quill', plan: 'gold' },
          events: [{ type: 'Note Added', category: 'contact', time: noon, properties: { note: 'wants a blue one' } }],
          consents: [{ channel: 'email', purpose: 'offers', granted: true, source: 'form', proof: 'recording 4711' }],
          relationships: [{ kind: 'household', key: 'Mondgasse 3' }],
        },
      ],
      { now: noon, source: 'test' },
    ),
  );
  await db.write((tx) => indexCustomers(tx));
  const { ports } = testPorts();
  const token = newApiToken();
  const customers: ServerPorts['customers'] = {
    ...ports.customers,
    search: async ({ search, limit, blind = false }) => {
      const page = await db.read((tx) => searchCustomers(tx, { text: search ?? '', limit, blind }));
      return {
        total: 1,
        next: null,
        customers: page.customers.map(({ id, traits }) => ({
          id,
          name: String(traits.name),
          email: 'ann@example.com',
          phone: null,
          traits: { ...traits },
          updatedAt: noon,
        })),
      };
    },
    show: (id) => db.read((tx) => showCustomer(tx, id, { now: noon })),
    timeline: async (id) => ({ ...(await db.read((tx) => readTimeline(tx, id))), next: null }),
  };
  const as = (role: 'viewer' | 'operator', policy = defaultPrivacyPolicy) =>
    asProgram(
      createApp({
        ...ports,
        customers,
        privacy: {
          ...ports.privacy,
          sight: async (of) =>
            sightOf(of, policy, {
              isPersonal: (trait) => ['name', 'email', 'phone'].includes(trait),
              isPersonalProperty: () => false,
            }),
        },
        tokens: {
          ...ports.tokens,
          check: async () => ({ digest: digestOfApiToken(token), name: 'test', role, createdAt: noon }),
        },
      }),
      token,
    );
  return { as, close: () => db.close() };
}

const paths = ['/api/customers', '/api/customers/1', '/api/customers/1/timeline'];

test('a viewer sees what there is and not what it says; an operator sees it', async () => {
  const { as, close } = await served();
  for (const path of paths) {
    const seen = await (await as('viewer')('GET', path)).text();
    for (const secret of secrets) expect(seen).not.toContain(secret);
    expect(seen).toContain('•••');
    const whole = await (await as('operator')('GET', path)).text();
    expect(secrets.some((secret) => whole.includes(secret))).toBe(true);
    expect(whole).not.toContain('•••');
  }
  expect(await (await as('viewer')('GET', '/api/customers/1')).json()).toMatchObject({
    hidden: true,
    traits: { name: '•••', plan: 'gold' },
    consents: [{ purpose: 'offers', granted: true, proof: '•••' }],
  });
  await close();
});

test('a search tells a viewer nothing of what is masked', async () => {
  const { as, close } = await served();
  const ids = async (role: 'viewer' | 'operator', search: string) => {
    const answer = await as(role)('GET', `/api/customers?search=${encodeURIComponent(search)}`);
    return ((await answer.json()) as { customers: { id: number }[] }).customers.map(({ id }) => id);
  };
  for (const search of ['ann', 'qu', 'ann@example.com']) {
    expect(await ids('viewer', search)).toEqual([]);
    expect(await ids('operator', search)).toEqual([1]);
  }
  expect(await ids('viewer', 'gold')).toEqual([1]);
  await close();
});

test('the policy says what each role sees, an administrator sees all, and what it does not say is as it was', async () => {
  const { as, close } = await served();
  const open = privacyPolicyShape.parse({ viewer: { personal: true, messages: false } });
  const seen = await (await as('viewer', open)('GET', '/api/customers/1')).text();
  expect(seen).toContain('Ann Quill');
  expect(seen).not.toContain('wants a blue one');
  expect(open.operator).toEqual({ personal: true, messages: true });
  const none = { isPersonal: () => true, isPersonalProperty: () => true };
  const closed = privacyPolicyShape.parse({ operator: { personal: false, messages: false } });
  expect(sightOf('operator', closed, none)).toMatchObject({ personal: false });
  expect(sightOf('admin', closed, none)).toMatchObject({ personal: true, messages: true });
  await close();
});

test('a viewer changes, exports and erases nobody, and an operator exports and erases nobody', async () => {
  const { as, close } = await served();
  const status = async (role: 'viewer' | 'operator', path: string, body: unknown) =>
    (await as(role)('POST', path, body)).status;
  expect(await status('viewer', '/api/customers/1', { note: 'x' })).toBe(403);
  for (const path of ['/api/customers/1/export', '/api/customers/1/erase'])
    expect(await status('operator', path, {})).toBe(403);
  await close();
});
