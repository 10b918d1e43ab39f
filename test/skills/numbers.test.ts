/** A number belongs to the list that was shown last, of whatever kind; else it is asked. */
import { describe, expect, test } from 'vitest';
import { play } from '../support/play.ts';
import { lastSaid, ScriptedModel } from '../support/scripted-model.ts';

interface Kind {
  kind: string;
  makes: readonly string[];
  lists: string;
  /** A typed request and a model's call that take its first one away. */
  says: string;
  call: string;
  table: string;
  isThere: string;
}

const KINDS: readonly Kind[] = [
  {
    kind: 'notes',
    makes: ['/note the red lamp', '/note the blue chair'],
    lists: '/notes',
    says: 'delete note 1',
    call: 'note_delete',
    table: 'notes',
    isThere: 'deleted_at is null',
  },
  {
    kind: 'reminders',
    makes: ['/remind me to feed the cat tomorrow at 9:00', '/remind me to brush the dog tomorrow at 10:00'],
    lists: '/reminders',
    says: 'delete reminder 1',
    call: 'reminder_delete',
    table: 'reminders',
    isThere: "state = 'pending'",
  },
  {
    kind: 'tasks',
    makes: ['/task plan the party: find a date; write', '/task paint the wall: buy paint; paint'],
    lists: '/tasks',
    says: 'cancel task 1',
    call: 'task_cancel',
    table: 'tasks',
    isThere: "state in ('active', 'blocked')",
  },
  {
    kind: 'schedules',
    makes: ['/schedule tomorrow at 9:00 run briefing', '/schedule every day at 10:00 run briefing'],
    lists: '/schedules',
    says: 'delete schedule 1',
    call: 'schedule_delete',
    table: 'person_schedules',
    isThere: "state <> 'deleted'",
  },
];

describe.each(KINDS)('$kind', (kind) => {
  const other = KINDS.find((each) => each !== kind) as Kind;
  const begin = async (model?: ScriptedModel) => {
    const coda = await play({ ...(model && { model }) });
    const ana = coda.person('ana');
    for (const words of [...other.makes, ...kind.makes]) await ana.says(words);
    return { coda, ana, count: () => coda.count(`${kind.table} where ${kind.isThere}`) };
  };

  test('its own list was shown last: the number is one of it', async () => {
    const { coda, ana, count } = await begin();
    await using _ = coda;
    await ana.says(other.lists);
    await ana.says(kind.lists);
    await ana.says(kind.says);
    expect(await count()).toBe(1);
  });

  test('another list was shown since: it is asked, with a button for the one of its own list', async () => {
    const { coda, ana, count } = await begin();
    await using _ = coda;
    await ana.says(kind.lists);
    await ana.says(other.lists);
    const said = await ana.says(kind.says);
    expect(await count()).toBe(2);
    expect(said).toMatch(/mean\?/);
    await ana.presses(coda.platform.messages.at(-1)?.buttons[0]?.label as string);
    expect(await count()).toBe(1);
  });

  // Schedules keep the numbers of "/schedules", which their commands are documented with.
  const asksUnlisted = kind.kind === 'schedules' ? undefined : test;
  asksUnlisted?.('no list was shown: it is asked, with buttons', async () => {
    const { coda, ana, count } = await begin();
    await using _ = coda;
    const said = await ana.says(kind.says);
    expect(said).toMatch(/mean\?/);
    expect(await count()).toBe(2);
    await ana.presses(coda.platform.messages.at(-1)?.buttons[0]?.label as string);
    expect(await count()).toBe(1);
  });

  test('through a model as well', async () => {
    const model = new ScriptedModel((request) =>
      lastSaid(request) === 'please take away what stands on top' && request.messages.at(-1)?.role === 'user'
        ? [{ call: kind.call, input: { which: '1' } }]
        : ['Well.'],
    );
    const { coda, ana, count } = await begin(model);
    await using _ = coda;
    await ana.says(kind.lists);
    await ana.says(other.lists);
    await ana.says('please take away what stands on top');
    expect(await count()).toBe(2);
    await ana.says(kind.lists);
    await ana.says('please take away what stands on top');
    expect(await count()).toBe(1);
  });
});
