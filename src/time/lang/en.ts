import { type Captures, get, grammar, maybe, type Rule, type Terminal } from '../match.ts';
import type { Clock, DateSpec, DaySet, Piece, TimeSpec } from '../pieces.ts';
import type { Token } from '../tokens.ts';
import { isAbbreviation, placeZone, startsPlace, WORDLIKE_ABBREVIATIONS } from '../zone-names.ts';
import { clockRules, clockTerminals, numberRules, partRules } from './en-clock.ts';
import { calendarRules, dateTerminals, dayRules } from './en-dates.ts';
import { holidayRules } from './en-holidays.ts';
import { limitRules } from './en-limits.ts';
import { nameWords } from './en-names.ts';
import { periodRules } from './en-periods.ts';
import { cycleRules, daySetRules, recurRules, recurrenceTerminals } from './en-recurrence.ts';
import { moved, ONE_DAY, relativeDateRules } from './en-relative.ts';
import { shiftRules, twoDigits, wrong } from './en-shift.ts';
import { spanRules } from './en-spans.ts';
import { taskWords } from './en-tasks.ts';
import { vagueRules, vagueTerminals } from './en-vague.ts';
import { MONTHS, WEEKDAYS } from './en-words.ts';

const zoneTerminals: Readonly<Record<string, Terminal>> = {
  zoneToken: ({ text }) => (text.startsWith('zone:') ? text.slice(5) : undefined),
  abbreviation: ({ raw }) => {
    if (!isAbbreviation(raw)) return undefined;
    return WORDLIKE_ABBREVIATIONS.has(raw.toLowerCase()) && raw !== raw.toUpperCase() ? undefined : raw;
  },
  placeStart: ({ raw }) => (/^\p{L}/u.test(raw) && startsPlace(raw) ? raw : undefined),
  placeWord: ({ raw }) => (/^\p{L}/u.test(raw) ? raw : undefined),
  offsetHours: ({ text }) => (/^\d{1,2}(?::?\d\d)?$/.test(text) ? text : undefined),
  zulu: ({ raw, glued }) => (raw === 'Z' || (raw === 'z' && glued) ? 'UTC' : undefined),
  badClock: ({ text }) => {
    const [hour, minute, second = 0] = /^\d{1,3}:\d{1,3}(?::\d\d)?$/.test(text) ? text.split(':').map(Number) : [];
    if (hour === undefined || minute === undefined) return undefined;
    return minute > 59 || second > 59 || hour > 24 || (hour === 24 && minute > 0) ? true : undefined;
  },
};

const words = (tokens: readonly Token[]): string => tokens.map(({ raw }) => raw).join(' ');
const zone = (name: string, more: Partial<Extract<Piece, { kind: 'zone' }>> = {}): Piece => ({
  kind: 'zone',
  words: name,
  ...more,
});
const zoned =
  (name: string, suffix = '') =>
  (c: Captures): Piece =>
    zone(get<string>(c, name) + suffix);

/** Whether an abbreviation is hardly anything but a zone: "CT scan" and "IST review" are no times. */
const isPlainZone = (name: string): boolean =>
  /^(?:utc|gmt|[ecmp][sd]t|ce?st|cet|bst|jst|aes?t|aedt|akst|akdt|nz[sd]t|msk)$/i.test(name);

/** A city or country of one to three words, if it is known. */
function place(_: Captures, tokens: readonly Token[]): string | undefined {
  const name = words(tokens);
  return placeZone(name) ? name : undefined;
}

