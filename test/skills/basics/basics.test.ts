import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { basics } from '../../../src/skills/basics/index.ts';
import type { Database } from '../../../src/storage/index.ts';
import { openTestDatabase } from '../../support/database.ts';
import { type Options, type Played, playSkill, words } from '../play.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

let coda: Played;
const play = async (options: Options = {}) => {
  coda = await playSkill(basics, database, options);
};
beforeEach(() => play()); // Friday 20 November 2026, 09:00 in Berlin

const time = async (place?: string) => words(await coda.call('time_in', place === undefined ? {} : { place }));

test('the time is told where the person is, and anywhere else', async () => {
  expect(await time()).toBe('It is 09:00 on Friday 20 November 2026 (Europe/Berlin).');
  expect(await time('Tokyo')).toBe('It is 17:00 on Friday 20 November 2026 in Tokyo (Asia/Tokyo).');
  expect(await time('Auckland')).toContain('21:00');
});

test('a place that is not known is said to be so', async () => {
  expect(await coda.call('time_in', { place: 'Blorpville' })).toMatchObject({ ok: false, code: 'UNKNOWN_ZONE' });
});

test('the days until a date are counted on the calendar of the person', async () => {
  await play({ at: '2026-11-20T23:30:00Z' }); // Saturday, half past midnight in Berlin
  expect(words(await coda.call('date_of', { date: 'sunday', ask: 'until' }))).toBe(
    '1 day until sunday: Sunday 22 November 2026.',
  );
  expect(await coda.call('date_of', { date: 'blorp' })).toMatchObject({ ok: false, code: 'NOT_A_DATE' });
});

test('another zone is set, and can be taken back', async () => {
  const moved = await coda.call('timezone_set', { zone: 'tokyo' });
  expect(words(moved)).toContain('Your time zone is Asia/Tokyo now, where it is 17:00');
  await coda.run(moved.ok && moved.undo ? moved.undo : { tool: '', input: {} });
  expect(words(await coda.command('timezone'))).toBe('Your time zone is Europe/Berlin.');
});

test('the first zone is set without further questions, and can be taken back', async () => {
  await play({ zone: null });
  expect(words(await coda.command('timezone'))).toContain('I do not know your time zone, so I use UTC');
  const set = await coda.command('timezone Berlin');
  expect(set.choices).toBeUndefined();
  expect(await time()).toContain('09:00');
  expect(await coda.command('timezone Blorpville')).toMatchObject({ ok: false, code: 'UNKNOWN_ZONE' });
  await coda.run(set.ok && set.undo ? set.undo : { tool: '', input: {} });
  expect(words(await coda.command('timezone'))).toContain('I do not know your time zone, so I use UTC');
});

test.each([
  ['German', 'Your language is German now'],
  ['français', 'Your language is French now'],
  ['pt-BR', 'Your language is Brazilian Portuguese now'],
])('the language %s is set by its name or tag, and can be taken back', async (language, said) => {
  expect(words(await coda.command('language'))).toContain('I do not know your language');
  const set = await coda.command(`language ${language}`);
  expect(words(set)).toContain(said);
  expect(words(await coda.command('language'))).toBe(`${said.replace(' now', '')}.`);
  await coda.run(set.ok && set.undo ? set.undo : { tool: '', input: {} });
  expect(words(await coda.command('language'))).toContain('I do not know your language');
});

test('without a model it is said that another language is read behind commands only', async () => {
  expect(words(await coda.command('language German'))).toContain('behind a command only, such as /remind');
  expect(words(await coda.command('language English'))).toBe(
    'Your language is English now. Times are read in it, too.',
  );
});

test('the region stays with another language, and no language is made up', async () => {
  await coda.command('language de-AT');
  await coda.command('language english');
  expect(words(await coda.command('language'))).toContain('Austria');
  expect(await coda.command('language Blorpish')).toMatchObject({ ok: false, code: 'UNKNOWN_LANGUAGE' });
});

test('a person says by which name they are called, and takes that back', async () => {
  const before = words(await coda.command('name'));
  const set = await coda.command('name Rae of the Hill');
  expect(words(set)).toBe('I call you Rae of the Hill now.');
  expect(await coda.command('name a\u202Eb')).toMatchObject({ ok: false, code: 'INVALID_INPUT' });
  expect(words(await coda.command('name'))).toContain('I call you Rae of the Hill.');
  await coda.run(set.ok && set.undo ? set.undo : { tool: '', input: {} });
  expect(words(await coda.command('name'))).toBe(before);
});

test('greetings are answered', async () => {
  expect(words(await coda.call('smalltalk', { kind: 'hello' }))).toContain('Hello Ana');
  expect(words(await coda.call('smalltalk', { kind: 'thanks' }))).toBe("You're welcome.");
});
