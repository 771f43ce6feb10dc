import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shareSql } from '../rule/share.ts';
import { shareCuts, shareModulus, shareOf, sharePort } from './share.ts';

const chiSquare = (counts: readonly number[]) => {
  const expected = counts.reduce((a, b) => a + b, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
};
/** Far in the tail (one in a million) by Wilson and Hilferty's approximation: the keys below are fixed, so it never flickers. */
const limit = (freedom: number) => freedom * (1 - 2 / (9 * freedom) + 4.75 * Math.sqrt(2 / (9 * freedom))) ** 3;

const keys = ['loop/split', 'loop/split-2', 'a', 'b', 'experiment', 'churn-rescue/node-7', ''];

test.each(keys)('customers with consecutive ids spread evenly over a hundred shares under the key "%s"', (key) => {
  const counts = new Array<number>(100).fill(0);
  for (let id = 1; id <= 20_000; id++) (counts[Math.floor((shareOf(id, key) / shareModulus) * 100)] as number)++;
  expect(chiSquare(counts)).toBeLessThan(limit(99));
});

test('the share under one key says nothing of the share under another', () => {
  for (const [a, b] of [
    ['a', 'b'],
    ['loop/split', 'loop/split-2'],
    ['x', 'x#2'],
  ] as const) {
    const cells = new Array<number>(100).fill(0);
    for (let id = 1; id <= 20_000; id++) {
      const cell = (key: string) => Math.floor((shareOf(id, key) / shareModulus) * 10);
      (cells[cell(a) * 10 + cell(b)] as number)++;
    }
    expect(chiSquare(cells)).toBeLessThan(limit(81));
  }
});

test('neighbours in the row of ids do not share a fate', () => {
  const cells = new Array<number>(100).fill(0);
  const decile = (id: number) => Math.floor((shareOf(id, 'k') / shareModulus) * 10);
  for (let id = 1; id <= 20_000; id++) (cells[decile(id) * 10 + decile(id + 1)] as number)++;
  expect(chiSquare(cells)).toBeLessThan(limit(81));
});

test('no two customers have the same number under one key, for the arithmetic is a bijection', () => {
  expect(new Set(Array.from({ length: 20_000 }, (_, id) => shareOf(id, 'k'))).size).toBe(20_000);
});

test('SQLite works out the same number with its own 64-bit integers', async () => {
  const { default: Database } = await import('better-sqlite3');
  const database = new Database(':memory:');
  const select = database.prepare(shareSql('@id', 'loop/split')).pluck();
  fc.assert(
    fc.property(fc.maxSafeNat(), (id) => {
      expect(select.get({ id: BigInt(id) })).toBe(shareOf(id, 'loop/split'));
    }),
  );
  database.close();
});

test('cuts follow the weights, which need not sum to one', () => {
  expect(shareCuts([{ weight: 1 }, { weight: 3 }])).toEqual([Math.round(shareModulus / 4), shareModulus]);
  expect(shareCuts([{ weight: 0 }, { weight: 2 }, { weight: 0 }])).toEqual([0, shareModulus, shareModulus]);
});

test('every customer falls into a share, and never into one without weight', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(1000), { minLength: 1, maxLength: 6 }).filter((weights) => weights.some((weight) => weight > 0)),
      fc.nat(),
      (weights, id) => {
        const shares = weights.map((weight, index) => ({ port: String(index), weight }));
        expect(weights[Number(sharePort(id, 'k', shares))]).toBeGreaterThan(0);
      },
    ),
  );
});

test('weights that say nothing are refused with what came', () => {
  expect(() => shareCuts([{ weight: 0 }])).toThrow('expected weights of 0 or more with a sum above 0, got 0');
  expect(() => shareCuts([{ weight: -1 }, { weight: 3 }])).toThrow('got -1, 3');
});
