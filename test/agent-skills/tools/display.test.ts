import { expect, test } from 'vitest';
import { z } from 'zod';
import { dataTool, done } from '../../../src/agent/index.ts';
import { type Deferred, deferred } from '../../../src/base/async.ts';
import type { Skill } from '../../../src/chat/index.ts';
import { eventually } from '../../support/eventually.ts';
import { ScriptedModel } from '../../support/scripted-model.ts';
import { playWith } from '../conversation.ts';

/** What shows while a skill works on its own. */
async function shownWhile(more: string, ready: string, config = {}): Promise<string> {
  const gate: Deferred<void> = deferred();
  const begun = deferred();
  const model = new ScriptedModel((request) => {
    if (request.system.startsWith('You carry out one task')) {
      begun.resolve();
      return [{ hold: gate }, 'Found.'];
    }
    const isAnswering = request.messages.at(-1)?.role === 'tool';
    return isAnswering ? ['Done.'] : ['I look. ', { call: 'skill_delegate', input: { name: 'finder', task: 'go' } }];
  });
  model.streams = true;
  const { coda } = await playWith(
    { finder: { description: 'Finds what is lost.', more: `fork_agent: true\n${more}` } },
    { model, config },
  );
  const heard = await coda.hear('ana', 'dm-ana', 'go');
  await begun.promise;
  const seen = () => coda.platform.in('dm-ana').join();
  await eventually(() => seen().includes(ready));
  const text = seen();
  gate.resolve();
  await heard.settled;
  return text;
}

test.each([
  ['display: name\n', 'finder'],
  ['display: description\n', 'Finds what is lost'],
])('a skill with %j shows so while it works', async (more, shown) => {
  expect(await shownWhile(more, shown)).toContain(shown);
});

test('what a skill that streams does meanwhile is shown', async () => {
  const gate = deferred();
  const model = new ScriptedModel((request) => {
    const isAlone = request.system.startsWith('You carry out one task');
    if (request.messages.at(-1)?.role === 'tool') return isAlone ? [{ hold: gate }, 'Found.'] : ['Done.'];
    return [isAlone ? { call: 'diary_read' } : { call: 'skill_delegate', input: { name: 'finder', task: 'go' } }];
  });
  model.streams = true;
  const diary: Skill = {
    name: 'diary',
    tools: () => [
      dataTool({
        name: 'diary_read',
        description: 'Reads the diary.',
        effect: 'read',
        display: { as: 'name' },
        input: z.object({}),
        run: async () => done('Dear diary'),
      }),
    ],
  };
  const { coda } = await playWith(
    { finder: { more: 'fork_agent: true\ndisplay: stream\n' } },
    { model, skills: [diary] },
  );
  const heard = await coda.hear('ana', 'dm-ana', 'go');
  expect(await eventually(() => coda.platform.in('dm-ana').join().includes('finder: diary read'))).toBe(true);
  gate.resolve();
  await heard.settled;
});

test('a hidden one does not show, and the configuration has the last word', async () => {
  expect(await shownWhile('display: hidden\n', 'I look.')).not.toContain('finder');
  const settings = { 'skills.settings': { finder: { display: 'description', description: 'Our finder.' } } };
  expect(await shownWhile('display: hidden\n', 'Our finder', settings)).toContain('Our finder');
});
