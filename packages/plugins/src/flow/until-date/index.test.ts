import type { Json } from '@osicam/engine/plugin';
import { testNode } from '@osicam/engine/plugin/testing';
import { expect, test } from 'vitest';
import { untilDate } from './index.ts';

const now = Date.UTC(2026, 2, 20, 12);

async function due(renewalDate: Json | undefined, settings: Record<string, unknown> = {}, timezone?: string) {
  const customers = [{ traits: { renewalDate, timezone } }];
  const { 1: answer } = await testNode(untilDate, { settings, customers, now, zone: 'Europe/Berlin' }).due();
  return answer && ('at' in answer ? new Date(answer.at).toISOString().slice(0, 16) : answer.port);
}

test('seven days before a date, at nine where the customer lives', async () => {
  expect(await due('2026-04-05')).toBe('2026-03-29T07:00');
  expect(await due('2026-04-05', {}, 'Asia/Kathmandu')).toBe('2026-03-29T03:15');
  expect(await due('2026-04-05', { zone: 'UTC' }, 'Asia/Kathmandu')).toBe('2026-03-29T09:00');
});

test('a date may be an instant, and hours are counted from it', async () => {
  const appointment = { offset: 'PT2H' };
  expect(await due('2026-04-05T14:00:00Z', appointment)).toBe('2026-04-05T12:00');
  expect(await due(Date.UTC(2026, 3, 5, 14), appointment)).toBe('2026-04-05T12:00');
  expect(await due('2026-04-05T14:00:00Z', { offset: 'P1D', direction: 'after' })).toBe('2026-04-06T07:00');
});

test('who has no date, or one that nobody can read, leaves by a way of its own', async () => {
  for (const none of [undefined, null, 'next spring', '05.04.2026', '2026-02-30', true, ['2026-04-05']])
    expect(await due(none)).toBe('missing');
});

test('a date that is over leaves by "past", or goes on at once, as the settings say', async () => {
  expect(await due('2026-03-21')).toBe('past');
  expect(await due('2026-03-21', { past: 'continue' })).toBe('2026-03-14T08:00');
  expect(testNode(untilDate, { settings: { past: 'continue' } }).ports).toEqual(['done', 'missing']);
  expect(testNode(untilDate).ports).toEqual(['done', 'past', 'missing']);
});

test('a birthday comes round every year', async () => {
  const birthday = { yearly: true, offset: 'P0D' };
  expect(await due('1980-03-19', birthday)).toBe('2027-03-19T08:00');
  expect(await due('1980-03-21', birthday)).toBe('2026-03-21T08:00');
  expect(await due('2000-02-29', birthday)).toBe('2027-02-28T08:00');
});

test('an offset that nobody can read is refused', () => {
  expect(() => testNode(untilDate, { settings: { offset: '7 days' } })).toThrow('expected an ISO 8601 duration');
});
