/** From the words of a language to the rules that `match.ts` reads them by. */
import { plural } from '../../base/text.ts';
import { clockOf } from '../civil.ts';
import { MONTHS, WEEKDAYS } from '../format.ts';
import type { Rule, Terminal } from '../lang/match.ts';
import type { Token } from '../lang/tokens.ts';
import { foldWords, type Lexicon } from './words.ts';

export type ForeignPiece =
  /** Several readings, each of which may be meant. */
  | {
      kind: 'words';
      english: readonly string[];
      part?: string | undefined;
      /** A part of the day that may be that of each day: "abends". */
      isHabit?: boolean;
    }
  /** `isDaily`: in several parts of the day, which may be said of one day or of each. */
  | { kind: 'clocks'; clocks: readonly ForeignClock[]; isDaily?: boolean };

/** `on24`: not an hour of a clock with twelve. */
export interface ForeignClock {
  hour: number;
  minute: number;
  on24: boolean;
}

type Captures = Readonly<Record<string, string | number>>;

const number = (text: string, from: number, to: number): number | undefined =>
  /^\d{1,4}$/.test(text) && Number(text) >= from && Number(text) <= to ? Number(text) : undefined;

export const terminals: Record<string, Terminal> = {
  digits: ({ text }) => number(text, 1, 9_999),
  hourDigits: ({ text }) => (text.length < 3 ? number(text, 0, 24) : undefined),
  minuteDigits: ({ text }) => (text.length < 3 ? number(text, 0, 59) : undefined),
  twoDigits: ({ text }) => (text.length === 2 ? number(text, 0, 59) : undefined),
  dayDigits: ({ text }) => (text.length < 3 ? number(text, 1, 31) : undefined),
  monthDigits: ({ text }) => (text.length < 3 ? number(text, 1, 12) : undefined),
  year: ({ text }) => (text.length === 4 ? number(text, 1_900, 2_999) : undefined),
};

export const rulesOf = (lexicon: Lexicon): Rule[] => [
  ...wordRules(lexicon),
  ...listRules(lexicon),
  ...weekdayRules(lexicon),
  ...dateRules(lexicon),
  ...clockRules(lexicon),
  ...timeRules,
  ...phraseRules(lexicon),
];

/** Words of a pattern folded, the names of its rules as they are. */
const patternOf = (pattern: string): string =>
  pattern
    .split(/(\{\w+(?::\w+)?\})/)
    .map((part, at) => (at % 2 === 0 ? foldWords(part) : part))
    .join('');

/** `sep`: between two items of a list, with what may be said anew with each of them ("les lundis et les jeudis"). */
function listRules({ and, again }: Lexicon): Rule[] {
  const words = foldWords(and).split('|');
  const signs = [',', '/', ...words, ...words.map((word) => `, ${word}`)].join(' || ');
  return [
    ['sep', `< ${signs} >`, () => ''],
    ...(again === ''
      ? []
      : [['sep', `< ${signs} > {again}`, () => ''] as const, ['again', `< ${foldWords(again)} >`, () => ''] as const]),
  ];
}

const itemsOf = (list: string): string[] => (list === '' ? [] : foldWords(list).split(' '));

const rulesOfList = (name: string, list: string, value: (at: number) => unknown): Rule[] =>
  itemsOf(list).flatMap((words, at): Rule[] => (words === '-' ? [] : [[name, words, () => value(at)]]));

const rulesOfRecord = <T>(
  name: string,
  record: Readonly<Record<string, T>>,
  rule: (key: string, value: T) => [string, unknown],
) =>
  Object.entries(record).map(([key, value]): Rule => {
    const [patterns, means] = rule(key, value);
    return [name, `< ${patternOf(patterns)} >`, () => means];
  });

const pick =
  (name: string) =>
  (captures: Captures): unknown =>
    captures[name];

