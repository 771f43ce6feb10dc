import { testNode } from '@osicam/engine/plugin/testing';
import { expect, test } from 'vitest';
import { waitForSegment } from './index.ts';

const now = Date.UTC(2026, 0, 1);
const day = 86_400_000;
const settings = { segment: 'at-risk', timeout: 'P10D' };

test('a customer leaves as it comes into the segment', () => {
  const node = testNode(waitForSegment, { settings, now });
  expect(node.leavesBy(now + 9 * day)).toBeUndefined();
  const crossing = { segment: 'at-risk', when: 'entered', time: now + 3 * day } as const;
  expect(node.leavesBy(now + 9 * day, crossing)).toBe('done');
  expect(node.leavesBy(now + 9 * day, { ...crossing, when: 'left' })).toBeUndefined();
  expect(node.leavesBy(now + 9 * day, { ...crossing, segment: 'other' })).toBeUndefined();
});

test('who is so already goes on at once', () => {
  expect(testNode(waitForSegment, { settings, now, segments: ['at-risk'] }).leavesBy(now)).toBe('done');
  const left = { ...settings, when: 'left' };
  expect(testNode(waitForSegment, { settings: left, now, segments: ['other'] }).leavesBy(now)).toBe('done');
  expect(testNode(waitForSegment, { settings: left, now, segments: ['at-risk'] }).leavesBy(now)).toBeUndefined();
});

test('when time is up it leaves by the timeout', () => {
  expect(testNode(waitForSegment, { settings, now }).leavesBy(now + 10 * day)).toBe('timeout');
});

test('an event of the same name is no segment', () => {
  const node = testNode(waitForSegment, { settings, now });
  expect(node.leavesBy(now + day, { type: 'at-risk', time: now })).toBeUndefined();
});
