import { describe, expect, test } from 'vitest';
import { deferred } from '../../../src/base/async.ts';
import { eventually } from '../../support/eventually.ts';
import { wordsOf } from '../../support/slack/index.ts';
import { echo, inPieces, playSlack } from '../../support/slack/play.ts';

const SETTLES_MS = 15_000;

describe('a post whose answer is lost', () => {
  test.each(['unanswered', 'lost'] as const)('is there once in the end, when the request was %s', async (fault) => {
    await using play = await playSlack({ model: echo, stillClock: true });
    const { fake, ana, general } = play;
    let faults = 0;
    fake.web.fault = ({ method }) => (method === 'chat.postMessage' && faults++ === 0 ? fault : undefined);
    play.asks('are you there?');
    await eventually(() => faults > 0);
    await play.settled();
    expect(fake.said(general)).toHaveLength(fault === 'lost' ? 0 : 1);
    const looked = () => fake.web.calls.filter(({ method }) => method === 'conversations.replies').length;
    // What was posted may not be in the history yet: nobody looks before.
    await play.passes(SETTLES_MS - 1_000);
    expect(looked()).toBe(0);
    await play.passes(2_000);
    await play.passes(60_000);
    expect(looked()).toBeGreaterThan(0);
    await play.hears('answer to are you there?');
    expect(play.said('answer to are you there?')).toHaveLength(1);
    expect(ana.id).not.toBe('');
  });

  test('is looked for in direct messages by its mark, not by its words', async () => {
    await using play = await playSlack({ model: echo, stillClock: true });
    const { fake, ana } = play;
    const dm = fake.dm(ana);
    play.asks('same', { channel: dm });
    await play.hears('answer to same', dm);
    await play.settled();
    let lost = false;
    fake.web.fault = ({ method }) => {
      if (method !== 'chat.postMessage' || lost) return undefined;
      lost = true;
      return 'lost';
    };
    play.asks('same', { channel: dm });
    await eventually(() => lost);
    await play.settled();
    await play.passes(60_000);
    await play.passes(60_000);
    expect(play.said('answer to same')).toHaveLength(2);
  });
});

describe('Slack says to wait', () => {
  test('and is waited for, in order, while other channels go on', async () => {
    await using play = await playSlack({ model: echo, stillClock: true, config: { 'delivery.steer': false } });
    const { fake, ana, bob } = play;
    const [first, second] = [fake.dm(ana), fake.dm(bob)];
    fake.limits.refuse('chat.postMessage', 4, fake.now(), first.id);
    for (const text of ['one', 'two', 'three']) {
      play.asks(text, { channel: first });
      await play.settled();
      // What is written in one millisecond has no order.
      await play.moves(1);
    }
    play.asks('elsewhere', { channel: second, user: bob });
    await play.hears('answer to elsewhere', second);
    await play.settled();
    expect(fake.said(first)).toEqual([]);
    for (let step = 0; step < 20; step++) await play.passes(1_000);
    await eventually(() => fake.said(first).length === 3);
    expect(fake.said(first).map(wordsOf)).toEqual(['one', 'two', 'three'].map((text) => `answer to ${text}`));
    expect(fake.limits.ignored).toBe(0);
  });
});

describe('a place that cannot be written to', () => {
  test.each(['archived', 'left'])('(%s) leaves the answer to a direct message', async (how) => {
    await using play = await playSlack({ model: echo });
    const { fake, ana, general } = play;
    fake.web.watch = ({ method }) => {
      if (method !== 'chat.postMessage') return;
      if (how === 'archived') general.archived = true;
      else general.members.delete(fake.bot.id);
    };
    play.asks('can you hear me?');
    await play.hears('answer to can you hear me?', fake.dm(ana));
    expect(play.said('answer to can you hear me?')).toHaveLength(1);
  });
});

