/** Names of tools that stand in policies, skills, agents' files and stored turns go on meaning what they did. */
import { describe, expect, test } from 'vitest';
import { playWith, results } from '../agent-skills/conversation.ts';
import { modelServer } from '../support/model-server/suite.ts';
import { modelConfig } from '../support/models.ts';
import { type Play, play } from '../support/play.ts';
import { type Line, ScriptedModel } from '../support/scripted-model.ts';

/** A model that makes the calls that the test names, one answer after the other. */
function begin() {
  let next: Line[][] = [];
  const model = new ScriptedModel(() => next.shift() ?? ['ok']);
  const plan = (...lines: Line[][]) => {
    next = lines;
  };
  const names = () => (model.requests.at(-1)?.tools ?? []).map(({ name }) => name);
  return { model, plan, names };
}

const rowsOf = async (coda: Play, sql: string) => (await coda.database().read<Record<string, unknown>>(sql)).rows;
const change = (input: Record<string, unknown>) => ({ call: 'reminder_change', input: { which: 'call Bo', ...input } });

test('a policy for one verb holds for that verb of the tool that models are shown', async () => {
  const { model, plan } = begin();
  const policy = { skill_id: 'reminders/reminder_delete', required_permissions: ['admin:write'] };
  await using coda = await play({ model, config: { 'access.policies': [policy] } });
  const bo = coda.person('bo', { role: 'member' });
  await bo.says('/remind tomorrow at 9 call Bo');
  const state = () => rowsOf(coda, 'select state from reminders');
  plan([change({ do: 'delete' })]);
  await bo.says('take it away');
  expect(await state()).toEqual([{ state: 'pending' }]);
  plan([change({ do: 'done' })]);
  await bo.says('it is done');
  expect(await state()).toEqual([{ state: 'completed' }]);
});

test('who may not list notes gets no list by a search without words', async () => {
  const { model, plan } = begin();
  const policy = { skill_id: 'notes/note_list', required_permissions: ['admin:write'] };
  await using coda = await play({ model, config: { 'access.policies': [policy] } });
  const bo = coda.person('bo', { role: 'member' });
  await bo.says('/note the key is under the mat');
  const search = (query: string) => plan([{ call: 'note_search', input: { query } }]);
  search('');
  await bo.says('find my notes');
  expect(results(model.requests.at(-1))[0]).toContain('Which words');
  search('key');
  await bo.says('find the key in my notes');
  expect(results(model.requests.at(-1)).at(-1)).toContain('under the mat');
});

test('a verb that a skill forbids stays forbidden', async () => {
  const { model, plan } = begin();
  const { coda } = await playWith({ careful: { more: 'forbidden_tools: [reminder_delete]\n' } }, { model });
  const ana = coda.person('ana');
  await ana.says('/remind tomorrow at 9 call Bo');
  plan([{ call: 'skill_activate', input: { name: 'careful' } }], [change({ do: 'delete' })]);
  await ana.says('be careful, and take it away');
  expect(results(model.requests.at(-1))[0]).toContain('not allowed');
  expect(await rowsOf(coda, 'select state from reminders')).toEqual([{ state: 'pending' }]);
});

test.each([
  ['task_block timezone_set', ['task_change', 'timezone_set']],
  ['reminder_delete note_save web_fetch', []],
  ['WebFetch TodoWrite nothing_such', []],
])('a skill that is taken up brings the tools that it names: %s', async (allowed, brought) => {
  const { model, plan, names } = begin();
  const { coda } = await playWith({ mover: { more: `allowed-tools: ${allowed}\n`, body: 'Move it.' } }, { model });
  const ana = coda.person('ana');
  await ana.says('hello');
  const before = model.requests.at(-1)?.tools ?? [];
  plan([{ call: 'skill_activate', input: { name: 'mover' } }]);
  await ana.says('move house');
  expect(names()).toEqual([...before.map(({ name }) => name), ...brought]);
  await ana.says('and on');
  expect(names().slice(before.length)).toEqual(brought);
});

describe('in a window that bears no growing list', async () => {
  const server = await modelServer();

  test('the forms of a skill’s tools stand behind what it says', async () => {
    const config = modelConfig(server, { default: 'gpt/qwen', light: 'gpt/qwen', context_tokens: 4_096 });
    const { coda } = await playWith({ mover: { more: 'allowed-tools: task_create\n', body: 'Move it.' } }, { config });
    server.play({ calls: [{ name: 'skill_activate', input: { name: 'mover' } }] }, { text: 'Yes.' });
    expect(await coda.person('ana').says('move house')).toBe('Yes.');
    const [first, second] = server.requests.map(({ body }) => body);
    expect(JSON.stringify(second.tools)).toBe(JSON.stringify(first.tools));
    const told = String(second.messages.at(-1).content);
    expect(told).toContain('Move it.');
    expect(told).toContain('Call one by its name:\n- task_create: ');
  });
});

test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
  ['reminder_complete', { which: 'call Bo' }, { state: 'completed', text: 'call Bo' }],
  ['reminder_delete', { which: 'call Bo' }, { state: 'deleted', text: 'call Bo' }],
  ['reminder_edit', { which: 'call Bo', text: 'call Cy' }, { state: 'pending', text: 'call Cy' }],
])('a call by the name of one verb is carried out: %s', async (call, input, after) => {
  const { model, plan } = begin();
  await using coda = await play({ model });
  const ana = coda.person('ana');
  await ana.says('/remind tomorrow at 9 call Bo');
  plan([{ call, input }]);
  await ana.says(call === 'reminder_delete' ? 'delete it' : 'as I said');
  expect(await rowsOf(coda, 'select state, text from reminders')).toEqual([after]);
});
