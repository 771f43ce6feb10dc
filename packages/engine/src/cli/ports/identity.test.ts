import { expect, test } from 'vitest';
import { propose } from '../../customers/index.ts';
import { testEngine } from '../../runner/test-engine.ts';
import { browserOf, testPorts } from '../../server/test-ports.ts';
import { defaultPrivacyPolicy, sightOf } from '../../server/index.ts';
import { identityMethods } from '../host/identity-methods.ts';
import { createIdentityPort } from './identity.ts';

async function installation() {
  const { db, engine, clock, people } = await testEngine([]);
  const host = identityMethods({ db, engine, now: () => clock.now(), wake: () => {} });
  const { ports } = testPorts({ identity: createIdentityPort((work) => db.read(work), host) });
  const call = browserOf(ports);
  const ask = async <T>(method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown) => {
    const response = await call(method, path, body);
    return { status: response.status, body: (await response.json()) as T };
  };
  await people([
    { firstName: 'Ann', lastName: 'Lee', city: 'Leeds', email: 'ann@example.com' },
    { firstName: 'Anne', lastName: 'Lee', city: 'York', email: 'ANN@example.com', plan: 'gold' },
    { firstName: 'Bob', lastName: 'Ray' },
    { firstName: 'Bob', lastName: 'Rae' },
  ]);
  await db.write((tx) =>
    propose(
      tx,
      [
        { customer: 2, other: 1, score: 0.93, why: 'e-mail the same' },
        { customer: 3, other: 4, score: 0.85, why: 'given name the same' },
      ],
      clock.now(),
    ),
  );
  return { db, ports, call, ask };
}

interface Page {
  total: number;
  next: string | null;
  proposals: {
    customer: { id: number; traits: Record<string, string> };
    other: { id: number };
    score: number;
    fields: { trait: string; agreement: string }[];
  }[];
}

test('who may be one is shown side by side, the most certain first, with what agrees before what does not', async () => {
  const { ask } = await installation();
  const { body } = await ask<Page>('GET', '/api/identity/proposals?limit=1');
  expect(body).toMatchObject({ total: 2, proposals: [{ customer: { id: 1 }, other: { id: 2 }, score: 0.93 }] });
  expect(body.proposals[0]?.fields).toEqual([
    { trait: 'email', agreement: 'agrees' },
    { trait: 'lastName', agreement: 'agrees' },
    { trait: 'firstName', agreement: 'similar' },
    { trait: 'city', agreement: 'differs' },
    { trait: 'plan', agreement: 'one' },
  ]);
  const second = await ask<Page>('GET', `/api/identity/proposals?limit=1&after=${body.next}`);
  expect(second.body).toMatchObject({ next: null, proposals: [{ customer: { id: 3 }, other: { id: 4 } }] });
});

test('a decision merges the two, or tells them apart for good, and says who decided', async () => {
  const { ask, db } = await installation();
  const decide = (pair: string, decision: string) =>
    ask<object>('POST', `/api/identity/proposals/${pair}`, { decision });
  expect(await decide('2/1', 'merge')).toEqual({ status: 200, body: { survivor: 1 } });
  expect((await decide('1/2', 'merge')).status).toBe(404);
  expect(await decide('3/4', 'apart')).toEqual({ status: 200, body: { survivor: null } });
  expect((await ask<Page>('GET', '/api/identity/proposals')).body.total).toBe(0);
  expect((await ask('GET', '/api/identity/decisions')).body).toMatchObject([
    { customer: 1, other: 2, state: 'merged', decidedBy: 'ada@example.com' },
    { customer: 3, other: 4, state: 'apart', decidedBy: 'ada@example.com' },
  ]);
  expect(await db.read((tx) => tx.all('SELECT actor, score, why FROM merge'))).toEqual([
    { actor: 'ada@example.com', score: 0.93, why: 'e-mail the same' },
  ]);
  // What is proposed again has been decided.
  await db.write((tx) => propose(tx, [{ customer: 3, other: 4, score: 0.99, why: 'again' }], 1));
  expect((await ask<Page>('GET', '/api/identity/proposals')).body.total).toBe(0);
});

test('all that are certain enough are decided at once, after they were counted', async () => {
  const { ask } = await installation();
  const all = (body: object) => ask('POST', '/api/identity/proposals', body);
  expect((await all({ decision: 'merge', above: 0.9, dryRun: true })).body).toEqual({ count: 1 });
  expect((await all({ decision: 'merge', above: 0.9 })).body).toEqual({ count: 1 });
  expect((await ask<Page>('GET', '/api/identity/proposals')).body).toMatchObject({
    total: 1,
    proposals: [{ customer: { id: 3 } }],
  });
});

test('a merge is undone by the page of the customer, once', async () => {
  const { ask } = await installation();
  await ask('POST', '/api/identity/proposals/1/2', { decision: 'merge' });
  expect(await ask('POST', '/api/customers/2/unmerge')).toMatchObject({
    status: 200,
    body: { customer: 2, from: 1, given: { identities: 1, traits: 1 }, left: [] },
  });
  expect((await ask('POST', '/api/customers/2/unmerge')).status).toBe(409);
  expect((await ask('POST', '/api/customers/99/unmerge')).status).toBe(404);
});

test('the policy has sound defaults, and is set as a whole', async () => {
  const { ask } = await installation();
  expect((await ask('GET', '/api/identity/policy')).body).toMatchObject({
    country: 'GB',
    kinds: [{ kind: 'userId', limit: 1 }, { kind: '*' }, { kind: 'email' }, { kind: 'phone' }, { kind: 'anonymousId' }],
    likeness: { merge: 0.95, propose: 0.8 },
  });
  expect((await ask('PUT', '/api/identity/policy', { country: 'DE' })).body).toMatchObject({ country: 'DE' });
  expect((await ask('PUT', '/api/identity/policy', { country: 'Germany' })).status).toBe(400);
  expect((await ask('PUT', '/api/identity/policy', { likeness: { merge: 0.6, propose: 0.7 } })).status).toBe(400);
});

test('whoever may not see who people are sees what agrees, and not what it is', async () => {
  const { ports } = await installation();
  const blind = browserOf({
    ...ports,
    privacy: {
      ...ports.privacy,
      sight: async () =>
        sightOf('viewer', defaultPrivacyPolicy, {
          isPersonal: (trait) => trait !== 'city',
          isPersonalProperty: () => true,
        }),
    },
  });
  const page = (await (await blind('GET', '/api/identity/proposals')).json()) as Page;
  expect(page.proposals[0]?.customer.traits).toEqual({
    firstName: '•••',
    lastName: '•••',
    city: 'Leeds',
    email: '•••',
  });
});
