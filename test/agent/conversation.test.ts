import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { done, outsideTool } from '../../src/agent/index.ts';
import type { Skill } from '../../src/chat/index.ts';
import { ModelServer } from '../support/model-server/index.ts';
import { modelConfig } from '../support/models.ts';
import { type PlayOptions, play } from '../support/play.ts';

let server: ModelServer;
beforeAll(async () => {
  server = await ModelServer.start();
});
afterEach(() => {
  expect(server.refused).toEqual([]);
  server.reset();
});
afterAll(() => server.close());

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

test('the request begins with what the request before began with', async () => {
  await using coda = await begin();
  const ana = coda.person('ana');
  for (let turn = 1; turn <= 30; turn++) {
    server.play({ text: `Answer number ${turn}, which is about as long as answers are.` });
    await ana.says(`This is what I say in turn ${turn}, and it is about as long as such things are.`);
    await coda.passes({ minutes: 7 });
  }
  const prompts = server.requests.map(({ body: { tools, system, messages } }) =>
    // The service leaves its own marks out when it compares.
    JSON.stringify([tools, system, messages], (key, value) => (key === 'cache_control' ? undefined : value)),
  );
  const shares = prompts.slice(1).map((prompt, index) => commonPrefix(prompt, prompts[index] ?? '') / prompt.length);
  expect(shares).toHaveLength(29);
  expect(Math.min(...shares)).toBeGreaterThanOrEqual(0.9);
  // The mark before the last message lies in what the next request repeats.
  const marks = server.requests.map(({ text }) => text.split('"cache_control"').length - 1);
  expect(Math.max(...marks)).toBe(3);
});

test('a conversation of 2,000 messages is summed up, answered, and still searched', async () => {
  await using coda = await begin({ context_tokens: 32_000 });
  const ana = coda.person('ana');
  server.play({ when: { model: 'small' }, text: 'People: Ana. Ids: K7F3Q.', times: 999 });
  await ana.says('hello');
  await fill(coda, 2_000);
  server.play({ text: 'Still here.' });
  expect(await ana.says('are you there?')).toBe('Still here.');
  const asked = server.requests.at(-1);
  expect(asked?.body.model).toBe('main');
  expect(asked?.text).toContain('K7F3Q');
  expect(asked?.text.length).toBeLessThan(32_000 * 4);
  server.play({ calls: [{ name: 'conversation_search', input: { words: 'saffron 17' } }] }, { text: 'Found it.' });
  await ana.says('what about the saffron?');
  expect(server.requests.at(-1)?.text).toContain('saffron number 17,');
  const summaries = server.requests.filter(({ body }) => body.model === 'small').length;
  for (let turn = 0; turn < 5; turn++) await ana.says('and now?');
  expect(server.requests.filter(({ body }) => body.model === 'small')).toHaveLength(summaries);
});

test('what seems to be too long is counted by the service itself, once, before anything is left out', async () => {
  await using coda = await begin({ context_tokens: 12_000 });
  const ana = coda.person('ana');
  await ana.says('hello');
  expect(server.counted).toBe(0);
  await fill(coda, 110);
  server.counting = () => 2_000;
  await ana.says('are you there?');
  expect(server.requests.map(({ body }) => body.model)).not.toContain('small');
  expect(server.requests.at(-1)?.text).toContain('saffron number 1,');
  await ana.says('and now?');
  expect(server.counted).toBe(1);
  await ana.says('x'.repeat(12_000));
  expect(server.counted).toBe(2);
});

test('what the service counts as too long is summed up', async () => {
  await using coda = await begin({ context_tokens: 12_000 });
  const ana = coda.person('ana');
  await ana.says('hello');
  await fill(coda, 110);
  server.counting = () => 11_000;
  await ana.says('are you there?');
  expect(server.requests.map(({ body }) => body.model)).toContain('small');
});

test.each([
  ['nobody counts', { default: 'gpt/other', light: 'gpt/small' }],
  ['the count makes no sense', {}],
])('where %s the estimate has to do', async (_, models) => {
  await using coda = await begin({ context_tokens: 12_000, ...models });
  const ana = coda.person('ana');
  await ana.says('hello');
  await fill(coda, 110);
  server.counting = () => 0;
  await ana.says('are you there?');
  expect(server.requests.map(({ body }) => body.model)).toContain('small');
});

