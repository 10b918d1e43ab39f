/** Phrases that have no one meaning, with the words that say each; and what they are made of. */
import type { Piece } from '../pieces.ts';
import { readWords } from '../words.ts';
import { isSign } from './en-dates.ts';
import { piece, rule, type Terminals } from './grammar.ts';
import type { Token } from './tokens.ts';

/** The words a vague phrase is asked about with; in each, `$name` is what was captured, as written. */
const unclear =
  (...instead: string[]) =>
  (captures: object): Extract<Piece, { kind: 'vague' }> => ({
    kind: 'vague',
    instead: instead.map((text) =>
      text.replace(/\$(\w)/g, (_, name: string) => String(captures[name as keyof object] ?? '')),
    ),
  });

const unclearButSaid =
  (words: string) =>
  (captures: object): Piece => ({ ...unclear(words)(captures), certain: true });

/** "From 20 to 27 December", "between December 20 and 27"; "20 and 27 December" are two days. */
function betweenDays({ r: [a, b], m }: { r: readonly [number, number]; m: string }, tokens: readonly Token[]) {
  const isRun = (tokens[0]?.text === 'between') === tokens.some(({ text }) => text === 'and');
  return isRun ? unclearButSaid('from $m $a to $m $b')({ a, b, m }) : undefined;
}

const fortnightly = ({ w }: { w: number }): Piece => ({
  kind: 'recur',
  recur: { freq: 'WEEKLY', interval: 2, days: { weekdays: [w] } },
});

const eitherOf =
  (text: string) =>
  (captures: { pair?: readonly [number, number]; a?: number; b?: number }): Piece => {
    const numbers = captures.pair ?? [captures.a, captures.b];
    return unclear(...numbers.map((number) => text.replace('#', String(number))))(captures);
  };

const asWritten = (_: object, tokens: readonly Token[]) => tokens.map(({ raw }) => raw).join(' ');
const firstWord = (_: object, [token]: readonly Token[]) => token?.text;

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

/** Phrases of `assets/times/en.json`: `asked` are asked about, each of `meant` says the other words after it. */
const { asked, meant } = readWords<{ asked: [string, ...string[]][]; meant: [string, string][] }>('en');

export const vagueRules = [
  ...asked.map(([pattern, ...instead]) => piece(pattern, unclear(...instead))),
  ...meant.map(([pattern, words]) => piece(pattern, unclearButSaid(words))),
  rule('raw', '{weekday}', firstWord),
  rule('rawNumber', '{number}', (c) => c.number),
  rule('rawNumber', '{ordinal}', (c) => c.ordinal),
  rule('clockWords', '{clock}', (_, tokens) =>
    tokens.map(({ text, glued }, at) => (glued || at === 0 ? '' : ' ') + text).join(''),
  ),
  rule('dateWords', '{date}', asWritten),
  rule('spanWords', '{span}', asWritten),
  rule('rawOrdinal', '{ordinal}', (c) => (c.ordinal > 2 ? c.ordinal : undefined)),
  piece('biweekly on {w:weekday}', fortnightly),
  piece('biweekly on? {w:weekdayPlural}', fortnightly),
  piece('bi -? weekly on? {w:anyWeekday}', fortnightly),
  piece('the week before|after {d:dateWords}', (c, [, , tie]) => unclear(`a week ${tie?.text} $d`)(c)),
  // "Not before 8" is some time from then on.
  piece('< not before || no|not earlier|sooner than > {w:clockWords}', (c) => unclear('at $w')(c)),
  piece('the? other day', () => ({ kind: 'wrong', code: 'PAST' })),
  // "From 20 to 27 December".
  piece('from|between {r:dayRun} of? {m:rawMonth}', betweenDays),
  piece('{r:dashed} of? {m:rawMonth}', betweenDays),
  piece('from|between? {m:rawMonth} {r:dayRun}', betweenDays),
  rule('dayRun', 'the? {a:rawDay} to|until|through|-|and the? {b:rawDay}', ({ a, b }) => (a < b ? [a, b] : undefined)),
  rule('dayRun', '{pair:dashed}', ({ pair: [a, b] }) => (b < 32 ? [a, b] : undefined)),
  piece('at {yearFirst}', (_, [, year, ...day]) => (isSign(day[0]) ? undefined : yearOrClock(year?.text ?? '', day))),
  rule('rawDay', '{number}', (c) => (c.number > 0 && c.number < 32 ? c.number : undefined)),
  rule('rawDay', '{ordinal}', (c) => c.ordinal),
  rule('rawMonth', '{month}', firstWord),
  rule('rawPlural', '{weekdayPlural}', (_, [token]) => token?.text.slice(0, -1)),
  piece('at|by|about|~? {pair:slashed} {h:half}', eitherOf('at # $h')),
  piece('at|about|~ {pair:neighbours}', eitherOf('at #')),
  piece('in|within about|~? < {pair:dashed} || {a:number} to|- {b:number} > {u:unit}', eitherOf('in # $u')),
  // "At 2h".
  piece('at|by about|~? {h:nightHour} {letterH}', ({ h }) => unclear(`at ${h + 12}:00`, `at 0${h}:00`)({})),
  rule('nightHour', '{h:hourdigits}', ({ h }) => (h > 0 && h < 7 ? h : undefined)),
  piece('every < {pair:dashed} || {a:number} to|or|- {b:number} > {u:unit}', eitherOf('every # $u')),
];
