import { testNode } from '@osicam/engine/plugin/testing';
import { expect, test } from 'vitest';
import { delay } from './index.ts';

const now = Date.UTC(2026, 0, 1);
const hour = 3_600_000;

test('a customer is held for the time that was set and not a moment longer', () => {
  const node = testNode(delay, { settings: { for: 'PT6H' }, now });
  expect(node.leavesBy(now + 6 * hour - 1)).toBeUndefined();
  expect(node.leavesBy(now + 6 * hour)).toBe('done');
});

test('a new delay is one day', () => {
  expect(testNode(delay, { now }).wait().until?.at).toBe(now + 24 * hour);
});

test('a time that nobody can read is refused', () => {
  expect(() => testNode(delay, { settings: { for: 'two days' } })).toThrow('expected an ISO 8601 duration');
});
