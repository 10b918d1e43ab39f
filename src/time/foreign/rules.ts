/** From the words of a language to the rules that `match.ts` reads them by. */
import { MONTHS, WEEKDAYS } from '../format.ts';
import type { Rule, Terminal } from '../match.ts';
import { folded, type Lexicon } from './words.ts';

export type ForeignPiece =
  /** Several readings, each of which may be meant. */
  | { kind: 'words'; english: readonly string[]; part?: string | undefined }
  /** `on24`: not an hour of a clock with twelve. */
  | { kind: 'clock'; hour: number; minute: number; on24: boolean };

type Captures = Readonly<Record<string, string | number>>;

const number = (text: string, from: number, to: number): number | undefined =>
  /^\d{1,4}$/.test(text) && Number(text) >= from && Number(text) <= to ? Number(text) : undefined;

export const terminals: Record<string, Terminal> = {
  digits: ({ text }) => number(text, 1, 9_999),
  hourDigits: ({ text }) => (text.length < 3 ? number(text, 0, 24) : undefined),
  twoDigits: ({ text }) => (text.length === 2 ? number(text, 0, 59) : undefined),
  dayDigits: ({ text }) => (text.length < 3 ? number(text, 1, 31) : undefined),
  monthDigits: ({ text }) => (text.length < 3 ? number(text, 1, 12) : undefined),
  year: ({ text }) => (text.length === 4 ? number(text, 1_900, 2_999) : undefined),
};

export const rulesOf = (lexicon: Lexicon): Rule[] => [
  ...wordRules(lexicon),
  ...weekdayRules(lexicon),
  ...dateRules(lexicon),
  ...clockRules(lexicon),
  ...phraseRules(lexicon),
];

const itemsOf = (list: string): string[] => (list === '' ? [] : folded(list).split(' '));

const listed = (name: string, list: string, value: (at: number) => unknown): Rule[] =>
  itemsOf(list).flatMap((words, at): Rule[] => (words === '-' ? [] : [[name, words, () => value(at)]]));

const named = <T>(
  name: string,
  record: Readonly<Record<string, T>>,
  rule: (key: string, value: T) => [string, unknown],
) =>
  Object.entries(record).map(([key, value]): Rule => {
    const [patterns, means] = rule(key, value);
    return [name, `< ${folded(patterns)} >`, () => means];
  });

const pick =
  (name: string) =>
  (captures: Captures): unknown =>
    captures[name];

const wordRules = ({ numbers, moreNumbers, units, months, nth }: Lexicon): Rule[] => [
  ...listed('number', numbers, (at) => at + 1),
  ...named('number', moreNumbers, (words, value) => [words, value]),
  ['count', '{digits}', pick('digits')],
  ['count', '{number}', pick('number')],
  ...named('unit', units, (unit, words) => [words, `${unit}s`]),
  ...listed('month', months, (at) => MONTHS[at]),
  ...named('nth', nth, (english, words) => [words, english]),
];

/** `weekday`: one of that name; `plurals`: several; `weekdays`: either, behind words that say that they come again. */
const weekdayRules = ({ weekdays, weekdayPlurals, and }: Lexicon): Rule[] => [
  ...listed('weekday', weekdays, (at) => WEEKDAYS[at]),
  ...listed('plural', weekdayPlurals, (at) => WEEKDAYS[at]),
  ['anyDay', '{weekday}', pick('weekday')],
  ...(weekdayPlurals === '' ? [] : [['anyDay', '{plural}', pick('plural')] as const]),
  ...[['weekdays', 'anyDay'] as const, ...(weekdayPlurals === '' ? [] : [['plurals', 'plural'] as const])].flatMap(
    ([list, day]): Rule[] => [
      [list, `{${day}}`, pick(day)],
      [list, `{day:${day}} ,|${folded(and)} {more:${list}}`, ({ day, more }: Captures) => `${day} and ${more}`],
    ],
  ),
];

function dateRules({ dates, nth }: Lexicon): Rule[] {
  const dated = (...parts: unknown[]) => parts.filter((part) => part !== undefined).join(' ');
  const inWords = ({ day, month, year }: Captures) => dated(day, month, year);
  const inDigits = ({ day, number, year }: Captures) => dated(day, MONTHS[Number(number) - 1], year);
  return [
    ['day', '{dayDigits}', pick('dayDigits')],
    ['day', '1 er|°|º|o|re', () => 1],
    ['day', `< ${folded(nth.first ?? '')} >`, () => 1],
    ['ordinal', '{day}', ({ day }: Captures) => ordinal(Number(day))],
    ...dates.map((pattern): Rule => ['date', folded(pattern), inWords]),
    ['date', '{day:dayDigits} . {number:monthDigits} .?', inDigits],
    ['date', '{day:dayDigits} . {number:monthDigits} . {year}', inDigits],
    ['date', '{day:dayDigits} / {number:monthDigits}', inDigits],
    ['date', '{day:dayDigits} /|- {number:monthDigits} /|- {year}', inDigits],
    ['date', '{year} - {number:monthDigits} - {day:dayDigits}', inDigits],
  ];
}

