import { expect, test } from 'vitest';
import { z } from 'zod';
import { dataTool, done, outsideTool } from '../../src/agent/index.ts';
import type { Skill } from '../../src/chat/index.ts';
import { modelServer } from '../support/model-server/suite.ts';
import { modelConfig } from '../support/models.ts';
import { type PlayOptions, play } from '../support/play.ts';

const server = await modelServer();

const begin = (models: Record<string, unknown> = {}, options: PlayOptions = {}) =>
  play({ config: modelConfig(server, models), ...options });

test('a model answers with tools, and what it did is remembered', async () => {
  await using coda = await begin();
  const ana = coda.person('ana');
  server.play(
    { text: 'One moment.', calls: [{ name: 'note_save', input: { text: 'milk' } }] },
    { text: 'Noted: milk.' },
    { text: 'You are welcome.' },
  );
  expect(await ana.says('please keep “milk” for me')).toContain('Noted: milk.');
  expect(await ana.says('thanks')).toBe('You are welcome.');
  const last = JSON.stringify(server.requests.at(-1)?.body.messages);
  expect(last).toContain('please keep “milk” for me');
  expect(last).toContain('Noted: milk.');
  expect(await ana.says('/notes')).toContain('milk');
});

test('the same holds behind the other API', async () => {
  await using coda = await begin({ default: 'gpt/other' });
  server.play({ calls: [{ name: 'note_save', input: { text: 'milk' } }] }, { text: 'Noted: milk.' });
  expect(await coda.person('ana').says('keep milk')).toBe('Noted: milk.');
});

test('/new begins afresh', async () => {
  await using coda = await begin();
  const ana = coda.person('ana');
  await ana.says('my secret word is saffron');
  await ana.says('/new');
  await ana.says('what was it?');
  expect(server.requests.at(-1)?.text).not.toContain('saffron');
});

test('a model that makes the same call again and again is told, then stopped', async () => {
  await using coda = await begin();
  server.play({ calls: [{ name: 'note_list', input: {} }], times: 99 });
  const text = await coda.person('ana').says('find my note');
  expect(text).toMatch(/kept doing the same thing \(`note_list`\)/);
  expect(server.requests).toHaveLength(4);
  expect(server.requests.at(-1)?.text).toContain('exactly this call twice already');
});

test('a tool that does not exist is not asked for again and again either', async () => {
  await using coda = await begin();
  server.play({ calls: [{ name: 'note_eat', input: {} }], times: 99 });
  expect(await coda.person('ana').says('eat my note')).toMatch(/kept doing the same thing \(`note_eat`\)/);
  expect(server.requests).toHaveLength(4);
});

test('no more calls run than a turn may have, however many come at once', async () => {
  await using coda = await begin();
  server.play({
    calls: Array.from({ length: 40 }, (_, index) => ({ name: 'note_save', input: { text: `n${index}` } })),
  });
  expect(await coda.person('ana').says('keep them all')).toContain('I stopped after 25 steps');
  expect(await coda.count('notes')).toBe(25);
});

test('what is wrong with a call is said to the model once; then the call fails, and then the turn', async () => {
  await using coda = await begin();
  const wrong = (text: unknown) => ({ calls: [{ name: 'note_save', input: { text } }] });
  server.play(wrong({ a: 1 }), wrong('milk'), wrong({ a: 2 }), wrong({ a: 3 }), { text: 'I cannot.' });
  expect(await coda.person('ana').says('keep milk')).toBe('I cannot.');
  const told = server.requests
    .at(-1)
    ?.body.messages.flatMap(({ content }: { content: unknown }) =>
      Array.isArray(content) ? content.filter(({ type }) => type === 'tool_result').map((block) => block.content) : [],
    );
  expect(told[0]).toContain('note_save was called wrongly: text');
  expect(told[1]).toContain('milk');
  expect(told[2]).toContain('note_save was called wrongly: text');
  expect(told[3]).toContain('called wrongly again, so it fails');
  server.play(wrong({ a: 1 }), wrong({ a: 2 }), wrong({ a: 3 }), wrong({ a: 4 }));
  expect(await coda.person('ana').says('keep milk')).toMatch(/kept doing the same thing \(`note_save`\)/);
});

test('calls of tools that do not exist, and with keys that poison, end in an answer', async () => {
  await using coda = await begin();
  server.play(
    { calls: [{ name: 'rm -rf /', input: {} }] },
    { calls: [{ name: 'note_save', raw: '{"text":"milk","__proto__":{"admin":true}}' }] },
    { text: 'Done.' },
  );
  expect(await coda.person('ana').says('keep milk')).toBe('Done.');
  expect(server.requests[1]?.text).toContain('There is no tool');
});

test('stopping ends the request under way, and says so', async () => {
  await using coda = await begin();
  const ana = coda.person('ana');
  server.play({ fault: 'held', text: 'too late' });
  const answer = ana.says('think hard');
  const asked = await server.arrived(1);
  await coda.hear('ana', ana.channel, '/stop');
  expect(await asked.left).toBe(true);
  await answer;
  await coda.app.whenSettled();
  expect(ana.heard('Stopped.')).toHaveLength(1);
  server.release();
});

