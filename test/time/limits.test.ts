/** A limit beside a task goes into its series, or is asked about: nothing is endless that was said to end. */
import { expect, test } from 'vitest';
import {
  describe as echoed,
  endingsWithin,
  isLimit,
  limitWithin,
  parseWhen,
  slotsInOther,
  splitTask,
  type WhenContext,
} from '../../src/time/index.ts';

/** A Friday, 11:00 in Berlin. */
const HERE: WhenContext = { now: new Date('2026-11-20T10:00:00Z'), zone: 'Europe/Berlin' };

const readings = (text: string): string[] => {
  const { when } = splitTask(text, HERE);
  return when.kind === 'ambiguous' ? when.readings.map(({ words }) => words) : [];
};

test.each([
  ['every day at 8 to walk for 2 weeks', 'walk', 'until Fri 4 Dec'],
  ['every day at 8 to walk for 10 days with Bob', 'walk with Bob', 'until Mon 30 Nov'],
  ['every day at 8 to take pills until Christmas', 'take pills', 'until Fri 25 Dec'],
  ['every day at 8 to take pills through 5 December', 'take pills', 'until Sat 5 Dec'],
  ['every day at 8 to take pills starting Monday', 'take pills', 'next: Mon 23 Nov'],
  ['every day at 8 to take pills from December', 'take pills', 'next: Tue 1 Dec'],
  ['every day at 8 to take pills except Sundays', 'take pills', 'every Monday, Tuesday, Wednesday, Thursday, Friday'],
  ['every day at 8 to take pills but not on Sundays', 'take pills', 'every Monday, Tuesday, Wednesday, Thursday'],
  ['every Monday at 9 to water the plants until May', 'water the plants', 'until Fri 30 Apr'],
  ['every month on the 1st to pay rent, 6 times', 'pay rent', '6 times'],
  ['every 10 minutes to check the oven for 2 hours', 'check the oven', 'until Fri 20 Nov 13:00'],
])('%s: both are asked about', (text, task, limit) => {
  const split = splitTask(text, HERE);
  expect(split).toMatchObject({ task, words: undefined });
  expect(readings(text).filter((words) => words.includes(limit))).toHaveLength(1);
  expect(readings(text).length).toBeGreaterThan(1);
});

test.each([
  ['every hour to stretch for 5 minutes', 'stretch for 5 minutes'],
  ['every day at 8 to run for 20 minutes', 'run for 20 minutes'],
  ['tomorrow at 8 to walk for 2 weeks', 'walk for 2 weeks'],
])('%s: a length that ends no series is of the task', (text, task) => {
  const { when, task: read } = splitTask(text, HERE);
  expect([when.kind === 'ambiguous', read]).toEqual([false, task]);
});

test.each([
  "every weekday at 7 to get up unless it's a holiday",
  'every day at 8 to walk except when it rains',
  'every Monday at 9 to water the plants in even weeks',
  'every day at 8 to walk while I am on leave',
  'every day at 8 to walk until the wedding',
  'every day at 8 to walk the next two weeks',
  'every day at 8 to take pills by Friday',
  'every day at 8 to take pills by 5 December',
  'take pills every day at 8 by Friday',
  'take pills by Friday every day at 8',
  'every day to send the report by Friday',
  'every day at 8 to take pills after 1 December',
  'every day at 8 to take pills before Friday',
  'every day at 8 to take pills all week',
  'every day at 8 all month to take pills',
])('%s: an exception that cannot be read is no certainty', (text) =>
  expect(['ambiguous', 'reject']).toContain(splitTask(text, HERE).when.kind),
);

test.each([
  ['every day to take pills by 8', 'every day at 08:00'],
  ['every day to call Bob by 5pm', 'every day at 17:00'],
  ['every Friday to file taxes by 5pm', 'every Friday at 17:00'],
  ['every week to send the report by Friday', 'every Friday at 09:00'],
  ['every 2 weeks to send the report by Friday', 'every 2 weeks on Friday'],
  ['every month to pay rent by the 5th', 'on the 5th of every month'],
  ['take pills after lunch every day', 'every day at 13:30'],
  ['every Monday at 9 to drop by', 'every Monday at 09:00'],
  ['every Sunday at 9 to cook for all week', 'every Sunday at 09:00'],
])('%s: a day or an hour that belongs to the series is certain', (text, said) => {
  const { when } = splitTask(text, HERE);
  expect([when.kind, echoed(when, HERE)]).toEqual(['recurring', expect.stringContaining(said)]);
});

