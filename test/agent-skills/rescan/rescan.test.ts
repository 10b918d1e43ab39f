import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ModelRequest } from '../../../src/agent/index.ts';
import { deferred } from '../../../src/base/async.ts';
import { eventually } from '../../support/eventually.ts';
import { contextOf, ScriptedModel } from '../../support/scripted-model.ts';
import { engines, listedIn, playWith, results } from '../conversation.ts';
import { temporaryFolder } from '../support.ts';

describe.each(engines)('reading the folders again, on %s', (engine) => {
  test('/rescan-skills and words tell what was added, changed, removed and cannot be used', async () => {
    const { coda, put, folder } = await playWith({ keep: {}, old: {} }, { engine });
    const ana = coda.person('ana');
    put('fresh');
    put('keep', { body: 'Changed.' });
    put('help');
    rmSync(join(folder, 'old'), { recursive: true });
    put('empty', { description: '""', body: '' });
    const said = await ana.says('/rescan-skills');
    expect(said).toContain('Added: fresh and help.');
    expect(said).toContain('Changed: keep.');
    expect(said).toContain('Removed: old.');
    expect(said).toContain('empty cannot be used');
    expect(said).toContain('help is hidden by /help');
    expect(await ana.says('/rescan-skills')).toContain('Nothing has changed.');
  });

  test('a running turn keeps the skills that it began with, and the next one sees the new ones', async () => {
    const held = deferred();
    const model = new ScriptedModel(
      [{ hold: held }, { call: 'skill_activate', input: { name: 'late' } }],
      ['No.'],
      [{ call: 'skill_activate', input: { name: 'late' } }],
      ['Yes.'],
    );
    const { coda, put } = await playWith({ early: {} }, { model, engine });
    const first = await coda.hear('ana', 'dm-ana', 'hello');
    expect(await eventually(() => model.requests.length === 1)).toBe(true);
    put('late');
    await coda.app.agentSkills.rescan();
    held.resolve();
    await first.settled;
    expect(listedIn(model.requests[1])).not.toContain('late');
    expect(results(model.requests[1])[0]).toContain('There is no skill “late”');
    await coda.person('ana').says('again');
    expect(listedIn(model.requests[2])).toContain('late');
    expect(results(model.requests[3])[0]).toContain('The skill late is ready.');
  });

  test('a skill in use stays in use as long as it is there, and until a fresh beginning', async () => {
    const model = new ScriptedModel([{ call: 'skill_activate', input: { name: 'one' } }], ['Fine.']);
    const { coda, put, folder } = await playWith({ one: {} }, { model, engine });
    const ana = coda.person('ana');
    await ana.says('use it');
    put('two');
    await ana.says('/rescan-skills');
    await ana.says('go on');
    expect(contextOf(model.requests.at(-1) as ModelRequest)).toContain('In use in this conversation: one.');
    await ana.says('/new');
    await ana.says('go on');
    expect(contextOf(model.requests.at(-1) as ModelRequest)).not.toContain('In use');
    await ana.says('/one');
    rmSync(join(folder, 'one'), { recursive: true });
    await ana.says('/rescan-skills');
    await ana.says('go on');
    expect(contextOf(model.requests.at(-1) as ModelRequest)).not.toContain('In use');
  });
});

test.skipIf(!process.env.CODA_TEST_POSTGRES)('all replicas follow', async () => {
  const { coda, put } = await playWith({ one: {} }, { engine: 'PostgreSQL' });
  const other = await coda.replica();
  put('two');
  expect(await coda.person('ana').says('/rescan-skills')).toContain('Added: two.');
  expect(await eventually(() => other.app.agentSkills.catalog.current().skills.has('two'))).toBe(true);
  await other.app.stop(0);
});

test('a folder that is configured and not there is told by a rescan and by the doctor', async () => {
  const gone = join(temporaryFolder(), 'gone');
  const { coda } = await playWith({}, { config: { 'skills.agent_skill_dirs': [gone] } });
  expect(await coda.person('ana').says('/rescan-skills')).toContain(`${gone}: There is no such folder`);
  const check = coda.app.checks.checks.find(({ name }) => name === 'agent skills');
  expect(await check?.check(AbortSignal.timeout(5_000))).toMatchObject({
    ok: false,
    says: expect.stringContaining(gone),
  });
  mkdirSync(gone);
  expect(await check?.check(AbortSignal.timeout(5_000))).toMatchObject({ ok: true });
});

test('a folder that is watched is read when it changes', async () => {
  const { coda, put } = await playWith({ one: {} }, { config: { 'skills.watch': true } });
  put('one', { body: 'Other.' });
  put('two');
  expect(await eventually(() => coda.app.agentSkills.catalog.current().skills.has('two'))).toBe(true);
});
