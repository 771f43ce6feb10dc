import { testNode } from '@osicam/engine/plugin/testing';
import { expect, test } from 'vitest';
import { delay } from './index.ts';

const now = Date.UTC(2026, 0, 31, 8);
const hour = 3_600_000;

test('a customer is held for the time that was set and not a moment longer', () => {
  const node = testNode(delay, { settings: { for: 'PT6H' }, now });
  expect(node.leavesBy(now + 6 * hour - 1)).toBeUndefined();
  expect(node.leavesBy(now + 6 * hour)).toBe('done');
});

test('a new delay is one day', () => {
  expect(testNode(delay, { now }).wait().until?.at).toBe(now + 24 * hour);
});

test('a month is one of the calendar of the installation, at the same local time', () => {
  const until = (duration: string, zone: string) =>
    new Date(testNode(delay, { settings: { for: duration }, now, zone }).wait().until?.at ?? 0).toISOString();
  expect(until('P1M', 'Europe/Berlin')).toBe('2026-02-28T08:00:00.000Z');
  expect(until('P2M', 'Europe/Berlin')).toBe('2026-03-31T07:00:00.000Z');
  expect(until('P2M', 'UTC')).toBe('2026-03-31T08:00:00.000Z');
});

test('a time that nobody can read, and none at all, is refused', () => {
  expect(() => testNode(delay, { settings: { for: 'two days' } })).toThrow('expected an ISO 8601 duration');
  expect(() => testNode(delay, { settings: { for: 'P0D' } })).toThrow('expected a duration longer than 0');
});
