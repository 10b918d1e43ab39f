import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { dataTool, done, type Model } from '../../../src/agent/index.ts';
import { deferred } from '../../../src/base/async.ts';
import type { TestClock } from '../../../src/base/clock.ts';
import type { FileRef } from '../../../src/delivery/index.ts';
import { PERMISSIONS } from '../../support/discord/index.ts';
import { echo, inTwo, playDiscord } from '../../support/discord/play.ts';
import { eventually } from '../../support/eventually.ts';
import { ScriptedModel } from '../../support/scripted-model.ts';
import { lostAnswers } from './lost.ts';

/** Says what `text` gives for what was said. */
const says = (text: (said: string) => string): Model => ({
  name: 'test/says',
  async *generate({ messages }) {
    const said = messages.findLast((message) => message.role === 'user');
    yield { type: 'text', text: text(said?.text ?? '') };
    yield { type: 'stop', reason: 'end' };
  },
});

describe('a send whose answer is lost', () => {
  test('does not appear twice, and none is missing', async () => {
    expect(await lostAnswers({ sends: 40, seed: 3 })).toEqual({ faults: true, twice: [], missing: [] });
  });

  test('is found in the history when Discord has forgotten its nonce', async () => {
    await using play = await playDiscord({ model: echo, stillClock: true });
    let sends = 0;
    const { clock } = play.world;
    const begun = clock.now().getTime();
    play.fake.rest.fault = ({ method, route }) => {
      if (method !== 'POST' || !route.endsWith('/messages')) return undefined;
      if (sends++ === 0) return 'unanswered';
      // Until the nonce cannot be relied on any more, nothing gets through.
      return clock.now().getTime() - begun < 15_000 ? 'lost' : undefined;
    };
    play.asks('once only');
    await play.hears('answer to once only');
    await play.settled();
    play.fake.messages.nonceMs = 0;
    await play.passes(10 * 60_000);
    expect(play.said('answer to once only')).toHaveLength(1);
    const sql = `select state from outbox where content->>'text' = 'answer to once only'`;
    expect((await play.database.read(sql)).rows).toEqual([{ state: 'sent' }]);
    expect(await play.app.status()).toMatchObject({ outbox: { sent_again: 0 } });
  });

  test('is found by its buttons, and a later part of an answer by its words', async () => {
    const long = Array.from({ length: 60 }, (_, index) => `Line ${index} ${'x'.repeat(50)}`).join('\n');
    const config = { 'reminders.digest': false };
    await using play = await playDiscord({ model: says(() => long), stillClock: true, config });
    const { clock } = play.world;
    play.fake.messages.nonceMs = 0;
    /** Each message with these words is not answered, and for 15 s does not get through a second time. */
    const lose = (words: string) => {
      const begun = new Map<unknown, number>();
      play.fake.rest.fault = ({ method, route, body }) => {
        if (method !== 'POST' || !route.endsWith('/messages') || !String(body.content).includes(words))
          return undefined;
        const first = begun.get(body.nonce);
        if (first !== undefined) return clock.now().getTime() - first < 15_000 ? 'lost' : undefined;
        begun.set(body.nonce, clock.now().getTime());
        return 'unanswered';
      };
    };
    for (const _ of ['one', 'another']) {
      await play.answer(play.fake.uses(play.ana, play.general, 'remind', { when: 'in 10 minutes', text: 'stretch' }));
    }
    await play.settled();
    lose('⏰');
    await play.passes(10 * 60_000 + 1_000);
    await play.passes(10 * 60_000);
    lose('Line 59');
    play.asks('tell me everything');
    await play.hears('Line 59');
    await play.settled();
    await play.passes(10 * 60_000);
    const cards = play.said('⏰ stretch');
    expect(cards).toHaveLength(2);
    expect(play.said('Line 59')).toHaveLength(1);
    // Equal words, but each is known by its own buttons.
    for (const card of cards) {
      await play.answer(play.fake.presses(play.ana, card, 'Done'));
      expect(await eventually(() => card.content.includes('Done — Ana'))).toBe(true);
    }
    await play.settled();
    expect((await play.database.read(`select state from outbox where state <> 'sent'`)).rows).toEqual([]);
    expect(await play.app.status()).toMatchObject({ outbox: { sent_again: 0 } });
  });

  test('is found by what it replies to, where it showed only the beginning', async () => {
    const go = deferred();
    await using play = await playDiscord({ model: inTwo(go.promise), stillClock: true });
    let lost = 0;
    play.fake.rest.fault = ({ method, route }) =>
      method === 'POST' && route.endsWith('/messages') && lost++ === 0 ? 'unanswered' : undefined;
    play.asks('go on');
    const sql = 'select 1 from outbox where unknown_at is not null';
    expect(await eventually(async () => (await play.database.read(sql)).rows.length === 1)).toBe(true);
    play.fake.messages.nonceMs = 0;
    const clock = play.world.clock as TestClock;
    await clock.moveTo(new Date(clock.now().getTime() + 60_000));
    go.resolve();
    await play.hears('first words and the last');
    expect(play.said('first words')).toHaveLength(1);
  });

  test('is not taken for another message with the same words', async () => {
    await using play = await playDiscord({ model: says(() => 'Done.'), stillClock: true });
    play.asks('first');
    await play.hears('Done.');
    await play.settled();
    let lost = 0;
    play.fake.rest.fault = ({ method, route }) =>
      method === 'POST' && route.endsWith('/messages') && lost++ === 0 ? 'lost' : undefined;
    play.fake.messages.nonceMs = 0;
    play.asks('second');
    await eventually(() => lost > 0);
    await play.settled();
    await play.passes(10 * 60_000);
    expect(play.said('Done.')).toHaveLength(2);
  });

  test('is sent again when it cannot be found, and that is counted where an owner looks', async () => {
    await using play = await playDiscord({ model: echo, stillClock: true });
    const { clock } = play.world;
    const begun = clock.now().getTime();
    play.fake.rest.fault = ({ method, route }) =>
      method === 'POST' && route.endsWith('/messages') && clock.now().getTime() - begun < 15_000 ? 'lost' : undefined;
    play.asks('once only');
    const sql = `select 1 from outbox where state = 'unknown'`;
    expect(await eventually(async () => (await play.database.read(sql)).rows.length === 1)).toBe(true);
    await play.settled();
    await play.passes(10 * 60_000);
    expect(play.said('answer to once only')).toHaveLength(1);
    expect(await play.app.status()).toMatchObject({ outbox: { sent_again: 1 } });
    const letters = play.app.checks.checks.find(({ name }) => name === 'dead letters');
    expect(await letters?.check(AbortSignal.timeout(5_000))).toMatchObject({
      says: 'everything could be delivered; 1 message looked for in vain and sent again',
    });
  });
});

