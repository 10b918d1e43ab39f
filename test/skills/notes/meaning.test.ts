import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deferred } from '../../../src/base/async.ts';
import { notes } from '../../../src/skills/notes/index.ts';
import { deletionRules, mergeRules } from '../../../src/skills/notes/store.ts';
import type { Database, Param } from '../../../src/storage/index.ts';
import { type Embedder, EmbedderFault, Nearest, unit } from '../../../src/vectors/index.ts';
import { cameAfter, stampBefore } from '../../../src/vectors/store.ts';
import { testDatabases } from '../../support/database.ts';
import { embeddingService } from '../../support/embeddings.ts';
import { play } from '../../support/play.ts';
import { type Played, playSkill, words } from '../play.ts';

/** Words that mean the same are one dimension; all others share one. */
const MEANINGS = [/kettle|boiler of tea/, /couch|sofa/, /bicycle|bike/, /quarrel|dispute/];

/** Nearness by those meanings. It fails while `state.away`. */
function byMeaning(state: { away: boolean; texts: string[] }): Embedder {
  return {
    id: 'meanings',
    dim: async () => MEANINGS.length + 1,
    maxBatch: 2,
    async embed(texts) {
      if (state.away) throw new EmbedderFault('failed', 'away');
      state.texts.push(...texts);
      return texts.map((text) => unit([...MEANINGS.map((one) => (one.test(text) ? 1 : 0)), 0.05], 5) as Float32Array);
    },
    close: async () => {},
  };
}

