/** Recordings as telephones, browsers and platforms make them, packed and decoded by the real ffmpeg; and files that would lead it astray. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { Hearing, Programs, type SpeechSettings, speak, transcribe } from '../../src/media/index.ts';

const pathOf = (program: string): string => {
  try {
    return execFileSync('which', [program]).toString().trim();
  } catch {
    return '';
  }
};
const FFMPEG = pathOf('ffmpeg');

const folder = mkdtempSync(join(tmpdir(), 'coda-containers-'));
const hearing = new Hearing(silentLog());
afterAll(async () => {
  await hearing.close();
  rmSync(folder, { recursive: true, force: true });
});

const programs = new Programs({ PATH: process.env.PATH });
const { signal } = new AbortController();
const pay = <T>(_: number, work: () => Promise<T>) => work();

/** Has the interface of sherpa-onnx-node, and says what it was given. */
const recognizer = fileURLToPath(new URL('recognizer.cjs', import.meta.url));
const settings = (more: Partial<SpeechSettings> = {}): SpeechSettings => ({
  kind: 'sherpa-onnx',
  path: '',
  module: recognizer,
  model_config: { tokens: 'heard' },
  timeout: 60_000,
  longest: 900_000,
  ...more,
});
const hear = async (bytes: Buffer, more: Partial<SpeechSettings> = {}) => {
  const heard = await transcribe(bytes, settings(more), { hearing, programs, by: 'ana', pay }, signal);
  return heard.ok ? heard.text : heard.why;
};

const run = (...args: string[]) => execFileSync(FFMPEG, ['-nostdin', '-v', 'error', '-y', ...args]);
const TONE = ['-f', 'lavfi', '-i', 'sine=300:r=44100:d=2'];
const PICTURES = ['-f', 'lavfi', '-i', 'testsrc=s=320x240:r=10:d=2'];
const packed = new Map<string, Buffer>();
/** A recording of two seconds. */
function pack(extension: string, ...to: string[]): Buffer {
  const key = [extension, ...to].join(' ');
  const file = join(folder, `${packed.size}.${extension}`);
  if (!packed.has(key)) run(...TONE, ...to, file);
  const bytes = packed.get(key) ?? readFileSync(file);
  packed.set(key, bytes);
  return bytes;
}

/** Nothing of Debian's writes AMR: frames of 12.2 kbit/s, 20 ms each, of whatever sounds they give. */
const amr = () => {
  const frame = Buffer.from(Array.from({ length: 32 }, (_, at) => (at === 0 ? 0x3c : (at * 73) % 256)));
  return Buffer.concat([Buffer.from('#!AMR\n'), ...Array<Buffer>(100).fill(frame)]);
};

const RECORDINGS: readonly (readonly [what: string, make: () => Buffer])[] = [
  ['a voice memo', () => pack('m4a', '-c:a', 'aac')],
  ['what Safari records, in fragments', () => pack('mp4', '-movflags', '+frag_keyframe+empty_moov+default_base_moof')],
  ['Opus in MPEG-4', () => pack('mp4', '-c:a', 'libopus')],
  ['a clip that is called a video, with pictures', () => pack('mp4', ...PICTURES, '-c:v', 'libx264', '-c:a', 'aac')],
  ['a clip of QuickTime, with pictures', () => pack('mov', ...PICTURES, '-c:v', 'mjpeg', '-c:a', 'pcm_s16be')],
  ['a clip of WebM, with pictures', () => pack('webm', ...PICTURES, '-c:v', 'libvpx', '-c:a', 'libopus')],
  ['Vorbis in WebM', () => pack('webm', '-c:a', 'libvorbis')],
  ['Vorbis in Ogg', () => pack('ogg', '-c:a', 'libvorbis')],
  ['Speex in Ogg', () => pack('ogg', '-ar', '16000', '-ac', '1', '-c:a', 'libspeex')],
  ['an MP3', () => pack('mp3')],
  ['bare frames of MPEG 1', () => pack('mp3', '-id3v2_version', '0', '-write_xing', '0')],
  ['bare frames of MPEG 2', () => pack('mp3', '-ar', '22050', '-id3v2_version', '0', '-write_xing', '0')],
  ['bare frames of MPEG 2.5', () => pack('mp3', '-ar', '11025', '-id3v2_version', '0', '-write_xing', '0')],
  ['bare AAC', () => pack('aac')],
  ['AMR', amr],
  ['FLAC', () => pack('flac')],
  ['lossless Apple', () => pack('m4a', '-c:a', 'alac')],
  ['a memo of an old iPhone', () => pack('caf', '-c:a', 'alac')],
  ['plain samples in CAF', () => pack('caf', '-c:a', 'pcm_s16be')],
  ['AIFF of a studio', () => pack('aiff', '-c:a', 'pcm_s24be')],
  ['AIFF with its bytes turned round', () => pack('aiff', '-c:a', 'pcm_s16le')],
  ['Windows Media 2', () => pack('wma', '-c:a', 'wmav2')],
  ['Windows Media 1', () => pack('wma', '-c:a', 'wmav1')],
  ['MP2', () => pack('mp2', '-c:a', 'mp2')],
  ['MP2 of a low rate', () => pack('mp2', '-ar', '22050', '-c:a', 'mp2')],
  ['an AU of a browser', () => pack('au', '-ar', '8000', '-c:a', 'pcm_mulaw')],
  ['Wave64', () => pack('w64', '-c:a', 'pcm_s16le')],
  ['a WAV for more than 4 GB', () => pack('wav', '-rf64', 'always')],
  ['a clip of an old telephone', () => pack('3gp', '-c:a', 'aac')],
  ['a WAV of floating points', () => pack('wav', '-c:a', 'pcm_f32le')],
  ['a WAV of a telephone', () => pack('wav', '-ar', '8000', '-c:a', 'pcm_mulaw')],
];

