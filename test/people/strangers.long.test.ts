import { expect, test } from 'vitest';
import { playTwo } from './platforms.ts';

const STRANGERS = 10_000;
/** Heard at the same time. */
const AT_ONCE = 50;

test('10,000 strangers in an hour, each twice: one notice each, bounded rows, owners not flooded, members answered', async () => {
  await using two = await playTwo({ owners: ['chat:olga'], members: ['chat:ana'] });
  const { coda, chat } = two;
  await chat.says('olga', '/notes');
  await chat.says('ana', '/notes');
  const before = chat.fake.messages.length;
  const rounds = STRANGERS / AT_ONCE;
  for (let round = 0; round < rounds; round++) {
    const all = Array.from({ length: AT_ONCE }, (_, n) => `s${round * AT_ONCE + n}`);
    // What they say again is not kept.
    for (const text of ['let me in', 'hello?']) {
      const heard = await Promise.all(all.map((name) => chat.hear(name, text)));
      await Promise.all(heard.map(({ settled }) => settled));
    }
    await coda.passes({ minutes: 60 / rounds });
    if (round % 50 === 25) expect(await chat.says('ana', 'note: still here')).toContain('still here');
  }
  const said = chat.fake.messages.slice(before).map(({ channel }) => channel);
  expect(new Set(said.filter((channel) => /^dm-s\d/.test(channel))).size).toBe(STRANGERS);
  expect(said.filter((channel) => /^dm-s\d/.test(channel))).toHaveLength(STRANGERS);
  expect(said.filter((channel) => channel === 'dm-olga').length).toBeLessThanOrEqual(10);
  for (const table of ['persons', 'identities', 'conversations', 'pairings']) {
    expect(await coda.count(table), table).toBeLessThanOrEqual(STRANGERS + 4);
  }
  expect(await coda.count('inbox')).toBeLessThanOrEqual(2 * STRANGERS + 20);
});
