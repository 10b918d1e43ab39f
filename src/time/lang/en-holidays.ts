/** Holidays: their names as a pattern of the grammar, the day of a year, and the rule that finds it each year. */

import { type Day, dayOf, nthWeekday } from '../civil.ts';
import type { RulePart } from '../rules/rule.ts';
import { moveDate, ONE_DAY } from './en-spans.ts';
import { date, rule } from './grammar.ts';

interface Holiday {
  /** None where a name means this one in some zones only. */
  said?: string;
  in: (year: number) => Day;
  /** Its rule in RFC 5545; none for those that follow the moon. */
  rule?: Pick<RulePart, 'byMonth' | 'byMonthDay' | 'byDay'>;
}

function fixedHoliday(month: number, day: number, phrase?: string): Holiday {
  const rule = { byMonth: [month], byMonthDay: [day] };
  return { in: (year) => dayOf(year, month, day), rule, ...(phrase === undefined ? {} : { said: phrase }) };
}

function nth(month: number, weekday: number, count: number, phrase?: string): Holiday {
  const rule = { byMonth: [month], byDay: [{ nth: count, weekday }] };
  return {
    in: (year) => nthWeekday(year, month, weekday, count),
    rule,
    ...(phrase === undefined ? {} : { said: phrase }),
  };
}

const easterly = (days: number, phrase: string): Holiday => ({ in: (year) => easter(year) + days, said: phrase });

const thankful = (days: number, phrase: string): Holiday => ({
  in: (year) => nthWeekday(year, 11, 4, 4) + days,
  said: phrase,
});

/** Easter Sunday of the Gregorian calendar (the algorithm of Meeus, Jones and Butcher). */
function easter(year: number): Day {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const d = (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30;
  const e = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - d - (c % 4)) % 7;
  const f = d + e - 7 * Math.floor((a + 11 * d + 22 * e) / 451) + 114;
  return dayOf(year, Math.floor(f / 31), (f % 31) + 1);
}

