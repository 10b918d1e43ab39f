import type { Captures, Rule } from '../match.ts';
import type { DateSpec, Span } from '../pieces.ts';
import type { Token } from '../tokens.ts';

/** Dates that are counted from other dates: "a week from Friday", "the day before Christmas". */

const get = <T>(captures: Captures, name: string): T => captures[name] as T;
const moved = (base: DateSpec, span: Span, sign: 1 | -1): DateSpec => ({ type: 'moved', base, span, sign });

const WEEK: Span = { months: 0, days: 7, workdays: 0, milliseconds: 0 };
const ONE_DAY: Span = { months: 0, days: 1, workdays: 0, milliseconds: 0 };

/** Only whole days, weeks, months and years lead from one date to another. */
function isCalendar(span: Span): boolean {
  return span.milliseconds === 0;
}

/** "Gate 22 day after tomorrow": a number, and one day. */
export function isNumberBeforeDay(tokens: readonly Token[]): boolean {
  const [first, second] = tokens.filter(({ raw }) => raw !== '-');
  const isMany = /^\d+$/.test(first?.raw ?? '') && Number(first?.raw) !== 1;
  return isMany && /^(?:day|week|month|year)$/i.test(second?.raw ?? '');
}

function movedBy(c: Captures, sign: 1 | -1, tokens: readonly Token[] = []): DateSpec | undefined {
  const span = get<Span>(c, 'span');
  if (isNumberBeforeDay(tokens)) return undefined;
  return isCalendar(span) ? moved(get(c, 'date'), span, sign) : undefined;
}

function beyond(day: string | undefined, days: number): DateSpec {
  return moved({ type: 'offset', days: day === 'today' ? 0 : 1 }, { ...WEEK, days }, 1);
}

export const relativeDateRules: readonly Rule[] = [
  ['date', 'a|one fortnight from|after|on {date}', (c) => moved(get(c, 'date'), { ...WEEK, days: 14 }, 1)],
  [
    'date',
    '{weekday} fortnight',
    (c) => moved({ type: 'weekday', weekday: get(c, 'weekday'), which: 'bare' }, { ...WEEK, days: 14 }, 1),
  ],
  ['date', 'a|one? week from|after {date}', (c) => moved(get(c, 'date'), WEEK, 1)],
  ['date', 'a|one {w:weekOrTwo} today|tomorrow', (c, tokens) => beyond(tokens.at(-1)?.text, get(c, 'w'))],
  ['date', 'today|tomorrow {w:weekOrTwo}', (c, [day]) => beyond(day?.text, get(c, 'w'))],
  ['date', '{n:number} week today|tomorrow', (c, tokens) => beyond(tokens.at(-1)?.text, 7 * get<number>(c, 'n'))],
  ['weekOrTwo', 'week|fortnight', (_, [token]) => (token?.text === 'week' ? 7 : 14)],
  ['date', '{span} from|after {date}', (c, tokens) => movedBy(c, 1, tokens)],
  ['date', '{span} before|prior to? {date}', (c) => movedBy(c, -1)],
  ['date', '{span} ahead of {date}', (c) => movedBy(c, -1)],
  ['date', 'on? the day before|preceding {date}', (c) => moved(get(c, 'date'), ONE_DAY, -1)],
  ['date', 'day before {date}', (c) => moved(get(c, 'date'), ONE_DAY, -1)],
  ['date', 'on? the day after|following {date}', (c) => moved(get(c, 'date'), ONE_DAY, 1)],
  ['date', 'day after {date}', (c) => moved(get(c, 'date'), ONE_DAY, 1)],
  [
    'date',
    'the {weekday} after|following {date}',
    (c) => ({ type: 'weekdayBeside', weekday: get(c, 'weekday'), nth: 1, base: get(c, 'date'), sign: 1 }),
  ],
  [
    'date',
    'on? {weekday} after|following {h:holiday}',
    (c) => ({
      type: 'weekdayBeside',
      weekday: get(c, 'weekday'),
      nth: 1,
      base: { type: 'holiday', name: get(c, 'h') },
      sign: 1,
    }),
  ],
  [
    'date',
    'the {weekday} before|preceding {date}',
    (c) => ({ type: 'weekdayBeside', weekday: get(c, 'weekday'), nth: 1, base: get(c, 'date'), sign: -1 }),
  ],
  [
    'date',
    'the? {ordinal} {weekday} after {date}',
    (c) => ({
      type: 'weekdayBeside',
      weekday: get(c, 'weekday'),
      nth: get(c, 'ordinal'),
      base: get(c, 'date'),
      sign: 1,
    }),
  ],
];
