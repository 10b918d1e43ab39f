import { describe, expect, test } from 'vitest';
import { occurrences, passedOccurrences } from '../../src/time/index.ts';

const at = (text: string) => new Date(text);

/** All occurrences after `first` up to `now`, walked one by one, and the next. */
function walked(rule: string, first: Date, now: Date, most: number) {
  const all = [first];
  for (const occurrence of occurrences(rule, { after: first })) {
    if (occurrence > now) return { at: all.slice(-most), next: occurrence };
    all.push(occurrence);
  }
  return { at: all.slice(-most), next: undefined };
}

const start = 'DTSTART;TZID=Europe/Berlin:20260101T090000';

describe('what has passed while coda was off', () => {
  test.each([
    ['every minute for two months', 'FREQ=MINUTELY', '2026-03-01T12:00:30Z', 100],
    ['exactly now', 'FREQ=MINUTELY;INTERVAL=15', '2026-02-01T09:00:00Z', 10],
    ['every workday over a clock change', 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR', '2026-06-01T12:00:00Z', 7],
    ['fewer than are asked for', 'FREQ=MONTHLY', '2027-01-15T12:00:00Z', 100],
    ['a rule that has ended', 'FREQ=DAILY;COUNT=5', '2026-06-01T12:00:00Z', 100],
    ['a rule that ended long ago', 'FREQ=DAILY;COUNT=200', '2027-06-01T12:00:00Z', 20],
    ['nothing but the first', 'FREQ=YEARLY', '2026-01-01T08:00:00Z', 3],
  ])('%s', (_what, rule, now, most) => {
    const text = `${start}\nRRULE:${rule}`;
    const first = at('2026-01-01T08:00:00Z');
    expect(passedOccurrences(text, { first, now: at(now), most })).toEqual(walked(text, first, at(now), most));
  });

  test('a hundred years of every minute are not walked one by one', () => {
    const rule = 'DTSTART;TZID=UTC:19260101T000000\nRRULE:FREQ=MINUTELY';
    const passed = passedOccurrences(rule, {
      first: at('1926-01-01T00:00:00Z'),
      now: at('2026-11-20T10:00:30Z'),
      most: 2,
    });
    expect(passed).toEqual({
      at: [at('2026-11-20T09:59:00Z'), at('2026-11-20T10:00:00Z')],
      next: at('2026-11-20T10:01:00Z'),
    });
  });
});
