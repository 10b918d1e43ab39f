import { grammar } from '../match.ts';
import type { DateSpec, PartName, Piece, TimeSpec } from '../pieces.ts';
import type { Token } from '../tokens.ts';
import { isAbbreviation, placeZone, startsPlace, WORDLIKE_ABBREVIATIONS } from '../zone-names.ts';
import { clockRules, clockTerminals, numberRules, partRules } from './en-clock.ts';
import { calendarRules, dateTerminals, dayRules } from './en-dates.ts';
import { holidayRules } from './en-holidays.ts';
import { limitRules, yearLimits } from './en-limits.ts';
import { periodRules } from './en-periods.ts';
import { cycleRules, daySetRules, recurRules, recurrenceTerminals } from './en-recurrence.ts';
import { moved, ONE_DAY, relativeDateRules, shiftRules, spanRules, twoDigits, wrong } from './en-spans.ts';
import { vagueRules, vagueTerminals } from './en-vague.ts';
import { MONTHS, WEEKDAYS } from './en-words.ts';
import { piece, rule, type Terminals } from './grammar.ts';

const zoneTerminals: Terminals = {
  zoneToken: ({ text }) => (text.startsWith('zone:') ? text.slice(5) : undefined),
  abbreviation: ({ raw }) => {
    const isWord = WORDLIKE_ABBREVIATIONS.has(raw.toLowerCase()) && raw !== raw.toUpperCase();
    return isAbbreviation(raw) && !isWord ? raw : undefined;
  },
  placeStart: ({ raw }) => (/^\p{L}/u.test(raw) && startsPlace(raw) ? raw : undefined),
  placeWord: ({ raw }) => (/^\p{L}/u.test(raw) ? raw : undefined),
  offsetHours: ({ text }) => (/^\d{1,2}(?::?\d\d)?$/.test(text) ? text : undefined),
  zulu: ({ raw, glued }) => (raw === 'Z' || (raw === 'z' && glued) ? 'UTC' : undefined),
  badClock: ({ text }) => {
    const [hour, minute, second = 0] = /^\d{1,3}:\d{1,3}(?::\d\d)?$/.test(text) ? text.split(':').map(Number) : [];
    if (hour === undefined || minute === undefined) return undefined;
    return minute > 59 || second > 59 || hour > 24 || (hour === 24 && minute > 0) || undefined;
  },
};

const words = (tokens: readonly Token[]): string => tokens.map(({ raw }) => raw).join(' ');
const zone = (name: string, more: Partial<Extract<Piece, { kind: 'zone' }>> = {}): Piece => ({
  kind: 'zone',
  words: name,
  ...more,
});

/** True if an abbreviation is hardly anything but a zone: "CT scan" and "IST review" are no times. */
const isPlainZone = (name: string): boolean =>
  /^(?:utc|gmt|[ecmp][sd]t|ce?st|cet|bst|jst|aes?t|aedt|akst|akdt|nz[sd]t|msk)$/i.test(name);

/** A city or country of one to three words, if it is known. */
function place(_: object, tokens: readonly Token[]): string | undefined {
  const name = words(tokens);
  return placeZone(name) ? name : undefined;
}

const zoneRules = [
  rule('place', '{placeStart}', place),
  rule('place', '{a:placeStart} {b:placeWord}', place),
  rule('place', '{a:placeStart} {b:placeWord} {c:placeWord}', place),
  rule('zone', '< {zoneToken} || [|( {zoneToken} ]|) >', (c) => zone(c.zoneToken)),
  rule('zone', '< ( {name:abbreviation} ) || in {name:abbreviation} || in? {name:abbreviation} time >', (c) =>
    zone(c.name),
  ),
  rule('zone', '{a:abbreviation}', (c) => zone(c.a, isPlainZone(c.a) ? {} : { initials: true })),
  rule('zone', '< ( {place} time? ) || in {place} || in? {place} time >', (c) => zone(c.place)),
  rule('zone', 'utc|gmt +|- {h:offsetHours}', (c, [, sign]) => zone(`UTC${sign?.text}${c.h}`)),
  rule('zone', '{offset} ( {zoneToken} )', (c) => zone(c.zoneToken, { offset: c.offset })),
  rule('offset', 'utc +|- {h:offsetHours}', (c, [, sign]) => `${sign?.text}${c.h}`),
  rule('zone', '+|- {h:offsetHours}', (c, [sign]) => zone(`${sign?.text}${c.h}`)),
  rule('zone', '{zulu}', (c) => zone(c.zulu)),
  rule('zone', '< {region} standard|daylight|summer? || in? {region} > time', (c) => zone(`${c.region} time`)),
  rule('zone', '{r:usRegion}', (c) => zone(`${c.r} time`, /^[a-z]/.test(c.r) ? { loose: true } : {})),
  rule('usRegion', 'pacific|mountain|central|eastern', (_, tokens) => words(tokens)),
  rule('region', 'us? pacific|mountain|central|eastern', (_, tokens) => words(tokens)),
  rule('region', '< atlantic|newfoundland|british|indian || central|eastern|western european >', (_, tokens) =>
    words(tokens),
  ),
  rule('region', '< australian western || east africa || east|west coast >', (_, tokens) => words(tokens)),
  rule('zone', 'my|local|our time zone?', () => ({ kind: 'note' })),
];

