import type { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cleanPath } from '../../src/sandbox/archive.ts';
import { Capture, piecesIn, type StreamName } from '../../src/sandbox/output.ts';
import { HiddenValues } from '../../src/sandbox/redact.ts';
import { Streams } from '../../src/sandbox/streams.ts';

function frame(stream: StreamName, bytes: Uint8Array): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream === 'stdout' ? 1 : 2;
  header.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([header, bytes]);
}

async function* cut(bytes: Buffer, sizes: readonly number[]) {
  for (let at = 0, index = 0; at < bytes.length; index++) {
    const size = sizes[index % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function read(chunks: AsyncIterable<Uint8Array>) {
  const got = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  for await (const { stream, bytes } of piecesIn(chunks)) got[stream] = Buffer.concat([got[stream], bytes]);
  return got;
}

test('frames are the same however their bytes are cut', async () => {
  const piece = fc.record({
    stream: fc.constantFrom<StreamName>('stdout', 'stderr'),
    bytes: fc.uint8Array({ maxLength: 40 }),
  });
  const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(fc.array(piece), sizes, async (pieces, sizes) => {
      const whole = (name: StreamName) =>
        Buffer.concat(pieces.filter(({ stream }) => stream === name).map(({ bytes }) => bytes));
      const got = await read(cut(Buffer.concat(pieces.map(({ stream, bytes }) => frame(stream, bytes))), sizes));
      expect(got.stdout.equals(whole('stdout'))).toBe(true);
      expect(got.stderr.equals(whole('stderr'))).toBe(true);
    }),
  );
});

test('a long output is kept whole, and no listeners gather while it waits', async () => {
  let [size, listeners] = [0, 0];
  const keep = async (content: AsyncIterable<Uint8Array>) => {
    for await (const chunk of content) {
      size += chunk.length;
      listeners = Math.max(listeners, (content as PassThrough).listenerCount('close'));
    }
    return { hash: 'kept', size };
  };
  const streams = new Streams(keep, new HiddenValues([]));
  for (let at = 0; at < 50; at++) await streams.push('stdout', Buffer.alloc(65_536, 'a'));
  const { stdout } = await streams.finish();
  expect(stdout.whole).toEqual({ hash: 'kept', size: 50 * 65_536 });
  expect(listeners).toBeLessThan(5);
});

test('an output that cannot be kept is cut, and ends', async () => {
  const keep = async (content: AsyncIterable<Uint8Array>) => {
    for await (const _ of content) throw new Error('the disk is full');
    return { hash: '', size: 0 };
  };
  const streams = new Streams(keep, new HiddenValues([]));
  for (let at = 0; at < 50; at++) await streams.push('stdout', Buffer.alloc(65_536, 'a'));
  const { stdout } = await streams.finish();
  expect([stdout.bytes, stdout.isCut, stdout.whole]).toEqual([50 * 65_536, true, undefined]);
});

test('text without a frame is shown as an error', async () => {
  const { stderr } = await read(cut(Buffer.from('cannot exec in a stopped container'), [5]));
  expect(stderr.toString()).toBe('cannot exec in a stopped container');
});

test('a capture keeps the beginning, counts the rest and cuts no character', () => {
  const capture = new Capture(5);
  for (const text of ['aä', 'öü']) capture.add(Buffer.from(text));
  expect(capture.text()).toBe('aäö');
  expect([capture.total, capture.isCut]).toEqual([7, true]);
  const other = new Capture(4);
  other.add(Buffer.from('aäö'));
  expect(other.text()).toBe('aä');
});

test('what is not UTF-8 is shown as such', () => {
  const capture = new Capture(100);
  capture.add(Uint8Array.of(0x61, 0xff, 0xe4));
  expect(capture.text()).toBe('a\uFFFD\uFFFD');
});

test.each([
  ['a/b', 'ab/cd+ef/gh==', 'ab/cd+ef/gh==/x.txt'],
  ['one file, as programs write it', 'ab/cd+ef/gh==', 'key ab_cd+ef_gh==.txt'],
  ['other characters in its place', 'ab/cd+ef/gh==', 'ab-cd-ef:gh.txt'],
  ['none', 'ab/cd+ef/gh==', 'abcdefgh.txt'],
  ['empty folders left out', 'abc//def///ghi', 'abc/def/ghi'],
  ['characters of a shell', 'pa$$wo;rd&1', 'pa$$wo;rd&1.log'],
  ['a folder deeper than names go', 's3/cr3t/w0rd', '1/2/s3/cr3t/w0rd/3/4/5/6/7/8/x'],
  ['a secret longer than names stay', `sk-${'ab'.repeat(118)}`, `sk-${'ab'.repeat(118)}`],
  ['encoded', 'ab/cd+ef/gh==', 'ab%2Fcd%2Bef%2Fgh%3D%3D.txt'],
])('a secret with a slash is in no file’s name: %s', async (_, secret, path) => {
  const streams = new Streams(async () => ({ hash: '', size: 0 }), new HiddenValues([secret]));
  const shown = streams.cleanName(cleanPath(path), path);
  expect(shown).toContain('[REDACTED]');
  expect(shown).not.toMatch(/ab.?cd|abc|pa..wo|s3|cr3t|w0rd|abab/);
});

test('names that have nothing to do with a secret stay', () => {
  const streams = new Streams(async () => ({ hash: '', size: 0 }), new HiddenValues(['ab/cd+ef/gh==', 'a/b/c']));
  for (const name of ['report.pdf', 'a_b.txt', 'abc.txt', 'data/ab/cd.csv'])
    expect(streams.cleanName(name, name)).toBe(name);
});

test('what shows while a program runs has no secret in it that terminal sequences had cut', async () => {
  const lines: string[] = [];
  const keep = async () => ({ hash: '', size: 0 });
  const streams = new Streams(keep, new HiddenValues(['hunter2-words', 'abc']), (line) => void lines.push(line));
  const links = '\u001b]8;;http://a.example\u0007';
  for (const text of ['key hunter\u001b[01;31m\u001b[K2-wo\u001b[mrds\n', `a\u001b[mbc hunt${links}er2-words\n`]) {
    await streams.push('stdout', Buffer.from(text));
  }
  await streams.finish();
  expect(lines).toEqual(['key [REDACTED]', '[REDACTED] [REDACTED]']);
});

test('what shows while a program runs is plain text, whatever a terminal would make of it', async () => {
  const lines: string[] = [];
  const keep = async () => ({ hash: '', size: 0 });
  const streams = new Streams(keep, new HiddenValues([]), (line) => void lines.push(line));
  for (const text of [
    '\u001b]0;owned\u0007\u001b[2J\u001b[31mred\u001b[0m \u009bx\n',
    '\u202egnp.exe\r',
    '\u001b[2K\n',
  ]) {
    await streams.push('stdout', Buffer.from(text));
  }
  expect(lines).toEqual(['red x', 'gnp.exe']);
  // The whole of it is as it was written.
  expect((await streams.finish()).stdout.text).toContain('\u001b[31mred');
});
