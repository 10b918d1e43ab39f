/** How the words that ask for a reminder carry over to what stands beside them. */
import type { Carries, Topic } from '../../agent/index.ts';
import { pattern } from '../../base/pattern.ts';
import { WEEKDAY } from '../../time/index.ts';
import { corrected, dayMeant } from './corrected.ts';
import { headed, ofDays, ofToday, onItsDay } from './headed.ts';
import { namedBeside, onceMore } from './named-beside.ts';
import { reworded } from './reworded.ts';
import { atItsHour, atSameTime, withVerb } from './same-time.ts';
import { isRhythm } from './schedule.ts';
import { inDigits, isTime } from './time-words.ts';
import { timesBeside } from './times.ts';
import {
  askedAhead,
  askedAtEnd,
  askedBehind,
  beforeTold,
  dayAtEnd,
  dayFirst,
  thatDay,
  timeLeft,
  withoutClock,
} from './told.ts';
import { onDayTold, onItsHours, onSameDay } from './told-day.ts';
import { untold } from './untold.ts';

/** "… and keep nagging me" tells how, and is nothing further. */
const isNagging = (text: unknown): boolean =>
  /^(?:keep|continue|go on) \w+ing(?: me)?$|^(?:nag|bug|pester)(?: me)?$|^(?:repeat|do|say) (?:it|that|this)$/i.test(
    String(text),
  );

/** A further thing to be reminded of: "… at 5 and to … at 6". Each has its own time, and the same day unless it says so. */
export const CARRIES: Carries = {
  words: 'remind me',
  heading:
    /^(?:(?:my|some|new|these|set|make|create|add|me|up|a few|two|three|four|five|six|[2-9]|several|following|the|i need|i want|please) )*(?:reminders|alarms)(?: for me)?(?: please)?$|^(?:for )?(?:this|next) week$/,
  follow(before, next) {
    const [first, second] = [before?.input, next.input];
    const isWhole = ({ text, when }: Record<string, unknown>) =>
      [text, when].every((part) => typeof part === 'string' && part !== '');
    if (next.tool !== 'reminder_create' || !isWhole(second) || isNagging(second.text)) return undefined;
    // "…, starting at 4" says more of the time before it.
    if (
      /^(?:starting|beginning|ending|from|until|till|up to|except|but|only|not|no|rather|instead)\b/i.test(
        second.text as string,
      )
    )
      return undefined;
    // "Every Monday and Thursday at 9": of the same series.
    if (isRhythm(String(first?.when ?? '')) && A_WEEKDAY.test(second.text as string)) return undefined;
    // "Every 2 hours …, first at 15:00" tells when it begins.
    if (/^(?:the )?(?:first|last)(?: one| time)?(?: being| is)?$/i.test(second.text as string)) return undefined;
    if (!first) return next;
    if (before?.tool !== next.tool || !isWhole(first)) return undefined;
    // "… at 8 and ends at 11" tells more of the same thing.
    if (
      /^(?:it|he|she|they|we|i|you|is|are|was|were|not|ends|finishes|closes|starts|begins|opens|lasts|stops|leaves|arrives|lands|departs|takes|runs|goes|comes|says|needs)\b(?! to\b)/i.test(
        second.text as string,
      )
    )
      return undefined;
    const clock = inDigits(second.when as string);
    const text = calledToo(second.text as string, first.text as string);
    if (!CLOCK_ONLY.test(clock)) return { tool: next.tool, input: { ...second, text } };
    const day = withoutClock(inDigits(first.when as string));
    // "Tomorrow morning …, and at 5": tomorrow, but not before the morning that was spoken of.
    const within = isEarly(day, clock) ? [] : [day];
    const when = [...within, day.replace(PART_IN, ' ').replace(/\s+/g, ' ').trim()]
      .filter((each) => each !== '')
      .map((each) => `${each} ${clock}`)
      .find(isTime);
    return { tool: next.tool, input: { ...second, text, ...(when !== undefined && { when }) } };
  },
  restated: (said, topic) =>
    restatedAs(said.replace(/\bremind us(?: both| all)?\b/gi, 'remind me').replace(/\bb4\b/gi, 'before'), topic),
  unasked: untold,
};

/** "Call Jo at 5. And Ben at 6": whoever is named behind somebody who is called is called, too. */
const calledToo = (other: string, task: string): string =>
  /^(?:call|ring|phone|text|email|message)\b/i.test(task) && /^(?:\p{Lu}\p{Ll}+|mum|mom|dad|gran|nan)$/u.test(other)
    ? withVerb(other, task)
    : other;

/** "At 6:00 …, at 13:00 …": who tells one hour of 24 tells all of them so. */
function ofOneClock(text: string): string | undefined {
  const clocks = text.match(/\d{1,2}:\d\d/g) ?? [];
  const listed = text.match(/\bat \d{1,2}:\d\d \p{L}+/gu) ?? [];
  const isList =
    clocks.length > 1 && listed.length === clocks.length && !listed.some((one) => / (?:and|or|to)$/i.test(one));
  if (!isList || HALF_SAID.test(text) || !clocks.some((one) => /^(?:1[3-9]|2[0-3])/.test(one))) return undefined;
  const same = text.replace(/\bat (?=\d:)/gi, 'at 0');
  return same === text ? undefined : same;
}

const HALF_SAID = /\b(?:tonight|evening|afternoon|night|[ap]\.?m)\b|\d[ap]m\b/i;

