import fc from 'fast-check';
import { RRuleTemporal } from 'rrule-temporal';
import { expect, test } from 'vitest';
import { describe, occurrences, type ParsedWhen, parseWhen, splitTask } from '../../src/time/index.ts';

const ZONES = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'Pacific/Apia', 'UTC'];

const instant = fc.date({ min: new Date('2025-01-01'), max: new Date('2035-01-01'), noInvalidDate: true });
const zone = fc.constantFrom(...ZONES);
/** Times are told with 24 hours, or with 12. */
const locale = fc.constantFrom('en-GB', 'en-US');

function following(rule: string, after: Date, count: number): number[] {
  const found: number[] = [];
  for (const at of occurrences(rule, { after })) if (found.push(at.getTime()) === count) break;
  return found;
}

/** Words of the language in any order, so that its rules meet in ways nobody thought of. */
const WORDS =
  'every other day week month on at the first last monday friday weekday weekend 9 5pm 17:30 noon midnight tomorrow next ' +
  'until for 2 weeks starting except in a half past quarter to and , . - ( ) 3rd 31st feb 29 12/24 2026-12-24 EST Tokyo ' +
  'time morning tonight before after christmas end of remind me call April 24 hours twice 1/2 0 -5 1e9 o\'clock ish "';

const babble = fc.array(fc.constantFrom(...WORDS.split(' ')), { maxLength: 60 }).map((words) => words.join(' '));

test('nothing that a person types makes it fail', () => {
  const text = fc.oneof(
    fc.string({ maxLength: 2_000, unit: 'binary' }),
    fc.string({ maxLength: 2_000, unit: 'grapheme' }),
    babble,
  );
  fc.assert(
    fc.property(text, instant, zone, (words, now, where) => {
      const { when } = splitTask(words, { now, zone: where });
      expect(['once', 'recurring', 'ambiguous', 'reject']).toContain(when.kind);
      if (when.kind === 'once') expect(when.at.getTime()).toBeGreaterThan(now.getTime());
      if (when.kind === 'recurring') expect(when.next.length).toBeGreaterThan(0);
    }),
    { numRuns: 400 },
  );
});

const clock = fc.constantFrom(
  'at 9',
  'at 5:30pm',
  'at 00:15',
  'at noon',
  'at 8 and 18:30',
  'at 02:30',
  'in the evening',
);
const weekday = fc.constantFrom('Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday');
const ordinal = fc.constantFrom('1st', '2nd', '15th', '29th', '30th', '31st', 'last day');
const nth = fc.constantFrom('first', 'second', 'third', 'fourth', 'last');
const count = fc.integer({ min: 2, max: 9 });
const month = fc.constantFrom('January', 'February', 'March', 'July', 'December');

const daily = fc.oneof(
  fc.constant('every day'),
  count.map((n) => `every ${n} days`),
  fc.constant('every weekday'),
  fc.constant('weekends'),
  fc.tuple(weekday, weekday).map(([a, b]) => `every ${a} and ${b}`),
  fc.tuple(count, weekday).map(([n, day]) => `every ${n} weeks on ${day}`),
  ordinal.map((day) => `on the ${day} of every month`),
  fc.tuple(count, ordinal).map(([n, day]) => `every ${n} months on the ${day}`),
  fc.tuple(nth, weekday).map(([n, day]) => `on the ${n} ${day} of every month`),
  fc.tuple(nth, weekday).map(([n, day]) => `the ${n} ${day} of each quarter`),
  fc.tuple(month, fc.integer({ min: 1, max: 28 })).map(([name, day]) => `every year on ${name} ${day}`),
  fc.constant('every Feb 29'),
  weekday.map((day) => `every day except ${day}`),
  fc.constant('the last business day of every month'),
);
const limit = fc.oneof(
  fc.constant(''),
  fc.constant(''),
  count.map((n) => `for ${n} weeks`),
  fc.constant('until the end of the year'),
  count.map((n) => `, ${n} times`),
  fc.constant('starting next month'),
);
const steps = fc.oneof(
  fc.constant('hourly'),
  fc.integer({ min: 1, max: 200 }).map((n) => `every ${n} minutes`),
  count.map((n) => `every ${n} hours on weekdays`),
  fc.integer({ min: 5, max: 90 }).map((n) => `every ${n} minutes between 9 and 5`),
  fc.constant('every 20 minutes between 8:10 and 17:50 on Mondays'),
  fc.constant('at quarter past every hour'),
);
const recurrence = fc.oneof(
  fc.tuple(daily, clock, limit).map((words) => words.join(' ').trim()),
  steps,
);

test('a recurrence told back in words is read as the same twenty occurrences', () => {
  fc.assert(
    fc.property(recurrence, instant, zone, locale, (words, now, where, told) => {
      const ctx = { now, zone: where, locale: told };
      const when = parseWhen(words, ctx);
      if (when.kind !== 'recurring') return;
      const again = parseWhen(describe(when, ctx), ctx);
      expect(again.kind, describe(when, ctx)).toBe('recurring');
      const rule = (one: ParsedWhen) => (one.kind === 'recurring' ? following(one.rule, now, 20) : []);
      expect(rule(again), describe(when, ctx)).toEqual(rule(when));
    }),
    { numRuns: 400 },
  );
});

