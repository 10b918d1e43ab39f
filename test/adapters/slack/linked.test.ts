import { expect, test } from 'vitest';
import { FakeDiscord } from '../../support/discord/index.ts';
import { eventually, within } from '../../support/eventually.ts';
import { wordsOf } from '../../support/slack/index.ts';
import { playSlack } from '../../support/slack/play.ts';

test('one person in Discord and Slack has the same notes, and a reminder comes where it was made', async () => {
  await using discord = Object.assign(await FakeDiscord.start(), {
    [Symbol.asyncDispose]: async () => discord.close(),
  });
  const friend = discord.user('Ana');
  discord.guild('Home', [friend]);
  await using play = await playSlack({
    stillClock: true,
    config: {
      'discord.token': 'fake-discord-token',
      'discord.api_url': discord.apiUrl,
      'access.members': [`discord:${friend.id}`],
    },
  });
  const { fake, ana } = play;
  const [slackDm, discordDm] = [fake.dm(ana), discord.dm(friend)];
  const saidThere = () => discord.said(discordDm).map(({ content }) => content);
  const hearsThere = async (words: RegExp) => {
    if (!(await within(60_000, () => saidThere().some((each) => words.test(each))))) {
      throw new Error(`never said ${words}, but ${JSON.stringify(saidThere())}`);
    }
    await play.settled();
  };
  discord.says(friend, discordDm, 'note: the milk is off');
  await hearsThere(/milk/);

  play.asks('/link', { channel: slackDm });
  const code = /\/link ([\w-]+)/.exec(wordsOf(await play.hears(/\/link \w/, slackDm)))?.[1];
  discord.says(friend, discordDm, `/link ${code}`);
  await hearsThere(/join|you\b/i);
  const question = discord.said(discordDm).at(-1);
  expect(question?.components.length).toBeGreaterThan(0);
  discord.presses(friend, question as NonNullable<typeof question>, 'Yes, join us');
  await hearsThere(/Done: you are/);

  play.asks('show my notes', { channel: slackDm });
  await play.hears(/the milk is off/, slackDm);
  play.asks('remind me in 10 minutes to call Carl', { channel: slackDm });
  await play.hears(/call Carl/, slackDm);
  await play.settled();
  const before = fake.said(slackDm).length;
  await play.passes(10 * 60_000);
  expect(
    await eventually(() =>
      fake
        .said(slackDm)
        .slice(before)
        .some((each) => /call Carl/.test(wordsOf(each))),
    ),
  ).toBe(true);
  expect(saidThere().some((each) => /call Carl/.test(each))).toBe(false);

  // One platform that has lost its token takes nothing from the other.
  fake.revoked.add(fake.botToken);
  const told = fake.event({ type: 'tokens_revoked', tokens: { oauth: [], bot: [fake.bot.id] } });
  await eventually(() => told.acknowledged);
  discord.says(friend, discordDm, 'note: still here');
  await hearsThere(/still here/);
  const found = (await play.app.checks.run()).filter(({ name }) => name === 'slack' || name === 'discord');
  expect(Object.fromEntries(found.map(({ name, ok }) => [name, ok]))).toEqual({ slack: false, discord: true });
});
