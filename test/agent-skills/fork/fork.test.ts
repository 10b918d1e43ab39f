import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { done, type ModelRequest, outsideTool } from '../../../src/agent/index.ts';
import type { Skill } from '../../../src/chat/index.ts';
import type { FileRef } from '../../../src/delivery/index.ts';
import { Outside } from '../../support/outside.ts';
import { type Line, lastSaid, ScriptedModel } from '../../support/scripted-model.ts';
import { engines, playWith, results } from '../conversation.ts';

const isAlone = ({ system }: ModelRequest) => system.startsWith('You carry out one task with the skill');
const isSumming = ({ system }: ModelRequest) => system.startsWith('Sum up');

/** A model of two minds: what talks to the person, and what works alone. */
function minds(alone: (request: ModelRequest) => Line[], summary: Line[] = ['In short: done.']) {
  return new ScriptedModel((request) => {
    if (isSumming(request)) return summary;
    if (isAlone(request)) return alone(request);
    const [told] = results(request);
    if (told !== undefined) return [`told: ${told}`];
    return [{ call: 'skill_delegate', input: { name: 'researcher', task: lastSaid(request) } }];
  });
}

describe.each(engines)('a skill that runs on its own, on %s', (engine) => {
  test('has a context of its own, and its short answer comes into the conversation', async () => {
    const model = minds(() => ['Found it.']);
    const { coda } = await playWith(
      { researcher: { body: 'Look up $ARGUMENTS.', more: 'fork_agent: true\n' } },
      { model, engine },
    );
    const ana = coda.person('ana');
    await ana.says('my name is Ana');
    expect(await ana.says('/researcher swans')).toBe('told: Found it.');
    const alone = model.requests.findLast(isAlone);
    expect(alone?.system).toContain('Look up swans.');
    expect(JSON.stringify(alone?.messages)).not.toContain('my name is Ana');
  });

  test('its asking parks the turn, and the approval lets it go on, also after a restart', async () => {
    const outside = new Outside();
    const model = minds((request) => {
      const [told] = results(request);
      return told === undefined ? [{ call: 'letter_send', input: { to: 'bob' } }] : [`letter: ${told}`];
    });
    const { coda } = await playWith(
      { researcher: { more: 'fork_agent: true\nallowed-tools: letter_send\n' } },
      { model, engine, skills: [outside.skill] },
    );
    const ana = coda.person('ana');
    expect(await ana.says('write to bob')).toContain('Sends a letter: to `bob`.');
    await coda.restart();
    expect(outside.sent).toEqual([]);
    await ana.presses('Approve');
    expect(outside.sent).toEqual(['bob']);
    expect(ana.heard('told: letter: sent to bob')).toHaveLength(1);
  });

  test('what it forbids it cannot call', async () => {
    const outside = new Outside();
    const model = minds((request) => {
      const [told] = results(request);
      return told === undefined ? [{ call: 'letter_send', input: { to: 'bob' } }] : [`it said: ${told}`];
    });
    const { coda } = await playWith(
      { researcher: { more: 'fork_agent: true\nallowed-tools: letter_send\nforbidden_tools: "letter_*"\n' } },
      { model, engine, skills: [outside.skill] },
    );
    expect(await coda.person('ana').says('write to bob')).toContain('not allowed');
    expect(model.requests.find(isAlone)?.tools.map(({ name }) => name)).not.toContain('letter_send');
    expect(outside.sent).toEqual([]);
  });
});

test('another assistant’s name for a tool gives it what says that it does the same, and nothing else', async () => {
  const lab: Skill = {
    name: 'lab',
    tools: () => [
      outsideTool({
        name: 'run_it',
        description: 'Runs code.',
        effect: 'external',
        does: ['code'],
        input: z.object({}),
        run: async () => done('it ran'),
      }),
    ],
  };
  const model = minds(() => ['Done.']);
  const { coda } = await playWith(
    { researcher: { more: 'fork_agent: true\nallowed-tools: Bash(python:*)\n' } },
    { model, skills: [lab, new Outside().skill] },
  );
  await coda.person('ana').says('go');
  const names = model.requests.find(isAlone)?.tools.map(({ name }) => name);
  expect(names).toContain('run_it');
  expect(names).not.toContain('letter_send');
});

test('what it makes reaches the person with the answer and its buttons, and is filed with who it is for', async () => {
  let made: FileRef | undefined;
  const keep = { label: 'Keep it', tool: 'skill_list', input: {} };
  const lab: Skill = {
    name: 'lab',
    tools: () => [
      outsideTool({
        name: 'draw',
        description: 'Draws.',
        effect: 'fetch',
        input: z.object({}),
        run: async () => done('drawn', { files: made ? [made] : [], choices: [keep] }),
      }),
    ],
  };
  const model = minds((request) => (results(request).length === 0 ? [{ call: 'draw', input: {} }] : ['Drawn.']));
  const { coda } = await playWith(
    { researcher: { more: 'fork_agent: true\nallowed-tools: draw\n' } },
    { model, skills: [lab] },
  );
  made = { name: 'chart.txt', type: 'text/plain', ...(await coda.artifacts().put(Buffer.from('|||'))) };
  const ana = coda.person('ana');
  await ana.says('draw');
  // What it is told to do stands in files of somebody else’s.
  await ana.presses('Approve');
  const answer = ana.seen().at(-1);
  expect(answer?.files.map(({ name }) => name)).toEqual(['chart.txt']);
  expect(answer?.buttons.map(({ label }) => label)).toContain('Keep it');
  const { rows } = await coda
    .database()
    .read('select a.name, p.name as person, a.tainted from artifacts a join persons p on p.id = a.person_id');
  expect(rows).toEqual([{ name: 'chart.txt', person: 'ana', tainted: true }]);
});

test('a long answer is summed up, unless the skill wants all of it to come', async () => {
  const long = 'word '.repeat(800);
  const summed = await playWith({ researcher: { more: 'fork_agent: true\n' } }, { model: minds(() => [long]) });
  expect(await summed.coda.person('ana').says('go')).toBe('told: In short: done.');
  const whole = await playWith(
    { researcher: { more: 'fork_agent: true\nauto_summarize: false\n' } },
    { model: minds(() => [long]) },
  );
  expect(await whole.coda.person('ana').says('go')).toContain('word word word');
});

test('it is not activated like others, and says so', async () => {
  const model = new ScriptedModel([{ call: 'skill_activate', input: { name: 'researcher' } }], ['Oh.']);
  const { coda } = await playWith({ researcher: { more: 'fork_agent: true\n' } }, { model });
  await coda.person('ana').says('go');
  expect(results(model.requests[1])[0]).toContain('call skill_delegate');
  expect(model.requests[0]?.system).toContain('<skill name="researcher" use="skill_delegate">');
});