const wordRules = ({ numbers, moreNumbers, units, months, nth, holidays, words, spans }: Lexicon): Rule[] => [
  ...rulesOfList('number', numbers, (at) => at + 1),
  ...rulesOfRecord('number', moreNumbers, (words, value) => [words, value]),
  ['count', '{digits}', pick('digits')],
  ['count', '{number}', pick('number')],
  ['count', '{digits} ,|. {rest:digits}', decimal],
  ['times', '{count}', ({ count }: Captures) => ['once', 'twice'][Number(count) - 1] ?? plural(Number(count), 'time')],
  ...rulesOfRecord('unit', units, (unit, words) => [words, `${unit}s`]),
  ...rulesOfList('month', months, (at) => MONTHS[at]),
  ...rulesOfRecord('nth', nth, (english, words) => [words, english]),
  ['nths', '{nth}', pick('nth')],
  ['nths', '{nth} {sep} {more:nths}', ({ nth, more }: Captures) => `${nth} and ${more}`],
  ...rulesOfRecord('holiday', holidays, (english, words) => [words, english]),
  ...Object.entries(words).map(([name, pattern]): Rule => [name, `< ${patternOf(pattern)} >`, () => '']),
  ['span', '{count} {unit}', fillTemplate('{count} {unit}')],
  ...Object.entries(spans).map(([pattern, english]): Rule => ['span', patternOf(pattern), fillTemplate(english)]),
];

/** "1,5" in one piece, not the "8, 12" of a list. */
function decimal({ digits }: Captures, [whole, sign, rest]: readonly Token[]): number | undefined {
  const isOne = whole?.end === sign?.start && sign?.end === rest?.start;
  return isOne ? Number(`${digits}.${rest?.text}`) : undefined;
}

/**
 * `weekday`: one of that name; `plurals`: several; `weekdays`: either, behind words that say that they come again. An
 * abbreviation that is a common word too ("so", "di") is one with a full stop, in a list of abbreviations, and as `dayName`,
 * which stands before a date or another day.
 */
function weekdayRules(lexicon: Lexicon): Rule[] {
  const { weekdays, weekdayPlurals } = lexicon;
  const common = openDaysOf(lexicon);
  const names = dayNames(weekdays).map(({ word, day }) => ({
    word,
    day,
    isShort: word.length <= SHORT,
    isOpen: common.has(word),
  }));
  const hasPlurals = weekdayPlurals !== '';
  const join =
    (sign: string) =>
    ({ day, more }: Captures) =>
      day === more ? undefined : `${day} ${sign} ${more}`;
  return [
    ...names.flatMap(({ word, day, isShort, isOpen }): Rule[] => [
      ...(isOpen ? [] : [['weekday', word, () => day] as const]),
      ...(isShort ? [['weekday', `${word} .`, () => day] as const, ['short', `${word} .?`, () => day] as const] : []),
    ]),
    ...rulesOfList('plural', weekdayPlurals, (at) => WEEKDAYS[at]),
    ['dayName', '{weekday}', pick('weekday')],
    ...(hasPlurals ? [['dayName', '{plural}', pick('plural')] as const] : []),
    ['anyDay', '{weekday}', pick('weekday')],
    ...(hasPlurals ? [['anyDay', '{plural}', pick('plural')] as const] : []),
    ...(names.some(({ isShort }) => isShort)
      ? ([
          ['dayName', '{short}', pick('short')],
          ['shorts', `{day:short} {sep} {more:short}`, join('/')],
          ['shorts', `{day:short} {sep} {more:shorts}`, join('/')],
          ['weekdays', '{shorts}', pick('shorts')],
        ] as const)
      : []),
    ...[['weekdays', 'anyDay'] as const, ...(hasPlurals ? [['plurals', 'plural'] as const] : [])].flatMap(
      ([list, day]): Rule[] => [
        [list, `{${day}}`, pick(day)],
        [list, `{day:${day}} {sep} {more:${list}}`, join('and')],
      ],
    ),
  ];
}

const dayNames = (weekdays: string): { word: string; day: string }[] =>
  itemsOf(weekdays).flatMap((words, at) => words.split('|').map((word) => ({ word, day: WEEKDAYS[at] ?? '' })));

export function openDaysOf({ weekdays, commonWords }: Lexicon): ReadonlyMap<string, string> {
  const common = new Set(itemsOf(commonWords));
  return new Map(dayNames(weekdays).flatMap(({ word, day }) => (common.has(word) ? [[word, day] as const] : [])));
}

/** Longest abbreviation of a weekday. */
const SHORT = 4;