/** The box of this name, and those that it stands in, from the outermost on. */
function boxesTo(bytes: Buffer, names: readonly string[]): number[] {
  const found: number[] = [];
  let [at, end] = [0, bytes.length];
  for (const name of names) {
    while (at < end && bytes.toString('latin1', at + 4, at + 8) !== name) at += bytes.readUInt32BE(at);
    found.push(at);
    [at, end] = [at + 8, at + bytes.readUInt32BE(at)];
  }
  return found;
}

/** A movie whose samples are in another file: an alias of QuickTime, of the kind that ffmpeg can follow. */
function withSamplesIn(name: string, movie: Buffer): Buffer {
  const alias = Buffer.alloc(150);
  alias.writeUInt8(4, 10);
  alias.write('disk', 11);
  alias.writeUInt8(name.length, 50);
  alias.write(name, 51);
  // One level up, one level down; then no more of it.
  alias.writeUInt16BE(1, 130);
  alias.writeUInt16BE(1, 132);
  const end = Buffer.from('ffff0000', 'hex');
  const path = Buffer.concat([Buffer.from([0, 2, 0, name.length]), Buffer.from(name), Buffer.alloc(name.length % 2)]);
  const content = Buffer.concat([alias, path, end]);
  const head = Buffer.from('00000000616c697300000000', 'hex');
  head.writeUInt32BE(head.length + content.length);
  const references = Buffer.concat([Buffer.from('00000000647265660000000000000001', 'hex'), head, content]);
  references.writeUInt32BE(references.length);
  const outer = boxesTo(movie, ['moov', 'trak', 'mdia', 'minf', 'dinf', 'dref']);
  const [at = 0, size = 0] = [outer.at(-1), movie.readUInt32BE(outer.at(-1))];
  const patched = Buffer.from(movie);
  for (const box of outer.slice(0, -1))
    patched.writeUInt32BE(patched.readUInt32BE(box) + references.length - size, box);
  return Buffer.concat([patched.subarray(0, at), references, patched.subarray(at + size)]);
}