describe.each(testDatabases)('notes by meaning on $name', ({ available, open }) => {
  const state = { away: false, texts: [] as string[] };
  let database: Database;
  let coda: Played;
  beforeAll(async () => {
    if (!available) return;
    database = await open();
    const embedder = byMeaning(state);
    coda = await playSkill(notes, database, { embedders: { embedder, embedders: [embedder] } });
  });
  afterAll(() => database?.close());

  const vectors = async () =>
    (await database.read<{ id: string }>('select note_id as id from note_vectors order by note_id')).rows.map(
      ({ id }) => id,
    );
  const save = async (text: string, as?: { person: string }) => {
    const result = await coda.call('note_save', { text }, as);
    return (result.ok && result.id) as string;
  };
  const recall = async (query: string) => {
    const result = await coda.call('note_recall', { query });
    return result.ok ? words(result) : '';
  };

  test.runIf(available)('a note waits for no vector, and is found in other words once it has one', async () => {
    state.away = true;
    const couch = await save('the couch came from Bolia');
    const { rows } = await database.read<{ key: string }>(`select kind || ' ' || state as key from jobs`);
    expect(rows).toEqual([{ key: 'note.embed pending' }]);
    await coda.job('note.embed');
    expect(await vectors()).toEqual([]);
    expect(await recall('where is the sofa?')).toBe('');
    state.away = false;
    // Who was away is asked again after a while.
    await coda.world.clock.moveTo(new Date(coda.world.clock.now().getTime() + 5 * 60_000));
    await coda.job('note.embed');
    expect(await vectors()).toEqual([couch]);
    expect(await recall('who sold us the sofa?')).toContain('Bolia');
    expect(words(await coda.call('note_search', { query: 'sofa seller' }))).toContain('Bolia');
    state.texts = [];
    await coda.job('note.embed');
    expect(state.texts).toEqual([]);
  });

  test.runIf(available)(
    'of many that are near, at most three are offered, and none is said to be the answer',
    async () => {
      const ids: string[] = [];
      for (const place of ['hall', 'attic', 'garage', 'cellar', 'yard'])
        ids.push(await save(`a bicycle for the ${place}`));
      await coda.job('note.embed');
      const offered = await recall('who has lent us a bike?');
      expect(offered).toMatch(/^None of your notes says all of that/);
      expect(offered.match(/a bicycle/g)).toHaveLength(3);
      for (const which of ids) await coda.call('note_delete', { which });
    },
  );

  test.runIf(available)('what is changed or deleted is not found by what it said', async () => {
    const id = await save('the bicycle is in the shed');
    await coda.job('note.embed');
    expect(await recall('which bike?')).toContain('shed');
    await coda.call('note_edit', { which: id, text: 'the kettle leaks' });
    expect(await vectors()).not.toContain(id);
    // This process still holds the old vector.
    expect(await recall('which bike?')).not.toContain('leaks');
    await coda.job('note.embed');
    expect(await recall('which bike?')).not.toContain('leaks');
    expect(await recall('any boiler of tea?')).toContain('leaks');
    await coda.call('note_delete', { which: id });
    expect(await vectors()).not.toContain(id);
    expect(await recall('any boiler of tea?')).not.toContain('leaks');
  });

  test.runIf(available)('a vector of what was changed while it was made is not stored', async () => {
    const id = await save('a quarrel about the fence');
    const slow = state.texts;
    slow.push = (...texts: string[]) => {
      if (texts.some((text) => text.includes('fence'))) changing = coda.call('note_edit', { which: id, text: 'peace' });
      return 0;
    };
    let changing: Promise<unknown> | undefined;
    await coda.job('note.embed');
    await changing;
    state.texts = [];
    const { rows } = await database.read('select 1 from note_vectors where note_id = $1', [id]);
    expect(rows).toEqual([]);
    await coda.job('note.embed');
    expect(await vectors()).toContain(id);
  });

  test.runIf(available)('what a version without vectors writes is not found by what it said', async () => {
    const id = await save('the bicycle has a bell');
    const moved = await save('the kettle whistles', { person: 'bob' });
    await coda.job('note.embed');
    await database.run('test', `update notes set text = 'the bell is sold', version = version + 1 where id = $1`, [id]);
    await database.run(
      'test',
      'update notes set person_id = (select person_id from notes where id = $1) where id = $2',
      [id, moved],
    );
    expect(await recall('which bike?')).not.toContain('sold');
    expect(await recall('any boiler of tea?')).toContain('whistles');
    expect(await vectors()).not.toContain(id);
    await coda.job('note.embed');
    expect(await vectors()).toContain(id);
    const bystander = state.texts.length;
    await coda.call('note_pin', { which: id });
    await coda.job('note.embed');
    expect(state.texts).toHaveLength(bystander);
    for (const which of [id, moved]) await coda.call('note_delete', { which });
  });

  test.runIf(available)(
    'a search does not wait for vectors that are long in being read, and the next one has them',
    async () => {
      const id = await save('the kettle sings');
      await coda.job('note.embed');
      const { rows } = await database.read<{ id: string }>('select person_id as id from notes where id = $1', [id]);
      const ana = rows[0]?.id as string;
      const gate = deferred();
      const slow = new Proxy(database, {
        get(target, name) {
          const value = Reflect.get(target, name);
          if (name !== 'read') return typeof value === 'function' ? value.bind(target) : value;
          return async (sql: string, params: Param[]) => {
            if (sql.includes('note_vectors')) await gate.promise;
            return target.read(sql, params);
          };
        },
      });
      const nearest = new Nearest('note', { database: slow, world: coda.world, embedders: [byMeaning(state)] });
      expect(await nearest.search(ana, 'a boiler of tea', 5, 10)).toEqual([]);
      gate.resolve();
      expect((await nearest.search(ana, 'a boiler of tea', 1, 60_000)).map((near) => near.id)).toEqual([id]);
      nearest.close();
      // Of more vectors than one person's may hold, the last ones are read.
      const db = { query: database.read.bind(database) };
      const all = await cameAfter(db, 'note', ana, 'meanings', 0, 100);
      const first = await stampBefore(db, 'note', ana, 'meanings', 1);
      expect(await cameAfter(db, 'note', ana, 'meanings', first, 100)).toEqual(all.slice(-1));
      expect(await stampBefore(db, 'note', ana, 'meanings', all.length)).toBe(0);
      await coda.call('note_delete', { which: id });
    },
  );

  test.runIf(available)('nobody finds the notes of others, who are forgotten with their vectors', async () => {
    const mine = await save('my bicycle is blue');
    const theirs = await save('a dispute with the mayor', { person: 'bob' });
    await coda.job('note.embed');
    expect(await vectors()).toEqual(expect.arrayContaining([mine, theirs]));
    expect(await recall('which quarrel?')).not.toContain('mayor');
    const ownerOf = async (note: string) => {
      const { rows } = await database.read<{ id: string }>('select person_id as id from notes where id = $1', [note]);
      return rows[0]?.id ?? '';
    };
    const [ana, bob] = [await ownerOf(mine), await ownerOf(theirs)];
    await database.tx('test.merge', async (tx) => {
      for (const { sql } of mergeRules) {
        await tx.query(sql, sql.includes('$2') ? [bob, ana] : [bob]);
      }
    });
    expect(await recall('which quarrel?')).toContain('mayor');
    await database.tx('test.forget', async (tx) => {
      for (const { sql } of deletionRules) await tx.query(sql, [ana]);
    });
    expect(await vectors()).toEqual([]);
  });
});

test('notes of one second become vectors together, while words find them at once', async () => {
  const batches: string[][] = [];
  const service = await embeddingService(
    () => [1, 0],
    (texts) => void batches.push(texts),
  );
  const settings = { kind: 'openai-compatible', base_url: service.url, model: 'counted' };
  const embedder = Object.entries(settings).map(([key, value]) => [`memory.embedder.${key}`, value]);
  await using coda = await play({ config: Object.fromEntries(embedder) });
  const ana = coda.person('ana');
  // The first vector of all begins their space.
  await ana.says('/note the drill is in the cellar');
  await coda.passes({ seconds: 5 });
  batches.length = 0;
  for (const text of ['the ladder is at the neighbour’s', 'the saw is blunt', 'the rake is in the shed']) {
    await ana.says(`/note ${text}`);
    await coda.moveTo(new Date(coda.world.clock.now().getTime() + 300));
  }
  expect(await ana.says('find my notes on the ladder')).toContain('neighbour');
  const noted = () =>
    batches.map((texts) => texts.filter((text) => /ladder is|saw|rake/.test(text))).filter(({ length }) => length > 0);
  expect(noted()).toEqual([]);
  await coda.passes({ seconds: 1 });
  expect(noted()).toHaveLength(1);
  expect(noted()[0]).toHaveLength(3);
  service.close();
});