function ordinal(day: number): string {
  const ending = /1[123]$/.test(String(day)) ? 'th' : ({ 1: 'st', 2: 'nd', 3: 'rd' }[day % 10] ?? 'th');
  return `${day}${ending}`;
}

interface Hour {
  value: number;
  /** In digits of which nobody thinks of a clock with twelve hours: "09". */
  padded: boolean;
  spoken: boolean;
}

function clockRules({ hours, at, oclock, oclock24, clock }: Lexicon): Rule[] {
  type Clock = { hour: Hour; minute?: number };
  const told = ({ hour, minute = 0 }: Clock) => clockAt(hour, minute, false);
  const closed = ({ hour, minute = 0 }: Clock) => clockAt(hour, minute, oclock24);
  const spoken = ({ value }: { value: number }): Hour | undefined =>
    value > 24 ? undefined : { value, padded: false, spoken: true };
  const behind = `< ${folded(oclock)} >`;
  return [
    ['at', `< ${folded(at)} >`, () => true],
    [
      'hour',
      '{value:hourDigits}',
      ({ value }: { value: number }, [token]): Hour => ({ value, padded: token?.text[0] === '0', spoken: false }),
    ],
    ['hour', '{value:number}', spoken],
    ...listed('hourWord', hours, (at) => at + 1),
    ...(hours === '' ? [] : [['hour', '{value:hourWord}', spoken] as const]),
    ['minute', '{twoDigits}', pick('twoDigits')],
    ['minute', '{number}', pick('number')],
    ['piece', '{at} {hour}', told],
    ['piece', '{at}? {hour} : {minute:twoDigits}', told],
    ['piece', '{at} {hour} . {minute:twoDigits}', told],
    ...(oclock === ''
      ? []
      : ([
          ['piece', `{at}? {hour} ${behind} {minute}?`, closed],
          ['piece', `{at}? {hour} :|. {minute:twoDigits} ${behind}`, closed],
        ] as const)),
    ...Object.entries(clock).map(
      ([pattern, moves]): Rule => [
        'piece',
        folded(pattern),
        ({ hour, minute = 0 }: Clock) => clockAt(hour, movedBy(moves, minute), false),
      ],
    ),
  ];
}

/** Minutes from the hour on: `15`, `-minute`, `-30+minute`. */
const movedBy = (moves: string, minute: number): number =>
  [...moves.matchAll(/(-?)(\d+|minute)/g)].reduce(
    (sum, [, minus, amount]) => sum + (minus ? -1 : 1) * (amount === 'minute' ? minute : Number(amount)),
    0,
  );

/** Hours from which on "3 Uhr" or "à 5h" cannot mean the afternoon; nobody who writes "6 Uhr" means the evening. */
const SURELY_MORNING = 6;

function clockAt({ value, padded, spoken }: Hour, minutes: number, isOn24: boolean): ForeignPiece | undefined {
  const all = value * 60 + minutes;
  // Half an hour to one is half past twelve.
  const hour = minutes < 0 && all < 60 ? 12 : Math.floor(all / 60);
  const minute = (all + 1_440) % 60;
  if (hour > 24 || (hour === 24 && minute > 0)) return undefined;
  const isMarked = isOn24 && !spoken && value >= SURELY_MORNING;
  return { kind: 'clock', hour, minute, on24: isMarked || padded || hour === 0 || hour > 12 };
}

function phraseRules({ parts, phrases }: Lexicon): Rule[] {
  const words = (english: string | readonly string[]) => (captures: Captures) => {
    const filled = [english].flat().map((one) => one.replace(/\{(\w+)\}/g, (_, name) => String(captures[name] ?? '')));
    const [, part] = /\+(\w+)$/.exec(filled[0] ?? '') ?? [];
    return { kind: 'words', english: filled.map((one) => one.replace(/ ?\+\w+$/, '')), part };
  };
  return [
    ...named('piece', parts, (part, patterns) => [patterns, { kind: 'words', english: [''], part }]),
    ...Object.entries(phrases).map(([pattern, english]): Rule => ['piece', folded(pattern), words(english)]),
  ];
}
