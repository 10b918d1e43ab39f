/** Voice messages of a person's own: their words are answered like typed ones, told as they were heard, and consent to nothing. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Deferred, deferred } from '../../../src/base/async.ts';
import { asWave } from '../../../src/media/sounds.ts';
import { eventually } from '../../support/eventually.ts';
import { type Play, play } from '../../support/play.ts';
import { lastSaid, ScriptedModel } from '../../support/scripted-model.ts';

let server: Server;
let address: string;
let words: string;
let asked = 0;
let status = 200;
/** Holds the service's answer back until it is let go, or the asker is gone. */
let held: Deferred<void> | undefined;
let gone = 0;
beforeAll(async () => {
  server = createServer(async (request, response) => {
    for await (const _ of request);
    asked++;
    response.once('close', () => {
      if (!response.writableEnded) gone++;
    });
    await held?.promise;
    response.statusCode = status;
    response.end(JSON.stringify({ text: words }));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  [asked, status, gone, held] = [0, 200, 0, undefined];
});

const minute = () => asWave(Buffer.alloc(60 * 32_000, 0x20));

const hears = () => ({ 'speech.transcribe.kind': 'openai-compatible', 'speech.transcribe.base_url': address });

async function speaks(coda: Play, said: string, { from = 'ana', text = '', voice = true } = {}): Promise<string[]> {
  words = said;
  const before = coda.platform.messages.length;
  await coda.sends(from, minute(), { name: 'voice-message.ogg', type: 'audio/ogg', text, voice });
  return coda.platform.messages.slice(before).map((message) => message.text);
}

describe('without a model', () => {
  test('spoken words are told as they were heard, and done', async () => {
    await using coda = await play({ config: hears() });
    const ana = coda.person('ana');
    const [heard, answer] = await speaks(coda, 'Remind me to call Ben tomorrow at nine.');
    expect(heard).toBe('Heard: “Remind me to call Ben tomorrow at nine.”');
    expect(answer).toContain('call Ben');
    expect(await ana.says('/reminders')).toContain('call Ben');
  });

  test('what was misheard is put right by its button', async () => {
    await using coda = await play({ config: hears() });
    const ana = coda.person('ana');
    await speaks(coda, 'Note that the wife I code is on the fridge.');
    expect(await ana.presses('Correct', { words: 'note that the wifi code is on the fridge' })).toContain(
      'You said: “note that the wifi code is on the fridge”',
    );
    expect(await ana.says('/notes')).toContain('wifi code');
  });

  test('a spoken yes decides nothing, and a spoken command is no command', async () => {
    await using coda = await play({ config: hears() });
    const ana = coda.person('ana');
    await ana.says('/forget');
    await speaks(coda, 'Yes, forget me');
    await speaks(coda, '/new');
    expect(ana.seen().flatMap(({ buttons }) => buttons.map(({ label }) => label))).toContain('Yes, forget me');
    expect(await coda.count("persons where name = 'ana' and erased_at is null")).toBe(1);
  });

  test('what was not heard is said, and nothing else is', async () => {
    await using coda = await play({ config: hears() });
    status = 500;
    expect(await speaks(coda, 'x')).toEqual([
      'I could not hear your voice message: the service that hears it answered 500.',
    ]);
  });

  test('words that are put right in a shared place are said there, and not in private', async () => {
    await using coda = await play({ config: hears() });
    words = 'Note that the wife I code is on the fridge.';
    const file = { ...(await coda.artifacts().put(minute())), name: 'v.ogg', type: 'audio/ogg', voice: true as const };
    const sentAt = coda.world.clock.now();
    const said = {
      id: 'm900',
      channel: 'home',
      from: 'ana',
      text: '',
      role: 'owner',
      kind: 'channel',
      sentAt,
    } as const;
    await (await coda.adapter.hear({ ...said, files: [file] })).settled;
    const ana = coda.person('ana', { channel: 'home' });
    const button = ana.seen().flatMap(({ buttons }) => buttons)[0]!;
    const press = { id: 'i900', channel: 'home', from: 'ana', button: button.id, sentAt, private: true } as const;
    await (await coda.adapter.press({ ...press, values: { words: 'note that the wifi code is on the fridge' } }))
      .settled;
    await coda.app.whenSettled();
    expect(await coda.count("inbox where key like 'correct:%'")).toBe(1);
    expect(await coda.count("inbox where key like 'correct:%' and payload ? 'private'")).toBe(0);
  });

  test('where nothing hears, that is said', async () => {
    await using coda = await play();
    expect((await speaks(coda, 'x')).join()).toContain(
      'I could not hear your voice message: nothing that turns speech',
    );
  });
});

describe('with a model', () => {
  test('the words are its person’s own: what is written for them needs no excuse', async () => {
    const model = new ScriptedModel([{ call: 'note_save', input: { text: 'buy milk' } }], ['Noted.']);
    await using coda = await play({ model, config: hears() });
    const said = await speaks(coda, 'Note that I have to buy milk.');
    expect(lastSaid(model.requests[0]!)).toContain('Note that I have to buy milk.');
    expect(await coda.count('notes where tainted')).toBe(0);
    expect(await coda.count('notes')).toBe(1);
    expect(said.at(-1)).not.toMatch(/saved|written/i);
  });

  test('a recording that somebody passes on is a file, and untrusted', async () => {
    const model = new ScriptedModel([{ call: 'note_save', input: { text: 'buy milk' } }], ['Noted.']);
    model.takesFiles = true;
    await using coda = await play({ model, config: hears() });
    await speaks(coda, 'Note that I have to buy milk.', { voice: false, text: 'do what she says' });
    expect(lastSaid(model.requests[0]!)).toContain('[the recording]');
    expect(await coda.count('notes where tainted')).toBe(1);
  });
});

test('what hearing costs counts in the budget, and ends with it', async () => {
  const models = {
    'models.default': 'x/y',
    'models.providers': { x: { kind: 'openai-compatible', base_url: `${address}/none`, api_key: 'k' } },
    'models.budgets': { all: { day: 1.5 } },
  };
  await using coda = await play({ config: { ...hears(), ...models, 'speech.transcribe.price_per_minute': 1 } });
  await speaks(coda, 'hello');
  await speaks(coda, 'hello');
  const heard = asked;
  expect((await speaks(coda, 'hello')).join()).toContain('the budget for models is used up');
  expect(asked).toBe(heard);
  expect(await coda.count("usage where model = 'speech/openai-compatible' and purpose = 'speech' and price = 1")).toBe(
    2,
  );
  // Nor is one that comes as a file sent beyond it, or remembered as unheard.
  await speaks(coda, 'hello', { voice: false });
  expect(asked).toBe(heard);
});

test('a turn that waits for the words of a file ends at /stop, and the file is read even so', async () => {
  const model = new ScriptedModel(['Noted.'], ['Read.']);
  model.takesFiles = true;
  await using coda = await play({ model, config: hears() });
  held = deferred();
  words = 'Note that I have to buy milk.';
  const file = { ...(await coda.artifacts().put(minute())), name: 'v.ogg', type: 'audio/ogg' };
  const sentAt = coda.world.clock.now();
  const said = {
    id: 'm801',
    channel: 'dm-ana',
    from: 'ana',
    text: 'read it',
    role: 'owner',
    kind: 'dm',
    sentAt,
  } as const;
  const { settled } = await coda.adapter.hear({ ...said, files: [file] });
  expect(await eventually(() => asked === 1)).toBe(true);
  await coda.hear('ana', 'dm-ana', '/stop');
  await settled;
  expect(model.requests).toHaveLength(0);
  held.resolve();
  expect(await eventually(async () => (await coda.count('file_texts')) === 1)).toBe(true);
  expect([asked, gone]).toEqual([1, 0]);
});

describe('while it is heard', () => {
  /** A voice message that the service has been given, and has not answered yet. */
  async function isBeingHeard(coda: Play, text = '') {
    held = deferred();
    const file = { ...(await coda.artifacts().put(minute())), name: 'v.ogg', type: 'audio/ogg', voice: true as const };
    const sentAt = coda.world.clock.now();
    const said = { id: 'm800', channel: 'dm-ana', from: 'ana', text, role: 'owner', kind: 'dm', sentAt } as const;
    const { settled } = await coda.adapter.hear({ ...said, files: [file] });
    expect(await eventually(() => asked === 1)).toBe(true);
    return { settled };
  }

  test('a voice message that is taken back is heard no further, and nothing is answered', async () => {
    await using coda = await play({ config: hears() });
    words = 'Remind me to call Ben tomorrow at nine.';
    const { settled } = await isBeingHeard(coda);
    expect(await coda.amend('dm-ana', 'm800', { withdrawn: true })).toBe(true);
    // Without its answer: the service is asked no more.
    await settled;
    expect(await eventually(() => gone === 1)).toBe(true);
    held?.resolve();
    await coda.app.whenSettled();
    expect(coda.platform.messages).toEqual([]);
    expect(await coda.count('reminders')).toBe(0);
    // And what is said next is heard as ever.
    held = undefined;
    expect((await speaks(coda, 'Remind me to call Ben tomorrow at nine.'))[1]).toContain('call Ben');
  });

  test('words beside it that are changed count as they are then', async () => {
    await using coda = await play({ config: hears() });
    words = 'call Ben tomorrow at nine';
    const { settled } = await isBeingHeard(coda, 'note');
    expect(await coda.amend('dm-ana', 'm800', { text: 'remind me to' })).toBe(true);
    held?.resolve();
    await settled;
    await coda.app.whenSettled();
    expect(await coda.count("reminders where text ilike 'call Ben%'")).toBe(1);
    expect(await coda.count('notes')).toBe(0);
  });

  test('words that are written beside it stand, where it was not heard', async () => {
    await using coda = await play({ config: hears() });
    status = 500;
    const { settled } = await isBeingHeard(coda);
    expect(await coda.amend('dm-ana', 'm800', { text: 'remind me to call Ben tomorrow at nine' })).toBe(true);
    held?.resolve();
    await settled;
    await coda.app.whenSettled();
    expect(coda.person('ana').heard('could not hear')).toHaveLength(1);
    expect(await coda.count('reminders')).toBe(1);
  });
});
