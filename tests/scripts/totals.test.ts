import { expect, test } from 'vitest';
import { addUp, closingLine, countVitest } from '../../scripts/lib/totals.mjs';

const report = (changes: object) => ({
  success: true,
  numPassedTests: 3,
  numFailedTests: 0,
  testResults: [],
  ...changes,
});

test('the closing line has the two totals and nothing else', () => {
  expect(
    closingLine(
      addUp([
        { passed: 1, failed: 0 },
        { passed: 41, failed: 2 },
      ]),
    ),
  ).toBe('42 passed, 2 failed');
});

test('every test of a report counts as one', () => {
  const testResults = [{ status: 'failed', assertionResults: [{ status: 'passed' }, { status: 'failed' }] }];
  expect(countVitest(report({ success: false, numFailedTests: 1, testResults }))).toEqual({ passed: 3, failed: 1 });
});

test('a test file that cannot be loaded counts as a failure', () => {
  const testResults = [{ status: 'failed', assertionResults: [] }];
  expect(countVitest(report({ success: false, testResults }))).toEqual({ passed: 3, failed: 1 });
});

test('an error outside of every test counts as a failure', () => {
  expect(countVitest(report({ success: false }))).toEqual({ passed: 3, failed: 1 });
});
