import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readTar, type TarFile, writeTar } from '../../src/base/tar.ts';

async function* filesOf(files: Readonly<Record<string, string>>): AsyncGenerator<TarFile> {
  for (const [name, content] of Object.entries(files)) {
    const bytes = Buffer.from(content);
    yield { name, size: bytes.length, content: [bytes] };
  }
}

async function readAll(bytes: AsyncIterable<Uint8Array>): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { name, content } of readTar(bytes)) found[name] = await text(content);
  return found;
}

test('files come back under their names, whatever their length and script', async () => {
  const files = { [`${'a/'.repeat(200)}b`]: 'x'.repeat(70_000), 'größe/日本': '', 'plain.txt': 'y'.repeat(512) };
  expect(await readAll(writeTar(filesOf(files)))).toEqual(files);
});

test('an archive with a changed byte is read or refused', async () => {
  const whole = await buffer(writeTar(filesOf({ 'a/b.txt': 'x'.repeat(600), [`${'ü'.repeat(80)}`]: 'long' })));
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), async (at, byte, end) => {
      const changed = Buffer.from(whole.subarray(0, end));
      if (at < end) changed[at] = byte;
      await readAll(Readable.from([changed])).catch((error) => expect(error).toBeInstanceOf(Error));
    }),
    { numRuns: 50 },
  );
});

test('a name of gigabytes is refused before it is in memory', async () => {
  const header = Buffer.alloc(512);
  header.write('././@LongLink');
  header.write('77777777777\0', 124);
  header.write(' '.repeat(8), 148);
  header.write('L', 156);
  header.write('ustar\x0000', 257, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  let sent = 0;
  const endless = async function* () {
    yield header;
    for (; sent < 1_000; sent++) yield Buffer.alloc(64 * 1024, 'a');
  };
  await expect(readAll(endless())).rejects.toThrow('a name is too long');
  expect(sent).toBeLessThan(50);
});

test.each(['four', 'it'])('a file that became another size while it was read is told (%s)', async (now) => {
  const changing = async function* (): AsyncGenerator<TarFile> {
    yield { name: 'a', size: 3, content: [Buffer.from(now)] };
  };
  await expect(buffer(writeTar(changing()))).rejects.toThrow('a file has changed while it was read');
});