describe('an edit that Slack refuses for good', () => {
  const refusal = (error: string) => ({
    status: 200,
    type: 'application/json',
    body: JSON.stringify({ ok: false, error }),
  });

  // docs.slack.dev/reference/methods/chat.update#errors
  test.each([
    { error: 'edit_window_closed', from: 'while the answer grows', edits: 0, said: ['It is', 'noon, as ever.'] },
    { error: 'cant_update_message', from: 'while the answer grows', edits: 0, said: ['It is', 'noon, as ever.'] },
    { error: 'edit_window_closed', from: 'at the end', edits: 1, said: ['It is noon,', 'as ever.'] },
    { error: 'msg_too_long', from: 'at the end', edits: 1, said: ['It is noon,', 'as ever.'] },
  ])(
    '($error, $from) leaves the message as it is, and the rest is one further message',
    async ({ error, edits, said }) => {
      const [second, third] = [deferred(), deferred()];
      const pieces = [
        { text: 'It is', when: Promise.resolve() },
        { text: ' noon,', when: second.promise },
        { text: ' as ever.', when: third.promise },
      ];
      await using play = await playSlack({ model: inPieces(pieces) });
      const { fake, ana } = play;
      const dm = fake.dm(ana);
      let updates = 0;
      fake.web.fault = ({ method }) => (method === 'chat.update' && updates++ >= edits ? refusal(error) : undefined);
      play.asks('what time is it?', { channel: dm });
      await play.hears('It is', dm);
      second.resolve();
      expect(await eventually(() => updates === 1)).toBe(true);
      if (edits > 0) await play.hears('It is noon,', dm);
      third.resolve();
      await play.hears('as ever.', dm);
      await play.settled();
      expect(fake.said(dm).map(wordsOf)).toEqual(said);
      // What stands is left alone; one refused for its words may have been tried with more of them.
      expect(updates - edits).toBeLessThanOrEqual(error === 'msg_too_long' ? 2 : 1);
      const { rows } = await play.database.read(`select error from outbox where state <> 'sent'`);
      expect(rows).toEqual([]);
    },
  );
});

describe('what Slack takes in no blocks, or not so long', () => {
  const lines = Array.from({ length: 120 }, (_, index) => `${index}. **bold** line of the list, and some words more`);
  const whole = () => inPieces([{ text: lines.join('\n'), when: Promise.resolve() }]);
  const refusal = (error: string) => ({
    status: 200,
    type: 'application/json',
    body: JSON.stringify({ ok: false, error }),
  });
  const isOver = ({ method, args }: { method: string; args: Record<string, unknown> }, longest: number) => {
    const blocks = typeof args.blocks === 'string' ? JSON.parse(args.blocks) : (args.blocks ?? []);
    return method === 'chat.postMessage' && (blocks.length > 0 || String(args.text).length > longest);
  };

  test.each([
    ['invalid_blocks', 3_000],
    ['invalid_blocks_format', 3_000],
    ['msg_too_long', 1_000],
  ])('(%s) is said in plain messages, all of it and each once', async (error, longest) => {
    await using play = await playSlack({ model: whole() });
    const { fake, ana } = play;
    const dm = fake.dm(ana);
    fake.web.fault = (call) => (isOver(call, longest) ? refusal(error) : undefined);
    play.asks('list it', { channel: dm });
    await play.hears('119. ', dm);
    await play.settled();
    const said = fake.said(dm);
    expect(said.length).toBeGreaterThan(1);
    expect(said.every(({ blocks, text }) => blocks.length === 0 && text.length <= longest)).toBe(true);
    const all = said.map(({ text }) => text).join('\n');
    for (const index of lines.keys())
      expect(all.match(new RegExp(`(?<!\\d)${index}\\. \\*bold\\* line`, 'g'))).toHaveLength(1);
    expect((await play.database.read(`select from outbox where state <> 'sent'`)).rows).toEqual([]);
  });

  test('goes on where an attempt was lost in the middle', async () => {
    await using play = await playSlack({ model: whole(), stillClock: true });
    const { fake, ana } = play;
    const dm = fake.dm(ana);
    let posts = 0;
    fake.web.fault = (call) => {
      if (isOver(call, 3_000)) return refusal('invalid_blocks');
      return call.method === 'chat.postMessage' && ++posts === 2 ? 'unanswered' : undefined;
    };
    play.asks('list it', { channel: dm });
    expect(await eventually(() => posts === 2)).toBe(true);
    await play.settled();
    await play.passes(SETTLES_MS + 2_000);
    await play.passes(60_000);
    await play.hears('119. ', dm);
    const all = fake
      .said(dm)
      .map(({ text }) => text)
      .join('\n');
    for (const index of lines.keys())
      expect(all.match(new RegExp(`(?<!\\d)${index}\\. \\*bold\\* line`, 'g'))).toHaveLength(1);
  });

  test('names its buttons in words, which can be said instead', async () => {
    await using play = await playSlack({ model: echo });
    const { fake, ana } = play;
    const dm = fake.dm(ana);
    fake.web.fault = (call) => (isOver(call, 3_000) ? refusal('invalid_blocks') : undefined);
    play.asks('/note buy milk', { channel: dm });
    expect((await play.hears('buy milk', dm)).text).toContain('[Undo]');
  });
});

