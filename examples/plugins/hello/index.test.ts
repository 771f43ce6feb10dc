import { testNode } from '@osicam/engine/plugin/testing';
import { expect, test } from 'vitest';
import { greet } from './index.ts';

test('each customer is greeted by name', async () => {
  const node = testNode(greet, { settings: { word: 'Ahoy' }, customers: [{ traits: { name: 'Ann' } }] });
  expect((await node.write()).customers[1]?.traits).toEqual({ name: 'Ann', greeting: 'Ahoy, Ann!' });
});
