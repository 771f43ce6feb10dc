import { expect, test } from 'vitest';
import { readUplift } from './read-uplift.ts';

const arm = { customers: 100, open: 0, conversions: 20, rate: 0.2 };

test('figures of an experiment are read with their interval', () => {
  const read = readUplift({
    goal: 'renewal',
    holdout: arm,
    treated: {
      ...arm,
      uplift: { difference: 0.1, low: 0.02, high: 0.18, pValue: 0.01 },
      incrementalValue: null,
      return: 4,
    },
    arms: [{ port: 'email', ...arm }],
  });
  expect(read?.treated.uplift).toEqual({ estimate: 0.1, low: 0.02, high: 0.18, pValue: 0.01 });
  expect(read).toMatchObject({ goal: 'renewal', arms: [{ port: 'email' }], groups: [] });
});

test('figures of another kind are left to the general view', () => {
  expect(readUplift({ entered: 12 })).toBeUndefined();
});
