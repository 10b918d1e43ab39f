import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listFiles, root } from '../../scripts/files.mjs';
import { countResults, skippedByService, summary } from '../../scripts/results.mjs';
import { relatedSuites } from '../../scripts/suites.mjs';

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

test('what was skipped is counted in at most three lines, by the service that is missing', () => {
  const suites: Record<string, string> = {
    'test/a.test.ts': "requireService('CODA_TEST_DOCKER')",
    'test/b.test.ts': "requireService('CODA_TEST_REDIS')",
    'test/c.test.ts': "import { page } from '../support/browser.ts'",
    'test/d.test.ts': 'describe.each(testDatabases)',
  };
  const skipped = [
    'a: 1',
    'a: 2',
    'a: Redis 3',
    'b: 1',
    'c: 1',
    'd: PostgreSQL 1',
    'd: PostgreSQL 2',
    'd: PostgreSQL 3',
  ].map((name) => `test/${name.replace(':', '.test.ts:')}`);
  expect(skippedByService(skipped, {}, (suite) => suites[suite] ?? '')).toEqual([
    'skipped: 3 without PostgreSQL (CODA_TEST_POSTGRES)',
    'skipped: 2 without Docker (CODA_TEST_DOCKER)',
    'skipped: 2 without Redis (CODA_TEST_REDIS), 1 without a Chromium (CODA_TEST_CHROMIUM)',
  ]);
  const some = { CODA_TEST_DOCKER: 'unix:///x', CODA_TEST_CHROMIUM: '/x', CODA_TEST_POSTGRES: 'postgres://x' };
  expect(skippedByService(['test/b.test.ts: 1'], some, (suite) => suites[suite] ?? '')).toEqual([
    'skipped: 1 without Redis (CODA_TEST_REDIS)',
  ]);
  expect(skippedByService([], {}, () => '')).toEqual([]);
});

test('a change of a room touches its suites, and a helper of the tests the suites that use it', () => {
  const files = listFiles(join(root, 'test'));
  const notes = relatedSuites(['src/skills/notes/store.ts'], files);
  expect(notes).toContain('test/skills/notes/notes.test.ts');
  expect(notes).not.toContain('test/skills/tasks/tasks.test.ts');
  expect(relatedSuites(['test/support/vt.ts'], files)).toContain('test/adapters/console/terminal.test.ts');
  expect(relatedSuites(['test/house/results.test.ts'], files)).toEqual(['test/house/results.test.ts']);
  expect(relatedSuites(['docs/start.md'], files)).toEqual([]);
});

test.each([
  ['a port', 'src/delivery/adapter.ts', 'test/adapters/slack/contract.test.ts', 'test/adapters/slack/render.test.ts'],
  ['another port', 'src/bus/port.ts', 'test/bus/bus.test.ts', 'test/adapters/slack/contract.test.ts'],
  ['a migration', 'migrations/0045_hooks.sql', 'test/storage/migrate.test.ts', 'test/skills/tasks/tasks.test.ts'],
  [
    'a table',
    'migrations/0151_note_vectors_follow.sql',
    'test/skills/notes/notes.test.ts',
    'test/skills/tasks/tasks.test.ts',
  ],
  ['an asset', 'assets/prices.json', 'test/agent/models/prices.test.ts', 'test/time/languages.test.ts'],
  ['an asset of a folder', 'assets/times/de.json', 'test/time/languages.test.ts', 'test/agent/models/prices.test.ts'],
  [
    'a shipped skill',
    'agent-skills/travel-plan/SKILL.md',
    'test/agent-skills/shipped.test.ts',
    'test/time/dst.test.ts',
  ],
])('a change of %s touches what stands on it: %s', (_, changed, touched, untouched) => {
  const suites = relatedSuites([changed], listFiles(join(root, 'test')));
  expect(suites).toContain(touched);
  expect(suites).not.toContain(untouched);
});
