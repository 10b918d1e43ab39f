import { expect, test } from 'vitest';
import type { Model } from '../../../src/agent/index.ts';
import { deferred } from '../../../src/base/async.ts';
import { eventually } from '../../support/eventually.ts';
import { echo, playSlack } from '../../support/slack/play.ts';

test('a thread of the assistant pane suggests how to begin, shows that work is done, and is named after its first words', async () => {
  const thought = deferred();
  const model: Model = {
    name: 'test/slow',
    async *generate(...asked) {
      await thought.promise;
      yield* echo.generate(...asked);
    },
  };
  await using play = await playSlack({ model });
  const { fake, ana } = play;
  const dm = fake.dm(ana);
  const thread = fake.opensPane(ana);
  const told = (what: string) => fake.assistant.filter((each) => each.what === what && each.thread === thread);
  expect(await eventually(() => told('prompts').length === 1)).toBe(true);
  play.asks('what is up, <@UNOBODY>?', { channel: dm, thread });
  expect(await eventually(() => told('status').length > 0)).toBe(true);
  thought.resolve();
  const answer = await play.hears(/^answer to what is up/, dm);
  expect(answer.thread_ts).toBe(thread);
  expect(await eventually(() => told('title').length === 1)).toBe(true);
  expect(told('title')[0]?.value).toMatch(/^what is up, @/);
  // The first words name it, and no later ones.
  play.asks('and now?', { channel: dm, thread });
  await play.hears('answer to and now?', dm);
  await play.settled();
  expect(told('title')).toHaveLength(1);
});
