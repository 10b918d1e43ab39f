import { expect, test } from 'vitest';
import { echo, playDiscord } from '../../support/discord/play.ts';
import { eventually } from '../../support/eventually.ts';

test('a channel in which somebody has spoken is known by its name, a thread by that of its channel, never by its own words', async () => {
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
  await eventually(async () => (await names()).size > 0);
  expect(await names()).toEqual(new Map([[general.id, 'general']]));
  expect(fake.rest.seen.filter((request) => /^GET .*\/channels\/\d+$/.test(request))).toHaveLength(asked);
});

test('a thread of its own that coda finds at a start keeps its words to itself, and a message that is not heard names no place', async () => {
  await using play = await playDiscord({
    model: echo,
    discord: { threads: true },
    config: { 'access.unknown': 'ignore' },
  });
  const { fake, eve } = play;
  const quiet = fake.channel(play.guild, 'quiet');
  const question = play.asks('my own words', { channel: quiet });
  const thread = await eventually(() => fake.channels.get(question.id));
  await play.hears('answer to', thread);
  await play.stop();
  await play.start();
  const stored: unknown[] = [];
  const run = play.database.run.bind(play.database);
  play.database.run = (name, text, params) => {
    if (name === 'places.names') stored.push(params?.[1]);
    return run(name, text, params);
  };
  play.asks('let me in', { user: eve });
  const next = play.asks('and now?');
  await play.hears('answer to and now?', await eventually(() => fake.channels.get(next.id)));
  await eventually(() => stored.length > 0);
  expect(stored).toEqual([[play.general.id]]);
  const { rows } = await play.database.read<{ name: string }>('select name from place_names order by name');
  expect(rows.map(({ name }) => name)).toEqual(['general', 'quiet']);
});
