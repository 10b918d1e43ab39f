import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ModelError, NoModel } from '../../../src/agent/index.ts';
import { playWith, results } from '../../agent-skills/conversation.ts';
import { type Line, ScriptedModel } from '../../support/scripted-model.ts';

/** Friday morning in Berlin. */
const at = '2026-11-20T08:00:00Z';
const zone = 'Europe/Berlin';
const BODY = 'Write the report about $1 for $2.';
const RUN = 'sales-report north "the board"';

const creates: Line = { call: 'schedule_create', input: { when: 'every Friday at 4pm', run: RUN } };
const away: Line = { fails: new NoModel(new ModelError('auth_expired', 'no key'), 'No model answers.') };

describe('a schedule of a skill with arguments', () => {
  test.each<[by: string, asked: string, creating: Line[][]]>([
    ['the model', 'each Friday at 4 I want the report on the north for the board', [[creates], ['Planned.']]],
    ['plain English', `every Friday at 4pm run ${RUN}`, [[away]]],
    ['a command', `/schedule every Friday at 4pm run ${RUN}`, []],
  ])('that %s has made runs it with them, and its answer comes to the chat', async (_, asked, creating) => {
    const model = new ScriptedModel(...creating, ['North is up 4 %.']);
    const { coda } = await playWith({ 'sales-report': { body: BODY } }, { model, at, zone });
    const ana = coda.person('ana');
    await ana.says(asked);
    expect(await ana.says('/schedules')).toContain('sales-report');
    await coda.passes({ hours: 6 });
    expect(ana.heard('North is up')).toEqual([]);
    const before = model.requests.length;
    // It is 4pm in Berlin at 15:00.
    await coda.passes({ hours: 2 });
    expect(results(model.requests[before])[0]).toContain('Write the report about north for the board.');
    expect(ana.heard('North is up 4 %.')).toHaveLength(1);
    expect(await ana.says('/schedules')).toMatch(/last Fri 20 Nov 16:00: went well/);
    await coda.passes({ days: 7 });
    expect(ana.heard('North is up 4 %.')).toHaveLength(2);
  });

  test('whose folder is gone says so at each occurrence, and no model is asked', async () => {
    const model = new ScriptedModel([creates], ['Planned.'], ['must not be asked for']);
    const { coda, folder } = await playWith({ 'sales-report': { body: BODY } }, { model, at, zone });
    const ana = coda.person('ana');
    await ana.says('plan it');
    rmSync(join(folder, 'sales-report'), { recursive: true });
    await ana.says('/rescan-skills');
    const asked = model.requests.length;
    await coda.passes({ hours: 8 });
    expect(ana.heard('which is not there any more')).toHaveLength(1);
    expect(ana.heard('which is not there any more')[0]).toContain('/sales-report');
    expect(model.requests).toHaveLength(asked);
    expect(await ana.says('/schedules')).toContain('failed');
  });

  test('that nobody has is refused where it is planned', async () => {
    const missing: Line = { call: 'schedule_create', input: { when: 'every Friday at 4pm', run: 'sales-forecast' } };
    const model = new ScriptedModel([missing], (request) => [results(request)[0] ?? '']);
    const { coda } = await playWith({ 'sales-report': { body: BODY } }, { model, at, zone });
    expect(await coda.person('ana').says('plan the forecast')).toContain('sales-forecast');
    expect(await coda.count('person_schedules')).toBe(0);
  });
});

test.each<[by: string, creating: Line[][]]>([
  ['the model', [[{ call: 'schedule_create', input: { when: 'every Friday at 4pm', run: 'weekly-review' } }], ['ok']]],
  ['plain English', [[away]]],
])('“every Friday at 4pm run weekly-review”, made by %s, brings the week', async (_, creating) => {
  const model = new ScriptedModel(...creating, ['must not be asked for']);
  const { coda } = await playWith({}, { model, at, zone });
  const ana = coda.person('ana');
  await ana.says('/remind on Sunday at 9 call Carl');
  await ana.says('every Friday at 4pm run weekly-review');
  await coda.passes({ hours: 8 });
  expect(ana.heard('Your week:')).toHaveLength(1);
  expect(ana.heard('Your week:')[0]).toContain('call Carl');
  expect(ana.heard('must not be asked for')).toEqual([]);
});
