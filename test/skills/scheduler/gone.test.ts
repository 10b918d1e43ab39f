import { expect, test } from 'vitest';
import { echo, playDiscord } from '../../support/discord/play.ts';

test('a schedule and a digest whose channel was deleted come by direct message, each once', async () => {
  await using play = await playDiscord({ model: echo, stillClock: true });
  const { fake } = play;
  const dm = fake.dm(play.ana);
  const room = fake.channel(play.guild, 'room');
  play.asks('/schedule every day at 22:00 tell me the news', { channel: room });
  await play.hears('every day at 22:00', room);
  for (const name of ['mum', 'bob']) play.asks(`/remind call ${name} at 22:00`, { channel: room });
  await play.hears('call bob', room);
  await play.settled();
  room.gone = true;
  await play.passes(24 * 3_600_000);
  await play.hears('answer to tell me the news', dm);
  const card = await play.hears('⏰ call mum', dm);
  expect(card.content).toContain('⏰ call bob');
  await play.settled();
  expect(play.said('answer to tell me the news')).toHaveLength(1);
  expect(play.said('⏰ call')).toHaveLength(1);
});
