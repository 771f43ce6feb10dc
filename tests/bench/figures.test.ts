import { expect, test } from 'vitest';
import type { Figure } from './figures.ts';
import { median, ratioOf, rounded, toLine } from './figures.ts';

const figure: Figure = {
  name: 'route',
  value: 1.25,
  unit: 's',
  floor: 0.6,
  ratio: 0.48,
  goal: 0.4,
  runs: 3,
  peakMemoryMB: 180,
};

test('the median of an even number of runs lies between the two in the middle', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(() => median([])).toThrow('expected at least one value');
});

test('a ratio of durations is how much of the floor’s speed is left', () => {
  expect(ratioOf(0.5, 1.25)).toBe(0.4);
  expect(ratioOf(8, 1)).toBe(8);
});

test('figures keep three digits', () => {
  expect(rounded(0.123456)).toBe(0.123);
  expect(rounded(1234.5)).toBe(1230);
  expect(rounded(0)).toBe(0);
});

test('a line says whether the goal is reached, and what else was seen', () => {
  expect(toLine(figure)).toBe('route   1.25 s, floor 0.6 s, ratio 0.48 (goal 0.4: reached), 3 runs, peak 180 MB');
  expect(toLine({ ...figure, ratio: 0.39, runs: 1, longestHoldMs: 22 })).toBe(
    'route   1.25 s, floor 0.6 s, ratio 0.39 (goal 0.4: MISSED), 1 run, peak 180 MB, longestHoldMs 22',
  );
});

test('a line without a goal or a floor leaves them out', () => {
  expect(toLine({ ...figure, goal: null })).toContain('ratio 0.48, 3 runs');
  expect(toLine({ ...figure, floor: null, ratio: null })).toBe('route   1.25 s, 3 runs, peak 180 MB');
});
