/** Reasons of failures: which are words, and which are for programs. */
import { expect, test } from 'vitest';
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
