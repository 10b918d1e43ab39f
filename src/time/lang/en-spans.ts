import { type Captures, get, type Rule } from '../match.ts';
import { addSpans, type Clock, NOTHING, type Span } from '../pieces.ts';
import { lookUp, within } from './en-clock.ts';

/** Lengths of time: "2 hours 30 minutes", "a week and a half". */

/** What a unit counts, for any amount: halves of a day are hours, halves of a year are months. */
export function spanOf(amount: number, unit: string): Span | undefined {
  const ms: Readonly<Record<string, number>> = { second: 1_000, minute: 60_000, hour: 3_600_000 };
  const perUnit = lookUp(ms, unit);
  if (perUnit !== undefined) return { ...NOTHING, milliseconds: Math.round(amount * perUnit) };
  if (unit === 'day' || unit === 'week') {
    const days = amount * (unit === 'week' ? 7 : 1);
    const whole = Math.floor(days);
    return { ...NOTHING, days: whole, milliseconds: Math.round((days - whole) * 86_400_000) };
  }
  const perMonth: Readonly<Record<string, number>> = { month: 1, quarter: 3, year: 12 };
  const months = amount * (lookUp(perMonth, unit) ?? 0);
  return Number.isInteger(months) ? { ...NOTHING, months } : undefined;
}

/** Units from the largest to the smallest: "2 hours 30 minutes", never "30 minutes 2 days". */
function sumSpans(first: Span, rest: Span): Span | undefined {
  const size = ({ months, days, milliseconds }: Span) => months * 31 + days + milliseconds / 86_400_000;
  return size(first) > size(rest) ? addSpans(first, rest) : undefined;
}

export const spanRules: readonly Rule[] = [
  ['unit', '{unitword}', (c) => c.unitword],
  ['oneSpan', '{amount} {unit} and a half', (c) => more(c, 0.5)],
  ['oneSpan', '{unit} and a half', (c) => more({ ...c, amount: 1 }, 0.5)],
  ['oneSpan', '{amount} {unit} and a quarter', (c) => more(c, 0.25)],
  ['oneSpan', '{amount} {unit} and three|3 quarter', (c) => more(c, 0.75)],
  ['oneSpan', '{t:colonclock} hour', (c) => hoursMinutes(get<Clock>(c, 't').hour, get<Clock>(c, 't').minute)],
  ['oneSpan', '{amount} and|? a half {unit}', (c) => spanOf(get<number>(c, 'amount') + 0.5, get(c, 'unit'))],
  ['oneSpan', '{amount} {unit}', (c) => spanOf(get(c, 'amount'), get(c, 'unit'))],
  ['oneSpan', '{amount} - {unit}', (c) => spanOf(get(c, 'amount'), get(c, 'unit'))],
  ['oneSpan', '{amount} fortnight', (c) => spanOf(get<number>(c, 'amount') * 2, 'week')],
  ['oneSpan', '{number} business day', (c) => ({ ...NOTHING, workdays: c.number })],
  ['oneSpan', 'a business day', () => ({ ...NOTHING, workdays: 1 })],
  ['oneSpan', '{number} weekday|weekdays|workday', (c) => ({ ...NOTHING, workdays: c.number })],
  ['span', '{oneSpan}', (c) => c.oneSpan],
  ['span', '{oneSpan} ,|and? {span}', (c) => sumSpans(get(c, 'oneSpan'), get(c, 'span'))],
  ['span', '{oneSpan} , and {span}', (c) => sumSpans(get(c, 'oneSpan'), get(c, 'span'))],
  ['span', '{oneSpan} plus {span}', (c) => sumSpans(get(c, 'oneSpan'), get(c, 'span'))],
  ['span', '{number} hour and? {m:spokenMinutes}', (c) => hoursMinutes(get(c, 'number'), get(c, 'm'))],
  ['span', 'a|an hour and? {m:spokenMinutes}', (c) => hoursMinutes(1, get(c, 'm'))],
  ['spokenMinutes', '{t:tensword} -? {o:onesword}', (c) => within(20, 59, get<number>(c, 't') + get<number>(c, 'o'))],
  ['spokenMinutes', '{minuteword}', (c) => c.minuteword],
  ['span', '{digits} {gluedH} {twodigits}', (c) => hoursMinutes(get(c, 'digits'), get(c, 'twodigits'))],
  ['span', '{number} hour and|? {twodigits}', (c) => hoursMinutes(get(c, 'number'), get(c, 'twodigits'))],
];

function hoursMinutes(hours: number, minutes: number): Span {
  return { ...NOTHING, milliseconds: (hours * 60 + minutes) * 60_000 };
}

function more(c: Captures, part: number): Span | undefined {
  return Number.isInteger(c.amount) ? spanOf(get<number>(c, 'amount') + part, get(c, 'unit')) : undefined;
}
