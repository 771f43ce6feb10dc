import { expect, test } from 'vitest';
import { browserOf, testPorts } from '../test-ports.ts';

test('a page learns who is signed in, where, and what the clock says', async () => {
  const response = await browserOf(testPorts().ports)('GET', '/api/me');
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(await response.json()).toEqual({
    user: { id: 'u1', name: 'Ada', email: 'ada@example.com' },
    role: 'admin',
    installation: { version: '0.1.0', demo: false },
    clock: { mode: 'virtual', now: '2026-03-01T12:00:00.000Z', speed: 1 },
  });
});
