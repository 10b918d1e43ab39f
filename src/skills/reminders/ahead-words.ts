/** "An hour before the dentist", "the night before": a time that counts from something else. Pure. */
import { addDays, type Once, parseDuration, type Recurring, splitTask, taskWords } from '../../time/index.ts';
import { isTime, splitEvent } from './time-words.ts';

/** A time that counts from a thing, whose own time is not said. */
export interface Ahead {
  /** The thing; empty for the one at hand. */
  which: string;
  length: string;
  side: 'before' | 'after';
  /** When the thing is, where that is said. */
  when?: string;
  /** An hour of its own, on that day. */
  clock?: string;
  /** What to remind of; empty where nothing is said. */
  text: string;
}

const COUNT =
  '(?:an?|one|two|three|four|five|six|seven|ten|fifteen|twenty|thirty|forty[- ]five|half an?|a couple of|\\d{1,3})';
const LENGTH = `(?:${COUNT} ?(?:hours?|hrs?|hr) and ${COUNT} ?(?:minutes?|mins?|min)|${COUNT} ?(?:minutes?|mins?|min|hours?|hrs?|hr|h|days?|weeks?|nights?|evenings?)|half hour|(?:a )?quarter of an hour|the (?:day|night|evening|morning|week))`;
const CLOCK = '(?:at |by )?(?:\\d{1,2}(?:[:.]\\d\\d)? ?(?:am|pm)?|noon|midday|midnight|lunchtime)';
const SIDES = '(?<side>before|ahead of|prior to|after)';
const FIRST = new RegExp(`^(?:(?<early>${CLOCK}),? )?(?<length>${LENGTH}) ${SIDES}(?:[ ,]+(?<rest>.+))?$`, 'is');
const LAST = new RegExp(
  `^(?:(?:to|about) )?(?<text>.+?) (?:(?<early>at ${CLOCK}),? )?(?<length>${LENGTH}) ${SIDES}(?: (?<rest>.+))?$`,
  'is',
);
const CLOCK_FIRST = new RegExp(`^(?<clock>${CLOCK})(?:[ ,]+|$)`, 'i');
const CLOCK_LAST = new RegExp(`(?:^| )(?<clock>at ${CLOCK})$`, 'i');
/** "The exam on Friday at 9, two hours in advance". */
const IN_ADVANCE = new RegExp(
  `^(?:about|of|for) (?<which>.+?),? (?<length>${LENGTH}) (?:ahead(?: of time)?|in advance|beforehand|early|earlier)$`,
  'is',
);

/** "The exam, two hours in advance" as "two hours before the exam"; other words as they are. */
export const aheadFirst = (words: string): string => words.replace(IN_ADVANCE, '$<length> before $<which>');

const AT_HAND = /^(?:it|that|this|then)(?: (?:is|starts|begins|happens|comes|is due|time))?$/i;
/** "That", said after "remind me", may lead to a statement. */
const LONGEST_NAME = 8;

