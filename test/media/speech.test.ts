/** Recordings: they arrive at what hears them under a right name and type, and each failure is told. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { Hearing, Programs, type SpeechSettings, transcribe } from '../../src/media/index.ts';
import { plainSamples, soundOf } from '../../src/media/sounds.ts';
import { play } from '../support/play.ts';
import { lastSaid, ScriptedModel } from '../support/scripted-model.ts';

const read = (name: string) => readFileSync(new URL(`files/${name}`, import.meta.url));
/** Has the interface of sherpa-onnx-node, whose models are too large for a suite. */
const recognizer = fileURLToPath(new URL('recognizer.cjs', import.meta.url));
const tail = Buffer.alloc(64, 7);
const ogg = (seconds: number): Buffer => {
  const page = Buffer.alloc(28);
  page.write('OggS');
  page.writeBigUInt64LE(BigInt(seconds * 48_000), 6);
  return Buffer.concat([Buffer.from('OggS'), Buffer.alloc(24), Buffer.from('OpusHead'), tail, page]);
};
function wav(loudness: number, seconds = 1): Buffer {
  const head = Buffer.alloc(44);
  head.write('RIFF');
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8_000, 24);
  head.writeUInt32LE(16_000, 28);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  const samples = Buffer.alloc(16_000 * seconds);
  for (let at = 0; at < samples.length; at += 2) samples.writeInt16LE(at % 4 === 0 ? loudness : -loudness, at);
  return Buffer.concat([head, samples]);
}
const movie = (seconds: number): Buffer => {
  const header = Buffer.alloc(32);
  header.write('mvhd', 4);
  header.writeUInt32BE(1_000, 20);
  header.writeUInt32BE(seconds * 1_000, 24);
  return Buffer.concat([Buffer.from('0000001866747970', 'hex'), Buffer.from('M4A isom'), header, tail]);
};

const CONTAINERS: readonly (readonly [name: string, bytes: Buffer, extension: string, type: string])[] = [
  ['voice.oga', ogg(3), 'ogg', 'audio/ogg'],
  ['audio_message.mp4', movie(3), 'm4a', 'audio/mp4'],
  ['clip', Buffer.concat([Buffer.from('1a45dfa3', 'hex'), tail]), 'webm', 'audio/webm'],
  ['song', Buffer.concat([Buffer.from('ID3'), tail]), 'mp3', 'audio/mpeg'],
  ['bare', Buffer.concat([Buffer.from('fffb', 'hex'), tail]), 'mp3', 'audio/mpeg'],
  ['a.flac', Buffer.concat([Buffer.from('fLaC'), tail]), 'flac', 'audio/flac'],
  ['a.amr', Buffer.concat([Buffer.from('#!AMR\n'), tail]), 'amr', 'audio/amr'],
  ['a.wav', wav(9_000), 'wav', 'audio/wav'],
];

const hearing = new Hearing(silentLog());
/** Without ffmpeg, which finds silence in recordings that are made up here. */
const bin = mkdtempSync(join(tmpdir(), 'coda-programs-'));
for (const program of ['sh', 'cat', 'head', 'sleep'])
  symlinkSync(execFileSync('which', [program]).toString().trim(), join(bin, program));
const programs = new Programs({ PATH: bin });
afterAll(async () => {
  await hearing.close();
  await rm(bin, { recursive: true });
});

let server: Server;
let address: string;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let asked: string[] = [];
beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    asked.push(Buffer.concat(chunks).toString('latin1'));
    answer(request, response);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  [asked, paid] = [[], []];
  answer = (_, response) => response.end(JSON.stringify({ text: ' Remind me to call Ana. ' }));
});

const hears = () => ({ 'speech.transcribe.kind': 'openai-compatible', 'speech.transcribe.base_url': address });
const settings = (more: Partial<SpeechSettings> = {}): SpeechSettings => ({
  kind: 'openai-compatible',
  base_url: address,
  path: '/audio/transcriptions',
  module: 'sherpa-onnx-node',
  model: 'whisper-1',
  timeout: 60_000,
  longest: 900_000,
  ...more,
});
let paid: number[] = [];
const pay = <T>(lengthMs: number, work: () => Promise<T>) => {
  paid.push(Math.round(lengthMs / 100) / 10);
  return work();
};
const hear = (bytes: Buffer, more: Partial<SpeechSettings> = {}) =>
  transcribe(bytes, settings(more), { hearing, programs, by: 'ana', pay }, new AbortController().signal);

test.each(CONTAINERS)('%s arrives under a name and a type that its bytes have', async (_, bytes, extension, type) => {
  expect(await hear(bytes)).toEqual({ ok: true, text: 'Remind me to call Ana.' });
  expect(asked[0]).toContain(`filename="recording.${extension}"`);
  expect(asked[0]).toContain(`Content-Type: ${type}`);
  expect(asked[0]).toContain('whisper-1');
});

