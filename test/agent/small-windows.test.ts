import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { done, outsideTool, tokensIn } from '../../src/agent/index.ts';
import type { Recorded } from '../support/model-server/index.ts';
import { modelServer } from '../support/model-server/suite.ts';
import { modelConfig } from '../support/models.ts';
import { type Play, play } from '../support/play.ts';

const server = await modelServer();
afterEach(() => {
  server.improvise = undefined;
});

/** A model on one's own machine: nothing counts for it, and it sums up for itself. */
const begin = (window: number, models: Record<string, unknown> = {}) =>
  play({ config: modelConfig(server, { default: 'gpt/qwen', light: 'gpt/qwen', context_tokens: window, ...models }) });

/** As long as the task for a summary allows, in words that are as long as those of a letter. */
const LONG_NOTES = Array.from({ length: 800 }, (_, index) => `notes${index % 10}`).join(' ');

const isSummary = ({ body }: Pick<Recorded, 'body'>) => JSON.stringify(body.messages[0]).includes('You sum up');

/** Answers with a fact of its own, and sums up at the greatest length that it may. */
function answerAtLength(): void {
  let turn = 0;
  server.improvise = (body) =>
    isSummary({ body })
      ? { text: LONG_NOTES }
      : { text: `Then answer-${++turn}-stands, and it is about as long as most of the answers of an assistant are.` };
}

/** What was said between the `from`th and the `to`th turn, both included, without a model. */
async function fill(coda: Play, from: number, to: number): Promise<void> {
  await coda.database().run(
    'test.fill',
    `insert into messages (id, conversation_id, person_id, epoch, role, content, at)
     select gen_random_uuid(), c.id, (select id from persons where name = 'ana'), c.epoch, r.role,
            jsonb_build_object('text', 'Of fact-' || r.role || '-' || n || '-we spoke, ' || repeat('and so on ', 12)), c.created_at
       from conversations c, generate_series($1::int, $2::int) n, (values ('user', 1), ('assistant', 2)) r (role, at)
      where c.channel = 'dm-ana' order by n, r.at`,
    [from, to],
  );
}

describe.each([8_192, 16_000])('in a window of %i tokens', (window) => {
  test('all that was said in 200 turns is shown or was summed up, in each of them', async () => {
    await using coda = await begin(window);
    const ana = coda.person('ana');
    answerAtLength();
    await ana.says('hello');
    const facts: string[] = [];
    let summed = '';
    for (let turn = 1; turn <= 200; turn += 5) {
      await fill(coda, turn, turn + 3);
      const seen = server.requests.length;
      const said = await ana.says(`What of fact-user-${turn + 4}-now?`);
      const asked = server.requests.slice(seen);
      summed += asked.filter(isSummary).map(({ text }) => text);
      const lost = facts.filter((fact) => !summed.includes(fact) && !asked.at(-1)?.text.includes(fact));
      expect(lost, `in turn ${turn}`).toEqual([]);
      for (let n = turn; n < turn + 4; n++) facts.push(`fact-user-${n}-`, `fact-assistant-${n}-`);
      facts.push(`fact-user-${turn + 4}-`, /answer-\d+-/.exec(said)?.[0] ?? 'no answer');
    }
    for (const { text, body } of server.requests) {
      // Four characters are at least a token of such a text.
      expect(text.length / 4).toBeLessThan(window - body.max_tokens);
    }
    expect(server.requests.filter(isSummary).length).toBeLessThan(30);
  });
});

test('a summary that leaves no room is cut', async () => {
  const window = 8_192;
  await using coda = await begin(window);
  const ana = coda.person('ana');
  await ana.says('hello');
  await fill(coda, 1, 2);
  await coda.database().run(
    'test.sum',
    `insert into summaries (conversation_id, epoch, covers_seq, messages, text, model, created_at)
     select id, epoch, 0, 9, repeat('Ana likes saffron. ', 2000), 'gpt/qwen', created_at
       from conversations where channel = 'dm-ana'`,
    [],
  );
  expect(await ana.says('are you there?')).toBe('ok');
  const asked = server.requests.at(-1);
  expect(asked?.text).toContain('Ana likes saffron');
  expect(asked?.text).toContain('characters left out');
  expect((asked?.text.length ?? 0) / 4).toBeLessThan(window - asked?.body.max_tokens);
});

