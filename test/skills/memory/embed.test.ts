import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { memory } from '../../../src/skills/memory/index.ts';
import { Recall } from '../../../src/skills/memory/recall.ts';
import { source } from '../../../src/skills/memory/store.ts';
import type { Database } from '../../../src/storage/index.ts';
import { type Embedder, EmbedderFault, embedJob, unit } from '../../../src/vectors/index.ts';
import { beginSpace } from '../../../src/vectors/store.ts';
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

    const jobOf = (embedder: Embedder) => {
      const { world, jobs } = coda;
      const handler = embedJob({ database, world, jobs, embedder, source });
      return (owner?: string) => {
        const payload = owner === undefined ? {} : { owner };
        return handler.run({ id: '1', payload, attempt: 1, dueAt: world.clock.now() }, signal);
      };
    };
    const run = (embedder: Embedder, owner?: string) => jobOf(embedder)(owner);
    const waiting = async () => {
      const { rows } = await database.read<{ key: string }>(
        `select key from jobs where kind = 'memory.embed' and state = 'pending' order by due_at`,
      );
      await database.run('test', `delete from jobs where kind = 'memory.embed'`);
      return rows.map(({ key }) => key);
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

      const spoilt = { texts: ['Berlin', 'tea'] };
      await run(fakeEmbedder('new', spoilt));
      expect(await spaces()).toEqual([
        { space: 'new', current: false, vectors: 1 },
        { space: 'old', current: true, vectors: 3 },
      ]);
      // Of one that is away it is not known what else it refuses.
      spoilt.texts = ['Berlin', 'tea', 'dimensions'];
      await run(fakeEmbedder('new', spoilt));
      expect(await spaces()).toEqual([
        { space: 'new', current: false, vectors: 1 },
        { space: 'old', current: true, vectors: 3 },
      ]);
      spoilt.texts = [];
      await run(fakeEmbedder('new', spoilt));
      expect(await spaces()).toEqual([{ space: 'new', current: true, vectors: 3 }]);
      await run(fakeEmbedder('new', spoilt));
      expect(await spaces()).toEqual([{ space: 'new', current: true, vectors: 3 }]);
    });

    test('a text that a new embedder always refuses keeps its space from nobody', async () => {
      const isOld = async (space: string) => {
        const age = new Date(coda.world.clock.now().getTime() - 2 * 86_400_000);
        await database.run('test', 'update memory_spaces set created_at = $2 where space = $1', [space, age]);
      };
      const refusing = fakeEmbedder('refusing', { texts: ['Berlin'] });
      await waiting();
      await run(refusing);
      expect(await spaces()).toEqual([{ space: 'refusing', current: true, vectors: 2 }]);
      // It is asked again, and what is of no use is taken away all the same.
      expect(await waiting()).toEqual(['all']);
      await database.tx('test', (tx) => beginSpace(tx, 'memory', { space: 'left', dim: 8 }, coda.world.clock.now()));
      await isOld('left');
      await run(refusing);
      expect(await spaces()).toEqual([{ space: 'refusing', current: true, vectors: 2 }]);
      await run(fakeEmbedder('new'));
      expect(await spaces()).toEqual([{ space: 'new', current: true, vectors: 3 }]);
    });

    test('many texts that are refused, one after another, keep no other from a vector', async () => {
      // They come first: ids are the order.
      await database.run(
        'test',
        `insert into memories (id, person_id, type, text, terms, source, said_by, said_at, touched, created_at)
         select '000000' || at, person_id, type, 'refused number ' || at, terms, source, said_by, said_at, touched, created_at
           from (select * from memories limit 1) one, generate_series(1, 9) at`,
      );
      await run({ ...fakeEmbedder('strict', { texts: ['refused'] }), maxBatch: 4 });
      expect(await spaces()).toContainEqual({ space: 'strict', current: false, vectors: 3 });
      await database.run('test', `delete from memories where text like 'refused%'`);
      await database.run('test', `delete from memory_vectors where space = 'strict'`);
      await database.run('test', `delete from memory_spaces where space = 'strict'`);
      await run(fakeEmbedder('new'));
      expect(await spaces()).toEqual([{ space: 'new', current: true, vectors: 3 }]);
      await waiting();
    });

    test('an embedder whose vectors have another length than before has all made anew', async () => {
      await run(fakeEmbedder('new'));
      const shorter = { ...fakeEmbedder('new'), dim: async () => 4 };
      const embed: Embedder['embed'] = async (texts) =>
        texts.map((text) => unit([1, text.length, 1, text.charCodeAt(0)], 4) as Float32Array);
      await run({ ...shorter, embed });
      const { rows } = await database.read(
        'select length(vector) as bytes, count(*)::int from memory_vectors group by 1',
      );
      expect(rows).toEqual([{ bytes: 8, count: 3 }]);
      await run(fakeEmbedder('new'));
      expect(await spaces()).toEqual([{ space: 'new', current: true, vectors: 3 }]);
    });

    test('without its package nothing is embedded, nothing fails and nothing is tried again', async () => {
      await waiting();
      const fault = () => Promise.reject(new EmbedderFault('missing', 'not installed'));
      await run({ ...fakeEmbedder('absent'), dim: async () => 8, embed: fault });
      expect(await waiting()).toEqual([]);
      expect(await spaces()).toContainEqual({ space: 'new', current: true, vectors: 3 });
      await database.run('test', `delete from memory_spaces where space = 'absent'`);
    });

    test('a new space is built by one job for all, whoever writes meanwhile', async () => {
      await waiting();
      const embedder = fakeEmbedder('newer');
      const asked: string[] = [];
      const counted: Embedder = {
        ...embedder,
        embed: (texts, kind, until) => {
          asked.push(...texts);
          return embedder.embed(texts, kind, until);
        },
      };
      for (const owner of ['ana', 'bob', 'cleo']) await run(counted, owner);
      expect(asked).toEqual([]);
      expect(await waiting()).toEqual(['all']);
      await run(counted);
      await run(counted);
      expect(asked.sort()).toEqual([...TEXTS].sort());
      expect(await spaces()).toEqual([{ space: 'newer', current: true, vectors: 3 }]);
      await run(fakeEmbedder('new'));
    });

    test('a service that is away is asked by one job, and not again for a while', async () => {
      const { rows } = await database.read<{ id: string }>('select distinct person_id as id from memories');
      const ana = rows[0]?.id as string;
      let asked = 0;
      const away: Embedder = {
        ...fakeEmbedder('new'),
        dim: async () => {
          asked++;
          throw new EmbedderFault('failed', 'away');
        },
        embed: async () => {
          throw new EmbedderFault('failed', 'away');
        },
      };
      await waiting();
      const job = jobOf(away);
      await job(ana);
      await job('01a1f7f8-3000-7000-8000-000000000002');
      expect(asked).toBe(1);
      expect(await waiting()).toHaveLength(2);
      await coda.world.clock.moveTo(new Date(coda.world.clock.now().getTime() + 5 * 60_000));
      await job(ana);
      expect(asked).toBe(2);
      await waiting();
    });

    test('a space that another version takes away while it is built does not become the one that is searched', async () => {
      const embedder = fakeEmbedder('next');
      const robbed: Embedder = {
        ...embedder,
        embed: async (texts, kind, until) => {
          await database.run('test', `delete from memory_vectors where space = 'next'`);
          await database.run('test', `delete from memory_spaces where space = 'next'`);
          return embedder.embed(texts, kind, until);
        },
      };
      await run(robbed);
      expect((await spaces()).map(({ space, current }) => ({ space, current }))).toEqual([
        { space: 'new', current: true },
      ]);
      expect(await waiting()).toEqual(['all']);
      // Only its vectors: they are made again before it is searched.
      await database.run('test', `delete from memory_vectors where space = 'next'`);
      let isTaken = false;
      const emptied: Embedder = {
        ...embedder,
        embed: async (texts, kind, until) => {
          // The last batch: what the first one made is stored.
          if (texts.length === 1 && !isTaken) {
            isTaken = true;
            await database.run('test', `delete from memory_vectors where space = 'next'`);
          }
          return embedder.embed(texts, kind, until);
        },
      };
      await run(emptied);
      expect(isTaken).toBe(true);
      expect(await spaces()).toEqual([{ space: 'next', current: true, vectors: 3 }]);
      await run(fakeEmbedder('new'));
    });

    test('who looks after the current space leaves one that is being built', async () => {
      const embedder = fakeEmbedder('next');
      const meanwhile: Embedder = {
        ...embedder,
        embed: async (texts, kind, until) => {
          await run(fakeEmbedder('new'));
          return embedder.embed(texts, kind, until);
        },
      };
      await run(meanwhile);
      expect(await spaces()).toEqual([{ space: 'next', current: true, vectors: 3 }]);
      await run(fakeEmbedder('new'));
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
