import { duplexPair } from 'node:stream';
import { expect, test } from 'vitest';
import { Outside } from '../support/outside.ts';
import { type Play, play } from '../support/play.ts';
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
  expect([first?.shown, second?.shown]).toEqual(['to: bob', 'to: eve']);
  expect(await approvals.decide('', true, undefined)).toBe('several');
  expect(await approvals.decide(first?.id ?? '', true, undefined)).toBe('done');
  expect(await approvals.decide(first?.id ?? '', true, undefined)).toBe('gone');
  // The buttons of the one that was decided about are used up; the other one still asks.
  const unused = await coda.database().read('select label from buttons where used_at is null order by position');
  expect(unused.rows).toEqual([{ label: 'Approve' }, { label: 'Deny' }, { label: 'Deny, because …' }]);
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

test('a call that stands twice in an answer is asked about once, and made once', async () => {
  const { skill, sent } = new Outside();
  const twice = ['bob', 'bob'].map((to) => ({ call: 'letter_send', input: { to } }));
  await using coda = await play({ model: new ScriptedModel(twice, ['both are decided']), skills: [skill] });
  await coda.person('ana').says('write to bob twice');
  const { approvals } = coda.app;
  const [first, ...others] = await approvals.list();
  expect(others).toEqual([]);
  expect(await approvals.decide(first?.id ?? '', true, undefined)).toBe('done');
  await coda.app.whenSettled();
  expect(sent).toEqual(['bob']);
  expect(await approvals.list()).toEqual([]);
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

/** Says the lines in a terminal session of its own and gives what that was told in answer to each. */
async function session(coda: Play, lines: readonly object[], isProgram: boolean): Promise<string[]> {
  const [near, far] = duplexPair();
  let heard = '';
  near.setEncoding('utf8').on('data', (text: string) => {
    heard += text;
  });
  const over = coda.app.console.attach({ input: far, output: far, isProgram });
  near.end(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  await over;
  return heard.split('\n').filter(Boolean);
}

test('a terminal session without the token asks, and neither a press nor a yes of it approves', async () => {
  const { skill, sent } = new Outside();
  const config = { 'access.approval_token': 'open sesame' };
  const one = new ScriptedModel([{ call: 'letter_send', input: { to: 'bob' } }], ['it is decided']);
  await using coda = await play({ model: one, skills: [skill], config });
  const asked = await session(coda, [{ text: 'write to bob' }], true);
  const button = /"id":"([^"]+)","label":"Approve"/.exec(asked.join('\n'))?.[1] ?? '';
  const said = await session(coda, [{ press: button, conversation: 'main' }, { text: 'yes' }], true);
  expect(said.join('\n')).toContain('did not bring `access.approval_token`');
  expect(sent).toEqual([]);
  // What was refused has used nothing up: whoever carries the token presses it.
  await session(coda, [{ press: button, conversation: 'main' }], false);
  await coda.app.whenSettled();
  expect(sent).toEqual(['bob']);
});

test('a program gives nobody a right to approve: it lets nobody in, and gets no code', async () => {
  await using coda = await play({});
  const heard = await session(coda, [{ text: '/link' }, { text: '/pair K7QM3-XPD9R' }], true);
  expect(heard.filter((line) => line.includes('Only a person'))).toHaveLength(2);
  const own = await session(coda, [{ text: '/link' }], false);
  expect(own.join()).toContain('/link ');
});

test('what a command has coda do is in the log of what was done', async () => {
  await using coda = await play({});
  await coda.operation('outbox resend', {});
  await coda.operation('jobs retry', { id: '00000000-0000-4000-8000-000000000000' });
  await coda.operation('skills undeprecate', { name: 'weather' });
  const { rows } = await coda
    .database()
    .read("select subject, origin, detail from audit_log where action = 'control.run' order by seq");
  expect(rows).toEqual([
    { subject: 'outbox resend', origin: 'terminal', detail: {} },
    { subject: 'jobs retry', origin: 'terminal', detail: { id: '00000000-0000-4000-8000-000000000000' } },
    { subject: 'skills undeprecate', origin: 'terminal', detail: { name: 'weather' } },
  ]);
});

test('a no on a card carries its reason to the model, and so does one of the terminal', async () => {
  const { skill, sent } = new Outside();
  const model = letters();
  await using coda = await play({ model, skills: [skill] });
  const ana = coda.person('ana');
  await ana.says('write to both');
  const [first] = await coda.app.approvals.list();
  expect(await coda.app.approvals.decide(first?.id ?? '', false, undefined, 'he has moved')).toBe('done');
  await ana.presses('Deny, because …', { because: 'call her instead' });
  const asked = JSON.stringify(model.requests.at(-1)?.messages);
  expect(asked).toContain('he has moved');
  expect(asked).toContain('call her instead');
  expect(sent).toEqual([]);
});

test('a no whose reason is left out is a plain no', async () => {
  const { skill, sent } = new Outside();
  const model = letters();
  await using coda = await play({ model, skills: [skill] });
  const ana = coda.person('ana');
  await ana.says('write to both');
  await ana.presses('Deny, because …');
  await ana.presses('Deny');
  expect(JSON.stringify(model.requests.at(-1)?.messages)).not.toContain('because: ');
  expect(sent).toEqual([]);
});