/** Names that platforms give to recordings, however wrong. */
const LABELS = ['voice-message.ogg', 'audio_message.mp4', 'recording', 'a.bin', 'memo.oga', 'clip.mov'];

test('each container under the label of each platform is heard by its bytes', async () => {
  await using coda = await play({ config: hears(), env: { PATH: bin } });
  for (const [container, bytes, extension, right] of CONTAINERS) {
    asked = [];
    await coda.sends('ana', bytes, { name: LABELS, type: 'video/mp4', text: '', voice: true });
    expect(asked, container).toHaveLength(LABELS.length);
    for (const one of asked) {
      expect(one, container).toContain(`filename="recording.${extension}"`);
      expect(one, container).toContain(`Content-Type: ${right}`);
    }
  }
});

test('the length is read where the container has it', () => {
  expect(soundOf(ogg(90))?.lengthMs).toBe(90_000);
  expect(soundOf(movie(90))?.lengthMs).toBe(90_000);
  expect(soundOf(wav(5, 2))?.lengthMs).toBe(2_000);
});

test('seconds are paid for as they are decoded, or as a container may claim, and never none', async () => {
  const liar = Buffer.from(read('spoken.opus'));
  liar.writeBigUInt64LE(0n, liar.lastIndexOf('OggS') + 6);
  await hear(liar);
  await hear(movie(3));
  for (const unknown of [movie(0), ogg(0), Buffer.concat([Buffer.from('ID3'), tail])]) await hear(unknown);
  await hear(Buffer.concat([movie(1), Buffer.alloc(16 * 1024 * 60, 7)]));
  expect(paid).toEqual([2.3, 3, 900, 900, 900, 61.4]);
});

describe('each failure is told', () => {
  const says = (status: number, body = '') => {
    answer = (_, response) => {
      response.statusCode = status;
      response.end(body);
    };
  };
  const why = async (bytes: Buffer, more: Partial<SpeechSettings> = {}) => {
    const heard = await hear(bytes, more);
    return heard.ok ? heard.text : heard.why;
  };

  test('nothing hears', async () => expect(await why(ogg(1), { kind: 'none' })).toContain('speech.transcribe'));
  test('a silence, which is never sent', async () => {
    expect(await why(wav(3))).toBe('I heard nothing in it');
    expect(asked).toEqual([]);
  });
  test('a silence in Ogg Opus, which is never sent either', async () => {
    expect(await why(read('silence.opus'))).toBe('I heard nothing in it');
    expect(await why(read('spoken.opus'))).toBe('Remind me to call Ana.');
    expect(asked).toHaveLength(1);
  });
  test('an empty file', async () => expect(await why(Buffer.alloc(0))).toBe('it is no recording that I know'));
  test('a broken one, for what needs it decoded', async () => {
    const command = ['cat', '{wav}'];
    expect(await why(ogg(1), { kind: 'command', command })).toBe('I cannot decode ogg here: ffmpeg is not installed');
    expect(await why(movie(1), { kind: 'command', command })).toBe('I cannot decode m4a here: ffmpeg is not installed');
    const cut = read('spoken.opus').subarray(0, 300);
    expect(await why(cut, { kind: 'command', command })).toMatch(/cannot decode|heard nothing/);
  });
  test('a length that its file lies about', async () =>
    expect(await why(read('spoken.opus'), { longest: 1_000 })).toContain('it is longer than'));
  test('forty minutes', async () => expect(await why(ogg(2_400))).toBe('it is longer than 15 minutes'));
  test('no recording', async () => expect(await why(Buffer.from('words'))).toBe('it is no recording that I know'));
  test('too large', async () =>
    expect(await why(Buffer.concat([ogg(1), Buffer.alloc(26 * 1024 * 1024)]))).toBe('it is larger than 25 MB'));
  test('no words', async () => {
    says(200, JSON.stringify({ text: ' [BLANK_AUDIO] ' }));
    expect(await why(ogg(1))).toBe('I heard nothing in it');
  });
  test('status 500', async () => {
    says(500);
    expect(await why(ogg(1))).toContain('answered 500');
  });
  test('status 413', async () => {
    says(413);
    expect(await why(ogg(1))).toContain('no recording of this size');
  });
  test('an answer of another form', async () => {
    says(200, '{"words": 1}');
    expect(await why(ogg(1))).toContain('gave no text');
  });
  test('plain text is text', async () => {
    says(200, 'just words\n');
    expect(await why(ogg(1))).toBe('just words');
  });
  test('a service that hangs', async () => {
    answer = () => {};
    expect(await why(ogg(1), { timeout: 300 })).toBe('what hears it took too long');
  });
  test('nobody there', async () => expect(await why(ogg(1), { base_url: 'http://127.0.0.1:9' })).not.toBe(''));

  test('a program', async () => {
    const kind = 'command';
    expect(await why(ogg(1), { kind, command: ['sh', '-c', 'head -c 4 "$0"', '{file}'] })).toBe('OggS');
    expect(await why(ogg(1), { kind, command: ['sh', '-c', 'exit 3'] })).toContain('ended with status 3');
    expect(await why(ogg(1), { kind, command: ['/nowhere/hear', '{file}'] })).toContain('could not be started');
    const late = { kind, timeout: 300 } as const;
    expect(await why(ogg(1), { ...late, command: ['sh', '-c', 'sleep 60'] })).toBe('what hears it took too long');
    // One that leaves another behind, out of reach, which holds its output.
    const left = "require('child_process').spawn('sleep', ['90'], { detached: true, stdio: 'inherit' }).unref()";
    const leaves = [process.execPath, '-e', left];
    expect(await why(ogg(1), { ...late, timeout: 2_000, command: leaves })).toBe('what hears it took too long');
  });
});

