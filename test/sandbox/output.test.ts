import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Capture, piecesIn, type StreamName } from '../../src/sandbox/output.ts';
import { Hidden } from '../../src/sandbox/redact.ts';
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

test('what shows while a program runs has no secret in it that terminal sequences had cut', async () => {
  const lines: string[] = [];
  const keep = async () => ({ hash: '', size: 0 });
  const streams = new Streams(keep, new Hidden(['hunter2-words', 'abc']), (line) => void lines.push(line));
  const links = '\u001b]8;;http://a.example\u0007';
  for (const text of ['key hunter\u001b[01;31m\u001b[K2-wo\u001b[mrds\n', `a\u001b[mbc hunt${links}er2-words\n`]) {
    await streams.push('stdout', Buffer.from(text));
  }
  const { text } = (await streams.end()).stdout;
  expect(lines).toEqual(['key [REDACTED]', '[REDACTED] [REDACTED]']);
  expect(text).toContain('key [REDACTED]\n');
});

test('what shows while a program runs is plain text, whatever a terminal would make of it', async () => {
  const lines: string[] = [];
  const keep = async () => ({ hash: '', size: 0 });
  const streams = new Streams(keep, new Hidden([]), (line) => void lines.push(line));
  for (const text of [
    '\u001b]0;owned\u0007\u001b[2J\u001b[31mred\u001b[0m \u009bx\n',
    '\u202egnp.exe\r',
    '\u001b[2K\n',
  ]) {
    await streams.push('stdout', Buffer.from(text));
  }
  expect(lines).toEqual(['red x', 'gnp.exe']);
  // The whole of it is as it was written.
  expect((await streams.end()).stdout.text).toContain('\u001b[31mred');
});
