/** Reasons of failures: which are words, and which are for programs. */
import { expect, test } from 'vitest';
import { actWords, originWords, outcomeWords } from '../../../src/web/activity/audit-words.ts';
import { hasWords } from '../../../src/web/app/words.ts';

test.each([
  'the model does not answer this',
  'It took longer than 30 seconds.',
  'Slack has not answered since 13:40',
  'The disk is full: 0 MB are left.',
])('%s is words', (reason) => {
  expect(hasWords(reason)).toBe(true);
});

test.each([
  'DiscordAPIError[50035] 400 50035 Invalid Form Body',
  'TypeError: fetch failed',
  'connect ECONNREFUSED 127.0.0.1:80',
  'UND_ERR_CONNECT_TIMEOUT',
  'no turn 0193a1c2-7f1e-7000-8000-000000000001',
  '{"error": {"code": 500}}',
  '<html><body>Bad gateway</body></html>',
  'cannot read x at run (/app/dist/main.js:10:20)',
])('%s is for programs', (reason) => {
  expect(hasWords(reason)).toBe(false);
});

test('what was done is told in words; names of tools, acts and codes stand under Details', () => {
  const told = (action: string, subject: string | null, does: string | null = null) =>
    actWords({ action, subject, does });
  expect(told('tool.call', 'note_save', 'Saves a note')).toBe('Saves a note');
  expect(told('tool.call', 'github__create_issue')).not.toContain('github__create_issue');
  expect(told('command.run', 'timezone')).toBe('used the command /timezone');
  expect(told('approval.decide', 'letter_send', 'Sends a letter')).toBe('decided about a call: “Sends a letter”');
  expect(told('something.new', 'a_code')).toBe('something was done');
  expect(originWords('dashboard')).toBe('on a page');
  expect(outcomeWords({ status: 'ok', code: null })).toBeUndefined();
  expect(outcomeWords({ status: 'denied', code: 'DENIED' })).toBe('was not allowed');
  expect(outcomeWords({ status: 'failed', code: 'NOT_FOUND' })).toBe('there was none like that');
  expect(outcomeWords({ status: 'failed', code: 'HTTP_503_FROM_SOMEWHERE' })).toBe('did not work');
});
