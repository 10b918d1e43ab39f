import { expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { ScriptedModel } from '../../support/scripted-model.ts';
import { echo, playSlack } from '../../support/slack/play.ts';

test('a direct message is answered where it was said, and acknowledged', async () => {
  await using play = await playSlack({ model: echo });
  const dm = play.fake.dm(play.ana);
  play.asks('hello', { channel: dm });
  const answer = await play.hears('answer to hello', dm);
  expect(answer.thread_ts).toBeUndefined();
  expect(await eventually(() => play.fake.sockets.pending === 0)).toBe(true);
});

test('a question in a channel is answered in its thread, once, though it comes as message and as mention', async () => {
  await using play = await playSlack({ model: echo });
  const question = play.asks('how are you?');
  const answer = await play.hears('answer to how are you?');
  expect(answer.thread_ts).toBe(question.ts);
  await play.settled();
  expect(play.said('answer to how are you?')).toHaveLength(1);
});

test('a message that is answered with silence gets a mark where its place has that set', async () => {
  await using play = await playSlack({ model: new ScriptedModel(() => ['']), slack: { threads: false } });
  for (const set of ['silent on', 'receipt on']) {
    const before = play.fake.said(play.general).length;
    play.asks(`/place ${set}`);
    expect(await eventually(() => play.fake.said(play.general).length > before)).toBe(true);
  }
  const said = play.fake.said(play.general).length;
  const question = play.asks('nobody needs you');
  expect(await eventually(() => question.reactions?.length === 1)).toBe(true);
  await play.settled();
  expect(question.reactions).toEqual(['eyes']);
  expect(play.fake.said(play.general)).toHaveLength(said);
});
