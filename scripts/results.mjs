/**
 * What a vitest run amounts to, from its JSON report. `ok` is whether it ended with status 0: an error outside of any
 * test fails the run without failing a test, and must be counted all the same.
 *
 * @typedef {{ name: string, status: string, assertionResults: { status: string, fullName: string }[] }} SuiteResult
 * @param {{ testResults: SuiteResult[] }} report
 * @param {boolean} ok
 * @param {string} root
 */
export function countResults(report, ok, root) {
  const counted = { passed: 0, failed: 0, skipped: /** @type {string[]} */ ([]) };
  for (const { name, status, assertionResults } of report.testResults) {
    // A file that cannot even be loaded has no tests to fail.
    if (status === 'failed' && assertionResults.length === 0) counted.failed++;
    for (const test of assertionResults) {
      if (test.status === 'passed') counted.passed++;
      else if (test.status === 'failed') counted.failed++;
      else counted.skipped.push(`${name.replace(`${root}/`, '')}: ${test.fullName}`);
    }
  }
  counted.failed = Math.max(counted.failed, ok ? 0 : 1);
  return counted;
}

/**
 * The last line of `npm test`.
 *
 * @param {{ passed: number, failed: number, skipped: number }} counted
 */
export function summary({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
