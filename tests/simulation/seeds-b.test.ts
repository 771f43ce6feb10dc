import { expect, test } from 'vitest';
import { expectedCoverage } from './coverage.ts';
import { runSeeds, tell } from './run-seeds.ts';

// The seeds are parted over two files so that two workers share them.
test('whatever fails, dies or comes in between, nothing is lost and nothing is done twice: seeds 351 to 700', async () => {
  const { failing, coverage } = await runSeeds(351, 350);
  expect(failing.map(tell).join('\n\n')).toBe('');
  expect(expectedCoverage().filter((what) => !coverage[what])).toEqual([]);
}, 300_000);
