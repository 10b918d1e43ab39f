import { expect, test } from 'vitest';
import { z } from 'zod';
import { type CallContext, done, type Model, outsideTool, type Tool } from '../../src/agent/index.ts';
import { type Deferred, deferred } from '../../src/base/async.ts';
import type { Skill } from '../../src/chat/index.ts';
import { eventually } from '../support/eventually.ts';
import { type PlayOptions, play } from '../support/play.ts';
import { ScriptedModel } from '../support/scripted-model.ts';

/** A skill whose one tool runs until the test lets it end. */
function slowSkill(gate: Deferred<void>, as?: NonNullable<Tool['display']>['as'], work?: (ctx: CallContext) => void) {
  const skill: Skill = {
    name: 'slow',
    tools: () => [
      outsideTool({
        name: 'page_read',
        description: 'Reads a page. Pass its address.',
        effect: 'fetch',
        ...(as && { display: { as } }),
        input: z.object({}),
        async run(_, ctx) {
          work?.(ctx);
          await gate.promise;
          return done('a page');
        },
      }),
    ],
  };
  return skill;
}

/** What is seen while the tool runs, as soon as `ready`, and in the end. */
async function seenMeanwhile(
  skill: Skill,
  gate: Deferred<void>,
  ready: (seen: string) => boolean,
  platform: PlayOptions['platform'] = {},
) {
  const model = new ScriptedModel(['I look. ', { call: 'page_read' }], ['It is about whales.']);
  model.streams = true;
  await using coda = await play({ model, skills: [skill], platform });
  const { settled } = await coda.hear('ana', 'dm-ana', 'what is it about?');
  await eventually(() => ready(coda.platform.in('dm-ana').join()));
  const meanwhile = coda.platform.in('dm-ana');
  gate.resolve();
  await settled;
  await coda.app.whenSettled();
  return { meanwhile, after: coda.platform.in('dm-ana'), typed: coda.platform.typed.length };
}

test.each([
  ['its name', undefined, 'page read…'],
  ['what it is for', 'description', 'Reads a page…'],
] as const)(
  'a tool that takes long shows %s beside what was said, until the answer is there',
  async (_, display, line) => {
    const gate = deferred();
    const { meanwhile, after } = await seenMeanwhile(slowSkill(gate, display), gate, (seen) => seen.includes(line));
    expect(meanwhile).toEqual([`I look.\n\n${line}`]);
    expect(after).toEqual(['It is about whales.']);
  },
);

test('a tool can say itself what it is doing', async () => {
  const gate = deferred();
  const skill = slowSkill(gate, 'stream', ({ turn: { progress } }) => progress?.('reading\n page 2 of 9'));
  const { meanwhile, after } = await seenMeanwhile(skill, gate, (seen) => seen.includes('page 2'));
  expect(meanwhile).toEqual(['I look.\n\nreading page 2 of 9…']);
  expect(after).toEqual(['It is about whales.']);
});

test('where messages cannot be changed it shows that something is being done', async () => {
  const gate = deferred();
  const { meanwhile, after, typed } = await seenMeanwhile(slowSkill(gate), gate, () => true, { canEdit: false });
  expect(meanwhile).toEqual([]);
  expect(after).toEqual(['It is about whales.']);
  // Twice for the model, once for the tool.
  expect(typed).toBe(3);
});

test('a tool that is to be hidden does not show', async () => {
  const gate = deferred();
  let begun = false;
  const skill = slowSkill(gate, 'hidden', () => {
    begun = true;
  });
  const { meanwhile } = await seenMeanwhile(skill, gate, (seen) => begun && seen !== '');
  expect(meanwhile).toEqual(['I look. ']);
});

test('with a very long answer nobody is made to read along: it is said when it is whole', async () => {
  const gate = deferred();
  let isLong = false;
  const model: Model = {
    name: 'scripted/long',
    async *generate() {
      yield { type: 'text', text: 'a'.repeat(15_000) };
      yield { type: 'text', text: 'b'.repeat(15_000) };
      isLong = true;
      await gate.promise;
      yield { type: 'stop', reason: 'end' };
    },
  };
  await using coda = await play({ model });
  const { settled } = await coda.hear('ana', 'dm-ana', 'tell me everything');
  await eventually(() => isLong && coda.platform.in('dm-ana').length > 0);
  await (await coda.hear('bob', 'dm-bob', '/help')).settled;
  const meanwhile = coda.platform.in('dm-ana').join('');
  gate.resolve();
  await settled;
  await coda.app.whenSettled();
  expect(meanwhile).toMatch(/^a+$/);
  expect(coda.platform.in('dm-ana').join('')).toMatch(/^a+b+$/);
});

test('an answer that is whole at once is said once, and nothing is looked for afterwards', async () => {
  const model = new ScriptedModel(['The answer ', 'is 42.']);
  model.streams = true;
  await using coda = await play({ model });
  const ana = coda.person('ana');
  await ana.says('/help');
  const before = coda.world.points.length;
  expect(await ana.says('what is it?')).toBe('The answer is 42.');
  const names = coda.world.points.slice(before).flatMap(({ name, phase }) => (phase === 'after' ? [name] : []));
  expect(names).toEqual(['inbox.accept', 'turn.finish', 'send.fake', 'outbox.receipts']);
});