const ARRIVING = pattern.i`(?:^|(?<=^(?:(?:please|can you|could you),? )*remind me ))when (?:i|we)(?:['’]?m| am|['’]?re| are| get| come| arrive| finish| leave)(?: back| in| home| there| work| to work| from work)* (?=(?:(?:on )?(?:today|tonight|tomorrow|${WEEKDAY}) )?(?:at |around )?\d{1,2}(?:[:.]\d\d)? ?(?:am|pm)?(?:,| |$))`;

/** "When I get home at 5 remind me to …": the hour is what it waits for. */
function atHome(text: string): string | undefined {
  const said = text.replace(ARRIVING, '');
  const hours = said.match(/\d{1,2}(?:[:.]\d\d)?/g) ?? [];
  return said !== text && hours.length === 1 && /\bremind me\b/i.test(said) ? said : undefined;
}

const SO_AT = pattern.is`^(?<ask>.{0,30}\b(?:remind me|(?:don['’]?t|do not) let me forget)) (?<task>to .+?), (?<why>[^,]{3,60}?\b(?:is|are|was|starts|ends|closes|opens|shuts)\b[^,]{0,40}?),? so (?:at |by |around )?(?<clock>\d{1,2}(?:[:.]\d\d)? ?(?:am|pm)?)[.!]*$`;
const OF_DAY = pattern.i`\b(?:today|tonight|tomorrow|${WEEKDAY})\b`;

/** "Remind me to send it, midnight tonight is the cutoff so 11:30": the hour that follows from what is told, on its day. */
function soAt(text: string): string | undefined {
  const { ask, task, why = '', clock } = SO_AT.exec(text)?.groups ?? {};
  const [day = ''] = OF_DAY.exec(why) ?? [];
  return ask === undefined ? undefined : `${ask} ${task} ${day} at ${clock}`.replace(/ {2,}/g, ' ');
}

const BEST =
  /, (?:in the )?(?<half>morning|afternoon|evening)s? (?:is|are|would be|works|suits me)(?: probably)? (?:best|better|ideal|fine|good|easiest)[\s.!]*$/i;

/** "… to collect it, morning is best": of the day that was said. */
function bestHalf(text: string): string | undefined {
  const found = BEST.exec(text);
  if (!found || !/\bremind/i.test(text)) return undefined;
  const half = `in the ${found.groups?.half}`;
  const request = text.slice(0, found.index);
  if (/\d ?(?:am|pm)\b|\d[:.]\d\d|\bat \d|\b(?:if|whether|that|tell|ask|say|check|said|says)\b/i.test(request))
    return undefined;
  // "In two weeks I need to be reminded …": behind the time where that stands first.
  const [, first, rest] = /^(.{3,30}?),? ((?:i|we|please|can|could|remind)\b.+)$/is.exec(request) ?? [];
  return first !== undefined && isTime(`${first} ${half}`) ? `${first} ${half} ${rest}` : `${request} ${half}`;
}

const NAMED_FIRST =
  /^(?:(?:and|also|oh|ok)[\s,]+)*(?:the|my) (?<which>[^,.;!?]{1,30}?) (?:one|reminder)[,:–-]? (?:please )?(?:do|make|move|change|set|put|push|have|bring) (?:it|that) (?:to |at |for |on )?(?<when>.+?)(?:[\s,]+instead)?[\s.!]*$/i;

/** "And the dentist one, do it at 1 instead": what is named first is moved. */
function namedFirst(text: string): string | undefined {
  const { which, when = '' } = NAMED_FIRST.exec(text)?.groups ?? {};
  return which !== undefined && (isTime(when) || /^\d{1,2}$/.test(when))
    ? `move the ${which} one to ${when}`
    : undefined;
}

const restatedAs = (text: string, topic: Topic | undefined) =>
  namedBeside(text, topic) ??
  atItsHour(text, topic) ??
  atSameTime(text) ??
  onceMore(text) ??
  thatDay(text, topic) ??
  onDayTold(text) ??
  onSameDay(text) ??
  onItsHours(text) ??
  reworded(text) ??
  corrected(text) ??
  dayMeant(text) ??
  namedFirst(text) ??
  atHome(text) ??
  soAt(text) ??
  bestHalf(text) ??
  ofToday(text) ??
  ofDays(text) ??
  headed(text) ??
  askedAhead(text) ??
  beforeTold(text) ??
  onItsDay(text) ??
  dayFirst(text) ??
  timesBeside(text) ??
  dayAtEnd(text) ??
  timeLeft(text) ??
  askedAtEnd(text) ??
  askedBehind(text, topic?.thing === 'reminder' && topic.how === 'spoken') ??
  ofOneClock(text);

const A_WEEKDAY = pattern.i`^(?:on )?(?:to )?(?:${WEEKDAY}|mon|tues?|weds?|thu(?:rs?)?|fri|sat|sun)s?\b`;

const PART_IN = /\b(?:in the )?(?:morning|afternoon|evening|night)\b/gi;

/** An hour that would be in the night of a morning: nobody means it without saying so. */
const isEarly = (day: string, clock: string): boolean =>
  /\bmorning\b/i.test(day) && /^(?:at )?[1-5](?:[:.]\d\d)?$/i.test(clock);

const CLOCK_ONLY =
  /^(?:(?:at )?(?:\d{1,2}(?:[:.]\d\d)?\s*(?:am|pm|o'clock)?|(?:12 )?(?:noon|midday)|(?:half|(?:a )?quarter) (?:past|to) \w+)|(?:in the|at) (?:morning|afternoon|evening|night|lunchtime))$/i;
