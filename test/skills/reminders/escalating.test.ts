/** Reminders that are told somebody else where their person does not answer. */

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { hooksOf } from '../../support/hooks.ts';
import { type Play, type PlayedPerson, play } from '../../support/play.ts';
import { lastSaid, ScriptedModel } from '../../support/scripted-model.ts';

let coda: Play;
let ana: PlayedPerson;
let bo: PlayedPerson;

beforeAll(async () => {
  const model = new ScriptedModel((request) => {
    const said = lastSaid(request);
    if (request.messages.at(-1)?.role !== 'user') return ['Done.'];
    return [{ call: 'reminder_edit', input: JSON.parse(said) as Record<string, unknown> }];
  });
  coda = await play({
    at: '2027-03-03T08:00:00Z',
    model,
    config: { 'memory.auto': 'off' },
    platform: { showsUse: true },
  });
  ana = coda.person('ana');
  bo = coda.person('bo', { role: 'member' });
  for (const each of [ana, bo]) await each.says('/timezone Berlin');
  await ana.says('/targets person bo');
  await bo.presses('Yes');
});
afterAll(() => coda[Symbol.asyncDispose]());

/** Each scene begins at ten o'clock of a new day, without reminders. */
beforeEach(async () => {
  await coda.database().run('test.none', `update reminders set state = 'deleted', escalate_at = null`, []);
  const day = new Date(coda.world.clock.now().getTime() + 86_400_000).toISOString().slice(0, 10);
  await coda.moveTo(new Date(`${day}T09:00:00Z`));
});

const mark = () => coda.platform.messages.length;
const told = (since: number, channel: string) =>
  coda.platform.messages
    .slice(since)
    .filter((message) => message.channel === channel)
    .map(({ text }) => text);

test('by a flag of /remind somebody else is told once, who presses Seen for its person', async () => {
  const since = mark();
  const said = await ana.says('/remind at 11 take the pills --nag 10 minutes --escalate bo after 30 minutes');
  expect(said).toContain(
    'repeat it every 10 minutes until you say it is done. If you have not answered it 30 minutes later, I tell it “bo”, too.',
  );
  expect(await ana.says('/reminders')).toContain('told elsewhere, too, after 30 minutes without an answer');
  await coda.passes({ minutes: 89 });
  expect(told(since, 'dm-bo')).toEqual([]);
  await coda.passes({ minutes: 2 });
  expect(told(since, 'dm-bo')).toEqual(['Nobody has answered for 30 minutes (it was for ana):\n⏰ take the pills']);
  await coda.passes({ minutes: 60 });
  expect(told(since, 'dm-bo')).toHaveLength(1);
  await bo.presses('Seen');
  expect(told(since, 'dm-ana').at(-1)).toBe('bo has seen “take the pills”.');
  const seen = mark();
  await coda.passes({ hours: 5 });
  expect(told(seen, 'dm-ana')).toEqual([]);
});

test('whoever answers in time, or puts it off, is not told on', async () => {
  const since = mark();
  await ana.says('/remind at 11 feed the cat --escalate bo');
  await ana.says('/remind at 11:05 water the plants --escalate bo after 20 minutes');
  await coda.passes({ minutes: 66 });
  await ana.says('/done cat');
  await ana.says('/snooze 2 hours plants');
  await coda.passes({ minutes: 60 });
  expect(told(since, 'dm-bo')).toEqual([]);
  // Put off, it waits again once it has spoken.
  await coda.passes({ minutes: 90 });
  expect(told(since, 'dm-bo')).toEqual(['Nobody has answered for 20 minutes (it was for ana):\n⏰ water the plants']);
});

test('of a series each occurrence is told on that nobody has answered, counted from when it came', async () => {
  const since = mark();
  await ana.says('/remind every day at 11 take the drops --escalate bo after 25 hours');
  await coda.passes({ minutes: 70 });
  await ana.says('/done drops');
  await coda.passes({ hours: 26 });
  expect(told(since, 'dm-bo')).toEqual([]);
  await coda.passes({ hours: 24 });
  expect(told(since, 'dm-bo')).toEqual(['Nobody has answered for 25 hours (it was for ana):\n⏰ take the drops']);
});

test('it is changed and taken away; what waits already waits from now on; undo brings it back', async () => {
  const since = mark();
  await ana.says('/remind at 11 lock the door');
  await coda.passes({ minutes: 90 });
  await ana.says('{"which": "door", "escalate": {"to": "bo", "after": "10 minutes"}}');
  await ana.presses('Approve');
  expect(await ana.says('/reminders')).toContain('told elsewhere, too, after 10 minutes without an answer');
  await ana.says('{"which": "door", "escalate": {"to": "off"}}');
  await coda.passes({ minutes: 20 });
  expect(told(since, 'dm-bo')).toEqual([]);
  await ana.says('/undo');
  await coda.passes({ minutes: 20 });
  expect(told(since, 'dm-bo')).toHaveLength(1);
});