/** Zones whose clocks are set back, and when; Lord Howe's by half an hour, Casablanca's before Ramadan. */
const SET_BACK = fc.constantFrom(
  ['Europe/Berlin', '2026-10-25T01:00:00Z'],
  ['America/New_York', '2026-11-01T06:00:00Z'],
  ['America/St_Johns', '2026-11-01T04:30:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
  ['America/Santiago', '2026-04-05T03:00:00Z'],
  ['Africa/Casablanca', '2026-02-15T02:00:00Z'],
);
const around = fc.tuple(SET_BACK, fc.integer({ min: -7_200, max: 5_400 })).map(([[where = '', change = ''], away]) => ({
  zone: where,
  now: new Date(Date.parse(change) + away * 1_000),
}));
const elapsing = fc.oneof(
  fc.integer({ min: 1, max: 240 }).map((n) => `in ${n} minutes`),
  fc.integer({ min: 1, max: 9_000 }).map((n) => `in ${n} seconds`),
  fc.constant('hourly'),
  fc.integer({ min: 1, max: 200 }).map((n) => `every ${n} minutes`),
  fc.tuple(fc.integer({ min: 5, max: 50 }), count).map(([n, hours]) => `every ${n} minutes for ${hours} hours`),
  fc.tuple(fc.integer({ min: 5, max: 99 }), count).map(([n, times]) => `every ${n} minutes, ${times} times`),
  fc.tuple(fc.integer({ min: 5, max: 99 }), count).map(([n, m]) => `every ${n} minutes starting in ${m * 9} minutes`),
);

test('a time in the hour that the clock shows twice is told back as that very instant', () => {
  fc.assert(
    fc.property(elapsing, around, locale, (words, there, form) => {
      const ctx = { ...there, locale: form };
      const when = splitTask(words, ctx).when;
      const told = describe(when, ctx);
      const again = splitTask(told, ctx).when;
      const instants = (one: ParsedWhen) => {
        if (one.kind === 'once') return Math.floor(one.at.getTime() / 1_000);
        return one.kind === 'recurring' ? following(one.rule, ctx.now, 20) : one.kind;
      };
      expect(instants(again), told).toEqual(instants(when));
    }),
    { numRuns: 600 },
  );
});

test('steps that begin in the hour that the clock shows twice keep their length', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), around, (minutes, ctx) => {
      const when = parseWhen(`every ${minutes} minutes`, ctx);
      const found = when.kind === 'recurring' ? following(when.rule, ctx.now, 3) : [];
      const first = Math.floor(ctx.now.getTime() / 1_000) * 1_000 + minutes * 60_000;
      expect(found).toEqual([first, first + minutes * 60_000, first + minutes * 120_000]);
    }),
    { numRuns: 200 },
  );
});

test('what the grammar offers as a recurrence is read as one', () => {
  const ctx = { now: new Date('2026-11-20T10:00:00Z'), zone: 'Europe/Berlin' };
  fc.assert(
    fc.property(recurrence, (words) => {
      expect(['recurring', 'reject']).toContain(parseWhen(words, ctx).kind);
    }),
    { numRuns: 200 },
  );
});

test('occurrences come one after another', () => {
  fc.assert(
    fc.property(recurrence, instant, zone, (words, now, where) => {
      const when = parseWhen(words, { now, zone: where });
      if (when.kind !== 'recurring') return;
      const found = following(when.rule, now, 50);
      expect(found).toEqual([...new Set(found)].sort((a, b) => a - b));
      expect(found.every((at) => at > now.getTime())).toBe(true);
    }),
    { numRuns: 200 },
  );
});

const list = (min: number, max: number, length = 3) =>
  fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: length });
const DAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const days = fc.uniqueArray(fc.constantFrom(...DAYS), { minLength: 1, maxLength: 3 });

/** Rules as a calendar might store them. */
const rrule = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 5 }), list(0, 23)).map(([n, hours]) => `FREQ=DAILY;INTERVAL=${n};BYHOUR=${hours}`),
  fc.tuple(fc.integer({ min: 1, max: 4 }), days).map(([n, on]) => `FREQ=WEEKLY;INTERVAL=${n};BYDAY=${on}`),
  fc.tuple(fc.integer({ min: 1, max: 4 }), list(1, 31)).map(([n, on]) => `FREQ=MONTHLY;INTERVAL=${n};BYMONTHDAY=${on}`),
  fc
    .tuple(list(1, 4, 2), days)
    .map(([nths, on]) => `FREQ=MONTHLY;BYDAY=${nths.flatMap((n) => on.map((day) => n + day))}`),
  fc.tuple(list(-3, -1, 2), days).map(([at, on]) => `FREQ=MONTHLY;BYDAY=${on};BYSETPOS=${at}`),
  fc.tuple(list(1, 12), list(1, 28)).map(([months, on]) => `FREQ=YEARLY;BYMONTH=${months};BYMONTHDAY=${on}`),
  fc
    .tuple(list(1, 12), days)
    .map(([months, on]) => `FREQ=YEARLY;BYMONTH=${months};BYDAY=${on.map((day) => `2${day}`)}`),
  list(1, 366).map((on) => `FREQ=YEARLY;BYYEARDAY=${on}`),
  fc.tuple(list(1, 52), days).map(([weeks, on]) => `FREQ=YEARLY;BYWEEKNO=${weeks};BYDAY=${on}`),
);

test('RFC 5545 rules have the occurrences that another implementation finds', () => {
  fc.assert(
    fc.property(rrule, fc.integer({ min: 0, max: 700 }), (text, offset) => {
      const start = new Date(Date.UTC(2026, 0, 1 + offset, 9)).toISOString().replace(/[-:]|\.000/g, '');
      const rule = `DTSTART:${start}\nRRULE:${text}`;
      const known = new RRuleTemporal({ rruleString: rule }).all((_, index) => index < 30);
      const origin = new Date(Date.UTC(2026, 0, 1 + offset, 9) - 1);
      expect(following(rule, origin, 30)).toEqual(known.slice(0, 30).map((at) => at.epochMilliseconds));
    }),
    { numRuns: 150 },
  );
});
