import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeDuration, formatDuration, parseCalendarDuration, parseDuration } from './duration.ts';

test.each([
  ['P90D', 90 * 86_400_000],
  ['P2W', 14 * 86_400_000],
  ['PT6H', 6 * 3_600_000],
  ['P1DT2H3M4S', 86_400_000 + 2 * 3_600_000 + 3 * 60_000 + 4000],
  ['PT0.25S', 250],
  ['PT1,5H', 90 * 60_000],
  ['P0D', 0],
])('%s is read as its milliseconds', (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds);
});

test.each([
  '',
  'P',
  'PT',
  'P1DT',
  '90D',
  'P90',
  'p90d',
  'P-1D',
  '-P1D',
  'P1H',
  'PT1D',
  ' P1D',
  'P1D ',
  'P1D\n',
  'P1.D',
  '90 days',
])('%j is refused with an example of what is expected', (text) => {
  expect(() => parseDuration(text)).toThrow(/expected an ISO 8601 duration as P90D, .* got "/);
});

test.each(['P1M', 'P1Y', 'P1Y2M3D', 'P0M'])('%s is refused because months and years have no fixed length', (text) => {
  expect(() => parseDuration(text)).toThrow(/write days, as P30D or P365D/);
});

test('a duration longer than a century is refused', () => {
  expect(() => parseDuration('P36501D')).toThrow(/at most P36500D/);
  expect(() => parseDuration(`P${'9'.repeat(400)}D`)).toThrow(/at most P36500D, got "P9{39}…"/);
});

test('what formatDuration writes parseDuration reads back', () => {
  fc.assert(
    fc.property(fc.nat({ max: 36_500 * 86_400_000 }), (milliseconds) => {
      expect(parseDuration(formatDuration(milliseconds))).toBe(milliseconds);
    }),
  );
  expect(formatDuration(30 * 3_600_000)).toBe('P1DT6H');
  expect(formatDuration(14 * 86_400_000)).toBe('P2W');
  expect(formatDuration(0)).toBe('PT0S');
  expect(() => formatDuration(-1)).toThrow(/zero or more, got -1/);
});

test('a duration is said in words', () => {
  expect(describeDuration(parseDuration('P90D'))).toBe('90 days');
  expect(describeDuration(parseDuration('P1DT6H'))).toBe('1 day 6 hours');
  expect(describeDuration(0)).toBe('0 seconds');
});

test.each([
  ['P1M', { years: 0, months: 1, days: 0, milliseconds: 0, timed: false }],
  ['P1Y6M', { years: 1, months: 6, days: 0, milliseconds: 0, timed: false }],
  ['P2W3D', { years: 0, months: 0, days: 17, milliseconds: 0, timed: false }],
  ['P1MT12H', { years: 0, months: 1, days: 0, milliseconds: 12 * 3_600_000, timed: true }],
  ['PT1M', { years: 0, months: 0, days: 0, milliseconds: 60_000, timed: true }],
  ['PT0S', { years: 0, months: 0, days: 0, milliseconds: 0, timed: true }],
  ['P0.5D', { years: 0, months: 0, days: 0, milliseconds: 43_200_000, timed: true }],
  ['PT36H', { years: 0, months: 0, days: 1, milliseconds: 12 * 3_600_000, timed: true }],
])('%s keeps its months and years for the calendar', (text, parts) => {
  expect(parseCalendarDuration(text)).toEqual(parts);
});

test.each(['', 'P', '1M', 'P1.5M', 'P1M1Y', 'P1MT', '-P1M', 'P1M ', 'P101Y', 'P1D1M', 'PM'])(
  '"%s" is no duration of the calendar',
  (text) => {
    expect(() => parseCalendarDuration(text)).toThrow(/expected a(n ISO 8601)? duration/);
  },
);
