import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cronField, parseCron } from './cron.ts';

const berlin = 'Europe/Berlin';

function between(expression: string, from: string, to: string, zone = berlin): string[] {
  const schedule = parseCron(expression, zone);
  const found: string[] = [];
  for (let at = schedule.next(Date.parse(from)); at !== undefined && at <= Date.parse(to); at = schedule.next(at))
    found.push(new Date(at).toISOString().replace(':00.000Z', 'Z'));
  return found;
}

test('what lies in the hour that clocks leave out comes due once, as that hour ends', () => {
  expect(between('30 2 * * *', '2026-03-27T12:00Z', '2026-03-30T12:00Z')).toEqual([
    '2026-03-28T01:30Z',
    '2026-03-29T01:00Z',
    '2026-03-30T00:30Z',
  ]);
});

test('what lies in the hour that comes twice comes due the first time only', () => {
  expect(between('30 2 * * *', '2026-10-23T12:00Z', '2026-10-26T12:00Z')).toEqual([
    '2026-10-24T00:30Z',
    '2026-10-25T00:30Z',
    '2026-10-26T01:30Z',
  ]);
  expect(between('0,30 2-3 * * *', '2026-10-24T22:00Z', '2026-10-25T12:00Z')).toEqual([
    '2026-10-25T00:00Z',
    '2026-10-25T00:30Z',
    '2026-10-25T02:00Z',
    '2026-10-25T02:30Z',
  ]);
  expect(between('*/30 2 * * *', '2026-10-24T22:00Z', '2026-10-25T12:00Z')).toHaveLength(2);
});

test('every minute is every minute that passes, on both nights', () => {
  expect(between('* * * * *', '2026-03-28T22:59:30Z', '2026-03-29T02:59:30Z')).toHaveLength(240);
  expect(between('* * * * *', '2026-10-24T22:59:30Z', '2026-10-25T02:59:30Z')).toHaveLength(240);
});

test('a daily time comes due once on each day of the calendar, whatever the zone does', () => {
  const zones = [berlin, 'America/New_York', 'Australia/Lord_Howe', 'America/Santiago', 'Pacific/Chatham', 'UTC'];
  fc.assert(
    fc.property(fc.constantFrom(...zones), fc.nat(23), fc.nat(59), (zone, hour, minute) => {
      const due = between(`${minute} ${hour} * * *`, '2025-12-31T12:00Z', '2027-01-01T12:00Z', zone);
      const day = new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' });
      const days = due.map((at) => day.format(Date.parse(at)));
      expect(new Set(days).size).toBe(days.length);
      expect(days.length).toBeGreaterThanOrEqual(365);
    }),
    { numRuns: 15 },
  );
});

test('the latest that is past is found from far behind', () => {
  const minutes = parseCron('* * * * *', berlin);
  expect(minutes.latest(0, Date.parse('2026-01-05T10:00:30Z'))).toBe(Date.parse('2026-01-05T10:00Z'));
  const mondays = parseCron('0 8 * * 1', berlin);
  expect(mondays.latest(Date.parse('2025-01-01'), Date.parse('2026-01-05T06:59Z'))).toBe(
    Date.parse('2025-12-29T07:00Z'),
  );
  expect(mondays.latest(Date.parse('2026-01-05T07:00Z'), Date.parse('2026-01-05T08:00Z'))).toBeUndefined();
});

test('an expression that cannot be used says what was expected and what came', () => {
  const said = (expression: string) => cronField().safeParse(expression).error?.issues[0]?.message;
  expect(said('0 8 * * 1')).toBeUndefined();
  expect(said('daily')).toMatch(/expected five parts \(minute, hour, .*got "daily"/);
  expect(said('61 * * * *')).toMatch(/got "61 \* \* \* \*": Invalid value for minute: 61/);
  expect(said('0 0 31 2 *')).toBe('expected a cron expression that comes due some day, got "0 0 31 2 *"');
  expect(said('0 0 29 2 *')).toBeUndefined();
  expect(() => parseCron('0 8 * * 1', 'Mars/Base')).toThrow('expected a time zone, as Europe/Berlin, got "Mars/Base"');
});
