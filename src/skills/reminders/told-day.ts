/** "Patrol on Saturday, wake me at 5 that morning": a day that is told, and the request that points at it. Pure. */
import { type Call, isCondition } from '../../agent/index.ts';
import { pattern } from '../../base/pattern.ts';
import { MONTH_BEGINNING, splitTask, WEEKDAY } from '../../time/index.ts';
import { create } from './phrase-calls.ts';
import { isTime } from './time-words.ts';

const DAY_NAME = `(?:${WEEKDAY}s?)`;
/** One day, several weekdays, or a date. */
const DAYS = pattern.gi`\b(?:(?:every |each )?${DAY_NAME}(?:(?:, | and |, and | & )${DAY_NAME})*|(?:(?:the )?\d{1,2}(?:st|nd|rd|th)?(?: of)? ${MONTH_BEGINNING}[a-z]*|${MONTH_BEGINNING}[a-z]* \d{1,2}(?:st|nd|rd|th)?|the \d{1,2}(?:st|nd|rd|th))|tomorrow|tonight|today)\b`;
/** What points at a day: "that evening", "on those days", "the same day". */
const POINTS =
  /,? ?\b(?:on |in |at )?(?:(?:that|the) same|that|those|these|the same) (?<part>morning|afternoon|evening|night|days?|mornings|afternoons|evenings|nights)\b/i;
const REQUEST =
  /^(?<told>.+?)[,.;:!–—-]+\s+(?:(?:so|and|but|please|pls|can you|could you|would you|will you|kindly)[\s,]+)*(?:(?:remind|tell|nudge|ping|alert|prompt|prod|poke|buzz|warn|(?<wakes>wake)) me(?: up)?|(?:(?:give|send|set|drop) me|gimme) an? (?:reminder|nudge|shout|ping|alarm)(?: for)?|set an? (?:reminder|alarm)(?: for)?)\s+(?<rest>.+?)[\s.!?]*$/is;
/** What leads into what is told. */
const GREETING = /^(?:(?:g['’]?day|hi|hey|hello|ok|oh|so|well|and|also|right)[\s,!]+)+/i;
const DUTY = /^(?:(?:i|we)(?:['’]ve|['’]m| have| am)?|there['’]?s|ive|got|have)(?: got)?(?: an?)? /i;
const MOST_WORDS = 30;

/** The request with the day at which it points; undefined where it points at none, or more than one was told. */
export function onDayTold(text: string): [Call] | undefined {
  const { told = '', wakes, rest = '' } = REQUEST.exec(text)?.groups ?? {};
  const points = POINTS.exec(rest);
  if (!points || told.split(/\s+/).length > MOST_WORDS || isOpen(told)) return undefined;
  const [day, other] = told.match(DAYS) ?? [];
  if (day === undefined || other !== undefined) return undefined;
  const { task, when } = splitTask(`remind me ${rest.replace(points[0], ' ').replace(/\s+/g, ' ').trim()}`);
  const part = points.groups?.part?.replace(/s$/i, '') ?? '';
  const hour = when ?? (/^day$/i.test(part) ? '' : `in the ${part}`);
  const half = when === undefined || /^day$/i.test(part) || HAS_HALF.test(when) ? '' : ` in the ${part}`;
  const time = `${asDay(day)} ${hour}${half}`.trim();
  const name = wakes === undefined ? nameOf(told, day) : 'wake up';
  const deed = task.replace(/^(?:to|about|that) /i, '');
  return isTime(time) && (deed || name) !== '' ? [create(deed || name, time)] : undefined;
}

/** "If it rains on Saturday": nothing is settled. The hours of what is told are no condition. */
const isOpen = (told: string): boolean =>
  told.includes('?') || isCondition(told.replace(/\b(?:until|till|from|before|after)\b/gi, 'at'));

const SAME_DAY =
  /^(?<before>.+ (?:and|then) .*\d[\d:.]*(?: ?[ap]m)?),? (?:on |of )?(?:the|that) same day(?<end>[\s.!]*)$/is;

/** "… on Monday at 11 and to … at 3 the same day": an hour alone is of the day before it anyway. */
export function onSameDay(text: string): string | undefined {
  const { before = '', end = '' } = SAME_DAY.exec(text)?.groups ?? {};
  return before !== '' && before.match(DAYS)?.length === 1 ? `${before}${end}` : undefined;
}

const HOURS_OF_DAY = pattern.is`^(?<told>[^.!?]*\b(?<day>today|tomorrow)\b[^.!?]*)[.!] (?<hours>every (?:\S+ )?(?:hours?|minutes?|mins?) (?:between|from) .+?),? remind me (?<rest>(?:to|about) .+)$`;

/** "The doctor called today" tells of no day to come. */
const PAST_TOLD = /\b(?:\p{L}+ed|told|saw|was|were|had|went|said|got)\b/iu;

/** "Tomorrow I have a long day. Every 2 hours between 10 and 6 remind me to drink": on that day only. */
export function onItsHours(text: string): string | undefined {
  const { told = '', day = '', hours, rest } = HOURS_OF_DAY.exec(text)?.groups ?? {};
  const isOneDay =
    told.match(DAYS)?.length === 1 && !isOpen(told) && !PAST_TOLD.test(told) && isTime(`${day} ${hours}`);
  return hours !== undefined && isOneDay ? `remind me ${day} ${hours} ${rest}` : undefined;
}

const HAS_HALF = /\b(?:am|pm|noon|midday|midnight)\b|\d[ap]m\b|\bin the \w+$|\b(?:1[3-9]|2[0-3])[:.]\d\d/i;

/** "Mondays and Fridays" are a series. */
const asDay = (day: string): string =>
  /^(?:every|each) |days\b/i.test(day)
    ? `every ${day.replace(/^(?:every|each) /i, '').replace(/days\b/gi, 'day')}`
    : /^(?:today|tonight|tomorrow)$/i.test(day)
      ? day
      : `on ${day}`;

/** What is told, without its day and "I've got". */
const nameOf = (told: string, day: string): string =>
  (told.split(/[.!;]\s+/).at(-1) ?? told)
    .replace(new RegExp(`,? ?\\b(?:on |this |next )?${day}\\b`, 'i'), '')
    .replace(GREETING, '')
    .replace(DUTY, '')
    .replace(/^(?:is|are)\s+|\s+(?:is|are)$/i, '')
    .trim();
