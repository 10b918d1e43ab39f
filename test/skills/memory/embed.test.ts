import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { source } from '../../../src/skills/memory/embed/store.ts';
import { memory } from '../../../src/skills/memory/index.ts';
import { Recall } from '../../../src/skills/memory/recall.ts';
import type { Database } from '../../../src/storage/index.ts';
import { type Embedder, EmbedderFault, embedJob, unit } from '../../../src/vectors/index.ts';
import { testDatabases } from '../../support/database.ts';
import { type Played, playSkill } from '../play.ts';

const { signal } = new AbortController();
const TEXTS = ['I like tea', 'I live in Berlin', 'my dog is called Rex'];

/** Nearness by letters: enough to see which space is searched. `spoilt`: texts that it cannot embed. */
function fakeEmbedder(id: string, spoilt: { texts: string[] } = { texts: [] }): Embedder {
  const vectorOf = (text: string) => {
    if (spoilt.texts.some((bad) => text.includes(bad))) throw new EmbedderFault('failed', 'no vector');
    return unit(
      Array.from({ length: 8 }, (_, at) => 1 + ((text.charCodeAt(at % text.length) * (at + 3)) % 7)),
      8,
    );
  };
  return {
    id,
    dim: async () => 8,
    maxBatch: 2,
    embed: async (texts) => texts.map((text) => vectorOf(text) as Float32Array),
    close: async () => {},
  };
}

for (const { name, available, open } of testDatabases)
  describe.runIf(available)(`on ${name}`, () => {
    let database: Database;
    let coda: Played;
    beforeAll(async () => {
      database = await open();
      coda = await playSkill(memory, database, { config: { embedder: { kind: 'none' } } });
      for (const text of TEXTS) await coda.call('memory_save', { text });
    });
    afterAll(() => database.close());

    const run = (embedder: Embedder) => {
      const { world, jobs } = coda;
      const job = { id: '1', payload: {}, attempt: 1, dueAt: world.clock.now() };
      return embedJob({ database, world, jobs, embedder, source }).run(job, signal);
    };
    const spaces = async () =>
      (
        await database.read(
          `select s.space, s.is_current as current, count(v.*)::int as vectors from memory_spaces s
             left join memory_vectors v using (space) group by 1, 2 order by 1`,
        )
      ).rows;

    test('a new embedder is used once all memories have its vectors, and a bad text stops no other', async () => {
      await run(fakeEmbedder('old'));
      expect(await spaces()).toEqual([{ space: 'old', current: true, vectors: 3 }]);

      const spoilt = { texts: ['Berlin'] };
      await run(fakeEmbedder('new', spoilt));
      expect(await spaces()).toEqual([
        { space: 'new', current: false, vectors: 2 },
        { space: 'old', current: true, vectors: 3 },
      ]);
      spoilt.texts = [];
      await run(fakeEmbedder('new', spoilt));
      expect(await spaces()).toEqual([{ space: 'new', current: true, vectors: 3 }]);
      await run(fakeEmbedder('new', spoilt));
      expect(await spaces()).toEqual([{ space: 'new', current: true, vectors: 3 }]);
    });

    test('what is searched is the current space alone, and words where its embedder fails', async () => {
      const { rows } = await database.read<{ id: string }>('select distinct person_id as id from memories');
      const ana = rows[0]?.id as string;
      const found = async (embedder: Embedder) => {
        const recall = new Recall({ database, world: coda.world, embedders: [embedder] });
        const hits = await recall.search(ana, 'tea', {}, 10, 5_000);
        recall.close();
        return hits.length;
      };
      expect(await found(fakeEmbedder('new'))).toBe(3);
      expect(await found(fakeEmbedder('old'))).toBe(1);
      expect(await found(fakeEmbedder('new', { texts: ['tea'] }))).toBe(1);
    });
  });
