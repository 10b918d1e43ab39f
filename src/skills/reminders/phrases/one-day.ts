/** What people say of one day of the series at hand. */
import { type Call, isCondition, type Phrase } from '../../../agent/index.ts';
import { pattern } from '../../../base/pattern.ts';
import { WEEKDAY } from '../../../time/index.ts';
import { underCondition } from '../correction.ts';
import { list } from '../list-calls.ts';
import { snoozeOf } from '../phrase-calls.ts';
import { isTime } from '../time-words.ts';
import { ANY_REQUEST } from '../untold.ts';

/** One day of a series at another hour. */
const once = (day: string, when: string): Call | undefined =>
  list(day) && !/^(?:every|each|all)\b|s$|\bweek$/i.test(day) && isTime(`${day} at ${when.replace(/^at /i, '')}`)
    ? { tool: 'reminder_snooze', input: { which: 'that', when: `${day} at ${when.replace(/^at /i, '')}`, day } }
    : undefined;

const A_DAY = pattern.gi`\b(?:today|tonight|tomorrow|tmrw|tmr|tmw|tomoz|2moro|(?:this|next) week|the \d{1,2}(?:st|nd|rd|th)|(?:(?:this|next) )?${WEEKDAY})\b`;

/** "It's a holiday on Monday, skip it": the day that the reason names. */
function skippedFor(reason: string): Call | undefined {
  const [day, other] = reason.match(A_DAY) ?? [];
  const isTold = !isCondition(reason) && !ANY_REQUEST.test(reason) && reason.split(/\s+/).length <= 9;
  return day !== undefined && other === undefined && isTold ? underCondition(`skip ${day}`) : undefined;
}

/** "Skip this one", "just for today make it 3pm": the other days stay. */
export const oneDay: Phrase[] = [
  {
    pattern:
      '(skip|miss) (it|that|this one|the first one|the first time|this time|it [just|only] (once|this once|this time|for once))|leave (it|that|that one|this one) out [this time|once]',
    example: 'skip this one',
    about: 'reminder',
    call: () => ({ tool: 'reminder_complete', input: { which: 'that', ahead: true } }),
  },
  {
    pattern:
      '{reason} [so] ((skip|miss) (it|that|that one|this one|that day)|leave (it|that|that one|this one) out|not then|not that day|no need then|no need that day) [as well|too|also]',
    example: "it's a holiday on Monday, skip it",
    about: 'reminder',
    call: ({ reason = '' }) => skippedFor(reason),
  },
  {
    pattern: "(it's|that's|it is) not needed (on|for) {day}|(it isn't|that isn't|it won't be) needed (on|for) {day}",
    example: "it isn't needed on the 23rd",
    about: 'reminder',
    call: ({ day = '' }) => skippedFor(`it is off on ${day}`),
  },
  {
    pattern: '(skip|miss) [just|only] (the next one|next|next time|the next time|the next)',
    example: 'skip the next one',
    about: 'reminder',
    call: () => ({ tool: 'reminder_complete', input: { which: 'that', ahead: true, next: true } }),
  },
  {
    pattern:
      '[just|only] [for] (the next one|next time|the next time|this time|this once) [only|just] (make it|do it at|move it to|change it to|at) {when}',
    example: 'for the next one only, make it 08:00',
    about: 'reminder',
    call: ({ when = '' }) => snoozeOf('that', when),
  },
  {
    pattern: '[just|only] (for|on) {day} [only|just] (make it|do it at|move it to|change it to|at|its at) {when}',
    example: 'just for today make it 3pm',
    about: 'reminder',
    call: ({ day = '', when = '' }) => once(day, when),
  },
  {
    pattern: '(just|only) [for|on] {day}',
    example: 'just this Saturday 7:30am',
    about: 'reminder',
    call: ({ day = '' }) => {
      const [, on = '', when = ''] = /^(today|tomorrow|this \w+day)[ ,]+(?:at )?(\d.*)$/i.exec(day) ?? [];
      return on === '' ? undefined : once(on, when);
    },
  },
  {
    pattern: '(make it|move it to|change it to|do it at) {when} (just|only|but only|but just) [for|on] {day}',
    example: 'make it 3pm just for today',
    about: 'reminder',
    call: ({ day = '', when = '' }) => once(day, when),
  },
  {
    pattern: '(make it|move it to|change it to|do it at) {when} [but] [for|on] {day} (only|and only then)',
    example: 'make it 3pm today only',
    about: 'reminder',
    call: ({ day = '', when = '' }) => once(day, when),
  },
  {
    pattern:
      '(make it|move it to|change it to|do it at) {when} (just this once|this time only|only this time|just once|just this time)',
    example: 'make it 3pm just this once',
    about: 'reminder',
    call: ({ when = '' }) => snoozeOf('that', when),
  },
  {
    pattern: '(make it|move it to|change it to|do it at) {when} (this week only|only this week|just this week)',
    example: 'make it 3pm this week only',
    about: 'reminder',
    call: ({ when = '' }) => {
      const call = snoozeOf('that', when);
      return call && { ...call, input: { ...call.input, day: 'this week' } };
    },
  },
  {
    pattern:
      '{day} (its at|it is at|make it|do it at|its|have it at) {when} [instead] [just|only] [this once|this time|this week|for once|once]',
    example: "this Monday it's at 11am, just this once",
    about: 'reminder',
    call: ({ day = '', when = '' }) => once(day, when.replace(/[\s,]+(?:instead|just|only)$/i, '')),
  },
  {
    pattern:
      '[just|only] (this month|this time|this once) [just|only] (make it|move it to|change it to|do it on|have it on) {when}',
    example: 'just this month make it the 11th',
    about: 'reminder',
    call: ({ when = '' }) => snoozeOf('that', when),
  },
  {
    pattern: '{day} only (make it|move it to|change it to|do it at|have it at|its at|at) {when}',
    example: 'next week only, move it to 6',
    about: 'reminder',
    call: ({ day = '', when = '' }) =>
      /^(?:this|next) week$/i.test(day) && isTime(`at ${when.replace(/^at /i, '')}`)
        ? { tool: 'reminder_snooze', input: { which: 'that', when: when.replace(/^at /i, ''), day } }
        : once(day.replace(/^(?:for|on) /i, ''), when),
  },
];
