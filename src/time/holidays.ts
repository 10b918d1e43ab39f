import { type Day, dayOf, weekdayOf } from './civil.ts';
import type { RulePart } from './rule.ts';

type OfYear = (year: number) => Day;

/** How a holiday is found, and the rule that finds it each year where RFC 5545 can say it. */
interface Holiday {
  in: OfYear;
  rule?: Pick<RulePart, 'byMonth' | 'byMonthDay' | 'byDay'>;
}

function fixed(month: number, day: number): Holiday {
  return { in: (year) => dayOf(year, month, day), rule: { byMonth: [month], byMonthDay: [day] } };
}

/** The nth weekday of a month; -1 is the last. */
function nthWeekday(year: number, month: number, weekday: number, nth: number): Day {
  if (nth > 0) {
    const first = dayOf(year, month, 1);
    return first + ((weekday - weekdayOf(first) + 7) % 7) + 7 * (nth - 1);
  }
  const last = dayOf(year, month + 1, 1) - 1;
  return last - ((weekdayOf(last) - weekday + 7) % 7) + 7 * (nth + 1);
}

function nth(month: number, weekday: number, count: number): Holiday {
  const rule = { byMonth: [month], byDay: [{ nth: count, weekday }] };
  return { in: (year) => nthWeekday(year, month, weekday, count), rule };
}

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
  christmas: fixed(12, 25),
  'christmas-eve': fixed(12, 24),
  'boxing-day': fixed(12, 26),
  'new-years-eve': fixed(12, 31),
  'new-year': fixed(1, 1),
  valentines: fixed(2, 14),
  'st-patrick': fixed(3, 17),
  halloween: fixed(10, 31),
  easter: { in: easter },
  'easter-monday': { in: (year) => easter(year) + 1 },
  'good-friday': { in: (year) => easter(year) - 2 },
  'maundy-thursday': { in: (year) => easter(year) - 3 },
  'palm-sunday': { in: (year) => easter(year) - 7 },
  'mothering-sunday': { in: (year) => easter(year) - 21 },
  'ash-wednesday': { in: (year) => easter(year) - 46 },
  'shrove-tuesday': { in: (year) => easter(year) - 47 },
  ascension: { in: (year) => easter(year) + 39 },
  pentecost: { in: (year) => easter(year) + 49 },
  'whit-monday': { in: (year) => easter(year) + 50 },
  'mothers-day': nth(5, 7, 2),
  'fathers-day': nth(6, 7, 3),
  'fathers-day-south': nth(9, 7, 1),
  'giving-tuesday': { in: (year) => nthWeekday(year, 11, 4, 4) + 5 },
  'april-fools': fixed(4, 1),
  'may-day': fixed(5, 1),
  thanksgiving: nth(11, 4, 4),
  'black-friday': {
    in: (year) => nthWeekday(year, 11, 4, 4) + 1,
    rule: { byMonth: [11], byMonthDay: [23, 24, 25, 26, 27, 28, 29], byDay: [{ nth: 0, weekday: 5 }] },
  },
  'cyber-monday': { in: (year) => nthWeekday(year, 11, 4, 4) + 4 },
  'independence-day': fixed(7, 4),
  'independence-day-india': fixed(8, 15),
  juneteenth: fixed(6, 19),
  'labor-day': nth(9, 1, 1),
  'memorial-day': nth(5, 1, -1),
  'veterans-day': fixed(11, 11),
  mlk: nth(1, 1, 3),
  'presidents-day': nth(2, 1, 3),
  'columbus-day': nth(10, 1, 2),
  groundhog: fixed(2, 2),
  'cinco-de-mayo': fixed(5, 5),
  'pi-day': fixed(3, 14),
  epiphany: fixed(1, 6),
  'guy-fawkes': fixed(11, 5),
  bastille: fixed(7, 14),
  'australia-day': fixed(1, 26),
  anzac: fixed(4, 25),
  'canada-day': fixed(7, 1),
};

/** The day of a holiday in a year; undefined when the name is not known. */
export function holidayIn(name: string, year: number): Day | undefined {
  return Object.hasOwn(HOLIDAYS, name) ? HOLIDAYS[name]?.in(year) : undefined;
}

/** Holidays that are kept on another day elsewhere than in America, and the zones where that one alone is kept. */
const ELSEWHERE: Readonly<Record<string, readonly [string, ...string[]]>> = {
  'mothers-day': ['mothering-sunday', 'Europe/London', 'Europe/Dublin'],
  'fathers-day': [
    'fathers-day-south',
    'Australia/Sydney',
    'Australia/Melbourne',
    'Australia/Brisbane',
    'Pacific/Auckland',
  ],
  'independence-day': ['independence-day-india', 'Asia/Kolkata', 'Asia/Calcutta'],
};

/** The names of a holiday's days in a zone: several where it depends on the country. */
export function localNames(name: string, zone: string): string[] {
  const [other, ...zones] = (Object.hasOwn(ELSEWHERE, name) ? ELSEWHERE[name] : undefined) ?? [];
  if (other === undefined || zone.startsWith('America/')) return [name];
  return zones.includes(zone) ? [other] : [name, other];
}

/** The yearly rule of a holiday; undefined for those that follow the moon. */
export function holidayRule(name: string): Holiday['rule'] {
  return Object.hasOwn(HOLIDAYS, name) ? HOLIDAYS[name]?.rule : undefined;
}