/** What `words`, said behind "remind me", count from; undefined where they say a time of their own. */
export function aheadIn(words: string): Ahead | undefined {
  const said = words
    .trim()
    .replace(/[.!?]+$/, '')
    .replace(/[\s,]+(?:as well|too|also)$/i, '')
    .replace(/[\s,]+(?:as well|too|also),? (?=at )/i, ' ')
    .replace(
      / (?:starts?|begins?|opens?|is|are)(?= (?:on (?:the )?\d|(?:on )?(?:mon|tue|wed|thu|fri|sat|sun)(?:s|nes|rs|ur)?(?:day)?\b))/i,
      '',
    );
  if (said.length > 300 || saysWhen(said)) return undefined;
  const first = FIRST.exec(said)?.groups;
  const found = first ?? LAST.exec(said)?.groups;
  const { length = '', side = '', rest: tail = '', early } = found ?? {};
  if (
    !found ||
    parseDuration(length.replace(/^the /, 'one ').replace(/(?:night|evening|morning)/, 'day')) === undefined
  )
    return undefined;
  const [, late] = CLOCK_FIRST.exec(tail) ?? [];
  const behind = late === undefined ? tail : tail.slice(late.length).replace(/^[ ,]+/, '');
  const parts = first ? parted(behind) : { which: behind, text: found.text ?? '' };
  const [, clockOfName] = CLOCK_LAST.exec(parts.which) ?? [];
  const [, clockOfText] = first ? (CLOCK_LAST.exec(parts.text) ?? []) : [];
  const clock = early ?? late ?? clockOfName ?? clockOfText;
  const name = without(parts.which, clockOfName);
  const text = without(parts.text, clockOfText);
  // "An hour and a day before" counts twice.
  if (/(?:,|\band|&)$/i.test(text)) return undefined;
  if (name.split(/\s+/).length > LONGEST_NAME || isTime(`${length} ${side} ${name}`)) return undefined;
  const isDays = !/minute|min|hour|hr|h$/i.test(length);
  const told = splitEvent(name);
  if (!isDays && (clock !== undefined || told.when !== undefined)) return undefined;
  const isTold = told.when !== undefined && isTime(told.when) && told.task !== '';
  return {
    which: AT_HAND.test(name) ? '' : isTold ? told.task.replace(/^about /i, '') : name,
    ...(isTold && { when: told.when as string }),
    length,
    side: /^after$/i.test(side) ? 'after' : 'before',
    ...(clock !== undefined && { clock }),
    text,
  };
}

const without = (words: string, clock: string | undefined): string =>
  clock === undefined ? words : words.slice(0, -clock.length).trim();

/** "The school run to grab snacks": the thing, and what to do before it. */
function parted(words: string): { which: string; text: string } {
  const lead = /^(?:to|about) (.+)$/is.exec(words);
  if (lead) return { which: '', text: lead[1] ?? '' };
  const borders = [...words.matchAll(/,? (?:to|about) /gi)];
  const isDeed = (at: number) => taskWords.deeds.has(/^\w+/.exec(words.slice(at))?.[0].toLowerCase() ?? '');
  const border = borders.findLast(({ 0: { length }, index }) => isDeed(index + length)) ?? borders[0];
  if (!border) return { which: words, text: '' };
  return { which: words.slice(0, border.index), text: words.slice(border.index + border[0].length) };
}

/** "A week before Christmas", "10 minutes before my shift at 2pm" are times of their own. */
function saysWhen(words: string): boolean {
  const { when = '' } = splitTask(`remind me ${words}`);
  const isWhole = / (?:before|after|ahead of|prior to) \S/i.test(when) && words.includes(when);
  return isWhole && !DANGLING.test(when) && isTime(when);
}

/** "The day before", of nothing that is named. */
export const DANGLING = /\b(?:before|after)(?: at .*)?$/i;

const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const NAMES = 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' ');
const DAY_MINUTES = 24 * 60;
const ONE_DAY = /^(?:the|a|one|1) (?:day|night|evening|morning|afternoon)$/i;
const A_DAY = /^the (?:day|night|evening|morning|afternoon|week)$|\b(?:days?|weeks?|months?|nights?)$/i;

const atClock = (clock: string): string => (/^\d/.test(clock) ? `at ${clock}` : clock);

/**
 * So long before or after `base`, in words; undefined for a series whose other days have none. `isNext`: of every second
 * week, from the second time on.
 */
export function wordsAhead(
  base: Once | Recurring,
  { length, side, clock = '' }: { length: string; side: Ahead['side']; clock?: string | undefined },
  isNext = false,
): string | undefined {
  if (base.kind === 'recurring') return side === 'before' ? seriesAhead(base.rule, length, clock, isNext) : undefined;
  const [day = '', time = ''] = base.local.split('T');
  const own = A_DAY.test(length) && clock !== '' ? atClock(clock) : `at ${time.slice(0, 5)}`;
  const part = A_DAY.test(length) && clock === '' && /night|evening|morning/i.test(length);
  return part ? `${length} ${side} ${day}` : `${length} ${side} ${day} ${own}`;
}

