import type { Instant } from '../../base/clock.ts';
import { pattern } from '../../base/text.ts';
import {
  formatClock,
  MONTH,
  type OneTime,
  type ParsedWhen,
  parseDuration,
  parseWhen,
  type WhenContext,
} from '../../time/index.ts';

const CLOCK_ALONE =
  /^(?:at |to |for )?((?:\d{1,2}(?:[:.]\d{2})?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\s*(?:am|pm|a\.m\.|p\.m\.|o'?clock)?(?: in the (?:morning|afternoon|evening)| at night)?|(?:half past|half|quarter past|quarter to) \w+(?: am| pm)?|noon|midday)$/i;

/** A time of day, on the day of `at`: who moves Wednesday's dentist to 16:30 means Wednesday. Else undefined. */
export function onDayOf(at: Instant, words: string, ctx: WhenContext): ParsedWhen | undefined {
  const clock = CLOCK_ALONE.exec(words.trim())?.[1];
  if (clock === undefined) return undefined;
  const day = new Intl.DateTimeFormat('en-CA', { timeZone: ctx.zone }).format(at);
  const when = parseWhen(`${day} at ${clock}`, ctx);
  return when.kind === 'reject' ? undefined : when;
}

/** The rule with another time of day; undefined for one that has several, or none. */
export function atOtherTime(rule: string, at: Instant, zone: string): string | undefined {
  if (/BYHOUR|BYMINUTE|BYSECOND|FREQ=(?:HOURLY|MINUTELY|SECONDLY)/.test(rule)) return undefined;
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeStyle: 'medium' }).format(at);
  return rule.replace(/^(DTSTART[^\n]*T)\d{6}/, `$1${clock.replaceAll(':', '')}`);
}

/** `10 minutes`, `for an hour`, `until tomorrow`, `5pm`: a length of time counts from `base`. */
export function parsePutOff(words: string, base: Instant, ctx: WhenContext): ParsedWhen {
  const phrase = words.trim().replace(/^(?:for|until|till|til|to|by|another|again)\s+/i, '');
  const bare = phrase
    .replace(/^(?:another|in|a further)\s+/i, '')
    .replace(/^(?:a )?(?:bit|while|moment)$/i, '10 minutes');
  const isLength = /[a-z]/i.test(bare) && (parseDuration(bare) !== undefined || SPELT_LENGTH.test(bare));
  if (!isLength) return parseWhen(phrase, ctx);
  const from = /^in\s/i.test(phrase) ? ctx.now : base;
  const when = parseWhen(`in ${bare}`, { ...ctx, now: from });
  return when.kind === 'once' ? { ...when, at: notBefore(when.at, from, ctx.now) } : when;
}

const SPELT_LENGTH =
  /^(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|fifteen|twenty|thirty|half an?|a couple (?:of)?|a few|quarter of an|\d{1,3})\b.*\b(?:hours?|minutes?|mins?|days?|weeks?|fortnights?|months?)$/i;

/** A length that counts from the past is over before it begins: then it counts from now. */
const notBefore = (at: Instant, from: Instant, now: Instant): Instant =>
  at > now ? at : new Date(now.getTime() + at.getTime() - from.getTime());

const SHIFTS: readonly [RegExp, 1 | -1][] = [
  [/^(?:by )?(.+?) later$|^later by (.+)$|^back (?:by )?(.+)$/i, 1],
  [/^(?:by )?(.+?) (?:earlier|sooner)$|^(?:earlier|sooner|forward|up) (?:by )?(.+)$/i, -1],
];

/** `2 hours later`, `half an hour earlier`: the time that it makes of `at`; undefined for anything else. */
export function shiftTime(at: Instant, words: string): Instant | undefined {
  for (const [pattern, sign] of SHIFTS) {
    const length = pattern
      .exec(words.trim().replace(/ than (?:that|it|before)$/i, ''))
      ?.slice(1)
      .find((part) => part !== undefined);
    const ms = length === undefined ? undefined : parseDuration(length);
    if (ms !== undefined) return new Date(at.getTime() + sign * ms);
  }
  return undefined;
}

const HAS_CLOCK = pattern.i`\d\s*(?:am|pm|a\.m|p\.m)\b|\d[:.h]\d\d|\b\d+ (?:past|to) \d|\b(?:noon|midday|midnight|morning|afternoon|evening|night|tonight|now|o'?clock|hour|hours|minute|minutes|min|mins|hourly|at|in(?! ${MONTH}\b)|(?<!\bday )(?:after|before)|lunch|half|quarter)\b`;
const ADVERBS: Record<string, string> = {
  daily: 'every day',
  weekly: 'every week',
  fortnightly: 'every 2 weeks',
  biweekly: 'every 2 weeks',
  monthly: 'every month',
  yearly: 'every year',
  annually: 'every year',
};
const CYCLE =
  /^(?:once an?|(?:once )?(?:every|each)) (?:(?:other|second|third|two|three|four|five|six|\d{1,2}) )?(week|fortnight|month|year)s?$/;

function onItsDays(words: string, { weekday, day, month }: Parts): string | undefined {
  const phrase = ADVERBS[words.toLowerCase()] ?? words.toLowerCase();
  const unit = CYCLE.exec(phrase)?.[1];
  if (phrase === 'every day') return phrase;
  if (unit === undefined) return undefined;
  return `${phrase} on ${unit === 'month' ? `the ${day}` : unit === 'year' ? `${day} ${month}` : weekday}`;
}

interface Parts {
  weekday: string;
  day: string;
  month: string;
  clock: string;
}

function partsOf(at: Instant, zone: string): Parts {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, weekday: 'long', day: 'numeric', month: 'long' });
  const part = (type: string) => format.formatToParts(at).find((one) => one.type === type)?.value ?? '';
  const day = part('day');
  const ending = /1[123]$/.test(day) ? 'th' : ({ 1: 'st', 2: 'nd', 3: 'rd' }[Number(day) % 10] ?? 'th');
  return { weekday: part('weekday'), day: `${day}${ending}`, month: part('month'), clock: formatClock(at, { zone }) };
}

