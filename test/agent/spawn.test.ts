import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { done, outsideTool, type SpawnOptions } from '../../src/agent/index.ts';
import type { Skill } from '../../src/chat/index.ts';
import { ModelServer } from '../support/model-server/index.ts';
import { modelConfig } from '../support/models.ts';
import { play } from '../support/play.ts';

let server: ModelServer;
beforeAll(async () => {
  server = await ModelServer.start();
});
afterEach(() => {
  expect(server.refused).toEqual([]);
  server.reset();
});
afterAll(() => server.close());

/** A skill that lets a nested turn find something out. */
function research(options: Partial<SpawnOptions> = {}) {
  const ran: string[] = [];
  const skill: Skill = {
    name: 'research',
    tools: () => [
      outsideTool({
        name: 'research',
        description: 'Finds out.',
        effect: 'fetch',
        input: z.object({ question: z.string() }),
        run: async ({ question }, { spawn }) =>
          (await spawn?.({ prompt: 'You research.', task: question, tier: 'light', ...options })) ?? done('no turn'),
      }),
      outsideTool({
        name: 'page_read',
        description: 'Reads a page.',
        effect: 'fetch',
        input: z.object({ url: z.string() }),
        async run({ url }) {
          ran.push(url);
          return done(`what stands at ${url}`, { tainted: true });
        },
      }),
      outsideTool({
        name: 'letter_send',
        description: 'Sends a letter.',
        effect: 'external',
        input: z.object({}),
        async run() {
          ran.push('letter');
          return done('sent');
        },
      }),
    ],
  };
  return { skill, ran };
}

const begin = (skill: Skill, models: Record<string, unknown> = {}) =>
  play({ config: modelConfig(server, models), skills: [skill] });

const question = { calls: [{ id: 'top', name: 'research', input: { question: 'How high?' } }] };

test('a nested turn finds something out with its own model and tools, and answers its caller', async () => {
  const { skill, ran } = research();
  await using coda = await begin(skill);
  server.play(question, { when: { model: 'small' }, calls: [{ name: 'page_read', input: { url: 'alps' } }] });
  server.play({ when: { model: 'small' }, text: '4,806 m.' }, { when: { model: 'main' }, text: 'It is 4,806 m high.' });
  expect(await coda.person('ana').says('how high is it?')).toBe('It is 4,806 m high.');
  expect(ran).toEqual(['alps']);
  const [, nested] = server.requests;
  expect(nested?.body.system[0].text).toBe('You research.');
  expect(nested?.body.tools.map(({ name }: { name: string }) => name)).not.toContain('letter_send');
  const { rows } = await coda.database().read<{ path: string; kinds: string; tainted: boolean }>(
    `select path, string_agg(kind, ' ' order by seq) as kinds, bool_or(tainted) as tainted
       from steps group by path order by path`,
  );
  expect(rows).toEqual([
    { path: '', kinds: 'model started result model', tainted: true },
    { path: 'top', kinds: 'model result model', tainted: true },
  ]);
  expect(await coda.person('ana').says('/cost')).toContain('4 calls');
});

test('it does only what it was given, and nothing that would have to ask', async () => {
  const { skill, ran } = research({ tools: ['letter_send'] });
  await using coda = await begin(skill);
  server.play(question);
  server.play({
    when: { model: 'small' },
    calls: [
      { name: 'letter_send', input: {} },
      { name: 'page_read', input: { url: 'x' } },
      { name: 'no_such_tool', input: {} },
    ],
  });
  server.play({ when: { model: 'small' }, text: 'I could not.' }, { when: { model: 'main' }, text: 'It could not.' });
  expect(await coda.person('ana').says('write it')).toBe('It could not.');
  expect(ran).toEqual([]);
  const told = JSON.stringify(server.requests[2]?.body.messages.at(-1));
  expect(told).toContain('asks the person first');
  expect(told).toContain('not given to you');
});

test('its calls, its money and its time are bounded', async () => {
  const { skill } = research({ maxToolCalls: 3, timeoutMs: 400, budget: 1 });
  await using coda = await begin(skill);
  const ana = coda.person('ana');
  const results = () => JSON.stringify(server.requests.at(-1)?.body.messages.at(-1));

  let page = 0;
  server.play(question);
  for (; page < 4; page++) {
    server.play({ when: { model: 'small' }, calls: [{ name: 'page_read', input: { url: `p${page}` } }] });
  }
  await ana.says('go on for ever');
  expect(results()).toContain('more tools than it may');

  server.reset();
  server.play(question, { when: { model: 'small' }, fault: 'held', text: 'too late' });
  await ana.says('take your time');
  expect(results()).toContain('did not come to an end in time');
  server.release();

  server.reset();
  const dear = { usage: { input: 0, output: 500_000 }, calls: [{ name: 'page_read', input: { url: 'dear' } }] };
  server.play(question, { when: { model: 'small' }, ...dear });
  await ana.says('spend it');
  expect(results()).toContain('budget');
});
