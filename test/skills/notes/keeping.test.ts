import { describe, expect, test } from 'vitest';
import { play } from '../../support/play.ts';
import { ScriptedModel } from '../../support/scripted-model.ts';

/** What the model was shown last, before and after what was said. */
const shown = (model: ScriptedModel): string => JSON.stringify(model.requests.at(-1));

describe('a note', () => {
  test('of the same title is a new version, and the old one is kept', async () => {
    const save = (text: string) => ({ call: 'note_save', input: { title: 'Wifi', text } });
    const model = new ScriptedModel(
      [save('the password is blue')],
      ['ok'],
      [save('the password is green')],
      ['ok'],
      [{ call: 'note_get', input: { which: 'wifi' } }],
      ['there'],
    );
    await using coda = await play({ model });
    const ana = coda.person('ana');
    await ana.says('keep it');
    await ana.says('it has changed');
    await ana.says('show it');
    expect(shown(model)).toMatch(/the password is green.*Until .*: the password is blue/s);
    expect(await coda.count('notes')).toBe(1);
    expect(await ana.says('/undo')).toContain('as it was before');
    expect(await ana.says('/notes')).toContain('the password is blue');
  });

  test('belongs to the conversation in which it was written or changed last', async () => {
    const save = (text: string) => [{ call: 'note_save', input: { title: 'Wifi', text } }];
    const model = new ScriptedModel(
      save('the password is blue'),
      ['ok'],
      [{ call: 'note_save', input: { text: 'tea' } }],
      ['ok'],
      save('the password is green'),
      ['ok'],
      [{ call: 'note_edit', input: { which: 'last', append: 'and long' } }],
      ['ok'],
      [{ call: 'note_delete', input: { which: 'last' } }],
      ['ok'],
    );
    await using coda = await play({ model });
    const [ana, there] = [coda.person('ana'), coda.person('ana', { channel: 'office' })];
    await ana.says('keep it');
    await there.says('keep tea');
    await there.says('it has changed');
    await there.says('and add to it');
    await ana.says('delete the last one');
    const { rows } = await coda.database().read('select text, deleted_at is null as kept from notes order by seq');
    expect(rows).toEqual([
      { text: 'the password is green\nand long', kept: true },
      { text: 'tea', kept: true },
    ]);
  });

  test('is edited, pinned and deleted by its buttons', async () => {
    await using coda = await play();
    const ana = coda.person('ana');
    await ana.says('note: the gate code is 4711');
    await ana.says('note: something newer');
    await ana.says('find my notes on gate');
    expect(await ana.presses('Pin')).toContain('Pinned');
    expect((await ana.says('/notes')).split('\n')[1]).toContain('gate code');
    await ana.says('find my notes on gate');
    expect(await ana.presses('Edit', { text: 'the gate code is 1147' })).toContain('1147');
    await ana.says('find my notes on gate');
    expect(await ana.presses('Delete')).toContain('Deleted');
    expect(await ana.says('/notes')).not.toContain('gate');
    expect(await ana.says('undo')).toContain('as it was before');
  });

  test('that was deleted is gone for good after thirty days', async () => {
    await using coda = await play();
    const ana = coda.person('ana');
    await ana.says('note: the gate code is 4711');
    await ana.says('delete that note');
    await coda.sleepsFor({ days: 29 });
    expect(await coda.count('notes')).toBe(1);
    await coda.passes({ days: 3 });
    expect(await coda.count('notes')).toBe(0);
  });

  test('that is too long is kept by its beginning, and comes back whole as a file', async () => {
    await using coda = await play({ config: { 'notes.longest': 200 } });
    const ana = coda.person('ana');
    const long = `the whole story ${'goes on and on '.repeat(40)}`;
    expect(await ana.says(`/note ${long}`)).toContain('the whole as a file');
    const files = await coda
      .database()
      .read(`select content -> 'files' -> 0 ->> 'name' as name from outbox where content ? 'files'`);
    expect(files.rows).toEqual([{ name: 'note.txt' }]);
    expect(await ana.says('/notes')).toContain('the whole story');
  });

  test('fits into the number of notes that a person may have, however often some are deleted', async () => {
    await using coda = await play({ config: { 'notes.most': 2 } });
    const ana = coda.person('ana');
    await ana.says('note: one is here');
    await ana.says('note: two is here');
    expect(await ana.says('note: three is here')).toContain('the most there can be');
    await ana.says('delete the note about two');
    expect(await ana.says('note: three is here')).toContain('Noted');
    expect(await ana.says('note: four is here')).toContain('the most there can be');
  });

  test('is one of all that are deleted at once, whatever others have shared since, and undo brings all back', async () => {
    await using coda = await play();
    const ana = coda.person('ana', { channel: 'office' });
    const bob = coda.person('bob', { channel: 'office', role: 'member' });
    await ana.says('note: ana has one');
    await bob.says('note: bob has one');
    const more = (text: string, count: number, scope: string) =>
      coda.database().run(
        'test.notes',
        `with made as (
           insert into notes (id, person_id, conversation_id, space_id, text, tags, scope, created_at, updated_at)
           select left(n.text, 3) || i, n.person_id, n.conversation_id, n.space_id, n.text || i, n.tags, $3,
                  n.created_at + interval '1 second', n.created_at
             from notes n, generate_series(1, $2) i where n.text = $1 returning person_id
         )
         update note_counts set notes = notes + $2 where person_id in (select person_id from made)`,
        [text, count, scope],
      );
    const left = async () => {
      const { rows } = await coda.database().read<{ text: string; notes: number; counted: number }>(
        `select left(text, 7) as text, count(*) as notes, min(c.notes) as counted
           from notes join note_counts c using (person_id) where deleted_at is null group by 1 order by 1`,
      );
      return rows.map(({ text, notes, counted }) => [text.trim(), notes, counted]);
    };
    await more('ana has one', 629, 'own');
    await more('bob has one', 120, 'here');
    await ana.says('note: milk');
    await ana.says('delete the milk note');
    expect(await ana.says('delete all my notes')).toContain('Delete all 630 notes?');
    await coda.passes({ seconds: 1 });
    await ana.says('note: written since');
    await ana.says('delete all my notes');
    expect(await ana.presses('Delete all 631')).toContain('Deleted 500 notes; 131 are left.');
    expect(await ana.presses('Delete all 131')).toContain('Deleted 131 notes.');
    expect(await left()).toEqual([['bob has', 121, 121]]);
    expect(await ana.says('undo')).toContain('Taken back: 131 notes.');
    expect(await ana.says('undo')).toContain('Taken back: 500 notes.');
    expect(await left()).toEqual([
      ['ana has', 630, 631],
      ['bob has', 121, 121],
      ['written', 1, 631],
    ]);
  });

  test('that is written behind the question whether all are to be deleted is not deleted with them', async () => {
    await using coda = await play();
    const ana = coda.person('ana');
    await ana.says('note: wifi is 1234');
    await ana.says('note: the gate code is 4711');
    await ana.says('delete all my notes');
    await ana.says('note: written since');
    expect(await ana.presses('Delete all 2')).toContain('Deleted 2 notes.');
    expect(await ana.says('/notes')).toMatch(/^1 note:.*written since/s);
  });

  test('may be shared with the channel that it was made in, and only there', async () => {
    const model = new ScriptedModel(
      [{ call: 'note_save', input: { text: 'the projector is in room 7', scope: 'here' } }],
      ['shared'],
      ['fine'],
    );
    await using coda = await play({ model });
    const ana = coda.person('ana', { channel: 'office' });
    await ana.says('keep this for everybody');
    const bob = coda.person('bob', { channel: 'office', role: 'member' });
    const alone = coda.person('bob', { role: 'member' });
    expect(await bob.says('/notes projector')).toContain('room 7');
    expect(await alone.says('/notes projector')).toContain('no note about');
    expect(await coda.person('bob', { channel: 'kitchen', role: 'member' }).says('/notes projector')).toContain(
      'no note',
    );
    expect(await bob.says('/notes')).toContain('room 7');
    expect(await coda.person('ana').says('/notes')).toContain('room 7');
  });
});