test('a small window is offered the same tools as a large one, in the same bytes in each turn', async () => {
  await using coda = await begin(8_192);
  const ana = coda.person('ana');
  for (let turn = 0; turn < 3; turn++) await ana.says(`hello ${turn}`);
  const fixed = server.requests.map(({ body }) => JSON.stringify([body.tools, body.messages[0]]));
  expect(new Set(fixed).size).toBe(1);
  expect(tokensIn(fixed[0] ?? '')).toBeLessThan(8_192 * 0.42);
  const [small] = server.requests;
  await using large = await begin(64_000);
  await large.person('ana').says('hello');
  expect(server.requests.at(-1)?.body.tools).toEqual(small?.body.tools);
});

test('even 4,096 tokens are enough to go on', async () => {
  await using coda = await begin(4_096);
  const ana = coda.person('ana');
  answerAtLength();
  for (let turn = 1; turn <= 10; turn++) {
    expect(await ana.says(`What of fact-${turn}, ${'and so on '.repeat(12)}?`)).toContain('answer-');
  }
  for (const { text, body } of server.requests) expect(text.length / 4).toBeLessThan(4_096 - body.max_tokens);
});

test('what stands in the middle of a long message is summed up as well', async () => {
  await using coda = await begin(8_192);
  const ana = coda.person('ana');
  server.improvise = (body) => ({ text: isSummary({ body }) ? 'Notes.' : 'ok' });
  const long = Array.from({ length: 1_200 }, (_, n) => `word-${n}-`).join(' ');
  await ana.says(long);
  await ana.says('and now?');
  const shown = [...server.requests.filter(isSummary), server.requests.at(-1)].map((asked) => asked?.text).join();
  const lost = long.split(' ').filter((word) => !shown.includes(word));
  expect(lost).toEqual([]);
});

test('a long list of skills takes a small share of a small window', async () => {
  const inline = Array.from({ length: 60 }, (_, n) => ({
    name: `skill-number-${n}`,
    description: `Does thing ${n}, ${'and so on '.repeat(12)}. Use it for thing ${n}.`,
    instructions: 'Do it.',
  }));
  const skills = { 'skills.inline': inline };
  const models = modelConfig(server, { default: 'gpt/qwen', context_tokens: 8_192 });
  await using coda = await play({ config: { ...models, ...skills } });
  await coda.person('ana').says('hello');
  const [system] = server.requests[0]?.body.messages ?? [];
  expect(system.content).toContain('more are not listed here');
  const [, list = ''] = /<available_skills>([\s\S]*)<\/available_skills>/.exec(system.content) ?? [];
  expect(tokensIn(list)).toBeLessThan(8_192 * 0.07);
});

test('a long result is shown in pieces that a small window has room for, and each can be read on', async () => {
  const text = Array.from({ length: 1_000 }, (_, index) => `line ${index}`).join('\n');
  const page = outsideTool({
    name: 'page_read',
    description: 'Reads a page.',
    effect: 'fetch',
    input: z.object({}),
    run: async () => done(text),
  });
  const config = modelConfig(server, { default: 'gpt/qwen', light: 'gpt/qwen', context_tokens: 8_192 });
  await using coda = await play({ config, skills: [{ name: 'pages', tools: () => [page] }] });
  const shown = () => String(server.requests.at(-1)?.body.messages.at(-1).content);
  server.play({ calls: [{ name: 'page_read', input: {} }] }, { text: 'Long.' });
  await coda.person('ana').says('read it');
  expect(shown()).not.toContain('left out');
  let [, handle, from] = /"handle": "([^"]+)", "from": (\d+)/.exec(shown()) ?? [];
  expect(Number(from)).toBeLessThan(3_000);
  server.play({ calls: [{ name: 'result_read', input: { handle, from: Number(from) } }] }, { text: 'Read on.' });
  await coda.person('ana').says('go on');
  expect(text).toContain(shown().slice(0, 2_000));
  [, handle, from] = /"handle": "([^"]+)", "from": (\d+)/.exec(shown()) ?? [];
  expect(handle).toContain('call_');
  for (const { text: sent, body } of server.requests) expect(sent.length / 4).toBeLessThan(8_192 - body.max_tokens);
});

test('a tool that is shown to no model does its work when it is called even so', async () => {
  await using coda = await begin(8_192);
  server.play({ calls: [{ name: 'timezone_show', input: {} }] }, { text: 'Berlin.' });
  expect(await coda.person('ana').says('which zone?')).toBe('Berlin.');
  expect(server.requests[0]?.text).not.toContain('timezone_show');
  expect(server.requests[1]?.text).toContain('Europe/Berlin');
});
