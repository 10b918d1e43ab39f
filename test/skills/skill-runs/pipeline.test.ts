import { describe, expect, test } from 'vitest';
import type { ModelRequest } from '../../../src/agent/index.ts';
import { readerOf } from '../../../src/storage/index.ts';
import { engines, playWith, results } from '../../agent-skills/conversation.ts';
import { Outside } from '../../support/outside.ts';
import { type Line, lastSaid, ScriptedModel } from '../../support/scripted-model.ts';

/** The skill that a nested turn carries out; undefined: the turn that talks to the person. */
const skillOf = ({ system }: ModelRequest) => /with the skill “([^”]+)”/.exec(system)?.[1];

/** A model whose steps answer with what they were given, in brackets of their own, unless the test says something else. */
function minds(steps: Record<string, (request: ModelRequest) => Line[]> = {}) {
  return new ScriptedModel((request) => {
    const skill = skillOf(request);
    if (skill !== undefined) return steps[skill]?.(request) ?? [`${skill}(${lastSaid(request).trim()})`];
    const [told] = results(request);
    return [told === undefined ? 'Hello.' : `told: ${told}`];
  });
}

const plain = (...names: string[]) => Object.fromEntries(names.map((name) => [name, {}]));

describe.each(engines)('a pipeline, on %s', (engine) => {
  test('gives each step the result of the one before, and a group’s results together to the next', async () => {
    const { coda } = await playWith(plain('a', 'b', 'c', 'd'), { model: minds(), engine });
    const said = await coda.person('ana').says('/pipeline a > b|c > d: Rome');
    expect(said).toContain('d(## b\n\nb(a(Rome))\n\n## c\n\nc(a(Rome)))');
  });
});

test('a composed skill is called by its name, and its own composed steps stand in its place', async () => {
  const model = minds();
  const { coda } = await playWith(
    {
      ...plain('a', 'b', 'c'),
      inner: { more: 'metadata:\n  steps: "a, b"\n' },
      outer: { more: 'metadata:\n  steps: "inner, c"\n' },
    },
    { model },
  );
  expect(await coda.person('ana').says('/outer Rome')).toContain('c(b(a(Rome)))');
  const byModel = minds();
  const other = await playWith({ a: {}, trip: { more: 'metadata:\n  steps: a\n' } }, { model: byModel });
  await other.coda.person('ana').says('/trip Rome');
  expect(byModel.requests.filter((request) => skillOf(request) === 'a')).toHaveLength(1);
});

test('circles, missing steps and groups of composed skills are told before anything runs', async () => {
  const model = minds();
  const { coda } = await playWith(
    {
      ...plain('a'),
      one: { more: 'metadata:\n  steps: "a, two"\n' },
      two: { more: 'metadata:\n  steps: one\n' },
    },
    { model },
  );
  const ana = coda.person('ana');
  expect(await ana.says('/one Rome')).toContain('one → two → one');
  expect(await ana.says('/pipeline a > aa: Rome')).toContain('There is no skill “aa” to be a step. Did you mean “a”?');
  expect(await ana.says('/pipeline a|one: Rome')).toContain('“one” cannot run side by side');
  expect(model.requests.filter((request) => skillOf(request) !== undefined)).toEqual([]);
});

test('at most as many steps run side by side as the configuration says', async () => {
  let [open, most] = [0, 0];
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const outside = new Outside();
  const model = minds();
  const generate = model.generate.bind(model);
  model.generate = async function* (request, signal) {
    const isStep = skillOf(request) !== undefined;
    if (isStep) most = Math.max(most, ++open);
    // Others may begin meanwhile.
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    yield* generate(request, signal);
    if (isStep) open--;
  };
  const { coda } = await playWith(plain(...names), {
    model,
    config: { 'skills.parallel': 2 },
    skills: [outside.skill],
  });
  const said = await coda.person('ana').says(`/pipeline ${names.join('|')}: Rome`);
  for (const name of names) expect(said).toContain(`${name}(Rome)`);
  expect(most).toBe(2);
});

test('a failed step tells what was done before it, and a resumed run does only what is left', async () => {
  let isDown = true;
  const model = minds({ b: () => (isDown ? [] : ['b has it']) });
  const { coda } = await playWith(plain('a', 'b', 'c'), { model });
  const ana = coda.person('ana');
  const failed = await ana.says('/pipeline a > b|c: Rome');
  expect(failed).toContain('The step b failed');
  expect(failed).toContain('Done before it: a');
  const [, run = ''] = /\/pipeline resume ([0-9a-f-]{36})/.exec(failed) ?? [];
  isDown = false;
  model.requests.length = 0;
  expect(await ana.says(`/pipeline resume ${run}`)).toContain('b has it');
  expect(model.requests.flatMap((request) => skillOf(request) ?? [])).toEqual(['b']);
  expect(await ana.says(`/pipeline resume ${run}`)).toContain('nothing is left to resume');
  const bob = coda.person('bob', { role: 'member' });
  expect(await bob.says(`/pipeline resume ${run}`)).toContain('There is no run');
});

test('what a step does outside asks, and once it is approved the run goes on, also after a restart', async () => {
  const outside = new Outside();
  const model = minds({
    b: (request) => {
      const [told] = results(request);
      return told === undefined ? [{ call: 'letter_send', input: { to: 'bob' } }] : [`letter: ${told}`];
    },
  });
  const { coda } = await playWith(plain('a', 'b', 'c'), { model, skills: [outside.skill] });
  const ana = coda.person('ana');
  expect(await ana.says('/pipeline a > b > c: Rome')).toContain('Sends a letter: to `bob`.');
  await coda.restart();
  await ana.presses('Approve');
  expect(outside.sent).toEqual(['bob']);
  expect(ana.heard('c(letter: sent to bob)')).toHaveLength(1);
  const asked = model.requests.flatMap((request) => skillOf(request) ?? []);
  expect(asked.filter((name) => name === 'a')).toHaveLength(1);
});

test('a step of ten megabytes is cut, kept and handed on', async () => {
  const model = minds({ a: () => ['x'.repeat(10_000_000)] });
  const { coda } = await playWith(plain('a', 'b'), { model });
  await coda.person('ana').says('/pipeline a > b: Rome');
  const given = model.requests.find((request) => skillOf(request) === 'b');
  expect(lastSaid(given as ModelRequest).length).toBeLessThan(70_000);
  const { rows } = await readerOf(coda.app.database).query<{ output: string }>(
    "select output from skill_run_steps where skill = 'a'",
  );
  expect(rows[0]?.output).toContain('[cut: 9,940,000 more characters]');
});

test('a step that its person may not use fails before it runs', async () => {
  const model = minds();
  const { coda } = await playWith(plain('a', 'b'), {
    model,
    config: { 'access.policies': [{ skill_id: 'agent-skills/b', required_permissions: ['admin:read'] }] },
  });
  expect(await coda.person('bob', { role: 'member' }).says('/pipeline a > b: Rome')).not.toContain('b(a(Rome))');
  expect(model.requests.flatMap((request) => skillOf(request) ?? [])).toEqual([]);
  expect(await coda.person('ana').says('/pipeline a > b: Rome')).toContain('b(a(Rome))');
});
