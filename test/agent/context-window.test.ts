import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import { done, outsideTool } from '../../src/agent/index.ts';
import type { Skill } from '../../src/chat/index.ts';
import type { Scene } from '../support/model-server/index.ts';
import { modelServer } from '../support/model-server/suite.ts';
import { modelConfig } from '../support/models.ts';
import { type PlayOptions, play } from '../support/play.ts';

const server = await modelServer();

const begin = (models: Record<string, unknown> = {}, options: PlayOptions = {}) =>
  play({ config: modelConfig(server, models), ...options });

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
  // Any of the words in any form, and what has the rarest of them first.
  const words = 'which numbers of saffrons did she speak of, 1234?';
  server.play({ calls: [{ name: 'conversation_search', input: { words, most: 1 } }] }, { text: 'Found it.' });
  await ana.says('and which one was that?');
  expect(server.requests.at(-1)?.text).toContain('saffron number 1234,');
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
  server.counting = () => 13_000;
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

test('a summary is asked to keep what must not be lost, and says what it covers', async () => {
  await using coda = await begin();
  const ana = coda.person('ana');
  await ana.says('hello');
  await fill(coda, 150);
  server.play({ when: { model: 'small' }, text: 'People: Ana. Ids: K7F3Q.' });
  await ana.says('well?');
  const [asked] = server.requests.filter(({ body }) => body.model === 'small');
  for (const kept of ['called', 'decided', 'still open', 'every id']) expect(asked?.text).toContain(kept);
  expect(asked?.text).toContain('saffron number 110,');
  expect(asked?.text).not.toContain('saffron number 111,');
  const { rows } = await coda
    .database()
    .read<{ covers: number; messages: number }>(
      `select s.messages, (select count(*) from messages m where m.seq <= s.covers_seq) as covers from summaries s`,
    );
  expect(rows).toEqual([{ covers: 112, messages: 112 }]);
  expect(server.requests.at(-1)?.text).toContain('of=\\"the 112 messages before\\">');
  expect(await ana.says('/context')).toContain('112 messages before summed up');
});

test('what is too long to be summed up at once is summed up in smaller pieces', async () => {
  await using coda = await begin();
  const ana = coda.person('ana');
  await ana.says('hello');
  await fill(coda, 150);
  server.play({ when: { model: 'small' }, fault: 'too_long', times: 2 }, { when: { model: 'small' }, text: 'Notes.' });
  server.play({ when: { model: 'small' }, text: 'Notes.', times: 99 });
  expect(await ana.says('well?')).toBe('ok');
  expect(await coda.count('summaries')).toBe(1);
  expect(server.requests.at(-1)?.text).toContain('Notes.');
});

test('a summary that says nothing is not kept: what was said stays', async () => {
  await using coda = await begin();
  const ana = coda.person('ana');
  await ana.says('hello');
  await fill(coda, 150);
  server.play({ when: { model: 'small' }, text: '', times: 2 });
  expect(await ana.says('well?')).toBe('ok');
  expect(await coda.count('summaries')).toBe(0);
  expect(server.requests.at(-1)?.text).toContain('saffron number 1,');
  // What it cost is counted even so.
  expect(await ana.says('/cost')).toContain('**This conversation:** ');
  expect(await coda.count(`usage where purpose = 'summary'`)).toBe(2);
});

test('a message that is longer than the window is shown without its middle', async () => {
  await using coda = await begin({ context_tokens: 16_000 });
  const ana = coda.person('ana');
  server.play({ text: 'Long.' });
  expect(await ana.says(`Sum this up: ${'and so on '.repeat(9_000)} That was all.`)).toBe('Long.');
  const asked = server.requests.at(-1);
  expect(asked?.text).toContain('Sum this up');
  expect(asked?.text).toContain('characters left out');
  expect(asked?.text).toContain('That was all.');
  // Four characters are at least a token of such a text.
  expect((asked?.text.length ?? 0) / 4).toBeLessThan(16_000 - asked?.body.max_tokens);
});

test('what models report corrects the estimate', async () => {
  await using coda = await begin();
  const ana = coda.person('ana');
  const estimate = async () => Number(/About ([\d,]+)/.exec(await ana.says('/context'))?.[1]?.replace(',', ''));
  await ana.says('/help');
  const before = await estimate();
  server.play({ text: 'ok', usage: { input: Math.round(before / 4), output: 1 }, times: 9 });
  for (let turn = 0; turn < 4; turn++) await ana.says('and now?');
  expect(await estimate()).toBeLessThan(before * 0.8);
  server.reset();
  server.play({ text: 'ok', usage: { input: Math.round(before * 1.5), output: 1 }, times: 9 });
  for (let turn = 0; turn < 6; turn++) await ana.says('and now?');
  expect(await estimate()).toBeGreaterThan(before * 1.2);
});

test('while the light model is silent the default one sums up', async () => {
  await using coda = await begin({ context_tokens: 32_000, hedge: '50ms' });
  const ana = coda.person('ana');
  await ana.says('hello');
  await fill(coda, 300);
  server.play({ when: { model: 'small' }, fault: 'held', times: 9 });
  server.play({ when: { model: 'main', says: 'Write the notes' }, text: 'Ids: K7F3Q.', times: 9 });
  server.play({ when: { model: 'main', says: 'are you there' }, text: 'Still here.' });
  expect(await ana.says('are you there?')).toBe('Still here.');
  expect(server.requests.at(-1)?.text).toContain('K7F3Q');
  server.release();
});

