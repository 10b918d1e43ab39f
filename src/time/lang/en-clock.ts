import { type Captures, get, maybe, type Rule, type Terminal } from '../match.ts';
import type { Clock, PartName, Piece, TimeSpec } from '../pieces.ts';
import type { Token } from '../tokens.ts';
import { NUMBERS, ORDINALS, UNIT_WORDS } from './en-words.ts';

/** Numbers, times of day and parts of a day. */

/** Looks a word up in a table; words such as "constructor" are not in it. */
export function lookUp<T>(table: Readonly<Record<string, T>>, word: string): T | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined;
}

const LETTER_UNITS: Readonly<Record<string, string>> = {
  s: 'second',
  m: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
  y: 'year',
};

export const clockTerminals: Readonly<Record<string, Terminal>> = {
  digits: ({ text }) => (/^\d{1,6}$/.test(text) ? Number(text) : undefined),
  numword: ({ text }) => lookUp(NUMBERS, text),
  tensword: ({ text }) => above(19, lookUp(NUMBERS, text)),
  onesword: ({ text }) => within(1, 9, lookUp(NUMBERS, text)),
  decimal: ({ text }) => (/^\d{1,4}\.\d{1,3}$/.test(text) ? Number(text) : undefined),
  fraction: ({ text }) => {
    const match = /^(\d)\/(\d)$/.exec(text);
    return match && Number(match[2]) > Number(match[1]) ? Number(match[1]) / Number(match[2]) : undefined;
  },
  ordtoken: ({ text }) => {
    const match = /^(\d{1,3})(?:st|nd|rd|th)$/.exec(text);
    return match ? Number(match[1]) : undefined;
  },
  ordword: ({ text }) => lookUp(ORDINALS, text),
  ordones: ({ text }) => within(1, 9, lookUp(ORDINALS, text)),
  unitword: ({ text, glued }) =>
    lookUp(UNIT_WORDS, text) ?? (glued || text === 'h' || text === 'm' ? lookUp(LETTER_UNITS, text) : undefined),
  hourdigits: ({ text }) => (/^\d{1,2}$/.test(text) ? Number(text) : undefined),
  hourword: ({ text }) => within(1, 12, lookUp(NUMBERS, text)),
  twodigits: ({ text }) => (/^[0-5]\d$/.test(text) ? Number(text) : undefined),
  minuteword: ({ text }) => within(10, 59, lookUp(NUMBERS, text)),
  colonclock: ({ text }) => clockToken(/^(\d{1,2}):(\d\d)(?::(\d\d))?$/.exec(text)),
  dotclock: ({ text }) => clockToken(/^(\d{1,2})[.](\d\d)$/.exec(text)),
  // "Bake at 180".
  compact: ({ text }) => clockToken(/^(\d{1,2})([0-5]\d)$/.exec(text)),
  partclock: ({ text }) => clockToken(/^([1-9]|1[0-2])([0-5]\d)$/.exec(text)),
  compact4: ({ text }) => clockToken(/^(0\d|1\d|2[0-4])([0-5]\d)$/.exec(text)),
  zeroclock: ({ text }) => clockToken(/^(0\d)([0-5]\d)$/.exec(text)),
  gluedA: ({ text, glued }) => (text === 'a' && glued ? 'am' : undefined),
  gluedP: ({ text, glued }) => (text === 'p' && glued ? 'pm' : undefined),
  gluedH: ({ text, glued }) => (text === 'h' && glued ? true : undefined),
  letterH: ({ text }) => (text === 'h' ? true : undefined),
  letterU: ({ text, glued }) => (text === 'u' && glued ? true : undefined),
  // "14hrs", but not "14 hours".
  hours: ({ text, raw }) => (text === 'h' || /^hrs?$/i.test(raw) ? true : undefined),
  dashrange: ({ text }) => {
    const match = /^(\d{1,2}(?::\d\d)?)-(\d{1,2}(?::\d\d)?)$/.exec(text);
    if (!match) return undefined;
    const [from, to] = [clockOf(match[1]), clockOf(match[2])];
    return from && to ? { from, to } : undefined;
  },
};

function clockOf(text = ''): Clock | undefined {
  if (text.includes(':')) return clockToken(/^(\d{1,2}):(\d\d)$/.exec(text));
  const hour = clockToken(/^(\d{1,2}):(\d\d)$/.exec(`${text}:00`));
  return hour && { ...hour, weak: true };
}

