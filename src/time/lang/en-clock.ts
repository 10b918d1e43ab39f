import type { Clock, PartName, Piece, TimeSpec } from '../pieces.ts';
import { NUMBERS, ORDINALS, UNIT_WORDS } from './en-words.ts';
import { rule, type Terminals, time } from './grammar.ts';
import type { Token } from './tokens.ts';

/** Looks a word up in a table; words such as "constructor" are not in it. */
export const lookUp = <T>(table: Readonly<Record<string, T>>, word: string): T | undefined =>
  Object.hasOwn(table, word) ? table[word] : undefined;

export const digitsLike =
  (pattern: RegExp) =>
  ({ text }: Token): number | undefined =>
    pattern.test(text) ? Number(text) : undefined;

export const clockTerminals: Terminals = {
  digits: digitsLike(/^\d{1,6}$/),
  numword: ({ text }) => lookUp(NUMBERS, text),
  tensword: ({ text }) => inRange(20, 999, lookUp(NUMBERS, text)),
  onesword: ({ text }) => inRange(1, 9, lookUp(NUMBERS, text)),
  decimal: digitsLike(/^\d{1,4}\.\d{1,3}$/),
  fraction: ({ text }) => {
    const [part, whole] = /^\d\/\d$/.test(text) ? text.split('/').map(Number) : [];
    return part !== undefined && whole !== undefined && whole > part ? part / whole : undefined;
  },
  ordtoken: ({ text }) => (/^\d{1,3}(?:st|nd|rd|th)$/.test(text) ? Number.parseInt(text, 10) : undefined),
  ordword: ({ text }) => lookUp(ORDINALS, text),
  ordones: ({ text }) => inRange(1, 9, lookUp(ORDINALS, text)),
  unitword: ({ text, glued }) =>
    lookUp(UNIT_WORDS, text.length > 1 || glued || text === 'h' || text === 'm' ? text : ''),
  hourdigits: digitsLike(/^\d{1,2}$/),
  hourword: ({ text }) => inRange(1, 12, lookUp(NUMBERS, text)),
  twodigits: digitsLike(/^[0-5]\d$/),
  minuteword: ({ text }) => inRange(10, 59, lookUp(NUMBERS, text)),
  colonclock: ({ text }) => clockToken(/^(\d{1,2}):(\d\d)(?::(\d\d))?$/.exec(text)),
  dotclock: ({ text }) => clockToken(/^(\d{1,2})[.](\d\d)$/.exec(text)),
  // "Bake at 180".
  compact: ({ text }) => clockToken(/^(\d{1,2})([0-5]\d)$/.exec(text)),
  partclock: ({ text }) => clockToken(/^([1-9]|1[0-2])([0-5]\d)$/.exec(text)),
  compact4: ({ text }) => clockToken(/^(0\d|1\d|2[0-4])([0-5]\d)$/.exec(text)),
  zeroclock: ({ text }) => clockToken(/^(0\d)([0-5]\d)$/.exec(text)),
  gluedHalf: ({ text, glued }) => (glued && /^[ap]$/.test(text) ? halfOf(text) : undefined),
  gluedH: ({ text, glued }) => (text === 'h' && glued) || undefined,
  letterH: ({ text, glued }) => text === 'h' || (text === 'u' && glued) || undefined,
  // "14hrs", but not "14 hours".
  hours: ({ text, raw }) => text === 'h' || /^hrs?$/i.test(raw) || undefined,
  dashrange: ({ text }) => {
    const [from, to] = /^\d{1,2}(?::\d\d)?-\d{1,2}(?::\d\d)?$/.test(text) ? text.split('-').map(clockOf) : [];
    return from && to ? { from, to } : undefined;
  },
};

const halfOf = (letter = ''): 'am' | 'pm' => (letter.startsWith('a') ? 'am' : 'pm');

function clockOf(text: string): Clock | undefined {
  if (text.includes(':')) return clockToken(/^(\d{1,2}):(\d\d)$/.exec(text));
  const hour = clockToken(/^(\d{1,2}):(\d\d)$/.exec(`${text}:00`));
  return hour && { ...hour, weak: true };
}

const inRange = (low: number, high: number, value: number | undefined): number | undefined =>
  value !== undefined && value >= low && value <= high ? value : undefined;