test('whom it cannot tell is refused with the way on, and a dash in the text stays in it', async () => {
  expect(await ana.says('/remind at 11 call Eva --escalate eva')).toContain('I know no target “eva”');
  expect(await ana.says('/remind at 11 call Eva --escalate bo after a while')).toContain('is no length of time');
  expect(await ana.says('/remind at 11 call Eva --escalate off')).not.toContain('answered');
  expect(await ana.says('/remind tomorrow at 9 run npm test --watch')).toContain('run npm test --watch');
});

test('what a webhook sends is text, whatever flags stand in it', async () => {
  const template = { when: 'at 11', text: 'Look at {{ what }}' };
  await hooksOf(coda).add({ name: 'bell', person: 'ana', kind: 'reminder', allow_unsigned: true, template });
  const since = mark();
  await hooksOf(coda).takeLocal('bell', Buffer.from('{"what":"it --urgent --escalate bo after 5 minutes"}'), undefined);
  await coda.passes({ hours: 2 });
  expect(told(since, 'dm-ana').at(-1)).toContain('Look at it --urgent --escalate bo');
  expect(told(since, 'dm-bo')).toEqual([]);
});

test('moved, it waits for its new time; taken back, Done leaves it waiting again', async () => {
  const since = mark();
  await ana.says('/remind at 11 take the pills --escalate bo after 30 minutes');
  await coda.passes({ minutes: 70 });
  await ana.says('{"which": "pills", "when": "at 15:00"}');
  // Moved and back again, it waits as it did.
  await ana.says('/undo');
  await ana.says('{"which": "pills", "when": "at 15:00"}');
  await coda.passes({ minutes: 60 });
  expect(told(since, 'dm-bo')).toEqual([]);
  await coda.passes({ hours: 3, minutes: 25 });
  expect(told(since, 'dm-bo')).toEqual(['Nobody has answered for 30 minutes (it was for ana):\n⏰ take the pills']);
  const later = mark();
  await ana.says('/remind every day at 17:00 water the plants --escalate bo after 30 minutes');
  await coda.passes({ minutes: 95 });
  await ana.says('/done plants');
  await coda.passes({ minutes: 40 });
  await ana.says('/undo');
  await coda.passes({ minutes: 31 });
  expect(told(later, 'dm-bo')).toEqual(['Nobody has answered for 30 minutes (it was for ana):\n⏰ water the plants']);
});

test('a button of yesterday answers nothing of today', async () => {
  const since = mark();
  await ana.says('/remind every day at 11 take the drops --escalate bo after 30 minutes');
  await coda.passes({ minutes: 91 });
  const button = coda.platform.messages.findLast(({ channel }) => channel === 'dm-bo')?.buttons[0];
  await coda.passes({ hours: 23, minutes: 35 });
  await (await coda.press('bo', 'dm-bo', button?.id ?? '')).settled;
  await coda.app.whenSettled();
  expect(told(since, 'dm-bo').at(-1)).toBe(
    'That was for an earlier time: “take the drops” comes again, and is as it was.',
  );
  await coda.passes({ minutes: 30 });
  expect(told(since, 'dm-bo').filter((text) => text.startsWith('Nobody has answered'))).toHaveLength(2);
});

test('a flag that has words behind it, or stands there twice, is refused', async () => {
  expect(await ana.says('/remind tomorrow at 9 call Eva --urgent and bring the papers')).toContain(
    '--urgent takes nothing behind it, but “and bring the papers” stands there.',
  );
  expect(await ana.says('/remind tomorrow at 9 call Eva --nag --nag 5 minutes')).toBe(
    '--nag stands there twice: say it once.',
  );
  expect(await ana.says('/schedule hook box.disk --contains a --contains b')).toBe(
    '--contains stands there twice: say it once.',
  );
});

test('Seen by somebody else ends nothing that its person has moved; taken back, the move leaves it waiting', async () => {
  await ana.says('/remind at 11 take the pills --escalate bo after 30 minutes');
  await coda.passes({ minutes: 91 });
  const button = coda.platform.messages.findLast(({ channel }) => channel === 'dm-bo')?.buttons[0];
  await ana.says('{"which": "pills", "when": "at 15:00"}');
  const since = mark();
  await (await coda.press('bo', 'dm-bo', button?.id ?? '')).settled;
  await coda.passes({ hours: 4 });
  expect(told(since, 'dm-ana').join()).toContain('⏰ take the pills');
  await ana.says('{"which": "pills", "when": "at 20:00"}');
  await ana.says('/undo');
  const undone = mark();
  await coda.passes({ minutes: 31 });
  expect(told(undone, 'dm-bo')).toEqual(['Nobody has answered for 30 minutes (it was for ana):\n⏰ take the pills']);
});
