import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { collectGarbage } from '../../../src/base/heap.ts';
import { memory, section } from '../../../src/skills/memory/index.ts';
import { Recall } from '../../../src/skills/memory/recall.ts';
import type { Database } from '../../../src/storage/index.ts';
import { type Embedder, packVector, unit } from '../../../src/vectors/index.ts';
import { testDatabases } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { type Played, playSkill } from '../play.ts';

const DIM = 512;
const COUNT = 3_000;
const MINUTE_MS = 60_000;

/** A vector of its own for each number. */
const vectorOf = (number: number) =>
  unit(
    Array.from({ length: DIM }, (_, at) => Math.sin(number * (at + 1))),
    DIM,
  ) as Float32Array;

/** Takes a text for the number that it ends with. */
const embedder: Embedder = {
  id: 'numbers',
  dim: async () => DIM,
  maxBatch: 16,
  embed: async (texts) => texts.map((text) => vectorOf(Number(/\d+$/.exec(text)?.[0] ?? 0))),
  close: async () => {},
};

/** Counts how often the program has had V8 collect all garbage from now on. */
function forcedCollections() {
  const { NODE_PERFORMANCE_GC_MAJOR, NODE_PERFORMANCE_GC_FLAGS_FORCED } = constants;
  let count = 0;
  const observer = new PerformanceObserver((entries) => {
    for (const { detail } of entries.getEntries() as (PerformanceEntry & { detail: { kind: number; flags: number } })[])
      if (detail.kind === NODE_PERFORMANCE_GC_MAJOR && detail.flags & NODE_PERFORMANCE_GC_FLAGS_FORCED) count++;
  });
  observer.observe({ entryTypes: ['gc'] });
  return { count: () => count, [Symbol.dispose]: () => observer.disconnect() };
}

afterEach(() => {
  vi.useRealTimers();
});

