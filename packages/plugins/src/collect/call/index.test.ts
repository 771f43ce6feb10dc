import { testNode } from '@osicam/engine/plugin/testing';
import { expect, test } from 'vitest';
import { call } from './index.ts';

test('whoever another system names may come again unless told otherwise', () => {
  expect(testNode(call).entry).toEqual({ on: 'call', again: 'always' });
  expect(testNode(call, { settings: { again: 'never' } }).entry.again).toBe('never');
});