function above(limit: number, value: number | undefined): number | undefined {
  return value !== undefined && value > limit ? value : undefined;
}

export function within(low: number, high: number, value: number | undefined): number | undefined {
  return value !== undefined && value >= low && value <= high ? value : undefined;
}

/** Hour and minute as digits. A leading zero, 0 and 13–24 leave no doubt about the half of the day. */
function clockToken(match: RegExpExecArray | null): Clock | undefined {
  if (!match) return undefined;
  const hour = Number(match[1]);
  const minute = Number(match[2]);
  const second = Number(match[3] ?? 0);
  const exact = (match[1] ?? '').startsWith('0') || hour > 12 || hour === 0;
  if (exact) return { hour, minute, second, exact, full: true };
  return hour > 9 ? { hour, minute, second, exact, padded: true } : { hour, minute, second, exact };
}

function clock(hour: number, minute = 0): Clock {
  return { hour, minute, second: 0, exact: hour > 12 || hour === 0 };
}

/** Settles the half of the day; "17 pm" is what people type for 17:00, "13 am" is nothing. */
function withHalf(bare: Clock | undefined, half: string | undefined): Clock | undefined {
  if (!bare || half === undefined) return bare;
  const { weak: _, full: _full, bare: _bare, ...time } = bare;
  if (bare.hour > 12) return half === 'pm' && bare.hour < 24 ? { ...time, exact: true } : undefined;
  if (bare.hour === 0 && half === 'pm') return undefined;
  return { ...time, hour: (bare.hour % 12) + (half === 'pm' ? 12 : 0), exact: true };
}

/** `minutes` before or after the full hour. */
function beside(hour: Clock, minutes: number): Clock | undefined {
  if (hour.minute !== 0 || Math.abs(minutes) > 59) return undefined;
  const total = hour.hour * 60 + minutes;
  if (hour.exact) {
    const wrapped = (total + 1440) % 1440;
    return { hour: Math.floor(wrapped / 60), minute: wrapped % 60, second: 0, exact: true };
  }
  const wrapped = (total + 719) % 720;
  const minute = (wrapped + 1) % 60;
  return { hour: Math.floor((wrapped + 1 - minute) / 60) || 12, minute, second: 0, exact: false };
}

const NOON: Clock = { hour: 12, minute: 0, second: 0, exact: true };
const MIDNIGHT: Clock = { hour: 0, minute: 0, second: 0, exact: true, midnight: true };

export const numberRules: readonly Rule[] = [
  ['number', '{tensword} -? {onesword}', (c) => get<number>(c, 'tensword') + get<number>(c, 'onesword')],
  ['number', 'a|one hundred', () => 100],
  ['number', '{digits}', (c) => c.digits],
  ['number', '{numword}', (c) => c.numword],
  ['ordinal', '{tensword} -? {ordones}', (c) => get<number>(c, 'tensword') + get<number>(c, 'ordones')],
  ['ordinal', '{ordtoken}', (c) => c.ordtoken],
  ['ordinal', '{ordword}', (c) => c.ordword],
  ['amount', '{number} and a|an half', (c) => get<number>(c, 'number') + 0.5],
  ['amount', '{number} ½', (c) => get<number>(c, 'number') + 0.5],
  ['amount', '{number} ¼', (c) => get<number>(c, 'number') + 0.25],
  ['amount', '{number} ¾', (c) => get<number>(c, 'number') + 0.75],
  ['amount', '½ of? a|an?', () => 0.5],
  ['amount', '{number} and a quarter', (c) => get<number>(c, 'number') + 0.25],
  ['amount', '{number} and three|3 quarter', (c) => get<number>(c, 'number') + 0.75],
  ['amount', '{number} {fraction}', (c) => get<number>(c, 'number') + get<number>(c, 'fraction')],
  ['amount', '{number} more|full|whole?', (c) => c.number],
  ['amount', '{decimal}', (c) => c.decimal],
  ['amount', '{fraction} of? a|an?', (c) => c.fraction],
  ['amount', 'a|an|another', () => 1],
  ['amount', 'half of? a|an?', () => 0.5],
  ['amount', 'a half a|an?', () => 0.5],
  ['amount', 'a? quarter of? a|an?', () => 0.25],
  ['amount', 'three|3 -? quarter of a|an', () => 0.75],
  ['amount', 'a? couple of? more?', () => 2],
  ['amount', 'a dozen', () => 12],
];

const hour = (c: Captures): Clock => ({ ...clock(get(c, 'h')), weak: true });

