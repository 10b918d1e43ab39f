import fc from 'fast-check';
import { createTask, parse, validate } from 'node-cron';
import { afterEach, expect, describe as suite, test, vi } from 'vitest';
import { cronProblem, describe, occurrences, type ParsedWhen, parseWhen, splitTask } from '../../src/time/index.ts';

const ctx = { now: new Date('2026-11-18T10:00:00Z'), zone: 'Europe/Berlin' };
const home = / \(Europe\/Berlin\)/;

function told(when: ParsedWhen): string | string[] {
  if (when.kind === 'ambiguous') return when.readings.map(({ words }) => words.replace(home, ''));
  return describe(when, ctx).replace(home, '');
}

suite('cron as other programs write it', () => {
  test.each([
    ['0 9 * * MON-FRI', 'every weekday at 09:00, next: Thu 19 Nov'],
    ['0 9 * JAN MON', 'every Monday in Jan at 09:00, next: Mon 4 Jan'],
    ['0 0 12 ? * MON-FRI', 'every weekday at 12:00, next: Wed 18 Nov'],
    ['0 0 12 1/15 * ?', 'on the 1st, 16th and 31st of every month at 12:00, next: Tue 1 Dec'],
    ['0 0 12 1 JAN ? 2030', 'every year on 1 Jan at 12:00, until Tue 31 Dec 2030, next: Tue 1 Jan 2030'],
    ['0 0 9 ? * FRI 2027-2028', 'every Friday at 09:00, until Sun 31 Dec 2028, next: Fri 1 Jan'],
    // The place of "?" tells that these six end with a year.
    ['0 12 * * ? *', 'every day at 12:00, next: Wed 18 Nov'],
    ['CRON_TZ=Asia/Tokyo 0 9 * * 1-5', 'every weekday at 09:00 (Asia/Tokyo), next: Thu 19 Nov'],
    ['0 20 0 * * ? Asia/Tokyo', 'every day at 00:20 (Asia/Tokyo), next: Thu 19 Nov'],
    ['0 0 15 * * 1', 'every Monday at 15:00, next: Mon 23 Nov'],
    // Quartz counts weekdays from Sunday as 1.
    ['0 0 15 ? * 1', ['every Sunday at 15:00, next: Sun 22 Nov', 'every Monday at 15:00, next: Mon 23 Nov']],
    [
      '0 0 9 ? * 6#1 *',
      [
        'on the first Friday of every month at 09:00, next: Fri 4 Dec',
        'on the first Saturday of every month at 09:00, next: Sat 5 Dec',
      ],
    ],
  ])('%s', (text, meant) => {
    expect(told(parseWhen(text, ctx))).toEqual(meant);
    expect(told(splitTask(text, ctx).when)).toEqual(meant);
  });
});

suite('in a sentence a field of cron is never a task', () => {
  test.each([
    ['0 0 12 ? * MON-FRI to stretch', 'every weekday at 12:00, next: Wed 18 Nov', 'stretch'],
    ['0 0 9 * * MON stretch', 'every Monday at 09:00, next: Mon 23 Nov', 'stretch'],
    ['0 9 * JAN MON stretch', 'every Monday in Jan at 09:00, next: Mon 4 Jan', 'stretch'],
    ['0 0 12 ? * MON-FRI * stretch', 'every weekday at 12:00, next: Wed 18 Nov', 'stretch'],
    ['stretch: 0 9 * * MON-FRI.', 'every weekday at 09:00, next: Thu 19 Nov', 'stretch'],
    ['stretch at 0 9 * * 1-5', 'every weekday at 09:00, next: Thu 19 Nov', 'stretch'],
    ['stretch CRON_TZ=Asia/Tokyo 0 9 * * 1', 'every Monday at 09:00 (Asia/Tokyo), next: Mon 23 Nov', 'stretch'],
    ['0 9 * * 1 Asia/Tokyo stretch', 'every Monday at 09:00 (Asia/Tokyo), next: Mon 23 Nov', 'stretch'],
    ['0 9 * * 1 sun cream', 'every Monday at 09:00, next: Mon 23 Nov', 'sun cream'],
    ['0 9 * * MON-FRI 2 eggs', 'every weekday at 09:00, next: Thu 19 Nov', '2 eggs'],
    // Its last number may be a part of the time.
    ['what is 5 * 3 * 2 tomorrow at 9am', ['Thu 19 Nov 09:00'], 'what is 5 * 3 * 2'],
  ])('%s', (text, meant, task) => {
    const understood = splitTask(text, ctx);
    expect([told(understood.when), understood.task]).toEqual([meant, task]);
  });

  test.each(['0 0 9 * * mon stretch', '0 9 * * 1 2 eggs', '0 9 * * 1 SUN cream'])('%s: asked', (text) => {
    expect(splitTask(text, ctx).when.kind).toBe('ambiguous');
  });
});