describe('with an ffmpeg that', () => {
  const BROKEN = 'I cannot decode it: it is broken, or there is no sound in it';
  const LIMITS = 'I cannot decode it: ffmpeg did not finish with its 30 seconds and 1 GB';
  const REMINDED = 'Remind me to call Ana.';
  const HALF_HOUR = 'head -c 57600000 /dev/zero | tr "\\0" d';
  const TOO_MUCH = 'while :; do head -c 1000000 /dev/zero; done';
  const longest = 3_600_000;
  const m4a = movie(2);
  const telephone = Buffer.concat([Buffer.from('#!AMR\n'), tail]);

  /** The shell stands for ffmpeg, so that each of its ends comes on any machine. */
  async function hearWith(script: string, bytes: Buffer) {
    const folder = await mkdtemp(join(tmpdir(), 'coda-ffmpeg-'));
    await writeFile(join(folder, 'ffmpeg'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const parts = { hearing, programs: new Programs({ PATH: `${folder}:${process.env.PATH}` }), by: 'ana', pay };
    const more = { longest, timeout: 60_000 };
    const heard = await transcribe(bytes, settings(more), parts, new AbortController().signal);
    await rm(folder, { recursive: true });
    return heard;
  }
  const refused = (why: string, more = {}) => ({ ok: false, why, ...more });
  const heard = { ok: true, text: REMINDED };
  const whitelist = 'echo "[tta @ 0x5] Codec (tta) not on whitelist" >&2';

  test.each([
    ['finds nothing in it', 'exit 0', m4a, refused(BROKEN)],
    ['finds nothing in Ogg Opus, which is not read here either', 'exit 0', ogg(2), refused(BROKEN)],
    ['says that it is broken', 'echo "moov atom not found" >&2; exit 1', m4a, refused(BROKEN)],
    ['is killed', 'kill -9 $$', m4a, refused(LIMITS, { isPassing: true })],
    ['gets no memory', 'echo "Cannot allocate memory" >&2; exit 1', m4a, refused(LIMITS, { isPassing: true })],
    ['knows no such format', `echo "Unknown input format: 'mov'" >&2; exit 1`, m4a, heard],
    ['may use no decoder of it', `${whitelist}; echo "Error while opening decoder: no" >&2; exit 1`, m4a, heard],
    ['makes more of it than is taken', TOO_MUCH, m4a, heard],
    ['makes more of a telephone’s than a WAV may have', TOO_MUCH, telephone, refused(expect.stringMatching(/as WAV/))],
    ['makes half an hour of a telephone’s', HALF_HOUR, telephone, refused(expect.stringMatching(/as WAV/))],
  ])('%s', async (_, script, bytes, expected) => {
    expect(await hearWith(script, bytes)).toEqual(expected);
    expect(asked).toHaveLength(expected.ok ? 1 : 0);
    expect(paid).toHaveLength(asked.length);
  });

  test('makes 15 minutes of a telephone’s, which go at its own rate', async () => {
    expect(await hearWith('head -c 28800000 /dev/zero | tr "\\0" d', telephone)).toEqual(heard);
    const at = asked[0]?.indexOf('RIFF') ?? 0;
    expect(Buffer.from(asked[0]?.slice(at + 24, at + 28) ?? '', 'latin1').readUInt32LE()).toBe(8_000);
    expect(asked[0]?.length).toBeGreaterThan(14_400_000);
    expect(asked[0]?.length).toBeLessThan(14_500_000);
    expect(paid).toEqual([900]);
  });
});

describe('a model on this machine', () => {
  const model = (module: string, more = {}) => ({
    kind: 'sherpa-onnx' as const,
    module,
    model_config: { tokens: 'tokens.txt' },
    ...more,
  });
  const said = async (bytes: Buffer, more: Partial<SpeechSettings>) => {
    const heard = await hear(bytes, more);
    return heard.ok ? heard.text : heard.why;
  };

  test('is given the samples of the recording, and its files', async () => {
    expect(await said(read('spoken.opus'), model(recognizer))).toMatch(/^tokens\.txt 16000 2\.\d seconds, loud$/);
  });
  test('is given those of a browser’s recording, too, and not of a broken one', async () => {
    expect(await said(read('browser.webm'), model(recognizer))).toMatch(/^tokens\.txt 16000 2\.\d seconds, loud$/);
    const broken = Buffer.concat([read('browser.webm').subarray(0, 150), Buffer.alloc(500, 0xff)]);
    expect(await said(broken, model(recognizer))).toMatch(/cannot decode webm|heard nothing/);
  });
  test('is given those that ffmpeg finds in a WebM that is not read here', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'coda-ffmpeg-'));
    const loud = join(folder, 'loud');
    await writeFile(loud, Buffer.alloc(32_000, 0x20));
    await writeFile(join(folder, 'ffmpeg'), `#!/bin/sh\ncat ${loud}\n`, { mode: 0o755 });
    const parts = { hearing, programs: new Programs({ PATH: `${folder}:${process.env.PATH}` }), by: 'ana', pay };
    const cut = Buffer.concat([read('browser.webm'), Buffer.from('1f43', 'hex')]);
    const heard = await transcribe(cut, settings(model(recognizer)), parts, new AbortController().signal);
    expect(heard).toEqual({ ok: true, text: 'tokens.txt 16000 1.0 seconds, loud' });
    await rm(folder, { recursive: true });
  });
  test('that is not installed is told', async () =>
    expect(await said(read('spoken.opus'), model('sherpa-onnx-nowhere'))).toBe('sherpa-onnx-node is not installed'));
  test('that has a file which is not there is told, with the file', async () => {
    const model_config = { tokens: 'tokens.txt', whisper: { encoder: '/nowhere/encoder.onnx' } };
    expect(await said(read('spoken.opus'), model(recognizer, { model_config }))).toBe(
      'the model that hears it has no file /nowhere/encoder.onnx (speech.transcribe.model_config)',
    );
  });
  test('that takes too long costs its own recording, and nobody else’s', async () => {
    const hangs = model(recognizer, { model_config: { hang: 'yes' }, timeout: 1_500 });
    const [slow, next] = await Promise.all([
      said(read('spoken.opus'), hangs),
      said(read('spoken.opus'), model(recognizer, { timeout: 60_000 })),
    ]);
    expect(slow).toBe('what hears it took too long');
    expect(next).toContain('seconds');
  });
  test('that crashes costs its process, and the next recording is heard', async () => {
    expect(await said(read('spoken.opus'), model(recognizer, { model_config: { crash: 'yes' } }))).toContain(
      'what hears it stopped; its model may be broken',
    );
    expect(await said(read('spoken.opus'), model(recognizer))).toContain('seconds');
  });
});

