import fc from 'fast-check';
import { expect, test } from 'vitest';
import { difference, meanDifference, pValue, probabilitiesOfBest, squaredError, wilson } from './statistics.ts';

const count = (converted: number, customers: number) => ({ converted, customers });

// Newcombe 1998, table II, method 10: the eight contrasts of the paper.
test.each([
  [56, 70, 48, 80, 0.0524, 0.3339],
  [9, 10, 3, 10, 0.1705, 0.809],
  [6, 7, 2, 7, 0.0582, 0.8062],
  [5, 56, 0, 29, -0.0381, 0.1926],
  [0, 10, 0, 20, -0.1611, 0.2775],
  [0, 10, 0, 10, -0.2775, 0.2775],
  [10, 10, 0, 20, 0.6791, 1],
  [10, 10, 0, 10, 0.6075, 1],
])('%i of %i against %i of %i has the interval that Newcombe published', (x1, n1, x2, n2, low, high) => {
  const interval = difference(count(x1, n1), count(x2, n2));
  expect(interval.difference).toBeCloseTo(x1 / n1 - x2 / n2, 12);
  expect(interval.low).toBeCloseTo(low, 4);
  expect(interval.high).toBeCloseTo(high, 4);
});

// Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine 17 (1998) 857–872, method 3.
test.each([
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
])('%i of %i has the score interval that Newcombe published', (x, n, low, high) => {
  expect(wilson(count(x, n)).low).toBeCloseTo(low, 4);
  expect(wilson(count(x, n)).high).toBeCloseTo(high, 4);
});

test('the p-value is that of the chi-square test without correction', () => {
  // 56/70 against 48/80: χ² = 150·(56·32 − 14·48)² / (70·80·104·46) = 7.0234, whose upper tail at one degree is 0.00805.
  expect((150 * (56 * 32 - 14 * 48) ** 2) / (70 * 80 * 104 * 46)).toBeCloseTo(7.0234, 4);
  expect(pValue(count(56, 70), count(48, 80))).toBeCloseTo(0.00805, 5);
  expect(pValue(count(5, 10), count(10, 20))).toBe(1);
  expect(pValue(count(0, 10), count(0, 10))).toBe(1);
});

test('whatever the counts, the interval holds the difference and lies within −1 and 1', () => {
  const some = fc.integer({ min: 1, max: 5000 }).chain((n) => fc.nat(n).map((x) => count(x, n)));
  fc.assert(
    fc.property(some, some, (a, b) => {
      const { difference: d, low, high } = difference(a, b);
      expect(low).toBeGreaterThanOrEqual(-1 - 1e-9);
      expect(high).toBeLessThanOrEqual(1 + 1e-9);
      expect(low).toBeLessThanOrEqual(d + 1e-9);
      expect(high).toBeGreaterThanOrEqual(d - 1e-9);
    }),
  );
});

test('the difference of two means has an interval by their spread', () => {
  // 1, 2, 3, 4, 5 has variance 2.5; 2, 2, 2, 2 has none.
  const a = { size: 5, sum: 15, sumOfSquares: 55 };
  const b = { size: 4, sum: 8, sumOfSquares: 16 };
  expect(squaredError(a)).toBeCloseTo(0.5, 12);
  const { difference: d, low, high } = meanDifference(a, b);
  expect([d, low, high].map((value) => value.toFixed(4))).toEqual(['1.0000', '-0.3859', '2.3859']);
  expect(squaredError({ size: 1, sum: 5, sumOfSquares: 25 })).toBe(0);
});

test('the better an arm looks and the surer that is, the more probably it is the best', () => {
  const [a, b] = probabilitiesOfBest([
    { mean: 0.12, error: 0.01 },
    { mean: 0.1, error: 0.01 },
  ]) as [number, number];
  // Φ(0.02 / √0.0002) = Φ(1.4142) = 0.92135.
  expect(a).toBeCloseTo(0.92135, 5);
  expect(a + b).toBeCloseTo(1, 12);
  const same = { mean: 1, error: 0.5 };
  for (const p of probabilitiesOfBest([same, same, same])) expect(p).toBeCloseTo(1 / 3, 6);
  expect(probabilitiesOfBest([same])).toEqual([1]);
  const sure = probabilitiesOfBest([
    { mean: 2, error: 0 },
    { mean: 1, error: 0 },
  ]);
  expect(sure[0]).toBeCloseTo(1, 6);
});
