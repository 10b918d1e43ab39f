import { plural } from '../../base/text.ts';
import type { DateSpec, Edge, Moment, PartName, Piece, Span, TimeSpec, Unit } from '../pieces.ts';
import { isAbbreviation, placeZone, startsPlace, WORDLIKE_ABBREVIATIONS } from '../zones.ts';
import { clockRules, clockTerminals, numberRules, partRules } from './en-clock.ts';
import { calendarRules, dateTerminals, dayRules, monthYear } from './en-dates.ts';
import { exceptionRules } from './en-exceptions.ts';
import { holidayRules } from './en-holidays.ts';
import { cycleRules, daySetRules, recurRules, recurrenceTerminals } from './en-recurrence.ts';
import {
  days,
  moveDate,
  ONE_DAY,
  relativeDateRules,
  shiftRules,
  spanOf,
  spanRules,
  twoDigits,
  wrong,
} from './en-spans.ts';
import { vagueRules, vagueTerminals } from './en-vague.ts';
import { MONTHS, WEEKDAYS } from './en-words.ts';
import { date, limit, piece, rule, type Terminals } from './grammar.ts';
import { grammar } from './match.ts';
import type { Token } from './tokens.ts';

const period = (
  unit: Unit,
  which: number,
  edge: Edge = 'whole',
  where: { month?: number; year?: number } = {},
): DateSpec => ({ type: 'period', unit, which, edge, ...where });

const wholeYear = (year: number) => period('year', 0, 'whole', { year });

const ofMonth = (c: { month: number; yearSuffix?: number }, edge?: Edge) => period('month', 0, edge, monthYear(c));

const edgeRules = (
  [
    ['at|by|on? the? end|close of', 'end'],
    ['at|by|on? the? starting|first of', 'start'],
    ['in|by|at? the? middle of', 'middle'],
    ['in? mid -?', 'middle'],
  ] as const
).flatMap(([words, edge]) => [
  date(`${words} the|this? {p:periodUnit}`, (c) => period(c.p, 0, edge)),
  date(`${words} next {p:periodUnit}`, (c) => period(c.p, 1, edge)),
  date(`${words} {month} {yearSuffix}?`, (c) => ofMonth(c, edge)),
  // "End of Q2" is the end of June.
  date(`${words} q {q:digits} {yearSuffix}?`, (c) =>
    edge !== 'middle' && c.q > 0 && c.q < 5
      ? ofMonth({ ...c, month: c.q * 3 - (edge === 'end' ? 0 : 2) }, edge)
      : undefined,
  ),
]);

const periodRules = [
  ...edgeRules,
  date('on|by? the? last day of the|this quarter', () => period('quarter', 0, 'end')),
  date('on|by? the? last day of next quarter', () => period('quarter', 1, 'end')),
  date('on|by? the? first day of next quarter', () => period('quarter', 1, 'start')),
  date('on|the? next|coming leap day', () => ({ type: 'monthday', day: 29, month: 2 })),
  date("< by? eom || month's|months end >", () => period('month', 0, 'end')),
  date('by? eow', () => period('week', 0, 'end')),
  date("< by? eoy || year's end >", () => period('year', 0, 'end')),
  date('by? eoq', () => period('quarter', 0, 'end')),
  date('in|by? the? next|coming|following {p:periodUnit}', (c) => period(c.p, 1)),
  date('later? this {p:periodUnit}', (c) => period(c.p, 0)),
  date('the? {p:periodUnit} after next', (c) => period(c.p, 2)),
  date('last|past|previous {p:periodUnit}', (c) => period(c.p, -1)),
  date('in|during {month} {yearSuffix}?', (c) => ofMonth(c)),
  date('next {month} {yearSuffix}?', (c) => period('month', 1, 'whole', monthYear(c))),
  date('{month} {yearSuffix}', (c) => ofMonth(c)),
  date('{year} -|.|/|,? {month}', ({ year, month }) => ofMonth({ month, yearSuffix: year })),
  date('{month}', (c) => ({ ...ofMonth(c), vague: true })),
  rule('periodUnit', 'week|month|year|quarter', (_, [token]) => token?.text as Unit),
  date('in {year}', (c) => wholeYear(c.year)),
];

