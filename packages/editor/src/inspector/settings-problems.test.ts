import { expect, test } from 'vitest';
import { errorsAt, settingsPath } from './settings-problems.ts';

test('a problem in the settings is found at its field', () => {
  expect(settingsPath('nodes[3].data.settings.cases[0].when.rules[1]')).toEqual(['cases', 0, 'when', 'rules', 1]);
  expect(settingsPath('nodes[3].data.settings')).toEqual([]);
  expect(settingsPath('nodes[3].type')).toBeUndefined();
});

test('problems become a tree of errors', () => {
  const at = (path: string) => ({ level: 'error' as const, code: 'settings', path, message: `wrong ${path}` });
  expect(errorsAt([at('nodes[0].data.settings.a[1].b'), at('edges[0]')])).toEqual({
    a: { 1: { b: { __errors: ['wrong nodes[0].data.settings.a[1].b'] } } },
  });
});
