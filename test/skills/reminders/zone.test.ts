/** A time zone that was guessed: what was made in it is offered to be moved, with the times before and after. */
import { expect, onTestFinished, test } from 'vitest';
import { Programs } from '../../adapters/http/support.ts';
import { type PlayOptions, play } from '../../support/play.ts';

/** Friday 20 November 2026, 23 seconds after 08:00 in UTC, where nobody has said where this coda stands. */
const UNKNOWN: PlayOptions = { at: '2026-11-20T08:00:23Z', config: { 'assistant.zone': undefined } };

test('what was read in UTC by a guess is offered with its times of before and after, and one press moves it', async () => {
  await using coda = await play(UNKNOWN);
  const ana = coda.person('ana');
  expect(await ana.says('remind me tomorrow at 9 to call mum')).toContain("I don't know where you are");
  await ana.says('remind me every day at 7 to stretch');
  await ana.says('remind me in 90 minutes to take the cake out');
  await ana.says('/schedule every day at 06:00 do /notes');
  const set = await ana.says('/timezone Berlin');
  expect(set).toContain('Your time zone is Europe/Berlin now');
  expect(set).toContain('- “call mum”: Sat 21 Nov 10:00 → Sat 21 Nov 09:00');
  expect(set).toContain('- “stretch” (repeats): Sat 21 Nov 08:00 → Sat 21 Nov 07:00');
  // So long from now is so long everywhere.
  expect(set).not.toContain('cake');
  expect(set).toMatch(/1 schedule keeps the time of UTC[\s\S]*: Sat 21 Nov 07:00 → Sat 21 Nov 06:00/);
  expect(await ana.presses('Move my reminders too')).toContain('Moved 2 reminders to Europe/Berlin');
  expect(await ana.presses('Move my schedules too')).toContain('Moved 1 schedule to Europe/Berlin');
  const listed = await ana.says('/reminders');
  expect(listed).toMatch(/call mum — .*Sat 21 Nov 09:00/);
  expect(listed).toMatch(/take the cake out — .*10:30/);
  expect(await ana.says('/schedules')).toContain('06:00');
  // Taken back, each is as it was.
  await ana.says('undo');
  expect(await ana.says('/schedules')).toContain('(UTC)');
});

test('of a zone that was known, only series by its clock are offered: not single ones, steps of hours or other zones', async () => {
  await using coda = await play({ at: '2026-11-20T08:00:23Z' });
  const ana = coda.person('ana');
  await ana.says('/timezone Berlin');
  await ana.says('remind me every day at 7 to stretch');
  await ana.says('remind me every day at 9 in Tokyo to call the office');
  await ana.says('remind me every 2 hours to drink');
  await ana.says('remind me tomorrow at 9 to call mum');
  await ana.says('/schedule every day at 06:00 do /notes');
  await ana.says('/schedule in 90 minutes do /lists');
  await ana.says('/schedule tomorrow at 9 do /tasks');
  const set = await ana.says('/timezone Lisbon');
  expect(set).toContain('1 reminder keeps the time of Europe/Berlin');
  expect(set).toContain('“stretch”');
  expect(set).toContain('1 schedule keeps the time of Europe/Berlin');
  expect(set).toContain('“do /notes”');
  expect(await ana.presses('Move my reminders too')).toContain('Moved your recurring reminder');
  expect(await ana.says('/reminders')).toMatch(/call the office — .*Asia\/Tokyo/);
});

test('after a second journey what keeps to the first zone is offered, too, each zone with a button of its own', async () => {
  await using coda = await play({ at: '2026-11-20T08:00:23Z' });
  const ana = coda.person('ana');
  await ana.says('/timezone Berlin');
  await ana.says('remind me every day at 7 to stretch');
  await ana.says('remind me every day at 9 in Tokyo to call the office');
  await ana.says('/timezone Lisbon');
  await ana.says('remind me every day at 8 to swim');
  const set = await ana.says('/timezone Rome');
  expect(set).toContain('1 reminder keeps the time of Europe/Lisbon');
  expect(set).toContain('1 reminder keeps the time of Europe/Berlin');
  expect(set).not.toContain('call the office');
  expect(await ana.presses('Move my reminders too (Europe/Lisbon)')).toContain('keeps the time of Europe/Berlin');
  await ana.presses('Move my reminders too');
  expect(await ana.says('/timezone Rome'), 'all have moved').not.toContain('until moved');
  const listing = await ana.says('/reminders');
  expect(listing).not.toMatch(/Berlin|Lisbon/);
  expect(listing).toMatch(/call the office — .*Asia\/Tokyo/);
});

