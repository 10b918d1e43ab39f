/** Calendars of other programs: coda's times beside those of khal (recorded) and of rrule-temporal. */
import { readFileSync } from 'node:fs';
import { RRuleTemporal } from 'rrule-temporal';
import { afterAll, describe, expect, test } from 'vitest';
import { silentLog } from '../../../src/base/log.ts';
import { openCalendarReader } from '../../../src/media/index.ts';
import { CALENDARS, type ProgramCalendar, spanOf, timesOf } from './programs.ts';

const reader = openCalendarReader(silentLog());
afterAll(() => reader.close());

const khal = JSON.parse(readFileSync(new URL('khal.json', import.meta.url), 'utf8')) as Record<string, string[]>;

describe('times as khal tells them', () => {
  test.each(Object.entries(CALENDARS))('%s', async (name, each) => {
    expect(khal).toHaveProperty([name]);
    expect(await timesOf(reader, each)).toEqual(each.right ?? khal[name]);
  });

  test('where khal has others, there is a reason', () => {
    for (const [name, { right, because }] of Object.entries(CALENDARS)) {
      if (right) expect(khal[name], name).not.toEqual(right);
      expect(because !== undefined, name).toBe(right !== undefined);
    }
  });

  test('khal has told the times of each of at least sixty', () => {
    expect(Object.keys(khal)).toEqual(Object.keys(CALENDARS));
    expect(Object.values(CALENDARS).filter(({ right }) => !right).length).toBeGreaterThanOrEqual(60);
  });
});

/** rrule-temporal leaves the day out; RFC 5545, 3.3.10, and khal count the hour as if the clock had not changed. */
const SKIPS = 'every day at an hour that one day has not';

/** The times of a series in a zone of IANA, by rrule-temporal. */
function byTemporal(calendar: ProgramCalendar): string[] | undefined {
  const lines = calendar.lines.join('\r\n').split('\r\n');
  const from = lines.indexOf('BEGIN:VEVENT');
  const event = lines.slice(from).filter((line) => /^(?:DTSTART|RRULE|EXDATE|RDATE)[;:]/.test(line));
  const isPlain =
    lines.filter((line) => line === 'BEGIN:VEVENT').length === 1 &&
    event.filter((line) => line.startsWith('RRULE')).length === 1 &&
    event.every((line) => /^\w+(?:;TZID=\w+\/\w+)?:/.test(line)) &&
    !lines.includes('STATUS:CANCELLED');
  if (!isPlain) return undefined;
  const span = spanOf(calendar);
  const edge = (day: string) => new Date(`${day}T12:00:00Z`).getTime();
  return new RRuleTemporal({ rruleString: event.join('\n') })
    .between(new Date(edge(span.from) - 86_400_000), new Date(edge(span.to) + 86_400_000), true)
    .map((at) => `${new Date(at.epochMilliseconds).toISOString().slice(0, 16)}Z`);
}

describe('times as rrule-temporal tells them', () => {
  const plain = Object.entries(CALENDARS).flatMap(([name, each]) => {
    const times = name === SKIPS ? undefined : byTemporal(each);
    return times ? [{ name, each, times }] : [];
  });

  test.each(plain)('$name', async ({ each, times }) => {
    const own = (await timesOf(reader, each)).map((time) => time.split(' ')[0]);
    // Its span is a day longer at both ends.
    expect(times.filter((time) => own.includes(time))).toEqual(own);
    const inside = ({ from, to }: ReturnType<typeof spanOf>) =>
      times.filter((time) => time.slice(0, 10) > from && time.slice(0, 10) < to);
    expect(inside(spanOf(each)).filter((time) => !own.includes(time))).toEqual([]);
  });

  test('it is asked about forty', () => {
    expect(plain.length).toBeGreaterThanOrEqual(40);
  });
});