/** Hour and minute as digits. A leading zero, 0 and 13–24 leave no doubt about the half of the day. */
function clockToken(match: RegExpExecArray | null): Clock | undefined {
  if (!match) return undefined;
  const [hour = 0, minute = 0, second = 0] = match.slice(1).map((digits) => Number(digits ?? 0));
  const exact = (match[1] ?? '').startsWith('0') || hour > 12 || hour === 0;
  if (exact) return { hour, minute, second, exact, full: true };
  return hour > 9 ? { hour, minute, second, exact, padded: true } : { hour, minute, second, exact };
}

const clock = (hour: number, minute = 0): Clock => ({ hour, minute, second: 0, exact: hour > 12 || hour === 0 });

/** Settles the half of the day; "17 pm" is what people type for 17:00, "13 am" is nothing. */
function withHalf(bare: Clock | undefined, half: string | undefined): Clock | undefined {
  if (!bare || half === undefined) return bare;
  const { weak: _, full: _full, bare: _bare, ...time } = bare;
  if (bare.hour > 12) return half === 'pm' && bare.hour < 24 ? { ...time, exact: true } : undefined;
  if (bare.hour === 0 && half === 'pm') return undefined;
  return { ...time, hour: (bare.hour % 12) + (half === 'pm' ? 12 : 0), exact: true };
}

