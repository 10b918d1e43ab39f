import { type DateSpec, NOTHING, type Span } from '../pieces.ts';
import type { Token } from '../tokens.ts';
import { date, rule } from './grammar.ts';

/** Dates that are counted from other dates: "a week from Friday", "the day before Christmas". */

export const moved = (base: DateSpec, span: Span, sign: 1 | -1): DateSpec => ({ type: 'moved', base, span, sign });

export const days = (count: number): Span => ({ ...NOTHING, days: count });
export const ONE_DAY = days(1);

/** "The Monday after Easter", "the second Friday after the 1st". */
const beside =
  (sign: 1 | -1) =>
  ({ weekday, ordinal: nth = 1, date: base }: { weekday: number; ordinal?: number; date: DateSpec }): DateSpec => ({
    type: 'weekdayBeside',
    weekday,
    nth,
    base,
    sign,
  });

/** "Gate 22 day after tomorrow": a number, and one day. */
export function isNumberBeforeDay(tokens: readonly Token[]): boolean {
  const [first, second] = tokens.filter(({ raw }) => raw !== '-');
  const isMany = /^\d+$/.test(first?.raw ?? '') && Number(first?.raw) !== 1;
  return isMany && /^(?:day|week|month|year)$/i.test(second?.raw ?? '');
}

/** Only whole days, weeks, months and years lead from one date to another. */
const movedBy = ({ span, date }: { span: Span; date: DateSpec }, sign: 1 | -1): DateSpec | undefined =>
  span.milliseconds === 0 ? moved(date, span, sign) : undefined;

export const relativeDateRules = [
  date('a|one fortnight from|after|on {date}', (c) => moved(c.date, days(14), 1)),
  date('{weekday} fortnight', ({ weekday }) => moved({ type: 'weekday', weekday, which: 'bare' }, days(14), 1)),
  date('a|one? week from|after {date}', (c) => moved(c.date, days(7), 1)),
  date('a|one {w:weekOrTwo} {d:todayOrTomorrow}', (c) => moved(c.d, days(c.w), 1)),
  date('{d:todayOrTomorrow} {w:weekOrTwo}', (c) => moved(c.d, days(c.w), 1)),
  date('{n:number} week {d:todayOrTomorrow}', (c) => moved(c.d, days(7 * c.n), 1)),
  rule('weekOrTwo', 'week|fortnight', (_, [token]) => (token?.text === 'week' ? 7 : 14)),
  date('{span} from|after {date}', (c, tokens) => (isNumberBeforeDay(tokens) ? undefined : movedBy(c, 1))),
  date('{span} before|prior|ahead to|of? {date}', (c) => movedBy(c, -1)),
  date('on? the? day before|preceding {date}', (c) => moved(c.date, ONE_DAY, -1)),
  date('on? the? day after|following {date}', (c) => moved(c.date, ONE_DAY, 1)),
  date('the {weekday} after|following {date}', beside(1)),
  date('on? {weekday} after|following {name:holiday}', ({ weekday, name }) =>
    beside(1)({ weekday, date: { type: 'holiday', name } }),
  ),
  date('the {weekday} before|preceding {date}', beside(-1)),
  date('the? {ordinal} {weekday} after {date}', beside(1)),
];