/** "Every Tuesday", the night before at 8: "every Monday at 8"; undefined where the days before have no such words. */
export function seriesAhead(rule: string, length: string, clock: string, isNext = false): string | undefined {
  const [, parts = ''] = /\nRRULE:(.+)$/.exec(rule) ?? [];
  if (/BYHOUR|BYMINUTE|COUNT|UNTIL|BYSETPOS|\n/.test(parts)) return undefined;
  const [, start = '', hours, minutes] = /(\d{8})T(\d\d)(\d\d)\d\d/.exec(rule) ?? [];
  const at = Number(hours) * 60 + Number(minutes);
  const isDay = ONE_DAY.test(length);
  const ahead = isDay ? DAY_MINUTES : (parseDuration(length) ?? Number.NaN) / 60_000;
  const early = ahead < DAY_MINUTES ? 0 : ahead / DAY_MINUTES;
  const then = early === 0 ? at - ahead : at;
  if (!(then >= 0) || !Number.isInteger(early)) return undefined;
  const part = /night|evening|morning|afternoon/i.exec(length)?.[0].replace(/night/i, 'evening');
  const own = `at ${String(Math.floor(then / 60)).padStart(2, '0')}:${String(then % 60).padStart(2, '0')}`;
  const time = clock !== '' ? `${part ?? ''} ${/^\d/.test(clock) ? `at ${clock}` : clock}` : (part ?? own);
  const days = /INTERVAL/.test(parts) ? everySoManyWeeks(parts, start, early, isNext) : daysOf(parts, early);
  return days && `${days} ${time}`.replace(/\s+/g, ' ');
}

/** One day of every second or third week, or that so many days before it. */
function everySoManyWeeks(parts: string, start: string, before: number, isNext: boolean): string | undefined {
  const [, weeks, day] = /^FREQ=WEEKLY;INTERVAL=(\d+);BYDAY=([A-Z]{2})$/.exec(parts) ?? [];
  if (day === undefined || before >= WEEKDAYS.length) return undefined;
  const first = addDays(start.replace(/(....)(..)/, '$1-$2-'), (isNext ? 7 * Number(weeks) : 0) - before);
  return `every ${weeks} weeks on ${NAMES[(WEEKDAYS.indexOf(day) + 7 - before) % 7]} starting ${first}`;
}

/** The days of a weekly, monthly or yearly rule, or those so many days before them. */
function daysOf(parts: string, before: number): string | undefined {
  const weekly = /FREQ=WEEKLY.*BYDAY=([A-Z,]+)/.exec(parts)?.[1];
  if (weekly && before >= WEEKDAYS.length) return undefined;
  if (weekly) {
    const names = weekly.split(',').map((day) => NAMES[(WEEKDAYS.indexOf(day) + 7 - before) % 7]);
    return names.length === 5 && before === 0 ? 'every weekday' : `every ${names.join(' and ')}`;
  }
  const [, month, date] = /^FREQ=YEARLY;BYMONTH=(\d+);BYMONTHDAY=(\d+)$/.exec(parts) ?? [];
  if (month !== undefined) return dayOfYear(Number(month), Number(date), before);
  const own = Number(/FREQ=MONTHLY;BYMONTHDAY=(\d+)$/.exec(parts)?.[1]);
  // Not every month has a 29th; each has the day before it.
  if (before > 0 && own > 28) return undefined;
  const day = own - before;
  if (Number.isNaN(day)) return /FREQ=DAILY$/.test(parts) && before === 0 ? 'every day' : undefined;
  if (day > 0) return `every month on day ${day}`;
  const fromEnd = ['last', 'second to last', 'third to last'][-day];
  return fromEnd && `on the ${fromEnd} day of every month`;
}

const MONTHS = 'January February March April May June July August September October November December'.split(' ');

/** A day of every year; undefined where the days before it are others in a leap year. */
function dayOfYear(month: number, date: number, before: number): string | undefined {
  const at = new Date(Date.UTC(2026, month - 1, date - before));
  const passesFebruary = month > 2 && at < new Date(Date.UTC(2026, 2, 1));
  if (passesFebruary || (month === 2 && date > 28)) return undefined;
  return `every year on ${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]}`;
}
