import { type Captures, get, type Rule, type Terminal } from '../match.ts';
import type { Piece } from '../pieces.ts';
import type { Token } from '../tokens.ts';

/** Words with several meanings, or with none that is certain: what to ask instead of guessing. */

/** The words a vague phrase is asked about with; in each, `$1` … are what was captured, as written. */
const unclear =
  (...instead: string[]) =>
  (captures: Captures): Piece => ({
    kind: 'vague',
    instead: instead.map((text) => text.replace(/\$(\w+)/g, (_, name: string) => String(captures[name] ?? ''))),
  });

/** The same in other words. */
const said =
  (words: string) =>
  (captures: Captures): Piece => ({
    ...(unclear(words)(captures) as Extract<Piece, { kind: 'vague' }>),
    certain: true,
  });

function fortnightly(weekday: number): Piece {
  return { kind: 'recur', recur: { freq: 'WEEKLY', interval: 2, days: { weekdays: [weekday] } } };
}

/** The same with each of two numbers: "5/6pm", "in 5-6 min". */
const eitherOf =
  (text: string) =>
  (captures: Captures): Piece | undefined => {
    const { pair, a, b } = captures as { pair?: readonly [number, number]; a?: number; b?: number };
    const numbers = pair ?? [a, b];
    return unclear(...numbers.map((number) => text.replace('#', String(number))))(captures);
  };

const asWritten = (_: Captures, tokens: readonly Token[]) => tokens.map(({ raw }) => raw).join(' ');

/** "At 2h". */
function eitherHalf(captures: Captures): Piece {
  const hour = get<number>(captures, 'h');
  return unclear(`at ${hour + 12}:00`, `at 0${hour}:00`)(captures);
}

/** The nights before a day of work, as others count them. */
const EVES_OF_WORK = 'every sunday, monday, tuesday, wednesday and thursday in the evening';

/** Two numbers of which either may be meant. */
const pairOf =
  (pattern: RegExp, most: number) =>
  ({ text }: Token): readonly [number, number] | undefined => {
    const [one, other] = pattern.exec(text)?.slice(1).map(Number) ?? [];
    return one !== undefined && other !== undefined && one < other && other <= most ? [one, other] : undefined;
  };

const slashed = pairOf(/^(\d{1,2})\/(\d{1,2})$/, 12);

export const vagueTerminals: Readonly<Record<string, Terminal>> = {
  slashed,
  // "At 9/11" is a place.
  neighbours: (token) => {
    const [one = 0, other = 0] = slashed(token) ?? [];
    return other === one + 1 ? [one, other] : undefined;
  },
  dashed: pairOf(/^(\d{1,3})-(\d{1,3})$/, 999),
};

