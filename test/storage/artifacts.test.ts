import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TestClock } from '../../src/base/clock.ts';
import { type Artifacts, openArtifacts } from '../../src/storage/index.ts';

let folder: string;
let artifacts: Artifacts;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coda-artifacts-'));
  artifacts = await openArtifacts(folder);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Comparing long buffers byte by byte is what `toEqual` is slow at. */
const same = (a: Buffer, b: Buffer) => a.equals(b);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const unfinished = () => readdir(join(folder, 'artifacts', 'unfinished'));
const pathOf = (hash: string) => join(folder, 'artifacts', hash.slice(0, 2), hash.slice(2));

async function hashesIn(hashes: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const hash of hashes) all.push(hash);
  return all;
}

test('a file comes back as it was put, from bytes and from a stream', async () => {
  const bytes = randomBytes(300_000);
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += 7_777) yield bytes.subarray(at, at + 7_777);
  }
  const expected = { hash: sha256(bytes), size: bytes.length };
  expect(await artifacts.put(bytes)).toEqual(expected);
  expect(await artifacts.put(chunks())).toEqual(expected);
  expect(same(await buffer(await artifacts.open(expected.hash)), bytes)).toBe(true);
  expect(same(await readFile(pathOf(expected.hash)), bytes)).toBe(true);
  expect(await unfinished()).toEqual([]);
});

test('replicas that start at once make the folder together', async () => {
  for (let round = 0; round < 30; round++) {
    const data = join(folder, `data-${round}`, 'deeper');
    await Promise.all(Array.from({ length: 6 }, () => openArtifacts(data)));
    expect(await readdir(data)).toEqual(['artifacts']);
  }
});

test('a content that breaks off is not blamed on the folder, and nothing of it is kept', async () => {
  async function* broken() {
    yield randomBytes(100);
    throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  }
  await expect(artifacts.put(broken())).rejects.toMatchObject({ code: 'ECONNRESET' });
  const unreadable = createReadStream(join(folder, 'no such file'));
  await expect(artifacts.put(unreadable)).rejects.toMatchObject({ code: 'ENOENT' });
  expect(await unfinished()).toEqual([]);
});

test('an empty file is a file', async () => {
  const { hash, size } = await artifacts.put(new Uint8Array());
  expect(size).toBe(0);
  expect((await buffer(await artifacts.open(hash))).length).toBe(0);
});

test('the same file put by many at once is kept once', async () => {
  const bytes = randomBytes(50_000);
  const kept = await Promise.all(Array.from({ length: 10 }, () => artifacts.put(bytes)));
  expect(new Set(kept.map(({ hash }) => hash)).size).toBe(1);
  expect(await readdir(join(folder, 'artifacts', sha256(bytes).slice(0, 2)))).toHaveLength(1);
});

test('a file that was changed on the disk is not handed out as good', async () => {
  const { hash } = await artifacts.put(randomBytes(100_000));
  const bytes = await readFile(pathOf(hash));
  bytes[50_000] = (bytes[50_000] as number) ^ 1;
  await writeFile(pathOf(hash), bytes);
  await expect(buffer(await artifacts.open(hash))).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
});

test('putting a file again mends a damaged copy', async () => {
  const bytes = randomBytes(1_000);
  const { hash } = await artifacts.put(bytes);
  await writeFile(pathOf(hash), 'damaged');
  await artifacts.put(bytes);
  expect(same(await buffer(await artifacts.open(hash)), bytes)).toBe(true);
});

test('a file that is gone, or a name that is none, is missing', async () => {
  const { hash } = await artifacts.put(randomBytes(10));
  expect(await artifacts.has(hash)).toBe(true);
  const soon = new Date(Date.now() + 60_000);
  expect(await artifacts.remove(hash, soon)).toBe(true);
  expect(await artifacts.remove(hash, soon)).toBe(false);
  expect(await artifacts.has(hash)).toBe(false);
  for (const name of [hash, '', 'ab', '../../etc/passwd', `${'a'.repeat(63)}/`, hash.toUpperCase()]) {
    await expect(artifacts.open(name)).rejects.toMatchObject({ code: 'ARTIFACT_MISSING' });
    expect(await artifacts.remove(name, soon)).toBe(false);
  }
});

test('a file that is too large is refused while it comes, and nothing of it is kept', async () => {
  let asked = 0;
  async function* endless() {
    for (;;) {
      asked++;
      yield randomBytes(1_000);
    }
  }
  await expect(artifacts.put(endless(), { maxBytes: 10_000 })).rejects.toMatchObject({ code: 'ARTIFACT_TOO_LARGE' });
  expect(asked).toBe(11);
  expect(await unfinished()).toEqual([]);
  expect((await artifacts.put(randomBytes(10_000), { maxBytes: 10_000 })).size).toBe(10_000);
});

test('a stream that breaks off leaves nothing', async () => {
  async function* broken() {
    yield randomBytes(1_000);
    throw new Error('the connection was lost');
  }
  await expect(artifacts.put(broken())).rejects.toThrow('the connection was lost');
  expect(await unfinished()).toEqual([]);
});

test('what a crash has left unfinished is removed a day later', async () => {
  const leftovers = join(folder, 'artifacts', 'unfinished');
  await writeFile(join(leftovers, 'old'), 'x');
  await utimes(join(leftovers, 'old'), 0, 0);
  await writeFile(join(leftovers, 'new'), 'x');
  await openArtifacts(folder);
  expect(await unfinished()).toEqual(['new']);
});

test('what was put again is new again, and is not removed as old', async () => {
  const clock = new TestClock(new Date('2026-11-20T08:00:00Z'));
  const kept = await openArtifacts(folder, clock);
  const [again, old] = [await kept.put(randomBytes(10)), await kept.put(randomBytes(10))];
  await clock.moveTo(new Date('2026-11-22T08:00:00Z'));
  const bytes = await readFile(pathOf(again.hash));
  await kept.put(bytes);
  const before = new Date('2026-11-21T08:00:00Z');
  expect(await hashesIn(kept.putBefore(before))).toEqual([old.hash]);
  expect(await kept.remove(again.hash, before)).toBe(false);
  expect(await kept.remove(old.hash, before)).toBe(true);
  expect([await kept.has(again.hash), await kept.has(old.hash)]).toEqual([true, false]);
});

test('a file that is put while it is removed stays', async () => {
  const bytes = randomBytes(100);
  for (let round = 0; round < 30; round++) {
    const { hash } = await artifacts.put(bytes);
    await utimes(pathOf(hash), 0, 0);
    await Promise.all([artifacts.remove(hash, new Date(1_000)), artifacts.put(bytes)]);
    expect(await artifacts.has(hash)).toBe(true);
  }
  expect(await unfinished()).toEqual([]);
});

test('a file that a dying process had moved aside while it was put is there again', async () => {
  const { hash } = await artifacts.put(randomBytes(100));
  await rename(pathOf(hash), join(folder, 'artifacts', 'unfinished', `${hash}.1.aside`));
  await openArtifacts(folder);
  expect(await artifacts.has(hash)).toBe(true);
  expect(await unfinished()).toEqual([]);
});

test('a data folder that is a file is named as such', async () => {
  await mkdir(join(folder, 'other'));
  await writeFile(join(folder, 'other', 'artifacts'), '');
  await expect(openArtifacts(join(folder, 'other'))).rejects.toMatchObject({ code: 'DATA_UNWRITABLE' });
});
