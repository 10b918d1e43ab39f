/** Other words for another day or hour: "no weekends", "the 28th is better, 2pm". Pure. */
import type { Topic } from '../../agent/index.ts';
import { pattern } from '../../base/pattern.ts';
import { MONTH, WEEKDAY } from '../../time/index.ts';
import { isRhythm } from './schedule.ts';
import { DAYS_OF_WEEK, isTime } from './time-words.ts';

/** "No weekends", said of a series: days that it leaves out, and no other day. "No, Sunday" and "no Sunday was right" are one. */
export function leftOut(told: string, { when = '' }: Topic): string | undefined {
  const [, days, day] = LEFT_OUT.exec(told) ?? [];
  const comes =
    /\b(?:every ?day|daily|each day|weekdays?|every (?:morning|evening|night|afternoon|\d+ (?:min|hour)))\b/i;
  if (!isRhythm(when) || (day !== undefined && !comes.test(when) && !saysDay(when, day))) return undefined;
  return days?.replace(/weekend$/i, 'weekends') ?? (day && `${day}s`);
}

const LEFT_OUT = pattern.i`^(?:no|(?:we|i|they)(?:['’]?ve| have)? (?:dropped|stopped|cancelled|scrapped|no longer do)) (?:(weekends?|${WEEKDAY}s)|(${WEEKDAY}))[\s.!]*$`;
const saysDay = (when: string, day: string): boolean => new RegExp(`\\b${day.slice(0, 3)}`, 'i').test(when);

/** "28th is better, afternoon 2pm": a day or a part of one, and the hour of it. */
export const BETTER_AND =
  /^(?<first>[^,.;]{2,30}?) (?:is|are|would be|works|suits me|suits)(?: (?:much|far|a bit))?(?: (?:better|best|nicer|easier|safer|good|fine))?[,;.] (?:say |at |so )?(?<second>[^,;]{1,30}?)[\s.!]*$/i;

/** Of a day the hour is, and the day is kept where none is named. */
export function timeOfBoth(first: string, second: string): string | undefined {
  const hour = second.replace(/^(?:in the |the )?(?:morning|afternoon|evening|night) (?=\d)/i, '');
  if (!isTime(hour) && !isTime(`at ${hour}`)) return undefined;
  const at = /^\d/.test(hour) ? `at ${hour}` : hour;
  const [, part] = /^(?:the )?(morning|afternoon|evening)$/i.exec(first) ?? [];
  if (part !== undefined) return /[ap]m$|^noon/i.test(hour) ? hour : `${hour} in the ${part}`;
  const day = /^\d{1,2}(?:st|nd|rd|th)$/i.test(first) ? `the ${first}` : first;
  if (!A_DAY.test(day)) return SOME_PART.test(day) ? hour : undefined;
  return isTime(`${day} ${at}`) ? `${day} ${at}` : undefined;
}

const A_DAY = pattern.i`^(?:(?:on |this |next )?(?:${WEEKDAY}|mon|tues?|wed|thurs?|fri|sat|sun)|today|tomorrow|(?:on )?the \d{1,2}(?:st|nd|rd|th)|(?:on )?\d{1,2}(?:st|nd|rd|th)?(?: of)? ${MONTH}|${MONTH} \d{1,2}(?:st|nd|rd|th)?)$`;
const SOME_PART = /^(?:after|before|around|at) (?:lunch|work|school|breakfast|dinner|tea)$/i;

/** A correction in the words that the rules for one know. */
export function asCorrected(said: string, { when = '' }: Topic): string {
  return said
    .trim()
    .replace(/^\*\s*/, '')
    .replace(/\b([01]?\d|2[0-3])h([0-5]\d)\b/gi, '$1:$2')
    .replace(/\s+(?:tho|though)(?=,)/i, '')
    .replace(/(?<= better) than [\w:.]+[.!]*$/i, '')
    .replace(/(?<=\d ?(?:am|pm)?) (?:rather than|instead of) (?:at )?(\d[\w:.]*)[.!?]*$/i, ', not $1')
    .replace(INSTEAD_OF_DAY, ', not ')
    .replace(/(?<=\S),? (?:at )?(?:the )?same (?:time|hour)s?[.!]*$/i, '')
    .replace(/^((?:push|bump|shift|move) (?:it|that) .*\b(?:days?|weeks?)) later$/i, '$1')
    .replace(/^and (?=(?:at |on )?\S+,? not \S+$|.+ instead[.!]*$)/i, '')
    .replace(SORRY_WITHIN, 'sorry, $1, $2')
    .replace(WOULD_BE_BETTER, 'make it ')
    .replace(ONLY_DAYS, (all, days: string) => (isRhythm(when) && isTime(`every ${days}`) ? `every ${days}` : all));
}

/** "Monday instead of Sunday". */
const INSTEAD_OF_DAY = pattern.i`(?<=\b${WEEKDAY}s?),? (?:rather than|instead of)(?: on)? (?=${WEEKDAY}s?[.!]*$)`;

/** "It's every other Tuesday sorry, starting next week". */
const SORRY_WITHIN = /^(?:it['’]?s|it is|that['’]?s) (.+?)[, ]+(?:sorry|oops|i mean),? (.+)$/i;

/** "It would be better a week earlier". */
const WOULD_BE_BETTER =
  /^(?:perhaps |maybe )?(?:it|that)(?: would|['’]d| might) be (?:better|best|nicer|easier|safer)[\s,]+(?=(?:at|on) \S|\S.* (?:earlier|later|sooner)[.!]*$)/i;

/** "Only Mondays and Fridays", said of a series. */
const ONLY_DAYS = new RegExp(
  `^(?:(?:but|and|ok|actually),? )?(?:just|only) (?:on )?(?=\\S+[ ,])(${DAYS_OF_WEEK})(?: (?:tho|though|please))?[.!]*$`,
  'i',
);
