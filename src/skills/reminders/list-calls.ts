/** Calls that list reminders: of a day, of some hours of it, all. */
import type { Call } from '../../agent/index.ts';
import { pattern } from '../../base/pattern.ts';
import { MONTH, parseWhen, WEEKDAY } from '../../time/index.ts';
import { isTime, NO_TIME, TRIAL } from './time-words.ts';

const DAYS = pattern.i`^(?:on |for |by |in )?((?:today|tonight|tomorrow|(?:(?:the )?rest of (?:the|this) month|${MONTH})|(?:this|next) (?:week|weekend|month|morning|afternoon|evening)|(?:on |this |next )?${WEEKDAY})(?: (?:morning|afternoon|evening|night))?)$`;

const A_WEEK = /^(?:in |on |for |during )?((?:the )?week (?:of|beginning|starting|commencing) (.+))$/i;

const DAY_OF_DATE = pattern.i`^(?:on )?${WEEKDAY},? (?=the \d|\d|${MONTH} \d)`;

/** "28 November", "the 26th", "a week on Friday": a day, and no hour of it. */
function isDate(words: string): boolean {
  const hasHour =
    /\d[:.]\d\d|\d ?(?:am|pm)\b|\b(?:at|hours?|minutes?|mins?|now|noon|midnight|before|after|until|till|by)\b/i;
  return (
    words.split(/\s+/).length <= 6 &&
    /[a-z]{2}/i.test(words) &&
    !hasHour.test(words) &&
    !NO_TIME.test(words) &&
    // "Thursday 11 February": of which year, its own clock knows.
    parseWhen(words.replace(DAY_OF_DATE, ''), TRIAL).kind === 'once'
  );
}

const HOURS = pattern.i`^(?:(?:on |for )?((?:today|tonight|tomorrow|(?:this |next )?${WEEKDAY})) )?((?:after|before|from|past|until|till|by) (?:\d{1,2}(?:[:.]\d\d)? ?(?:am|pm)?|noon|midday|lunch)|between \S+ and \S+)(?: (today|tonight|tomorrow|(?:on )?${WEEKDAY}))?$`;

/** A list of some hours of a day: "after 5pm", "tomorrow before noon". */
export function listHours(said: string): Call | undefined {
  const [, first, hours, last] = HOURS.exec(said.replace(/[?!.]+$/, '')) ?? [];
  if (hours === undefined || (first && last)) return undefined;
  const day = (first ?? last ?? 'today').toLowerCase().replace(/^on /, '');
  return { tool: 'reminder_list', input: { day, hours: hours.toLowerCase() } };
}

/** A list, of one day where `day` names one; no call when it is something else. */
export function list(day = '', status?: 'completed' | 'all'): Call | undefined {
  if (day === '') return { tool: 'reminder_list', input: status ? { status } : {} };
  const [, date, year = ''] = /^(?:on |for )?(\d{1,2}\.(?:0?[1-9]|1[0-2]))\.?(\d{4})?[?]*$/.exec(day) ?? [];
  if (date !== undefined && isTime(`${date}.${year}`))
    return { tool: 'reminder_list', input: { day: `${date}.${year}` } };
  const words = day
    .replace(/[?.!]+$/, '')
    .replace(/(?<=\S) now$/i, '')
    .replace(/(?<=\w)['’]s$/i, '');
  const [, week = '', of = ''] = A_WEEK.exec(words) ?? [];
  const named =
    DAYS.exec(words)?.[1] ?? (isDate(of) ? week : isDate(words) ? words.replace(/^(?:on|for) /i, '') : undefined);
  if (named === undefined) return undefined;
  return {
    tool: 'reminder_list',
    input: { day: named.toLowerCase().replace(/^(?:this )?(?:morning|afternoon|evening)$/, 'today') },
  };
}