test('a series that moves to the west keeps its last day', async () => {
  await using coda = await play({ at: '2026-11-20T08:00:23Z' });
  const ana = coda.person('ana');
  await ana.says('remind me every day at 20:00 until 22 November to stretch');
  await ana.says('/timezone New York');
  await ana.presses('Move my reminders too');
  await coda.passes({ days: 4 });
  const spoke = ana.heard('stretch').filter((text) => !/remind you|until moved/.test(text));
  expect(spoke).toHaveLength(3);
});

test('steps of hours and "in 90 minutes" stay where the zone was a guess, too', async () => {
  await using coda = await play(UNKNOWN);
  const ana = coda.person('ana');
  await ana.says('remind me every 2 hours to drink');
  await ana.says('/schedule in 90 minutes do /notes');
  await ana.says('/schedule every 3 hours do /lists');
  expect(await ana.says('/timezone Berlin')).not.toContain('until moved');
});

test('a browser tells the zone of whoever has none, and the first reminder says where it is from', async () => {
  const programs = await Programs.begin(UNKNOWN);
  onTestFinished(() => programs[Symbol.asyncDispose]());
  const owner = await programs.browser();
  const zone = async () => (await owner.get<{ person: { zone: string; zone_from: string | null } }>('/v1/me')).person;
  const tell = (name: string) => owner.status('PUT', '/v1/me/zone', { zone: name });
  expect(await zone()).toMatchObject({ zone_from: null });
  // With a day, it is no zone: nothing could be said in it.
  const withDay = ['2020-01-01T00:00Z', '2020-01-01T00:00+01:00[Europe/Paris]'];
  for (const wrong of ['Nowhere/Town', '', '../etc', 'x'.repeat(100), ...withDay]) expect(await tell(wrong)).toBe(400);
  expect(await tell('Asia/Tokyo')).toBe(200);
  expect(await zone()).toMatchObject({ zone: 'Asia/Tokyo', zone_from: 'browser' });
  const says = async (text: string) => JSON.stringify(await owner.send('POST', '/v1/messages', { text }));
  expect(await says('remind me tomorrow at 9 to call mum')).toContain(
    'That is the time of Asia/Tokyo, from your browser',
  );
  expect(await says('/timezone Berlin')).toContain('Europe/Berlin');
  // The person's own word goes before what any browser tells.
  expect(await tell('Asia/Tokyo')).toBe(200);
  expect(await zone()).toMatchObject({ zone: 'Europe/Berlin', zone_from: 'person' });
});

test('the zone that is configured is no guess: a browser does not change it', async () => {
  const programs = await Programs.begin();
  onTestFinished(() => programs[Symbol.asyncDispose]());
  const owner = await programs.browser();
  expect(await owner.status('PUT', '/v1/me/zone', { zone: 'Asia/Tokyo' })).toBe(200);
  expect((await owner.get<{ person: object }>('/v1/me')).person).toMatchObject({
    zone: 'Europe/Berlin',
    zone_from: 'household',
  });
});

test('a single one of another zone is moved by the clocks where one is, and those of its zone have a button', async () => {
  await using coda = await play(UNKNOWN);
  const ana = coda.person('ana');
  await ana.says('remind me tomorrow at 9 to call mum');
  await ana.says('/timezone Berlin');
  await ana.says('/lists');
  expect(await ana.says('/timezone Berlin')).toContain('1 reminder keeps the time of UTC');
  expect(await ana.says('move call mum to 6pm')).toContain('Sat 21 Nov at 18:00');
  expect(await ana.says('/reminders')).not.toContain('UTC');
  await ana.says('undo');
  await ana.says('move call mum to 6pm');
  expect(await ana.presses('6pm (UTC)')).toContain('18:00 (UTC)');
});