test('the words of a limit and the words that they leave are given back as written', () => {
  expect(limitWithin('walk for 2 weeks, and then rest', 'every day at 8', HERE)).toMatchObject({
    words: 'every day at 8 for 2 weeks',
    task: 'walk, and then rest',
  });
  expect(limitWithin('walk for 2 weeks', 'tomorrow at 8', HERE)).toBeUndefined();
});

test.each([
  ['not on Fridays', true],
  ['except weekends', true],
  ['until 15 December', true],
  ['for 2 weeks', true],
  ['until 15 December except Sundays', true],
  ['every Friday', false],
  ['tomorrow at 9', false],
  ['until we meet', false],
])('%s is a limit and nothing else: %s', (text, expected) => expect(isLimit(text)).toBe(expected));

test('a long text of limits takes no more readings than a shorter one', () => {
  const readsOf = (repeated: number): number => {
    let reads = 0;
    const ctx: WhenContext = {
      ...HERE,
      get now() {
        reads++;
        return HERE.now;
      },
    };
    // Each stretch ends the series after one time at most, so that none is the last to be read.
    expect(limitWithin(`walk ${'for 5 minutes '.repeat(repeated)}`, 'every hour', ctx)).toBeUndefined();
    return reads;
  };
  expect(readsOf(2)).toBeGreaterThan(readsOf(1));
  expect(readsOf(70)).toBe(readsOf(20));
  const { when } = splitTask(`every day at 8 to walk ${'until May except Sundays '.repeat(70)}`, HERE);
  expect(['ambiguous', 'reject']).toContain(when.kind);
});

test.each([
  ['de', 'am dreißigsten um 9 Uhr Miete zahlen'],
  ['de', 'Miete zahlen am dreißigsten um 9 Uhr'],
  ['de', 'am vierten achten Geburtstag feiern'],
  ['de', 'kurz nach acht Müll rausbringen'],
  ['de', 'morgen kurz nach acht Müll rausbringen'],
  ['de', 'morgen nicht vor 9 Uhr Bob anrufen'],
  ['de', 'morgen frühestens um 9 Bob anrufen'],
  ['de', 'morgen um 9 Uhr drei Freunde anrufen'],
  ['de', 'täglich um 8 laufen ab Montag'],
  ['de', 'jeden Montag um 9 Pflanzen gießen bis Mai'],
  ['de', 'jeden Montag um 9 Pflanzen gießen im Dezember'],
  ['de', 'jeden Werktag um 9 aufstehen außer an Feiertagen'],
  ['de', 'montags um 9 Uhr Müll rausbringen in geraden Wochen'],
  ['de', 'täglich um 8 Türchen öffnen, den ganzen Dezember'],
  ['de', 'am Montag in KW 50 Geschenke kaufen'],
  ['fr', 'tous les lundis à 9h sortir la poubelle les semaines paires'],
  ['es', 'días laborables a las 9 levantarme excepto festivos'],
  ['it', 'nei giorni feriali alle 9 alzarmi tranne i festivi'],
  ['es', 'semana por medio los lunes a las 9 regar las plantas'],
  ['es', 'los lunes a las 9 semana por medio regar las plantas'],
  ['es', 'cada lunes a las 9 regar hasta diciembre'],
  ['es', 'cada lunes a las 9 regar en diciembre'],
  ['es', 'todos los días a las 8 caminar 2 semanas'],
  ['es', 'todos los días a las 8 caminar durante dos semanas con Ana'],
  ['fr', 'demain en huit appeler Marie'],
  ['fr', 'appeler Marie demain en huit'],
  ['fr', "tous les lundis à 9h arroser jusqu'en mai"],
  ['fr', 'tous les lundis à 9h arroser sauf en août'],
  ['it', 'ogni lunedì alle 9 innaffiare fino a maggio'],
  ['it', 'ogni lunedì alle 9 innaffiare tranne ad agosto'],
  ['pt', 'toda segunda às 9 regar até maio'],
  ['nl', 'elke maandag om 9 uur water geven tot mei'],
])('words of a time beside it are no task in another language (%s): %s', (locale, text) => {
  for (const ctx of [HERE, { ...HERE, locale }]) {
    expect(slotsInOther(text, ctx)).toBeUndefined();
    expect(['ambiguous', 'reject']).toContain(splitTask(text, ctx).when.kind);
  }
});