function clockBeside(hour: Clock, minutes: number): Clock | undefined {
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

export const numberRules = [
  rule('number', '{tensword} -? {onesword}', (c) => c.tensword + c.onesword),
  rule('number', 'a|one hundred', () => 100),
  rule('number', '{digits}', (c) => c.digits),
  rule('number', '{numword}', (c) => c.numword),
  rule('ordinal', '{tensword} -? {ordones}', (c) => c.tensword + c.ordones),
  rule('ordinal', '{ordtoken}', (c) => c.ordtoken),
  rule('ordinal', '{ordword}', (c) => c.ordword),
  rule('amount', '{number} < and a|an half || ½ >', (c) => c.number + 0.5),
  rule('amount', '{number} < and a quarter || ¼ >', (c) => c.number + 0.25),
  rule('amount', '{number} < and three|3 quarter || ¾ >', (c) => c.number + 0.75),
  rule('amount', '{number} < and a? >? {fraction}', (c) => c.number + c.fraction),
  rule('amount', '{number} more|full|whole?', (c) => c.number),
  rule('amount', '{decimal}', (c) => c.decimal),
  rule('amount', '{fraction} of? a|an?', (c) => c.fraction),
  rule('amount', 'a|an|another', () => 1),
  rule('amount', '< half|½ of? || a half > a|an?', () => 0.5),
  rule('amount', 'a? quarter of? a|an?', () => 0.25),
  rule('amount', 'three|3 -? quarter of a|an', () => 0.75),
  rule('amount', 'a? couple of? more?', () => 2),
  rule('amount', 'a dozen', () => 12),
];

const isTwelve = ({ hour, minute }: Clock): boolean => hour % 12 === 0 && minute === 0;

const bareHour = ({ h }: { h: number }): Clock => ({ ...clock(h), weak: true });
const exactly = (time: Clock): Clock => ({ ...time, exact: true });

const strong = (time: Clock): Clock => ({ ...time, weak: false, bare: false });

export const clockRules = [
  rule('half', 'am|pm', (_, [token]) => halfOf(token?.text)),
  rule('half', 'a|p < . m .? || m >', (_, [token]) => halfOf(token?.text)),
  rule('half', '{gluedHalf}', (c) => c.gluedHalf),
  rule('half', 'in the am|pm', (_, tokens) => halfOf(tokens.at(-1)?.text)),
  rule('hour', '{h:hourdigits}', (c, [at]) => {
    const exact = at?.text.startsWith('0') === true || c.h > 12;
    return { ...bareHour(c), bare: true, exact, full: exact };
  }),
  rule('hour', '{h:hourword}', bareHour),
  // The full hour that "quarter to" and "half past" lean on.
  rule('fullHour', "{hour} o'clock? {half}", (c) => withHalf(c.hour, c.half)),
  rule('fullHour', "{hour} < o clock || o'clock >?", (c) => ({ ...c.hour, weak: false })),
  rule('fullHour', 'noon', () => NOON),
  rule('fullHour', 'midnight', () => MIDNIGHT),
  rule('minutes', '{n:number} minute?', (c) => inRange(0, 59, c.n)),
  rule('minutes', 'a? quarter', () => 15),
  rule('minutes', 'half', () => 30),

  rule('clock', '{t:colonclock} {half}', (c) => withHalf(c.t, c.half)),
  rule('clock', '{t:dotclock} {half}', (c) => withHalf(c.t, c.half)),
  rule('clock', '{t:compact} {half}', (c) => withHalf(c.t, c.half)),
  rule('clock', "{hour} < o'clock|ish || o clock >? {half}", (c) => withHalf(c.hour, c.half)),
  rule('clock', '{t:colonclock} -? ish', (c) => c.t),
  rule('clock', '{hour} {half} - ish', (c) => withHalf(c.hour, c.half)),
  rule('clock', '{hour} - ish {half}?', (c) => withHalf({ ...c.hour, weak: false }, c.half)),
  rule('clock', '{minutes} -? past|after {fullHour}', (c) =>
    c.minutes > 0 ? clockBeside(c.fullHour, c.minutes) : undefined,
  ),
  rule('clock', 'half -? past {fullHour} {half}?', (c) => withHalf(clockBeside(c.fullHour, 30), c.half)),
  rule('clock', 'a? quarter -? to|of|until|before {fullHour}', (c) => clockBeside(c.fullHour, -15)),
  rule('clock', '{m:minutesTo} to|of|until {fullHour}', (c) => clockBeside(c.fullHour, -c.m)),
  rule('minutesTo', '{n:number} minute', (c) => inRange(1, 59, c.n)),
  rule('minutesTo', '{n:numword}', (c) => ([5, 10, 20].includes(c.n) ? c.n : undefined)),
  rule('minutesTo', '< twenty -? five || 25 >', () => 25),
  rule('clock', '15|10|5|20|25 to noon|midnight', (_, [m, , h]) =>
    clockBeside(h?.text === 'noon' ? NOON : MIDNIGHT, -Number(m?.text)),
  ),
  rule('clock', 'half {h:hourword}', (c) => clock(c.h, 30)),
  rule('clock', 'half {h:hourdigits}', (c) => (c.h < 13 ? clock(c.h, 30) : undefined)),
  rule('clock', '{h:hourword} -? {m:spokenMinutes} {half}?', (c) => withHalf(clock(c.h, c.m), c.half)),
  rule('clock', '{h:hourword} -? oh|o {m:onesword} {half}?', (c) => withHalf(clock(c.h, c.m), c.half)),
  rule('spokenMinutes', '{t:tensword} -? {o:onesword}', (c) => inRange(20, 59, c.t + c.o)),
  rule('spokenMinutes', '{minuteword}', (c) => c.minuteword),
  rule('clock', '{t:colonclock} hour|h|uhr?', (c) => c.t),
  rule('clock', '{t:zeroclock} hour|h?', (c) => c.t),
  rule('clock', '{t:compact4} hour|h', (c) => exactly(c.t)),
  rule('clock', '{t:compact4}', (c) => ({ ...c.t, weak: true })),
  rule('clock', '{h:hourword} hundred hour', (c) => exactly(clock(c.h))),
  rule('clock', '{h:hourdigits} {letterH} {m:twodigits}', (c) => exactly(clock(c.h, c.m))),
  rule('clock', '{hour} uhr', (c) => exactly({ ...c.hour, weak: false })),
  rule('clock', '{t:dotclock} uhr', (c) => exactly(c.t)),
  rule('clock', "{hour} < o clock || o'clock|ish >", (c) => ({ ...c.hour, weak: false })),
  rule('clock', '{hour}', (c) => c.hour),
  rule('clock', "12|twelve? o'clock? noon|midday -? ish?", () => NOON),
  rule('clock', "12|twelve? o'clock? midnight", () => MIDNIGHT),
  rule('clock', '{t:colonclock} noon|midday', (c) => (isTwelve(c.t) ? NOON : undefined)),
  rule('clock', '{t:colonclock} midnight', (c) => (isTwelve(c.t) ? MIDNIGHT : undefined)),
];

const part = (name: PartName) => (): TimeSpec => ({ part: name });
/** "Around lunch" says when, "about lunch with Eve" does not. */
const isRoughly = (token: Token | undefined): true | undefined => token?.raw.toLowerCase() !== 'about' || undefined;

export const partRules = [
  rule('part', 'early < in? the? morning >?', part('early')),
  rule('part', '< first thing in? the? morning? || morning >', part('morning')),
  rule('part', 'lunch < time || - time >?', part('lunch')),
  rule('part', 'afternoon -? ish?', part('afternoon')),
  rule('part', '< end of the? business day || end of the? day|business|workday >', part('endOfDay')),
  rule('part', "< close of the? business|day|play || eod|cob || day's end >", part('endOfDay')),
  rule('part', 'evening', part('evening')),
  rule('part', 'late < in? the? evening || at? night >?', part('late')),
  rule('part', 'night time?', part('night')),

  time('later? this {part}', (c) => ({ ...c.part, today: true })),
  time('this eve', (_, [, word]) => (word?.raw === 'eve' ? { part: 'evening', today: true } : undefined)),
  time('this {half}', (c) => ({ part: c.half === 'am' ? 'morning' : 'afternoon', today: true })),
  time('late tonight', () => ({ part: 'late', today: true })),
  time('later|by? tonight', () => ({ part: 'tonight', today: true })),
  // "Tomorrow evening 730", "tonight 930".
  time('{partPrefix}? {part} {t:partclock}', (c) => ({ ...c.part, clock: c.t })),
  time('this {part} {t:partclock}', (c) => ({ ...c.part, clock: c.t, today: true })),
  time('tonight {t:partclock}', (c) => ({ part: 'tonight', clock: c.t, today: true })),
  time('{clockPrefix} {clock} {clockSuffix}?', (c) => ({ clock: strong(c.clock) })),
  time('{clockPrefix} {t:dotclock}', (c) => ({ clock: c.t })),
  time('at {t:compact}', (c, [, token]) => (/^\d00$/.test(token?.text ?? '') ? undefined : { clock: c.t })),
  time('at {h:hourword} hundred', (c) => ({ clock: exactly(clock(c.h)) })),
  time('at|about half {hour}', (c) => ({ clock: clockBeside(c.hour, 30) })),
  time('at {h:hourdigits} {m:twodigits} {half}?', (c) => ({ clock: withHalf(clock(c.h, c.m), c.half) })),
  time('at {m:digits} to {fullHour}', (c) =>
    inRange(1, 29, c.m) === undefined ? undefined : { clock: clockBeside(c.fullHour, -c.m) },
  ),
  // "At 14h"; "at 2h" is as often two in the afternoon.
  time('{clockPrefix} {h:hourdigits} {letterH}', (c) =>
    c.h > 0 && c.h < 7 ? undefined : { clock: exactly(clock(c.h)) },
  ),
  time('{clock} {clockSuffix}', (c) => ({ clock: strong(c.clock) })),
  time('at the? same|this time', () => ({ same: true })),
  // A date has been said, or else it may be a price.
  time('{t:dotclock}', (c) => (c.t.minute > 12 ? { clock: { ...c.t, weak: true } } : undefined)),
  time('{clock}', (c) => ({ clock: c.clock })),
  time('{partPrefix}? {part}', (c) => c.part),
  rule('clockPrefix', '< at|by|about|~ || at|by|for about|exactly|precisely|~ >', () => true),
  rule('clockPrefix', '< when|once {itIs} || no later than || at? about . || at|on? the stroke of >', () => true),
  rule('clockPrefix', 'exactly|precisely|promptly|right|only|again|just|maybe|sharp at', () => true),
  rule('clockPrefix', 'at the latest by', () => true),
  rule('clockSuffix', '< sharp|exactly|precisely|ish || on the dot || or so >', () => true),
  rule('clockSuffix', 'about', (_, [token]) => isRoughly(token)),
  rule('partPrefix', '< in|at|by|during|on|over|for the? || at|by about the? || the >', () => true),
  rule('partPrefix', 'about the?', (_, [token]) => isRoughly(token)),

  rule('range', 'from? {a:clock} to|until|- {b:clock}', (c) => rangeOf(c.a, c.b)),
  // "9h-17h".
  rule('range', 'from? {a:hourH} to|until|- {b:hourH}', (c) => rangeOf(c.a, c.b)),
  rule('range', 'between {a:hourH} and|- {b:hourH}', (c) => rangeOf(c.a, c.b, true)),
  rule('hourH', '{h:hourdigits} {letterH}', (c) => ({ ...exactly(clock(c.h)), full: true })),
  rule('range', 'between {a:clock} and|- {b:clock}', (c) => rangeOf(c.a, c.b, true)),
  // "9-5pm".
  rule('range', 'from|at|about|between? {r:dashrange} {half}?', (c, [token]) => {
    const end = withHalf(c.r.to, c.half);
    return end && rangeOf(c.r.from, end, token?.text === 'between');
  }),
];

const rangeOf = (from: Clock, to: Clock, loose = false): Piece => ({ kind: 'range', from, to, loose });
