import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '../../src/base/log.ts';
import { type FileFacts, type MediaOptions, openMedia, type Passage } from '../../src/media/index.ts';
import { openArtifacts } from '../../src/storage/index.ts';

export interface ReadFile {
  facts: FileFacts;
  passages: Passage[];
  /** The text itself, without what is kept apart. */
  text: string;
  /** Places whose passages have these words, with their kind where they are kept apart. */
  at(words: string): string[];
  tookMs: number;
}

/** The readers as coda has them, over a folder of stored files. */
export async function openReaders(options: Partial<MediaOptions> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'coda-media-'));
  const artifacts = await openArtifacts(folder);
  const media = openMedia({ artifacts, log: silentLog(), ...options });
  return {
    folder,
    artifacts,
    media,
    async read(content: Uint8Array | string, name: string, type = ''): Promise<ReadFile> {
      const stored = await artifacts.put(Buffer.from(content as Uint8Array));
      const passages: Passage[] = [];
      const from = performance.now();
      const facts = await media.read({ ...stored, name, type }, (some) => passages.push(...some));
      const own = passages.filter(({ aside }) => aside === undefined);
      return {
        facts,
        passages,
        text: own.map(({ text }) => text).join('\n'),
        at: (words) =>
          passages
            .filter(({ text }) => text.includes(words))
            .map(({ place, aside }) => (aside === undefined ? place : `${place} <${aside}>`)),
        tookMs: performance.now() - from,
      };
    },
    async close() {
      await media.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export type Readers = Awaited<ReturnType<typeof openReaders>>;
