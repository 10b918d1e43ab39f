/** Odd answers of services that hear, and sounds in what they hear: the person's own words, or why there are none. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { Hearing, Programs, transcribe } from '../../src/media/index.ts';
import { asWave } from '../../src/media/sounds.ts';
import { withoutSounds, withoutTimes } from '../../src/media/transcript.ts';

const KEY = 'sk-proj-4Zq81Lm0Tn5vKx72RbW9';
const WORDS = 'Remind me to call Ana.';

interface OddAnswer {
  what: string;
  status?: number;
  type?: string;
  body: string | Buffer;
  /** The words, or the reason. */
  says: string;
}

const json = (value: unknown) => JSON.stringify(value);
const JSON_TYPE = 'application/json';
const SERVICE = 'the service that hears it';
const PAGE = `${SERVICE} answered with a page, and not with words: look at its address (speech.transcribe.base_url and path)`;
const NOTHING = 'I heard nothing in it';
const UNREADABLE = `${SERVICE} gave an answer that I cannot read`;
const events = (...all: unknown[]) => all.map((event) => `data: ${json(event)}\n\n`).join('');

const ANSWERS: readonly OddAnswer[] = [
  {
    what: 'a page of a gateway',
    type: 'text/html',
    body: '<!doctype html><title>Sign in</title><p>Hello',
    says: PAGE,
  },
  {
    what: 'a page that says it is text',
    type: 'text/plain',
    body: '\n<html><body>It works!</body></html>',
    says: PAGE,
  },
  { what: 'a page that says nothing', body: '<h1>nginx</h1>', says: PAGE },
  {
    what: 'XML',
    type: 'text/xml',
    body: '<?xml version="1.0"?><tt/>',
    says: `${SERVICE} gave a file of another kind, and no text`,
  },
  {
    what: 'a recording',
    type: 'audio/wav',
    body: 'RIFF',
    says: `${SERVICE} gave a file of another kind, and no text`,
  },
  { what: 'bytes', body: Buffer.from([1, 0, 2, 0]), says: `${SERVICE} gave a file of another kind, and no text` },
  {
    what: 'events with a whole text at the end',
    type: 'text/event-stream',
    body: events(
      { type: 'transcript.text.delta', delta: 'Remind me' },
      { type: 'transcript.text.done', text: WORDS },
    ).concat('data: [DONE]\n\n'),
    says: WORDS,
  },
  {
    what: 'events in pieces, called JSON',
    type: JSON_TYPE,
    body: events({ delta: 'Remind me ' }, { delta: 'to call Ana.' }),
    says: WORDS,
  },
  { what: 'events of segments', body: events({ text: 'Remind me' }, { text: 'to call Ana.' }), says: WORDS },
  {
    what: 'events with a fault',
    type: 'text/event-stream',
    body: events({ type: 'error', error: { message: 'model overloaded' } }),
    says: `${SERVICE} answered with a fault: “model overloaded”`,
  },
  { what: 'events that are none', type: 'text/event-stream', body: 'data: hello\n\n', says: UNREADABLE },
  {
    what: 'subtitles',
    type: 'text/plain',
    body: '1\r\n00:00:00,000 --> 00:00:02,100\r\nRemind me\r\n\r\n2\r\n00:00:02,100 --> 00:00:03,000\r\nto call Ana.\r\n',
    says: WORDS,
  },
  {
    what: 'subtitles of the web',
    type: 'text/vtt',
    body: 'WEBVTT\n\nNOTE made by hand\n\n00:00.000 --> 00:02.100 align:start\n<v Ana>Remind me\n\n00:02.100 --> 00:03.000\nto call Ana.\n',
    says: WORDS,
  },
  { what: 'lines with their times', body: '[00:00:00.000 --> 00:00:02.100]   Remind me to call Ana.\n', says: WORDS },
  { what: 'segments without a text', type: JSON_TYPE, body: json({ segments: [{ text: WORDS }] }), says: WORDS },
  {
    what: 'a list of segments',
    type: JSON_TYPE,
    body: json([{ text: ' Remind me' }, { text: 'to call Ana.' }]),
    says: WORDS,
  },
  { what: 'a text in quotation marks', type: JSON_TYPE, body: json(WORDS), says: WORDS },
  { what: 'words that begin with a quotation', body: '“Remind me to call Ana.”', says: '“Remind me to call Ana.”' },
  {
    what: 'a fault that calls itself well',
    type: JSON_TYPE,
    body: json({ error: 'failed to read audio data' }),
    says: `${SERVICE} answered with a fault: “failed to read audio data”`,
  },
  {
    what: 'no words beside a fault',
    type: JSON_TYPE,
    body: json({ text: '', error: { message: 'no speech model is loaded' } }),
    says: `${SERVICE} answered with a fault: “no speech model is loaded”`,
  },
  { what: 'JSON that ends too early', type: JSON_TYPE, body: '{"text": "Remind me', says: UNREADABLE },
  { what: 'no JSON', type: JSON_TYPE, body: 'Remind me', says: UNREADABLE },
  {
    what: 'a job to ask for',
    status: 202,
    type: JSON_TYPE,
    body: json({ id: 'job-1' }),
    says: `${SERVICE} gave no text`,
  },
  { what: 'nothing', body: '', says: NOTHING },
  { what: 'a text without end', body: 'la '.repeat(400_000), says: `${SERVICE} gave an answer that is too long` },
  {
    what: 'a key that is wrong',
    status: 401,
    type: JSON_TYPE,
    body: json({
      error: { message: `Incorrect API key provided: ${KEY}. See https://platform.example/keys?k=${KEY}` },
    }),
    says: `${SERVICE} refuses the key (speech.transcribe.api_key): “Incorrect API key provided: …. See …”`,
  },
  {
    what: 'a key of another account',
    status: 403,
    type: JSON_TYPE,
    body: json({ detail: 'organization org_7Hd02kLmQq81Zx03vB is disabled' }),
    says: `${SERVICE} refuses the key (speech.transcribe.api_key): “organization … is disabled”`,
  },
  {
    what: 'a limit',
    status: 429,
    type: JSON_TYPE,
    body: json({ error: { message: 'Rate limit reached: 3 requests a minute.' } }),
    says: `${SERVICE} answered 429: “Rate limit reached: 3 requests a minute.”`,
  },
  {
    what: 'fields that are wrong',
    status: 422,
    type: JSON_TYPE,
    body: json({ detail: [{ loc: ['body', 'model'], msg: 'Field required' }] }),
    says: `${SERVICE} answered 422: “Field required”`,
  },
  {
    what: 'a page of a proxy',
    status: 502,
    type: 'text/html',
    body: '<html>Bad gateway',
    says: `${SERVICE} answered 502`,
  },
  {
    what: 'words that would call somebody, and lead elsewhere',
    status: 400,
    type: 'text/plain',
    body: 'no “model”\n\n@everyone see [here](https://example.org/x)\u202e'.concat(' x'.repeat(500)),
    says: expect.stringMatching(/answered 400: “no 'model' 'everyone see 'here'\(… x x/),
  },
  {
    what: 'letters of another encoding',
    type: 'text/plain; charset=windows-1252',
    body: Buffer.from('Ruf Jörg an.', 'latin1'),
    says: 'Ruf Jörg an.',
  },
];

const hearing = new Hearing(silentLog());
const loud = asWave(Buffer.alloc(32_000, 0x20));
let answer: OddAnswer;
const server = createServer(async (request, response) => {
  for await (const _ of request);
  response.statusCode = answer.status ?? 200;
  if (answer.type !== undefined) response.setHeader('content-type', answer.type);
  response.end(answer.body);
});
beforeAll(() => new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening)));
afterAll(async () => {
  await hearing.close();
  server.closeAllConnections();
  server.close();
});

