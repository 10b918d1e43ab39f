import { expect, test } from 'vitest';
import { play } from '../../support/play.ts';

test('before others, words that are not understood show only what was set there', async () => {
  await using coda = await play();
  const alone = coda.person('ana');
  const among = coda.person('ana', { channel: 'general' });
  await alone.says('remind me to ring Sue at 2pm');
  await among.says('remind me to order the cake at 3pm');
  expect(await among.says('Sue is on holiday')).not.toContain('ring Sue');
  expect(await among.says('the cake is a lie')).toContain('order the cake');
  expect(await alone.says('the cake is a lie')).toContain('order the cake');
  expect(await alone.says('Sue is on holiday')).toContain('ring Sue');
});
