import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ToolResult } from '../../../src/agent/index.ts';
import { notes } from '../../../src/skills/notes/index.ts';
import { tagsIn } from '../../../src/skills/notes/tags.ts';
import type { Database } from '../../../src/storage/index.ts';
import { testDatabases } from '../../support/database.ts';
import { type As, type Played, playSkill, words } from '../play.ts';

for (const { name, available, open } of testDatabases)
  describe.runIf(available)(`on ${name}`, () => {
    let database: Database;
    beforeAll(async () => {
      database = await open();
    });
    afterAll(() => database.close());

    let coda: Played;
    beforeEach(async () => {
      coda = await playSkill(notes, database);
    });

    const note = (text: string, as?: As) => coda.call('note_save', { text }, as);
    const find = async (query: string, as?: As) =>
      words(await coda.call('note_search', { query }, as)).replaceAll('**', '');
    const list = async (input = {}, as?: As) => words(await coda.call('note_list', input, as));
    const undo = (result: ToolResult) => {
      if (!result.ok || !result.undo) throw new Error(`nothing to undo: ${words(result)}`);
      return coda.run(result.undo);
    };

    describe('tags', () => {
      test('a search for tags alone wants all of them, and keeps to its days', async () => {
        await note('soup #home #cooking');
        await note('taxes #home');
        expect(await find('#home #cooking')).toContain('soup');
        expect(await find('#home #cooking')).not.toContain('taxes');
        const search = (input: object) => coda.call('note_search', { query: '#home', ...input });
        expect(words(await search({ from: '2026-11-20' }))).toContain('taxes');
        expect(words(await search({ to: '2026-11-20' }))).toContain('no note');
      });

      test('a tag may have a colon where it is looked for, too', async () => {
        await note('less salt #context:cooking');
        await note('the context of cooking #context');
        expect(await find('#context:cooking')).toContain('less salt');
        expect(await find('#context:cooking')).not.toContain('the context of');
      });

      test('a page behind the last one of a search is named as such', async () => {
        await note('the boiler is from 2019');
        const result = await coda.call('note_search', { query: 'boiler', page: 9 });
        expect(result).toMatchObject({ ok: false, code: 'NO_PAGE' });
        expect(await list({ tag: '#' })).toContain('boiler');
      });
    });

    describe('saving', () => {
      test('the words are kept and said back', async () => {
        expect(words(await note('The wifi password is "hunter2"'))).toBe('Noted: “The wifi password is "hunter2"”.');
        expect(await list()).toBe('1 note:\n1. The wifi password is "hunter2" — Fri 20 Nov 09:00');
      });

      test('nothing, and too much, are refused in words', async () => {
        expect(await note('  ')).toMatchObject({ ok: false, code: 'NO_TEXT' });
        expect(await note('x'.repeat(20_000_001))).toMatchObject({ ok: false, code: 'TOO_LONG' });
      });

      test.each([
        ['slides for #Work', ['work']],
        ['soup tagged recipes', []],
        ['issue #12 and C# are no trouble', ['12']],
        ['#a #a #b', ['a', 'b']],
      ])('"%s" is tagged %j', (said, tags) => {
        expect(tagsIn(said)).toEqual(tags);
      });
    });

    describe('finding', () => {
      test('of yesterday is of the day before, also behind a day on which the clocks went forward', async () => {
        coda = await playSkill(notes, database, { at: '2026-03-28T12:00:00Z' });
        await note('the pot of Saturday');
        await coda.world.clock.moveTo(new Date('2026-03-29T12:00:00Z'));
        await note('the pot of Sunday');
        await coda.world.clock.moveTo(new Date('2026-03-29T22:30:00Z')); // Monday 00:30
        const found = words(await coda.call('note_search', { query: 'pot', from: 'yesterday' }));
        expect(found).toContain('Sunday');
        expect(found).not.toContain('Saturday');
      });

      test('by any word, in another form, by its beginning, and inside words', async () => {
        await note('The boilers were serviced in May by Max Müller');
        for (const query of ['boiler', 'servicing', 'max mül', 'MAY', 'oiler', 'the boiler in may']) {
          expect(await find(query), query).toContain('1. The boilers were serviced');
        }
        expect(await find('october')).toBe('I found no note about “october”.');
      });

      test('by tag, alone and beside words', async () => {
        await note('slides #work');
        await note('soup #home');
        await note('slides for the choir #home');
        expect(await find('#home')).toMatch(/^2 notes/);
        expect(await find('slides #home')).toMatch(/^1 note about .*\n1\. slides for the choir/);
        expect(await list({ tag: '#Work' })).toMatch(/^1 note tagged #work:\n1\. slides #work/);
        expect(await list({ tag: 'gym' })).toBe('You have no notes tagged #gym.');
      });

      test('with a wrong, missing or further letter anywhere in a word, also where it begins', async () => {
        await note('the screwdriver lies in the shed #tools');
        await note('soup');
        for (const query of [
          'xcrewdriver',
          'crewdriver',
          'srcewdriver',
          'scxrewdriver',
          'screwdriber',
          'screwdirver',
        ]) {
          expect(await find(query), query).toContain('1. the screwdriver');
          expect(await find(`#tools ${query}`), query).toContain('1. the screwdriver');
          expect(await find(`#home ${query}`), query).toContain('no note about');
        }
        expect(await find('xcrxwdrxver')).toContain('no note about');
      });

      test('as soon as it is written, by one telling word of a question where nothing else has any', async () => {
        await note('wifi is sunflower-1948');
        const asked = async (query: string) => words(await coda.call('note_recall', { query }));
        expect(await asked("what's the wifi password?")).toMatch(
          /^None of your notes says all of that.*sunflower-1948/s,
        );
        expect(await asked("what's the gate code?")).not.toContain('sunflower');
        await note('the gate squeaks');
        expect(await asked('what is the lawnmower in the shed behind the gate?')).not.toContain('squeaks');
      });

      test('one word of a note stands for one word of a question', async () => {
        await note('Library books due on 7 March, card 2207, PIN 8080');
        const asked = async (query: string) => words(await coda.call('note_recall', { query }));
        expect(await asked("what's the pin for my debit card?")).toMatch(/^None of your notes says all of that/);
        expect(await asked("what's the pin for my library card?")).toMatch(/^1 note/);
      });

      test('inside words only on the days that are asked for', async () => {
        await note('the screwdriver lies in the shed');
        const on = async (query: string, from: string) => words(await coda.call('note_search', { query, from }));
        for (const query of ['rewdriv', 'xcrewdriver']) {
          expect(await on(query, 'today'), query).toContain('1. the ');
          expect(await on(query, 'tomorrow'), query).toContain('no note about');
        }
      });

      test.each(["' ; drop table notes; --", '&|!():*', '%', '_', '\\', '🙂', 'a'.repeat(500)])(
        'looking for %j does no harm',
        async (query) => {
          await note('soup');
          expect(await find(query)).toContain('no note about');
        },
      );

      test('by their weight: a title before a tag, a tag before the text; matches are bold', async () => {
        await note('there is a heron in the garden by the old wall of the brickyard');
        await note('seen at the pond #heron');
        await coda.call('note_save', { text: 'seen at the weir', title: 'Heron' });
        const found = words(await coda.call('note_search', { query: 'heron' }));
        expect(found).toMatch(
          /1\. Heron: seen at the weir.*\n2\. seen at the pond.*\n3\. there is a \*\*heron\*\* in the garden/,
        );
      });

      test('between two days', async () => {
        await note('the heron of Friday');
        await coda.world.clock.moveTo(new Date('2026-11-21T08:00:00Z'));
        await note('the heron of Saturday');
        const between = async (span: { from?: string; to?: string }) =>
          words(await coda.call('note_search', { query: 'heron', ...span })).replaceAll('**', '');
        expect(await between({ to: 'today' })).toMatch(/^1 note .*\n1\. the heron of Friday/);
        expect(await between({ from: '2026-11-21' })).toMatch(/^1 note .*\n1\. the heron of Saturday/);
        expect(await between({ from: '2026-11-20', to: '2026-11-22' })).toMatch(/^2 notes/);
        expect(await between({ to: 'blue' })).toContain('do not know which day');
      });

      test('in the forms of the language that the person speaks', async () => {
        await database.run('test.locale', `update persons set locale = 'de' where name = 'Ana'`);
        await note('Die Schlüssel liegen bei den Nachbarn');
        expect(await find('Nachbarin')).toContain('Schlüssel liegen');
        await coda.call('note_save', { text: 'Ask the neighbours' }, { person: 'bob' });
        expect(await find('neighbour', { person: 'bob' })).toContain('Ask the neighbours');
      });

      test('ten to a page, newest first, numbered on', async () => {
        for (let n = 1; n <= 12; n++) {
          await coda.world.clock.moveTo(new Date(coda.world.clock.now().getTime() + 1_000));
          await note(`item ${n}`);
        }
        const first = await coda.call('note_list');
        expect(words(first)).toMatch(/^12 notes:\n1\. item 12 — /);
        const more = first.choices?.find(({ label }) => label === 'More');
        expect(words(await coda.run(more ?? { tool: '', input: {} }))).toContain('\n12. item 1 — ');
        expect(words(await coda.call('note_delete', { which: '12' }))).toBe('Deleted the note “item 1”.');
        expect(await coda.call('note_list', { page: 9 })).toMatchObject({ ok: false, code: 'NO_PAGE' });
      });

      test("nobody sees or changes another person's notes, even in a shared place", async () => {
        const mine = await note('the secret is 42', { conversation: 'general' });
        const asBob: As = { person: 'bob', conversation: 'general' };
        expect(await find('secret', asBob)).toContain('no note about');
        expect(await list({}, asBob)).toContain('You have no notes yet');
        expect(await coda.call('note_delete', { which: '' }, asBob)).toMatchObject({ ok: false, code: 'NOT_FOUND' });
        const restore = mine.ok ? mine.undo?.input : undefined;
        expect(await coda.call('note_restore', restore, asBob)).toMatchObject({ ok: false, code: 'NOT_FOUND' });
        expect(await find('secret', { conversation: 'general' })).toContain('42');
        // What only buttons and plain English call.
        const which = mine.ok ? mine.id : '';
        for (const [tool, input] of [
          ['note_recall', { query: 'what is the secret?' }],
          ['note_pin', { which }],
          ['note_item', { which, add: 'mine' }],
          ['note_get', { which }],
        ] as const) {
          expect(words(await coda.call(tool, input, asBob)), tool).not.toContain('secret is');
        }
        await coda.call('note_delete', { sure: Number.MAX_SAFE_INTEGER }, asBob);
        expect(await find('secret', { conversation: 'general' })).toContain('the secret is 42');
      });
    });

    describe('an item taken off a list', () => {
      test.each([
        ['Shopping:\nmilk\neggs\nbread', 'eggs', 'Shopping:\nmilk\nbread'],
        ['Shopping:\nmilk\neggs\nbread', 'milk', 'Shopping:\neggs\nbread'],
        ['Meeting list 10:30 Bob, Ann, Eve', 'Ann', 'Meeting list 10:30 Bob, Eve'],
        ['Reading list https://a.example/x, Dune, Emma', 'Dune', 'Reading list https://a.example/x, Emma'],
        ['Shopping list - milk, eggs', 'milk', 'Shopping list - eggs'],
      ])('leaves the rest of %j as it was written, without %s', async (text, remove, left) => {
        const made = await note(text);
        const which = (made.ok && made.id) || '';
        await coda.call('note_item', { which, remove });
        const { rows } = await database.read<{ text: string }>('select text from notes where id = $1', [which]);
        expect(rows).toEqual([{ text: left }]);
      });
    });

    describe('a note under a title', () => {
      const save = (text: string, scope: 'own' | 'here' | undefined, conversation = 'ana-dm', title = 'Plan') =>
        coda.call('note_save', { title, text, scope }, { conversation });
      const bobFinds = (query: string) => find(query, { person: 'bob', conversation: 'general' });
      const stored = async () => {
        const { rows } = await database.read<{ text: string; scope: string }>(
          'select text, scope from notes where deleted_at is null order by seq',
        );
        return rows.map(({ text, scope }) => `${scope}: ${text}`);
      };

      test('of one’s own does not take the place of a shared one, wherever it is said', async () => {
        await save('the party is on Friday', 'here', 'general');
        await save('the salary is 100', 'own');
        await save('the salary is 200', undefined, 'general', 'PLAN');
        expect(await stored()).toEqual(['here: the party is on Friday', 'own: the salary is 200']);
        expect(await bobFinds('salary')).toContain('no note about');
        expect(await bobFinds('party')).toContain('Friday');
      });

      test('for all in a channel does not vanish in one that nobody else finds', async () => {
        await save('the salary is 100', 'own');
        await save('the party is on Friday', 'here', 'general');
        await save('the party is on Sunday', 'here', 'general');
        expect(await stored()).toEqual(['own: the salary is 100', 'here: the party is on Sunday']);
        expect(await bobFinds('party')).toContain('Sunday');
      });

      test('for all in a channel leaves one of another channel as it is', async () => {
        await save('the party is on Friday', 'here', 'general');
        await save('the kitchen is closed', 'here', 'kitchen');
        expect(await stored()).toEqual(['here: the party is on Friday', 'here: the kitchen is closed']);
        expect(await find('kitchen', { person: 'bob', conversation: 'kitchen' })).toContain('closed');
      });

      test('keeps whom it is shared with through every change, and when that is taken back', async () => {
        await save('the salary is 100', 'own');
        const changes: [string, Record<string, unknown>][] = [
          ['note_edit', { append: 'and cake' }],
          ['note_pin', {}],
          ['note_delete', {}],
        ];
        for (const scope of ['own', 'here'] as const) {
          const saved = await save('the party is on Friday', scope, 'general', 'Party');
          const id = saved.ok ? saved.id : undefined;
          for (const [tool, input] of changes) {
            // From where the person is alone, too.
            const result = await coda.call(tool, { which: id, ...input });
            expect(words(await undo(result))).toContain('as it was before');
            expect(await stored()).toContain(`${scope}: the party is on Friday`);
          }
          await undo(await save('the party is on Sunday', scope, 'general', 'Party'));
          expect(await stored()).toContain(`${scope}: the party is on Friday`);
        }
        expect(await stored()).toHaveLength(3);
      });
    });

    describe('changing', () => {
      test('each act can be taken back', async () => {
        const saved = await note('soup #home');
        const before = await list();
        for (const [tool, input] of [
          ['note_edit', { text: 'stew' }],
          ['note_edit', { append: 'with leek' }],
          ['note_edit', { tags: ['winter'] }],
          ['note_delete', {}],
        ] as const) {
          const result = await coda.call(tool, { which: 'soup', ...input });
          expect(await list(), tool).not.toBe(before);
          await undo(result);
          expect(await list(), tool).toBe(before);
        }
        expect(await undo(saved)).toMatchObject({ ok: false, code: 'CHANGED' });
      });

      test('saving can be taken back', async () => {
        await undo(await note('soup'));
        expect(await list()).toContain('You have no notes yet');
      });

      test('several that fit are asked about', async () => {
        await note('soup with leek');
        await note('soup with fish');
        const asked = await coda.call('note_delete', { which: 'the soup note' });
        expect(asked).toMatchObject({ ok: false, code: 'AMBIGUOUS' });
        const fish = asked.choices?.find(({ label }) => label.includes('fish'));
        expect(words(await coda.run(fish ?? { tool: '', input: {} }))).toBe('Deleted the note “soup with fish”.');
      });

      test('/note and /notes take plain words', async () => {
        expect(words(await coda.command('note soup #home'))).toBe('Noted: “soup #home” (#home).');
        expect(words(await coda.command('notes'))).toContain('1. soup #home');
        expect(words(await coda.command('notes #home 1'))).toContain('1 note tagged #home');
        expect(words(await coda.command('notes soup'))).toContain('1 note about “soup”');
        expect(words(await coda.command('note'))).toBe('What should I note down?');
      });
    });
  });
