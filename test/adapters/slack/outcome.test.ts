import { expect, test } from 'vitest';
import { outcomeOf, SlackRefusal } from '../../../src/adapters/slack/outcome.ts';
import { deadLetterCheck } from '../../../src/app/health/work.ts';

test('an answer for a channel that coda is not in says how coda is invited, to the doctor as well', async () => {
  const outcome = outcomeOf(new SlackRefusal('chat.postMessage', 'not_in_channel', undefined));
  expect(outcome).toMatchObject({ kind: 'gone', reason: expect.stringContaining('say /invite @coda') });
  const error = outcome.kind === 'gone' ? outcome.reason : '';
  const letter = {
    id: '1',
    key: 'k',
    adapter: 'slack',
    channel: 'C0OFFICE',
    text: 'hi',
    error,
    created_at: new Date(),
  };
  const check = deadLetterCheck({
    deadLetters: async () => ({ letters: [letter as never], total: 1 }),
    open: async () => ({}),
    resent: 0,
  });
  const { says } = await check.check(new AbortController().signal);
  expect(says).toMatch(/to Slack C0OFFICE: I am not in that channel: say \/invite @coda there/);
});
