import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { attachedTo, Scaler } from '../../src/agent/index.ts';
import { silentLog } from '../../src/base/log.ts';
import type { Item } from '../../src/delivery/index.ts';
import { type Artifacts, openArtifacts } from '../../src/storage/index.ts';

let folder: string;
let artifacts: Artifacts;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coda-files-'));
  artifacts = await openArtifacts(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

const GIF = Buffer.from('R0lGODlhAQABAAAAACw=', 'base64');

/** What a message with these files is made ready as. */
async function attached(...files: { name: string; type: string; content: Buffer | string }[]) {
  const stored = await Promise.all(
    files.map(async ({ name, type, content }) => ({ name, type, ...(await artifacts.put(Buffer.from(content))) })),
  );
  return attachedTo({ payload: { files: stored }, person: { id: 'ana' } } as unknown as Item, {
    artifacts,
    scaler: new Scaler(silentLog(), { withinMs: 480_000 }),
    log: silentLog(),
  });
}

test('a picture is shown as what it is, whatever its sender calls it', async () => {
  const { images, text, tainted } = await attached({ name: 'cat.jpg', type: 'image/jpeg', content: PNG });
  expect(images).toEqual([{ name: 'cat.jpg', type: 'image/png', base64: PNG.toString('base64') }]);
  expect(text).toBe('');
  expect(tainted).toBe(true);
});

test('what only claims to be a picture, or is too large to be sent, is named instead', async () => {
  const { images, text } = await attached(
    { name: 'trick.png', type: 'image/png', content: 'MZ not a picture' },
    { name: 'huge.gif', type: 'image/gif', content: Buffer.concat([GIF, Buffer.alloc(4_000_000)]) },
  );
  expect(images).toEqual([]);
  expect(text).toContain('[File: trick.png, image/png, 1 kB; you cannot see what is in it.]');
  expect(text).toContain('[File: huge.gif; it is of a kind that I cannot make smaller.]');
});

test('pictures that together are more than a request may hold are made smaller from there on', async () => {
  const content = Buffer.concat([PNG, Buffer.alloc(3_500_000)]);
  const { images } = await attached(...'abcd'.split('').map((name) => ({ name, type: 'image/png', content })));
  expect(images.map(({ type }) => type)).toEqual(['image/png', 'image/png', 'image/jpeg', 'image/jpeg']);
});

test('text files are read in full within a budget, and cut with both ends kept beyond it', async () => {
  const { text } = await attached(
    { name: 'list.md', type: 'text/markdown', content: '- milk\n- bread' },
    { name: 'data.csv', type: 'application/octet-stream', content: `begin,${'x,'.repeat(40_000)}end` },
    { name: 'more.txt', type: 'text/plain', content: 'no room is left for this' },
  );
  expect(text).toContain('<file name="list.md">\n- milk\n- bread\n</file>');
  expect(text).toContain('begin,x,');
  expect(text).toMatch(/characters left out/);
  expect(text).toContain('end\n</file>');
  expect(text.length).toBeLessThan(49_000);
});

test('a file with bytes that are no text, and one that is gone, are named', async () => {
  const gone = { name: 'gone.txt', type: 'text/plain', size: 3, hash: 'a'.repeat(64) };
  const item = { payload: { files: [gone] }, person: { id: 'ana' } } as unknown as Item;
  expect(
    (await attachedTo(item, { artifacts, scaler: new Scaler(silentLog(), { withinMs: 480_000 }), log: silentLog() }))
      .text,
  ).toBe('[File: gone.txt; it could not be opened.]');
  const { text } = await attached({ name: 'a.txt', type: 'text/plain', content: Buffer.from([65, 0, 66]) });
  expect(text).toContain('[File: a.txt');
});
