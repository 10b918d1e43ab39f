/** Other words for another day or hour: "no weekends", "the 28th is better, 2pm". Pure. */
import type { Topic } from '../../agent/index.ts';
import { pattern } from '../../base/pattern.ts';
import { MONTH, WEEKDAY } from '../../time/index.ts';
import { isRhythm } from './schedule.ts';
import { isTime } from './time-words.ts';

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