for (const { name, available, open } of testDatabases)
  describe.runIf(available)(`on ${name}`, () => {
    let database: Database;
    let coda: Played;
    let ana: string;
    beforeAll(async () => {
      database = await open();
      coda = await playSkill(memory, database, { config: { embedder: { kind: 'none' } } });
      await coda.call('memory_save', { text: 'I like tea', tags: ['drinks', 'a "b", {c}'], type: 'preference' });
      await coda.call('memory_save', { text: 'I ran a race', type: 'event', date: '2024-05-01' });
      const { rows } = await database.read<{ id: string }>('select distinct person_id as id from memories');
      ana = rows[0]?.id as string;
      const now = coda.world.clock.now();
      await database.run(
        'test.many',
        `insert into memories (id, person_id, type, text, terms, source, said_by, said_at, touched, created_at)
         select 'n' || at, $1, 'fact', 'number ' || at, array['number', at::text], 'told', 'ana', $2, at, $2
           from generate_series(1, ${COUNT}) at`,
        [ana, now],
      );
      await database.run(
        'test.space',
        'insert into memory_spaces (space, dim, is_current, created_at) values ($1, $2, true, $3)',
        [embedder.id, DIM, now],
      );
      const vectors = Array.from({ length: COUNT }, (_, at) =>
        Buffer.from(packVector(vectorOf(at + 1))).toString('hex'),
      );
      await database.run(
        'test.vectors',
        `insert into memory_vectors (space, memory_id, vector)
         select $2, 'n' || at, decode(vector, 'hex') from unnest($1::text[]) with ordinality as all_of (vector, at)
          where at % 10 <> 0`,
        [vectors, embedder.id],
      );
      await database.run('test.version', 'update memory_people set version = $1 where person_id = $2', [COUNT, ana]);
    });
    afterAll(() => database.close());

    test('what was saved just now is found by its meaning before its vector is stored, and is asked for once', async () => {
      const asked: string[] = [];
      const counting: Embedder = {
        ...embedder,
        embed: (texts, kind, signal) => {
          if (kind === 'document') asked.push(...texts);
          return embedder.embed(texts, kind, signal);
        },
      };
      const recall = new Recall({ database, world: coda.world, embedders: [counting] });
      const first = async (search: 'search' | 'searchAll') => (await recall[search](ana, 'x3000', {}, 1, 5_000))[0]?.id;
      // Every tenth has no vector, and no word of the question.
      expect(await first('search')).not.toBe('n3000');
      expect(asked).toEqual([]);
      expect(await first('searchAll')).toBe('n3000');
      expect(asked).toContain('number 3000');
      const count = asked.length;
      expect(count).toBeLessThanOrEqual(8);
      expect(await first('searchAll')).toBe('n3000');
      expect(asked).toHaveLength(count);
      recall.close();
    });

    const recallOf = (given: Database = database) =>
      new Recall({ database: given, world: coda.world, embedders: [embedder] });
    const found = async (recall: Recall, text: string, filter = {}) =>
      (await recall.search(ana, text, filter, 5, 5_000)).map(({ id }) => id);

    test('thousands of memories, with and without a vector, are each found by their own', async () => {
      const recall = recallOf();
      for (const number of [1, 1_023, 1_024, 1_025, 2_049, COUNT - 1]) {
        expect((await found(recall, `what is like ${number}`))[0]).toBe(`n${number}`);
      }
      expect((await found(recall, 'number 2050'))[0]).toBe('n2050');
      const tagged = await found(recall, 'tea', { tag: 'a "b", {c}', type: 'preference' });
      expect(tagged).toHaveLength(1);
      const day = Date.parse('2024-05-01');
      expect(
        await found(recall, 'race', { since: { day, instant: day }, before: { day: day + 1, instant: day + 1 } }),
      ).toHaveLength(1);
      await database.run('test.forgotten', `update memories set state = 'deleted', touched = $1 where id = 'n1025'`, [
        COUNT + 1,
      ]);
      await database.run('test.version', 'update memory_people set version = $1', [COUNT + 1]);
      recall.checkAgain(ana);
      expect(await found(recall, 'what is like 1025')).not.toContain('n1025');
      recall.close();
    });

    test('a database that was away for a moment is asked again', async () => {
      let isAway = true;
      const read: Database['read'] = (sql, params) => {
        if (!isAway || !sql.includes('string_agg')) return database.read(sql, params);
        isAway = false;
        return Promise.reject(new Error('the connection was lost'));
      };
      const recall = recallOf(Object.assign(Object.create(database), { read }));
      await expect(found(recall, 'number 7')).rejects.toThrow('lost');
      expect((await found(recall, 'number 7'))[0]).toBe('n7');
      recall.close();
    });

    test('what is written waits for no embedding, and asks for none', async () => {
      let asked = 0;
      const never: Embedder = {
        ...embedder,
        embed: () => {
          asked++;
          return new Promise<never>(() => {});
        },
      };
      const own = await open();
      const writing = await playSkill(memory, own, { embedders: { embedder: never, embedders: [never] } });
      await own.run('test.space', `insert into memory_spaces values ($1, $2, true, $3)`, [
        ...[never.id, DIM, writing.world.clock.now()],
      ]);
      for (const text of ['I like tea', 'I like tea.', 'I like coffee']) await writing.call('memory_save', { text });
      const { rows } = await own.read<{ text: string }>('select text from memories order by created_at, text');
      expect(rows.map(({ text }) => text)).toEqual(['I like coffee', 'I like tea']);
      expect(asked).toBe(0);
      await own.close();
    });

    test('few memories are all shown to a model, and none of their vectors is waited for', async () => {
      const own = await open();
      const few = await playSkill(memory, own, { config: { embedder: { kind: 'none' } } });
      for (const text of ['I like tea', 'I live in Berlin', 'My cat is called Momo'])
        await few.call('memory_save', { text });
      const { rows } = await own.read<{ id: string }>('select distinct person_id as id from memories');
      await own.run('test.space', 'insert into memory_spaces values ($1, $2, true, $3)', [
        ...[embedder.id, DIM, few.world.clock.now()],
      ]);
      const words: string[] = [];
      const counted: Embedder = {
        ...embedder,
        embed: (texts, kind, signal) => {
          words.push(...texts);
          return embedder.embed(texts, kind, signal);
        },
      };
      const recall = new Recall({ database: own, world: few.world, embedders: [counted] });
      const shown = (budget: number, text: string) =>
        section({ database: own, config: { budget } } as never, recall, {
          person: { id: rows[0]?.id, zone: 'UTC' },
          private: true,
          text,
        } as never);
      const whole = await shown(600, 'where is my home?');
      for (const text of ['I like tea', 'I live in Berlin', 'My cat is called Momo'])
        expect(whole?.text).toContain(text);
      expect(words).toEqual([]);
      const some = await shown(70, 'what is my cat called?');
      expect(some?.text).toContain('My cat is called Momo');
      expect(some?.text).not.toContain('I live in Berlin');
      expect(words).toContain('what is my cat called?');
      recall.close();
      await own.close();
    });

    test('an embedder that does not answer in time leaves the words to decide', async () => {
      const slow: Embedder = { ...embedder, embed: () => new Promise<never>(() => {}) };
      const recall = new Recall({ database, world: coda.world, embedders: [slow] });
      expect((await recall.search(ana, 'number 2051', {}, 5, 1))[0]?.id).toBe('n2051');
      recall.close();
    });

    test('what nobody asks for minutes is given up, and its memory goes', async () => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
      const recall = recallOf();
      const searching = found(recall, 'what is like 7');
      expect((await searching)[0]).toBe('n7');
      const used = process.memoryUsage().arrayBuffers;
      using collections = forcedCollections();
      await vi.advanceTimersByTimeAsync(10 * MINUTE_MS);
      vi.useRealTimers();
      expect(await eventually(() => collections.count())).toBeGreaterThan(0);
      // V8 may still hold the index for its own work during one collection, and frees on a thread of its own.
      const isGone = () => {
        collectGarbage();
        return used - process.memoryUsage().arrayBuffers > COUNT * DIM;
      };
      expect(await eventually(isGone)).toBe(true);
      recall.close();
    });

    test('who only says something does not wait longer for what is remembered than an answer may be held up', async () => {
      const never = new Proxy(database, {
        get: (target, key) => (key === 'read' ? () => new Promise(() => {}) : Reflect.get(target, key)),
      });
      const asked = { person: { id: ana, zone: 'UTC' }, private: true, text: 'tea' };
      const deps = { database: never, config: { budget: 600 } };
      const recall = recallOf(never);
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
      const told = section(deps as never, recall, asked as never);
      await vi.advanceTimersByTimeAsync(2_000);
      expect(await told).toBeUndefined();
      recall.close();
    });
  });
