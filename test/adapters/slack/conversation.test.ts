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

test('a thread has the manners of its channel, but for those that are set in it', async () => {
  await using play = await playSlack({ model: new ScriptedModel(() => ['']) });
  const places = async (where: string) =>
    (await play.database.read(`select 1 from conversations where ${where}`)).rows.length;
  const begun = play.asks('/help');
  await play.hears('/help');
  play.fake.uses(play.ana, play.general, '/coda', 'place silent on');
  play.fake.uses(play.ana, play.general, '/coda', 'place receipt on');
  await eventually(async () => (await places(`settings ->> 'receipt' = 'true'`)) === 1);
  // In a thread that was there, and in a new one.
  const marked = async (thread?: string) => {
    const question = play.asks('nobody needs you', { thread });
    return eventually(() => question.reactions?.[0] === 'eyes');
  };
  expect([await marked(begun.ts), await marked()]).toEqual([true, true]);
  play.asks('/place receipt off', { thread: begun.ts });
  await eventually(async () => (await places(`settings ->> 'receipt' = 'false'`)) === 1);
  const question = play.asks('nobody needs you here', { thread: begun.ts });
  expect(await marked()).toBe(true);
  expect(question.reactions).toBeUndefined();
});