export const vagueRules: readonly Rule[] = [
  ['raw', '{weekday}', (_, [token]) => token?.text],
  ['rawNumber', '{number}', (c) => c.number],
  ['rawNumber', '{ordinal}', (c) => c.ordinal],
  [
    'clockWords',
    '{clock}',
    (_, tokens) => tokens.map(({ text, glued }, at) => (glued || at === 0 ? '' : ' ') + text).join(''),
  ],
  ['piece', 'every {o:rawOrdinal} {w:raw}', unclear('every $o weeks on $w', 'on the $oth $w of every month')],
  ['rawOrdinal', '{ordinal}', (c) => (get<number>(c, 'ordinal') > 2 ? c.ordinal : undefined)],
  ['piece', 'every 2nd {w:raw}', unclear('every 2 weeks on $w', 'on the second $w of every month')],
  // The weekend is its Saturday, and "weekends" are both days.
  ['piece', 'every weekend', unclear('every saturday', 'weekends')],
  [
    'piece',
    'every other|alternate|second weekend',
    unclear('every other saturday', 'every other saturday and every other sunday'),
  ],
  ['piece', 'biweekly|bi weekly?', unclear('every 2 weeks', 'every monday and thursday')],
  ['piece', 'bi - weekly', unclear('every 2 weeks', 'every monday and thursday')],
  ['piece', 'biweekly on {w:weekday}', (c) => fortnightly(get(c, 'w'))],
  ['piece', 'biweekly on? {w:weekdayPlural}', (c) => fortnightly(get(c, 'w'))],
  ['piece', 'bi -? weekly on? {w:anyWeekday}', (c) => fortnightly(get(c, 'w'))],
  ['piece', 'bimonthly|bi - monthly', unclear('every 2 months', 'on the 1st and 15th of every month')],
  ['piece', 'biannually|semiannually|biannual', unclear('every 6 months', 'every 2 years')],
  ['piece', 'shortly|just|right before {t:clockWords}', unclear('15 minutes before $t', 'at $t')],
  ['piece', 'shortly|just|right|sometime after {t:clockWords}', unclear('at $t', '15 minutes after $t')],
  ['piece', 'before {t:clockWords}', unclear('15 minutes before $t', 'at $t')],
  ['piece', 'after {t:clockWords}', unclear('at $t', '15 minutes after $t')],
  ['piece', 'the week before|after {d:dateWords}', (c, [, , tie]) => unclear(`a week ${tie?.text} $d`)(c)],
  ['dateWords', '{date}', asWritten],
  ['piece', 'on|every? weeknights|weeknight', unclear('every weekday in the evening', EVES_OF_WORK)],
  ['piece', 'on|every? school nights|night', unclear(EVES_OF_WORK)],
  ['piece', 'after lunch', said('at 13:30')],
  ['piece', 'right|just|straight|shortly|sometime after lunch', said('at 13:30')],
  ['piece', 'right|just|shortly|sometime before lunch', said('at 11:30')],
  ['piece', 'after lunch at {t:clockWords}', said('in the afternoon at $t')],
  ['piece', '{s:spanWords} before lunch', said('$s before 12:30')],
  ['piece', '{s:spanWords} after lunch', said('$s after 12:30')],
  ['spanWords', '{span}', asWritten],
  ['piece', 'before lunch', said('at 11:30')],
  ['piece', 'after|at breakfast', unclear('at 9:00 am')],
  ['piece', 'before breakfast', unclear('at 7:00 am')],
  ['piece', 'after business', unclear('at 17:00', 'at 18:00')],
  ['piece', 'before business', unclear('at 08:00', 'at 09:00')],
  ['piece', 'at|after|before? dinner|dinnertime|supper', unclear('at 18:00', 'at 19:00')],
  ['piece', 'dinner time', unclear('at 18:00', 'at 19:00')],
  ['piece', 'bedtime', unclear('at 21:00', 'at 22:00')],
  ['piece', 'at|before bedtime|bed', unclear('at 21:00', 'at 22:00')],
  ['piece', 'at|before|after? dawn|sunrise|daybreak', unclear('at 6:00 am', 'at 7:00 am')],
  ['piece', 'at|before|after? dusk|sunset|sundown|nightfall', unclear('at 18:00', 'at 20:00')],
  ['piece', 'in? the? late morning', said('at 11:00')],
  ['piece', 'in? the? mid -? morning', unclear('at 10:00', 'at 10:30')],
  ['piece', 'in? the? mid -? afternoon', said('at 15:00')],
  ['piece', 'in? the? late afternoon', unclear('at 16:00', 'at 17:00')],
  ['piece', 'in? the? early afternoon', unclear('at 13:00', 'at 14:00')],
  ['piece', 'in? the? early evening', said('at 18:00')],
  ['piece', 'later today', unclear('today at 17:00', 'tonight')],
  ['piece', 'later on?', unclear('in 1 hour', 'in 3 hours')],
  ['piece', 'soon', unclear('in 15 minutes', 'in 1 hour')],
  ['piece', 'in a bit|while|moment|jiffy', unclear('in 15 minutes', 'in 1 hour')],
  ['piece', 'in|within several {u:unit}', unclear('in 3 $u', 'in 5 $u')],
  ['piece', 'in|within? a? few more? {u:unit}', unclear('in 3 $u', 'in 5 $u')],
  ['piece', 'a? few more? {u:unit} from now', unclear('in 3 $u', 'in 5 $u')],
  ['piece', 'a? few {u:unit} before {t:clockWords}', unclear('3 $u before $t', '5 $u before $t')],
  ['piece', 'in some time', unclear('in 1 hour', 'in 3 hours')],
  ['piece', 'every few {u:unit}', unclear('every 2 $u', 'every 3 $u')],
  ['piece', 'twice a|per|every day', unclear('every day at 9:00 and 21:00', 'every day at 9:00 and 17:00')],
  ['piece', '2|two times|x a|per|every day', unclear('every day at 9:00 and 21:00', 'every day at 9:00 and 17:00')],
  ['piece', '2|two times|x daily', unclear('every day at 9:00 and 21:00', 'every day at 9:00 and 17:00')],
  ['piece', 'twice daily', unclear('every day at 9:00 and 21:00', 'every day at 9:00 and 17:00')],
  ['piece', 'three|3 times|x a|per|every day', unclear('every day at 8:00, 13:00 and 20:00', 'every 8 hours')],
  ['piece', '{n:rawNumber} times a|an|per|every hour', unclear('every hour for $n times')],
  ['piece', 'three|3 times|x daily', unclear('every day at 8:00, 13:00 and 20:00', 'every 8 hours')],
  ['piece', 'four|4 times|x a|per day', unclear('every 6 hours', 'every day at 8:00, 12:00, 16:00 and 20:00')],
  ['piece', 'twice a|per|every week', unclear('every monday and thursday', 'every tuesday and friday')],
  ['piece', 'twice weekly', unclear('every monday and thursday', 'every tuesday and friday')],
  ['piece', 'three|3 times|x a|per week', unclear('every monday, wednesday and friday')],
  ['piece', 'twice a|per month', unclear('on the 1st and 15th of every month')],
  ['piece', 'twice a|per year', unclear('every 6 months')],
  ['piece', 'the? other day', () => ({ kind: 'wrong', code: 'PAST' })],
  ['piece', 'for? the? next|following {n:rawNumber} {p:partPlural}', unclear('every $p for $n times')],
  ['piece', 'for? the? next|following|coming {n:rawNumber} weekdays|workday', said('every weekday for $n times')],
  ['piece', 'for? the? next|following|coming {n:rawNumber} {w:rawPlural}', unclear('every $w for $n times')],
  ['piece', '{n:rawNumber} {w:rawPlural} in a row', said('every $w for $n times')],
  // "From 20 to 27 December".
  ['piece', 'from the? {a:rawDay} to|until|through|- the? {b:rawDay} of? {m:rawMonth}', said('from $m $a to $m $b')],
  ['piece', 'from {m:rawMonth} the? {a:rawDay} to|until|through|- the? {b:rawDay}', said('from $m $a to $m $b')],
  ['piece', 'on? the? {a:rawDay} and|& the? {b:rawDay} of? {m:rawMonth}', unclear('on $m $a', 'on $m $b')],
  ['rawDay', '{dayDigits}', (c) => c.dayDigits],
  ['rawDay', '{ordinal}', (c) => c.ordinal],
  ['rawMonth', '{month}', (_, [token]) => token?.text],
  ['rawPlural', '{weekdayPlural}', (_, [token]) => token?.text.slice(0, -1)],
  ['piece', 'at|by|about|~? {pair:slashed} {half}', eitherOf('at # $half')],
  ['piece', 'at|about|~ {pair:neighbours}', eitherOf('at #')],
  ['piece', 'in|within about|~? {pair:dashed} {u:unit}', eitherOf('in # $u')],
  ['piece', 'in|within about|~? {a:number} to|- {b:number} {u:unit}', eitherOf('in # $u')],
  ['piece', 'at|by about|~? {h:nightHour} {letterH}', eitherHalf],
  ['piece', 'at|by about|~? {h:nightHour} {letterU}', eitherHalf],
  ['nightHour', '{h:hourdigits}', (c) => (get<number>(c, 'h') > 0 && get<number>(c, 'h') < 7 ? c.h : undefined)],
  ['piece', 'every {pair:dashed} {u:unit}', eitherOf('every # $u')],
  ['piece', 'every {a:number} to|or|- {b:number} {u:unit}', eitherOf('every # $u')],
  ['piece', 'at? teatime', unclear('at 16:00', 'at 17:00')],
  ['piece', 'at? breakfast time', unclear('at 7:00 am', 'at 8:00 am')],
];
