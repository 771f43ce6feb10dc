import { expect, test } from 'vitest';
import { browserOf, testPorts } from '../test-ports.ts';

test('the contact policy has sound defaults, and is set as a whole by an administrator who is written down', async () => {
  const { ports, done } = testPorts();
  const call = browserOf(ports);
  expect(await (await call('GET', '/api/policy')).json()).toMatchObject({
    marketingPurposes: ['marketing'],
    caps: [],
    complaints: { atMost: 'P30D' },
  });
  const policy = { caps: [{ per: 'week', max: 2 }], quietHours: [{ from: '21:00', to: '08:00' }], complaints: null };
  const response = await call('PUT', '/api/policy', policy);
  expect(response.status).toBe(200);
  const whole = await response.json();
  expect(whole).toEqual({
    marketingPurposes: ['marketing'],
    caps: [{ channel: '*', per: 'week', max: 2, beyond: 'suppress' }],
    quietHours: [{ channel: '*', from: '21:00', to: '08:00', days: [] }],
    complaints: null,
  });
  expect(await (await call('GET', '/api/policy')).json()).toEqual(whole);
  expect(done).toMatchObject([['policy', { complaints: null }, 'ada@example.com']]);
  expect(await (await call('GET', '/api/policy/audit')).json()).toMatchObject([
    { seq: 1, actor: 'ada@example.com', action: 'policy', detail: { before: { caps: [] }, after: whole } },
  ]);
});

test('a time of day or a cap that is none is refused, and the policy stays', async () => {
  const { ports, done } = testPorts();
  const call = browserOf(ports);
  for (const wrong of [
    { quietHours: [{ from: '25:00', to: '08:00' }] },
    { caps: [{ per: 'week', max: -1 }] },
    { caps: [{ per: 'century', max: 1 }] },
    { silence: true },
  ])
    expect([wrong, (await call('PUT', '/api/policy', wrong)).status]).toEqual([wrong, 400]);
  expect(done).toEqual([]);
});