suite('what no cron is says which field it is, and why', () => {
  test.each([
    ['0 25 * * *', 'field 2 (hour) is "25"; it takes 0 to 23'],
    ['0 9 31 2 *', 'field 3 (day of the month) is "31"; no month of the expression has that day'],
    ['0 9 31 FEB,APR MON', 'field 3 (day of the month) is "31"; no month of the expression has that day'],
    ['0 9 * 13 *', 'field 4 (month) is "13"; it takes 1 to 12 or JAN to DEC'],
    ['0 9 * * 1-9', 'field 5 (weekday) is "1-9"; it takes 0 to 7, SUN to SAT, 5L, 1#2 or ?'],
    ['*/90 * * * *', 'field 1 (minute) is "*/90"; it steps further than the field goes'],
    ['0 9 ? ? *', 'field 4 (month) is "?"; it takes 1 to 12 or JAN to DEC'],
    ['0 60 9 * * ?', 'field 2 (minute) is "60"; it takes 0 to 59'],
    ['0 0 9 1 1 ? 2027,2029', 'field 7 (year) is "2027,2029"; it takes years that follow each other'],
    ['0 9 * *', '"0 9 * *" has 4 fields; cron takes five'],
    ['0 9 * * 1 * * *', 'has 8 fields; cron takes five'],
    ['CRON_TZ=Mars/Phobos 0 9 * * 1', 'no time zone "Mars/Phobos"'],
  ])('%s', (text, reason) => {
    for (const { when } of [{ when: parseWhen(text, ctx) }, splitTask(`${text} stretch`, ctx)]) {
      expect(when.kind).toBe('reject');
      expect(describe(when, ctx)).toContain(reason);
    }
  });
});

const field = (low: number, high: number) => {
  const number = fc.integer({ min: low, max: high });
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant('*') },
    { weight: 3, arbitrary: number.map(String) },
    fc.tuple(number, number).map(([from, to]) => `${from}-${to}`),
    fc.array(number, { minLength: 2, maxLength: 4 }).map((list) => list.join()),
    fc.integer({ min: 2, max: high }).map((step) => `*/${step}`),
  );
};
const dates = fc.oneof(field(1, 28), fc.constantFrom('L', 'L-3', 'LW', '15W', '1W', '31', '29'));
const weekdays = fc.oneof(field(0, 6), fc.constantFrom('MON-FRI', 'sat,sun', '7', '5L', 'FRI#2', '1#5'));
const months = fc.oneof(field(1, 12), fc.constantFrom('JAN', 'jun-aug', 'DEC,MAR'));

/** One kind of day only: of both, programs mean different things. */
const expression = fc
  .tuple(
    field(0, 59),
    field(0, 23),
    fc.oneof(fc.tuple(dates, fc.constant('*')), fc.tuple(fc.constant('*'), weekdays)),
    months,
  )
  .map(([minute, hour, [date, weekday], month]) => [minute, hour, date, month, weekday].join(' '));

afterEach(() => {
  vi.useRealTimers();
});

/** node-cron counts from the present, which is set; what a change of the clock takes it drops: no hours of the night there. */
test('the next runs are those that node-cron finds', () => {
  const present = fc.date({ min: new Date('2025-01-01'), max: new Date('2035-01-01'), noInvalidDate: true });
  const zone = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'UTC');
  fc.assert(
    fc.property(expression, present, zone, (text, now, where) => {
      fc.pre(validate(text));
      fc.pre(where === 'UTC' || where === 'Asia/Kathmandu' || parse(text).hour.every((hour) => hour > 4));
      vi.useFakeTimers({ now, toFake: ['Date'] });
      const when = parseWhen(text, { now, zone: where });
      const expected = createTask(text, () => {}, { timezone: where }).getNextRuns(4);
      if (when.kind !== 'recurring') {
        expect([when.kind, expected]).toEqual(['reject', []]);
        return;
      }
      const found: string[] = [];
      for (const at of occurrences(when.rule, { after: now })) if (found.push(at.toISOString()) === 4) break;
      expect(found).toEqual(expected.map((at) => at.toISOString()));
    }),
    // node-cron needs a tenth of a second for some of them.
    { numRuns: 60 },
  );
});

test('what node-cron refuses is told, and what is not told is a rule', () => {
  const word = fc.oneof(field(0, 70), fc.string({ maxLength: 5, unit: fc.constantFrom(...'0123456789*/,-?LW#JAN') }));
  fc.assert(
    fc.property(fc.array(word, { minLength: 5, maxLength: 5 }), (words) => {
      const text = words.join(' ');
      const problem = cronProblem(text);
      if (problem === undefined) expect(parseWhen(text, ctx).kind).toBe('recurring');
      // "?" and "5/15" are read as Quartz does.
      if (!/\?|\d\//.test(text) && !validate(text)) expect(problem).toBeDefined();
    }),
  );
});