test('/new begins afresh', async () => {
  await using coda = await begin();
  const ana = coda.person('ana');
  await ana.says('my secret word is saffron');
  await ana.says('/new');
  await ana.says('what was it?');
  expect(server.requests.at(-1)?.text).not.toContain('saffron');
});

test('a request that is too long after all is sent again, shorter', async () => {
  await using coda = await begin();
  const ana = coda.person('ana');
  await ana.says('hello');
  await fill(coda, 60);
  const before = server.requests.length;
  server.play({ when: { model: 'main' }, fault: 'too_long' }, { when: { model: 'small' }, text: 'Notes.' });
  server.play({ when: { model: 'main' }, text: 'That fits.' });
  expect(await ana.says('well?')).toBe('That fits.');
  const sent = server.requests.slice(before).filter(({ body }) => body.model === 'main');
  expect(sent).toHaveLength(2);
  expect(sent[1]?.text.length).toBeLessThan((sent[0]?.text.length ?? 0) * 0.8);
});

test('a long result is shown shortened, and can be read on with its handle', async () => {
  const text = Array.from({ length: 2_000 }, (_, index) => `line ${index}`).join('\n');
  await using coda = await begin({}, { skills: [pageSkill(text)] });
  const ana = coda.person('ana');
  server.play({ calls: [{ name: 'page_read', input: { url: 'x' } }] }, { text: 'Long.' });
  await ana.says('read it');
  const shown = JSON.stringify(server.requests.at(-1)?.body.messages.at(-1));
  expect(shown.length).toBeLessThan(9_000);
  const [, handle, from] = /\{\\+"handle\\+": \\+"([^"\\]+)\\+", \\+"from\\+": (\d+)/.exec(shown) ?? [];
  server.play({ calls: [{ name: 'result_read', input: { handle, from } }] }, { text: 'Read on.' });
  await ana.says('go on');
  const more = server.requests.at(-1)?.body.messages.at(-1).content[0].content;
  expect(text).toContain(more.slice(0, 7_000));
  server.play({ calls: [{ name: 'result_read', input: { handle } }] }, { text: 'No.' });
  await coda.person('bob').says('show me hers');
  expect(server.requests.at(-1)?.text).toContain('There is no result with that handle');
});

test('of a result that nobody could read to its end the beginning is kept', async () => {
  await using coda = await begin({}, { skills: [pageSkill('x'.repeat(1_000_000))] });
  server.play({ calls: [{ name: 'page_read', input: { url: 'x' } }] }, { text: 'Long.' });
  await coda.person('ana').says('read it');
  const { rows } = await coda
    .database()
    .read<{ text: string }>(`select payload ->> 'text' as text from steps where kind = 'result'`);
  expect(rows[0]?.text).toHaveLength(200_000 + '\n[800000 more characters were not kept.]'.length);
  expect(rows[0]?.text).toMatch(/x\n\[800000 more characters were not kept\.]$/);
});

test('a model that makes the same call again and again is told, then stopped', async () => {
  await using coda = await begin();
  server.play({ calls: [{ name: 'note_list', input: {} }], times: 99 });
  const text = await coda.person('ana').says('find my note');
  expect(text).toMatch(/kept doing the same thing \(`note_list`\)/);
  expect(server.requests).toHaveLength(4);
  expect(server.requests.at(-1)?.text).toContain('exactly this call twice already');
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
  await coda.app.settled();
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

test('nobody says anything: no model is asked', async () => {
  await using coda = await begin();
  await coda.passes({ days: 3 });
  expect(server.requests).toEqual([]);
});

/** Says so many things in ana's conversation, without a model. */
async function fill(coda: Awaited<ReturnType<typeof play>>, count: number): Promise<void> {
  await coda.database().run(
    'test.fill',
    `insert into messages (id, conversation_id, epoch, role, content, at)
     select gen_random_uuid(), c.id, c.epoch, case when n % 2 = 1 then 'user' else 'assistant' end,
            jsonb_build_object('text', 'We spoke of saffron number ' || n || ', ' || repeat('and so on ', 12)), c.created_at
       from conversations c, generate_series(1, $1::int) n where c.channel = 'dm-ana'`,
    [count],
  );
}

function commonPrefix(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}

function pageSkill(text: string): Skill {
  return {
    name: 'pages',
    tools: () => [
      outsideTool({
        name: 'page_read',
        description: 'Reads a page.',
        effect: 'fetch',
        input: z.object({ url: z.string() }),
        run: async () => done(text),
      }),
    ],
  };
}
