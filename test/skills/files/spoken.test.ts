/** Answers that are spoken, too: for who wants it, after the text, without what cannot be said. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { asWave } from '../../../src/media/sounds.ts';
import { textToSpeak } from '../../../src/skills/files/spoken.ts';
import { eventually } from '../../support/eventually.ts';
import { type Play, play } from '../../support/play.ts';
import { ScriptedModel } from '../../support/scripted-model.ts';

const OPUS = fileURLToPath(new URL('../../media/files/spoken.opus', import.meta.url));
/** Says the same whatever it is given. */
const speaks = (program = `cat > /dev/null; cat '${OPUS}'`) => ({
  'speech.speak.kind': 'command',
  'speech.speak.command': ['sh', '-c', program],
  'speech.transcribe.kind': 'command',
  'speech.transcribe.command': ['sh', '-c', 'echo how are you', '{file}'],
});
const { PATH = '' } = process.env;

function spokenTo(coda: Play) {
  return coda.platform.messages.flatMap(({ files }) => files);
}

/** What speaks is a program beside. */
const isSpoken = (coda: Play, count: number) => eventually(() => spokenTo(coda).length === count);

test('text to speak has no code, tables or addresses, and ends with a sentence', () => {
  const answer = [
    '# Costs',
    'The **boiler** costs [a lot](https://example.org/x) — see https://example.org/long/path.',
    '```js\nconst secret = 1;\n```',
    '| part | price |\n| --- | --- |\n| pump | 40 |',
    '- first\n- second',
  ].join('\n\n');
  expect(textToSpeak(answer, 1_000)).toBe('Costs The boiler costs a lot — see first second');
  expect(textToSpeak('One is short. Two is longer than that.', 25)).toBe('One is short.');
  expect(textToSpeak('```\nonly code\n```', 100)).toBe('');
});

describe('/voice', () => {
  test('has answers spoken behind their text, when one speaks or always, until it is off', async () => {
    await using coda = await play({
      env: { PATH },
      model: new ScriptedModel(...Array(6).fill(['I am well.'])),
      config: speaks(),
    });
    const ana = coda.person('ana');
    const voice = { name: 'v.ogg', type: 'audio/ogg', text: '', voice: true };
    await ana.says('how are you?');
    expect(spokenTo(coda)).toEqual([]);

    expect(await ana.says('/voice when I speak')).toBe('My answers here are spoken when you speak.');
    await ana.says('how are you?');
    expect(spokenTo(coda)).toEqual([]);
    await coda.sends('ana', asWave(Buffer.alloc(32_000, 0x20)), voice);
    await isSpoken(coda, 1);
    expect(
      ana
        .seen()
        .slice(-2)
        .map(({ text }) => text),
    ).toEqual(['I am well.', 'The answer, spoken.']);
    expect(spokenTo(coda)).toMatchObject([{ name: 'answer.ogg', type: 'audio/ogg', spoken: { seconds: 2.3 } }]);

    await ana.says('/voice on');
    await ana.says('how are you?');
    expect(await isSpoken(coda, 2)).toBe(true);
    await ana.says('/voice off');
    await ana.says('how are you?');
    expect(spokenTo(coda)).toHaveLength(2);
    expect(await ana.says('/voice loud')).toContain('/voice when I speak');
  });

  test('without a model what was done is spoken', async () => {
    await using coda = await play({ env: { PATH }, config: speaks() });
    const ana = coda.person('ana');
    await ana.says('/voice on');
    await ana.says('remind me to call Ben tomorrow at nine');
    expect(await isSpoken(coda, 1)).toBe(true);
  });

  test('an answer that cannot be spoken is there all the same', async () => {
    await using coda = await play({
      env: { PATH },
      model: new ScriptedModel(['I am well.']),
      config: speaks('exit 3'),
    });
    const ana = coda.person('ana');
    await ana.says('/voice on');
    expect(await ana.says('how are you?')).toBe('I am well.');
  });

  test('what speaks slowly keeps nobody waiting', async () => {
    await using coda = await play({
      env: { PATH },
      model: new ScriptedModel(['I am well.'], ['Still.']),
      config: { ...speaks('sleep 600'), 'speech.speak.timeout': '10m' },
    });
    const ana = coda.person('ana');
    await ana.says('/voice on');
    expect(await ana.says('how are you?')).toBe('I am well.');
    expect(await ana.says('and now?')).toBe('Still.');
  });

  test('where nothing speaks, that is said', async () => {
    await using coda = await play();
    expect(await coda.person('ana').says('/voice on')).toContain('I cannot speak');
  });
});

test('a service is given the words, and gives what is sent', async () => {
  const asked: unknown[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    asked.push(JSON.parse(Buffer.concat(chunks).toString()));
    response.end('OggS and so on');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void server.close());
  const service = {
    'speech.speak.kind': 'openai-compatible',
    'speech.speak.base_url': `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    'speech.speak.voice': 'alloy',
    'speech.speak.price_per_1000_characters': 1,
  };
  await using coda = await play({ model: new ScriptedModel(['I am **well**.']), config: service });
  const ana = coda.person('ana');
  await ana.says('/voice on');
  await ana.says('how are you?');
  await isSpoken(coda, 1);
  expect(asked).toEqual([{ input: 'I am well.', response_format: 'opus', voice: 'alloy' }]);
  expect(spokenTo(coda)).toMatchObject([{ name: 'answer.ogg' }]);
  expect(await coda.count("usage where purpose = 'speech' and price > 0")).toBe(1);
});
