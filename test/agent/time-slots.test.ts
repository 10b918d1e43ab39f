import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Play, type PlayedPerson, play } from '../support/play.ts';
import { lastSaid, ScriptedModel } from '../support/scripted-model.ts';

/** Calls what the person's words name as JSON, and says back what came of it. */
const model = new ScriptedModel((request) => {
  const last = request.messages.at(-1);
  if (last?.role === 'tool') return [last.text];
  const { call, ...input } = JSON.parse(lastSaid(request)) as { call: string };
  return [{ call, input }];
});

let coda: Play;
let ana: PlayedPerson;
beforeAll(async () => {
  // A Friday, 09:00 in Berlin.
  coda = await play({ model, config: { 'assistant.locale': 'de-DE' } });
  ana = coda.person('ana');
});
afterAll(() => coda[Symbol.asyncDispose]());

const calls = (call: string, input: Record<string, unknown>) => ana.says(JSON.stringify({ call, ...input }));

describe('a time that a model passes on in the words of a person who speaks German', () => {
  test.each([
    ['reminder_create', { text: 'Mama anrufen', when: 'am 3. Dezember um 10 Uhr' }, 'on Thu 3 Dec at 10:00'],
    ['reminder_create', { text: 'Müll', when: 'jeden Montag um 19 Uhr' }, 'every Monday at 19:00'],
    ['reminder_edit', { which: 'Mama', when: 'am Samstag' }, 'on Sat 21 Nov at 10:00'],
    ['reminder_snooze', { which: 'Mama', when: 'übermorgen um 8 Uhr' }, 'on Sun 22 Nov at 08:00'],
    ['reminder_list', { day: 'übermorgen' }, 'Mama anrufen'],
    [
      'schedule_create',
      { prompt: 'Fasse die Woche zusammen', when: 'jeden Freitag um 16 Uhr' },
      'every Friday at 16:00',
    ],
    ['schedule_edit', { which: 'Fasse', when: 'werktags um 17:30' }, 'every weekday at 17:30'],
    ['routine_switch', { name: 'briefing', on: true, when: 'täglich um 7:15 Uhr' }, 'every day at 07:15'],
    ['routine_switch', { name: 'briefing', on: true, when: 'täglich um 6:45 Uhr' }, 'every day at 06:45'],
    [
      'task_create',
      { title: 'Steuer', steps: ['Belege'], when: 'nächste Woche Dienstag um 9 Uhr' },
      'Tue 24 Nov 09:00',
    ],
    ['date_of', { date: '24. Dezember' }, 'Thursday 24 December 2026'],
  ])('%s %o', async (tool, input, said) => {
    expect(await calls(tool, input)).toContain(said);
  });

  test('is asked about where it has two meanings, and the button settles it', async () => {
    const asked = await calls('reminder_create', { text: 'Bericht', when: 'nächsten Montag um 3' });
    expect(asked).toContain('Mon 23 Nov 15:00');
    expect(await ana.presses('Mon 23 Nov 15:00 (Europe/Berlin)')).toContain('on Mon 23 Nov at 15:00');
    expect(ana.heard('Mon 23 Nov 03:00').length).toBeGreaterThan(0);
  });
});

describe('a time that is not read whole', () => {
  test.each([
    ['reminder_create', { text: 'x', when: 'am dritten Advent um 10 Uhr' }, 'am dritten Advent um 10 Uhr'],
    ['reminder_create', { text: 'x', when: 'tomorrow at 9 call Bob' }, 'call Bob'],
    ['schedule_create', { prompt: 'x', when: 'every Monday at 9 zusammen mit Jo' }, 'zusammen mit Jo'],
    ['task_create', { title: 'x', steps: ['y'], when: 'call Bob tomorrow at 9' }, 'call Bob'],
  ])('makes nothing, and %s tells what was not understood and what works: %o', async (tool, input, words) => {
    const said = await calls(tool, input);
    expect(said).toContain(`I did not understand "${words}"`);
    expect(said).toContain('"tomorrow at 9" or "every Monday at 9"');
  });
});

test.each(['reminder_edit', 'reminder_snooze'])('%s tells of the words as they were said', async (tool) => {
  await calls('reminder_create', { text: `Zahnarzt ${tool}`, when: 'morgen um 9 Uhr' });
  const said = await calls(tool, { which: tool, when: 'bis nach dem Urlaub' });
  expect(said).toContain(
    'I did not understand "bis nach dem Urlaub". Say the time alone, for example "morgen um 9 Uhr"',
  );
});

describe('a command', () => {
  test.each([
    ['/remind am 4. Dezember um 11 Uhr\nSteuer bezahlen', 'of “Steuer bezahlen” on Fri 4 Dec at 11:00'],
    ['/schedule jeden Dienstag um 8 Uhr\nWetter', 'every Tuesday at 08:00'],
    ['/snooze übermorgen um 12 Uhr\nSteuer bezahlen', 'on Sun 22 Nov at 12:00'],
    // A length alone counts from the reminder's own time, as in English.
    ['/snooze 1 Stunde\nSteuer bezahlen', 'on Sun 22 Nov at 13:00'],
  ])('takes its time in German: %s', async (command, said) => {
    expect(await ana.says(command)).toContain(said);
  });
});

test('who is known by /language is read in it', async () => {
  const jan = coda.person('jan');
  expect(await jan.says('/language Dutch')).toContain('Dutch');
  expect(await jan.says(JSON.stringify({ call: 'reminder_create', text: 'x', when: 'op 4 juni om 14 uur' }))).toContain(
    'on Fri 4 Jun at 14:00',
  );
});

test('a locale that a platform tells later is kept, and gives way to /language', async () => {
  const ida = coda.person('ida');
  const tells = async (text: string, locale: string) => {
    await (await coda.hear('ida', 'dm-ida', text, 'owner', `own-${locale}`, locale)).settled;
    await coda.app.whenSettled();
  };
  await ida.says('/timezone');
  await tells('/quiet', 'sv-SE');
  expect(await ida.says('/language')).toContain('Swedish');
  await ida.says('/language Polish');
  await tells('/reminders', 'fi');
  expect(await ida.says('/language')).toContain('Polish');
});

test('models are told that plain English is read best', () => {
  const { tools } = model.requests[0] ?? { tools: [] };
  const told = (name: string) => JSON.stringify(tools.find((tool) => tool.name === name)?.schema);
  for (const name of ['reminder_create', 'schedule_create']) expect(told(name)).toContain('in plain English where');
});
