import { describe, expect, test } from 'vitest';
import { addDays, beginningOf, dayAt, occurrences, parseWhen, weekdayOfDay } from '../../src/time/index.ts';

/**
 * Every kind of rule in zones that change their clocks in every way, over ten years, against an implementation that
 * shares nothing with the one under test: it walks all days, asks of each whether it belongs to the rule, and finds its
 * instant by what `Intl` shows on the clock.
 */
const ZONES = [
  'America/New_York',
  'Europe/London',
  'Australia/Lord_Howe',
  'America/Sao_Paulo',
  'Asia/Kolkata',
  'Pacific/Apia',
  'Africa/Casablanca',
];

const DAY = 86_400_000;
const FROM = Date.UTC(2026, 0, 1);
const TO = Date.UTC(2036, 0, 1);

interface Kind {
  rrule: string;
  /** Whether the local date (midnight as UTC) belongs to the rule. */
  fits(date: Date): boolean;
  /** Times of day in minutes. */
  times: number[];
}

const weekday = (date: Date): number => date.getUTCDay() || 7;
const lastOfMonth = (date: Date): number =>
  new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
const weekOf = (date: Date): number => Math.floor((date.getTime() - Date.UTC(2025, 11, 29)) / (7 * DAY));

const QUARTER_HOURS = Array.from({ length: 16 }, (_, index) => index * 15);

const KINDS: Record<string, Kind> = {
  'every day at 02:30': { rrule: 'FREQ=DAILY;BYHOUR=2;BYMINUTE=30', fits: () => true, times: [150] },
  'every day at 01:45': { rrule: 'FREQ=DAILY;BYHOUR=1;BYMINUTE=45', fits: () => true, times: [105] },
  'every day at 00:00': { rrule: 'FREQ=DAILY;BYHOUR=0;BYMINUTE=0', fits: () => true, times: [0] },
  'every quarter of an hour in the night': {
    rrule: 'FREQ=DAILY;BYHOUR=0,1,2,3;BYMINUTE=0,15,30,45',
    fits: () => true,
    times: QUARTER_HOURS,
  },
  'weekdays at 9': {
    rrule: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=9;BYMINUTE=0',
    fits: (date) => weekday(date) < 6,
    times: [540],
  },
  'Sundays at 02:30': {
    rrule: 'FREQ=WEEKLY;BYDAY=SU;BYHOUR=2;BYMINUTE=30',
    fits: (date) => weekday(date) === 7,
    times: [150],
  },
  'every other Sunday at 02:00': {
    rrule: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=SU;BYHOUR=2;BYMINUTE=0',
    fits: (date) => weekday(date) === 7 && weekOf(date) % 2 === 0,
    times: [120],
  },
  'every third day at 03:00': {
    rrule: 'FREQ=DAILY;INTERVAL=3;BYHOUR=3;BYMINUTE=0',
    fits: (date) => ((date.getTime() - FROM) / DAY) % 3 === 0,
    times: [180],
  },
  'the 31st': {
    rrule: 'FREQ=MONTHLY;BYMONTHDAY=31;BYHOUR=2;BYMINUTE=15',
    fits: (date) => date.getUTCDate() === 31,
    times: [135],
  },
  'the last day of the month': {
    rrule: 'FREQ=MONTHLY;BYMONTHDAY=-1;BYHOUR=23;BYMINUTE=30',
    fits: (date) => date.getUTCDate() === lastOfMonth(date),
    times: [1410],
  },
  'the last Sunday of the month': {
    rrule: 'FREQ=MONTHLY;BYDAY=-1SU;BYHOUR=1;BYMINUTE=30',
    fits: (date) => weekday(date) === 7 && date.getUTCDate() > lastOfMonth(date) - 7,
    times: [90],
  },
  'the second Sunday of March': {
    rrule: 'FREQ=YEARLY;BYMONTH=3;BYDAY=2SU;BYHOUR=2;BYMINUTE=30',
    fits: (date) => date.getUTCMonth() === 2 && weekday(date) === 7 && Math.ceil(date.getUTCDate() / 7) === 2,
    times: [150],
  },
  'the first Monday of each quarter': {
    rrule: 'FREQ=YEARLY;BYMONTH=1,4,7,10;BYDAY=1MO;BYHOUR=9;BYMINUTE=0',
    fits: (date) => date.getUTCMonth() % 3 === 0 && weekday(date) === 1 && date.getUTCDate() <= 7,
    times: [540],
  },
  '29 February': {
    rrule: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYHOUR=9;BYMINUTE=0',
    fits: (date) => date.getUTCMonth() === 1 && date.getUTCDate() === 29,
    times: [540],
  },
  'the last weekday of the month': {
    rrule: 'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;BYHOUR=2;BYMINUTE=30',
    fits: (date) => {
      const left = lastOfMonth(date) - date.getUTCDate();
      return weekday(date) < 6 && (left === 0 || (weekday(date) === 5 && left < 3));
    },
    times: [150],
  },
};

