import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import fc from 'fast-check';
import tar from 'tar-stream';
import { describe, expect, test } from 'vitest';
import { cleanPath, pack, unpack } from '../../src/sandbox/archive.ts';
import type { OutputFile, PutFile } from '../../src/sandbox/port.ts';
import { inLong } from '../support/long.ts';

const LIMITS = { files: 100, bytes: 1_000_000 };

function collector() {
  const got: Record<string, string> = {};
  const take = async ({ name, content }: OutputFile) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of content) chunks.push(chunk);
    got[name] = Buffer.concat(chunks).toString();
  };
  return { got, take };
}

describe('what goes in', () => {
  test('folders are entries of their own, before what is in them', async () => {
    const archive = pack([{ path: 'a/b/c.txt', content: 'hi', executable: true }], 7);
    if ('ok' in archive) throw new Error(archive.message);
    const seen: unknown[] = [];
    const extract = tar.extract().on('entry', (header, content, next) => {
      seen.push([header.type, header.name, header.mode, header.uid]);
      content.on('end', () => next()).resume();
    });
    await once(archive.pipe(extract), 'finish');
    expect(seen).toEqual([
      ['directory', 'a/', 0o755, 7],
      ['directory', 'a/b/', 0o755, 7],
      ['file', 'a/b/c.txt', 0o755, 7],
    ]);
  });

  test.each<[string, PutFile[]]>([
    ['an absolute path', [{ path: '/etc/passwd', content: '' }]],
    ['a way out', [{ path: 'a/../../b', content: '' }]],
    ['a dot', [{ path: './a', content: '' }]],
    ['no name', [{ path: '', content: '' }]],
    ['a folder', [{ path: 'a/', content: '' }]],
    ['a NUL', [{ path: 'a\0b', content: '' }]],
    ['a newline', [{ path: 'a\nb', content: '' }]],
    ['a backslash', [{ path: 'a\\b', content: '' }]],
    ['a long name', [{ path: 'a'.repeat(256), content: '' }]],
    ['a long path', [{ path: `${'a/'.repeat(600)}b`, content: '' }]],
    [
      'a file below a file',
      [
        { path: 'a', content: '' },
        { path: 'a/b', content: '' },
      ],
    ],
    ['too many', Array.from({ length: 2_001 }, (_, index) => ({ path: `f${index}`, content: '' }))],
    [
      'too much',
      Array.from({ length: 9 }, (_, index) => ({ path: `f${index}`, content: Buffer.alloc(8 * 1024 * 1024) })),
    ],
  ])('%s is refused', (_, files) => expect(pack(files, 0)).toMatchObject({ ok: false, code: 'SANDBOX_INPUT' }));
});

