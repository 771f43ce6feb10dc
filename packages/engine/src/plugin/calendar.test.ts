import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Weekday } from './calendar.ts';
import {
  addDuration,
  aroundDate,
  isZone,
  nextInWindow,
  nextTimeOfDay,
  readDate,
  weekdays,
  zoneOf,
} from './calendar.ts';

const utc = (text: string) => Date.parse(`${text}Z`);
const iso = (instant: number) => new Date(instant).toISOString().slice(0, 16);

const formats = new Map<string, Intl.DateTimeFormat>();

/** What a clock on a wall shows, told by the platform's own calendar. */
function wall(instant: number, zone: string): { date: string; time: string } {
  const two = '2-digit';
  const options = { year: 'numeric', month: two, day: two, hour: two, minute: two, hourCycle: 'h23' } as const;
  const format = formats.get(zone) ?? new Intl.DateTimeFormat('en-CA', { ...options, timeZone: zone });
  formats.set(zone, format);
  const parts = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, value]));
  return { date: `${parts.year}-${parts.month}-${parts.day}`, time: `${parts.hour}:${parts.minute}` };
}

test('a time of day is reached on the same day if it is yet to come, on the next if it is over or is just now', () => {
  const next = (now: string) => iso(nextTimeOfDay(utc(now), '09:00', 'Europe/Berlin'));
  expect(next('2026-01-05T07:59')).toBe('2026-01-05T08:00');
  expect(next('2026-01-05T08:00')).toBe('2026-01-06T08:00');
  expect(next('2026-07-05T12:00')).toBe('2026-07-06T07:00');
});

test('a time of day may be held to some days of the week', () => {
  const days: Weekday[] = ['tuesday', 'thursday'];
  expect(iso(nextTimeOfDay(utc('2026-01-05T12:00'), '09:00', 'UTC', days))).toBe('2026-01-06T09:00');
  expect(iso(nextTimeOfDay(utc('2026-01-06T12:00'), '09:00', 'UTC', days))).toBe('2026-01-08T09:00');
  expect(() => nextTimeOfDay(0, '09:00', 'UTC', [])).toThrow('at least one day');
  expect(() => nextTimeOfDay(0, '24:00', 'UTC')).toThrow('expected a time of day from 00:00 to 23:59, got "24:00"');
});

test('a local time that does not exist is the first instant after the gap', () => {
  expect(iso(nextTimeOfDay(utc('2026-03-28T12:00'), '02:30', 'Europe/Berlin'))).toBe('2026-03-29T01:00');
  expect(iso(nextTimeOfDay(utc('2026-03-29T01:00'), '02:30', 'Europe/Berlin'))).toBe('2026-03-30T00:30');
  // Lord Howe moves by half an hour.
  expect(iso(nextTimeOfDay(utc('2026-10-03T12:00'), '02:15', 'Australia/Lord_Howe'))).toBe('2026-10-03T15:30');
});

test('a local time that exists twice is the first of the two, and the second is not another', () => {
  const first = nextTimeOfDay(utc('2026-10-24T12:00'), '02:30', 'Europe/Berlin');
  expect(iso(first)).toBe('2026-10-25T00:30');
  expect(iso(nextTimeOfDay(first, '02:30', 'Europe/Berlin'))).toBe('2026-10-26T01:30');
  expect(iso(nextTimeOfDay(utc('2026-10-25T01:10'), '02:30', 'Europe/Berlin'))).toBe('2026-10-26T01:30');
});

test('a date that a zone has left out has no time of day', () => {
  const first = nextTimeOfDay(utc('2011-12-29T12:00'), '09:00', 'Pacific/Apia');
  expect(wall(first, 'Pacific/Apia').date).toBe('2011-12-29');
  expect(wall(nextTimeOfDay(first, '09:00', 'Pacific/Apia'), 'Pacific/Apia').date).toBe('2011-12-31');
});

