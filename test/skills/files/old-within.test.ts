/** Old Office documents within another file: what each may add to its text, which are told as unread, and which are tried again. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLog } from '../../../src/base/log.ts';
import { type FileFacts, OfficeConverter, type OldDocument, type Passage } from '../../../src/media/index.ts';
import { readOldWithin } from '../../../src/skills/files/old-documents.ts';
import { notesBeside } from '../../../src/skills/files/texts.ts';
import { openReaders, type Readers } from '../../media/reading.ts';
import { random } from '../../support/seeded.ts';
import { zip } from '../../support/zip.ts';

let readers: Readers;
beforeAll(async () => {
  readers = await openReaders({ withinMs: 60_000 });
});
afterAll(() => readers.close());

const { signal } = new AbortController();
const OLD = readFileSync(new URL('../../media/files/letter.doc', import.meta.url));
const archive: FileFacts = { kind: 'zip', says: 'an archive', title: '' };

/** Stands for LibreOffice: each old document holds what it is made into. */
const office = {
  convert: async ({ open }: { open(): Promise<Buffer> }) => {
    const { hash, size } = await readers.artifacts.put(await open());
    return { ok: true as const, made: { hash, size } };
  },
};

const words = (characters: number): Buffer => {
  // Words that pack no better than those of people: what unpacks to 200 times its size is refused.
  const next = random(1);
  const paragraph = () => Array.from({ length: 200 }, () => Math.floor(9_000 * next()) + 1_000).join(' ');
  const body = Array.from({ length: characters / 1_000 }, () => `<w:p><w:r><w:t>${paragraph()}</w:t></w:r></w:p>`).join(
    '',
  );
  const ns = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';
  return zip([['word/document.xml', `<w:document xmlns:w="${ns}"><w:body>${body}</w:body></w:document>`]]);
};
const old = (name: string, bytes: Buffer): OldDocument => ({
  name,
  place: name,
  says: 'a Word document of the old format (.doc)',
  to: 'docx',
  bytes,
});

async function readAll(documents: readonly OldDocument[], facts = archive, read: readonly Passage[] = []) {
  const found: Passage[] = [...read];
  const deps = { office, media: readers.media, by: 'ana', signal };
  const all = await readOldWithin(documents, facts, found, deps, (some) => found.push(...some));
  return { facts: all, found, size: found.reduce((sum, { text }) => sum + text.length, 0) };
}

test('documents that are each within the limit meet it together; the rest is named', async () => {
  const documents = ['a.doc', 'b.doc', 'c.doc'].map((name) => old(name, words(2_500_000)));
  const { facts, found, size } = await readAll(documents);
  expect(size).toBeGreaterThan(3_900_000);
  expect(size).toBeLessThanOrEqual(4_000_000);
  expect(found.at(-1)?.place).toMatch(/^b\.doc, /);
  expect(facts).toMatchObject({ fault: 'long', unread: ['c.doc'] });
});

test('one that is too long is not said to be unread, and the text of its file counts', async () => {
  const text = 'x'.repeat(1_000);
  const own = Array.from({ length: 3_900 }, (_, at) => ({ place: `lines ${at}`, text }));
  const { facts, found, size } = await readAll([old('a.doc', words(4_500_000))], archive, own);
  expect(found.at(-1)?.place).toMatch(/^a\.doc, /);
  expect(size).toBeLessThanOrEqual(4_000_000);
  expect(facts).toEqual({ ...archive, fault: 'long' });
  const none = await readAll([old('a.doc', words(1_000))], { ...archive, fault: 'long' }, own);
  expect(none.facts).toEqual({ ...archive, fault: 'long', unread: ['a.doc'] });
  expect(none.found).toHaveLength(own.length);
});

test('beyond twenty that are named, the others are counted', async () => {
  const many = zip([
    ...Array.from({ length: 23 }, (_, at) => [`${at}.doc`, OLD] as const),
    ...Array.from({ length: 22 }, (_, at) => [`${at}.bin`, Buffer.from([0, 1, 2, 3, 255, at])] as const),
  ]);
  const { facts } = await readers.read(many, 'many.zip');
  expect(facts.unread).toHaveLength(40);
  expect(notesBeside(facts).at(-1)).toMatch(/^not read: .*, 5 more files\.$/);
});

test('a document that met a limit of time or memory is tried again after a while, a broken one is not', async () => {
  let now = 0;
  let fate = {};
  let ran = 0;
  const nothing = { text: '', bytes: 0 };
  const sandbox = {
    settings: { enabled: true },
    facts: async () => ({ ok: true, image: 'office' }),
    workspaces: {
      alone: () => ({
        run: async () => {
          ran++;
          const output = { exitCode: 0, stdout: nothing, stderr: nothing, files: [], leftOut: [] };
          return { ok: true, ...output, timedOut: false, oomKilled: false, ...fate };
        },
        close: async () => {},
      }),
    },
  } as unknown as ConstructorParameters<typeof OfficeConverter>[0]['sandbox'];
  const converter = new OfficeConverter({ sandbox, clock: { monotonic: () => now }, log: silentLog() });
  const convert = (hash: string) => converter.convert({ hash, open: async () => OLD }, 'docx', 'ana', signal);
  for (const [at, met] of [{ timedOut: true, exitCode: 137 }, { oomKilled: true, exitCode: 137 }, {}].entries()) {
    [fate, ran] = [met, 0];
    const isPassing = at < 2;
    expect(await convert(`${at}`)).toMatchObject({ ok: false, isPassing });
    expect(await convert(`${at}`)).toMatchObject({ ok: false, isPassing });
    now += 10 * 60_000;
    await convert(`${at}`);
    expect(ran).toBe(isPassing ? 2 : 1);
  }
});
