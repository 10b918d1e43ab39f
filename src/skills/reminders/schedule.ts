/** From a person's words about time to what a reminder stores. */
import type { Instant } from '../../base/clock.ts';
import { pattern } from '../../base/pattern.ts';
import {
  addDays,
  dayAt,
  formatClock,
  MONTH,
  type Once,
  parseDuration,
  parseWhen,
  WEEKDAY,
  type When,
  type WhenContext,
  weekdayOfDay,
} from '../../time/index.ts';
import { besideHour, inDigits } from './time-words.ts';

/** `16:30`, `at 6pm`: a time of day and no day. */
const CLOCK_ALONE =
  /^(?:at |to |for )?((?:\d{1,2}(?:[:.]\d{2})?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\s*(?:am|pm|a\.m\.|p\.m\.|o'?clock)?(?: in the (?:morning|afternoon|evening)| at night)?|(?:half past|half|quarter past|quarter to) \w+(?: am| pm)?|noon|midday)$/i;

/** A time of day, on the day of `at`: who moves Wednesday's dentist to 16:30 means Wednesday. Else undefined. */
export function onDayOf(at: Instant, words: string, ctx: WhenContext): When | undefined {
  const clock = CLOCK_ALONE.exec(words.trim())?.[1];
  if (clock === undefined) return undefined;
  const day = new Intl.DateTimeFormat('en-CA', { timeZone: ctx.zone }).format(at);
  const when = parseWhen(`${day} at ${clock}`, ctx);
  return when.kind === 'reject' ? undefined : when;
}

const MINUTES = { five: 5, ten: 10, quarter: 15, twenty: 20, 'twenty-five': 25, half: 30 } as const;

/** "At 10 past", "at quarter to": the next time that clocks show so many minutes; undefined for anything else. */
export function pastTheHour(words: string, { now, zone }: WhenContext): string | undefined {
  const [, said = '', side] = /^at (?:a )?(\d{1,2}|[a-z]+(?:[- ]five)?) (past|to)$/i.exec(words.trim()) ?? [];
  const count = MINUTES[said.toLowerCase().replace(' ', '-') as keyof typeof MINUTES] ?? Number(said || Number.NaN);
  if (!(count > 0 && count < 60)) return undefined;
  const minute = side?.toLowerCase() === 'to' ? 60 - count : count;
  const [hours = 0, minutes = 0] = formatClock(now, zone).split(':').map(Number);
  const hour = (minute > minutes ? hours : hours + 1) % 24;
  return `at ${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}

/** "Quarter to", of an hour that is known. */
const PAST_OR_TO = /^(?:at |to )?(?:an? )?(\d{1,2}|five|ten|quarter|twenty|twenty[- ]five|half) (past|to)$/i;

/** The clock that "quarter to" means beside the hour of `clock`. */
function besideTheHour(said: string, side: string, clock: string): string {
  const count = MINUTES[said.toLowerCase().replace(' ', '-') as keyof typeof MINUTES] ?? Number(said);
  const [hours = 0] = clock.split(':').map(Number);
  const minutes = (hours * 60 + (/^to$/i.test(side) ? -count : count) + 24 * 60) % (24 * 60);
  return [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':');
}

/** The rule with another time of day; undefined for one that has several, or none. */
export function atOtherTime(rule: string, at: Instant, zone: string): string | undefined {
  if (/BYHOUR|BYMINUTE|BYSECOND|FREQ=(?:HOURLY|MINUTELY|SECONDLY)/.test(rule)) return undefined;
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeStyle: 'medium' }).format(at);
  return rule.replace(/^(DTSTART[^\n]*T)\d{6}/, `$1${clock.replaceAll(':', '')}`);
}

/** `10 minutes`, `for an hour`, `until tomorrow`, `5pm`: a length of time counts from `base`. */
export function parsePutOff(words: string, base: Instant, ctx: WhenContext): When {
  const said = words.trim().replace(/^(?:for|until|till|til|to|by|another|again)\s+/i, '');
  const bare = said
    .replace(/^(?:another|in|a further)\s+/i, '')
    .replace(/^(?:a )?(?:bit|while|moment)$/i, '10 minutes');
  const isLength = /[a-z]/i.test(bare) && (parseDuration(bare) !== undefined || SPELT_LENGTH.test(bare));
  if (!isLength) return parseWhen(said, ctx);
  const from = /^in\s/i.test(said) ? ctx.now : base;
  const when = parseWhen(`in ${bare}`, { ...ctx, now: from });
  return when.kind === 'once' ? { ...when, at: later(when.at, from, ctx.now) } : when;
}

const SPELT_LENGTH =
  /^(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|fifteen|twenty|thirty|half an?|a couple (?:of)?|a few|quarter of an|\d{1,3})\b.*\b(?:hours?|minutes?|mins?|days?|weeks?|fortnights?|months?)$/i;

/** A length that counts from the past is over before it begins: then it counts from now. */
const later = (at: Instant, from: Instant, now: Instant): Instant =>
  at > now ? at : new Date(now.getTime() + at.getTime() - from.getTime());

const QUARTER = /^(?:an? )?quarter of an hour$/i;

const HALF = /^(?:an? )?half[ -]hour$/i;

const SHIFTS: readonly [RegExp, 1 | -1][] = [
  [/^(?:by )?(.+?) later$|^later by (.+)$|^back (?:by )?(.+)$/i, 1],
  [/^(?:by )?(.+?) (?:earlier|sooner)$|^(?:earlier|sooner|forward|up) (?:by )?(.+)$/i, -1],
];

/** `2 hours later`, `half an hour earlier`: the time that it makes of `at`; undefined for anything else. */
export function shifted(at: Instant, words: string): Instant | undefined {
  for (const [pattern, sign] of SHIFTS) {
    const length = pattern
      .exec(words.trim().replace(/ than (?:that|it|before)$/i, ''))
      ?.slice(1)
      .find((part) => part !== undefined);
    const ms =
      length === undefined
        ? undefined
        : parseDuration(length.replace(QUARTER, '15 minutes').replace(HALF, '30 minutes'));
    if (ms !== undefined) return new Date(at.getTime() + sign * ms);
  }
  return undefined;
}

/** An hour, or a part of the day, or a length of time. */
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

/** "Every two weeks": on the weekday, the day of the month or the date that it has; undefined for any other words. */
function onItsDays(words: string, { weekday, day, month }: Parts): string | undefined {
  const said = ADVERBS[words.toLowerCase()] ?? words.toLowerCase();
  const unit = CYCLE.exec(said)?.[1];
  if (said === 'every day') return said;
  if (unit === undefined) return undefined;
  return `${said} on ${unit === 'month' ? `the ${day}` : unit === 'year' ? `${day} ${month}` : weekday}`;
}

/** "Every night" keeps an hour that is in the night. */
const PART_OF_DAY = /\s*\b(morning|afternoon|evening|night)$/i;
const PARTS = {
  morning: [5, 6, 7, 8, 9, 10, 11],
  afternoon: [12, 13, 14, 15, 16, 17],
  evening: [17, 18, 19, 20, 21],
  night: [19, 20, 21, 22, 23],
};

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
  return { weekday: part('weekday'), day: `${day}${ending}`, month: part('month'), clock: formatClock(at, zone) };
}

/** "2 tomorrow" */
const HOUR_AND_DAY = pattern.i`^(?:at )?(\d{1,2}) (?:on )?((?:this |next )?(?:today|tomorrow|${WEEKDAY}))$`;

const DAYS_AWAY =
  /^(?:in )?(?:an?|\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|a couple of) (?:days?|weeks?|fortnights?|months?)$/i;

const FOLLOWING = pattern.i`^(?:the )?following (${WEEKDAY})$`;

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** "The following Sunday": the first such day behind `day`, both as `2026-12-06`. */
function following(weekday: string, day: string): string {
  const wanted = WEEKDAYS.indexOf(weekday.slice(0, 3).toLowerCase()) + 1;
  return addDays(day, (wanted - weekdayOfDay(day) + 7) % 7 || 7);
}

/** What `words` leave out stays as it is at `at`: a day keeps the hour, "weekly" day and hour, "6" its half of the day. */
export function filledIn(words: string, at: Instant, zone: string): string {
  const spoken = inDigits(words.trim());
  const beside = besideHour(spoken);
  const said = (beside ? `${beside.hour}:${beside.minute}` : spoken)
    .replace(/^(?:at )?(?:the )?same (?:time|hour)s? /i, '')
    .replace(/[\s,]+(?:at )?(?:the )?same (?:time|hour)s?$/i, '')
    .replace(/^(?:to|for|on|just|only)\s+(?:on\s+)?(?=\S)/i, '');
  const parts = /^(?:in the )?(morning|afternoon|evening|night)s$/i.exec(said)?.[1];
  if (parts !== undefined) return `every ${parts}`;
  const own = partsOf(at, zone);
  const [, weekday] = FOLLOWING.exec(said) ?? [];
  if (weekday !== undefined) return `${following(weekday, dayAt(at, zone))} at ${own.clock}`;
  const [, count, side] = PAST_OR_TO.exec(said) ?? [];
  if (count && side) return besideTheHour(count, side, own.clock);
  const hour = /^(?:at |back to )?(\d{1,2})((?:[:.]\d\d)?)$/i.exec(said);
  const ownHour = Number(own.clock.slice(0, 2));
  const [, hourOfDay, itsDay] = HOUR_AND_DAY.exec(said) ?? [];
  if (hourOfDay && itsDay) return `${itsDay} at ${filledIn(hourOfDay, at, zone)}`;
  if (hour && Number(hour[1]) > 0 && Number(hour[1]) <= 12) {
    // The nearer one: nobody who moves 11:00 to 3 means the night, and who moves 12:00 to 11:30 means the morning.
    const hour12 = Number(hour[1]) % 12;
    const isNearer = Math.abs(hour12 - ownHour) < Math.abs(hour12 + 12 - ownHour);
    const isMorning = ownHour < 6 || (hour12 >= 6 && isNearer);
    return `${hour[1]}${hour[2]}${isMorning ? 'am' : 'pm'}`;
  }
  if (/^(?:am|pm)$/i.test(said)) return `${ownHour % 12 || 12}${own.clock.slice(2)}${said}`;
  const part = PART_OF_DAY.exec(said)?.[1]?.toLowerCase() as keyof typeof PARTS | undefined;
  const bare = part === undefined ? '' : said.replace(PART_OF_DAY, '').trim();
  if (part && bare !== '' && !HAS_CLOCK.test(bare) && PARTS[part].includes(ownHour)) {
    return filledIn(/^(?:every|each)$/i.test(bare) ? `${bare} day` : bare, at, zone);
  }
  // "Three weeks" from now, at the hour that it has.
  if (DAYS_AWAY.test(said)) return `${/^in /i.test(said) ? said : `in ${said}`} at ${own.clock}`;
  if (HAS_CLOCK.test(said) || parseDuration(said) !== undefined) return said;
  const day = onItsDays(said, own) ?? said.replace(/^weekdays$/i, 'every weekday');
  return `${day} at ${own.clock}`;
}

/** The words of `filledIn` where they say the hour that `at` has in its zone, and `said` does not. */
export const keepsHour = (words: string, said: string, at: Instant, zone: string): boolean => {
  const hour = ` at ${formatClock(at, zone)}`;
  return words.endsWith(hour) && !said.endsWith(hour);
};

/** An instant as what a person could have said. */
export function onceAt(at: Instant, zone: string): Once {
  return { kind: 'once', at, local: at.toLocaleString('sv-SE', { timeZone: zone }).replace(' ', 'T'), zone };
}