test('an answer does not wait for a summary that nobody gives, nor the next one', async () => {
  await using coda = await begin({ context_tokens: 32_000, light: 'claude/main' });
  const ana = coda.person('ana');
  await ana.says('hello');
  await fill(coda, 300);
  const before = server.requests.length;
  server.play({ when: { model: 'main', says: 'Write the notes' }, fault: 'held', text: 'Ids: K7F3Q.', times: 9 });
  server.play({ when: { model: 'main', says: 'are you there' }, text: 'Still here.', times: 2 });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const answer = ana.says('are you there?');
  await server.arrived(before + 1);
  await vi.advanceTimersByTimeAsync(10_000);
  vi.useRealTimers();
  expect(await answer).toBe('Still here.');
  expect(await ana.says('still? are you there?')).toBe('Still here.');
  expect(server.requests.slice(before).filter(({ text }) => text.includes('Write the notes'))).toHaveLength(1);
  server.release();
});

test.each<[string, Scene]>([
  ['is too long after all', { fault: 'too_long' }],
  ['leaves no room for its answer', { text: 'It is half', stop: 'window' }],
])('a request that %s is sent again, shorter', async (_, scene) => {
  await using coda = await begin();
  const ana = coda.person('ana');
  await ana.says('hello');
  await fill(coda, 60);
  const before = server.requests.length;
  server.play({ when: { model: 'main' }, ...scene }, { when: { model: 'small' }, text: 'Notes.' });
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

test('long arguments of a call are shown shortened to the model that made it', async () => {
  await using coda = await begin({}, { skills: [pageSkill('Written.')] });
  const ana = coda.person('ana');
  const url = Array.from({ length: 3_000 }, (_, index) => `word ${index}`).join(' ');
  const many = Array.from({ length: 3_000 }, (_, index) => ({ index }));
  server.play(
    { calls: [{ id: 'a', name: 'page_read', input: { url, other: ['short'], many } }] },
    { calls: [{ id: 'b', name: 'page_read', input: { url, other: 'short' } }] },
    { text: 'Done.' },
  );
  expect(await ana.says('write it')).toContain('Done.');
  const [, first, , second] = server.requests.at(-1)?.body.messages ?? [];
  expect(JSON.stringify(first.content).length).toBeLessThan(11_000);
  expect(first.content[0].input.shortened).toContain('characters left out');
  expect(second.content[0].input.other).toBe('short');
  expect(second.content[0].input.url).toMatch(/^word 0 [\s\S]*characters left out[\s\S]* word 2999$/);
  // What ran had them in full.
  const { rows } = await coda
    .database()
    .read<{ size: number }>(`select length(payload -> 'calls' -> 0 -> 'input' ->> 'url') as size from steps
           where kind = 'model' order by seq limit 1`);
  expect(rows[0]?.size).toBe(url.length);
});

test('a turn that grows far beyond its window keeps within it: older calls and results shrink first', async () => {
  await using coda = await begin({ context_tokens: 16_000 }, { skills: [pageSkill('a result '.repeat(800))] });
  const call = (n: number): Scene => ({
    calls: [{ id: `c${n}`, name: 'page_read', input: { url: `page ${n} ${'and so on '.repeat(700)} end ${n}` } }],
  });
  server.play(...Array.from({ length: 12 }, (_, n) => call(n)), { text: 'Done.' });
  expect(await coda.person('ana').says('read them all')).toContain('Done.');
  for (const { text, body } of server.requests) expect(text.length / 4).toBeLessThan(16_000 - body.max_tokens);
  const inputs = server.requests
    .at(-1)
    ?.body.messages.flatMap(({ content }: { content: { type: string; input: { url: string } }[] }) =>
      content.flatMap(({ type, input }) => (type === 'tool_use' ? [input.url.length] : [])),
    );
  expect(inputs).toHaveLength(12);
  expect(inputs[0]).toBeLessThan(700);
  expect(inputs.at(-1)).toBeGreaterThan(inputs[0]);
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

/** Says so many things in ana's conversation, without a model. */
async function fill(coda: Awaited<ReturnType<typeof play>>, count: number): Promise<void> {
  await coda.database().run(
    'test.fill',
    `insert into messages (id, conversation_id, person_id, epoch, role, content, at)
     select gen_random_uuid(), c.id, (select id from persons where name = 'ana'), c.epoch, case when n % 2 = 1 then 'user' else 'assistant' end,
            jsonb_build_object('text', 'We spoke of saffron number ' || n || ', ' || repeat('and so on ', 12)), c.created_at
       from conversations c, generate_series(1, $1::int) n where c.channel = 'dm-ana'`,
    [count],
  );
  // The database's upkeep does so behind that many rows; without it each search reads and takes apart all of them.
  await coda.database().run('test.fill', 'analyze messages');
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
        input: z.looseObject({ url: z.string() }),
        run: async () => done(text),
      }),
    ],
  };
}
