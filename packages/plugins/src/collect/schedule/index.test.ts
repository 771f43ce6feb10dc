import { testNode } from '@osicam/engine/plugin/testing';
import { expect, test } from 'vitest';
import { schedule } from './index.ts';

const who = { combinator: 'and', rules: [{ field: '$segment.at-risk', operator: '=', value: true }] };

test('whoever the rule is true of enters when the time has come', () => {
  const settings = { cron: '30 7 * * 1-5', zone: 'Europe/Berlin', who, again: 'after', after: 'P7D' };
  expect(testNode(schedule, { settings }).entry).toEqual({
    on: 'schedule',
    cron: '30 7 * * 1-5',
    zone: 'Europe/Berlin',
    who,
    again: { after: 604_800_000 },
  });
});

test('a time that cannot be is refused with what was expected', () => {
  expect(() => testNode(schedule, { settings: { cron: 'every Monday' } })).toThrow(
    'expected five parts (minute, hour, day of the month, month, day of the week)',
  );
  expect(() => testNode(schedule, { settings: { zone: 'Mars/Base' } })).toThrow('time zone, as Europe/Berlin');
});
