import { type Captures, get, maybe, type Rule } from '../match.ts';
import { type DateSpec, NOTHING, type Span } from '../pieces.ts';
import type { Token } from '../tokens.ts';

/** Dates that are counted from other dates: "a week from Friday", "the day before Christmas". */

export const moved = (base: DateSpec, span: Span, sign: 1 | -1): DateSpec => ({ type: 'moved', base, span, sign });

const WEEK: Span = { ...NOTHING, days: 7 };
const FORTNIGHT: Span = { ...NOTHING, days: 14 };
export const ONE_DAY: Span = { ...NOTHING, days: 1 };

/** "The Monday after Easter", "the second Friday after the 1st". */
const beside =
  (sign: 1 | -1) =>
  (c: Captures): DateSpec => {
    const base: DateSpec = c.h === undefined ? get(c, 'date') : { type: 'holiday', name: get(c, 'h') };
    return { type: 'weekdayBeside', weekday: get(c, 'weekday'), nth: maybe(c, 'ordinal') ?? 1, base, sign };
  };

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
  ['date', 'a|one fortnight from|after|on {date}', (c) => moved(get(c, 'date'), FORTNIGHT, 1)],
  [
    'date',
    '{weekday} fortnight',
    (c) => moved({ type: 'weekday', weekday: get(c, 'weekday'), which: 'bare' }, FORTNIGHT, 1),
  ],
  ['date', 'a|one? week from|after {date}', (c) => moved(get(c, 'date'), WEEK, 1)],
  ['date', 'a|one {w:weekOrTwo} today|tomorrow', (c, tokens) => beyond(tokens.at(-1)?.text, get(c, 'w'))],
  ['date', 'today|tomorrow {w:weekOrTwo}', (c, [day]) => beyond(day?.text, get(c, 'w'))],
  ['date', '{n:number} week today|tomorrow', (c, tokens) => beyond(tokens.at(-1)?.text, 7 * get<number>(c, 'n'))],
  ['weekOrTwo', 'week|fortnight', (_, [token]) => (token?.text === 'week' ? 7 : 14)],
  ['date', '{span} from|after {date}', (c, tokens) => movedBy(c, 1, tokens)],
  ['date', '{span} before|prior|ahead to|of? {date}', (c) => movedBy(c, -1)],
  ['date', 'on? the? day before|preceding {date}', (c) => moved(get(c, 'date'), ONE_DAY, -1)],
  ['date', 'on? the? day after|following {date}', (c) => moved(get(c, 'date'), ONE_DAY, 1)],
  ['date', 'the {weekday} after|following {date}', beside(1)],
  ['date', 'on? {weekday} after|following {h:holiday}', beside(1)],
  ['date', 'the {weekday} before|preceding {date}', beside(-1)],
  ['date', 'the? {ordinal} {weekday} after {date}', beside(1)],
];