export const clockRules: readonly Rule[] = [
  ['half', 'am|pm', (_, [token]) => token?.text],
  ['half', 'a|p . m .?', (_, [token]) => `${token?.text}m`],
  ['half', 'a|p m', (_, [token]) => `${token?.text}m`],
  ['half', '{gluedA}', (c) => c.gluedA],
  ['half', '{gluedP}', (c) => c.gluedP],
  ['half', 'in the am|pm', (_, tokens) => tokens.at(-1)?.text],
  ['hour', '{h:hourdigits}', (c, [at]) => ({ ...hour(c), bare: true, exact: isExactHour(at), full: isExactHour(at) })],
  ['hour', '{h:hourword}', hour],
  // The full hour that "quarter to" and "half past" lean on.
  ['fullHour', "{hour} o'clock? {half}", (c) => withHalf(get(c, 'hour'), get(c, 'half'))],
  ['fullHour', '{hour} o clock', (c) => ({ ...get<Clock>(c, 'hour'), weak: false })],
  ['fullHour', "{hour} o'clock?", (c) => ({ ...get<Clock>(c, 'hour'), weak: false })],
  ['fullHour', 'noon', () => NOON],
  ['fullHour', 'midnight', () => MIDNIGHT],
  ['minutesWord', '{n:number} minute?', (c) => within(1, 59, get(c, 'n'))],
  ['minutesWord', 'a? quarter', () => 15],
  ['minutesWord', 'half', () => 30],

  ['clock', '{t:colonclock} {half}', (c) => withHalf(get(c, 't'), get(c, 'half'))],
  ['clock', '{t:dotclock} {half}', (c) => withHalf(get(c, 't'), get(c, 'half'))],
  ['clock', '{t:compact} {half}', (c) => withHalf(get(c, 't'), get(c, 'half'))],
  ['clock', '{t:compact4} {half}', (c) => withHalf(get(c, 't'), get(c, 'half'))],
  ['clock', "{hour} o'clock|ish? {half}", (c) => withHalf(get(c, 'hour'), get(c, 'half'))],
  ['clock', '{t:colonclock} -? ish', (c) => c.t],
  ['clock', '{hour} {half} - ish', (c) => withHalf(get(c, 'hour'), get(c, 'half'))],
  ['clock', '{hour} - ish {half}?', (c) => withHalf({ ...get<Clock>(c, 'hour'), weak: false }, maybe(c, 'half'))],
  ['clock', '{hour} ish', (c) => ({ ...get<Clock>(c, 'hour'), weak: false })],
  ['clock', '{minutesWord} -? past|after {fullHour}', (c) => beside(get(c, 'fullHour'), get(c, 'minutesWord'))],
  ['clock', 'half -? past {fullHour} {half}?', (c) => beside(get(c, 'fullHour'), 30)],
  ['clock', 'a? quarter -? to|of|until|before {fullHour}', (c) => beside(get(c, 'fullHour'), -15)],
  ['clock', '{m:minuteWordTo} to|of|until {fullHour}', (c) => beside(get(c, 'fullHour'), -get<number>(c, 'm'))],
  ['minuteWordTo', '{n:number} minute', (c) => within(1, 59, get(c, 'n'))],
  ['minuteWordTo', '{n:numword}', (c) => ([5, 10, 20, 25].includes(get(c, 'n')) ? c.n : undefined)],
  ['minuteWordTo', 'twenty -? five', () => 25],
  ['minuteWordTo', '25', () => 25],
  [
    'clock',
    '15|10|5|20|25 to noon|midnight',
    (_, [m, , h]) => beside(h?.text === 'noon' ? NOON : MIDNIGHT, -Number(m?.text)),
  ],
  ['clock', 'half {h:hourword}', (c) => ({ ...clock(get(c, 'h'), 30) })],
  ['clock', 'half {h:hourdigits}', (c) => (get<number>(c, 'h') < 13 ? clock(get(c, 'h'), 30) : undefined)],
  [
    'clock',
    '{h:hourword} -? {m:minuteSpoken} {half}?',
    (c) => withHalf(clock(get(c, 'h'), get(c, 'm')), maybe(c, 'half')),
  ],
  ['minuteSpoken', '{t:tensword} -? {o:onesword}', (c) => within(20, 59, get<number>(c, 't') + get<number>(c, 'o'))],
  ['minuteSpoken', '{minuteword}', (c) => c.minuteword],
  ['minuteSpoken', 'oh|o {o:onesword}', (c) => c.o],
  ['clock', '{t:colonclock} hour|h|uhr?', (c) => c.t],
  ['clock', '{t:zeroclock} hour|h?', (c) => c.t],
  ['clock', '{t:compact4} hour|h', (c) => ({ ...get<Clock>(c, 't'), exact: true })],
  ['clock', '{t:compact4}', (c) => ({ ...get<Clock>(c, 't'), weak: true })],
  ['clock', '{h:hourword} hundred hour', (c) => ({ ...clock(get(c, 'h')), exact: true })],
  ['clock', '{h:hourdigits} {letterH} {m:twodigits}', (c) => ({ ...clock(get(c, 'h'), get(c, 'm')), exact: true })],
  ['clock', '{h:hourdigits} {letterU} {m:twodigits}', (c) => ({ ...clock(get(c, 'h'), get(c, 'm')), exact: true })],
  ['clock', '{hour} uhr', (c) => ({ ...get<Clock>(c, 'hour'), exact: true, weak: false })],
  ['clock', '{t:dotclock} uhr', (c) => ({ ...get<Clock>(c, 't'), exact: true })],
  ['clock', '{hour} o clock', (c) => ({ ...get<Clock>(c, 'hour'), weak: false })],
  ['clock', '{hour} o clock {half}', (c) => withHalf(get(c, 'hour'), get(c, 'half'))],
  ['clock', "{hour} o'clock", (c) => ({ ...get<Clock>(c, 'hour'), weak: false })],
  ['clock', '{hour}', (c) => c.hour],
  ['clock', "12|twelve? o'clock? noon|midday -? ish?", () => NOON],
  ['clock', "12|twelve? o'clock? midnight", () => MIDNIGHT],
];

