import { expect, test } from 'vitest';
import { z } from 'zod';
import type { ModelRequest } from '../../../src/agent/index.ts';
import { done, outsideTool, tokensIn } from '../../../src/agent/index.ts';
import type { Skill } from '../../../src/chat/index.ts';
import { contextOf, ScriptedModel } from '../../support/scripted-model.ts';
import { listedIn, playWith, results } from '../conversation.ts';

const answering = () => new ScriptedModel(['Fine.']);
const MINE = ['alpha', 'beta', 'gamma', 'delta'];
/** Without what is shipped. */
const mine = (names: string[]) => names.filter((name) => MINE.includes(name));

test('the model is told names and short descriptions in a fixed order, and not what is kept from it', async () => {
  const model = answering();
  const { coda } = await playWith(
    {
      gamma: { description: 'x'.repeat(900) },
      alpha: { description: '"Does <b>this</b> & that"', more: 'name_de: Erstes\n' },
      beta: { more: 'disable-model-invocation: true\n' },
      delta: { more: 'agent: coder\n' },
    },
    { model },
  );
  const ana = coda.person('ana');
  await ana.says('hello');
  expect(mine(listedIn(model.requests[0]))).toEqual(['alpha', 'gamma']);
  const system = model.requests[0]?.system ?? '';
  expect(system).toContain('Does &lt;b&gt;this&lt;/b&gt; &amp; that');
  expect(system).toContain(`${'x'.repeat(119)}…`);
  expect(system).not.toContain('x'.repeat(121));
  expect(system).not.toContain('Erstes');
  await coda.passes({ hours: 3 });
  await ana.says('and again');
  expect(model.requests[1]?.system).toBe(system);
});

test('a skill that is kept from the model cannot be activated by it, nor one for another specialist', async () => {
  const model = new ScriptedModel(
    [
      { call: 'skill_activate', input: { name: 'beta' } },
      { call: 'skill_activate', input: { name: 'delta' } },
    ],
    ['No.'],
  );
  const { coda } = await playWith(
    { beta: { more: 'disable-model-invocation: true\n' }, delta: { more: 'agent: coder\n' } },
    { model },
  );
  await coda.person('ana').says('use them');
  for (const said of results(model.requests[1])) expect(said).toContain('There is no skill');
});

test('a skill for a specialist is listed as that, and offered to that one alone', async () => {
  const ask: Skill = {
    name: 'asking',
    tools: () => [
      outsideTool({
        name: 'ask',
        description: 'Asks a specialist.',
        effect: 'fetch',
        input: z.object({ agent: z.string() }),
        run: async ({ agent }, { turn: { spawn } }) =>
          (await spawn?.({ prompt: 'You are asked.', task: 'go', agent, tools: ['skill_list', 'skill_activate'] })) ??
          done('nobody'),
      }),
    ],
  };
  const work = [{ call: 'skill_list' }, { call: 'skill_activate', input: { name: 'papers' } }];
  const model = new ScriptedModel(
    [
      { call: 'ask', input: { agent: 'Researcher' } },
      { call: 'ask', input: { agent: 'coder' } },
    ],
    work,
    ['Read.'],
    work,
    ['Not read.'],
    ['Done.'],
    [{ call: 'skill_list' }],
    ['Fine.'],
  );
  const { coda } = await playWith(
    { papers: { more: 'agent: [researcher]\n', body: 'Read them.' } },
    { model, skills: [ask] },
  );
  const ana = coda.person('ana');
  expect(await ana.says('/skills')).toContain('**papers** (only for researcher)');
  // What the first specialist read taints the turn: the second one is asked about.
  expect(await ana.says('read the papers')).toContain('May I do this? **Asks a specialist: ');
  await ana.presses('Approve');
  expect(ana.heard('Done.')).toEqual(['Done.']);
  const [listedFor = '', read = ''] = results(model.requests[2]);
  expect(listedFor).toContain('name="papers"');
  expect(read).toContain('Read them.');
  const [notListed = '', refused = ''] = results(model.requests[4]);
  expect(notListed).not.toContain('name="papers"');
  expect(refused).toContain('There is no skill');
  await ana.says('go on');
  expect(listedIn(model.requests[6])).not.toContain('papers');
  expect(contextOf(model.requests[6] as ModelRequest)).not.toContain('papers');
});

test('over the budget those used most stand there, the best fitting come with the message, and search finds the rest', async () => {
  const skills = Object.fromEntries(
    Array.from({ length: 400 }, (_, index) => [
      `tool-${String(index).padStart(3, '0')}`,
      { description: index === 250 ? 'Brews coffee in a samovar.' : `Handles matter number ${index}.` },
    ]),
  );
  const model = new ScriptedModel(
    [{ call: 'skill_activate', input: { name: 'tool-399' } }],
    ['Used.'],
    [{ call: 'skill_search', input: { words: 'brewing coffee' } }],
    ['Found.'],
  );
  const { coda, put } = await playWith(skills, { model });
  const ana = coda.person('ana');
  await ana.says('hello');
  const [first] = model.requests;
  expect(tokensIn(first?.system ?? '')).toBeLessThan(2_000 + 600);
  expect(listedIn(first)).not.toContain('tool-399');
  expect(first?.system).toContain('skill_search');
  await ana.says('a samovar, please');
  expect(contextOf(model.requests[2] as ModelRequest)).toContain('tool-250');
  expect(model.requests[2]?.system).toBe(first?.system);
  expect(results(model.requests[3])[0]).toMatch(/^<skill name="tool-250"/);
  // What is used shows when the skills change.
  put('tool-400');
  await coda.app.agentSkills.rescan();
  await ana.says('hello');
  expect(listedIn(model.requests[4])).toContain('tool-399');
});

test('ten thousand skills take no more of the prompt, and each can be found', async () => {
  const inline = Array.from({ length: 10_000 }, (_, index) => ({
    name: `s-${index}`,
    description: `Deals with case ${index} of ${index % 7 === 0 ? 'gardens' : 'offices'}.`,
    instructions: 'Do it.',
  }));
  const model = new ScriptedModel([{ call: 'skill_search', input: { words: 'case 7777', most: 1 } }], ['Found.']);
  const { coda } = await playWith({}, { model, config: { 'skills.inline': inline } });
  await coda.person('ana').says('which one is it?');
  expect(tokensIn(model.requests[0]?.system ?? '')).toBeLessThan(2_600);
  expect(results(model.requests[1])[0]).toContain('s-7777');
});

test('a skill that is deprecated is not offered any more, and says what to use instead', async () => {
  const model = new ScriptedModel(['Fine.'], [{ call: 'skill_activate', input: { name: 'alpha' } }], ['Oh.']);
  const { coda } = await playWith({ alpha: {}, beta: {} }, { model });
  await coda.app.agentSkills.deprecate({ name: 'alpha', reason: 'it is slow', replacement: 'beta' });
  await coda.person('ana').says('hello');
  expect(mine(listedIn(model.requests[0]))).toEqual(['beta']);
  await coda.person('ana').says('use alpha');
  expect(results(model.requests[2])[0]).toContain('Use “beta” instead');
});
