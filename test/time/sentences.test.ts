import { expect, test } from 'vitest';
import { occurrences, parseWhen, splitTask, understand, type When } from '../../src/time/index.ts';

const ctx = { now: new Date('2026-11-18T10:00:00Z'), zone: 'Europe/Berlin' };

/** What is certain about a time: its instant, or the next six of a series; otherwise its kind. */
function certain(when: When): string {
  if (when.kind === 'once') return when.at.toISOString();
  if (when.kind !== 'recurring') return when.kind;
  const found: string[] = [];
  for (const at of occurrences(when.rule, { after: ctx.now })) if (found.push(at.toISOString()) === 6) break;
  return found.join();
}

const lines = (text: string): string[] => text.trim().split(/\s*\n\s*/);

/** One of each form in which people say when. */
const WHENS = lines(`
  in 20 minutes
  in an hour and a half
  in 2h30m
  two days from now
  45 min before 6pm
  at half past six
  at 21:30
  by EOD
  this evening
  tomorrow at 9am
  tomorrow evening at 7
  early tomorrow morning
  the day after tomorrow at 8am
  next Friday at 3pm
  on Monday at noon
  on the 3rd at 4pm
  on the first Monday of March
  at the end of the month
  this weekend
  on December 24th at 6pm
  on New Year's Eve at 10pm
  at 9am London time tomorrow
  every day
  every weekday at 9:30
  every Tuesday and Thursday at noon
  every other day at noon
  on the 1st and the 15th at 10am
  the last Friday of every month at 4pm
  every 90 minutes
  every day at 8am until Christmas
  every day at 8am and 8pm
  every Monday at 9am starting next Monday
`);

/** Deeds, many of which hold words or numbers that could be taken for a time. */
const TASKS = lines(`
  call Bob
  buy 2 tickets
  watch "Two and a Half Men"
  email Bo about the rent
  take the 9am pills
  text April
  pay for the 3 invoices
  24 Hour Fitness
  check the 7 day pass
  submit the weekly report
  read the Sunday Times
  prepare for Monday's meeting
  start the oven
  book a table for 2
`);

type Frame = (when: string, task: string) => string;

/** Ways to put the same request that mean the same. */
const FRAMES: readonly Frame[] = [
  (when, task) => `${when}, ${task}`,
  (when, task) => `${when}: ${task}`,
  (when, task) => `${task} - ${when}`,
  (when, task) => `${task} (${when})`,
  (when, task) => `remind me ${when} to ${task}`,
  (when, task) => `remind me to ${task} ${when}`,
  (when, task) => `${when} remind me to ${task}`,
  (when, task) => `please remind me to ${task} ${when}, thanks`,
  (when, task) => `can you remind me ${when} to ${task}`,
  (when, task) => `remind me to ${task} ${when} ok?`,
  (when, task) => `set a reminder ${when} to ${task}`,
  (when, task) => `don't forget to ${task} ${when}`,
  (when, task) => `${task} ${when}, remind me`,
  (when, task) => `/remind ${task} ${when}`,
  (when, task) => `@coda remind me ${when} to ${task}`,
  (when, task) => `remind me urgently ${when} to ${task}`,
];

test.each(WHENS)('"%s" means the same wherever it stands, and leaves the task whole', (when) => {
  const meant = certain(parseWhen(when, ctx));
  const wrong: unknown[] = [];
  for (const task of TASKS)
    for (const frame of FRAMES) {
      const text = frame(when, task);
      const understood = understand(text, ctx);
      // A table for two may be at two.
      if (understood.when.kind === 'ambiguous' && /for 2$/.test(task)) continue;
      if (certain(understood.when) !== meant || understood.task !== task)
        wrong.push({ text, got: certain(understood.when), task: understood.task });
    }
  expect(wrong).toEqual([]);
});

test.each(WHENS)('"%s" means the same in capitals', (when) => {
  const told = understand(`REMIND ME TO CALL BOB ${when.toUpperCase()}`, ctx);
  expect({ ...told, when: certain(told.when) }).toEqual({
    when: certain(parseWhen(when, ctx)),
    words: when.toUpperCase(),
    task: 'CALL BOB',
  });
});

/** Tasks whose first word says when in other sentences. */
const DECOYS = lines(`
  weekly report
  daily standup
  monthly invoice
  Monday meeting prep
  noon meeting
  Christmas shopping
  weekend trip packing
  evening class
  lunch with Ana
  quarterly review
  second interview
  10 minute plank
  next sprint planning
  end of year review
`);