describe('what comes out', () => {
  type Made = { name: string; content?: string; type?: string; linkname?: string };
  const archiveOf = (entries: readonly Made[]) => {
    const archive = tar.pack();
    archive.entry({ name: 'output/', type: 'directory' });
    for (const { content, ...header } of entries)
      archive.entry({ ...header, name: `output/${header.name}` }, content ?? '');
    archive.finalize();
    return archive.pipe(new PassThrough());
  };

  test('regular files only; links, pipes and devices are told', async () => {
    const { got, take } = collector();
    const kinds = ['symlink', 'link', 'fifo', 'character-device', 'block-device'];
    const odd = kinds.map((type) => ({ name: type, type, linkname: '/etc/passwd' }));
    const result = await unpack(
      archiveOf([{ name: 'a.txt', content: 'A' }, ...odd, { name: 'd/b.txt', content: 'B' }]),
      take,
      LIMITS,
    );
    expect(got).toEqual({ 'a.txt': 'A', 'd/b.txt': 'B' });
    expect(result).toMatchObject({ ok: true, files: 2, bytes: 2, leftOutCount: 5 });
    expect(result.leftOut).toEqual(kinds.map((name) => ({ name, path: name, why: 'not_a_file' })));
  });

  test('names that become the same get a number', async () => {
    const { got, take } = collector();
    await unpack(archiveOf(['x:1.png', 'x|1.png', 'X*1.png'].map((name) => ({ name, content: name }))), take, LIMITS);
    expect(got).toEqual({ 'x_1.png': 'x:1.png', 'x_1 (2).png': 'x|1.png', 'X_1 (3).png': 'X*1.png' });
  });

  test('count and size are limited, and the rest is told', async () => {
    const { got, take } = collector();
    const entries = ['a', 'bb', 'cccccc', 'd', 'e'].map((content) => ({ name: content, content }));
    const result = await unpack(archiveOf(entries), take, { files: 3, bytes: 8 });
    expect(Object.keys(got)).toEqual(['a', 'bb', 'd']);
    expect(result.leftOut).toEqual([
      { name: 'cccccc', path: 'cccccc', why: 'too_large' },
      { name: 'e', path: 'e', why: 'too_many' },
    ]);
  });

  test('what is passed over is read up to the limit too, and no further', async () => {
    const { got, take } = collector();
    const large = Array.from({ length: 50 }, (_, index) => ({ name: `${index}`, content: 'x'.repeat(900) }));
    const result = await unpack(archiveOf(large), take, { files: 100, bytes: 1_000 });
    expect([Object.keys(got), result.leftOutCount]).toEqual([['0'], 2]);
  });

  inLong('an archive of a million entries is given up early', async () => {
    let sent = 0;
    const block = (name: string) => {
      const header = Buffer.alloc(512);
      header.write(name);
      header.write('0000777\0', 100);
      header.write('0000000\0', 108);
      header.write('0000000\0', 116);
      header.write('00000000000\0', 124);
      header.write('00000000000\0', 136);
      header.write('        ', 148);
      header.write('2', 156);
      header.write('ustar\x0000', 257);
      header.write(
        `${header
          .reduce((sum, byte) => sum + byte, 0)
          .toString(8)
          .padStart(6, '0')}\0 `,
        148,
      );
      return header;
    };
    const endless = Readable.from(
      (function* () {
        for (; sent < 1_000_000; sent++) yield block(`output/${sent}`);
      })(),
    );
    const result = await unpack(endless, async () => {}, LIMITS);
    expect(result.leftOutCount).toBeLessThanOrEqual(20_001);
    expect(result.leftOut).toHaveLength(20);
    expect(sent).toBeLessThan(100_000);
  });

  test('an archive that breaks off is an error, not an end', async () => {
    const whole = archiveOf([{ name: 'a', content: 'x'.repeat(10_000) }]);
    const chunks: Buffer[] = [];
    for await (const chunk of whole) chunks.push(chunk as Buffer);
    const half = new PassThrough();
    half.write(Buffer.concat(chunks).subarray(0, 3_000));
    setImmediate(() => half.destroy(new Error('cut off')));
    await expect(unpack(half, collector().take, LIMITS)).rejects.toThrow('cut off');
  });

  test('what take throws ends it', async () => {
    const archive = archiveOf([{ name: 'a', content: 'A' }]);
    const full = async () => {
      throw new Error('disk full');
    };
    await expect(unpack(archive, full, LIMITS)).rejects.toThrow('disk full');
  });
});

test('a cleaned path is relative, short, visible and stays as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (path) => {
      const cleaned = cleanPath(path);
      expect(cleanPath(cleaned)).toBe(cleaned);
      for (const name of cleaned.split('/')) {
        expect(name).not.toMatch(/^$|^[.~-]|[\p{Cc}\p{Cf}<>:"|?*\\`$;&]/u);
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
      }
    }),
  );
  expect(cleanPath('../../etc/passwd')).toBe('__/__/etc/passwd');
  expect(cleanPath('report\u202Egpj.exe')).toBe('report_gpj.exe');
  expect(cleanPath('Übersicht 2026.csv')).toBe('Übersicht 2026.csv');
});
