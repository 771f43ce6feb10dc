import { testNode } from '@osicam/engine/plugin/testing';
import { expect, test } from 'vitest';
import { untilTime } from './index.ts';

// A Monday.
const now = Date.UTC(2026, 0, 5, 8);

/** ISO text of each customer's instant. */
async function dues(settings: Record<string, unknown>, timezones: (string | undefined)[], at = now) {
  const customers = timezones.map((timezone) => ({ traits: { timezone } }));
  const due = await testNode(untilTime, { settings, customers, now: at, zone: 'Europe/Berlin' }).due();
  return Object.values(due).map((each) => ('at' in each ? new Date(each.at).toISOString().slice(0, 16) : each.port));
}

test('each customer waits for nine in the morning where it lives', async () => {
  expect(await dues({}, ['America/New_York', 'Asia/Kathmandu'])).toEqual(['2026-01-05T14:00', '2026-01-06T03:15']);
});

test('who has no time zone, or one that does not exist, goes by that of the installation', async () => {
  expect(await dues({ time: '18:00' }, [undefined, 'Mars/Olympus'])).toEqual(['2026-01-05T17:00', '2026-01-05T17:00']);
});

test('a zone that is set holds for everybody, and one that does not exist is refused', async () => {
  expect(await dues({ zone: 'UTC' }, ['America/New_York', undefined])).toEqual([
    '2026-01-05T09:00',
    '2026-01-05T09:00',
  ]);
  expect(() => testNode(untilTime, { settings: { zone: 'CEST+1' } })).toThrow('as Europe/Berlin, got CEST+1');
});

test('a weekday is the next one, and a week on for whoever comes at its very time', async () => {
  const onMonday = { days: ['monday'], zone: 'UTC' };
  expect(await dues(onMonday, [undefined])).toEqual(['2026-01-05T09:00']);
  expect(await dues(onMonday, [undefined], Date.UTC(2026, 0, 5, 9))).toEqual(['2026-01-12T09:00']);
  expect(() => testNode(untilTime, { settings: { days: [] } })).toThrow('days');
});

test('on the nights when clocks change it is once all the same', async () => {
  const spring = Date.UTC(2026, 2, 28, 12);
  expect(await dues({ time: '02:30' }, [undefined], spring)).toEqual(['2026-03-29T01:00']);
  const autumn = Date.UTC(2026, 9, 25, 0, 30);
  expect(await dues({ time: '02:30' }, [undefined], autumn - 1)).toEqual(['2026-10-25T00:30']);
  expect(await dues({ time: '02:30' }, [undefined], autumn)).toEqual(['2026-10-26T01:30']);
});
