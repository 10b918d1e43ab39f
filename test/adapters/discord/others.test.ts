import { expect, test } from 'vitest';
import { echo, playDiscord } from '../../support/discord/play.ts';
import { eventually } from '../../support/eventually.ts';

const WORDS = 'another coda speaks with the same token';

test('two with one token and data of their own answer each message once, and tell their owner', async () => {
  await using one = await playDiscord({ model: echo, config: { 'delivery.steer': false } });
  await using two = await playDiscord({ model: echo, config: { 'delivery.steer': false }, beside: one });
  const asked = Array.from({ length: 5 }, (_, index) => `question ${index};`);
  for (const text of asked) one.asks(text);
  for (const text of asked) await one.hears(`answer to ${text}`);
  await one.settled();
  await two.settled();
  expect(asked.map((text) => one.said(`answer to ${text}`).length)).toEqual(asked.map(() => 1));
  // What one says by itself is nothing that the other knows of.
  await two.answer(one.fake.uses(one.ana, one.general, 'help'));
  one.fake.says(one.fake.bot, one.general, 'a reminder of the other one');
  expect(await eventually(() => two.log.some((line) => line.includes(WORDS)))).toBe(true);
  const check = two.app.checks.checks.find(({ name }) => name === 'discord');
  expect(await check?.check(AbortSignal.timeout(5_000))).toMatchObject({
    ok: false,
    says: expect.stringContaining(WORDS),
  });
});

test('one alone does not take itself for another, whatever becomes of its answers', async () => {
  await using play = await playDiscord({ model: echo, config: { 'delivery.steer': false } });
  let posts = 0;
  play.fake.rest.fault = ({ method, route }) =>
    method === 'POST' && route.endsWith('/messages') && posts++ % 2 === 0 ? 'unanswered' : undefined;
  for (const words of ['one', 'two', 'three']) play.asks(words);
  for (const words of ['one', 'two', 'three']) await play.hears(`answer to ${words}`);
  await play.answer(play.fake.uses(play.ana, play.general, 'help'));
  await play.settled();
  await play.stop();
  await play.start();
  play.asks('four');
  await play.hears('answer to four');
  // A stranger's words are looked up after those that were said before: by then all of them have been.
  const other = play.fake.channel(play.guild, 'other');
  play.fake.says(play.fake.bot, other, 'a stranger under the same name');
  expect(await eventually(() => play.log.find((line) => line.includes(WORDS)))).toContain(other.id);
});
