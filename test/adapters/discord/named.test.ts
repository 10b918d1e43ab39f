import { expect, test } from 'vitest';
import { echo, playDiscord } from '../../support/discord/play.ts';
import { eventually } from '../../support/eventually.ts';

test('channels and threads in which somebody has spoken are known by their names, a new name from the next message on', async () => {
  await using play = await playDiscord({ model: echo, discord: { threads: true } });
  const { fake, general } = play;
  fake.channel(play.guild, 'nobody-speaks-here');
  const names = async () => {
    const { rows } = await play.database.read<{ channel: string; name: string }>('select * from place_names');
    return new Map(rows.map(({ channel, name }) => [channel, name]));
  };
  const question = play.asks('how are you?');
  const thread = await eventually(() => fake.channels.get(question.id));
  await play.hears('answer to', thread);
  const asked = fake.rest.seen.filter((request) => /^GET .*\/channels\/\d+$/.test(request)).length;
  await eventually(async () => (await names()).size === 2);
  expect(await names()).toEqual(
    new Map([
      [general.id, 'general'],
      [question.id, 'how are you?'],
    ]),
  );
  expect(fake.rest.seen.filter((request) => /^GET .*\/channels\/\d+$/.test(request))).toHaveLength(asked);
});
