/** Findings that are gathered, held by quiet hours, told until somebody presses Seen, and then to somebody else. */

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { packageRoot } from '../../../src/base/root.ts';
import { hooksOf } from '../../support/hooks.ts';
import { type Play, type PlayedPerson, play } from '../../support/play.ts';
import { POSTGRES_URL } from '../../support/postgres.ts';
import { ScriptedModel } from '../../support/scripted-model.ts';

let coda: Play;
let ana: PlayedPerson;
let bo: PlayedPerson;
let cleo: PlayedPerson;
/** The household's room: ana owns coda, bo and cleo read there too. */
let room: { ana: PlayedPerson; bo: PlayedPerson; cleo: PlayedPerson };
let model: ScriptedModel;
let nth = 0;
/** What a service was sent that is told by a template of the configuration. */
const posted: string[] = [];
const service = createServer((request, response) => {
  let body = '';
  request.on('data', (part: Buffer) => {
    body += part.toString('utf8');
  });
  request.on('end', () => {
    posted.push(body);
    response.end('{}');
  });
});

beforeAll(async () => {
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  const { port } = service.address() as AddressInfo;
  model = new ScriptedModel(() => ['must not be asked']);
  coda = await play({
    at: '2027-03-03T08:00:00Z',
    model,
    config: {
      'memory.auto': 'off',
      'targets.hooks': { ntfy: { url: `http://127.0.0.1:${port}/` } },
      'egress.i_understand_private': [{ network: '127.0.0.1/32', port }],
    },
    platform: { showsUse: true },
  });
  ana = coda.person('ana');
  bo = coda.person('bo', { role: 'member' });
  cleo = coda.person('cleo', { role: 'member' });
  const inRoom = (name: string, role: 'owner' | 'member') => coda.person(name, { channel: 'room', role });
  room = { ana: inRoom('ana', 'owner'), bo: inRoom('bo', 'member'), cleo: inRoom('cleo', 'member') };
  for (const each of [ana, bo, cleo]) await each.says('/timezone Berlin');
  await ana.says('/targets person bo');
  await bo.presses('Yes');
  await room.ana.says('/targets here home');
  await ana.says('/targets hook ntfy');
  await hooksOf(coda).add({
    name: 'box',
    person: 'ana',
    kind: 'watch',
    allow_unsigned: true,
    template: { text: 'x' },
  });
});
afterAll(async () => {
  expect(model.requests).toEqual([]);
  await coda[Symbol.asyncDispose]();
  service.close();
});

/** Each scene begins at ten o'clock of a new day, without schedules. */
beforeEach(async () => {
  while (!(await ana.says('/schedules')).includes('You have planned nothing')) await ana.says('/schedules delete 1');
  const day = new Date(coda.world.clock.now().getTime() + 86_400_000).toISOString().slice(0, 10);
  await coda.moveTo(new Date(`${day}T09:00:00Z`));
});

async function send(values: object): Promise<void> {
  await hooksOf(coda).takeLocal('box', Buffer.from(JSON.stringify({ ...values, nth: ++nth })), undefined);
  // A look that has found something makes a reminder, which speaks then.
  await coda.passes({ seconds: 1 });
}

/** Texts with these words in a channel since `mark`. */
const mark = () => coda.platform.messages.length;
const told = (since: number, channel: string, words = '') =>
  coda.platform.messages
    .slice(since)
    .filter((message) => message.channel === channel && message.text.includes(words))
    .map(({ text }) => text);

async function press(from: string, channel: string, label: string, in_ = channel): Promise<string> {
  const button = coda.platform.messages
    .filter((message) => message.channel === in_)
    .flatMap(({ buttons }) => buttons)
    .findLast((each) => each.label === label);
  if (!button) throw new Error(`there is no button “${label}”`);
  const before = mark();
  await (await coda.press(from, channel, button.id)).settled;
  await coda.app.whenSettled();
  return told(before, channel).join('\n');
}

