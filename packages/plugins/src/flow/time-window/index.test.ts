import { testNode } from '@osicam/engine/plugin/testing';
import { expect, test } from 'vitest';
import { timeWindow } from './index.ts';

// A Monday, nine in the morning in Berlin, three at night in New York.
const now = Date.UTC(2026, 0, 5, 8);

async function dues(settings: Record<string, unknown>, at = now) {
  const customers = ['Europe/Berlin', 'America/New_York'].map((timezone) => ({ traits: { timezone } }));
  const due = await testNode(timeWindow, { settings, customers, now: at }).due();
  return Object.values(due).map((each) => ('at' in each ? new Date(each.at).toISOString().slice(0, 16) : each.port));
}

test('who comes while the window is open goes on at once, and the others when it opens where they live', async () => {
  expect(await dues({})).toEqual(['2026-01-05T08:00', '2026-01-05T14:00']);
});

test('over the weekend everybody waits for Monday', async () => {
  expect(await dues({}, Date.UTC(2026, 0, 10, 12))).toEqual(['2026-01-12T08:00', '2026-01-12T14:00']);
});

test('a window may lie over midnight', async () => {
  expect(await dues({ from: '20:00', to: '06:00' })).toEqual(['2026-01-05T19:00', '2026-01-06T01:00']);
  expect(await dues({ from: '20:00', to: '06:00' }, Date.UTC(2026, 0, 6, 5, 59))).toEqual([
    // 06:59 in Berlin, where it has closed; 00:59 in New York.
    '2026-01-06T19:00',
    '2026-01-06T05:59',
  ]);
});

test('hours that are none are refused', () => {
  expect(() => testNode(timeWindow, { settings: { from: '9:00' } })).toThrow('expected a time of day');
});
