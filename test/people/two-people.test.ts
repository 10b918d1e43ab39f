import { expect, test } from 'vitest';
import type { ModelRequest } from '../../src/agent/index.ts';
import { callable } from '../support/callable.ts';
import { play } from '../support/play.ts';
import { ScriptedModel } from '../support/scripted-model.ts';

/** The ids of somebody else's, and what of theirs nobody else may see. */
interface Theirs {
  note: string;
  memory: string;
  reminder: string;
  schedule: string;
  task: string;
  step: string;
  person: string;
}

const SECRET = 'zanzibar';

/** For each tool that a model is offered, calls that name what is another person's; none: it takes no id and no words. */
const ROWS: Record<string, (theirs: Theirs) => Record<string, unknown>[]> = {
  attachment_find: () => [{ query: SECRET }, { query: SECRET, file: 'a' }],
  attachment_read: () => [{}, { file: SECRET }],
  audit_query: ({ person }) => [{}, { limit: 200 }, { tool: 'note_save' }, { person }],
  audit_stats: () => [{}],
  conversation_search: () => [{ words: SECRET }],
  date_of: () => [{ when: 'tomorrow' }],
  // Both are for owners alone.
  doctor_diagnose: () => [{}],
  doctor_reset_skill: () => [{ name: 'notes' }],
  help: () => [{}],
  language_set: () => [{ language: 'de' }],
  memory_context: () => [{ about: SECRET }],
  memory_correct: ({ memory }) => [
    { which: memory, text: 'taken over' },
    { which: SECRET, text: 'taken over' },
  ],
  memory_delete: ({ memory }) => [{ which: memory }, { which: SECRET }],
  memory_ignore: () => [{}],
  memory_list: () => [{}, { type: 'fact' }],
  memory_save: () => [{ text: `mine of ${SECRET}` }],
  memory_search: () => [{ query: SECRET, past: true }],
  memory_change: ({ memory }) => [
    { which: memory, do: 'correct', text: 'taken over' },
    { which: SECRET, do: 'forget' },
  ],
  more_tools: () => [{ group: 'memory' }, { group: 'tasks' }, { group: 'servers', query: SECRET }],
  note_change: ({ note }) => [
    { which: note, do: 'append', text: 'taken over' },
    { which: SECRET, do: 'delete' },
  ],
  reminder_change: ({ reminder }) => [
    { which: reminder, do: 'edit', text: 'taken over' },
    { which: reminder, do: 'snooze', when: 'in an hour' },
    { which: SECRET, do: 'delete' },
  ],
  schedule_change: ({ schedule }) => [
    { which: schedule, do: 'edit', what: 'taken over' },
    { which: schedule, do: 'pause' },
    { which: SECRET, do: 'delete' },
  ],
  task_change: ({ task }) => [
    { which: task, do: 'advance' },
    { which: SECRET, do: 'cancel' },
  ],
  note_delete: ({ note }) => [{ which: note }, { which: SECRET }],
  note_edit: ({ note }) => [
    { which: note, text: 'taken over' },
    { which: SECRET, append: 'more' },
  ],
  note_get: ({ note }) => [{ which: note }, { which: SECRET }],
  note_list: ({ person }) => [{}, { person_id: person }],
  note_save: () => [{ text: 'mine' }],
  note_search: () => [{ query: SECRET }],
  nothing_to_tell: () => [{}],
  quiet_hours_show: () => [{}],
  quiet_hours_set: () => [{ hours: '22:00-07:00' }],
  reminder_complete: ({ reminder }) => [{ which: reminder }, { which: SECRET }],
  reminder_create: () => [{ text: 'mine', when: 'tomorrow at 9' }],
  reminder_delete: ({ reminder }) => [{ which: reminder }, { which: 'all', sure: true }, { which: SECRET }],
  reminder_edit: ({ reminder }) => [{ which: reminder, text: 'taken over' }],
  reminder_list: () => [{}, { status: 'all' }],
  reminder_move_zone: () => [{}],
  reminder_snooze: ({ reminder }) => [{ which: reminder, when: 'in an hour' }],
  routine_show: () => [{ name: 'briefing' }, { name: 'weekly-review' }],
  routine_switch: () => [{ name: 'briefing', on: false }],
  schedule_create: () => [{ when: 'every day at 9', prompt: 'mine' }],
  schedule_delete: ({ schedule }) => [{ which: schedule }, { which: SECRET }],
  schedule_edit: ({ schedule }) => [{ which: schedule, prompt: 'taken over' }],
  schedule_list: () => [{}],
  schedule_watch: () => [{ when: 'every hour', source: { kind: 'web_watch', url: 'https://example.com/' } }],
  scheduler_list: () => [{}],
  scheduler_run_now: ({ schedule }) => [{ name: schedule }, { name: SECRET }],
  schedule_switch: ({ schedule }) => [{ name: schedule, on: false }],
  scheduler_toggle: ({ schedule }) => [{ name: schedule, on: false }],
  result_read: ({ step }) => [{ handle: step }],
  skill_activate: () => [{ name: SECRET }],
  skill_list: () => [{}],
  skill_pipeline: () => [{ steps: [SECRET] }],
  skill_read_resource: () => [{ name: SECRET, path: 'a.md' }],
  skill_rescan: () => [{}],
  skill_delegate: () => [{ name: SECRET, task: 'go' }],
  skill_search: () => [{ words: SECRET }],
  smalltalk: () => [{}],
  specialist_list: () => [{}],
  specialist_spawn: () => [{ specialist: 'home', task: `What of ${SECRET}?` }],
  target_list: () => [{}],
  task_advance: ({ task }) => [{ which: task }, { which: SECRET }],
  task_block: ({ task }) => [{ which: task, type: 'failed', reason: 'mine' }],
  task_cancel: ({ task }) => [{ which: task }, { which: SECRET }],
  task_create: () => [{ title: 'mine', steps: ['you: do it'] }],
  task_edit: ({ task }) => [{ which: task, title: 'taken over' }],
  task_status: ({ task }) => [{ which: task }, { which: SECRET }, {}],
  time_in: () => [{ place: 'Tokyo' }],
  name_set: () => [{ name: 'Rae' }],
  timezone_set: () => [{ place: 'Tokyo' }],
  timezone_show: () => [{}],
  tool_search: () => [{ query: 'notes' }],
  undo: () => [{}],
  // Nothing of anybody's, and nothing outside is asked here.
  web_fetch: () => [{ url: 'http://127.0.0.1/' }],
  web_search: () => [{}],
};

