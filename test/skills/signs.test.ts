/** A name that leaves no letters means what has its signs, or nothing; never the one at hand. */
import { describe, expect, test } from 'vitest';
import { type Play, type PlayedPerson, play } from '../support/play.ts';
import { lastSaid, ScriptedModel } from '../support/scripted-model.ts';

const live = async (coda: Play, table: string, isThere: string): Promise<number> =>
  coda.count(`${table} where ${isThere}`);

const leftOf = async (coda: Play, table: string, isThere: string): Promise<string | undefined> =>
  (await coda.database().read<{ text: string }>(`select row_to_json(t)::text as text from ${table} t where ${isThere}`))
    .rows[0]?.text;

const KINDS = [
  {
    kind: 'reminder',
    made: ['/remind me to water the plants tomorrow at 9:00', '/remind me to buy 🥛 tomorrow at 10:00'],
    says: 'cancel the reminder about ',
    call: 'reminder_delete',
    table: 'reminders',
    isThere: "state = 'pending'",
  },
  {
    kind: 'note',
    made: ['/note the wall is 🥛 white', '/note the door is grey'],
    says: 'delete the note about ',
    call: 'note_delete',
    table: 'notes',
    isThere: 'deleted_at is null',
  },
  {
    kind: 'task',
    made: ['/task buy 🥛: go; pay', '/task paint the wall: buy paint; paint'],
    says: 'cancel the task about ',
    call: 'task_cancel',
    table: 'tasks',
    isThere: "state in ('active', 'blocked')",
  },
];

describe.each(KINDS)('a $kind', ({ made, says, call, table, isThere }) => {
  const begin = async (model?: ScriptedModel): Promise<{ coda: Play; ana: PlayedPerson }> => {
    const coda = await play({ ...(model && { model }) });
    const ana = coda.person('ana');
    for (const words of made) await ana.says(words);
    return { coda, ana };
  };

  test.each(['💊', '“”', '…'])('that %s names is none', async (name) => {
    const { coda, ana } = await begin();
    await using _ = coda;
    await ana.says(`${says}${name}`);
    expect(await live(coda, table, isThere)).toBe(2);
  });

  test('with the sign is the one, typed and by a model', async () => {
    const model = new ScriptedModel((request) => {
      const [, name] = /take away (\S+)/.exec(lastSaid(request)) ?? [];
      return name && request.messages.at(-1)?.role === 'user' ? [{ call, input: { which: name } }] : ['Well.'];
    });
    const { coda, ana } = await begin(model);
    await using _ = coda;
    await ana.says('please take away 💊');
    expect(await live(coda, table, isThere)).toBe(2);
    await ana.says('please take away 🥛');
    expect(await live(coda, table, isThere)).toBe(1);
    expect(await leftOf(coda, table, isThere)).not.toContain('🥛');
  });

  test('is named by its sign in plain words', async () => {
    const { coda, ana } = await begin();
    await using _ = coda;
    await ana.says(`${says}🥛`);
    expect(await live(coda, table, isThere)).toBe(1);
    expect(await leftOf(coda, table, isThere)).not.toContain('🥛');
  });
});

test('signs are searched, taken off a list, and filed under', async () => {
  await using coda = await play();
  const ana = coda.person('ana');
  await ana.says('/note the gate needs 🔧 soon #🏡');
  await ana.says('/note nothing of that');
  expect(await ana.says('/notes 🔧')).toContain('gate');
  expect(await ana.says('/notes 🔨')).not.toContain('gate');
  expect(await ana.says('/notes #🏡')).toContain('gate');
  await ana.says('/note shopping list: 🥛, bread, 🧀');
  await ana.says('remove 🥛 from the shopping list');
  const { rows } = await coda.database().read<{ text: string }>(`select text from notes where text like 'shopping%'`);
  expect(rows[0]?.text).toBe('shopping list: bread, 🧀');
});
