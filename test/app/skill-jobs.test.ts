import { expect, test } from 'vitest';
import { ModelError } from '../../src/agent/index.ts';
import { deferred } from '../../src/base/async.ts';
import { playWith } from '../agent-skills/conversation.ts';
import { eventually } from '../support/eventually.ts';
import { lastSaid, ScriptedModel } from '../support/scripted-model.ts';

test('a skill that is planned runs once, at its time, also when coda was off then', async () => {
  const steps: string[] = [];
  const model = new ScriptedModel((request) => {
    const [, skill] = /with the skill “([^”]+)”/.exec(request.system) ?? [];
    if (skill !== undefined) steps.push(`${skill}: ${lastSaid(request)}`);
    return ['done'];
  });
  const { coda } = await playWith({ search: {} }, { model });
  const at = new Date(coda.world.clock.now().getTime() + 3_600_000);
  const later = { kind: 'skill', payload: { skill: 'search', payload: 'Rome in May' }, at, maxAttempts: 3 };
  await coda.app.enqueue(later);
  await coda.app.enqueue({ kind: 'skill', payload: { skill: 'search', payload: { city: 'Oslo' } } });
  await coda.app.whenSettled();
  expect(steps).toEqual(['search: {"city":"Oslo"}']);
  await coda.app.stop();
  await coda.world.clock.moveTo(new Date(at.getTime() + 3_600_000), async () => {});
  await coda.start();
  await coda.app.whenSettled();
  expect(steps).toEqual(['search: {"city":"Oslo"}', 'search: Rome in May']);
  expect(await coda.app.jobs.waitingOf('skill')).toEqual([]);
});

test('a process that only works jobs off carries runs of skills out, and answers nobody on another platform', async () => {
  const hold = deferred();
  const asked: string[] = [];
  const model = new ScriptedModel((request) => {
    const [, skill] = /with the skill “([^”]+)”/.exec(request.system) ?? [];
    asked.push(skill ?? lastSaid(request));
    return asked.length === 1 ? [{ hold }] : ['done'];
  });
  const { coda } = await playWith({ search: {} }, { model });
  await coda.hear('ana', 'dm-ana', 'sing');
  await eventually(() => asked.length === 1);
  const at = new Date(coda.world.clock.now().getTime() + 3_600_000);
  await coda.app.enqueue({ kind: 'skill', payload: { skill: 'search', payload: 'Rome' }, at });
  await coda.app.stop(0);
  hold.resolve();
  await coda.world.clock.moveTo(new Date(at.getTime() + 60_000), async () => {});
  await coda.startJobs();
  await coda.app.whenSettled();
  expect(asked.filter((each) => each === 'search')).toHaveLength(1);
  expect(asked.filter((each) => each === 'sing')).toHaveLength(1);
  await coda.restart();
  await coda.passes({ minutes: 1 });
  expect(asked.filter((each) => each === 'search')).toHaveLength(1);
  expect(asked.filter((each) => each === 'sing')).toHaveLength(2);
});

test.each([
  { retries: 2, ends: 'done', of: 'failed for a reason that may pass' },
  { retries: 1, ends: 'dead', of: 'failed as often as it may' },
])('a run that $of is tried again by its job, which the list shows', async ({ retries, ends }) => {
  let tries = 0;
  const model = new ScriptedModel((request) => {
    if (!/with the skill “search”/.test(request.system)) return ['ok'];
    return ++tries <= 2 ? [{ fails: new ModelError('transient', 'it is overloaded') }] : ['three flights'];
  });
  const { coda } = await playWith({ search: {} }, { model });
  const id = await coda.app.enqueue({
    kind: 'skill',
    payload: { skill: 'search', payload: 'Rome' },
    maxAttempts: retries + 1,
  });
  await coda.app.whenSettled();
  expect(tries).toBe(1);
  expect(await coda.app.jobs.open()).toMatchObject({
    jobs: [{ id, state: 'pending', attempts: 1, error: expect.stringContaining('search') }],
  });
  await coda.passes({ hours: 1 });
  const show = await coda.app.findVerb('runs-show');
  if (ends === 'done') {
    expect(tries).toBe(3);
    expect(await show?.({ run: id })).toMatchObject({ state: 'done', output: 'three flights' });
    expect(await coda.app.jobs.open()).toMatchObject({ jobs: [] });
  } else {
    expect(tries).toBe(2);
    expect(await show?.({ run: id })).toMatchObject({ state: 'failed' });
    expect(await coda.app.jobs.dead()).toMatchObject({ jobs: [{ id, attempts: 2 }] });
  }
});

test('a run that failed for good is not tried again', async () => {
  let tries = 0;
  const model = new ScriptedModel((request) => {
    if (!/with the skill “search”/.test(request.system)) return ['ok'];
    tries++;
    return [{ fails: new ModelError('refused', 'it does not do that') }];
  });
  const { coda } = await playWith({ search: {} }, { model });
  await coda.app.enqueue({ kind: 'skill', payload: { skill: 'search', payload: 'Rome' }, maxAttempts: 5 });
  await coda.passes({ hours: 1 });
  expect(tries).toBe(1);
  expect(await coda.app.jobs.open()).toMatchObject({ jobs: [] });
});
