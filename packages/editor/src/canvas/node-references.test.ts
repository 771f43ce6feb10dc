import { expect, test } from 'vitest';
import type { NodeTypeDescription } from '../api/contract.ts';
import { referencesOf } from './node-references.ts';

const node = { type: 'string', format: 'node-id' };
const type = {
  type: 'measure/uplift',
  settings: {
    properties: { experiment: node, nodes: { type: 'array', items: node }, goal: { type: 'string' } },
  },
} as unknown as NodeTypeDescription;
const isReference = referencesOf(new Map([[type.type, type]]));

test('settings whose format is node-id name a node, in lists too', () => {
  expect(isReference('measure/uplift', ['experiment'])).toBe(true);
  expect(isReference('measure/uplift', ['nodes', 2])).toBe(true);
});

test('any other setting names none', () => {
  expect(isReference('measure/uplift', ['goal'])).toBe(false);
  expect(isReference('unknown/type', ['experiment'])).toBe(false);
});
