import { expect, test } from 'vitest';
import { countResults, summary } from '../../scripts/results.mjs';

const file = (name: string, status: string, tests: Record<string, string>) => ({
  name: `/coda/test/${name}`,
  status,
  assertionResults: Object.entries(tests).map(([fullName, state]) => ({ fullName, status: state })),
});

test('every test counts once, and what was skipped is named', () => {
  const testResults = [
    file('a.test.ts', 'failed', { 'a holds': 'passed', 'b holds': 'failed' }),
    file('b.test.ts', 'passed', { 'c holds': 'skipped', 'd holds': 'todo', 'e holds': 'passed' }),
  ];
  expect(countResults({ testResults }, false, '/coda')).toEqual({
    passed: 2,
    failed: 1,
    skipped: ['test/b.test.ts: c holds', 'test/b.test.ts: d holds'],
  });
});

test('a file that cannot be loaded is a failure', () => {
  expect(countResults({ testResults: [file('a.test.ts', 'failed', {})] }, false, '/coda').failed).toBe(1);
});

test('an error outside of any test is a failure', () => {
  const testResults = [file('a.test.ts', 'passed', { 'a holds': 'passed' })];
  expect(countResults({ testResults }, false, '/coda')).toMatchObject({ passed: 1, failed: 1 });
  expect(countResults({ testResults }, true, '/coda')).toMatchObject({ passed: 1, failed: 0 });
});

test('the last line names what was skipped only when something was', () => {
  expect(summary({ passed: 3, failed: 0, skipped: 0 })).toBe('3 passed, 0 failed');
  expect(summary({ passed: 3, failed: 1, skipped: 2 })).toBe('3 passed, 1 failed, 2 skipped');
});
