import { expect, test } from 'vitest';
import { step } from '../../scripts/lib/steps.mjs';

function recorder() {
  let text = '';
  let clock = 0;
  return {
    options: { now: () => (clock += 1_500) - 1_500, write: (part: string) => (text += part).length > 0 },
    written: () => text,
  };
}

test('a step shows its title, how it went and how long it took', async () => {
  const { options, written } = recorder();
  expect(await step('lint', async () => true, options)).toEqual({ title: 'lint', passed: 1, failed: 0 });
  expect(written()).toBe('\n▸ lint\n✓ lint (1.5 s)\n');
});

test('a step that throws has failed and says why, and the caller goes on', async () => {
  const { options, written } = recorder();
  const boom = async () => {
    throw new Error('expected a browser, found none');
  };
  expect(await step('browser', boom, options)).toEqual({ title: 'browser', passed: 0, failed: 1 });
  expect(written()).toContain('expected a browser, found none\n✗ browser');
});

test('a step may count more than itself', async () => {
  const { options } = recorder();
  const result = await step('tests', async () => ({ passed: 40, failed: 2 }), options);
  expect(result).toEqual({ title: 'tests', passed: 40, failed: 2 });
});