describe('a digest', () => {
  test('tells once a day, in one message, what its rules have found, and nothing where there was nothing', async () => {
    expect(await ana.says('/schedule hook box.disk --above 90 --over --digest 18:00 --title disk')).toContain(
      "I'll tell it once a day, at 18:00",
    );
    await ana.says('/schedule hook box.door --contains open --digest 18:00 --title door');
    expect(await ana.says('/schedules')).toMatch(/disk.*told once a day, at 18:00/);
    const since = mark();
    for (const disk of [93, 80, 94, 70]) {
      await send({ disk, door: disk > 80 ? 'open' : 'shut' });
      await coda.passes({ minutes: 1 });
    }
    expect(told(since, 'dm-ana')).toEqual([]);
    await coda.restart();
    // 18:00 in Berlin is 17:00 UTC.
    await coda.passes({ hours: 7, minutes: 55 });
    expect(told(since, 'dm-ana')).toEqual([]);
    await coda.passes({ minutes: 6 });
    const [digest = '', ...others] = told(since, 'dm-ana');
    expect(others).toEqual([]);
    expect(digest).toContain('What came, by 2 rules:');
    expect(digest).toMatch(/“disk” is over.*“disk”:.*94.*“disk” is over/s);
    expect(digest).toContain('(“disk” had 1 earlier finding.)');
    expect(digest).toContain('“door”');
    await coda.passes({ days: 1, hours: 1 });
    expect(told(since, 'dm-ana')).toHaveLength(1);
  });

  test('of a deleted rule tells nothing, and tells it where the deletion is taken back', async () => {
    for (const title of ['one', 'two'])
      await ana.says(`/schedule hook box.disk --above 90 --digest 18:00 --title ${title}`);
    await send({ disk: 99 });
    await ana.says('/schedules delete one');
    await ana.says('/schedules delete two');
    await ana.says('/undo');
    const since = mark();
    await coda.passes({ hours: 12 });
    expect(told(since, 'dm-ana')).toHaveLength(1);
    expect(told(since, 'dm-ana')[0]).toMatch(/^What came, by 1 rule:\s+“two”/);
  });

  test('goes to a target, and to its person once that is taken back', async () => {
    await ana.says('/schedule hook box.disk --above 90 --over --digest 18:00 --tell home --title disk');
    await send({ disk: 99 });
    let since = mark();
    await coda.passes({ hours: 12 });
    expect([told(since, 'room', '“disk”').length, told(since, 'dm-ana', '“disk”').length]).toEqual([1, 0]);
    await send({ disk: 1 });
    await ana.says('/targets remove home');
    since = mark();
    await coda.passes({ days: 1 });
    expect([told(since, 'room', '“disk”').length, told(since, 'dm-ana', '“disk”').length]).toEqual([0, 1]);
    await room.ana.says('/targets here home');
  });
});

describe('quiet hours', () => {
  test('hold what a rule has found, but not what is urgent', async () => {
    await ana.says('/quiet 11:00-13:00');
    await ana.says('/schedule hook box.disk --above 90 --title calm');
    await ana.says('/schedule hook box.disk --above 90 --urgent --title loud');
    await ana.says('/schedule hook box.disk --above 90 --seen 5 --title seen');
    await ana.says('/schedule hook box.disk --above 90 --seen 5 --urgent --title both');
    await coda.passes({ hours: 1, minutes: 30 });
    const since = mark();
    await send({ disk: 99 });
    expect(told(since, 'dm-ana').map((text) => /“(\w+)”/.exec(text)?.[1])).toEqual(
      expect.arrayContaining(['loud', 'both']),
    );
    expect(told(since, 'dm-ana')).toHaveLength(2);
    await coda.passes({ minutes: 95 });
    expect(told(since, 'dm-ana', '“calm”')).toHaveLength(1);
    expect(told(since, 'dm-ana', '“seen”').length).toBeGreaterThanOrEqual(1);
    await ana.says('/quiet off');
  });
});

