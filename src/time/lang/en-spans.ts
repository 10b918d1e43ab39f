import { HOUR, MINUTE } from '../civil.ts';
import { addSpans, NOTHING, type Span, type Unit } from '../pieces.ts';
import { rule } from './grammar.ts';

/** Lengths of time: "2 hours 30 minutes", "a week and a half". */

/** What a unit counts: milliseconds, days or months. */
const SIZES: Readonly<Record<Unit, readonly ['milliseconds' | 'days' | 'months', number]>> = {
  second: ['milliseconds', 1_000],
  minute: ['milliseconds', MINUTE],
  hour: ['milliseconds', HOUR],
  day: ['days', 1],
  week: ['days', 7],
  month: ['months', 1],
  quarter: ['months', 3],
  year: ['months', 12],
};

/** The milliseconds of a unit that the clock counts. */
export const elapsedOf = (unit: Unit): number | undefined =>
  SIZES[unit][0] === 'milliseconds' ? SIZES[unit][1] : undefined;

/** A length of any amount: halves of a day are hours, halves of a year are months. */
export function spanOf(amount: number, unit: Unit): Span | undefined {
  const [field, size] = SIZES[unit];
  const total = amount * size;
  if (field === 'milliseconds') return { ...NOTHING, milliseconds: Math.round(total) };
  if (field === 'months') return Number.isInteger(total) ? { ...NOTHING, months: total } : undefined;
  const days = Math.floor(total);
  return { ...NOTHING, days, milliseconds: Math.round((total - days) * 24 * HOUR) };
}

/** Units from the largest to the smallest: "2 hours 30 minutes", never "30 minutes 2 days". */
function sumSpans(first: Span, rest: Span): Span | undefined {
  const size = ({ months, days, milliseconds }: Span) => months * 31 + days + milliseconds / (24 * HOUR);
  return size(first) > size(rest) ? addSpans(first, rest) : undefined;
}

const more = (amount: number, part: number, unit: Unit) =>
  Number.isInteger(amount) ? spanOf(amount + part, unit) : undefined;

const hoursMinutes = (hours: number, minutes: number): Span => ({
  ...NOTHING,
  milliseconds: hours * HOUR + minutes * MINUTE,
});

export const spanRules = [
  rule('unit', '{unitword}', (c) => c.unitword),
  rule('oneSpan', '{amount} {unit} and a half', (c) => more(c.amount, 0.5, c.unit)),
  rule('oneSpan', '{unit} and a half', (c) => more(1, 0.5, c.unit)),
  rule('oneSpan', '{amount} {unit} and a quarter', (c) => more(c.amount, 0.25, c.unit)),
  rule('oneSpan', '{amount} {unit} and three|3 quarter', (c) => more(c.amount, 0.75, c.unit)),
  rule('oneSpan', '{t:colonclock} hour', (c) => hoursMinutes(c.t.hour, c.t.minute)),
  rule('oneSpan', '{amount} and|? a half {unit}', (c) => spanOf(c.amount + 0.5, c.unit)),
  rule('oneSpan', '{amount} -? {unit}', (c) => spanOf(c.amount, c.unit)),
  rule('oneSpan', '{amount} fortnight', (c) => spanOf(c.amount * 2, 'week')),
  rule('oneSpan', '{number} < business day || weekday|weekdays|workday >', (c) => ({ ...NOTHING, workdays: c.number })),
  rule('oneSpan', 'a business day', () => ({ ...NOTHING, workdays: 1 })),
  rule('span', '{oneSpan}', (c) => c.oneSpan),
  rule('span', '{oneSpan} < ,|and|plus? || , and > {span}', (c) => sumSpans(c.oneSpan, c.span)),
  rule('span', '{number} hour and? {m:spokenMinutes}', (c) => hoursMinutes(c.number, c.m)),
  rule('span', 'a|an hour and? {m:spokenMinutes}', (c) => hoursMinutes(1, c.m)),
  rule('span', '{digits} {gluedH} {twodigits}', (c) => hoursMinutes(c.digits, c.twodigits)),
  rule('span', '{number} hour and|? {twodigits}', (c) => hoursMinutes(c.number, c.twodigits)),
];