function dateRules(lexicon: Lexicon): Rule[] {
  const { dates, dayEnding, days, nth } = lexicon;
  const dated = (...parts: unknown[]) => parts.filter((part) => part !== undefined).join(' ');
  const inWords = ({ day, month, year }: Captures) => dated(day, month, year);
  const inDigits = ({ day, number, year }: Captures) => dated(day, MONTHS[Number(number) - 1], year);
  return [
    ['day', '{dayDigits}', pick('dayDigits')],
    ['day', '1 er|°|º|o|re', () => 1],
    ...(dayEnding === '' ? [] : [['day', `{dayDigits} < ${foldWords(dayEnding)} >`, pick('dayDigits')] as const]),
    ['day', `< ${foldWords(nth.first ?? '')} >`, () => 1],
    ['ordinal', '{day}', ({ day }: Captures) => ordinal(Number(day))],
    ['ordinals', '{ordinal} .?', pick('ordinal')],
    ['ordinals', `{ordinal} .? {sep} {more:ordinals}`, ({ ordinal, more }: Captures) => `${ordinal} and ${more}`],
    ...dates.map((pattern): Rule => ['date', patternOf(pattern), inWords]),
    ...rulesOfList('spokenDay', days, (at) => at + 1),
    ...(days === '' ? [] : dates).map(
      (pattern): Rule => ['date', patternOf(pattern.replace('{day}', '{day:spokenDay}')), inWords],
    ),
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

function clockRules(lexicon: Lexicon): Rule[] {
  const { hours, at, oclock, oclock24, clock, noon, parts, ranges } = lexicon;
  type Clock = { hour: Hour; minute?: number };
  const plainClock = ({ hour, minute = 0 }: Clock) => clockAt(hour, minute, false);
  const closed = ({ hour, minute = 0 }: Clock) => clockAt(hour, minute, oclock24);
  const spokenHour = ({ value }: { value: number }): Hour | undefined =>
    value > 24 || !Number.isInteger(value) ? undefined : { value, padded: false, spoken: true };
  const behind = `< ${foldWords(oclock)} >`;
  return [
    ['at', `< ${foldWords(at)} >`, () => true],
    [
      'hour',
      '{value:hourDigits}',
      ({ value }: { value: number }, [token]): Hour => ({ value, padded: token?.text[0] === '0', spoken: false }),
    ],
    ['hour', '{value:number}', spokenHour],
    ...rulesOfList('hourWord', hours, (at) => at + 1),
    ...(hours === '' ? [] : [['hour', '{value:hourWord}', spokenHour] as const]),
    ['minute', '{minuteDigits}', pick('minuteDigits')],
    ['minute', '{spokenMinute}', pick('spokenMinute')],
    [
      'spokenMinute',
      '{number}',
      ({ number }: { number: number }) => (number < 60 && Number.isInteger(number) ? number : undefined),
    ],
    ['clock', '{at} {hour}', plainClock],
    ['clock', '{at}? {hour} : {minute:twoDigits}', plainClock],
    ['clock', '{at} {hour} . {minute:twoDigits}', plainClock],
    ...(oclock === ''
      ? []
      : ([
          ['clock', `{at}? {hour} ${behind}`, closed],
          ['clock', `{at}? {hour} ${behind} {minute:twoDigits}`, closed],
          ['clock', `{at}? {hour} ${behind} {minute:spokenMinute}`, closed],
          ['clock', `{at}? {hour} :|. {minute:twoDigits} ${behind}`, closed],
        ] as const)),
    ...Object.entries(clock).map(
      ([pattern, moves]): Rule => [
        'clock',
        patternOf(pattern),
        ({ hour, minute = 0 }: Clock) => clockAt(hour, movedBy(moves, minute), false),
      ],
    ),
    ...rulesOfRecord('noonHour', noon, (words, value) => [words, { value, padded: true, spoken: true }]),
    ...rulesOfRecord('part', parts, (part, patterns) => [patterns, part]),
    ['time', '{hour}', plainClock],
    ...ranges.map((pattern): Rule => ['piece', patternOf(pattern), rangeWords]),
  ];
}

/** `time`: an hour with its minutes and its part of the day; `clocks`: several of them. */
const timeRules: readonly Rule[] = [
  ['time', '{clock}', pick('clock')],
  ['time', '{timeInPart}', pick('timeInPart')],
  ['timeInPart', '{clock} {part}', inPart],
  ['timeInPart', '{part} {clock}', inPart],
  ['clocks', '{time}', ({ time }: { time: ForeignClock }) => [time]],
  ['clocks', `{first:time} {sep} {clocks}`, listClocks],
  ['piece', '{clock}', ({ clock }: { clock: ForeignClock }) => ({ kind: 'clocks', clocks: [clock] })],
  ['piece', `{first:clock} {sep} {clocks}`, (all: ClockList) => ({ kind: 'clocks', clocks: listClocks(all) })],
  [
    'piece',
    `{first:timeInPart} {sep} {clocks}`,
    (all: ClockList) => ({ kind: 'clocks', clocks: listClocks(all), isDaily: true }),
  ],
];

interface ClockList {
  first: ForeignClock;
  clocks: readonly ForeignClock[];
}

function listClocks({ first, clocks }: ClockList): readonly ForeignClock[] {
  return [first, ...clocks];
}

/** "8 Uhr abends"; undefined where the part of the day leaves the hour open. */
function inPart({ clock, part }: { clock: ForeignClock; part: string }): ForeignClock | undefined {
  const [hour, other] = hoursWithin(clock, part);
  return hour === undefined || other !== undefined ? undefined : { hour, minute: clock.minute, on24: true };
}

/** Hours between which a series goes on; those of which nobody said the half of the day may be of either. */
function rangeWords({ from, to }: { from: ForeignClock; to: ForeignClock }): ForeignPiece {
  const [first, last] = [from, to].map(({ hour, minute }) => hour * 60 + minute) as [number, number];
  const isOpen = !from.on24 && !to.on24;
  // From nine to five.
  const end = isOpen && last <= first && last < NOON ? last + NOON : last;
  const words = (by: number) => `between ${clockOf(first + by)} and ${clockOf(end + by)}`;
  const isEither = isOpen && from.hour < SURELY_MORNING + 1 && end <= NOON;
  return { kind: 'words', english: isEither ? [words(0), words(NOON)] : [words(0)] };
}

const NOON = 12 * 60;

/** The hours of each part as the languages here have it: an afternoon may last until nine in the evening. */
const HOURS: Readonly<Record<string, readonly [number, number]>> = {
  early: [3, 12],
  dawn: [0, 7],
  morning: [0, 12],
  noon: [11, 15],
  afternoon: [12, 21],
  evening: [16, 24],
};

export function hoursWithin({ hour, minute }: ForeignClock, part: string): number[] {
  const [from, to] = HOURS[part] ?? [0, 0];
  return [hour, hour + 12].filter((value) => value >= from && value < to && (value < 24 || minute === 0));
}

/** Minutes from the hour on: `15`, `-minute`, `-30+minute`. */
const movedBy = (moves: string, minute: number): number =>
  [...moves.matchAll(/(-?)(\d+|minute)/g)].reduce(
    (sum, [, minus, amount]) => sum + (minus ? -1 : 1) * (amount === 'minute' ? minute : Number(amount)),
    0,
  );

/** Hours from which on "3 Uhr" or "à 5h" cannot mean the afternoon; nobody who writes "6 Uhr" means the evening. */
const SURELY_MORNING = 6;

function clockAt({ value, padded, spoken }: Hour, minutes: number, isOn24: boolean): ForeignClock | undefined {
  const all = (value === 24 && minutes > 0 ? 0 : value * 60) + minutes;
  // Half an hour to one is half past twelve.
  const hour = minutes < 0 && all < 60 ? 12 : Math.floor(all / 60);
  const minute = (all + 1_440) % 60;
  if (hour > 24 || (hour === 24 && minute > 0)) return undefined;
  const isMarked = isOn24 && !spoken && value >= SURELY_MORNING;
  return { hour, minute, on24: isMarked || padded || hour === 0 || hour > 12 };
}

/** English words with what was captured in place of the names in braces. */
const fillTemplate =
  (english: string) =>
  (captures: Captures): string =>
    english.replace(/\{(\w+)\}/g, (_, name) => String(captures[name] ?? ''));

function phraseRules({ phrases, habits }: Lexicon): Rule[] {
  const daily = new Set(itemsOf(habits).map((words) => words.replaceAll('_', ' ')));
  const words = (english: string | readonly string[]) => (captures: Captures) => {
    const readings = [english].flat().map((one) => fillTemplate(one)(captures));
    const [, part] = /\+(\w+)$/.exec(readings[0] ?? '') ?? [];
    return { kind: 'words', english: readings.map((one) => one.replace(/ ?\+\w+$/, '')), part };
  };
  return [
    [
      'piece',
      '{part}',
      ({ part }: Captures, tokens: readonly Token[]) => {
        const isHabit = daily.has(tokens.map(({ text }) => text).join(' '));
        return { kind: 'words', english: [''], part: String(part), isHabit };
      },
    ],
    ...Object.entries(phrases).map(([pattern, english]): Rule => ['piece', patternOf(pattern), words(english)]),
  ];
}
