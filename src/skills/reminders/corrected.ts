/** "At 9, sorry, 10 to call Bob": a time that is corrected before it is said what for. */
import { isTime } from './time-words.ts';
import { withoutClock } from './told.ts';

const CORRECTED =
  /^(?<lead>(?:please |can you |could you )*(?:remind|ping|nudge|wake|alert) me) (?<first>[^,;.?!]{1,40}?)(?:\s*[,;–—-]\s*|\s+)(?:(?:no|sorry|wait|oops|actually|i mean|i meant|make that|make it|rather|or rather)[\s,]+)+(?<second>[^,;?!]{1,40}?),? (?<task>(?:to|about|that) .+)$/is;

/** The request with the time that holds: a bare hour keeps the day that was said, a bare length its "in". */
export function corrected(text: string): string | undefined {
  const { lead, first = '', second = '', task } = CORRECTED.exec(text)?.groups ?? {};
  // "At 1, and I mean 1 in the afternoon" says it once more.
  if (lead === undefined || /\b(?:and|or|but)$/i.test(first) || !(isTime(first) || /^in \d{1,3}$/i.test(first)))
    return undefined;
  const day = withoutClock(first);
  const isHour = /^(?:at )?\d{1,2}(?:[:.]\d\d)?(?: ?[ap]m)?$/i.test(second);
  const hour = /^\d/.test(second) ? `at ${second}` : second;
  const readings = [isHour ? `${day} ${hour}`.trim() : '', hour, second, `in ${second}`];
  const when = readings.find((each) => each !== '' && isTime(each));
  return when === undefined ? undefined : `${lead} ${when} ${task}`;
}
