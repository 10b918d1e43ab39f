import { expect, test } from 'vitest';
import { playWith } from '../skills/agent-skills/conversation.ts';
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