test.each(DECOYS)('"%s" is never taken for a time in silence', (task) => {
  const wrong: unknown[] = [];
  for (const when of ['in 20 minutes', 'tomorrow at 10am', 'on Friday at 5pm', 'every Friday at 3pm']) {
    const meant = certain(parseWhen(when, ctx));
    for (const frame of FRAMES) {
      const text = frame(when, task);
      const got = certain(understand(text, ctx).when);
      if (got !== meant && got !== 'ambiguous') wrong.push({ text, got, meant });
    }
  }
  expect(wrong).toEqual([]);
});

const DAYS = lines(`
  tomorrow
  on Friday
  next Tuesday
  on the 3rd
  on Dec 24th
  the day after tomorrow
  a week from Tuesday
  on Christmas
  every day
  every weekday
  every Monday
  on the 1st and the 15th
  every 2 weeks on Tuesday
`);
const CLOCKS = lines(`
  at 9am
  at 9:30pm
  at 17:00
  at noon
  at half past six
  around 3pm
  by 5pm
  at lunchtime
  at 3 in the afternoon
`);

test('a day and a clock mean the same in either order, together or apart', () => {
  const wrong: unknown[] = [];
  for (const day of DAYS)
    for (const clock of CLOCKS) {
      const meant = certain(parseWhen(`${day} ${clock}`, ctx));
      const texts = [
        `${clock} ${day}`,
        `call Bob ${day} ${clock}`,
        `call Bob ${clock} ${day}`,
        `${day} call Bob ${clock}`,
        `${clock} call Bob ${day}`,
        `remind me ${day} to call Bob ${clock}`,
        `remind me ${clock} to call Bob ${day}`,
        `${day} remind me ${clock} to call Bob`,
        `call Bob ${day} ${clock} about the rent`,
        `call Bob ${clock} about the rent ${day}`,
      ];
      for (const text of texts) {
        const got = certain(understand(text, ctx).when);
        if (got !== meant) wrong.push({ text, got, meant });
      }
    }
  expect(wrong).toEqual([]);
});

test('the words that say when mean the same without the sentence, or the doubt goes along with them', () => {
  const wrong: unknown[] = [];
  for (const task of [...TASKS, ...DECOYS])
    for (const frame of FRAMES)
      for (const when of ['tomorrow at 9', 'at 5', 'on Friday', 'every Monday', 'in 2 hours']) {
        const text = frame(when, task);
        const whole = certain(understand(text, ctx).when);
        const words = splitTask(text, ctx).when;
        if (words !== undefined && certain(understand(words, ctx).when) !== whole) wrong.push({ text, words });
      }
  expect(wrong).toEqual([]);
});

test('a clause of the task keeps its own day', () => {
  const wrong: unknown[] = [];
  for (const task of [
    'check if the plumber can come Wednesday',
    'pay the bill due tomorrow',
    'tell Jo I arrive Saturday',
    'tell Al we meet every Tuesday',
    'ask what time we meet tomorrow',
    'print the ticket valid until Friday',
    'buy a gift for Christmas',
    'email Al what happened on Monday',
    'note that rent is monthly',
  ])
    for (const text of [`remind me at 4pm to ${task}`, `at 4pm ${task}`, `at 4pm remind me to ${task}`]) {
      const { when, task: left } = understand(text, ctx);
      if (certain(when) !== '2026-11-18T15:00:00.000Z' || left !== task) wrong.push({ text, got: certain(when), left });
    }
  expect(wrong).toEqual([]);
});

test.each([
  ['call Bo tomorrow at 5, actually 6pm', '2026-11-19T17:00:00.000Z'],
  ['remind me tomorrow at 9 to call Bo, actually 10am', '2026-11-19T09:00:00.000Z'],
  ['call Bo on Monday at 10, no, make it Tuesday', '2026-11-24T09:00:00.000Z'],
  ['call Bo tomorrow at 5, I mean 6pm', '2026-11-19T17:00:00.000Z'],
  ['call Bo on Friday at 12, make that 12:30', '2026-11-20T11:30:00.000Z'],
  ['call Bo tomorrow at 3pm, oops I meant 4', '2026-11-19T15:00:00.000Z'],
])('"%s" asks with what the correction leaves as it was', (text, at) => {
  const { when, task } = understand(text, ctx);
  const asked = when.kind === 'ambiguous' ? when.readings.map((reading) => certain(reading.when)) : certain(when);
  expect({ asked, task }).toEqual({ asked: [at], task: 'call Bo' });
});

test('three digits behind a day are offered as its hour', () => {
  const { when, task } = understand('dinner tomorrow 730', ctx);
  expect(when.kind === 'ambiguous' && certain(when.readings[0]?.when ?? when)).toBe('2026-11-19T18:30:00.000Z');
  expect(task).toBe('dinner');
});
