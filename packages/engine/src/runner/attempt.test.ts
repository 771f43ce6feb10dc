import { expect, test } from 'vitest';
import { StoreError } from '../store/index.ts';
import { attempt, describeError, within } from './attempt.ts';

const rows = Array.from({ length: 100 }, (_, i) => i);

test('of a batch only those fail who make the handler throw', async () => {
  const { results, failed } = await attempt(rows, async (some) => {
    if (some.includes(17) || some.includes(80)) throw new Error('cannot swallow this');
    return some.length;
  });
  expect(failed).toEqual([
    { row: 17, error: 'Error: cannot swallow this' },
    { row: 80, error: 'Error: cannot swallow this' },
  ]);
  expect(results.flatMap(({ rows: done }) => done)).toHaveLength(98);
});

test('a handler that never answers is asked for all halves at once, so that it costs minutes and not hours', async () => {
  let calls = 0;
  let most = 0;
  const { failed } = await attempt(rows.slice(0, 32), (some) => {
    most = Math.max(most, ++calls);
    return within(10, 'it', () => new Promise<number>(() => undefined))
      .finally(() => calls--)
      .then(() => some.length);
  });
  expect(failed).toHaveLength(32);
  expect(most).toBe(32);
});

test('nobody is set aside because the database fails', async () => {
  const busy = new StoreError('the database is busy');
  await expect(attempt(rows, () => Promise.reject(busy))).rejects.toBe(busy);
});

test('whatever is thrown has words', () => {
  expect(describeError('text')).toBe('thrown: text');
  expect(describeError(Object.create(null))).toBe('thrown: object without a text');
  expect(describeError(new Error('x'.repeat(5_000)))).toHaveLength(2_000);
});
