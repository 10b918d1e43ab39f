/** Calls of models with arguments that their tools do not have, or that name nothing. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { dataTool, done, outsideTool, Toolbox } from '../../src/agent/index.ts';
import { callableTools } from '../support/callable.ts';
import { modelServer } from '../support/model-server/suite.ts';
import { modelConfig } from '../support/models.ts';
import { type Play, play } from '../support/play.ts';

const server = await modelServer();

interface Parameters {
  properties: Record<string, object>;
  required?: string[];
}

/** More calls in one turn meet its limit on steps. */
const MOST_CALLS = 12;

const start = () => play({ config: modelConfig(server, { default: 'gpt/main', light: undefined, heavy: undefined }) });

/** One of each thing that can be named, and the tools that a model may call. */
async function withOneOfEach(coda: Play) {
  const ana = coda.person('ana');
  for (const said of [
    '/remind tomorrow at 9 stand up',
    '/note bike lock 4711',
    '/schedule every day at 8: say hello',
    '/task move house: pack; hire a van',
  ])
    await ana.says(said);
  server.play({ text: 'Hello.' });
  await ana.says('good morning to you');
  const tools = (await callableTools()).map(({ name, schema }) => ({
    name,
    parameters: schema as unknown as Parameters,
  }));
  return { ana, tools };
}

async function thingsOf(coda: Play) {
  const tables = ['reminders', 'notes', 'schedules', 'tasks'].map((name) => `select to_jsonb(t) as row from ${name} t`);
  const { rows } = await coda.database().read(tables.join(' union all '));
  return rows;
}

test('an argument that a tool does not have is refused by each tool, with those that it has, and nothing is changed', async () => {
  await using coda = await start();
  const { ana, tools } = await withOneOfEach(coda);
  expect(tools.length).toBeGreaterThan(25);
  const before = await thingsOf(coda);
  for (let from = 0; from < tools.length; from += MOST_CALLS) {
    const calls = tools.slice(from, from + MOST_CALLS).map(({ name }) => ({ name, input: { bycicle: 'bike lock' } }));
    server.play({ calls }, { text: 'I could not.' });
    expect(await ana.says('tidy up a little, would you?')).toContain('I could not.');
  }
  const told = server.requests.map(({ text }) => text).join('\n');
  for (const { name } of tools) expect(told).toContain(`${name} was called wrongly: it has no “bycicle”`);
  expect(told).toContain('it takes which, text, append, title and tags');
  expect(await thingsOf(coda)).toEqual(before);
});

test('a call that names nothing changes nothing, also where there is only one thing that it could mean', async () => {
  await using coda = await start();
  const { ana, tools } = await withOneOfEach(coda);
  const naming = tools.filter(
    ({ name, parameters }) => 'which' in parameters.properties && !/_(?:get|status)$/.test(name),
  );
  expect(naming.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['note_delete', 'reminder_delete', 'reminder_complete', 'schedule_delete', 'task_cancel']),
  );
  for (const { name, parameters } of naming)
    expect([name, parameters.required]).toEqual([name, expect.arrayContaining(['which'])]);
  const before = await thingsOf(coda);
  const others = { type: 'waiting_for_input', reason: 'no key', when: 'tomorrow at 7', text: 'no', title: 'no' };
  for (const named of [{}, { which: '' }, { which: ' , ' }]) {
    const calls = naming.map(({ name, parameters }) => {
      const rest = Object.entries(others).filter(([key]) => key in parameters.properties);
      return { name, input: { ...Object.fromEntries(rest), ...named } };
    });
    server.play({ calls }, { text: 'I could not.' });
    expect(await ana.says('tidy up a little, would you?')).toContain('I could not.');
  }
  expect(await thingsOf(coda)).toEqual(before);
  server.play({ calls: [{ name: 'note_delete', input: { which: 'bike lock' } }] }, { text: 'It is gone.' });
  await ana.says('throw the note about the lock away');
  expect(await ana.says('/notes')).not.toContain('bike lock');
});

test('null of a model leaves a field as it is: its schema does not say that programs take the field away so', async () => {
  await using coda = await start();
  const ana = coda.person('ana');
  await ana.says('/remind tomorrow at 9 stand up --nag 10 minutes');
  const edit = (await callableTools()).find(({ name }) => name === 'reminder_edit');
  expect(JSON.stringify(edit?.schema)).not.toContain('null');
  const input = { which: 'stand up', text: 'stand straight', nag: null };
  server.play({ calls: [{ name: 'reminder_edit', input }] }, { text: 'It is changed.' });
  await ana.says('make "stand up" stand straight, would you?');
  const { rows } = await coda.database().read('select text, nag_minutes from reminders');
  expect(rows).toEqual([{ text: 'stand straight', nag_minutes: 10 }]);
});

const run = async () => done('');
const shelf = dataTool({
  name: 'shelf_fill',
  description: 'Fills a shelf.',
  effect: 'write',
  form: { own: ['sure'] },
  input: z.object({
    books: z.array(z.object({ title: z.string() })).default([]),
    labels: z.record(z.string(), z.string()).optional(),
    place: z
      .discriminatedUnion('kind', [
        z.object({ kind: z.literal('wall'), height: z.number().optional() }),
        z.object({ kind: z.literal('floor'), width: z.number().optional() }),
      ])
      .optional(),
    sure: z.boolean().optional(),
  }),
  run,
});
const foreign = outsideTool({
  name: 'lamp_dim',
  description: 'Dims a lamp.',
  effect: 'external',
  form: { schema: { type: 'object', properties: { which: { type: 'string' } } } },
  input: z.looseObject({}),
  run,
});
const toolbox = new Toolbox([shelf, foreign]);
const problem = (tool: string, input: Record<string, unknown>, stored = false) => {
  const checked = toolbox.check({ tool, input }, stored);
  return 'ok' in checked ? checked.message : undefined;
};

test.each([
  [
    'in a list',
    { books: [{ title: 'Emma' }, { title: 'Ulysses', author: 'Joyce' }] },
    'no “books.1.author”; it takes title',
  ],
  ['of another form', { place: { kind: 'wall', width: 3 } }, 'no “place.width”; it takes kind and height'],
  ['slightly wrong', { book: [] }, 'no “book”, did you mean “books”?; it takes books, labels and place'],
  ['of a button', { sure: true }, 'no “sure”'],
])('a key %s that would be dropped is refused', (_, input, says) => {
  expect(problem('shelf_fill', input)).toContain(says);
});

test('a free key, a stored call and a tool of others keep their own rules', () => {
  expect(problem('shelf_fill', { labels: { any: 'red' }, place: { kind: 'floor', width: 2 } })).toBeUndefined();
  expect(problem('shelf_fill', { sure: true, earlier: 1 }, true)).toBeUndefined();
  expect(problem('lamp_dim', { which: '', level: 3 })).toBeUndefined();
});
