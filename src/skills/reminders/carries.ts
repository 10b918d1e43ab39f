/** How the words that ask for a reminder carry over to what stands beside them. */
import type { Carries, Topic } from '../../agent/index.ts';
import { corrected } from './corrected.ts';
import { namedBeside, onceMore } from './named-beside.ts';
import { reworded } from './reworded.ts';
import { isTime } from './time-words.ts';
import { timesBeside } from './times.ts';
import {
  askedAhead,
  askedAtEnd,
  askedBehind,
  dayAtEnd,
  dayFirst,
  headed,
  onItsDay,
  thatDay,
  withoutClock,
} from './told.ts';
import { untold } from './untold.ts';

/** "… and keep nagging me" tells how, and is nothing further. */
const isNagging = (text: unknown): boolean =>
  /^(?:keep|continue|go on) \w+ing(?: me)?$|^(?:nag|bug|pester)(?: me)?$/i.test(String(text));

/** A further thing to be reminded of: "… at 5 and to … at 6". Each has its own time, and the same day unless it says so. */
export const CARRIES: Carries = {
  words: 'remind me',
  heading: /^(?:(?:my|some|new|these|set|make|a few) )*(?:reminders|alarms)(?: for me)?$/,
  follow(before, next) {
    const [first, second] = [before?.input, next.input];
    const isWhole = ({ text, when }: Record<string, unknown>) =>
      [text, when].every((part) => typeof part === 'string' && part !== '');
    if (next.tool !== 'reminder_create' || !isWhole(second) || isNagging(second.text)) return undefined;
    // "…, starting at 4" says more of the time before it.
    if (/^(?:starting|beginning|ending|from|until|till|except|but|only|not|no)\b/i.test(second.text as string))
      return undefined;
    if (!first) return next;
    if (before?.tool !== next.tool || !isWhole(first)) return undefined;
    // "… at 8 and ends at 11" tells more of the same thing.
    if (
      /^(?:it|he|she|they|we|i|you|is|are|was|were|not|ends|finishes|closes|starts|begins|opens|lasts|stops|leaves|arrives|lands|departs|takes|runs|goes|comes|says|needs)\b(?! to\b)/i.test(
        second.text as string,
      )
    )
      return undefined;
    if (!CLOCK_ONLY.test(second.when as string)) return next;
    const day = withoutClock(first.when as string);
    // "Tomorrow morning …, and at 5": tomorrow, but not before the morning that was spoken of.
    const within = isEarly(day, second.when as string) ? [] : [day];
    const when = [...within, day.replace(PART_IN, ' ').replace(/\s+/g, ' ').trim()]
      .filter((each) => each !== '')
      .map((each) => `${each} ${second.when}`)
      .find(isTime);
    return when === undefined ? next : { tool: next.tool, input: { ...second, when } };
  },
  restated: (said, topic) => restatedAs(said.replace(/\bremind us(?: both| all)?\b/gi, 'remind me'), topic),
  unasked: untold,
};

const restatedAs = (text: string, topic: Topic | undefined) =>
  namedBeside(text, topic) ??
  onceMore(text) ??
  thatDay(text, topic) ??
  reworded(text) ??
  corrected(text) ??
  headed(text) ??
  askedAhead(text) ??
  onItsDay(text) ??
  dayFirst(text) ??
  timesBeside(text) ??
  dayAtEnd(text) ??
  askedAtEnd(text) ??
  askedBehind(text, topic?.thing === 'reminder' && topic.how === 'spoken');

const PART_IN = /\b(?:in the )?(?:morning|afternoon|evening|night)\b/gi;

/** An hour that would be in the night of a morning: nobody means it without saying so. */
const isEarly = (day: string, clock: string): boolean =>
  /\bmorning\b/i.test(day) && /^(?:at )?[1-5](?:[:.]\d\d)?$/i.test(clock);

const CLOCK_ONLY =
  /^(?:(?:at )?(?:\d{1,2}(?:[:.]\d\d)?\s*(?:am|pm|o'clock)?|(?:12 )?(?:noon|midday)|(?:half|(?:a )?quarter) (?:past|to) \w+)|(?:in the|at) (?:morning|afternoon|evening|night|lunchtime))$/i;
