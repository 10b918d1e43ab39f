/** A schedule's last run, in words. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findingWords, isEnded, lastRunWords } from '../../../src/web/automations/outcome.ts';
import { signIn, signOut } from './page.ts';

beforeEach(() => signIn('2026-11-28T08:30:00Z'));
afterEach(signOut);

const ended = { running: false, last_at: '2026-11-28T08:00:00Z', last_outcome: 'done', failures: 0 };

test('a run has its outcome with its own time', () => {
  expect(lastRunWords(ended)).toBe('went well 09:00');
  expect(lastRunWords({ ...ended, last_outcome: 'failed', failures: 2 })).toBe('failed 09:00, 2 failures in a row');
  expect(lastRunWords({ ...ended, last_at: null, last_outcome: null })).toBe('has not run yet');
});

test('while it runs it says since when, and nothing of the run before', () => {
  expect(lastRunWords({ ...ended, running: true })).toBe('running since 09:00');
  expect(isEnded({ ...ended, running: true })).toBe(false);
});

test('a time that was skipped is not said to be that of the run before', () => {
  expect(lastRunWords({ ...ended, last_outcome: 'skipped' })).toBe('was skipped, last ran 09:00');
  expect(lastRunWords({ ...ended, last_at: null, last_outcome: 'skipped' })).toBe('was skipped');
});

test('what a rule found is said with the number that it was compared with', () => {
  const below = { is: 'below', number: 40 } as const;
  expect(findingWords('not met', '45', below)).toBe('45 is not below 40: nothing said');
  expect(findingWords('not met', '39', below)).toBe('39 is below 40, not yet often enough: nothing said');
  expect(findingWords('not met', '12', { is: 'above', number: 40 })).toBe('12 is not above 40: nothing said');
  // What is no number by itself, and what was looked for in words, is shown as it is.
  expect(findingWords('not met', '1.299 €', below)).toBe('1.299 €: not the case, nothing said');
  expect(findingWords('not met', 'sold out', { is: 'contains' })).toBe('sold out: not the case, nothing said');
  expect(findingWords('same', '45', below)).toBe('45: as before, nothing said');
});
