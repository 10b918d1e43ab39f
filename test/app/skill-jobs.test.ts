import { expect, test } from 'vitest';
import { deferred } from '../../src/base/async.ts';
import { playWith } from '../skills/agent-skills/conversation.ts';
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
  await coda.app.settled();
  expect(steps).toEqual(['search: {"city":"Oslo"}']);
  await coda.app.stop();
  await coda.world.clock.moveTo(new Date(at.getTime() + 3_600_000), async () => {});
  await coda.start();
  await coda.app.settled();
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
  await coda.app.settled();
  expect(asked.filter((each) => each === 'search')).toHaveLength(1);
  expect(asked.filter((each) => each === 'sing')).toHaveLength(1);
  await coda.restart();
  await coda.passes({ minutes: 1 });
  expect(asked.filter((each) => each === 'search')).toHaveLength(1);
  expect(asked.filter((each) => each === 'sing')).toHaveLength(2);
});