describe.skipIf(FFMPEG === '')('the real ffmpeg', () => {
  test('there are 25 recordings and more', () => expect(RECORDINGS.length).toBeGreaterThanOrEqual(25));
  test.each(RECORDINGS)('%s is heard', async (_, make) => {
    expect(await hear(make())).toMatch(/^heard 16000 (?:1\.9|2\.[01]) seconds, loud$/);
  });

  /** The bodies that a service of the owner's gets. */
  async function openService() {
    const bodies: string[] = [];
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      bodies.push(Buffer.concat(chunks).toString('latin1'));
      response.end('{"text": "heard"}');
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    onTestFinished(() => void server.close());
    const base_url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return { bodies, heardBy: (bytes: Buffer) => hear(bytes, { kind: 'openai-compatible', base_url }) };
  }

  test('what services refuse arrives as a WAV', async () => {
    const { bodies, heardBy } = await openService();
    const refused = ['aac', 'caf', 'aiff', 'wma', 'mp2', 'au', 'w64'].map((extension) => pack(extension));
    for (const bytes of [amr(), ...refused, pack('m4a')]) expect(await heardBy(bytes)).toBe('heard');
    const sent = bodies.map((body) => /filename="recording\.(\w+)"/.exec(body)?.[1]);
    expect(sent).toEqual([...Array(8).fill('wav'), 'm4a']);
  });

  test('what is empty or broken never reaches a service; what has no decoder here does', async () => {
    const { bodies, heardBy } = await openService();
    const empty = [
      Buffer.from('#!AMR\n'),
      ...[['flac'], ['wav', '-c:a', 'pcm_f32le']].map(([extension = '', ...to]) => pack(extension, '-t', '0', ...to)),
    ];
    const broken = ['ID3', 'fLaC', '\x1a\x45\xdf\xa3', '\0\0\0\x14ftypM4A \0\0\0\0isom'].map((head) =>
      Buffer.concat([Buffer.from(head, 'latin1'), Buffer.alloc(500, 0xa7)]),
    );
    for (const bytes of [...empty, ...broken])
      expect(await heardBy(bytes)).toBe('I cannot decode it: it is broken, or there is no sound in it');
    expect(bodies).toEqual([]);
    expect(await heardBy(pack('mkv', '-c:a', 'tta'))).toBe('heard');
    expect(bodies).toHaveLength(1);
  });

  test('lists of files under the signature of each container, and references, lead nowhere', async () => {
    const asked: string[] = [];
    const server = createServer(({ url = '' }, response) => {
      asked.push(url);
      response.end();
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    onTestFinished(() => void server.close());
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const whole = pack('m4a', '-c:a', 'aac');
    writeFileSync(join(folder, 'secret.m4a'), whole);
    const secret = join(folder, 'secret.m4a');
    const playlist = `#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n${address}/playlist.ts\n#EXTINF:9,\nfile://${secret}\n#EXT-X-ENDLIST\n`;
    const list = `ffconcat version 1.0\nfile '${secret}'\nfile '${address}/list.mp3'\n`;
    const heads = [
      'OggS',
      'ID3\x04\0\0\0\0\0\0',
      'fLaC',
      '#!AMR\n',
      '\x1a\x45\xdf\xa3',
      'RIFF\0\0\0\0WAVE',
      '\xff\xfb',
      '\xff\xf1',
      '\xff\xfd',
      'caff\0\x01\0\0',
      'FORM\0\0\0\0AIFF',
      '0&\xb2u\x8ef\xcf\x11',
      '.snd\0\0\0\x18',
      'riff.\x91\xcf\x11',
    ];
    const brand = '\0\0\0\x14ftypM4A \0\0\0\0isom';
    for (const head of [...heads, brand])
      for (const text of [playlist, list]) {
        const file = Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(`\n${text}`)]);
        // Any bytes are frames of AMR: those of the list itself.
        expect(await hear(file), head).toMatch(/^I cannot decode it|^heard 16000 0\.\d seconds/);
      }
    for (const text of [playlist, list]) expect(await hear(Buffer.from(text))).toBe('it is no recording that I know');
    const elsewhere = withSamplesIn('secret.m4a', whole);
    expect(await hear(elsewhere)).toBe('I cannot decode it: it is broken, or there is no sound in it');
    expect(asked).toEqual([]);

    // The traps are real: where nothing forbids it they are gone into.
    writeFileSync(join(folder, 'trap.m4a'), elsewhere);
    const follows = ['-enable_drefs', '1', '-i', join(folder, 'trap.m4a'), '-f', 's16le', 'pipe:1'];
    expect(run(...follows).length).toBeGreaterThan(100_000);
  });

  test('a codec that nobody records with is not even opened', async () => {
    expect(await hear(pack('mkv', '-c:a', 'tta'))).toBe('I cannot decode this webm here: ffmpeg has no decoder for it');
  });

  test('pictures of a clip are not decoded, however large', async () => {
    const clip = join(folder, 'large.mov');
    run('-f', 'lavfi', '-i', 'color=s=8000x8000:r=1:d=1', ...TONE, '-c:v', 'mjpeg', clip);
    expect(await hear(readFileSync(clip))).toMatch(/^heard 16000 2\.\d seconds, loud$/);
  });

  test('seventeen minutes in a file that does not say so are too long', async () => {
    const file = join(folder, 'long.mp3');
    run('-f', 'lavfi', '-i', 'sine=300:r=8000:d=1000', '-b:a', '8k', file);
    expect(await hear(readFileSync(file))).toBe('it is longer than 15 minutes');
  });

  test('of what is cut off or damaged the rest is heard, or it is said', async () => {
    for (const [what, make] of RECORDINGS.filter((_, at) => at % 3 === 0)) {
      const whole = make();
      const dirty = Buffer.from(whole);
      for (let at = 300; at < dirty.length; at += 151) dirty[at] = (at * 7) % 256;
      for (const bytes of [whole.subarray(0, whole.length / 2), dirty])
        expect(await hear(bytes), what).toMatch(/^heard 16000 |cannot decode it|^I heard nothing|than 15 minutes$/);
    }
  });

  test('what is spoken becomes a voice message where no other encoder is', async () => {
    const [bin, wav] = [join(folder, 'bin'), join(folder, 'spoken.wav')];
    mkdirSync(bin);
    for (const program of ['sh', 'cat']) symlinkSync(pathOf(program), join(bin, program));
    symlinkSync(FFMPEG, join(bin, 'ffmpeg'));
    run(...TONE, wav);
    const parts = { hearing, programs: new Programs({ PATH: bin }), by: 'ana' };
    const command = ['cat', wav];
    const spoken = await speak('A tone.', { kind: 'command', path: '', command, timeout: 30_000 }, parts, signal);
    expect(spoken).toMatchObject({ ok: true, extension: 'ogg', voice: { seconds: expect.closeTo(2, 0) } });
  });
});