const untilMoment = (moment: Moment, inclusive = false): Extract<Piece, { kind: 'until' }> => ({
  kind: 'until',
  moment,
  inclusive,
});
const start = (moment: Moment): Extract<Piece, { kind: 'start' }> => ({ kind: 'start', moment });
const count = (number: number, more: { loose?: true } = {}): Piece => ({ kind: 'count', count: number, ...more });

interface TimedDate {
  date: DateSpec;
  time: TimeSpec;
  offset?: string;
}

/** "Dec 4" is a date, not four o'clock in December. */
const momentFrom = ({ date, time, offset }: TimedDate, tokens: readonly Token[]): Moment | undefined =>
  (date.type === 'period' && date.vague) || (!hasYear(date) && hasYearAsClock(tokens))
    ? undefined
    : { date, time, offset };

const hasYear = (date: DateSpec): boolean =>
  date.type === 'both' ? hasYear(date.date) : 'year' in date && date.year !== undefined;

/** "3 March 2027 UTC+1": a year behind a day and a month is no clock. */
const hasYearAsClock = (tokens: readonly Token[]): boolean =>
  tokens.some(
    ({ text }, at) =>
      /^(?:19|20|21)\d\d$/.test(text) &&
      tokens.slice(Math.max(0, at - 3), at).some((one) => Object.hasOwn(MONTHS, one.text)) &&
      !/^(?:at|@)$/.test(wordBefore(tokens, at)),
  );

const wordBefore = (tokens: readonly Token[], at: number): string => tokens[at - 1]?.text ?? '';

/** "8 tomorrow morning": the part of the day says which half of it. */
const inPart = ({ date, time, part }: TimedDate & { part: TimeSpec }): Moment | undefined =>
  !time.clock || date.type === 'period' ? undefined : { date, time: { clock: time.clock, part: part.part } };

const tonight = ({ clock }: TimeSpec): Moment | undefined => clock && { time: { clock, part: 'tonight', today: true } };

const withLead = (moment: Moment | undefined): Moment | undefined => moment && { ...moment, led: true };

const lastingDaily = (span: Span | undefined): Piece | undefined => span && { kind: 'lasting', span, daily: true };

const rest = (unit: Unit) => untilMoment({ date: { type: 'period', unit, which: 0, edge: 'end' } });

/** "Every year until 2030": of what comes yearly, four digits are no clock time. Tried before the limits that take them for one. */
const yearLimits = [
  piece('until|through {year}', (c, [word]) => ({
    ...untilMoment({ date: wholeYear(c.year) }, word?.text === 'through'),
    yearly: true,
  })),
  piece('< starting|from || as of > {year}', (c) => ({ ...start({ date: wholeYear(c.year) }), yearly: true })),
];

const limitRules = [
  rule('moment', '{date}', (c) => c),
  rule('moment', '{date} ,|at? {time}', momentFrom),
  rule('moment', '{date} {time} {offset}', momentFrom),
  rule('moment', '{time} on? {date}', (c, tokens) => withLead(momentFrom(c, tokens))),
  rule('moment', '{time}', (c) => c),
  rule('moment', '{time} tonight', (c) => withLead(tonight(c.time))),
  rule('moment', 'tonight ,? {time}', (c) => tonight(c.time)),
  rule('moment', '{time} {date} {part}', (c) => withLead(inPart(c))),
  rule('moment', '{date} {part} ,? {time}', inPart),
  rule('moment', '< in {shift:span} || {shift:span} from now >', (c) => c),
  limit('< until || up until|to || ending on|at|by? > {moment}', (c) => untilMoment(c.moment)),
  limit('< through || up to and|& including > {moment}', (c) => untilMoment(c.moment, true)),
  limit('to {moment}', (c) => ({ ...untilMoment(c.moment), tied: true })),
  limit('< until the || for the > rest of the|this? {u:unit}', (c) => rest(c.u)),
  limit('< starting|from|effective on|from|at|as? of? || as of > {moment}', (c) => start(c.moment)),
  limit('next : {moment}', (c) => ({ ...start(c.moment), all: true })),
  limit('< starting|effective now || from now on >', () => ({ kind: 'note' })),
  limit('for {span}', (c) => ({ kind: 'lasting', ...c })),
  limit('for|over the? next|following|coming {span}', (c) => lastingDaily(c.span)),
  limit('the? next|following|coming {n:number} day', (c) => lastingDaily(days(c.n))),
  limit('for|over|during the next|following|coming {u:unit}', (c) => lastingDaily(spanOf(1, c.u))),
  limit(',|for the? next? {number} times', (c) => count(c.number)),
  limit('the? next? {number} times', (c) => count(c.number, { loose: true })),
  limit('for? {number} x', (c) => count(c.number)),
  rule('times', '{a:timeItem} ,? and {b:timeItem}', (c) => [c.a, c.b]),
  rule('times', '{a:timeItem} , {times}', (c) => [c.a, ...c.times]),
  rule('timeItem', '{time}', (c) => c.time),
  // "8am 8pm daily", "at 8am/8pm".
  rule('times', 'at? {a:fullTime} /|? {b:fullTime}', (c) => [c.a, c.b]),
  rule('fullTime', '{clock}', (c) => (c.clock.weak ? undefined : c)),
];

