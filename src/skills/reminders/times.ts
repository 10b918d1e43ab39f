/** "At 9:30 and again at 9:45 to dial in": several times for one thing. */
import { pattern } from '../../base/pattern.ts';
import { MONTH_BEGINNING, parseDuration, parseWhen, WEEKDAY } from '../../time/index.ts';
import { isTime, TRIAL } from './time-words.ts';

const LEAD = /^(?:remind me|set (?:two |three |2 |3 )?reminders for|(?:set|create) (?:a |an )?reminders? for)\s+/i;
const MOST_TIMES = 6;
const AND = /\s*,\s*(?:and\s+|&\s*)?(?:then\s+)?(?:again\s+)?|\s+(?:and|&|n)\s+(?:then\s+)?(?:again\s+)?/i;
const CLOCK = /\b(?:at )?(?:\d{1,2}(?:[:.]\d\d)?\s*(?:am|pm)|\d{1,2}[:.]\d\d|noon|midday|midnight)\b|\bat \d{1,2}\b/i;
const DAY = pattern.i`\b(?:today|tonight|tomorrow|(?:this|next) \w+|(?:\w+day)\b|\d{1,2}(?:st|nd|rd|th)?(?: of)? ${MONTH_BEGINNING}\w*|${MONTH_BEGINNING}\w* \d{1,2}(?:st|nd|rd|th)?|the \d{1,2}(?:st|nd|rd|th))\b`;
/** A weekday without an hour of its own may be one, or each of its kind: that is asked. */
const BARE_WEEKDAY = /^(?:on )?(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*(?=$| )/i;
/** A month alone, which as often is somebody's name. */
const BARE_MONTH = pattern.i`^(?:in )?${MONTH_BEGINNING}[a-z]*$`;
/** "Next Friday, the 4th of December, at 12:30": one day, told twice. */
const TOLD_TWICE = pattern.i`\b${WEEKDAY},? (?:the )?(?:\d{1,2}(?:st|nd|rd|th)?(?: of)? ${MONTH_BEGINNING}|${MONTH_BEGINNING}\w* \d{1,2}\b|\d{1,2}(?:st|nd|rd|th)\b)`;
/** "Two and a half hours", "1 hour and 15 minutes": one length of time. */
const ONE_LENGTH =
  /\b(?:and|&|n) (?:an? )?(?:half|quarter)\b(?! (?:past|to)\b)|\b(?:hours?|hrs?|days?|weeks?) (?:and|&|n) (?:\w+ )?(?:minutes?|mins?|hours?|hrs?|days?)\b/i;

/** The same with a time for each: "remind me to dial in at 9:30 and again at 9:45". */
export function timesBeside(text: string): string | undefined {
  const lead = LEAD.exec(text)?.[0];
  if (lead === undefined) return undefined;
  const rest = text.slice(lead.length).replace(/[\s,]*(?:please|pls|thanks|thank you)?[\s.!]*$/i, '');
  // "Every hour between 10 and 4" is one series, "in 1,5 hours" one time.
  if (/\b(?:every|each|between|from)\b|\d,\d/i.test(rest) || TOLD_TWICE.test(rest)) return undefined;
  for (const border of rest.matchAll(/\s*:\s+|\s+(?=(?:to|about)\s)/g)) {
    const times = timesIn(rest.slice(0, border.index));
    if (times) return said(rest.slice(border.index + border[0].length), times);
  }
  const words = rest.split(' ');
  for (let at = 2; at < words.length - 2; at++) {
    const times = timesIn(words.slice(at).join(' '));
    if (times) return said(words.slice(0, at).join(' '), times);
  }
  return undefined;
}

const said = (task: string, [first, ...others]: readonly string[]): string =>
  `remind me ${/^(?:to|about)\s/i.test(task) ? task : `to ${task}`} ${first}${others.map((time) => ` and again ${time}`).join('')}`;

/** "10 minutes and 20 minutes", "in 1 and 2 hours": each is a length from now. */
function lengthOf(part: string, first: string, last: string): string | undefined {
  const [, unit] = /^in /i.test(first) ? (/^(?:in )?\S+ (minutes?|mins?|hours?|hrs?|days?)$/i.exec(last) ?? []) : [];
  if (unit !== undefined && /^(?:in )?\d{1,2}$/i.test(part)) return `in ${part.replace(/^in /i, '')} ${unit}`;
  return /^in |^\d+$/i.test(part) || parseDuration(part) === undefined ? undefined : `in ${part}`;
}

/** Several single times, each with its day and its hour; undefined for anything that is one time, or comes again. */
function timesIn(words: string): string[] | undefined {
  const parts = words.split(AND).filter((part) => part !== '');
  if (parts.length < 2 || parts.length > MOST_TIMES || ONE_LENGTH.test(words)) return undefined;
  const day = parts.map((part) => DAY.exec(part)?.[0]);
  const clock = parts.map((part) => CLOCK.exec(part)?.[0]);
  // "The boots then, saturday 7am": what says no hour beside a weekday is no time.
  const isOpen = parts.some((part, index) => clock[index] === undefined && !/^\d/.test(part));
  if (isOpen && parts.some((part) => BARE_WEEKDAY.test(part))) return undefined;
  if (parts.some((part) => BARE_MONTH.test(part))) return undefined;
  const [last = ''] = parts.slice(-1);
  const endsInDay = day.filter(Boolean).length === 1 && last.endsWith(day.at(-1) ?? ' ');
  const whole = parts.map((part, index) => {
    const own = lengthOf(part, parts[0] ?? '', last) ?? (/^\d{1,2}$/.test(part) ? `at ${part}` : part);
    // "At 9 and 10 tomorrow", but "at 9 and again tomorrow at 10".
    const shared = index === 0 && endsInDay ? (day.at(-1) ?? '') : '';
    const itsDay = day[index] ? '' : (day.slice(0, index).findLast(Boolean) ?? shared);
    const isTimed = clock[index] !== undefined || /^at /.test(own) || /\b(?:in|hours?|minutes?)\b/i.test(own);
    const itsClock = isTimed ? '' : (clock.slice(index).find(Boolean) ?? clock.slice(0, index).findLast(Boolean) ?? '');
    return [itsDay, own, itsClock && (/^at |^\D/i.test(itsClock) ? itsClock : `at ${itsClock}`)]
      .filter(Boolean)
      .join(' ');
  });
  const meant = whole.filter(isTime).map((time) => parseWhen(time, TRIAL));
  const isSingle = meant.length === whole.length && meant.every(({ kind }) => /^(?:once|ambiguous)$/.test(kind));
  // "4 December, 5.40pm" is a day and its hour.
  const at = meant.flatMap((one) => (one.kind === 'once' ? [one.at.getTime()] : []));
  if (!isSingle || new Set(at).size < at.length) return undefined;
  return parseWhen(words, TRIAL).kind !== 'recurring' ? whole : undefined;
}
