/** The tools that a model is shown, and how the others come. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { done, outsideTool, traceMessage } from '../../src/agent/index.ts';
import { ModelServer } from '../support/model-server/index.ts';
import { modelServer } from '../support/model-server/suite.ts';
import { modelConfig } from '../support/models.ts';
import { type Play, play } from '../support/play.ts';
import { type Line, ScriptedModel } from '../support/scripted-model.ts';

const ALWAYS = 16;

/** A coda whose model makes the calls that the test names, one answer after the other. */
async function begin(skills: Parameters<typeof play>[0] = {}) {
  let next: Line[][] = [];
  const model = new ScriptedModel(() => next.shift() ?? ['ok']);
  const coda = await play({ model, ...skills });
  const names = () => (model.requests.at(-1)?.tools ?? []).map(({ name }) => name);
  const plan = (...lines: Line[][]) => {
    next = lines;
  };
  return { coda, model, names, plan };
}

const rowsOf = async (coda: Play, sql: string) => (await coda.database().read<Record<string, unknown>>(sql)).rows;

test('a group that was asked for stands behind what is always shown, and stays until the conversation begins anew', async () => {
  const { coda, model, names, plan } = await begin();
  await using _ = coda;
  const ana = coda.person('ana');
  await ana.says('hello');
  const before = structuredClone(model.requests.at(-1)?.tools);
  expect(before).toHaveLength(ALWAYS);
  plan(
    [{ call: 'more_tools', input: { group: 'tasks' } }],
    [{ call: 'task_create', input: { title: 'move house', steps: ['you: pack'] } }],
  );
  await ana.says('help me move house');
  expect(names().slice(ALWAYS)).toEqual(['task_change', 'task_create', 'task_status']);
  expect(model.requests.at(-1)?.tools.slice(0, ALWAYS)).toEqual(before);
  expect(await rowsOf(coda, 'select title from tasks')).toEqual([{ title: 'move house' }]);
  plan([{ call: 'task_change', input: { which: 'move house', do: 'cancel' } }]);
  await ana.says('no, give it up');
  expect(names().slice(ALWAYS)).toEqual(['task_change', 'task_create', 'task_status']);
  await ana.says('/new');
  await ana.says('hello');
  expect(model.requests.at(-1)?.tools).toEqual(before);
});

test('what is open, planned or sent brings the tools for it', async () => {
  const { coda, names } = await begin();
  await using _ = coda;
  const ana = coda.person('ana');
  await ana.says('/task move house: pack');
  await ana.says('hello');
  expect(names().slice(ALWAYS)).toEqual(['task_change', 'task_create', 'task_status']);
  await ana.says('/schedule every day at 8: say hello');
  await ana.says('hello');
  expect(names().slice(ALWAYS + 3)).toEqual(expect.arrayContaining(['schedule_list', 'schedule_change']));
  expect(names()).not.toContain('nothing_to_tell');
  await coda.passes({ days: 1 });
  expect(names().at(-1)).toBe('nothing_to_tell');
});

test('a file brings the tools for files, and they stay', async () => {
  const { coda, names } = await begin();
  await using _ = coda;
  await coda.sends('ana', Buffer.from('The warranty lasts 24 months.'), { name: 'manual.txt', type: 'text/plain' });
  const brought = names().slice(ALWAYS);
  expect(brought).toEqual(['attachment_find', 'attachment_read']);
  await coda.person('ana').says('and now?');
  expect(names().slice(ALWAYS)).toEqual(brought);
});

test('/model and the trace say which tools came, and by what', async () => {
  await using server = await ModelServer.start();
  await using coda = await play({ config: modelConfig(server) });
  const ana = coda.person('ana');
  expect(await ana.says('/model')).toContain('16 tools always, and others by state or when it asks for them.');
  server.play({ calls: [{ name: 'more_tools', input: { group: 'tasks' } }] }, { text: 'Here they are.' });
  await ana.says('help me move house');
  expect(await ana.says('/model')).toContain(
    'also came `task_change` (tasks), `task_create` (tasks) and `task_status` (tasks).',
  );
  const [turn] = await rowsOf(coda, 'select id::text as id from turns');
  const trace = await traceMessage(coda.database(), turn?.id as string);
  expect(trace?.events.map(({ what }) => what)).toContain(
    'more_tools: done, brings task_change, task_create, task_status',
  );
});

test('a result that was shortened brings the tool that reads on', async () => {
  const page = outsideTool({
    name: 'page_read',
    description: 'Reads a long page.',
    effect: 'fetch',
    input: z.object({}),
    run: async () => done('line\n'.repeat(4_000)),
  });
  const { coda, names, plan } = await begin({ skills: [{ name: 'pages', tools: () => [page] }] });
  await using _ = coda;
  plan([{ call: 'page_read', input: {} }]);
  await coda.person('ana').says('read it');
  expect(names().at(-1)).toBe('result_read');
});