/** `09` is a time of the 24-hour clock, `9` may be either. */
function isExactHour(token: Token | undefined): boolean {
  const text = token?.text ?? '';
  return text.startsWith('0') || Number(text) > 12;
}

const part = (name: PartName) => (): TimeSpec => ({ part: name });

export const partRules: readonly Rule[] = [
  ['part', 'early in? the? morning', part('early')],
  ['part', 'early', part('early')],
  ['part', 'first thing in? the? morning?', part('morning')],
  ['part', 'morning', part('morning')],
  ['part', 'lunch time?', part('lunch')],
  ['part', 'lunch - time', part('lunch')],
  ['part', 'afternoon -? ish?', part('afternoon')],
  ['part', 'end of the? day|business|workday', part('endOfDay')],
  ['part', 'end of the? business day', part('endOfDay')],
  ['part', 'close of the? business|day|play', part('endOfDay')],
  ['part', 'eod|cob|close', (_, [token]) => (token?.text === 'close' ? undefined : { part: 'endOfDay' })],
  ['part', "day's end", part('endOfDay')],
  ['part', 'evening', part('evening')],
  ['part', 'late in? the? evening', part('late')],
  ['part', 'late at? night', part('late')],
  ['part', 'late', part('late')],
  ['part', 'night time?', part('night')],

  ['time', 'later? this {part}', (c) => ({ ...get<TimeSpec>(c, 'part'), today: true })],
  ['time', 'this eve', (_, [, word]) => (word?.raw === 'eve' ? { part: 'evening', today: true } : undefined)],
  ['time', 'this {half}', (c) => ({ part: c.half === 'am' ? 'morning' : 'afternoon', today: true })],
  ['time', 'late tonight', () => ({ part: 'late', today: true })],
  ['time', 'later|by? tonight', () => ({ part: 'tonight', today: true })],
  // "Tomorrow evening 730", "tonight 930".
  ['time', '{partPrefix}? {part} {t:partclock}', (c) => ({ ...get<TimeSpec>(c, 'part'), clock: c.t as Clock })],
  ['time', 'this {part} {t:partclock}', (c) => ({ ...get<TimeSpec>(c, 'part'), clock: c.t as Clock, today: true })],
  ['time', 'tonight {t:partclock}', (c) => ({ part: 'tonight', clock: c.t as Clock, today: true })],
  ['time', '{clockPrefix} {clock} {clockSuffix}?', (c) => ({ clock: strong(get(c, 'clock')) })],
  ['time', '{clockPrefix} {t:dotclock}', (c) => ({ clock: c.t })],
  ['time', 'at {t:compact}', (c, [, token]) => (/^\d00$/.test(token?.text ?? '') ? undefined : { clock: c.t })],
  ['time', 'at {h:hourword} hundred', (c) => ({ clock: { ...clock(get(c, 'h')), exact: true } })],
  ['time', 'at|about half {hour}', (c) => ({ clock: beside(get(c, 'hour'), 30) })],
  [
    'time',
    'at {h:hourdigits} {m:twodigits} {half}?',
    (c) => ({ clock: withHalf(clock(get(c, 'h'), get(c, 'm')), maybe(c, 'half')) }),
  ],
  [
    'time',
    'at {m:digits} to {fullHour}',
    (c) => {
      const minutes = within(1, 29, get(c, 'm'));
      return minutes === undefined ? undefined : { clock: beside(get(c, 'fullHour'), -minutes) };
    },
  ],
  ['time', '{clockPrefix} {h:hourdigits} {letterH}', letteredHour],
  ['time', '{clockPrefix} {h:hourdigits} {letterU}', letteredHour],
  ['time', '{clock} {clockSuffix}', (c) => ({ clock: strong(get(c, 'clock')) })],
  ['time', 'at the? same|this time', () => ({ same: true })],
  // A date has been said, or else it may be a price.
  [
    'time',
    '{t:dotclock}',
    (c) => (get<Clock>(c, 't').minute > 12 ? { clock: { ...get<Clock>(c, 't'), weak: true } } : undefined),
  ],
  ['time', '{clock}', (c) => ({ clock: c.clock })],
  ['time', '{partPrefix}? {part}', (c) => c.part],
  ['clockPrefix', 'at|by|about|~', () => true],
  ['clockPrefix', 'at|by|for about|exactly|precisely|~', () => true],
  ['clockPrefix', 'when|once {itIs}', () => true],
  ['clockPrefix', 'no later than', () => true],
  ['clockPrefix', 'exactly|precisely|promptly|right|only|again|just|maybe|sharp at', () => true],
  ['clockPrefix', 'at? about .', () => true],
  ['clockPrefix', 'at|on? the stroke of', () => true],
  ['clockPrefix', 'at the latest by', () => true],
  ['clockSuffix', 'sharp|exactly|precisely|ish', () => true],
  ['clockSuffix', 'about', (_, [token]) => token?.raw.toLowerCase() !== 'about' || undefined],
  ['clockSuffix', 'on the dot', () => true],
  ['clockSuffix', 'or so', () => true],
  ['partPrefix', 'in|at|by|during|on|over|for the?', () => true],
  ['partPrefix', 'at|by about the?', () => true],
  // "Around lunch" says when, "about lunch with Eve" does not.
  ['partPrefix', 'about the?', (_, [token]) => token?.raw.toLowerCase() !== 'about' || undefined],
  ['partPrefix', 'by the?', () => true],
  ['partPrefix', 'the', () => true],

  ['range', 'from? {a:clock} to|until|- {b:clock}', (c) => rangeOf(get(c, 'a'), get(c, 'b'))],
  // "9h-17h".
  ['range', 'from? {a:hourH} to|until|- {b:hourH}', (c) => rangeOf(get(c, 'a'), get(c, 'b'))],
  ['range', 'between {a:hourH} and|- {b:hourH}', (c) => rangeOf(get(c, 'a'), get(c, 'b'), true)],
  ['hourH', '{h:hourdigits} {letterH}', (c) => ({ ...clock(get(c, 'h')), exact: true, full: true })],
  ['range', 'between {a:clock} and|- {b:clock}', (c) => rangeOf(get(c, 'a'), get(c, 'b'), true)],
  ['range', 'from|at|about? {dashrange} {half}?', (c) => dashed(c, false)],
  ['range', 'between {dashrange} {half}?', (c) => dashed(c, true)],
];

/** "At 14h"; "at 2h" is as often two in the afternoon. */
function letteredHour(c: Captures): TimeSpec | undefined {
  const hour = get<number>(c, 'h');
  return hour > 0 && hour < 7 ? undefined : { clock: { ...clock(hour), exact: true } };
}

function strong(time: Clock): Clock {
  return { ...time, weak: false, bare: false };
}

/** "9-5pm". */
function dashed(c: Captures, loose: boolean): Piece | undefined {
  const { from, to } = get<{ from: Clock; to: Clock }>(c, 'dashrange');
  const end = withHalf(to, maybe(c, 'half'));
  return end && rangeOf(from, end, loose);
}

function rangeOf(from: Clock, to: Clock, loose = false): Piece {
  return { kind: 'range', from, to, loose };
}