/** Frequencies that no reminder is given: refused as such, not misunderstood. */
const tooOften = [
  piece('every {n:number}? second', ({ n = 1 }) => (n < 60 ? wrong('TOO_OFTEN')() : undefined)),
  piece('< {number} times || twice > a|per|every minute', wrong('TOO_OFTEN')),
  piece('{number} times a|per|every second', wrong('TOO_OFTEN')),
  piece('< every half a? minute || continuously|constantly|nonstop >', wrong('TOO_OFTEN')),
  piece('< every 0|zero {unit} || every - {number} {unit} >', wrong('NEVER')),
];

const momentOf = (date: DateSpec, time: TimeSpec): Piece => ({ kind: 'moment', moment: { date, time } });
const dateOf = ({ date }: { date: DateSpec }): Piece => ({ kind: 'date', date });

/** The moment of a date of one of these types only. */
const onDay = (date: DateSpec, time: TimeSpec, types: RegExp): Piece | undefined =>
  types.test(date.type) ? momentOf(date, time) : undefined;

const pieceRules = [
  ...tooOften,
  ...yearLimits,
  // "2h30": at night, or so long.
  piece('{h:hourdigits} {gluedH} {m:twodigits}', ({ h, m }, [hour]) => {
    const instead = [`at ${twoDigits(h)}:${twoDigits(m)}`, `in ${h} hours ${twoDigits(m)} minutes`];
    return /^[0-6]$/.test(hour?.text ?? '') ? { kind: 'vague', instead } : undefined;
  }),
  // "The night before Christmas".
  piece('on? the {p:wholePart} before {date}', (c) => momentOf(moved(c.date, ONE_DAY, -1), c.p)),
  piece('on? the? {p:wholePart} of {date}', (c) => momentOf(c.date, c.p)),
  // "Fri eve": the evening, where it is no holiday.
  piece('{date} eve', ({ date }, tokens) =>
    tokens.at(-1)?.raw === 'eve' ? onDay(date, { part: 'evening' }, /^(?:offset|weekday|monthday)$/) : undefined,
  ),
  piece('{date} in? the? {half}', ({ date, half }) =>
    onDay(date, { part: half === 'am' ? 'morning' : 'afternoon' }, /^(?:offset|weekday)$/),
  ),
  // "At 5pm for Friday".
  piece('{time} for {date}', ({ date, time }) => onDay(date, time, /^(?:offset|weekday|monthday|numeric|holiday)$/)),
  rule('wholePart', 'morning|afternoon|evening|night', (_, [token]) => ({ part: token?.text as PartName })),
  piece('{date}', dateOf),
  // "1/3 15h", "every day 21h": beside a day no length of time, unless it may be that of a thing ("Friday 3h workshop").
  piece('{h:hourdigits} {letterH}', ({ h: hour }) => {
    const clock = { hour, minute: 0, second: 0, exact: true, lettered: true, weak: hour < 13 };
    return hour > 6 && hour < 24 ? { kind: 'time', time: { clock } } : undefined;
  }),
  piece('by|at? the? end|close of {d:todayOrTomorrow}', (c) => momentOf(c.d, { part: 'endOfDay' })),
  rule('todayOrTomorrow', 'today|tomorrow', (_, [day]) => ({ type: 'offset', days: day?.text === 'today' ? 0 : 1 })),
  piece('< no later than || by > {date}', dateOf),
  piece('{recurring}', (c) => c.recurring),
  piece('{limit}', (c) => c.limit),
  // Several weekdays without "every".
  piece('on? {days:wdList}', ({ days }) =>
    (days.weekdays?.length ?? 0) > 1 && !days.plural ? { kind: 'days', days } : undefined,
  ),
  piece('for {time:fullTime}', (c) => ({ kind: 'time', ...c })),
  piece('{time}', (c) => ({ kind: 'time', ...c })),
  piece('{times}', (c) => ({ kind: 'times', ...c })),
  piece('{range}', (c) => c.range),
  piece('{zone}', (c) => c.zone),
  piece('at|on|by? {d:isoDate} t {t:colonclock}', (c) => momentOf(c.d, { clock: { ...c.t, exact: true } })),
];

/** The grammar of times in English, and what may stand around a time; its words stand in en-words.ts. */
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
  /** Courtesies that may stand before a time, and those that may stand behind one. */
  openers: new Set('please pls plz ok okay hey hi hello hiya howdy yo coda so and also just kindly'.split(' ')),
  closers: new Set('please pls plz thanks thank you thx thnx thankyou cheers ty tysm tyvm ta ok okay coda'.split(' ')),
};
