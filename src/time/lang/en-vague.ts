import type { Piece } from '../pieces.ts';
import type { Token } from '../tokens.ts';
import { isSign } from './en-dates.ts';
import { piece, rule, type Terminals } from './grammar.ts';

/** Words with several meanings, or with none that is certain: what to ask instead of guessing. */

/** The words a vague phrase is asked about with; in each, `$name` is what was captured, as written. */
const unclear =
  (...instead: string[]) =>
  (captures: object): Extract<Piece, { kind: 'vague' }> => ({
    kind: 'vague',
    instead: instead.map((text) =>
      text.replace(/\$(\w+)/g, (_, name: string) => String(captures[name as keyof object] ?? '')),
    ),
  });

/** The same in other words. */
const said =
  (words: string) =>
  (captures: object): Piece => ({ ...unclear(words)(captures), certain: true });

const fortnightly = ({ w }: { w: number }): Piece => ({
  kind: 'recur',
  recur: { freq: 'WEEKLY', interval: 2, days: { weekdays: [w] } },
});

/** The same with each of two numbers: "5/6pm", "in 5-6 min". */
const eitherOf =
  (text: string) =>
  (captures: { pair?: readonly [number, number]; a?: number; b?: number }): Piece => {
    const numbers = captures.pair ?? [captures.a, captures.b];
    return unclear(...numbers.map((number) => text.replace('#', String(number))))(captures);
  };

const asWritten = (_: object, tokens: readonly Token[]) => tokens.map(({ raw }) => raw).join(' ');
const firstWord = (_: object, [token]: readonly Token[]) => token?.text;

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

export const vagueTerminals: Terminals = {
  slashed,
  // "At 9/11" is a place.
  neighbours: (token) => {
    const pair = slashed(token);
    return pair && pair[1] === pair[0] + 1 ? pair : undefined;
  },
  dashed: pairOf(/^(\d{1,3})-(\d{1,3})$/, 999),
};

/** "At 2030 Jan 15": the year, or 20:30. */
function yearOrClock(digits: string, day: readonly Token[]): Piece {
  const date = day.map(({ raw }) => raw).join(' ');
  return unclear(`${date} ${digits}`, `${date} at ${digits.slice(0, 2)}:${digits.slice(2)}`)({});
}

