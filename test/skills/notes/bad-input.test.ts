import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { notes } from '../../../src/skills/notes/index.ts';
import type { Database } from '../../../src/storage/index.ts';
import { testDatabases } from '../../support/database.ts';
import { play } from '../../support/play.ts';
import { ScriptedModel } from '../../support/scripted-model.ts';
import { type Played, playSkill, words } from '../play.ts';

for (const { name, available, open } of testDatabases)
  describe.runIf(available)(`notes, and what people type, on ${name}`, () => {
    let database: Database;
    let coda: Played;
    beforeAll(async () => {
      database = await open();
    });
    afterAll(() => database.close());
    beforeEach(async () => {
      coda = await playSkill(notes, database);
    });

    const note = (text: string, more: Record<string, unknown> = {}) => coda.call('note_save', { text, ...more });
    const find = async (query: string, more: Record<string, unknown> = {}) =>
      words(await coda.call('note_search', { query, ...more })).replaceAll('**', '');

    test('bytes that are no text are kept as far as they can be seen', async () => {
      const bytes = String.fromCharCode(...Array.from({ length: 256 }, (_, code) => code));
      expect(await note(`key ${bytes} end`)).toMatchObject({ ok: true });
      expect(await note(`half a pair \ud83d alone`)).toMatchObject({ ok: true });
      expect(await find('key')).toContain('end');
      expect(await note('\u0000\u0001\u0002')).toMatchObject({ ok: false, code: 'NO_TEXT' });
    });

    test('tags with spaces and capitals are one tag, however they are said', async () => {
      await note('the desk lamp', { tags: ['Home Office', '#home office', 'HOME-OFFICE', '  ', '!!'] });
      const { rows } = await database.read<{ tags: string[] }>('select tags from notes');
      expect(rows).toEqual([{ tags: ['home-office'] }]);
      for (const tag of ['Home Office', '#home-office', 'HOME OFFICE']) {
        expect(await find('lamp', { tags: [tag] })).toContain('the desk lamp');
        expect(words(await coda.call('note_list', { tag }))).toContain('the desk lamp');
      }
      expect(await find("lamp #ho'me")).toBeTruthy();
    });

    test.each(['the', 'the of and', 'what is it', '#', "it's", '...'])(
      'a search for only "%s" ends with an answer and no other notes than those',
      async (query) => {
        await note('soup for Monday');
        expect(await find(query)).not.toContain('soup');
        await note('to be or not to be, that is the question');
        expect(await find(query)).toBeTruthy();
      },
    );

    test.each([
      "'''",
      'a & | b',
      '!soup',
      'soup:*',
      'soup <-> monday',
      '(soup',
      "soup' or '1'='1",
      'soup;--',
      '\\',
      'a:ABCD',
    ])('syntax of a search (%s) is words', async (query) => {
      await note('soup for Monday');
      await coda.call('note_save', { text: 'a secret' }, { person: 'bob' });
      expect(await find(query)).not.toContain('secret');
      expect(await coda.call('note_recall', { query })).toBeTruthy();
    });

    test('whose notes are very many finds rare words, common ones, beginnings, tags and what others share', async () => {
      await coda.call(
        'note_save',
        { text: 'a shared plan', scope: 'here' },
        { person: 'bob', conversation: 'general' },
      );
      await note('the first of all: quokka');
      await database.run(
        'test.copies',
        `insert into notes (id, person_id, conversation_id, space_id, text, tags, created_at, updated_at)
         select 'c' || n, person_id, conversation_id, space_id,
                'plan number ' || n || case when n % 500 = 0 then ' with a marmot' else '' end,
                case when n % 1000 = 0 then '{deep}'::text[] else '{}' end, created_at + n * interval '1 second', created_at
           from notes, generate_series(1, 3000) n where person_id <> (select id from persons where name ilike 'bob')`,
      );
      await database.run('test.count', 'update note_counts set notes = 3000000');
      const here = { conversation: 'general' };
      expect(await find('quokka')).toContain('the first of all');
      expect(await find('quok')).toContain('the first of all');
      expect(await find('plan')).toContain('plan number 3000');
      expect(await find('plan marmot')).toMatch(/^6 notes/);
      expect(await find('plan', { tags: ['deep'] })).toMatch(/^3 notes/);
      expect(await find('marmit')).toContain('with a marmot');
      expect(await find('uokk')).not.toContain('marmot');
      const shared = words(await coda.call('note_search', { query: 'shared plan' }, here)).replaceAll('**', '');
      expect(shared).toContain('a shared plan');
      expect(await find('shared')).not.toContain('a shared plan');
    });
  });

test('ten megabytes are a file, with their beginning as the note', async () => {
  const text = `the log says ${'0123456789abcdef '.repeat(600_000)}`;
  const model = new ScriptedModel([{ call: 'note_save', input: { text } }], ['kept']);
  await using coda = await play({ model });
  const ana = coda.person('ana');
  await ana.says('keep that');
  const { rows } = await coda.database().read<{ length: number }>('select length(text) as length from notes');
  expect(rows).toEqual([{ length: 20_000 }]);
  const files = await coda
    .database()
    .read<{ size: number }>(
      `select (content -> 'files' -> 0 ->> 'size')::int as size from outbox where content ? 'files'`,
    );
  expect(files.rows).toEqual([{ size: text.trim().length }]);
});