/** The clock of a zone, by `Intl`. */
class IntlClock {
  private readonly format: Intl.DateTimeFormat;
  private readonly offsets = new Map<number, number>();

  constructor(zone: string) {
    this.format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  /** No zone changes its clock twice within a day of UTC: equal at both ends, the offset is that in between. */
  offset(at: number): number {
    const day = Math.floor(at / DAY) * DAY;
    const first = this.shownAt(day);
    return first === this.shownAt(day + DAY) ? first : this.shownAt(at);
  }

  private shownAt(at: number): number {
    const known = this.offsets.get(at);
    if (known !== undefined) return known;
    const parts = Object.fromEntries(this.format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    const offset = Date.UTC(year, month - 1, day, hour, minute, second) - at;
    this.offsets.set(at, offset);
    return offset;
  }

  /** The first instant that shows `wall`, or the moment the clock leaps over it. */
  instant(wall: number): number {
    const offsets = [this.offset(wall - DAY), this.offset(wall + DAY)];
    const shown = offsets.map((offset) => wall - offset).filter((at) => at + this.offset(at) === wall);
    if (shown.length > 0) return Math.min(...shown);
    let before = wall - DAY;
    let after = wall + DAY;
    while (after - before > 1_000) {
      const middle = Math.floor((before + after) / 2_000) * 1_000;
      if (middle + this.offset(middle) < wall) before = middle;
      else after = middle;
    }
    return after;
  }
}

function expected({ fits, times }: Kind, clock: IntlClock): number[] {
  const found = new Set<number>();
  for (let day = FROM; day < TO; day += DAY) {
    if (fits(new Date(day))) for (const time of times) found.add(clock.instant(day + time * 60_000));
  }
  return [...found].sort((a, b) => a - b);
}

describe.each(ZONES)('in %s', (zone) => {
  const clock = new IntlClock(zone);
  const end = clock.instant(TO);

  test.each(Object.entries(KINDS))('%s keeps its wall-clock time through every change of the clock', (_, kind) => {
    const rule = `DTSTART;TZID=${zone}:20260101T000000\nRRULE:${kind.rrule}`;
    const found: number[] = [];
    for (const at of occurrences(rule, { after: new Date(clock.instant(FROM) - 1) })) {
      if (at.getTime() >= end) break;
      found.push(at.getTime());
    }
    expect(found).toEqual(expected(kind, clock));
  });

  test.each([
    ['hourly', 'FREQ=HOURLY', 60],
    ['every 90 minutes', 'FREQ=MINUTELY;INTERVAL=90', 90],
    ['every 3 hours', 'FREQ=HOURLY;INTERVAL=3', 180],
  ])('%s counts elapsed time', (_, rrule, minutes) => {
    const start = clock.instant(Date.UTC(2026, 2, 1, 0, 30));
    const rule = `DTSTART;TZID=${zone}:20260301T003000\nRRULE:${rrule}`;
    const found: number[] = [];
    for (const at of occurrences(rule, { after: new Date(start - 1) })) if (found.push(at.getTime()) === 9_000) break;
    expect(found).toEqual(found.map((_at, step) => start + step * minutes * 60_000));
  });

  test('"0 * * * *" fires whenever the minute hand stands at twelve', () => {
    const rule = `DTSTART;TZID=${zone}:20260101T000000\nRRULE:FREQ=HOURLY;BYMINUTE=0`;
    const found: number[] = [];
    for (const at of occurrences(rule, { after: new Date(FROM + 2 * DAY) })) {
      if (at.getTime() > FROM + 365 * DAY) break;
      found.push(at.getTime());
    }
    const shown: number[] = [];
    for (let at = FROM + 2 * DAY + 900_000; at <= FROM + 365 * DAY; at += 900_000)
      if ((at + clock.offset(at)) % 3_600_000 === 0) shown.push(at);
    expect(found).toEqual(shown);
  });
});

test.each(ZONES)('every day of three years begins once in %s, right behind the day before it', (zone) => {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone: zone });
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeStyle: 'short' });
  for (let day = '2026-01-01'; day < '2029-01-01'; day = addDays(day, 1)) {
    const begins = beginningOf(day, zone);
    const before = new Date(begins.getTime() - 1);
    expect([format.format(begins), dayAt(begins, zone), addDays(dayAt(before, zone), 1)]).toEqual([day, day, day]);
    // Where the clock jumps over midnight the day begins later.
    expect(clock.format(begins), day).toMatch(/^0[01]:00$/);
    expect(weekdayOfDay(day)).toBe(weekday(new Date(day)));
  }
});

test('the form in which coda shows a time that comes twice is read as that time', () => {
  const shown = 'Sun 31 Oct 2027 02:30 UTC+01:00 (Europe/Berlin)';
  const meant = parseWhen(shown, { now: new Date('2027-10-01T10:00:00Z'), zone: 'Europe/Berlin' });
  expect(meant).toMatchObject({ kind: 'once', at: new Date('2027-10-31T01:30:00Z') });
});
