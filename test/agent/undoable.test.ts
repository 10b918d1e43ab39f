import { expect, test } from 'vitest';
import { isForModels } from '../../src/agent/index.ts';
import { play } from '../support/play.ts';
import { type Line, lastSaid, ScriptedModel } from '../support/scripted-model.ts';
import { toolForms } from '../support/tool-forms.ts';

/** A call of each tool that writes and that a model is offered, in this order, or why it cannot be taken back. */
const WRITES: Readonly<Record<string, Record<string, unknown> | string>> = {
  reminder_create: { text: 'water the plants', when: 'every Monday at 9' },
  reminder_edit: { which: 'plants', text: 'water the palms' },
  reminder_snooze: { which: 'palms', when: 'in two days' },
  reminder_move_zone: { zone: 'Tokyo' },
  reminder_complete: { which: 'palms', ahead: true },
  reminder_delete: { which: 'palms' },
  note_save: { text: 'milk' },
  note_edit: { which: 'milk', append: 'bread' },
  note_delete: { which: 'milk' },
  memory_save: { text: 'Ana likes tea' },
  memory_correct: { which: 'Ana likes tea', text: 'Ana likes coffee' },
  memory_delete: { which: 'Ana likes coffee' },
  memory_ignore: 'What was not remembered is not kept to be remembered later.',
  schedule_create: { prompt: 'look at the ships', when: 'every Tuesday at 9', title: 'ships' },
  schedule_edit: { which: 'ships', prompt: 'look at the boats' },
  schedule_delete: { which: 'ships' },
  schedule_watch: 'It asks first, and its answer has an Undo.',
  routine_switch: { name: 'briefing', on: true, when: '8:00' },
  scheduler_run_now: 'What has begun may have spoken.',
  scheduler_toggle: 'It asks first, and says which way back there is.',
  task_create: { title: 'move house', steps: ['pack', 'drive', 'unpack'] },
  task_edit: { which: 'move house', title: 'move home' },
  task_advance: { which: 'move home' },
  task_block: { which: 'move home', type: 'waiting_for_person', reason: 'no van' },
  task_cancel: { which: 'move home' },
  task_status: 'It shows a task, and keeps only that it was looked at.',
  name_set: { name: 'Rae' },
  timezone_set: { zone: 'Tokyo' },
  quiet_hours_set: { hours: '22:00-07:00' },
  language_set: { language: 'German' },
};

test('each tool that writes can be taken back, or it is said why not', async () => {
  // Tools of self-improvement are an owner's decisions, with an Undo of their own.
  const offered = toolForms().filter(
    (tool) => tool.effect === 'write' && isForModels(tool) && !tool.form?.short?.standsFor,
  );
  expect(offered.map(({ name }) => name).sort()).toEqual(Object.keys(WRITES).sort());

  const calls = Object.entries(WRITES).flatMap(([call, input]) => (typeof input === 'string' ? [] : [{ call, input }]));
  const model = new ScriptedModel((request): Line[] => {
    const asked =
      request.messages.at(-1)?.role === 'user' ? /(\d+): (?:carry on|delete it)/.exec(lastSaid(request)) : undefined;
    const call = calls[Number(asked?.[1] ?? -1)];
    return call ? [call] : ['done'];
  });
  await using coda = await play({ model });
  const without: string[] = [];
  for (const [index, { call }] of calls.entries()) {
    const wish = /_(?:delete|cancel)$/.test(call) ? 'delete it' : 'carry on';
    const answer = await coda.person('ana').says(`${index}: ${wish}`);
    const { rows } = await coda.database().read<{ count: number }>('select count(*)::int as count from undos');
    if (rows[0]?.count !== index + 1 - without.length) without.push(`${call}: ${answer}`);
  }
  expect(without).toEqual([]);
});
