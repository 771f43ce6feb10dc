import { testNode } from '@osicam/engine/plugin/testing';
import { expect, test } from 'vitest';
import { end } from './index.ts';

test('everybody leaves the loop by a port that takes no edge', async () => {
  expect(await testNode(end, { customers: [{}, {}] }).route()).toEqual({ 1: 'ended', 2: 'ended' });
  expect(end.ports).toMatchObject([{ id: 'ended', terminal: true }]);
});