describe('a limit', () => {
  test('of one channel holds up no other', async () => {
    await using play = await playDiscord({ model: echo });
    const busy = play.fake.channel(play.guild, 'busy');
    play.fake.limits.buckets.set('POST /channels/:channel/messages', { limit: 2, perMs: 2_000 });
    for (let index = 0; index < 4; index++) play.asks(`busy ${index}`, { channel: busy });
    play.asks('calm');
    await play.hears('answer to calm');
    expect(play.fake.said(busy).length).toBeLessThanOrEqual(2);
    await eventually(() => play.fake.said(busy).length === 4);
    expect(play.fake.said(busy).map(({ content }) => content)).toEqual(
      [0, 1, 2, 3].map((index) => `answer to busy ${index}`),
    );
    // What discord.js knows of the limits keeps it from running into them again and again.
    expect(play.fake.limits.invalid).toBeLessThan(5);
  });

  test('of everything is waited out', async () => {
    await using play = await playDiscord({ model: echo });
    let limited = 0;
    play.fake.rest.fault = ({ method, route }) =>
      method === 'POST' && route.endsWith('/messages') && limited++ === 0
        ? { limitedForMs: 1_500, global: true }
        : undefined;
    play.asks('patience');
    await play.hears('answer to patience');
    expect(play.said('answer to patience')).toHaveLength(1);
  });
});

