import { expect, test } from 'vitest';
import { interpret } from '../../../src/agent/english/interpret.ts';
import { Understanding } from '../../../src/agent/english/understand.ts';
import { builtInSkills } from '../../../src/app/skills.ts';

/** Plain English over schedules and notes, without a model: what is said, the tool that is meant, what it is given. */
const FORMS: [say: string, tool: string, input: Record<string, unknown>][] = [
  [
    'every weekday at 8 send me my agenda',
    'schedule_create',
    { prompt: 'send me my agenda', when: 'every weekday at 8' },
  ],
  ['every Friday at 4pm run weekly-review', 'schedule_create', { run: 'weekly-review', when: 'every Friday at 4pm' }],
  ['on 3 December at 9 ask me how the exam went', 'schedule_create', { when: 'on 3 December at 9' }],
  ['ask me every evening at 9 how my day was', 'schedule_create', { when: 'every evening at 9' }],
  ['tell me the weather every morning at 7', 'schedule_create', { when: 'every morning at 7' }],
  ['check the site every hour', 'schedule_create', { when: 'every hour' }],
  ['summarize my notes every Sunday at 6pm', 'schedule_create', { when: 'every Sunday at 6pm' }],
  ['every first Monday of the month at 10 draft the report', 'schedule_create', {}],
  ['schedule a weekly review every Friday at 4pm', 'schedule_create', { when: 'every Friday at 4pm' }],
  ['please look up the exchange rate every Monday at noon', 'schedule_create', {}],
  ['turn on the daily briefing', 'routine_switch', { name: 'briefing', on: true }],
  ['turn on the daily briefing at 7', 'routine_switch', { name: 'briefing', on: true, when: 'every day at 7' }],
  ['enable the weekly review', 'routine_switch', { name: 'weekly-review', on: true }],
  ['no more morning briefing', 'routine_switch', { name: 'briefing', on: false }],
  ['switch off the weekly review', 'routine_switch', { name: 'weekly-review', on: false }],
  ['show me my briefing', 'routine_show', { name: 'briefing' }],
  ["what's on my agenda for today", 'routine_show', { name: 'briefing' }],
  ['how was my week?', 'routine_show', { name: 'weekly-review' }],
  ['show my schedules', 'schedule_list', {}],
  ['which schedules do I have?', 'schedule_list', {}],
  ['what runs by itself?', 'scheduler_list', {}],
  ['delete the agenda schedule', 'schedule_delete', { which: 'agenda' }],
  ['pause the schedule agenda', 'schedule_switch', { name: 'agenda', on: false }],
  ['resume my agenda schedule', 'schedule_switch', { name: 'agenda', on: true }],
  ['run the schedule agenda now', 'scheduler_run_now', { name: 'agenda' }],
  ['move the schedule agenda to every day at 9', 'schedule_edit', { which: 'agenda', when: 'every day at 9' }],
  ['note that the wifi password is hunter2', 'note_save', { text: 'the wifi password is hunter2' }],
  ['take a note: buy stamps', 'note_save', { text: 'buy stamps' }],
  ['make a note to call the plumber', 'note_save', {}],
  ['write down that Carl prefers tea', 'note_save', {}],
  ['jot down: gate code 4711', 'note_save', {}],
  ['save a note about the boiler: it needs 1.5 bar', 'note_save', {}],
  ['add to my notes that the spare key is with Ana', 'note_save', {}],
  ['find my note about the boiler', 'note_search', { query: 'boiler' }],
  ['search my notes for wifi', 'note_search', { query: 'wifi' }],
  ['what did I write about the boiler?', 'note_search', {}],
  ['do I have a note on stamps?', 'note_search', {}],
  ['look in my notes for the gate code', 'note_search', {}],
  ['show me my notes', 'note_list', {}],
  ['list my notes tagged home', 'note_list', {}],
  ['which notes do I have?', 'note_list', {}],
  ['delete the note about stamps', 'note_delete', {}],
  ['remove my note on the boiler', 'note_delete', {}],
  ['what are my latest notes?', 'note_list', {}],
];

const understanding = new Understanding(
  (await Promise.all(builtInSkills.map(({ phrases }) => phrases?.() ?? []))).flat(),
);

test.each(FORMS)('%s', (say, tool, input) => {
  const acts = interpret(say, understanding, {});
  const calls = acts === 'nothing' ? [] : acts.flatMap((act) => (act.kind === 'call' ? [act.call] : act.instead));
  expect(calls).toContainEqual(expect.objectContaining({ tool, input: expect.objectContaining(input) }));
});

test('there are forty of them and more', () => {
  expect(new Set(FORMS.map(([say]) => say)).size).toBeGreaterThanOrEqual(40);
});