const zoneRules: readonly Rule[] = [
  ['place', '{placeStart}', place],
  ['place', '{a:placeStart} {b:placeWord}', place],
  ['place', '{a:placeStart} {b:placeWord} {c:placeWord}', place],
  ['zone', '{zoneToken}', zoned('zoneToken')],
  ['zone', '[|( {zoneToken} ]|)', zoned('zoneToken')],
  ['zone', '( {abbreviation} )', zoned('abbreviation')],
  ['zone', '( {place} time? )', zoned('place')],
  ['zone', 'in? {abbreviation} time', zoned('abbreviation')],
  ['zone', 'in {abbreviation}', zoned('abbreviation')],
  ['zone', '{a:abbreviation}', (c) => zone(get(c, 'a'), isPlainZone(get(c, 'a')) ? {} : { initials: true })],
  ['zone', 'utc|gmt +|- {h:offsetHours}', (c, [, sign]) => zone(`UTC${sign?.text}${get(c, 'h')}`)],
  ['zone', '{offset} ( {zoneToken} )', (c) => zone(get(c, 'zoneToken'), { offset: get(c, 'offset') })],
  ['offset', 'utc +|- {h:offsetHours}', (c, [, sign]) => `${sign?.text}${get(c, 'h')}`],
  ['zone', '+|- {h:offsetHours}', (c, [sign]) => zone(`${sign?.text}${get(c, 'h')}`)],
  ['zone', '{zulu}', () => zone('UTC')],
  ['zone', 'in? {place} time', zoned('place')],
  ['zone', 'in {place}', zoned('place')],
  ['zone', '{region} standard|daylight|summer? time', zoned('region', ' time')],
  ['zone', 'in? {region} time', zoned('region', ' time')],
  ['zone', '{r:usRegion}', (c) => zone(`${get(c, 'r')} time`, /^[a-z]/.test(get(c, 'r')) ? { loose: true } : {})],
  ['usRegion', 'pacific|mountain|central|eastern', (_, [token]) => token?.raw],
  ['region', 'pacific|mountain|central|eastern|atlantic|newfoundland|british|indian', (_, [token]) => token?.raw],
  ...['central|eastern|western european', 'australian western', 'east africa', 'east|west coast', 'us {usRegion}'].map(
    (pattern): Rule => ['region', pattern, (_, tokens) => words(tokens)],
  ),
  ['zone', 'my|local|our time zone?', () => ({ kind: 'note' })],
];

/** Frequencies that no reminder is given: refused as such, not misunderstood. */
const tooOften: readonly Rule[] = [
  ['piece', 'every {n:number}? second', (c) => ((maybe<number>(c, 'n') ?? 1) < 60 ? wrong('TOO_OFTEN')() : undefined)],
  ['piece', '{number} times a|per|every minute|second', wrong('TOO_OFTEN')],
  ['piece', 'twice a|per|every minute', wrong('TOO_OFTEN')],
  ['piece', 'every half a? minute', wrong('TOO_OFTEN')],
  ['piece', 'continuously|constantly|nonstop', wrong('TOO_OFTEN')],
  ['piece', 'every 0|zero {unit}', wrong('NEVER')],
  ['piece', 'every - {number} {unit}', wrong('NEVER')],
];

const momentOf = (date: DateSpec, time: TimeSpec): Piece => ({ kind: 'moment', moment: { date, time } });

/** Several weekdays without "every". */
function someDays(days: DaySet): Piece | undefined {
  return (days.weekdays?.length ?? 0) > 1 && !days.plural ? { kind: 'days', days } : undefined;
}

/** "The night before Christmas": a part of the day before. */
function partBefore(c: Captures): Piece {
  return momentOf(moved(get(c, 'date'), ONE_DAY, -1), get(c, 'p'));
}

/** "Fri eve": the evening, where it is no holiday. */
function evening(c: Captures, tokens: readonly Token[]): Piece | undefined {
  const date = get<DateSpec>(c, 'date');
  const isDay = /^(?:offset|weekday|monthday)$/.test(date.type) && tokens.at(-1)?.raw === 'eve';
  return isDay ? momentOf(date, { part: 'evening' }) : undefined;
}

/** "Friday am". */
function halfOf(c: Captures): Piece | undefined {
  const date = get<DateSpec>(c, 'date');
  if (date.type !== 'offset' && date.type !== 'weekday') return undefined;
  return momentOf(date, { part: c.half === 'am' ? 'morning' : 'afternoon' });
}

/** "At 5pm for Friday". */
function timedFor(c: Captures): Piece | undefined {
  const date = get<DateSpec>(c, 'date');
  const isDay = /^(?:offset|weekday|monthday|numeric|holiday)$/.test(date.type);
  return isDay ? momentOf(date, get(c, 'time')) : undefined;
}

