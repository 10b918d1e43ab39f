import { expect, test } from 'vitest';
import { type Play, play } from '../support/play.ts';
import { type Line, ScriptedModel } from '../support/scripted-model.ts';

const call = (name: string, input: Record<string, unknown>): Line => ({ call: name, input });

/** Two of a kind whose words are tainted, and what quotes them. */
const KINDS: { table: string; makes: Line[]; asks: Line; quotes?: Line }[] = [
  {
    table: 'reminders',
    makes: ['always', 'never'].map((word) =>
      call('reminder_create', { text: `tulips: ${word} ask`, when: 'every day at 9' }),
    ),
    asks: call('reminder_delete', { which: 'tulips' }),
    quotes: call('reminder_complete', { which: 'never' }),
  },
  {
    table: 'memories',
    makes: [
      call('memory_save', { text: 'The tulips are always read first' }),
      call('memory_save', { text: 'The tulips are never asked about' }),
    ],
    asks: call('memory_delete', { which: 'tulips' }),
    quotes: call('memory_delete', { which: 'never asked about' }),
  },
  {
    table: 'tasks',
    makes: ['always', 'never'].map((word) =>
      call('task_create', { title: `tulips: ${word} ask`, steps: ['you: ask'] }),
    ),
    asks: call('task_cancel', { which: 'tulips' }),
    quotes: call('task_cancel', { which: 'never' }),
  },
  {
    table: 'person_schedules',
    makes: ['always', 'never'].map((word) =>
      call('schedule_create', { prompt: `tulips: ${word} ask`, when: 'every day at 9' }),
    ),
    asks: call('schedule_delete', { which: 'tulips' }),
    quotes: call('schedule_delete', { which: 'never' }),
  },
];

const copied = async (coda: Play): Promise<boolean[]> => {
  const { rows } = await coda.database().read<{ tainted: boolean }>(`select tainted from notes where text = 'copied'`);
  return rows.map(({ tainted }) => tainted);
};

const CASES = KINDS.flatMap(({ table, makes, asks, quotes }) => [
  { table, makes, how: 'which one is meant', line: asks },
  ...(quotes ? [{ table, makes, how: 'what was done to one', line: quotes }] : []),
]);

test.each(CASES)('of tainted $table, to be told $how taints the turn', async ({ table, makes, line }) => {
  const save = call('note_save', { text: 'copied' });
  const model = new ScriptedModel(makes, ['made'], [line], [save], ['done']);
  await using coda = await play({ model });
  const ana = coda.person('ana');
  await ana.says('make both');
  await coda.database().run('test.taint', `update ${table} set tainted = true`);
  await ana.says('/new');
  await ana.says('and now?');
  expect(JSON.stringify(model.requests.at(-1)).includes('tulips')).toBe(true);
  expect(await copied(coda)).toEqual([true]);
});