const zoneTerminals: Terminals = {
  zoneToken: ({ text }) => (text.startsWith('zone:') ? text.slice(5) : undefined),
  abbreviation: ({ raw }) => {
    const isWord = WORDLIKE_ABBREVIATIONS.has(raw.toLowerCase()) && raw !== raw.toUpperCase();
    return isAbbreviation(raw) && !isWord ? raw : undefined;
  },
  placeStart: ({ raw }) => (/^\p{L}/u.test(raw) && startsPlace(raw) ? raw : undefined),
  placeWord: ({ raw }) => (/^(?:\p{L}|[.,-]$)/u.test(raw) ? raw : undefined),
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

function place(_: object, tokens: readonly Token[]): string | undefined {
  const name = words(tokens);
  return placeZone(name) ? name : undefined;
}

const zoneRules = [
  rule('place', '{placeStart}', place),
  rule('place', '{a:placeStart} {b:placeWord}', place),
  rule('place', '{a:placeStart} {b:placeWord} {c:placeWord}', place),
  rule('place', '{a:placeStart} {b:placeWord} {c:placeWord} {d:placeWord}', place),
  rule('place', '{a:placeStart} {b:placeWord} {c:placeWord} {d:placeWord} {e:placeWord}', place),
  rule('zone', '< {zoneToken} || [|( {zoneToken} ]|) >', (c) => zone(c.zoneToken)),
  rule('zone', '< ( {name:abbreviation} ) || in {name:abbreviation} || in? {name:abbreviation} time >', (c) =>
    zone(c.name),
  ),
  rule('zone', '{a:abbreviation}', (c) => zone(c.a, isPlainZone(c.a) ? {} : { initials: true })),
  rule('zone', '< ( {place} time? ) || in the? {place} || in? {place} time >', (c) => zone(c.place)),
  rule('zone', 'utc|gmt +|- {h:offsetHours}', (c, [, sign]) => zone(`UTC${sign?.text}${c.h}`)),
  rule('zone', '{offset} < {zoneToken} || ( {zoneToken} ) >', (c) => zone(c.zoneToken, { offset: c.offset })),
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

const onDay = (date: DateSpec, time: TimeSpec, types: RegExp): Piece | undefined =>
  types.test(date.type) ? momentOf(date, time) : undefined;

const pieceRules = [
  ...tooOften,
  ...yearLimits,
  // "2h30": at night, or so long.
  piece('{h:hourdigits} {gluedH} {m:twodigits}', ({ h, m }, [hour]) => {
    const instead = [`at ${twoDigits(h)}:${twoDigits(m)}`, `in ${plural(h, 'hour')} ${twoDigits(m)} minutes`];
    return /^[0-6]$/.test(hour?.text ?? '') ? { kind: 'vague', instead } : undefined;
  }),
  // "The night before Christmas".
  piece('on? the {p:wholePart} before {date}', (c) => momentOf(moveDate(c.date, ONE_DAY, -1), c.p)),
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
      ...exceptionRules,
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
  glue: new Set([',', '.', '!', ';', ':', '-', '?', 'and', 'then', '(', ')', '~']),
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
  openers: new Set('please pls plz ok okay hey hi hello hiya howdy yo coda so and also just kindly'.split(' ')),
  closers: new Set('please pls plz thanks thank you thx thnx thankyou cheers ty tysm tyvm ta ok okay coda'.split(' ')),
};