const pieceRules: readonly Rule[] = [
  ...tooOften,
  // "2h30": at night, or so long.
  [
    'piece',
    '{h:hourdigits} {gluedH} {m:twodigits}',
    (c, [hour, , minutes]) =>
      /^[0-6]$/.test(hour?.text ?? '')
        ? {
            kind: 'vague',
            instead: [`at ${twoDigits(c.h)}:${minutes?.text}`, `in ${c.h} hours ${minutes?.text} minutes`],
          }
        : undefined,
  ],
  ['piece', 'on? the {p:wholePart} before {date}', partBefore],
  ['piece', 'on? the? {p:wholePart} of {date}', (c) => momentOf(get(c, 'date'), get(c, 'p'))],
  ['piece', '{date} eve', evening],
  ['piece', '{date} in? the? {half}', halfOf],
  ['piece', '{time} for {date}', timedFor],
  ['wholePart', 'morning|afternoon|evening|night', (_, [token]) => ({ part: token?.text })],
  ['piece', '{date}', (c) => ({ kind: 'date', date: get<DateSpec>(c, 'date') })],
  // "1/3 15h", "every day 21h": beside a day no length of time, unless it may be that of a thing ("Friday 3h workshop").
  [
    'piece',
    '{h:hourdigits} {letterH}',
    (c) => {
      const hour = get<number>(c, 'h');
      const clock = { hour, minute: 0, second: 0, exact: true, lettered: true, weak: hour < 13 };
      return hour > 6 && hour < 24 ? { kind: 'time', time: { clock } } : undefined;
    },
  ],
  ['piece', 'by|at? the? end|close of {d:todayOrTomorrow}', (c) => momentOf(get(c, 'd'), { part: 'endOfDay' })],
  ['todayOrTomorrow', 'today|tomorrow', (_, [day]) => ({ type: 'offset', days: day?.text === 'today' ? 0 : 1 })],
  ['piece', 'no later than {date}', (c) => ({ kind: 'date', date: get<DateSpec>(c, 'date') })],
  ['piece', 'by {date}', (c) => ({ kind: 'date', date: get<DateSpec>(c, 'date') })],
  ['piece', '{recurring}', (c) => c.recurring],
  ['piece', '{limit}', (c) => c.limit],
  ['piece', 'on? {w:wdList}', (c) => someDays(get(c, 'w'))],
  ['piece', 'for {t:fullTime}', (c) => ({ kind: 'time', time: get<TimeSpec>(c, 't') })],
  ['piece', '{time}', (c) => ({ kind: 'time', time: get<TimeSpec>(c, 'time') })],
  ['piece', '{times}', (c) => ({ kind: 'times', times: get<TimeSpec[]>(c, 'times') })],
  ['piece', '{range}', (c) => c.range],
  ['piece', '{zone}', (c) => c.zone],
  [
    'piece',
    'at|on|by? {d:isoDate} t {t:colonclock}',
    (c) => momentOf(get(c, 'd'), { clock: { ...get<Clock>(c, 't'), exact: true } }),
  ],
];

const lists = (text: string): string[][] => text.split('|').map((line) => line.trim().split(' '));

const LEADS = lists(
  'remind me|remind to|remind me to|remind me about|remind me again|remind me again to|remind me again about|remind me that|remind me of|remind us|remind us to|reminder|reminder to|reminder for|' +
    'reminder :|remind me :|set a reminder|set a reminder to|set a reminder for|set reminder|set an alarm|set an alarm for|' +
    'set alarm|set alarm for|set a alarm for|set a timer|set a timer for|set timer for|alarm|timer|timer for|' +
    'add a reminder|add a reminder to|we do a reminder|we do a reminder to|we do a reminder for|we set a reminder|we set a reminder to|we set a reminder for|create a reminder|create a reminder to|make a reminder|schedule a reminder|' +
    'may i have a reminder|can i have a reminder|can i get a reminder|could i have a reminder|could i get a reminder|give me a reminder|send me a reminder|i need a reminder|i want a reminder|new reminder|new reminder :|' +
    "don't let me forget|don't let me forget to|dont let me forget to|dont forget to|dont forget|don't forget to|don't forget|" +
    'remember to|ping me|ping me about|ping me to|nudge me|nudge me to|nudge me about|alert me|alert me to|notify me|' +
    'notify me to|notify me about|wake me up|wake me|tell me to|message me|message me to|text me|text me to|poke me|' +
    'make sure i|make sure to|help me remember to|i want to be reminded to|i want to be reminded|' +
    'i need to be reminded to|todo|todo :|to do :|snooze|snooze it|snooze that|snooze this|snooze until|snooze for',
);

