import { describe, expect, test } from 'vitest';
import { ModelError } from '../../../src/agent/index.ts';
import { argumentsIn, fill } from '../../../src/agent-skills/use/instructions.ts';
import { deferred } from '../../../src/base/async.ts';
import type { Person } from '../../../src/people/index.ts';
import { ScriptedModel } from '../../support/scripted-model.ts';
import { engines, playWith, results } from '../conversation.ts';

describe.each(engines)('calling a skill by its name, on %s', (engine) => {
  test('runs a turn of the person with the skill active and the arguments in their places', async () => {
    const model = new ScriptedModel(['Rotated.']);
    const { coda } = await playWith(
      {
        'pdf-tools': { body: 'Do: $ARGUMENTS. First $1, then $2. In {baseDir}. Run !`ls`. Key ${KEY}<%= nothing %>.' },
      },
      { model, engine },
    );
    const ana = coda.person('ana');
    expect(await ana.says('/pdf-tools rotate "page 3"')).toBe('Rotated.');
    const [told = ''] = results(model.requests[0]);
    expect(told).toContain(
      'Do: rotate "page 3". First rotate, then page 3. In /skills/pdf-tools. Run !`ls`. Key ${KEY}.',
    );
    expect(told).toContain('nothing is known for it: ${KEY}.');
    expect(told).toContain('Shown and not run: `ls`.');
    expect(model.requests[0]?.messages.some(({ text }) => text === '/pdf-tools rotate "page 3"')).toBe(true);
    expect(await ana.says('/skill pdf-tools turn')).toBe('Rotated.');
    expect(results(model.requests[1])[0]).toContain('Do: turn. First turn, then $2.');
  });

  test('a call that waited in the queue is no remark on the turn before it', async () => {
    const held = deferred();
    const model = new ScriptedModel([{ hold: held }, { call: 'help' }], ['First.'], ['Second.']);
    const { coda } = await playWith({ one: {} }, { model, engine });
    const first = await coda.hear('ana', 'dm-ana', 'hello');
    const second = await coda.hear('ana', 'dm-ana', '/one do it');
    held.resolve();
    await Promise.all([first.settled, second.settled]);
    await coda.app.whenSettled();
    expect(
      coda
        .person('ana')
        .seen()
        .map(({ text }) => text),
    ).toEqual(['First.', 'Second.']);
    expect(results(model.requests[2])[0]).toContain('Arguments: do it');
  });
});

test('commands win over skills of their name, which are reached by /skill', async () => {
  const model = new ScriptedModel(['By the skill.']);
  const { coda } = await playWith({ notes: { body: 'Mine.' } }, { model });
  const ana = coda.person('ana');
  expect(await ana.says('/notes')).not.toBe('By the skill.');
  expect(model.requests).toHaveLength(0);
  expect(await ana.says('/skill notes')).toBe('By the skill.');
  expect(await ana.says('/skills')).toContain('**notes** (call it with `/skill notes`)');
});

test('a skill that is kept from the model can be called, one that is not for people cannot', async () => {
  const model = new ScriptedModel(['Done.']);
  const { coda } = await playWith(
    {
      mine: { body: 'Mine alone.', more: 'disable-model-invocation: true\n' },
      its: { more: 'user-invocable: false\n' },
    },
    { model },
  );
  const ana = coda.person('ana');
  expect(await ana.says('/mine')).toBe('Done.');
  expect(results(model.requests[0])[0]).toContain('Mine alone.');
  expect(await ana.says('/its')).toContain('I do not know `/its`');
  expect(await ana.says('/skill its')).toContain('for the model to choose');
  expect(await ana.says('/skill mne')).toContain('Did you mean `mine`?');
});

test('without a model it is said plainly, and the instructions are not shown', async () => {
  const { coda } = await playWith({ one: { body: 'Internal words.' } });
  const said = await coda.person('ana').says('/one now');
  expect(said).toContain('no model is configured');
  expect(said).not.toContain('Internal words.');
});

test('only what the configuration exposes of the environment reaches a skill', async () => {
  const filled = fill('${CITY} ${HOME} <%= user %> <%= missing %>[<% if (x) { %>] $ARGUMENTS', {
    values: { user: 'Ana' },
    exposed: { CITY: 'Berlin ${HOME} $1' },
    baseDir: '/skills/x',
    args: '${CITY}',
  });
  expect(filled.text).toBe('Berlin ${HOME} $1 ${HOME} Ana [<% if (x) { %>] ${CITY}');
  expect(filled.open).toEqual(['${HOME}', '<% if (x) { %>']);
});

test('arguments are words, and quotes keep words together', () => {
  expect(argumentsIn(`a "b c" 'd e' f\\g "h\\"i" don't`)).toEqual(['a', 'b c', 'd e', 'f\\g', 'h"i', "don't"]);
});

test('a hostile text is filled in at once', () => {
  const text = `${'<%='.repeat(50_000)}${'${A'.repeat(50_000)}`;
  expect(fill(text, { values: {}, exposed: {}, baseDir: '/', args: '' }).text).toBe(text);
});

test('when the model fails, what the skill says is not shown to the person', async () => {
  const model = new ScriptedModel([{ fails: new ModelError('transient', 'down') }]);
  const { coda } = await playWith({ one: { body: 'Internal words.' } }, { model });
  expect(await coda.person('ana').says('/one now')).not.toContain('Internal words.');
});

test('platforms are told how to complete /skill, by names in the person’s language too', async () => {
  const { coda } = await playWith({
    'pdf-tools': { more: 'name_de: Seitenwerkzeug\n' },
    hidden: { more: 'user-invocable: false\n' },
  });
  await coda.person('ana').says('hello');
  const options = coda.app.commands.find(({ name }) => name === 'skill')?.options ?? [];
  const ctx = { person: { locale: 'de-AT' } as Person, database: coda.database(), now: coda.world.clock.now() };
  expect(options.map(({ name }) => name)).toEqual(['name', 'arguments']);
  expect(await options[0]?.complete?.('seiten', ctx)).toEqual(['pdf-tools']);
  expect(await options[0]?.complete?.('pdf', ctx)).toEqual(['pdf-tools']);
  expect(await options[0]?.complete?.('hidden', ctx)).toEqual([]);
});

test('what is called alone gives its agent no more than the model has', async () => {
  const model = new ScriptedModel((request) => {
    if (request.system.startsWith('You carry out one task')) {
      const [told] = results(request);
      return told === undefined ? [{ call: 'skill_activate', input: { name: 'mine' } }] : [`it said: ${told}`];
    }
    return [`told: ${results(request)[0]}`];
  });
  const { coda } = await playWith(
    {
      alone: { more: 'fork_agent: true\nallowed-tools: skill_activate\n' },
      mine: { more: 'disable-model-invocation: true\n' },
    },
    { model },
  );
  expect(await coda.person('ana').says('/alone go')).toContain('There is no skill “mine”');
});

test('people read the names and descriptions of skills in their language', async () => {
  const skills = { tool: { more: 'name_de: Werkzeug\ndescription_de: Macht etwas.\n' } };
  const { coda } = await playWith(skills, { config: { 'assistant.locale': 'de-AT' } });
  expect(await coda.person('ana').says('/skills')).toContain('**tool (Werkzeug)**: Macht etwas.');
});
