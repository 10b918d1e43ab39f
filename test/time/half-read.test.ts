import { expect, describe as suite, test } from 'vitest';
import { describe, understand, type When } from '../../src/time/index.ts';

const ctx = { now: new Date('2026-11-18T10:00:00Z'), zone: 'Europe/Berlin' };

/** What a person is told: the time, the readings to choose from, or the code of the refusal. */
function told(when: When): string | string[] {
  if (when.kind === 'ambiguous') return when.readings.map(({ words }) => words.replace(' (Europe/Berlin)', ''));
  return when.kind === 'reject' ? when.code : describe(when, ctx).replace(' (Europe/Berlin)', '');
}

suite('a year before a named month is a date, and never the clock', () => {
  test.each([
    ['2030-Jan-15', 'Tue 15 Jan 2030 09:00', ''],
    ['2028.Aug.05', 'Sat 5 Aug 2028 09:00', ''],
    ['2030, Jan 15', 'Tue 15 Jan 2030 09:00', ''],
    ['2030/January/15th at 4pm', 'Tue 15 Jan 2030 16:00', ''],
    ['2030 15 Jan 09:30', 'Tue 15 Jan 2030 09:30', ''],
    ['2030-Jan', 'Tue 1 Jan 2030 09:00', ''],
    ['1945-May-08', 'PAST', ''],
    ['call Bo 2030-Jan-15', 'Tue 15 Jan 2030 09:00', 'call Bo'],
    ['remind me to call Bo on 2030-Jan-15 at 9am', 'Tue 15 Jan 2030 09:00', 'call Bo'],
    ['meet at 2028.Aug.05 10:00', 'Sat 5 Aug 2028 10:00', 'meet'],
    ['every year from 2028-Jan-01', 'every year on 1 Jan at 09:00, next: Sat 1 Jan 2028', ''],
    ['every day until 2027-Feb-01', 'every day at 09:00, until Mon 1 Feb, next: Thu 19 Nov', ''],
    ['every year on 3 May from 2028', 'every year on 3 May at 09:00, next: Wed 3 May 2028', ''],
    ['every day starting in 2028', 'every day at 09:00, next: Sat 1 Jan 2028', ''],
    // The next such day needs no year, the one after it does.
    ['2026-Nov-20', 'Fri 20 Nov 09:00', ''],
    ['2027-Nov-20', 'Sat 20 Nov 2027 09:00', ''],
    // What was marked as a clock time stays one.
    ['at 2030 on Jan 15', 'Fri 15 Jan 20:30', ''],
    ['every day from 2030', 'every day at 20:30, next: Wed 18 Nov', ''],
    ['call Bo at 2030 Jan 15', ['Tue 15 Jan 2030 09:00', 'Fri 15 Jan 20:30'], 'call Bo'],
  ])('%s', (text, meant, task) => {
    const understood = understand(text, ctx);
    expect([told(understood.when), understood.task]).toEqual([meant, task]);
  });
});

suite('what is read by half is asked about, with the whole as the first answer', () => {
  test.each([
    ['dentist Feb at 14 4:30 pm', ['Sun 14 Feb 16:30', 'Wed 18 Nov 16:30'], 'dentist'],
    ['remind me to see the dentist in Feb at 14 4:30 pm', ['Sun 14 Feb 16:30', 'Wed 18 Nov 16:30'], 'see the dentist'],
    ['remind me Feb at 14 4:30 pm to see Ana', ['Sun 14 Feb 16:30', 'Wed 18 Nov 14:00'], 'see Ana'],
    ['call Bo March on 3 at 9', ['Wed 3 Mar 09:00', 'Wed 18 Nov 21:00'], 'call Bo'],
    ['call Bo Feb, 14, 9am', ['Sun 14 Feb 09:00', 'Thu 19 Nov 09:00'], 'call Bo'],
    ['call Bo Dec at 24', ['Thu 24 Dec 09:00', 'Thu 19 Nov 00:00'], 'call Bo'],
    ['call Bo Friday the 3 at 9', ['Fri 3 Sep 09:00', 'Wed 18 Nov 21:00'], 'call Bo'],
    ['call Bo at 14 4:30 pm', ['Wed 18 Nov 14:00', 'Wed 18 Nov 16:30'], 'call Bo'],
    ['remind me 2 h stretch', ['Wed 18 Nov 13:00'], 'stretch'],
    ['remind me 45 m stretch', ['Wed 18 Nov 11:45'], 'stretch'],
    // Read whole: a name, and a time beside it.
    ['text April on the 3rd at 4pm', 'Thu 3 Dec 16:00', 'text April'],
    ['call May at 5', 'Wed 18 Nov 17:00', 'call May'],
    ['remind me in 2 h to stretch', 'Wed 18 Nov 13:00', 'stretch'],
  ])('%s', (text, meant, task) => {
    const understood = understand(text, ctx);
    expect([told(understood.when), understood.task]).toEqual([meant, task]);
  });
});