test('calls that only read run together and are recorded at once', async () => {
  await using coda = await begin();
  server.play({
    calls: [
      { id: 'a', name: 'note_list', input: {} },
      { id: 'b', name: 'reminder_list', input: {} },
      { id: 'c', name: 'note_search', input: { query: 'milk' } },
    ],
  });
  await coda.person('ana').says('what is there?');
  expect(server.requests.at(-1)?.body.messages.at(-1).content.slice(0, 3)).toMatchObject(
    ['a', 'b', 'c'].map((id) => ({ type: 'tool_result', tool_use_id: id })),
  );
  const commits = coda.world.points.filter(({ name, phase }) => name === 'turn.tool' && phase === 'after');
  expect(commits).toHaveLength(1);
});

test('calls of which one writes run in order', async () => {
  await using coda = await begin();
  server.play({
    calls: [
      { id: 'a', name: 'note_list', input: {} },
      { id: 'b', name: 'note_save', input: { text: 'milk' } },
      { id: 'c', name: 'note_list', input: {} },
    ],
  });
  await coda.person('ana').says('keep milk, and show me before and after');
  const results = server.requests
    .at(-1)
    ?.body.messages.at(-1)
    .content.map(({ content }: { content: string }) => content);
  expect(results[0]).not.toContain('milk');
  expect(results[2]).toContain('milk');
});

test('a tool that takes longer than it may is a result, and the turn goes on', async () => {
  await using coda = await begin({}, { skills: [slowSkill] });
  const ana = coda.person('ana');
  const results = () => JSON.stringify(server.requests.at(-1)?.body.messages.at(-1).content);
  server.play({ calls: [{ name: 'tide_read', input: {} }] }, { text: 'It took too long.' });
  expect(await ana.says('how high is the tide?')).toBe('It took too long.');
  expect(results()).toContain('tide_read did not finish in time; nothing was changed.');
  server.play(
    {
      calls: [
        { name: 'tide_read', input: {} },
        { name: 'note_list', input: {} },
      ],
    },
    { text: 'Only notes.' },
  );
  expect(await ana.says('tide and notes?')).toBe('Only notes.');
  expect(results()).toContain('tide_read did not finish in time');
  expect(results()).toContain('no notes');
  server.play({ calls: [{ name: 'tide_fetch', input: {} }] }, { text: 'I could not look.' });
  expect(await ana.says('look outside')).toContain('I could not look.');
  expect(results()).toContain('tide_fetch did not finish in time');
});

/** A thing that can only be restored from what stands outside of the database. */
const shelf = (read: () => Promise<unknown>): Skill => ({
  name: 'shelf',
  tools: () => [
    dataTool({
      name: 'shelf_clear',
      description: 'Clears the shelf.',
      effect: 'write',
      input: z.object({}),
      run: async () => done('Cleared.', { undo: { label: 'the shelf', tool: 'shelf_fill', input: {} } }),
    }),
    dataTool({
      name: 'shelf_fill',
      description: 'Fills the shelf.',
      effect: 'write',
      input: z.object({}),
      prepare: read,
      run: async (_, { prepared }) => done(`Filled with ${JSON.stringify(prepared)}.`),
    }),
  ],
  commands: () => [
    { name: 'clear', summary: 'Clear the shelf.', run: async () => ({ tool: 'shelf_clear', input: {} }) },
  ],
});

test('what an undo has to wait for is awaited before its transaction', async () => {
  // The embedded engine has one connection: a read beside an open transaction would wait for its end.
  const reading = async () => (await coda.database().read('select 1 as books')).rows;
  await using coda = await play({ skills: [shelf(reading)] });
  const ana = coda.person('ana');
  await ana.says('/clear');
  expect(await ana.says('undo')).toContain('Filled with [{"books":1}].');
});

test('without a model two requests in one message are done in one transaction with their answer', async () => {
  await using coda = await play();
  expect(await coda.person('ana').says('note that the key is under the mat, and what time is it?')).toMatch(
    /mat[\s\S]*:/,
  );
  const commits = coda.world.points.filter(({ name, phase }) => name.startsWith('turn.') && phase === 'after');
  expect(commits.map(({ name }) => name)).toEqual(['turn.finish']);
  expect(await coda.count('undos')).toBe(1);
});

test('nobody says anything: no model is asked', async () => {
  await using coda = await begin();
  await coda.passes({ days: 3 });
  expect(server.requests).toEqual([]);
});

const never = () => new Promise<never>(() => {});
/** Tools that never come to an end, each with a short time. */
const slowSkill: Skill = {
  name: 'tides',
  tools: () => {
    const limits = { description: 'Looks at the tide.', timeoutMs: 20, input: z.object({}), run: never };
    return [
      dataTool({ name: 'tide_read', effect: 'read', ...limits }),
      outsideTool({ name: 'tide_fetch', effect: 'fetch', ...limits }),
    ];
  },
};
