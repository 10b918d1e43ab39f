import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { notes } from '../../../src/skills/notes/index.ts';
import { meantBy, useTrigrams } from '../../../src/skills/notes/search.ts';
import { deletionRules, mergeRules } from '../../../src/skills/notes/store.ts';
import { type Database, restoreBackup, writeBackup } from '../../../src/storage/index.ts';
import { testDatabases } from '../../support/database.ts';
import { type Played, playSkill, words } from '../play.ts';

test.each<[word: string, like: string[], meant: string[] | undefined]>([
  ['restaurnt', ['restaurant', 'restart'], ['restaurant']],
  ['rsetuarant', ['restaurant'], ['restaurant']],
  ['boilr', ['boiler', 'boil'], ['boiler', 'boil']],
  ['boiler', ['boiler', 'broiler'], []],
  ['boilers', ['boiler', 'broilers'], []],
  ['tabel', ['cable'], undefined],
  ['table', [], undefined],
])('“%s” among %j may be %j', (word, like, meant) => {
  expect(meantBy({ word, stem: word.replace(/s$/, '') }, like)).toEqual(meant);
});

/** What a server looks like that has no trigrams and refuses them. */
const REFUSES = `drop extension if exists pg_trgm cascade;
  create function similarity(text, text) returns real language sql as 'select 0::real'`;
const ALLOWS = 'drop function similarity(text, text)';

describe.each(testDatabases)('a misspelt word on $name', ({ available, open }) => {
  let database: Database;
  let coda: Played;
  beforeEach(async () => {
    if (!available) return;
    database = await open();
    coda = await playSkill(notes, database);
  });
  afterEach(() => database?.close());

  const script = (sql: string) => database.tx('test.script', (tx) => tx.script(sql));
  const find = async (query: string) => words(await coda.call('note_search', { query })).replaceAll('**', '');
  const terms = async (of = database) =>
    (await of.read<{ line: string }>(`select term || ' ' || notes as line from note_terms order by term`)).rows.map(
      ({ line }) => line,
    );
  const note = async (text: string, as?: { person: string }) => {
    const saved = await coda.call('note_save', { text }, as);
    return (saved.ok && saved.id) as string;
  };

  test.runIf(available)('is found by trigrams: two slips, and in notes of long ago', async () => {
    await note('the screwdriver lies in the shed');
    await database.run(
      'test.copies',
      `insert into notes (id, person_id, conversation_id, space_id, text, created_at, updated_at)
       select 'c' || n, person_id, conversation_id, space_id, 'plan number ' || n, created_at + n * interval '1 second', created_at
         from notes, generate_series(1, 6000) n`,
    );
    for (const query of ['xcrewdriver', 'screwdirvre', 'scewdrver', 'screw driver screwdirver']) {
      expect(await find(query), query).toContain('1. the screwdriver');
    }
    expect(await find('screwball')).toContain('no note about');
    const asked = await coda.call('note_recall', { query: 'where is the scewdrver?' });
    expect(words(asked)).toMatch(/^None of your notes says all of that.*\n1\. the screwdriver/);
  });

  test.runIf(available)('is found by its beginning and rest where there are no trigrams', async () => {
    await note('the screwdriver lies in the shed');
    await script(REFUSES);
    const logged: unknown[] = [];
    const log = { ...coda.world.log, debug: (...line: unknown[]) => void logged.push(line) };
    await useTrigrams({ database, world: { ...coda.world, log } as never });
    expect(logged).toEqual([[{ reason: expect.stringContaining('similarity') }, expect.stringContaining('trigrams')]]);
    await note('the kettle whistles');
    for (const query of ['xcrewdriver', 'screwdirver'])
      expect(await find(query), query).toContain('1. the screwdriver');
    expect(await find('scewdrver')).toContain('no note about');
    expect(await find('kettel')).toContain('whistles');
    // Somebody has installed it: the next start finds it.
    await script(ALLOWS);
    await useTrigrams({ database, world: { ...coda.world, log } as never });
    expect(logged).toHaveLength(1);
    expect(await find('scewdrver')).toContain('1. the screwdriver');
  });

  test.runIf(available)('is looked for among the words that the notes have now, and that are one’s own', async () => {
    const id = await note('the kettle whistles');
    await note('our kettle #brewing');
    await note('a sovereign', { person: 'bob' });
    expect(await terms()).toEqual(['brewing 1', 'kettle 2', 'sovereign 1', 'whistles 1']);
    await coda.call('note_edit', { which: id, text: 'the couch' });
    expect(await terms()).toEqual(['brewing 1', 'couch 1', 'kettle 1', 'sovereign 1']);
    await coda.call('note_pin', { which: id });
    const deleted = await coda.call('note_delete', { which: id });
    expect(await terms()).toEqual(['brewing 1', 'kettle 1', 'sovereign 1']);
    await coda.run(deleted.ok && deleted.undo ? deleted.undo : { tool: '', input: {} });
    expect(await terms()).toEqual(['brewing 1', 'couch 1', 'kettle 1', 'sovereign 1']);
    expect(await find('soverein')).toContain('no note about');
    const { rows } = await database.read<{ id: string }>('select id from persons order by name');
    const [ana = '', bob = ''] = rows.map((row) => row.id);
    await database.tx('test.merge', async (tx) => {
      for (const { sql } of mergeRules) await tx.query(sql, sql.includes('$2') ? [bob, ana] : [bob]);
    });
    expect(await find('soverein')).toContain('a sovereign');
    await database.tx('test.forget', async (tx) => {
      for (const { sql } of deletionRules) await tx.query(sql, [ana]);
    });
    expect(await terms()).toEqual([]);
  });

  test.runIf(available)('is found after a move to a database without trigrams, and after one back', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'coda-spelling-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const now = coda.world.clock.now();
    await note('the screwdriver lies in the shed');
    let from = database;
    for (const [at, target] of [...testDatabases, ...testDatabases].entries()) {
      if (!target.available) continue;
      const to = await target.open();
      onTestFinished(() => to.close());
      const isWithout = at % 2 === 0;
      if (isWithout) await to.tx('test.script', (tx) => tx.script('drop extension pg_trgm cascade'));
      const file = join(folder, `${at}.tar.gz`);
      await writeBackup({ database: from, file, program: 'test', now });
      await restoreBackup({ database: to, file, now });
      expect(await terms(to)).toEqual(await terms());
      const { rows } = await to.read('select term from note_terms_like((select person_id from notes), $1, 3)', [
        ['scewdrver'],
      ]);
      expect(rows).toEqual(isWithout ? [] : [{ term: 'screwdriver' }]);
      from = to;
    }
  });
});