describe('a place that is gone', () => {
  test('or forbidden sends the answer to the asker directly', async () => {
    const go = deferred();
    const slow: Model = {
      name: 'test/slow',
      async *generate(request, signal) {
        const said = request.messages.findLast((message) => message.role === 'user');
        if (said?.text !== 'hi') await go.promise;
        yield* echo.generate(request, signal);
      },
    };
    await using play = await playDiscord({ model: slow });
    const dm = play.fake.dm(play.ana);
    play.asks('hi', { channel: dm });
    await play.hears('answer to hi', dm);
    const room = play.fake.channel(play.guild, 'room');
    play.asks('where are you?', { channel: room });
    await eventually(async () => (await play.database.read('select id from inbox')).rows.length === 2);
    room.denied = PERMISSIONS.SEND_MESSAGES;
    go.resolve();
    await play.hears('answer to where are you?', dm);
  });

  test('while it is unclear whether an answer came there sends it to the asker directly', async () => {
    await using play = await playDiscord({ model: echo, stillClock: true });
    play.fake.messages.nonceMs = 0;
    const room = play.fake.channel(play.guild, 'room');
    let lost = 0;
    play.fake.rest.fault = ({ method, route }) =>
      method === 'POST' && route.endsWith('/messages') && ++lost ? 'lost' : undefined;
    play.asks('anybody?', { channel: room });
    expect(await eventually(() => lost > 0)).toBe(true);
    await play.settled();
    play.fake.rest.fault = () => undefined;
    room.denied = PERMISSIONS.VIEW_CHANNEL;
    await play.passes(10 * 60_000);
    await play.hears('answer to anybody?', play.fake.dm(play.ana));
    expect(play.fake.said(room)).toEqual([]);
  });

  test('takes what was to be said to the person’s direct messages, also where there were none', async () => {
    await using play = await playDiscord({ stillClock: true });
    const room = play.fake.channel(play.guild, 'room');
    play.asks('remind me to stretch in 10 minutes', { channel: room });
    await play.hears('stretch', room);
    await play.settled();
    room.denied = PERMISSIONS.SEND_MESSAGES;
    await play.passes(11 * 60_000);
    await play.hears('⏰ stretch', play.fake.dm(play.ana));
    expect(await play.app.status()).toMatchObject({ outbox: { sent_again: 0 } });
  });

  test('altogether ends as a dead letter, and coda goes on', async () => {
    await using play = await playDiscord({ model: echo });
    const dm = play.fake.dm(play.bob);
    play.bob.closed = true;
    play.asks('hello?', { user: play.bob, channel: dm });
    const dead = await eventually(
      async () => (await play.database.read(`select key from outbox where state = 'dead'`)).rows[0],
    );
    expect(dead).toBeTruthy();
    play.asks('still here?');
    await play.hears('answer to still here?');
    expect(play.said('could not be delivered')).toEqual([]);
    // Who could not be reached hears so where they are heard from next; what it was, nobody else does.
    play.asks('and I?', { user: play.bob });
    await play.hears('answer to and I?');
    expect((await play.hears('could not be delivered')).content).toBe('1 message for you could not be delivered.');
  });
});