/** The sentence forms of English and what is said around a time; its words stand in en-words.ts. */
export const english = {
  grammar: grammar<Piece>(
    'piece',
    [
      ...pieceRules,
      ...shiftRules,
      ...vagueRules,
      ...zoneRules,
      ...limitRules,
      ...recurRules,
      ...daySetRules,
      ...cycleRules,
      ...relativeDateRules,
      ...holidayRules,
      ...calendarRules,
      ...periodRules,
      ...dayRules,
      ...partRules,
      ...clockRules,
      ...spanRules,
      ...numberRules,
    ],
    { ...clockTerminals, ...dateTerminals, ...recurrenceTerminals, ...vagueTerminals, ...zoneTerminals },
  ),
  /** Signs and words between two pieces that mean nothing by themselves. */
  glue: new Set([',', '.', '!', ';', ':', '-', '?', 'and', 'then', '(', ')', '~']),
  /** Of those, the ones that add another time to a series: "Mondays at 9 and Fridays at 5". */
  joins: new Set(['and', ',']),
  /** Words between two times of which either may be meant, and what may follow them: "at 5 or maybe 6". */
  choices: new Set(['or']),
  hedges: new Set('maybe perhaps possibly even else otherwise alternatively'.split(' ')),
  /** Words about time: one that stands unread beside a time makes the reading doubtful. */
  temporal: new Set([
    ...Object.keys(WEEKDAYS),
    ...Object.keys(MONTHS).filter((month) => !['march', 'may', 'april', 'june', 'august'].includes(month)),
    ...(
      'second minute hour day week month quarter year fortnight today tomorrow tonight yesterday noon midnight every ' +
      'next until before except starting am pm time morning afternoon evening night weekend weekday ago daily weekly ' +
      "monthly yearly hourly o'clock half past twice mondays tuesdays wednesdays thursdays fridays " +
      'saturdays sundays weekdays weekends eastern pacific mountain central utc gmt mañana demain domani amanhã heute'
    ).split(' '),
  ]),
  /** Forms of "remind me to"; the longest that fits is taken. Commands stand behind a sign: "/remind". */
  leads: LEADS,
  commands: lists('remind|remind to|remind about|remind that|remind of|remind :|reminder|reminder to'),
  /** What may follow the lead and says neither when nor what. */
  manners: new Set(['urgently']),
  /** How often, said of the reminder itself: "a daily reminder"; `recurring` leaves it open. */
  cadences: new Set('hourly daily nightly weekly fortnightly monthly quarterly yearly recurring'.split(' ')),
  /** Words that tie a task to the time before it: "… to call", "… about the meeting". */
  connectors: new Set(['to', 'that', 'about', 'of', ',', ':', '-', 'for']),
  names: nameWords,
  task: taskWords,
  /** Words of a task that have their half of the day, and the words that name it. */
  habits: new Map([
    ...['wake', 'breakfast', 'sunrise', 'morning'].map((word): [string, string] => [word, 'in the morning']),
    ...['dinner', 'supper', 'sunset', 'nightcap', 'evening', 'night', 'bed', 'sleep', 'bedtime', 'midnight'].map(
      (word): [string, string] => [word, 'in the evening'],
    ),
  ]),
  /** What is said of an event's day (`$`) from elsewhere: "the night before" → "the night before $". */
  besides: new Map([
    ...['morning', 'afternoon', 'evening', 'night'].flatMap((part): [string, string][] => [
      [`the ${part} before`, `the ${part} before $`],
      [`${part} before`, `the ${part} before $`],
      [`the ${part} of`, `the ${part} of $`],
      [`that ${part}`, `the ${part} of $`],
      [`that same ${part}`, `the ${part} of $`],
    ]),
    ...['the same day', 'that day', 'that same day', 'on the day', 'on that day', 'the day of', 'same day'].map(
      (words): [string, string] => [words, '$'],
    ),
  ]),
  /** One that says a part of the day is over with a sign or the request. */
  greetings: lists(
    'hey there|hi there|hello there|hey all|hi all|hello all|hey everyone|hi everyone|hello everyone|hey team|hi team|' +
      'hello team|good morning|good afternoon|good evening|good day',
  ),
  /** Courtesies that may begin a sentence, and those that may end one. */
  openers: new Set('please pls plz ok okay hey hi hello hiya howdy yo coda so and also just kindly'.split(' ')),
  closers: new Set('please pls plz thanks thank you thx thnx thankyou cheers ty tysm tyvm ta ok okay coda'.split(' ')),
  /** Courtesies of several words at the end of a sentence, the longest first. */
  closings: lists(
    'thank you so so much|thank you so much|thank you very much|thank you in advance|thanks in advance|thanks so much|' +
      'thanks very much|thanks a million|thanks a bunch|thanks a lot|thanks a ton|thanks heaps|thanks again|thanks mate|' +
      'thx so much|thx a lot|ty so much|many thanks|much appreciated|thank you',
  ),
};
