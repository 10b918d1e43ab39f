import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { dataTool, done, failed } from '../../src/agent/index.ts';
import type { Finding, Skill } from '../../src/chat/index.ts';
import { testDatabases } from '../support/database.ts';
import { type Play, play } from '../support/play.ts';
import { echo, ScriptedModel } from '../support/scripted-model.ts';

/** A skill whose tool is out of order while `state.broken`. */
function shaky(state: { broken: boolean; calls: number }): Skill {
  const tool = dataTool({
    name: 'shake',
    description: 'Shakes.',
    effect: 'read',
    input: z.object({}),
    broken: ['UNAVAILABLE'],
    async run() {
      state.calls++;
      if (state.broken) return failed('UNAVAILABLE', 'the engine is away');
      return done('shaken');
    },
  });
  return {
    name: 'shaky',
    tools: () => [tool],
    commands: () => [{ name: 'shake', summary: 'Shake.', run: async () => ({ tool: 'shake', input: {} }) }],
  };
}

async function found(coda: Play, name: string): Promise<Finding[]> {
  return (await coda.app.checks.run()).filter((finding) => finding.name === name);
}

test('a tool that fails again and again rests, is shown, is tried again by itself and heals', async () => {
  const state = { broken: true, calls: 0 };
  await using coda = await play({ skills: [shaky(state)] });
  const ana = coda.person('ana');
  for (let time = 0; time < 3; time++) await ana.says('/shake');
  expect(state.calls).toBe(3);
  expect(await ana.says('/shake')).toContain('rests for a while');
  expect(state.calls).toBe(3);
  expect((await found(coda, 'resting parts'))[0]).toMatchObject({ code: 'PART_PAUSED', severity: 'warning' });
  expect(await ana.says('/doctor')).toContain('⚠ **resting parts**: tool shake failed again and again');
  // What rests is told once, and not again as what has failed.
  expect(await found(coda, 'last 24 hours')).toEqual([]);

  await coda.passes({ minutes: 2 });
  await ana.says('/shake');
  expect(state.calls).toBe(4);
  state.broken = false;
  await coda.passes({ minutes: 10 });
  expect(await ana.says('/shake')).toContain('shaken');
  expect((await found(coda, 'resting parts'))[0]).toMatchObject({ ok: true, code: 'OK' });
  expect((await found(coda, 'last 24 hours'))[0]).toMatchObject({ code: 'TOOL_BROKEN', severity: 'warning' });
  await coda.passes({ minutes: 61 });
  expect((await found(coda, 'last 24 hours'))[0]).toMatchObject({ code: 'TOOL_BROKEN', severity: 'notice' });
});

test('an owner wakes what rests, after a question; others are refused', async () => {
  const state = { broken: true, calls: 0 };
  await using coda = await play({ skills: [shaky(state)] });
  const ana = coda.person('ana');
  for (let time = 0; time < 3; time++) await ana.says('/shake');
  state.broken = false;
  expect(await ana.says('reset skill shake')).toContain('Try `shake` again at once');
  await ana.says('no');
  expect(await ana.says('/shake')).toContain('rests');
  await ana.says('reset skill shake');
  await ana.says('yes');
  expect(await ana.says('/shake')).toContain('shaken');
  expect(await coda.person('bob', { role: 'member' }).says('check yourself')).toContain('Only an owner');
});

test('a command wakes what rests at once, for owners', async () => {
  const state = { broken: true, calls: 0 };
  await using coda = await play({ skills: [shaky(state)] });
  const ana = coda.person('ana');
  for (let time = 0; time < 3; time++) await ana.says('/shake');
  state.broken = false;
  expect(await coda.person('bob', { role: 'member' }).says('/doctor reset shake')).not.toContain('is tried again');
  expect(await ana.says('/shake')).toContain('rests');
  await ana.says('/doctor reset shake');
  expect(await ana.says('/shake')).toContain('shaken');
  expect(await ana.says('/doctor reset shaek')).toContain('shaek');
});

test('nobody is asked about a part that does not rest', async () => {
  const model = new ScriptedModel([{ call: 'doctor_reset_skill', input: { name: 'shake' } }], ['It does not rest.']);
  await using coda = await play({ skills: [shaky({ broken: false, calls: 0 })], model });
  expect(await coda.person('ana').says('wake it')).toBe('It does not rest.');
});

test('a skill that fails while a prompt is made costs its words, not the answer', async () => {
  let asked = 0;
  const skill: Skill = {
    name: 'loose',
    prompt: {
      async message() {
        asked++;
        throw new TypeError('a mistake');
      },
    },
  };
  await using coda = await play({ skills: [skill], model: echo() });
  const ana = coda.person('ana');
  for (let time = 0; time < 5; time++) expect(await ana.says('hello')).toContain('you said: hello');
  expect(asked).toBe(3);
  expect((await found(coda, 'resting parts'))[0]?.says).toContain('skill loose/passing');
});

describe.each(testDatabases)('faults on $name', ({ name, available }) => {
  test.skipIf(!available)('are counted by the hour, without words of people, and kept for seven days', async () => {
    await using coda = await play({ engine: name });
    coda.platform.faults.push('refused');
    await coda.person('ana').says('a secret that nobody may read');
    await coda.app.checks.run();
    await coda.app.checks.run();
    const { rows } = await coda.database().read('select source, code, count from faults');
    expect(rows).toEqual([{ source: 'delivery', code: 'refused', count: 1 }]);
    await coda.passes({ days: 8 });
    coda.platform.faults.push('refused');
    await coda.person('ana').says('again');
    await coda.app.checks.run();
    expect(await coda.count('faults')).toBe(1);
  });
});