describe('an answer', () => {
  test('that is whole at once costs one request', async () => {
    await using play = await playDiscord({ model: echo });
    play.asks('quick');
    await play.hears('answer to quick');
    await play.settled();
    const requests = play.fake.rest.seen.filter((request) => request.includes(`/channels/${play.general.id}/`));
    expect(requests).toEqual([`POST /channels/${play.general.id}/messages`]);
  });

  test('that is long comes in order, with its code blocks whole and the rest as a file', async () => {
    const code = Array.from({ length: 600 }, (_, index) => `console.log(${index}, 'a line of code');`).join('\n');
    await using play = await playDiscord({ model: says(() => `Look:\n\`\`\`js\n${code}\n\`\`\``) });
    play.asks('write code');
    await eventually(() => play.fake.said(play.general).length === 6);
    const said = play.fake.said(play.general);
    for (const { content } of said.slice(1)) expect(content).toMatch(/^```js\n/);
    expect(said.map(({ message_reference: reference }) => reference !== undefined)).toEqual([
      true,
      ...Array(5).fill(false),
    ]);
    const file = said.at(-1)?.attachments[0];
    expect(file?.filename).toBe('answer.md');
    const all = said.map(({ content }) => content).join('\n') + Buffer.from(file?.bytes ?? []).toString();
    for (let index = 0; index < 600; index++) expect(all).toContain(`console.log(${index}, `);
  });

  test('that takes a while is announced by typing', async () => {
    const go = deferred();
    const slow: Model = {
      name: 'test/slow',
      async *generate(request, signal) {
        await go.promise;
        yield* echo.generate(request, signal);
      },
    };
    await using play = await playDiscord({ model: slow });
    play.asks('think');
    expect(await eventually(() => play.fake.typed.includes(play.general.id))).toBe(true);
    go.resolve();
    await play.hears('answer to think');
  });

  test('that comes word by word is one message that grows, edited at Discord’s pace', async () => {
    const words = Array.from({ length: 30 }, (_, index) => `word${index} `);
    const edits = () => play.fake.rest.seen.filter((request) => request.startsWith('PATCH /channels/'));
    const streaming: Model = {
      name: 'test/stream',
      async *generate() {
        yield { type: 'text', text: '```js\n' };
        for (const [index, text] of words.entries()) {
          yield { type: 'text', text };
          // In this time each word could have had an edit of its own.
          await fetch(`${play.fake.apiUrl}/v10/gateway`);
          if (index === 10) await eventually(() => play.fake.said(play.general).length > 0);
          if (index === 20) await eventually(() => edits().length > 0);
        }
        yield { type: 'text', text: '\n```' };
        yield { type: 'stop', reason: 'end' };
      },
    };
    await using play = await playDiscord({ model: streaming });
    play.asks('go on');
    const answer = await play.hears('word29');
    expect(play.fake.said(play.general)).toHaveLength(1);
    expect(answer.content).toMatch(/^```js\n[\s\S]*\n```$/);
    await play.settled();
    // One while it grew, perhaps another, and the last word.
    expect(edits().length).toBeGreaterThanOrEqual(2);
    expect(edits().length).toBeLessThanOrEqual(4);
  });

  test('shows only what is complete while it grows', async () => {
    const go = deferred();
    const streaming: Model = {
      name: 'test/stream',
      async *generate() {
        yield { type: 'text', text: 'This is **very imp' };
        await go.promise;
        yield { type: 'text', text: 'ortant**: see [the' };
        yield { type: 'text', text: ' page](https://example.com).' };
        yield { type: 'stop', reason: 'end' };
      },
    };
    await using play = await playDiscord({ model: streaming });
    play.asks('go on');
    const answer = await play.hears('very');
    expect(answer.content).toBe('This is **very imp**');
    go.resolve();
    await play.hears('This is **very important**: see [the page](https://example.com).');
  });

  test('comes where the history may not be read, though not as a reply', async () => {
    await using play = await playDiscord({ model: echo });
    play.general.denied = PERMISSIONS.READ_MESSAGE_HISTORY;
    play.asks('anybody?');
    expect((await play.hears('answer to anybody?')).message_reference).toBeUndefined();
  });

  test('brings all of its files, in as many messages as they need', async () => {
    const sql = `select payload -> 'files' as files from inbox order by seq`;
    const copy = dataTool({
      name: 'pages_copy',
      description: 'Gives back what came.',
      effect: 'read',
      input: z.object({}),
      async run(_, { tx }) {
        const { rows } = await tx.query<{ files: FileRef[] }>(sql);
        return done('copied', { files: rows.flatMap(({ files }) => files) });
      },
    });
    const model = new ScriptedModel(['thank you'], [{ call: 'pages_copy' }], ['here they are']);
    await using play = await playDiscord({ model, tools: [copy], config: { 'delivery.steer': false } });
    const pages = (first: number) =>
      Array.from({ length: 6 }, (_, index) => {
        const name = `page-${first + index}.txt`;
        return { name, type: 'text/plain', bytes: Buffer.from(`the words of ${name}`) };
      });
    const dm = play.fake.dm(play.ana);
    play.fake.says(play.ana, dm, 'keep these', { files: pages(0) });
    await play.hears('thank you', dm);
    play.fake.says(play.ana, dm, 'and give me all', { files: pages(6) });
    const answer = await play.hears('here they are', dm);
    const more = await eventually(() => play.fake.said(dm).find(({ id }) => BigInt(id) > BigInt(answer.id)));
    const came = [answer, more].flatMap((message) => message?.attachments ?? []);
    expect(came.map(({ filename }) => filename)).toEqual([...pages(0), ...pages(6)].map(({ name }) => name));
    expect(Buffer.from(came.at(-1)?.bytes ?? []).toString()).toBe('the words of page-11.txt');
    expect(answer.attachments).toHaveLength(10);
  });

  test('to a question that was deleted still comes', async () => {
    const go = deferred();
    const slow: Model = {
      name: 'test/slow',
      async *generate(request, signal) {
        await go.promise;
        yield* echo.generate(request, signal);
      },
    };
    await using play = await playDiscord({ model: slow });
    const question = play.asks('gone');
    await eventually(async () => (await play.database.read('select id from inbox')).rows.length === 1);
    play.fake.deletes(question);
    go.resolve();
    expect((await play.hears('answer to gone')).message_reference).toBeUndefined();
  });
});
