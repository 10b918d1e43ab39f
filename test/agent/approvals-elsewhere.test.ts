import { expect, test } from 'vitest';
import { controlActs } from '../../src/app/index.ts';
import { Outside } from '../support/outside.ts';
import { play } from '../support/play.ts';
import { ScriptedModel } from '../support/scripted-model.ts';

const letters = () => {
  const calls = ['bob', 'eve'].map((to) => ({ call: 'letter_send', input: { to } }));
  return new ScriptedModel(calls, ['both are decided']);
};

test('what waits for a decision is listed and decided beside the conversation, once', async () => {
  const { skill, sent } = new Outside();
  await using coda = await play({ model: letters(), skills: [skill] });
  const ana = coda.person('ana');
  await ana.says('write to both');
  const { approvals } = coda.app;
  const [first, second] = await approvals.list();
  expect(first).toMatchObject({ tool: 'letter_send', person: 'ana', place: 'fake:dm-ana' });
  expect([first?.shown, second?.shown].map((shown) => JSON.parse(shown ?? '{}'))).toEqual([
    { to: 'bob' },
    { to: 'eve' },
  ]);
  expect(await approvals.decide('', true, undefined)).toBe('several');
  expect(await approvals.decide(first?.id ?? '', true, undefined)).toBe('done');
  expect(await approvals.decide(first?.id ?? '', true, undefined)).toBe('gone');
  // The buttons of the one that was decided about are used up; the other one still asks.
  const unused = await coda.database().read('select label from buttons where used_at is null order by position');
  expect(unused.rows).toEqual([{ label: 'Approve' }, { label: 'Deny' }]);
  await ana.presses('Deny');
  expect(sent).toEqual(['bob']);
  expect(await approvals.list()).toEqual([]);
  const { rows } = await coda
    .database()
    .read("select origin, status from audit_log where action = 'approval.decide' order by seq");
  expect(rows).toEqual([
    { origin: 'terminal', status: 'ok' },
    { origin: 'press', status: 'declined' },
  ]);
});

test('a program that decides carries the configured token', async () => {
  const { skill, sent } = new Outside();
  const config = { 'access.approval_token': 'open sesame' };
  await using coda = await play({ model: letters(), skills: [skill], config });
  await coda.person('ana').says('write to both');
  const { approvals } = coda.app;
  const [first] = await approvals.list();
  for (const token of [undefined, '', 'open', 'open sesame ']) {
    expect(await approvals.decide(first?.id ?? '', true, token)).toBe('token');
  }
  expect(await approvals.decide(first?.id ?? '', false, 'open sesame')).toBe('done');
  expect(sent).toEqual([]);
});

test('what a command has coda do is in the log of what was done', async () => {
  await using coda = await play({});
  const acts = controlActs(coda.app, coda.world);
  await acts.resend({});
  await acts.retryJobs({ id: '00000000-0000-4000-8000-000000000000' });
  await acts.undeprecateSkill({ name: 'weather' });
  const { rows } = await coda
    .database()
    .read("select subject, origin, detail from audit_log where action = 'control.run' order by seq");
  expect(rows).toEqual([
    { subject: 'outbox resend', origin: 'terminal', detail: {} },
    { subject: 'jobs retry', origin: 'terminal', detail: { id: '00000000-0000-4000-8000-000000000000' } },
    { subject: 'skills undeprecate', origin: 'terminal', detail: { name: 'weather' } },
  ]);
});