describe('Seen', () => {
  test('is asked for again and again, until it is pressed; pressed twice it says so', async () => {
    expect(await ana.says('/schedule hook box.disk --above 90 --seen 10 minutes --title disk')).toContain(
      'every 10 minutes until somebody presses Seen',
    );
    const since = mark();
    await send({ disk: 93 });
    expect(told(since, 'dm-ana')).toHaveLength(1);
    expect(told(since, 'dm-ana')[0]).toMatch(/^“disk”:\n```\n93/);
    await coda.restart();
    await coda.passes({ minutes: 21 });
    expect(told(since, 'dm-ana')).toHaveLength(3);
    expect(told(since, 'dm-ana')[2]).toContain('(repeated, 2 of 12: press Seen to end that)');
    expect(await ana.says('/reminders')).toContain('“disk”');
    expect(await ana.presses('Seen')).toContain('Seen: “disk”. I say no more of it.');
    const first = coda.platform.messages.slice(since).find(({ text }) => text.startsWith('“disk”'));
    await (await coda.press('ana', 'dm-ana', first?.buttons[0]?.id ?? '')).settled;
    await coda.app.whenSettled();
    expect(ana.seen().at(-1)?.text).toContain('“disk” has been seen already');
    const after = mark();
    await coda.passes({ hours: 3 });
    expect(told(after, 'dm-ana')).toEqual([]);
    expect(await ana.says('/reminders')).not.toContain('“disk”');
  });

  test('is pressed in a shared place by whoever reads there, and by nobody else', async () => {
    await ana.says('/schedule hook box.disk --above 90 --seen 10 --tell home --title disk');
    const since = mark();
    await send({ disk: 93 });
    expect([told(since, 'room', '“disk”').length, told(since, 'dm-ana').length]).toEqual([1, 0]);
    expect(await press('cleo', 'dm-cleo', 'Seen', 'room')).toContain('That is pressed where it was told');
    await coda.passes({ minutes: 11 });
    expect(told(since, 'room', '“disk”')).toHaveLength(2);
    expect(await press('cleo', 'room', 'Seen')).toContain('Seen: “disk”');
    const shown = coda.platform.messages.findLast(
      (message) => message.channel === 'room' && message.text.includes('93'),
    );
    expect(shown?.text).toContain('Seen — cleo');
    const after = mark();
    await coda.passes({ hours: 3 });
    expect(told(after, 'room')).toEqual([]);
  });

  test('is nobody else’s in a direct chat, and ends with the rule, or with what it tells of', async () => {
    await ana.says('/schedule hook box.disk --above 90 --over --seen 10 --title disk');
    const since = mark();
    await send({ disk: 93 });
    await press('cleo', 'dm-cleo', 'Seen', 'dm-ana');
    await coda.passes({ minutes: 11 });
    expect(told(since, 'dm-ana', '93')).toHaveLength(2);
    await send({ disk: 50 });
    await coda.passes({ hours: 1 });
    expect(told(since, 'dm-ana', '93')).toHaveLength(2);
    expect(told(since, 'dm-ana', 'is over')).toHaveLength(1);
    await send({ disk: 95 });
    expect(told(since, 'dm-ana', '95')).toHaveLength(1);
    await ana.says('/schedules delete disk');
    await coda.passes({ hours: 1 });
    expect(told(since, 'dm-ana', '95')).toHaveLength(1);
    expect(await ana.presses('Seen')).toContain('Nothing waits for that any more');
  });
});

describe('where nobody presses Seen', () => {
  const PLAN = '/schedule hook box.disk --above 90 --over --seen 10 --escalate bo after 30 minutes';

  test('somebody else is told, once; their Seen ends it, and is said where it was told first', async () => {
    expect(await ana.says(`${PLAN} --title disk`)).toContain('after 30 minutes without that also in bo');
    expect(await ana.says('/schedules')).toContain('after 30 minutes without that also in bo');
    const since = mark();
    await send({ disk: 93 });
    await coda.passes({ minutes: 29 });
    expect(told(since, 'dm-bo')).toEqual([]);
    await coda.passes({ minutes: 2 });
    expect(told(since, 'dm-bo')).toHaveLength(1);
    expect(told(since, 'dm-bo')[0]).toMatch(/^Nobody has pressed Seen for 30 minutes \(it was for ana\):\n“disk”/);
    await coda.passes({ hours: 1 });
    expect(told(since, 'dm-bo')).toHaveLength(1);
    expect(await press('bo', 'dm-bo', 'Seen')).toContain('Seen: “disk”');
    expect(ana.heard('bo has seen “disk”')).toHaveLength(1);
    const after = mark();
    await coda.passes({ hours: 3 });
    expect(told(after, 'dm-ana')).toEqual([]);
  });

  test('the example of the documentation does what stands there', async () => {
    const page = readFileSync(join(packageRoot(), 'docs/automations.md'), 'utf8');
    const [, line = ''] = /\/targets person bo\n(\/schedule [^\n]+)/.exec(page) ?? [];
    const boiler = { name: 'boiler', person: 'ana', kind: 'watch', allow_unsigned: true, template: { text: 'x' } };
    await hooksOf(coda).add(boiler);
    expect(await ana.says(line)).toContain('every 10 minutes until somebody presses Seen');
    const since = mark();
    await hooksOf(coda).takeLocal('boiler', Buffer.from('{"pressure":0.7}'), undefined);
    await coda.passes({ minutes: 31 });
    expect([told(since, 'dm-ana', '“boiler”').length, told(since, 'dm-bo', '“boiler”').length]).toEqual([4, 1]);
    await press('bo', 'dm-bo', 'Seen');
  });

  test('one that is done is not brought back beside a newer one', async () => {
    await ana.says('/schedule hook box.note --seen 10 --title note');
    await send({ note: 'one' });
    await ana.says('/done note');
    const done = coda.platform.messages
      .flatMap(({ buttons }) => buttons)
      .findLast(({ label }) => label.startsWith('Undo'));
    await send({ note: 'two' });
    const before = mark();
    await (await coda.press('ana', 'dm-ana', done?.id ?? '')).settled;
    await coda.app.whenSettled();
    expect(told(before, 'dm-ana').join()).toContain('A newer finding has taken the place of “note”');
    expect(await ana.says('/reminders')).not.toContain('one');
    await ana.presses('Seen');
  });

  test('nobody else is told once it was pressed, nor once the rule is deleted', async () => {
    await ana.says(`${PLAN} --title disk`);
    const since = mark();
    await send({ disk: 93 });
    await ana.presses('Seen');
    await coda.passes({ hours: 1 });
    await send({ disk: 10 });
    await send({ disk: 94 });
    await ana.says('/schedules delete disk');
    await coda.passes({ hours: 1 });
    expect(told(since, 'dm-bo')).toEqual([]);
  });

  test('what is found anew meanwhile does not begin the time anew', async () => {
    await ana.says(`/schedule hook box.note --seen 10 --escalate bo after 30 minutes --title note`);
    const since = mark();
    for (const note of ['one', 'two', 'three']) {
      await send({ note });
      await coda.passes({ minutes: 11 });
    }
    expect(told(since, 'dm-bo')).toHaveLength(1);
    expect(told(since, 'dm-bo')[0]).toContain('three');
  });

  test('another person’s quiet hours hold it, and Seen meanwhile takes it away', async () => {
    await bo.says('/quiet 10:00-12:00');
    await ana.says(`${PLAN} --title disk`);
    const since = mark();
    await send({ disk: 93 });
    await coda.passes({ hours: 1, minutes: 45 });
    expect(told(since, 'dm-bo')).toEqual([]);
    await coda.passes({ minutes: 20 });
    expect(told(since, 'dm-bo')).toHaveLength(1);
    await bo.says('/quiet off');
  });

  test('a source that fails and works again ends no alarm, and is told beside it', async () => {
    await ana.says(`${PLAN} --title disk`);
    const since = mark();
    await send({ disk: 93 });
    await send({ disk: 'n/a' });
    await send({ disk: 94 });
    expect(told(since, 'dm-ana', 'works again')).toHaveLength(1);
    await coda.passes({ minutes: 31 });
    expect(told(since, 'dm-ana', '93').length).toBeGreaterThan(1);
    expect(told(since, 'dm-bo', '93')).toHaveLength(1);
    expect(told(since, 'dm-bo', 'no number')).toEqual([]);
  });

  test('what its person’s quiet hours hold is told with what came later, and holds up nobody else', async () => {
    await ana.says('/schedule hook box.disk --contains full --over --seen 10 minutes --escalate bo --title disk');
    const since = mark();
    await send({ disk: 'full of pictures' });
    await ana.says('/quiet 10:01-12:00');
    await coda.passes({ minutes: 2 });
    await send({ disk: 'empty' });
    await send({ disk: 'full of music' });
    await send({ disk: 'empty again' });
    await coda.passes({ minutes: 30 });
    await coda.passes({ hours: 2 });
    await ana.says('/quiet off');
    const said = told(since, 'dm-ana').join('\n');
    expect(said).toContain('full of music');
    expect(said).toContain('is over');
    expect(told(since, 'dm-bo')).toEqual([]);
  });

  test('a rule that is switched off ends it, and tells anew what still holds', async () => {
    await ana.says(`${PLAN} --title disk`);
    await send({ disk: 93 });
    const since = mark();
    await ana.says('/schedules off disk');
    await coda.passes({ hours: 1 });
    expect(told(since, 'dm-ana', '93')).toEqual([]);
    expect(told(since, 'dm-bo')).toEqual([]);
    await ana.says('/schedules on disk');
    await send({ disk: 95 });
    expect(told(since, 'dm-ana', '95')).toHaveLength(1);
  });

  test('where it is told is changed for what waits, too', async () => {
    await ana.says(`${PLAN} --title disk`);
    await send({ disk: 93 });
    await ana.says('/schedules change disk --escalate off');
    const since = mark();
    await coda.passes({ hours: 1 });
    expect(told(since, 'dm-ana', '93').length).toBeGreaterThan(1);
    expect(told(since, 'dm-bo')).toEqual([]);
  });

  test('a target that was taken back is not told: it comes to its person, once', async () => {
    await ana.says(`${PLAN} --title disk`);
    const [, id = ''] = /`(\w+)`/.exec(await bo.says('/targets')) ?? [];
    await bo.says(`/targets remove ${id}`);
    const since = mark();
    await send({ disk: 93 });
    await coda.passes({ hours: 2 });
    expect(told(since, 'dm-bo')).toEqual([]);
    expect(told(since, 'dm-ana', 'It cannot be told where it was to be told then')).toHaveLength(1);
    expect(await ana.says(PLAN)).toContain('may not be told');
  });
});

test('whoever was to be told is erased, or has planned it: nobody is told any more in their name', async () => {
  const dora = coda.person('dora', { role: 'member' });
  await dora.says('/timezone Berlin');
  await ana.says('/targets person dora');
  await dora.presses('Yes');
  await ana.says('/schedule hook box.disk --above 90 --seen 10 --escalate dora after 30 minutes --title disk');
  await dora.says('/forget');
  await dora.presses('Yes, forget me');
  let since = mark();
  await send({ disk: 93 });
  await coda.passes({ hours: 1 });
  expect(told(since, 'dm-dora')).toEqual([]);
  expect(told(since, 'dm-ana', 'Nobody has pressed Seen')).toHaveLength(1);
  await ana.presses('Seen');

  const eli = coda.person('eli', { role: 'member' });
  await eli.says('/timezone Berlin');
  await coda.person('eli', { channel: 'room', role: 'member' }).says('/targets here home');
  await ana.presses('Yes');
  await hooksOf(coda).add({
    name: 'eli',
    person: 'eli',
    kind: 'watch',
    allow_unsigned: true,
    template: { text: 'x' },
  });
  await eli.says('/schedule hook eli.disk --above 90 --seen 10 --tell home --title his');
  since = mark();
  await hooksOf(coda).takeLocal('eli', Buffer.from('{"disk":93}'), undefined);
  await coda.passes({ minutes: 1 });
  expect(told(since, 'room', '“his”')).toHaveLength(1);
  await eli.says('/forget');
  await eli.presses('Yes, forget me');
  await coda.passes({ hours: 1 });
  expect(told(since, 'room', '“his”')).toHaveLength(1);
  expect(await coda.count(`reminders where source is not null and text like '%his%'`)).toBe(0);
});

test('what was found when coda was killed is told by the next process, once', async () => {
  await ana.says('/schedule hook box.disk --above 90 --seen 10 --title disk');
  await ana.says('/schedule hook box.disk --above 90 --digest 18:00 --title daily');
  const { world } = coda;
  const { probe } = world;
  // Found and stored; then nothing is told any more.
  world.probe = ({ name, phase }) => {
    if (phase === 'before' && (name === 'reminders.fire' || name === 'scheduler.digest')) throw new Error('killed');
  };
  const since = mark();
  await hooksOf(coda).takeLocal('box', Buffer.from('{"disk":93,"nth":"killed"}'), undefined);
  await coda.app.whenSettled();
  expect(await coda.count(`schedule_runs where finding in ('told', 'gathered') and told like '%93%'`)).toBeGreaterThan(
    1,
  );
  await coda.app.stop(0);
  expect(told(since, 'dm-ana')).toEqual([]);
  if (probe) world.probe = probe;
  await coda.start();
  await coda.passes({ minutes: 1 });
  expect(told(since, 'dm-ana', '“disk”')).toHaveLength(1);
  await ana.presses('Seen');
  await coda.app.stop(0);
  await world.clock.moveTo(new Date(world.clock.now().getTime() + 9 * 3_600_000));
  await coda.start();
  await coda.passes({ minutes: 1 });
  expect(told(since, 'dm-ana', 'What came, by 1 rule')).toHaveLength(1);
});

test('the rule of a schedule, and how it is told, can be changed', async () => {
  await ana.says('/schedule hook box.disk --above 90 --over --between 08:00-20:00 --title disk');
  expect(await ana.says('/schedules change 1 --above 95 --over off --between off --digest 18:00')).toContain(
    "Changed “disk”. I'll tell it when the number in it is above 95 and once a day, at 18:00.",
  );
  expect(await ana.says('/schedules change 1 --seen 10')).toContain('is told once: it is not repeated');
  expect(await ana.says('/schedules change 1 --seen 10 --digest off --urgent')).toContain('in quiet hours too');
  expect(await ana.says('/schedules change 1 --below')).toBe('--below takes a number, such as --below 3; it has none.');
  expect(await ana.says('/schedules change 1 --above x')).toContain('takes a number, such as --above 3; “x” is none.');
  expect(await ana.says('/schedules change 1 --wrong 3')).toContain('There is no --wrong');
  const since = mark();
  await send({ disk: 93 });
  expect(told(since, 'dm-ana')).toEqual([]);
  await send({ disk: 96 });
  expect(told(since, 'dm-ana', '96')).toHaveLength(1);
  // Another rule begins anew: it is below 50 now, too.
  expect(await ana.says('/schedules change 1 --below 50')).toContain('below 50');
  await send({ disk: 40 });
  expect(told(since, 'dm-ana', '40')).toHaveLength(1);
  await ana.says('/schedules change 1 --above 95');
  await send({ disk: 97 });
  // No longer asked for, it is not repeated.
  await ana.says('/schedules change 1 --seen off');
  await coda.passes({ hours: 1 });
  expect(told(since, 'dm-ana', '97')).toHaveLength(1);
  await ana.says('/undo');
  expect(await ana.says('/schedules')).toContain('every 10 minutes until somebody presses Seen');
});

test('a change that cannot be done whole is refused whole', async () => {
  await hooksOf(coda).add({
    name: 'page',
    person: 'ana',
    kind: 'watch',
    allow_unsigned: true,
    template: { text: 'x' },
  });
  await ana.says('/schedule every day at 9 drink water');
  const unsure = '/schedules change 1 tuesday or wednesday at 10am';
  expect(await ana.says(`${unsure} --title tea`)).toMatch(/can mean .* or .*, so I have changed nothing/);
  expect(await ana.says('/schedules')).toMatch(/drink water.*every day at 09:00/i);
  await ana.says(unsure);
  expect(ana.seen().at(-1)?.buttons.length).toBeGreaterThan(1);
  await ana.says('/schedules delete 1');
  await ana.says('/schedule hook box.disk --above 90 --title disk');
  const runs = await coda.count('schedule_runs');
  expect(await ana.says('/schedules change 1 every hour')).toContain('whenever its hook is sent something');
  expect(await ana.says('/schedules run 1')).toContain('“disk” waits for its hook');
  const { rows } = await coda.database().read<{ id: string }>("select id from person_schedules where state = 'on'");
  await expect(coda.operation('schedules run', { name: rows[0]?.id ?? '' })).rejects.toThrow('waits for its hook');
  await coda.passes({ hours: 2 });
  expect(await coda.count('schedule_runs')).toBe(runs);
  expect(await ana.says('/schedules change 1 --escalate bo after 30 minutes after 5')).toContain(
    'is no length of time',
  );
  expect(await ana.says('/schedules')).not.toContain('until somebody presses Seen');
});

test('a rule that was changed knows nothing of how often the one before has told', async () => {
  await ana.says('/schedule hook box.disk --above 90 --over --title disk');
  for (const disk of [95, 10, 95, 10, 95, 10]) await send({ disk });
  await send({ disk: 'no number' });
  let since = mark();
  await ana.says('/schedules change 1 --above 80');
  await send({ disk: 85 });
  expect(told(since, 'dm-ana', '85')).toHaveLength(1);
  await ana.says('/schedules change 1 --above 80 --daily');
  since = mark();
  await send({ disk: 86 });
  expect(told(since, 'dm-ana', '86')).toHaveLength(1);
});

describe('a service', () => {
  test('has nothing told that somebody is to press', async () => {
    expect(await ana.says('/schedule hook box.disk --above 90 --seen 10 --tell ntfy')).toContain(
      'Nobody can press Seen',
    );
    await ana.says('/schedule hook box.disk --above 90 --tell ntfy --title disk');
    expect(await ana.says('/schedules change 1 --seen 10')).toContain('Nobody can press Seen in “ntfy”');
    await ana.says('/schedules tell 1 here');
    expect(await ana.says('/schedules change 1 --escalate ntfy after 5')).toContain('until somebody presses Seen');
    expect(await ana.says('/schedules tell 1 ntfy')).toContain('Nobody can press Seen');
    const before = posted.length;
    await send({ disk: 93 });
    await coda.passes({ minutes: 6 });
    expect(posted).toHaveLength(before + 1);
    expect(posted.at(-1)).not.toContain('press Seen to');
    await ana.presses('Seen');
  });

  test('gets as much of a digest as it takes, with the number of what is left out', async () => {
    const fields = [...'abcdefgh'];
    for (const field of fields)
      await ana.says(`/schedule hook box.${field} --digest 18:00 --tell ntfy --title rule-${field}`);
    const long = (field: string) => `${field} ${'long '.repeat(180)}`;
    await send(Object.fromEntries(fields.map((field) => [field, long(field)])));
    const before = posted.length;
    await coda.passes({ hours: 12 });
    expect(posted).toHaveLength(before + 1);
    expect(posted.at(-1)).toContain('What came, by 8 rules');
    expect(posted.at(-1)).toMatch(/\(2 more findings: the page Automations shows them/);
  });
});

test.skipIf(!POSTGRES_URL)('two replicas tell a digest, and whom nobody answers, once', async () => {
  await using both = await play({ at: '2026-11-20T08:00:00Z', engine: 'PostgreSQL' });
  await both.replica();
  const [own, other] = [both.person('ana'), both.person('bo', { role: 'member' })];
  await own.says('/timezone Berlin');
  await other.says('/timezone Berlin');
  await own.says('/targets person bo');
  await other.presses('Yes');
  await hooksOf(both).add({
    name: 'box',
    person: 'ana',
    kind: 'watch',
    allow_unsigned: true,
    template: { text: 'x' },
  });
  for (const field of ['a', 'b', 'c']) {
    await own.says(`/schedule hook box.${field} --digest 18:00 --title digest-${field}`);
    await own.says(`/schedule hook box.${field} --seen 30 --escalate bo after 10 minutes --title seen-${field}`);
  }
  await hooksOf(both).takeLocal('box', Buffer.from('{"a":1,"b":2,"c":3}'), undefined);
  for (const _ of Array.from({ length: 12 })) await both.passes({ minutes: 1 });
  for (const field of ['a', 'b', 'c']) {
    expect(own.heard(`“seen-${field}”:`)).toHaveLength(1);
    expect(other.heard(`“seen-${field}”`)).toHaveLength(1);
  }
  await both.passes({ hours: 10 });
  expect(own.heard('What came, by 3 rules')).toHaveLength(1);
  expect(own.heard('What came')).toHaveLength(1);
});

test('a digest keeps its time of day when the clock changes, and waits for the end of quiet hours', async () => {
  await coda.moveTo(new Date('2027-03-27T09:00:00Z'));
  await ana.says('/schedule hook box.disk --changed --digest 18:00 --title disk');
  await send({ disk: 1 });
  await send({ disk: 2 });
  let since = mark();
  await coda.moveTo(new Date('2027-03-27T17:00:30Z'));
  expect(told(since, 'dm-ana')).toHaveLength(1);
  await send({ disk: 3 });
  since = mark();
  await coda.moveTo(new Date('2027-03-28T15:59:00Z'));
  expect(told(since, 'dm-ana')).toEqual([]);
  await coda.moveTo(new Date('2027-03-28T16:00:30Z'));
  expect(told(since, 'dm-ana')).toHaveLength(1);
  // A time that the change leaves out comes right behind it, and once.
  await ana.says('/schedules change 1 --digest 02:30');
  await ana.says('/quiet 17:00-19:00');
  await ana.says('/schedule hook box.door --changed --digest 18:00 --title door');
  await send({ door: 1 });
  await send({ door: 2 });
  since = mark();
  await coda.moveTo(new Date('2027-03-29T16:30:00Z'));
  expect(told(since, 'dm-ana')).toEqual([]);
  await coda.moveTo(new Date('2027-03-29T17:01:00Z'));
  expect(told(since, 'dm-ana', 'What came')).toHaveLength(1);
  await ana.says('/quiet off');
});
