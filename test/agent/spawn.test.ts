import { expect, test } from 'vitest';
import { z } from 'zod';
import { done, outsideTool, type SpawnOptions } from '../../src/agent/index.ts';
import type { Skill } from '../../src/chat/index.ts';
import { modelServer } from '../support/model-server/suite.ts';
import { modelConfig } from '../support/models.ts';
import { Outside } from '../support/outside.ts';
import { play } from '../support/play.ts';

const server = await modelServer();

/** A skill that lets a nested turn find something out, and an outside to look at. */
function research(options: Partial<SpawnOptions> = {}) {
  const outside = new Outside();
  const skill: Skill = {
    name: 'research',
    tools: () => [
      outsideTool({
        name: 'research',
        description: 'Finds out.',
        effect: 'fetch',
        input: z.object({ question: z.string() }),
        run: async ({ question }, { turn: { spawn } }) =>
          (await spawn?.({ prompt: 'You research.', task: question, tier: 'light', ...options })) ?? done('no turn'),
      }),
    ],
  };
  return { skills: [skill, outside.skill], ran: outside.sent };
}

const begin = (skills: Skill[], models: Record<string, unknown> = {}) =>
  play({ config: modelConfig(server, models), skills });

const question = { calls: [{ id: 'top', name: 'research', input: { question: 'How high?' } }] };

test('a nested turn finds something out with its own model and tools, and answers its caller', async () => {
  const { skills, ran } = research();
  await using coda = await begin(skills);
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
    { path: 'top', kinds: 'model started result model', tainted: true },
  ]);
  expect(await coda.person('ana').says('/cost')).toContain('4 calls');
});

test('it does only what it was given', async () => {
  const { skills, ran } = research({ tools: ['letter_send'] });
  await using coda = await begin(skills);
  server.play(question);
  server.play({
    when: { model: 'small' },
    calls: [
      { name: 'page_read', input: { url: 'x' } },
      { name: 'no_such_tool', input: {} },
    ],
  });
  server.play({ when: { model: 'small' }, text: 'I could not.' }, { when: { model: 'main' }, text: 'It could not.' });
  expect(await coda.person('ana').says('write it')).toBe('It could not.');
  expect(ran).toEqual([]);
  const told = JSON.stringify(server.requests[2]?.body.messages.at(-1));
  expect(told).toContain('not given to you');
});

const long: Skill = {
  name: 'long',
  tools: () => [
    outsideTool({
      name: 'book_read',
      description: 'Reads a book.',
      effect: 'fetch',
      input: z.object({ page: z.int().optional() }),
      run: async () => done(`${'a'.repeat(7_500)}${'b'.repeat(7_500)}`),
    }),
  ],
};

test('it fits the window, too, whatever it has read', async () => {
  const { skills } = research({ tools: ['book_read'] });
  await using coda = await begin([...skills, long], { context_tokens: 12_000 });
  const calls = Array.from({ length: 8 }, (_, page) => ({ name: 'book_read', id: `p${page}`, input: { page } }));
  server.play(question, { when: { model: 'small' }, calls });
  server.play({ when: { model: 'small' }, text: 'Enough.' }, { when: { model: 'main' }, text: 'Read.' });
  expect(await coda.person('ana').says('read it all')).toBe('Read.');
  const { text, body } = server.requests[2] as (typeof server.requests)[number];
  expect(body.model).toBe('small');
  expect(text).toContain('characters left out');
  // Three characters are a token by the estimate.
  expect(text.length / 3).toBeLessThan(12_000);
});

test('it is shown long results shortened, too, and can read on', async () => {
  const { skills } = research();
  await using coda = await begin([...skills, long]);
  server.play(question, { when: { model: 'small' }, calls: [{ name: 'book_read', id: 'book', input: {} }] });
  server.play({ when: { model: 'small' }, text: 'Enough.' }, { when: { model: 'main' }, text: 'Read.' });
  await coda.person('ana').says('read it');
  const shown = JSON.stringify(server.requests[2]?.body.messages.at(-1));
  expect(shown).not.toContain('bbb');
  const [, handle] = /\{\\+"handle\\+": \\+"([^"\\]+)\\+"/.exec(shown) ?? [];
  expect(handle).toMatch(/\/top\/book$/);
  server.play({ calls: [{ name: 'result_read', input: { handle, from: 7_500 } }] }, { text: 'Read on.' });
  await coda.person('ana').says('go on');
  expect(server.requests.at(-1)?.text).toContain('bbb');
});

test('its calls and its money are bounded', async () => {
  const { skills } = research({ maxToolCalls: 3, budget: 1 });
  await using coda = await begin(skills);
  const ana = coda.person('ana');
  const results = () => JSON.stringify(server.requests.at(-1)?.body.messages.at(-1));

  server.play(question, { when: { model: 'small' }, calls: [{ name: 'reminder_list', input: {} }], times: 4 });
  await ana.says('go on for ever');
  expect(results()).toContain('more tools than it may');

  server.reset();
  const dear = { usage: { input: 0, output: 500_000 }, calls: [{ name: 'page_read', input: { url: 'dear' } }] };
  server.play(question, { when: { model: 'small' }, ...dear });
  await ana.says('spend it');
  expect(results()).toContain('budget');
});

test('its time is bounded', async () => {
  const { skills } = research({ timeoutMs: 400 });
  await using coda = await begin(skills);
  server.play(question, { when: { model: 'small' }, fault: 'held', text: 'too late' });
  await coda.person('ana').says('take your time');
  expect(JSON.stringify(server.requests.at(-1)?.body.messages.at(-1))).toContain('did not come to an end in time');
  server.release();
});
