import { testNode } from '@osicam/engine/plugin/testing';
import { expect, test } from 'vitest';
import { segment } from './index.ts';

test('a customer enters as it comes into a segment, or goes out of it', () => {
  expect(testNode(segment, { settings: { segment: 'at-risk' } }).entry).toEqual({
    on: 'segment',
    segment: 'at-risk',
    when: 'entered',
    again: 'always',
  });
  expect(testNode(segment, { settings: { segment: 'at-risk', when: 'left' } }).entry).toMatchObject({ when: 'left' });
});

test('an entry without a segment is refused', () => {
  expect(() => testNode(segment)).toThrow('segment');
});
