/** "At 9, sorry, 10 to call Bob": a time that is corrected before it is said what for. */
import { pattern } from '../../base/pattern.ts';
import { splitTask, WEEKDAY } from '../../time/index.ts';
import { isTime } from './time-words.ts';
import { withoutClock } from './told.ts';

const CORRECTED =
  /^(?<lead>(?:please |can you |could you )*(?:(?:remind|ping|nudge|wake|alert) me|(?:set )?(?:a )?reminder(?= (?:for|at))))(?: for)? (?<first>[^,;.?!]{1,40}?)(?:\s*[,;–—-]\s*|\s+)(?:(?:no|sorry|i beg your pardon|beg your pardon|pardon(?: me)?|excuse me|wait|oops|actually|i mean|i meant|make that|make it|rather|or rather)[\s,]+)+(?<second>[^,;?!]{1,40}?)(?:,? (?<task>(?:to|about|that) .+|for (?:the|my|our) .+)|, (?<bare>[^,]+))$/is;

/** "Wednesday, at 14:15" is one time. */
const DAY_AND_HOUR = pattern.gi`\b(${WEEKDAY}|tomorrow|today), (?=at \d)`;

const DAY_BEHIND = pattern.is`^(?:.*[.!?] )?(?<lead>remind me) (?<rest>.+?)\s*[,;–—-]\s*(?<day>today|tonight|tomorrow|(?:on )?(?:(?:this|next) )?${WEEKDAY}),? i (?:mean|meant)[\s.!]*$`;

/** "Remind me at 9 to book it, tomorrow I mean": the day that was forgotten, or another one than was said before. */
export function dayMeant(text: string): string | undefined {
  const { lead, rest = '', day = '' } = DAY_BEHIND.exec(text)?.groups ?? {};
  const { when } = splitTask(`remind me ${rest}`);
  const isClock = when !== undefined && /^(?:in the (?:morning|afternoon|evening))?$/i.test(withoutClock(when));
  return lead !== undefined && isClock ? `${lead} ${day} ${rest}` : undefined;
}

/** The request with the time that holds: a bare hour keeps the day that was said, a bare length its "in". */
export function corrected(text: string): string | undefined {
  const { lead, first = '', second = '', task, bare } = CORRECTED.exec(text.replace(DAY_AND_HOUR, '$1 '))?.groups ?? {};
  // "At 1, and I mean 1 in the afternoon" says it once more.
  if (lead === undefined || /\b(?:and|or|but)$/i.test(first) || !(isTime(first) || /^(?:in )?\d{1,3}$/i.test(first)))
    return undefined;
  const day = withoutClock(first);
  const isHour = /^(?:at )?\d{1,2}(?:[:.]\d\d)?(?: ?[ap]m)?$/i.test(second);
  const hour = /^\d/.test(second) ? `at ${second}` : second;
  const readings = [isHour ? `${day} ${hour}`.trim() : '', hour, second, `in ${second}`];
  const when = readings.find((each) => each !== '' && isTime(each));
  const asked = /reminder$/i.test(lead) ? 'remind me' : lead;
  return when === undefined ? undefined : `${asked} ${when} ${task ?? `to ${bare}`}`;
}