describe('in a window that bears no growing list', async () => {
  const server = await modelServer();

  test('the form of a tool comes as the result, the list stays as it was, and the call is made by its name', async () => {
    const config = modelConfig(server, { default: 'gpt/qwen', light: 'gpt/qwen', context_tokens: 4_096 });
    await using coda = await play({ config });
    server.play(
      { calls: [{ name: 'more_tools', input: { group: 'settings' } }] },
      { calls: [{ name: 'timezone_set', input: { zone: 'Tokyo' } }] },
      { text: 'Set.' },
    );
    expect(await coda.person('ana').says('I live in Tokyo now')).toContain('Set.');
    const [first, second, third] = server.requests.map(({ body }) => JSON.stringify(body.tools));
    expect([second, third]).toEqual([first, first]);
    expect(server.requests[1]?.text).toContain('timezone_set: Sets the time zone');
    expect(await rowsOf(coda, 'select zone from persons')).toEqual([{ zone: 'Asia/Tokyo' }]);
  });
});

describe('a verb of a change', () => {
  const says = { call: 'reminder_change', input: {} as Record<string, unknown> };
  test.each([
    [{ do: 'done' }, { state: 'completed', text: 'call Bo' }],
    [{ do: 'delete' }, { state: 'deleted', text: 'call Bo' }],
    [
      { do: 'edit', text: 'call Cy' },
      { state: 'pending', text: 'call Cy' },
    ],
  ])('%j does what its own tool does', async (input, after) => {
    const { coda, plan } = await begin();
    await using _ = coda;
    const ana = coda.person('ana');
    await ana.says('/remind tomorrow at 9 call Bo');
    plan([{ ...says, input: { which: 'call Bo', ...input } }]);
    await ana.says(input.do === 'delete' ? 'delete it' : 'as I said');
    expect(await rowsOf(coda, 'select state, text from reminders')).toEqual([after]);
  });

  test.each([
    [{ do: 'delete', when: 'tomorrow' }, 'takes no when'],
    [{ do: 'move' }, 'needs `when`'],
    [{ do: 'edit' }, 'needs `text`'],
    [{ do: 'postpone', when: 'tomorrow' }, 'was called wrongly'],
    [{ which: '', do: 'delete' }, 'is empty'],
  ])('%j changes nothing, and says why', async (input, why) => {
    const { coda, model, plan } = await begin();
    await using _ = coda;
    const ana = coda.person('ana');
    await ana.says('/remind tomorrow at 9 call Bo');
    const before = await rowsOf(coda, 'select * from reminders');
    plan([{ ...says, input: { which: 'call Bo', ...input } }]);
    await ana.says('as I said');
    expect(model.requests.at(-1)?.messages.at(-1)?.text).toContain(why);
    expect(await rowsOf(coda, 'select * from reminders')).toEqual(before);
  });

  test('stands in the log as the tool that it means, without private words', async () => {
    const { coda, plan } = await begin();
    await using _ = coda;
    const ana = coda.person('ana');
    await ana.says('/note the code is 4711');
    plan([{ call: 'note_change', input: { which: '4711', do: 'append', text: 'and 4712' } }]);
    await ana.says('add it');
    const [entry] = await rowsOf(
      coda,
      `select subject, detail::text as detail from audit_log where subject like 'note_edit'`,
    );
    expect(entry).toMatchObject({ subject: 'note_edit' });
    expect(entry?.detail).not.toContain('4712');
  });
});

test.each([
  [{ when: 'every day at 8', what: 'tell me a joke' }, { prompt: 'tell me a joke' }],
  [{ when: 'every day at 8', what: 'run briefing' }, { run: '/briefing' }],
])('a schedule by its line: %j', async (input, row) => {
  const { coda, plan } = await begin();
  await using _ = coda;
  plan([{ call: 'schedule_create', input }]);
  await coda.person('ana').says('plan it');
  const [made] = await rowsOf(coda, 'select prompt, run from person_schedules');
  expect(made).toMatchObject(row);
});

test('a watch by the line that a person types asks first, with the same refusals', async () => {
  const { coda, model, plan } = await begin();
  await using _ = coda;
  const ana = coda.person('ana');
  const what = (flags: string) => ({ when: 'every hour', what: `page https://example.com/shop ${flags}` });
  plan([{ call: 'schedule_create', input: what('--bellow 40') }]);
  await ana.says('watch it');
  expect(model.requests.at(-1)?.messages.at(-1)?.text).toContain('bellow');
  plan([{ call: 'schedule_create', input: what('--below 40 --after Price') }]);
  expect(await ana.says('watch it')).toContain('May I do this?');
});
