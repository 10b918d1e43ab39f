import { expect, test } from 'vitest';
import { SlackLimit } from '../../../src/adapters/slack/outcome.ts';
import { gateApi } from '../../../src/adapters/slack/requests.ts';
import { deferred } from '../../../src/base/async.ts';
import { eventually } from '../../support/eventually.ts';
import { wordsOf } from '../../support/slack/index.ts';
import { echo, playSlack, type SlackPlay } from '../../support/slack/play.ts';

const config = { 'delivery.steer': false, 'delivery.queue_limit': 100, 'access.rate_limit.enabled': false };

/** Nothing of what is said now comes by itself any more. */
function unheard({ fake }: SlackPlay, say: () => void) {
  const before = fake.sockets.delivered.length;
  say();
  for (const delivered of fake.sockets.delivered.slice(before)) delivered.acknowledged = true;
}

test('a refreshed socket reads nothing again, and what is new never waits for what was missed', async () => {
  await using play = await playSlack({ model: echo, config });
  const { fake, ana, bob, general } = play;
  const dm = fake.dm(ana);
  play.asks('begin', { channel: dm });
  await play.hears('answer to begin', dm);
  await play.settled();
  const read = () => fake.web.calls.filter(({ method }) => /^(?:users\.)?conversations\b/.test(method)).length;
  const before = read();
  fake.sockets.drop('refresh');
  await eventually(() => fake.sockets.connects === 2);
  await play.settled();
  expect(read()).toBe(before);

  const held = deferred();
  fake.web.hold = ({ method }) => (method === 'conversations.history' ? held.promise : undefined);
  // After that Slack says to wait.
  fake.limits.refuse('conversations.history', 1, fake.now());
  fake.sockets.drop('reset', true);
  let missed = play.general.messages[0];
  unheard(play, () => (missed = play.asks('missed question')));
  await eventually(() => fake.sockets.connects === 3);
  await eventually(() => fake.web.calls.at(-1)?.method === 'conversations.history');
  play.asks('urgent?');
  await play.hears('answer to urgent?');
  // Whether it is for coda is not known before the question above it is found.
  fake.says(bob, general, 'and this?', { thread: missed?.ts });
  expect(await eventually(() => fake.sockets.pending === 0)).toBe(true);
  held.resolve();
  await play.hears('answer to missed question');
  await play.hears('answer to and this?');
  await play.settled();
  expect(play.said('answer to')).toHaveLength(4);
});

test('after an absence every page is read, threads to their end, and old threads by their newest reply', async () => {
  await using play = await playSlack({ model: echo, config, slack: { look_back_messages: 8 } });
  const { fake, ana, bob, general } = play;
  const dm = fake.dm(ana);
  const long = play.asks('begin');
  await play.hears('answer to begin');
  await play.settled();
  await play.stop();
  fake.sockets.drop('reset', true);
  unheard(play, () => {
    const old = fake.says(bob, general, 'three days ago');
    old.ts = `${Math.floor(fake.now() / 1_000) - 3 * 86_400}.000100`;
    fake.says(ana, general, `<@${fake.bot.id}> in an old thread`, { thread: old.ts });
    for (let index = 0; index < 150; index++) fake.says(ana, general, `reply ${index};`, { thread: long.ts });
    for (let index = 0; index < 8; index++) play.asks(`missed ${index};`, { channel: dm });
  });
  await play.start();
  await play.hears('answer to in an old thread');
  expect(await eventually(() => play.said('answer to missed').length === 8)).toBe(true);
  expect(await eventually(() => play.said('answer to reply').length === 8)).toBe(true);
  await play.settled();
  expect(play.said('answer to reply 149;')).toHaveLength(1);
  // The rest is told of, once, where it was said.
  expect(play.said('I was away').map((note) => [note.thread_ts, wordsOf(note)])).toEqual([
    [long.ts, expect.stringMatching(`^<@${ana.id}>.*142 older messages were not answered`)],
  ]);
});

test('what is cut from the look-back is told to each who asked, once, where they asked last', async () => {
  await using play = await playSlack({ model: echo, config, slack: { look_back_messages: 3, bots: true } });
  const { fake, ana, bob, eve, general } = play;
  play.asks('begin');
  await play.hears('answer to begin');
  await play.settled();
  const asked = new Map<string, string>();
  await play.stop();
  fake.sockets.drop('reset', true);
  unheard(play, () => {
    play.asks('cut first');
    for (const user of [ana, bob, eve]) asked.set(user.id, play.asks('cut', { user }).ts);
    fake.says(bob, general, 'not for coda');
    fake.says(eve, general, 'nor this');
    play.asks('missed', { user: eve });
    play.asks('just now');
  });
  for (const words of ['just now', 'later']) {
    await play.start();
    if (words === 'later') play.asks(words);
    await play.hears(`answer to ${words}`);
    await play.settled();
    await play.stop();
  }
  const told = play.said('I was away').map((note) => [note.thread_ts, wordsOf(note)]);
  expect(told).toHaveLength(2);
  expect(told).toContainEqual([asked.get(ana.id), expect.stringMatching(`^<@${ana.id}>.* 2 older messages were`)]);
  expect(told).toContainEqual([asked.get(bob.id), expect.stringMatching(`^<@${bob.id}>.* an older message was`)]);
});

test('what was said too long ago is not answered, and that is said once', async () => {
  await using play = await playSlack({ model: echo, stillClock: true, config });
  const { fake, ana } = play;
  const dm = fake.dm(ana);
  play.asks('begin', { channel: dm });
  await play.hears('answer to begin', dm);
  await play.settled();
  await play.stop();
  fake.sockets.drop('reset', true);
  await play.moves(1_000);
  unheard(play, () => play.asks('missed long ago', { channel: dm }));
  await play.moves(25 * 3_600_000);
  unheard(play, () => play.asks('missed just now', { channel: dm }));
  for (const _ of [1, 2]) {
    await play.start();
    await play.hears('answer to missed just now', dm);
    expect(wordsOf(await play.hears('I was away', dm))).toContain('an older message was not answered');
    await play.settled();
    await play.stop();
  }
  expect(fake.said(dm)).toHaveLength(3);
});

test('what Slack says to wait holds for a method, and for messages in one channel', async () => {
  const made: string[] = [];
  let now = 1_000;
  const api = gateApi(
    async (method, { channel } = {}) => {
      made.push(`${method} ${channel}`);
      if (channel === 'C1') throw new SlackLimit(method, 5_000);
      return {} as never;
    },
    () => now,
  );
  const call = (method: string, channel: string) => api(method, { channel }).catch((error: Error) => error);
  for (const channel of ['C1', 'C1', 'C2']) {
    await call('chat.postMessage', channel);
    await call('conversations.history', channel);
  }
  expect(made).toEqual(['chat.postMessage C1', 'conversations.history C1', 'chat.postMessage C2']);
  now += 5_001;
  expect(await call('conversations.history', 'C2')).toEqual({});
});