test('where markdown blocks are not taken, Slack’s own notation is', async () => {
  const bold = {
    ...echo,
    async *generate() {
      yield { type: 'text' as const, text: '**bold** words' };
      yield { type: 'stop' as const, reason: 'end' as const };
    },
  };
  await using play = await playSlack({ model: bold });
  const { fake, ana } = play;
  const dm = fake.dm(ana);
  fake.web.fault = ({ method, args }) =>
    method === 'chat.postMessage' && JSON.stringify(args.blocks ?? '').includes('"markdown"') ? refused() : undefined;
  let isUnknown = false;
  let times = 0;
  const refused = () => {
    times++;
    const messages = isUnknown ? ['[ERROR] unsupported type: markdown [json-pointer:/blocks/0/type]'] : [];
    const body = JSON.stringify({ ok: false, error: 'invalid_blocks', response_metadata: { messages } });
    return { status: 200, type: 'application/json', body };
  };
  const shown = async (text: string) => {
    const before = fake.said(dm).length;
    play.asks(text, { channel: dm });
    await eventually(() => fake.said(dm).length > before);
    await play.settled();
    expect(fake.said(dm).at(-1)?.blocks[0]).toMatchObject({ type: 'section', text: { text: '*bold* words' } });
  };
  // What is in one message says nothing about the next one; a type that Slack does not know does.
  await shown('one');
  await shown('two');
  expect(times).toBe(2);
  isUnknown = true;
  await shown('three');
  await shown('four');
  expect(times).toBe(3);
});

test('what is beyond six messages comes as a file, the same one when its answer was lost', async () => {
  const lines = Array.from({ length: 1_300 }, (_, index) => `Line ${index} ${'x'.repeat(40)}`);
  const long = {
    ...echo,
    async *generate() {
      yield { type: 'text' as const, text: lines.join('\n') };
      yield { type: 'stop' as const, reason: 'end' as const };
    },
  };
  await using play = await playSlack({ model: long, stillClock: true });
  const { fake, ana } = play;
  const dm = fake.dm(ana);
  let lost = false;
  fake.web.fault = ({ method }) => {
    if (method !== 'files.completeUploadExternal' || lost) return undefined;
    lost = true;
    return 'unanswered';
  };
  play.asks('tell me all', { channel: dm });
  expect(await eventually(() => lost)).toBe(true);
  await play.settled();
  await play.passes(20_000);
  await play.passes(60_000);
  const shared = fake.said(dm).filter(({ files }) => files.length > 0);
  expect(shared).toHaveLength(1);
  const all = fake.said(dm).map(wordsOf).join('\n') + Buffer.from(shared[0]!.files[0]!.bytes).toString();
  for (const line of lines) expect(all).toContain(line);
  expect(fake.files.all.size).toBe(1);
});