const HOLIDAYS: Readonly<Record<string, Holiday>> = {
  christmas: fixedHoliday(12, 25, 'christmas day?'),
  'christmas-eve': fixedHoliday(12, 24, 'christmas eve'),
  'boxing-day': fixedHoliday(12, 26, 'boxing day'),
  'new-years-eve': fixedHoliday(12, 31, "< new year|year's|years eve || nye >"),
  'new-year': fixedHoliday(1, 1, "< new year's|years day? || the? new year day? >"),
  valentines: fixedHoliday(2, 14, "valentine|valentine's|valentines day?"),
  'st-patrick': fixedHoliday(3, 17, "saint|st .? patrick's|patricks|patrick|paddy's day"),
  halloween: fixedHoliday(10, 31, "halloween|hallowe'en"),
  easter: easterly(0, 'easter sunday?'),
  'easter-monday': easterly(1, 'easter monday'),
  'good-friday': easterly(-2, 'good friday'),
  'maundy-thursday': easterly(-3, 'maundy|holy thursday'),
  'palm-sunday': easterly(-7, 'palm sunday'),
  'mothering-sunday': easterly(-21, 'mothering sunday'),
  'ash-wednesday': easterly(-46, 'ash wednesday'),
  'shrove-tuesday': easterly(-47, '< shrove|fat|pancake tuesday || pancake day || mardi gras tuesday? >'),
  ascension: easterly(39, 'ascension day|thursday'),
  pentecost: easterly(49, '< pentecost sunday? || whit sunday || whitsun >'),
  'whit-monday': easterly(50, 'whit|pentecost monday'),
  'mothers-day': nth(5, 7, 2, "mother's|mothers|mothers' day"),
  'fathers-day': nth(6, 7, 3, "father's|fathers|fathers' day"),
  'fathers-day-south': nth(9, 7, 1),
  'april-fools': fixedHoliday(4, 1, "april fool|fools|fool's|fools' day"),
  'may-day': fixedHoliday(5, 1, 'may day'),
  'early-may-bank-holiday': nth(5, 1, 1, 'early may bank holiday monday?'),
  'spring-bank-holiday': nth(5, 1, -1, 'spring|whitsun bank holiday monday?'),
  'august-bank-holiday': nth(8, 1, -1, 'august|summer bank holiday monday?'),
  thanksgiving: nth(11, 4, 4, 'thanksgiving day?'),
  'black-friday': {
    ...thankful(1, 'black friday'),
    rule: { byMonth: [11], byMonthDay: [23, 24, 25, 26, 27, 28, 29], byDay: [{ nth: 0, weekday: 5 }] },
  },
  'cyber-monday': thankful(4, 'cyber monday'),
  'giving-tuesday': thankful(5, 'giving tuesday'),
  'independence-day': fixedHoliday(7, 4, 'independence day'),
  'independence-day-india': fixedHoliday(8, 15),
  juneteenth: fixedHoliday(6, 19, 'juneteenth'),
  'labor-day': nth(9, 1, 1, 'labor day'),
  'memorial-day': nth(5, 1, -1, 'memorial day'),
  'veterans-day': fixedHoliday(11, 11, "veterans|veteran's|veterans' day"),
  mlk: nth(1, 1, 3, '< mlk day || martin luther king jr? .? day >'),
  'presidents-day': nth(2, 1, 3, "presidents|president's|presidents' day"),
  'columbus-day': nth(10, 1, 2, 'columbus day'),
  groundhog: fixedHoliday(2, 2, 'groundhog day'),
  'cinco-de-mayo': fixedHoliday(5, 5, 'cinco de mayo'),
  'pi-day': fixedHoliday(3, 14, 'pi day'),
  epiphany: fixedHoliday(1, 6, 'epiphany'),
  'guy-fawkes': fixedHoliday(11, 5, '< guy fawkes night|day? || bonfire night >'),
  bastille: fixedHoliday(7, 14, 'bastille day'),
  'australia-day': fixedHoliday(1, 26, 'australia day'),
  anzac: fixedHoliday(4, 25, 'anzac day'),
  'canada-day': fixedHoliday(7, 1, 'canada day'),
};

export const holidayOf = (name: string): Holiday | undefined =>
  Object.hasOwn(HOLIDAYS, name) ? HOLIDAYS[name] : undefined;

/** Holidays that are kept on another day elsewhere than in America, and the zones where that one alone is kept. */
const ELSEWHERE: Readonly<Record<string, { name: string; zones: RegExp }>> = {
  'mothers-day': { name: 'mothering-sunday', zones: /^Europe\/(?:London|Dublin)$/ },
  'fathers-day': { name: 'fathers-day-south', zones: /^(?:Australia\/.*|Pacific\/Auckland)$/ },
  'independence-day': { name: 'independence-day-india', zones: /^Asia\/(?:Kolkata|Calcutta)$/ },
};

export function localNames(name: string, zone: string): string[] {
  const other = Object.hasOwn(ELSEWHERE, name) ? ELSEWHERE[name] : undefined;
  if (!other || zone.startsWith('America/')) return [name];
  return other.zones.test(zone) ? [other.name] : [name, other.name];
}

export const holidayRules = [
  ...Object.entries(HOLIDAYS).flatMap(([name, { said }]) => (said ? [rule('holiday', said, () => name)] : [])),
  date('on|at|by|this? {name:holiday} {year:yearSuffix}?', (c) => ({ type: 'holiday', ...c })),
  date('on|by? the? eve of {date}', (c) => moveDate(c.date, ONE_DAY, -1)),
  date('on|by? {name:holiday} eve', (c) => moveDate({ type: 'holiday', ...c }, ONE_DAY, -1)),
  date('in the new year', () => ({ type: 'holiday', name: 'new-year' })),
  date('next {name:holiday}', (c) => ({ type: 'holiday', ...c })),
  date('last {name:holiday}', (c) => ({ type: 'holiday', ...c, which: 'last' })),
];
