import { expect, test } from 'vitest';
import { playDiscord } from '../../support/discord/play.ts';

/** The code in an answer. */
const codeIn = (text: string) => /\/link ([A-Z0-9]{5}-[A-Z0-9]{5})/.exec(text)?.[1] ?? '';

test('a code that makes two accounts one person is seen by who asked alone, also in a channel', async () => {
  await using play = await playDiscord();
  const { fake, ana, bob, general } = play;
  await play.answer(fake.uses(bob, general, 'note', { text: 'the key is under the mat' }));
  const offered = await play.answer(fake.uses(ana, general, 'link'));
  expect(offered.only).toBe(ana.id);
  expect(offered.content).toContain('with your rights as my owner');
  const asked = await play.answer(fake.uses(bob, general, 'link', { code: codeIn(offered.content) }));
  expect(asked.only).toBe(bob.id);
  expect(asked.content).toContain('**Ana on Discord**');
  const joined = await play.answer(fake.presses(bob, asked, 'Yes, join us'));
  expect(joined.only).toBe(bob.id);
  expect(joined.content).toContain('you are Ana to me');
  expect((await play.answer(fake.uses(ana, general, 'notes'))).content).toContain('under the mat');
  expect((await play.answer(fake.uses(bob, general, 'doctor', { what: 'all' }))).content).toContain('storage');
});

test('asked for in so many words in a channel, a code comes in a direct message', async () => {
  await using play = await playDiscord();
  const { fake, ana, general } = play;
  play.asks('/link');
  await play.hears('Say `/link` to me in a direct message');
  const dm = fake.dm(ana);
  play.asks('/notes', { channel: dm });
  await play.hears('no notes', dm);
  play.asks('/link');
  await play.hears('I have sent you a code');
  expect(codeIn((await play.hears('It works once', dm)).content)).not.toBe('');
  expect(
    fake
      .said(general)
      .map(({ content }) => codeIn(content))
      .join(''),
  ).toBe('');
});
