import { expect, test } from 'vitest';
import { readCron, writeCron } from './cron.ts';

test('schedules as people set them are read as such', () => {
  expect(readCron('0 8 * * 1')).toEqual({ every: 'week', time: '08:00', days: [1] });
  expect(readCron('30 17 * * 1-5')).toEqual({ every: 'week', time: '17:30', days: [1, 2, 3, 4, 5] });
  expect(readCron('0 9 * * 0,6')).toEqual({ every: 'week', time: '09:00', days: [6, 7] });
  expect(readCron('5 0 * * *')).toEqual({ every: 'day', time: '00:05' });
  expect(readCron('0 6 28 * *')).toEqual({ every: 'month', time: '06:00', day: 28 });
});

test('what it takes cron to say stays cron', () => {
  for (const text of ['*/5 * * * *', '0 8 1,15 * *', '0 8 1 * 1', '0 8 * 6 *', '0 24 * * *', '0 8 * * mon', '0 8', ''])
    expect(readCron(text)).toBeUndefined();
});

test('what is written is read as the same', () => {
  for (const text of ['0 8 * * 1', '30 17 * * 1,2,3', '5 0 * * *', '0 6 28 * *']) {
    const rhythm = readCron(text);
    expect(rhythm && writeCron(rhythm)).toBe(text);
  }
});