async function hear(given: OddAnswer): Promise<string> {
  answer = given;
  const base_url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const service = { kind: 'openai-compatible', base_url, path: '/x', api_key: KEY, module: '' } as const;
  const pay = <T>(_: number, work: () => Promise<T>) => work();
  const parts = { hearing, programs: new Programs({}), by: 'ana', pay };
  const settings = { ...service, timeout: 60_000, longest: 900_000 };
  const heard = await transcribe(loud, settings, parts, new AbortController().signal);
  return heard.ok ? heard.text : heard.why;
}

test('there are twenty odd answers and more', () => expect(ANSWERS.length).toBeGreaterThanOrEqual(20));

test.each(ANSWERS.map((each) => [each.what, each] as const))('%s', async (_, given) => {
  const says = await hear(given);
  expect(says).toEqual(given.says);
  expect(says).not.toContain(KEY);
});

/** Sounds as models of several languages write them: no word of the person's. */
const SOUNDS = [
  '[MUSIC]',
  '[BLANK_AUDIO]',
  '[Musik]',
  '[ Pause ]',
  '(silence)',
  '(stille)',
  '(música de fondo)',
  '*Musik*',
  '*lacht*',
  '**applause**',
  '♪',
  '♪♪♪',
  '♪ la la la ♪',
  '🎵 Instrumental 🎵',
  '♪ nobody knows',
  '[音楽]',
  '【拍手】',
  '（笑い）',
  '[Музыка]',
  '(аплодисменты)',
  '[Muzyka] [Śmiech]',
  '(rires) (toux)',
  '[unk]',
  '<unk>',
  '<|nospeech|>',
  '{noise}',
  '. . .',
  ' - ',
];

test.each(SOUNDS)('%s is no word', async (sound) => {
  expect(withoutSounds(sound)).toBe('');
  expect(await hear({ what: '', type: JSON_TYPE, body: json({ text: ` ${sound} ` }), says: '' })).toBe(NOTHING);
  expect(withoutSounds(`${sound}\nRemind me to call Ana.`)).toBe(WORDS);
  expect(withoutSounds(`Remind me to call Ana. ${sound}`)).toMatch(/^Remind me to call Ana\.(?: [.\s-]+)?$/);
});

test.each([
  'call Ben (the plumber) at nine',
  'I *really* want that',
  'the sum is 3 * 4 * 5',
  'Call (555) 123-4567.',
  'his number: (555) 123-4567',
  'note that the code is 4711',
])('%s is spoken', (words) => expect(withoutSounds(words)).toBe(words));

test('a sound in the middle of words goes alone', () => {
  expect(withoutSounds('Remind me [coughs] to call Ana. (laughs) Thanks! *Musik* ♪ la la ♪')).toBe(
    'Remind me to call Ana. Thanks!',
  );
  expect(withoutSounds('<|en|><|NEUTRAL|><|Speech|> Call Ana. (music) (laughs) (music)')).toBe('Call Ana.');
});

test('what a program writes with times is read without them', () => {
  expect(withoutTimes('[00:00:00.000 --> 00:00:01.000]  Call\n[00:00:01.000 --> 00:00:02.000]  Ana')).toBe('Call\nAna');
  expect(withoutTimes('at 10:00 --> call Ana')).toBe('at 10:00 --> call Ana');
});

test('brackets without an end cost no more than they are long', () => {
  for (const sign of ['[', '(', '*', '♪', '<', '. (a', '\n', ' '])
    expect(withoutSounds(withoutTimes(sign.repeat(200_000))).length).toBeLessThan(800_001);
});