test('no tool shows or changes what is another person’s, whatever ids it is called with', async () => {
  let calls: { call: string; input: Record<string, unknown> }[] = [];
  const model = new ScriptedModel((request: ModelRequest) =>
    request.messages.at(-1)?.role === 'user' && calls.length > 0 ? calls : ['Done.'],
  );
  await using coda = await play({ model });
  const [ana, bob] = [coda.person('ana', { role: 'member' }), coda.person('bob', { role: 'member' })];
  await ana.says(`/note the key to ${SECRET} is under the mat`);
  calls = [{ call: 'memory_save', input: { text: `I swam to ${SECRET}` } }];
  await ana.says('keep that');
  calls = [];
  await ana.says(`/remind tomorrow at 9 sail to ${SECRET}`);
  await ana.says(`/schedule every day at 9 sail to ${SECRET}`);
  await ana.says(`/task sail to ${SECRET}: find a boat`);
  calls = [{ call: 'note_list', input: {} }];
  await ana.says(`what do I know of ${SECRET}?`);
  calls = [];
  await bob.says('hello');
  const read = async (sql: string) => (await coda.database().read<Record<string, string>>(sql)).rows[0] ?? {};
  const { id: note = '' } = await read('select id from notes');
  const { id: memory = '' } = await read('select id from memories');
  const { id: reminder = '' } = await read('select id from reminders');
  const { id: schedule = '' } = await read('select id from person_schedules');
  const { id: task = '' } = await read('select id from tasks');
  const { id: person = '' } = await read(`select id from persons where name = 'ana'`);
  const { id: step = '' } = await read(`select turn_id || '/' || call_id as id from steps where kind = 'result'`);
  const hers = () =>
    read(`select md5(string_agg(t::text, '' order by t::text)) as all from (
    select to_jsonb(n)::text from notes n where person_id = '${person}' union all
    select to_jsonb(m)::text from memories m where person_id = '${person}' union all
    select to_jsonb(r)::text from reminders r where person_id = '${person}' union all
    select to_jsonb(s)::text from person_schedules s where person_id = '${person}' union all
    select to_jsonb(k)::text from tasks k where person_id = '${person}' union all
    select name || coalesce(zone, '') from persons where id = '${person}') t (t)`);
  const before = await hers();

  const offered = callable(model.requests.at(-1) ?? { tools: [] }).map(({ name }) => name);
  expect(offered.length).toBeGreaterThan(50);
  expect(
    offered.filter((name) => !(name in ROWS)),
    'tools without a row',
  ).toEqual([]);
  const seen = model.requests.length;
  for (const call of offered) {
    for (const input of ROWS[call]?.({ note, memory, reminder, schedule, task, step, person }) ?? []) {
      calls = [{ call, input }];
      await bob.says('go on');
    }
  }
  const results = model.requests.slice(seen).flatMap(({ messages }) => messages.filter(({ role }) => role === 'tool'));
  expect(results.length).toBeGreaterThan(offered.length);
  // What he asked for himself is in what he is told; what she has is not.
  expect(JSON.stringify(results)).not.toMatch(/under the mat|sail to|swam to/);
  expect(
    bob
      .seen()
      .map(({ text }) => text)
      .join('\n'),
  ).not.toMatch(/under the mat|sail to|swam to/);
  expect(await hers()).toEqual(before);
});