test('a model gets the words of a voice message, and a failed one is heard the next time', async () => {
  const model = new ScriptedModel(['Done.']);
  model.takesFiles = true;
  await using coda = await play({
    model,
    config: hears(),
    env: { PATH: bin },
  });
  answer = (_, response) => {
    response.statusCode = 503;
    response.end();
  };
  await coda.sends('ana', ogg(2), { name: 'voice-message.ogg', type: 'audio/ogg', text: '' });
  expect(lastSaid(model.requests[0]!)).toContain('answered 503');
  answer = (_, response) => response.end(JSON.stringify({ text: 'Remind me to call Ana.' }));
  await coda.sends('ana', ogg(2), { name: 'voice-message.ogg', type: 'audio/ogg', text: '' });
  expect(lastSaid(model.requests.at(-1)!)).toContain('[the recording]\nRemind me to call Ana.');
});

test('without a model the words are shown', async () => {
  await using coda = await play({
    config: hears(),
    env: { PATH: bin },
  });
  await coda.sends('ana', ogg(2), { name: 'voice-message.ogg', type: 'audio/ogg', text: '' });
  expect(coda.person('ana').heard('Remind me to call Ana.')).toHaveLength(1);
});

test('a WAV of a rate that no recorder has is left to ffmpeg, and of one that some have is read here', () => {
  const ofRate = (rate: number) => {
    const bytes = wav(9_000);
    bytes.writeUInt32LE(rate, 24);
    return plainSamples(bytes)?.length;
  };
  expect([1, 1_000, 4_000_000_000].map(ofRate)).toEqual([undefined, undefined, undefined]);
  expect([8_000, 16_000, 48_000].map(ofRate)).toEqual([32_000, 16_000, 5_332]);
});