describe('context', () => {
  test('a note for every turn stands before each, but in a channel', async () => {
    const model = new ScriptedModel(['fine']);
    await using coda = await play({ model });
    const ana = coda.person('ana');
    await ana.says('/note I am a vegetarian #context:always');
    await ana.says('what shall I cook?');
    expect(shown(model)).toContain('I am a vegetarian');
    await coda.person('ana', { channel: 'office' }).says('what about tomatoes in the garden?');
    expect(shown(model)).not.toContain('vegetarian');
  });

  test('five thousand such notes take no more than their budget, the newest first, and the person hears it once', async () => {
    const model = new ScriptedModel(['fine']);
    await using coda = await play({ model, config: { 'notes.always_budget': 200 } });
    const ana = coda.person('ana');
    await ana.says('hello');
    await coda.database().run(
      'test.notes',
      `insert into notes (id, person_id, conversation_id, space_id, text, tags, created_at, updated_at)
       select 'n' || n, p.id, c.id, c.space_id, 'fact number ' || n || ' of very many', '{context:always}', $1::timestamptz - n * interval '1 hour', $1
         from generate_series(1, 5000) n, persons p, conversations c`,
      [coda.world.clock.now()],
    );
    // What was written beside coda is seen after a minute.
    await coda.passes({ minutes: 2 });
    await ana.says('go on');
    expect(shown(model)).toContain('fact number 1 of');
    expect(shown(model)).not.toContain('fact number 100 of');
    await coda.database().run('test.less', `delete from notes where id <> 'n1'`);
    const big = `the rules are ${'long and long and '.repeat(30)} #context:always`;
    const told = [await ana.says(`/note ${big}`), await ana.says('/note another rule #context:always')];
    expect(told.filter((text) => text.includes('only the newest stand'))).toHaveLength(1);
  });
});