test.each([
  ['jeden Tag um 8 Uhr laufen für 2 Wochen', 'jeden Tag um 8 Uhr für 2 Wochen', 'laufen'],
  ['tous les jours à 8h marcher pendant 2 semaines', 'tous les jours à 8h pendant 2 semaines', 'marcher'],
  ['un lundi sur deux à 9h arroser les plantes', 'un lundi sur deux à 9h', 'arroser les plantes'],
  ['morgen um 9 Uhr die drei Freunde anrufen', 'morgen um 9 Uhr', 'die drei Freunde anrufen'],
  ['jeden Montag um 9 Uhr die Woche planen', 'jeden Montag um 9 Uhr', 'die Woche planen'],
  ['jeden Tag um 8 Uhr Kaffee ohne Zucker trinken', 'jeden Tag um 8 Uhr', 'Kaffee ohne Zucker trinken'],
  ['demain à 9h appeler trois amis', 'demain à 9h', 'appeler trois amis'],
])('what is read whole, and what only counts things, is certain: %s', (text, when, task) =>
  expect(slotsInOther(text, HERE)).toEqual({ when, task }),
);

test.each([
  ['at 12:00 noon', 'Fri 20 Nov 12:00'],
  ['tomorrow at 12:00 midday', 'Sat 21 Nov 12:00'],
  ['at 12:00 midnight', 'Sat 21 Nov 00:00'],
  ['in 1 and a 1/2 hours', 'Fri 20 Nov 12:30'],
  ['in 2 and a 1/4 hours', 'Fri 20 Nov 13:15'],
  ['the second Tuesday December at 10:00', 'Tue 8 Dec 10:00'],
  ['on Monday of week 50', 'Mon 7 Dec 09:00'],
  ['Tuesday of week 2 at 10:00', 'Tue 12 Jan 10:00'],
  ['Friday of week 53 2026', 'Fri 1 Jan 09:00'],
])('%s is %s', (text, at) => expect(echoed(parseWhen(text, HERE), HERE)).toBe(`${at} (Europe/Berlin)`));

test.each([
  ['in week 50', 'Mon 7 Dec 09:00 (Europe/Berlin)'],
  ['tomorrow not before 8', 'Sat 21 Nov 08:00 (Europe/Berlin)'],
])('%s is asked about, with the nearest time as its button', (text, at) =>
  expect(parseWhen(text, HERE)).toMatchObject({ kind: 'ambiguous', readings: [{ words: at }] }),
);

test.each(['in week 60', 'in week 0', 'Monday of week 53 2025'])('%s is no date', (text) =>
  expect(parseWhen(text, HERE)).toMatchObject({ kind: 'reject', code: 'NOT_A_DATE' }),
);

test.each([
  ['every day at 8 by Friday', 'every day at 08:00, until Fri 27 Nov', 'every Friday at 08:00'],
  ['by Friday every day at 8', 'every day at 08:00, until Fri 27 Nov', 'every Friday at 08:00'],
  ['every day by Friday at 8', 'every day at 08:00, until Fri 27 Nov', 'every Friday at 08:00'],
  ['every day at 8 by 5 December', 'until Sat 5 Dec', 'next: Sat 5 Dec'],
  ['every hour by Friday', 'every hour, until Fri 27 Nov', 'every hour on Friday'],
])('a time alone, “%s”, ends by that day, or comes as it says', (text, until, asSaid) => {
  const when = parseWhen(text, HERE);
  const words = when.kind === 'ambiguous' ? when.readings.map((reading) => reading.words) : [];
  expect(words).toEqual([expect.stringContaining(until), expect.stringContaining(asSaid)]);
});

test.each([
  ['every week by Friday', 'every Friday at 09:00'],
  ['every day by 8', 'every day at 08:00'],
  ['every month by the 5th', 'on the 5th of every month'],
])('a time alone, “%s”, says just that', (text, said) => {
  const when = parseWhen(text, HERE);
  expect([when.kind, echoed(when, HERE)]).toEqual(['recurring', expect.stringContaining(said)]);
});

test('a day at the end of a task is given with words that say the series', () => {
  expect(endingsWithin('take pills by Friday', 'every day at 8', HERE)).toEqual([
    { words: 'every day at 08:00, until Fri 27 Nov', task: 'take pills' },
    { words: 'every Friday at 08:00', task: 'take pills' },
  ]);
  expect(endingsWithin('send the report by 5 December', 'every weekday at 9', HERE)).toEqual([
    { words: 'every weekday at 9 until 5 December', task: 'send the report' },
    { words: 'every weekday at 9', task: 'send the report by 5 December' },
  ]);
  for (const task of ['drop by Bob', 'send it by mail', 'stand by', ''])
    expect(endingsWithin(task, 'every day at 8', HERE)).toEqual([]);
});
