/** The first message of somebody who uses everything. */
import { countTokens } from 'gpt-tokenizer';
import { expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { Hostile, listed } from '../../support/mcp/hostile.ts';
import { modelServer } from '../../support/model-server/suite.ts';
import { modelConfig } from '../../support/models.ts';
import { play } from '../../support/play.ts';

const server = await modelServer();

const hundred = (thing: string) =>
  Array.from({ length: 100 }, (_, n) =>
    listed(`${thing}_${n}`, {
      annotations: { readOnlyHint: true },
      description: `Use this to look up ${thing} of kind ${n}. It takes what was said of them and gives what came of it.`,
      inputSchema: {
        type: 'object',
        properties: { words: { type: 'string', description: `The ${thing} that are meant, in the person's words.` } },
      },
    }),
  );

const PICTURE = /"(?:data:image\/[^"]*|[\w+/=]{400,})"/g;

test('carries 3,500 tokens at most, with files, three servers of 100 tools, 1,000 skills and 50 memories', async () => {
  using office = new Hostile({ tools: hundred('invoices') });
  using garden = new Hostile({ tools: hundred('plants') });
  using house = new Hostile({ tools: hundred('lamps') });
  const inline = Array.from({ length: 1_000 }, (_, n) => ({
    name: `skill-${n}`,
    description: `Does the work number ${n}, from its beginning to its end, as the household does it.`,
    instructions: 'Do it.',
  }));
  const models = modelConfig(server, { default: 'gpt/own', light: 'gpt/own', context_tokens: 64_000 });
  const servers = { office: office.config, garden: garden.config, house: house.config };
  await using coda = await play({ config: { ...models, 'skills.inline': inline, 'mcp.servers': servers } });
  const ana = coda.person('ana');
  await eventually(async () => !(await ana.says('/mcp')).includes('is being started'));
  for (const from of [0, 20, 40]) {
    const texts = Array.from(
      { length: Math.min(20, 50 - from) },
      (_, n) => `Keeps thing ${from + n} in drawer ${n * 7}.`,
    );
    server.play({ calls: texts.map((text) => ({ name: 'memory_save', input: { text } })) }, { text: 'Kept.' });
    await ana.says('remember where my things are');
  }
  expect(await coda.count('memories')).toBe(50);
  await coda.sends('ana', Buffer.from('A short list: eggs, bread.'), { name: 'list.txt', type: 'text/plain' });
  await ana.says('/new');
  await ana.says('hello, where is thing 7?');
  const { tools, messages } = server.requests.filter(({ body }) => body.tools).at(-1)?.body ?? {};
  const sent = JSON.stringify(messages).replace(PICTURE, '""');
  const tokens = { tools: countTokens(JSON.stringify(tools)), messages: countTokens(sent) };
  expect(tokens.tools + tokens.messages, JSON.stringify(tokens)).toBeLessThanOrEqual(3_500);
});
