/** The thing changes between a card and the press on it: it is asked anew, with what it is now, or refused. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Play, type PlayedPerson, play } from '../support/play.ts';

let coda: Play;
beforeAll(async () => {
  coda = await play({ at: '2026-11-20T11:00:00Z' });
});
afterAll(() => coda[Symbol.asyncDispose]());

/** A card with a button that takes a thing away, and the column of the thing that changes before it is pressed. */
interface Scene {
  kind: string;
  says: readonly string[];
  presses: string | RegExp;
  table: string;
  column: string;
  /** True while the thing is there. */
  isThere: string;
  again: string;
}

const CHANGED = 'the key of the safe';

const SCENES: readonly Scene[] = [
  {
    kind: 'a note that was shown',
    says: ['/note the bins go out on Monday', '/notes bins'],
    presses: 'Delete',
    table: 'notes',
    column: 'text',
    isThere: 'deleted_at is null',
    again: 'Delete it',
  },
  {
    kind: 'one of two notes that words could mean',
    says: ['/note the red lamp', '/note the blue lamp', 'delete the note lamp'],
    presses: /lamp/,
    table: 'notes',
    column: 'text',
    isThere: 'deleted_at is null',
    again: 'Delete it',
  },
  {
    kind: 'one of two reminders that words could mean',
    says: [
      '/remind me to feed the cat tomorrow at 9:00',
      '/remind me to brush the cat tomorrow at 10:00',
      'delete the cat reminder',
    ],
    presses: /cat/,
    table: 'reminders',
    column: 'text',
    isThere: "state = 'pending'",
    again: 'Delete it',
  },
  {
    kind: 'reminders that were all to go',
    says: [
      '/remind me to swim tomorrow at 9:00',
      '/remind me to run tomorrow at 10:00',
      '/remind me to row tomorrow at 11:00',
      'delete all reminders',
    ],
    presses: 'Delete all 3',
    table: 'reminders',
    column: 'text',
    isThere: "state = 'pending'",
    again: 'Delete all 3',
  },
  {
    kind: 'a task that was shown',
    says: ['/task plan the party: find a date; write the invitations', '/tasks party'],
    presses: /Give|Cancel/,
    table: 'tasks',
    column: 'title',
    isThere: "state in ('active', 'blocked')",
    again: 'Delete it',
  },
  {
    kind: 'one of two schedules that words could mean',
    says: [
      '/schedule every day at 9:00 run briefing',
      '/schedule every day at 10:00 run briefing',
      'delete the briefing schedule',
    ],
    presses: /briefing/i,
    table: 'person_schedules',
    column: 'title',
    isThere: "state <> 'deleted'",
    again: 'Delete it',
  },
];

describe.each(SCENES)('$kind', ({ says, presses, table, column, isThere, again }) => {
  const buttonsOf = (person: PlayedPerson) => person.seen().flatMap(({ buttons }) => buttons);
  const countOf = async (person: PlayedPerson) => {
    const { rows } = await coda
      .database()
      .read<{ count: number }>(
        `select count(*) as count from ${table} where ${isThere} and person_id = (select id from persons where name = $1)`,
        [person.name],
      );
    return rows[0]?.count ?? 0;
  };
  const begin = async (name: string) => {
    const person = coda.person(`${name}-${SCENES.findIndex((each) => each.says === says)}`, { role: 'member' });
    for (const words of says) await person.says(words);
    const matches = (label: string) => (typeof presses === 'string' ? label === presses : presses.test(label));
    const button = buttonsOf(person).findLast(({ label }) => matches(label));
    if (!button) throw new Error(`no button: ${person.seen().at(-1)?.text} ${JSON.stringify(buttonsOf(person))}`);
    const press = async () => {
      await (await coda.press(person.name, person.channel, button.id)).settled;
      await coda.app.whenSettled();
    };
    return { person, press, there: await countOf(person) };
  };

  test('is as it was: the button does what it says', async () => {
    const { person, press, there } = await begin('ana');
    await press();
    expect(await countOf(person)).toBeLessThan(there);
  });

  test('has changed: it is asked anew, and that button holds', async () => {
    const { person, press, there } = await begin('bob');
    await coda
      .database()
      .run(
        'test.change',
        `update ${table} set ${column} = $1 where person_id = (select id from persons where name = $2)`,
        [CHANGED, person.name],
      );
    await press();
    expect(await countOf(person)).toBe(there);
    expect(person.seen().at(-1)?.text).toContain(again === 'Delete it' ? CHANGED : again);
    await person.presses(again);
    expect(await countOf(person)).toBeLessThan(there);
  });
});