export const vagueRules = [
  rule('raw', '{weekday}', firstWord),
  rule('rawNumber', '{number}', (c) => c.number),
  rule('rawNumber', '{ordinal}', (c) => c.ordinal),
  rule('clockWords', '{clock}', (_, tokens) =>
    tokens.map(({ text, glued }, at) => (glued || at === 0 ? '' : ' ') + text).join(''),
  ),
  rule('dateWords', '{date}', asWritten),
  rule('spanWords', '{span}', asWritten),
  piece('every {o:rawOrdinal} {w:raw}', unclear('every $o weeks on $w', 'on the $oth $w of every month')),
  rule('rawOrdinal', '{ordinal}', (c) => (c.ordinal > 2 ? c.ordinal : undefined)),
  piece('every 2nd {w:raw}', unclear('every 2 weeks on $w', 'on the second $w of every month')),
  // The weekend is its Saturday, and "weekends" are both days.
  piece('every weekend', unclear('every saturday', 'weekends')),
  piece(
    'every other|alternate|second weekend',
    unclear('every other saturday', 'every other saturday and every other sunday'),
  ),
  piece('< biweekly || bi -? weekly? >', unclear('every 2 weeks', 'every monday and thursday')),
  piece('biweekly on {w:weekday}', fortnightly),
  piece('biweekly on? {w:weekdayPlural}', fortnightly),
  piece('bi -? weekly on? {w:anyWeekday}', fortnightly),
  piece('bimonthly|bi - monthly', unclear('every 2 months', 'on the 1st and 15th of every month')),
  piece('biannually|semiannually|biannual', unclear('every 6 months', 'every 2 years')),
  piece('shortly|just|right? before {t:clockWords}', unclear('15 minutes before $t', 'at $t')),
  piece('shortly|just|right|sometime? after {t:clockWords}', unclear('at $t', '15 minutes after $t')),
  piece('the week before|after {d:dateWords}', (c, [, , tie]) => unclear(`a week ${tie?.text} $d`)(c)),
  piece('on|every? weeknights|weeknight', unclear('every weekday in the evening', EVES_OF_WORK)),
  piece('on|every? school nights|night', unclear(EVES_OF_WORK)),
  piece('right|just|straight|shortly|sometime? after lunch', said('at 13:30')),
  piece('right|just|shortly|sometime? before lunch', said('at 11:30')),
  piece('after lunch at {t:clockWords}', said('in the afternoon at $t')),
  piece('{s:spanWords} before lunch', said('$s before 12:30')),
  piece('{s:spanWords} after lunch', said('$s after 12:30')),
  piece('after|at breakfast', unclear('at 9:00 am')),
  piece('before breakfast', unclear('at 7:00 am')),
  piece('at? breakfast time', unclear('at 7:00 am', 'at 8:00 am')),
  piece('after business', unclear('at 17:00', 'at 18:00')),
  piece('before business', unclear('at 08:00', 'at 09:00')),
  piece('< at|after|before? dinner|dinnertime|supper || dinner time >', unclear('at 18:00', 'at 19:00')),
  piece('< bedtime || at|before bedtime|bed >', unclear('at 21:00', 'at 22:00')),
  piece('at|before|after? dawn|sunrise|daybreak', unclear('at 6:00 am', 'at 7:00 am')),
  piece('at|before|after? dusk|sunset|sundown|nightfall', unclear('at 18:00', 'at 20:00')),
  piece('in? the? late morning', said('at 11:00')),
  piece('in? the? mid -? morning', unclear('at 10:00', 'at 10:30')),
  piece('in? the? mid -? afternoon', said('at 15:00')),
  piece('in? the? late afternoon', unclear('at 16:00', 'at 17:00')),
  piece('in? the? early afternoon', unclear('at 13:00', 'at 14:00')),
  piece('in? the? early evening', said('at 18:00')),
  piece('at? teatime', unclear('at 16:00', 'at 17:00')),
  piece('later today', unclear('today at 17:00', 'tonight')),
  piece('< later on? || in some time >', unclear('in 1 hour', 'in 3 hours')),
  piece('< soon || in a bit|while|moment|jiffy >', unclear('in 15 minutes', 'in 1 hour')),
  piece('in|within several {u:unit}', unclear('in 3 $u', 'in 5 $u')),
  piece('in|within? a? few more? {u:unit} < from now >?', unclear('in 3 $u', 'in 5 $u')),
  piece('a? few {u:unit} before {t:clockWords}', unclear('3 $u before $t', '5 $u before $t')),
  piece('every few {u:unit}', unclear('every 2 $u', 'every 3 $u')),
  piece(
    '< twice || 2|two times|x > < daily || a|per|every day >',
    unclear('every day at 9:00 and 21:00', 'every day at 9:00 and 17:00'),
  ),
  piece('three|3 times|x < daily || a|per|every day >', unclear('every day at 8:00, 13:00 and 20:00', 'every 8 hours')),
  piece('{n:rawNumber} times a|an|per|every hour', unclear('every hour for $n times')),
  piece('four|4 times|x a|per day', unclear('every 6 hours', 'every day at 8:00, 12:00, 16:00 and 20:00')),
  piece('twice < weekly || a|per|every week >', unclear('every monday and thursday', 'every tuesday and friday')),
  piece('three|3 times|x a|per week', unclear('every monday, wednesday and friday')),
  piece('twice a|per month', unclear('on the 1st and 15th of every month')),
  piece('twice a|per year', unclear('every 6 months')),
  piece('the? other day', () => ({ kind: 'wrong', code: 'PAST' })),
  piece('for? the? next|following {n:rawNumber} {p:partPlural}', unclear('every $p for $n times')),
  piece('for? the? next|following|coming {n:rawNumber} weekdays|workday', said('every weekday for $n times')),
  piece('for? the? next|following|coming {n:rawNumber} {w:rawPlural}', unclear('every $w for $n times')),
  piece('{n:rawNumber} {w:rawPlural} in a row', said('every $w for $n times')),
  // "From 20 to 27 December".
  piece('from the? {a:rawDay} to|until|through|- the? {b:rawDay} of? {m:rawMonth}', said('from $m $a to $m $b')),
  piece('from {m:rawMonth} the? {a:rawDay} to|until|through|- the? {b:rawDay}', said('from $m $a to $m $b')),
  piece('at {yearFirst}', (_, [, year, ...day]) => (isSign(day[0]) ? undefined : yearOrClock(year?.text ?? '', day))),
  piece('on? the? {a:rawDay} and|& the? {b:rawDay} of? {m:rawMonth}', unclear('on $m $a', 'on $m $b')),
  rule('rawDay', '{dayDigits}', (c) => c.dayDigits),
  rule('rawDay', '{ordinal}', (c) => c.ordinal),
  rule('rawMonth', '{month}', firstWord),
  rule('rawPlural', '{weekdayPlural}', (_, [token]) => token?.text.slice(0, -1)),
  piece('at|by|about|~? {pair:slashed} {half}', eitherOf('at # $half')),
  piece('at|about|~ {pair:neighbours}', eitherOf('at #')),
  piece('in|within about|~? < {pair:dashed} || {a:number} to|- {b:number} > {u:unit}', eitherOf('in # $u')),
  // "At 2h".
  piece('at|by about|~? {h:nightHour} {letterH}', ({ h }) => unclear(`at ${h + 12}:00`, `at 0${h}:00`)({})),
  rule('nightHour', '{h:hourdigits}', ({ h }) => (h > 0 && h < 7 ? h : undefined)),
  piece('every < {pair:dashed} || {a:number} to|or|- {b:number} > {u:unit}', eitherOf('every # $u')),
];