const HOURS = 'one two three four five six seven eight nine ten eleven twelve'.split(' ');

const DAYS_AWAY =
  /^(?:in )?(?:an?|\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|a couple of) (?:days?|weeks?|fortnights?|months?)$/i;

/** Completes `words` by the current time `at`: a day keeps the hour, "weekly" day and hour, "6" its half of the day. */
export function filledIn(words: string, at: Instant, zone: string): string {
  const phrase = words.trim().replace(/^(?:to|for|on)\s+(?=\S)/i, '');
  const own = partsOf(at, zone);
  const hour = /^((?:at )?(?:half past |quarter (?:past|to) )?)(\d{1,2}|[a-z]+)((?:[:.]\d\d)?)$/i.exec(phrase);
  const named = hour ? HOURS.indexOf((hour[2] ?? '').toLowerCase()) + 1 || Number(hour[2]) : Number.NaN;
  if (hour && named > 0 && named <= 12) {
    // The nearer one: nobody who moves 11:00 to 3 means the night, and who moves 12:00 to 11:30 means the morning.
    const [hour12, ownHour] = [named % 12, Number(own.clock.slice(0, 2))];
    const isNearer = Math.abs(hour12 - ownHour) < Math.abs(hour12 + 12 - ownHour);
    // A reminder at 6:00 that is moved to 5:30 stays early.
    const isEarly = hour12 >= 6 || (isNearer && ownHour - hour12 <= 1);
    return `${hour[1]}${hour[2]}${hour[3]} ${ownHour < 6 || (isEarly && isNearer) ? 'am' : 'pm'}`;
  }
  // "Three weeks" from now, at the hour that it has.
  if (DAYS_AWAY.test(phrase)) return `${/^in /i.test(phrase) ? phrase : `in ${phrase}`} at ${own.clock}`;
  if (HAS_CLOCK.test(phrase) || parseDuration(phrase) !== undefined) return phrase;
  return `${onItsDays(phrase, own) ?? phrase} at ${own.clock}`;
}

export const keepsHour = (words: string, phrase: string, at: Instant, zone: string): boolean => {
  const hour = ` at ${formatClock(at, { zone })}`;
  return words.endsWith(hour) && !phrase.endsWith(hour);
};

export function onceAt(at: Instant, zone: string): OneTime {
  return { kind: 'once', at, local: at.toLocaleString('sv-SE', { timeZone: zone }).replace(' ', 'T'), zone };
}
