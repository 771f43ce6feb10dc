import { expect, test } from 'vitest';
import { sayProblem } from './say-problem.ts';

const at = (path: string, message: string) => sayProblem({ level: 'error', code: 'x', path, message });

test('a setting that was left out is called missing', () => {
  expect(at('nodes[0].data.settings.event', 'Invalid input: expected string, received undefined')).toBe(
    'Event is missing.',
  );
});

test('a problem of a setting names it', () => {
  expect(at('nodes[0].data.settings.cases[1].port', 'expected another name')).toBe('Port: expected another name');
});

test('a problem of the node itself is a sentence', () => {
  expect(at('nodes[0]', 'nothing leads here')).toBe('Nothing leads here');
  expect(at('nodes[0].data.settings', 'expected less')).toBe('Expected less');
});
