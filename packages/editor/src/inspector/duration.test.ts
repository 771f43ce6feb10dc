import { expect, test } from 'vitest';
import { readDuration, units, writeDuration } from './duration.ts';

test('what is written in one unit is read in the same', () => {
  for (const { id: unit } of units) expect(readDuration(writeDuration(3, unit))).toEqual({ count: 3, unit });
  expect(writeDuration(1, 'Mo')).toBe('P1M');
  expect(writeDuration(1, 'M')).toBe('PT1M');
});

test('a duration that takes more than one unit is left as it is', () => {
  for (const text of ['P1DT2H', 'PT1D', 'P1H', '', 'P']) expect(readDuration(text)).toBeUndefined();
});