/** Zone and the years in which something happened to its clocks. */
const zones = [
  ['Europe/Berlin', 2024],
  ['America/New_York', 2025],
  ['Australia/Lord_Howe', 2025],
  ['Asia/Kathmandu', 1985],
  ['Pacific/Apia', 2011],
  ['Africa/Casablanca', 2023],
  ['America/Sao_Paulo', 2018],
  ['Asia/Beirut', 2022],
] as const;
const zone = fc.constantFrom(...zones);
const time = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 10, 15, 30, 45, 59));
const clock = ([hour, minute]: [number, number]) =>
  `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;

test('once a day is once on every date that there is, in every zone: never twice, never not at all, always later', () => {
  fc.assert(
    fc.property(zone, time, ([name, year], at) => {
      const end = Date.UTC(year + 1, 0, 20);
      const dates: string[] = [];
      for (let now = Date.UTC(year, 0, 1); now < end; ) {
        const next = nextTimeOfDay(now, clock(at), name);
        expect(next).toBeGreaterThan(now);
        dates.push(wall(next, name).date);
        now = next;
      }
      const all = new Set<string>();
      for (let hour = utc(`${dates[0]}T12:00`); hour < end + 3 * 86_400_000; hour += 3_600_000)
        all.add(wall(hour, name).date);
      const between = [...all].filter((date) => date >= (dates[0] as string) && date <= (dates.at(-1) as string));
      expect(dates).toEqual(between);
    }),
    { numRuns: 40 },
  );
});

test('from wherever one asks, the answer is the same until it is reached', () => {
  fc.assert(
    fc.property(
      zone,
      time,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.nat(366 * 24),
      ([name, year], at, part, hour) => {
        const now = Date.UTC(year, 0, 1) + hour * 3_600_000;
        const next = nextTimeOfDay(now, clock(at), name);
        const between = now + Math.floor((next - now - 1) * part);
        expect(nextTimeOfDay(between, clock(at), name)).toBe(next);
        const shown = wall(next, name).time;
        // Where it shows another time, there is no such time on that date: the minute before shows an earlier one.
        if (shown !== clock(at)) expect(wall(next - 60_000, name).time < clock(at)).toBe(true);
      },
    ),
    { numRuns: 400 },
  );
});

test('a window is open at once for whoever comes while it is, and opens next for the others', () => {
  const office = { days: weekdays.slice(0, 5), from: '09:00', to: '17:00' };
  const next = (now: string) => iso(nextInWindow(utc(now), office, 'Europe/Berlin'));
  expect(next('2026-01-05T07:59')).toBe('2026-01-05T08:00');
  expect(next('2026-01-05T08:00')).toBe('2026-01-05T08:00');
  expect(next('2026-01-05T15:59')).toBe('2026-01-05T15:59');
  expect(next('2026-01-05T16:00')).toBe('2026-01-06T08:00');
  expect(next('2026-01-09T16:00')).toBe('2026-01-12T08:00');
});

test('a window over midnight belongs to the day on which it opens, and one that ends where it begins is open all day', () => {
  const night = { days: ['friday'] as const, from: '22:00', to: '06:00' };
  expect(iso(nextInWindow(utc('2026-01-10T05:59'), night, 'UTC'))).toBe('2026-01-10T05:59');
  expect(iso(nextInWindow(utc('2026-01-10T06:00'), night, 'UTC'))).toBe('2026-01-16T22:00');
  const saturday = { days: ['saturday'] as const, from: '00:00', to: '00:00' };
  expect(iso(nextInWindow(utc('2026-01-10T23:59'), saturday, 'UTC'))).toBe('2026-01-10T23:59');
  expect(iso(nextInWindow(utc('2026-01-11T00:00'), saturday, 'UTC'))).toBe('2026-01-17T00:00');
});

test('a window opens on every night of a clock change, also one that lies in the gap', () => {
  const gap = { from: '02:00', to: '02:30' };
  expect(iso(nextInWindow(utc('2026-03-28T12:00'), gap, 'Europe/Berlin'))).toBe('2026-03-29T01:00');
  fc.assert(
    fc.property(zone, time, time, fc.nat(366 * 24), ([name, year], from, to, hour) => {
      const now = Date.UTC(year, 0, 1) + hour * 3_600_000;
      const window = { from: clock(from), to: clock(to) };
      const open = nextInWindow(now, window, name);
      expect(open).toBeGreaterThanOrEqual(now);
      expect(nextInWindow(open, window, name)).toBe(open);
      // Samoa has left out a day.
      expect(open - now).toBeLessThan(49 * 3_600_000);
    }),
    { numRuns: 400 },
  );
});

test('a month later is the same day of the next month at the same local time, or its last day', () => {
  const later = (now: string, by: string) => iso(addDuration(utc(now), by, 'Europe/Berlin'));
  expect(later('2026-03-05T08:00', 'P1M')).toBe('2026-04-05T07:00');
  expect(later('2026-01-31T08:00', 'P1M')).toBe('2026-02-28T08:00');
  expect(later('2026-02-28T01:30', 'P1M1D')).toBe('2026-03-29T01:00');
  expect(later('2026-03-28T08:00', 'P1D')).toBe('2026-03-29T08:00');
  expect(later('2026-01-05T08:00', 'P1MT2H')).toBe('2026-02-05T10:00');
});

test('a date is a day, a date with time or epoch milliseconds; what else a trait holds is none', () => {
  expect(readDate('2026-02-28')).toEqual({ day: '2026-02-28' });
  expect(readDate('2026-02-28T10:00:00Z')).toEqual({ instant: utc('2026-02-28T10:00') });
  expect(readDate('2026-02-28T10:00:00+02:00')).toEqual({ instant: utc('2026-02-28T08:00') });
  expect(readDate(86_400_000)).toEqual({ instant: 86_400_000 });
  for (const none of [undefined, null, '', 'soon', '2026-02-30', '28.02.2026', true, Number.NaN, 1e300, [], {}])
    expect(readDate(none)).toBeUndefined();
});

test('so long before or after a date is counted on the calendar, at a time of day in the zone', () => {
  const around = (date: string, offset: string, direction: 'before' | 'after', zone = 'Europe/Berlin') =>
    iso(aroundDate(readDate(date) ?? { instant: 0 }, { offset, direction, time: '09:00' }, zone));
  expect(around('2026-04-05', 'P7D', 'before')).toBe('2026-03-29T07:00');
  expect(around('2026-04-05', 'P0D', 'after')).toBe('2026-04-05T07:00');
  expect(around('2026-03-31', 'P1M', 'before')).toBe('2026-02-28T08:00');
  // Late in the evening in London it is the next day in Berlin.
  expect(around('2026-01-05T23:30:00Z', 'P1D', 'after')).toBe('2026-01-07T08:00');
  expect(around('2026-01-05T23:30:00Z', 'PT2H', 'before')).toBe('2026-01-05T21:30');
  expect(around('2026-01-05T23:30:00Z', 'PT0S', 'before')).toBe('2026-01-05T23:30');
});

test('a date that comes round every year is the next one, and the 29th of February has one every year', () => {
  const next = (date: string, now: string) =>
    iso(aroundDate({ day: date }, { offset: 'P7D', direction: 'before', time: '09:00' }, 'UTC', utc(now)));
  expect(next('1980-05-12', '2026-01-01T00:00')).toBe('2026-05-05T09:00');
  expect(next('1980-05-12', '2026-05-05T09:00')).toBe('2026-05-05T09:00');
  expect(next('1980-05-12', '2026-05-05T09:01')).toBe('2027-05-05T09:00');
  expect(next('1980-01-03', '2026-12-01T00:00')).toBe('2026-12-27T09:00');
  expect(next('2000-02-29', '2026-01-01T00:00')).toBe('2026-02-21T09:00');
  expect(next('2000-02-29', '2028-01-01T00:00')).toBe('2028-02-22T09:00');
  expect(next('2031-05-12', '2026-01-01T00:00')).toBe('2031-05-05T09:00');
});

test("a customer's zone is its trait if there is such a zone, and the installation's otherwise", () => {
  const zone = (timezone: string | number | null) => zoneOf({ traits: { timezone } }, 'Europe/Vienna');
  expect(zone('Asia/Kathmandu')).toBe('Asia/Kathmandu');
  expect(zoneOf({ traits: {} }, 'Europe/Vienna')).toBe('Europe/Vienna');
  for (const garbage of ['Mars/Olympus', '+02:00', '', 'x'.repeat(1000), '__proto__', 7, null])
    expect(zone(garbage)).toBe('Europe/Vienna');
  expect(isZone('UTC')).toBe(true);
});
