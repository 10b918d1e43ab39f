import { expect, test } from 'vitest';
import { echo, playDiscord } from '../../support/discord/play.ts';

test('a question in a channel is answered as a reply to it', async () => {
  await using play = await playDiscord({ model: echo });
  const question = play.asks('how are you?');
  const answer = await play.hears('answer to how are you?');
  expect(answer.message_reference?.message_id).toBe(question.id);
  expect(answer.pinged).toEqual([play.ana.id]);
});

test('a direct message is answered where it was said', async () => {
  await using play = await playDiscord({ model: echo });
  const dm = play.fake.dm(play.ana);
  play.asks('hello', { channel: dm });
  expect((await play.hears('answer to hello', dm)).channel_id).toBe(dm.id);
});
