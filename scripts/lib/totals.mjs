/** What a vitest JSON report comes to. A file that could not even be loaded has no test to count, and counts as one. */
export function countVitest(report) {
  const passed = report.numPassedTests;
  let failed = report.numFailedTests;
  for (const file of report.testResults) {
    if (file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed')) failed += 1;
  }
  // An error outside of any test fails the run too.
  if (!report.success && failed === 0) failed = 1;
  return { passed, failed };
}

/** @param {{ passed: number, failed: number }[]} counts */
export function addUp(counts) {
  const sum = { passed: 0, failed: 0 };
  for (const { passed, failed } of counts) {
    sum.passed += passed;
    sum.failed += failed;
  }
  return sum;
}

/** The last line of `npm test`. Its form is read by machines: do not adorn it. */
export function closingLine({ passed, failed }) {
  return `${passed} passed, ${failed} failed`;
}
