/** "Reminders for Monday: 9am call Bo, 10am post the parcel": what stands above a list, and what is on it. Pure. */
import type { Call } from '../../agent/index.ts';
import { pattern } from '../../base/pattern.ts';
import { splitTask, WEEKDAY } from '../../time/index.ts';
import { create, isDeed } from './phrase-calls.ts';
import { isTime } from './time-words.ts';

/** "About Monday: ballet at 4, cello at 5": a day, and what there is on it. */
const ON_DAY = pattern.is`^(?:remind me(?: (?:about|of|for|on))?(?: (?:right|ok|okay|so|now|well),?)?(?: for)?|(?:(?:i|we|need|want|have|ive|got|my|set|some|new|a few|a couple of|two|three|four|five|six|\d) )*(?:reminders|things|jobs|tasks|bits|errands|chores)(?: to do)? (?:for|on)) ((?:today|tomorrow|tonight)|(?:(?:this|next) )?(?:${WEEKDAY}|mon|tues?|weds?|thu(?:rs?)?|fri|sat|sun)) ?(:|(?=\n))\s?(.*\d.*)$`;
/** "Can you set these reminders:", above items that begin with their hours. */
const OF_TODAY =
  /^(?:(?:please|can|could|would|will|you|i|need|want|set|make|create|add|these|the|following|some|my|new|me|up|for|a|few|two|three|four|five|six|[2-9]|several) )*(?:(?:reminders|alarms)(?: for me| please)?|remind me (?:of|about)(?: all)?(?: of)? (?:these|the following|this list))[ ?]*(?::|(?=\n))\s*(.*\d.*)$/is;

/** "Remind me", above such items. */
const BARE = /^(?:please )?remind me ?(?::|(?=\n))\s*(.*\d.*)$/is;
const MARK = /(?:,|:| [-–—]) +/g;
const ITEM = /^(?:[-–—*•]|\d{1,2}[.)])\s+/;
const WRITTEN = /[ap]m$|[:.]/i;

const HEADED =
  /^(?:remind me(?: (?:of|about|to do))? )?(?:(?:two|three|four|five|[2-9]|a few|some|a couple of|couple of|several) (?:things|reminders|jobs|tasks|errands|bits)|(?:things|stuff|reminders) to do|reminders)(?: please)?(?: (?:for|to) (?:me|do|set|remember))?[:–—-]\s+(.+\d.*)$/is;

/** "Three things: book leave monday 10am, …": each is one to be reminded of. */
export function headed(text: string): string | undefined {
  const [, items = ''] = HEADED.exec(text) ?? [];
  return items === '' ? undefined : `remind me to ${items.replace(/^(?:please )?remind me (?:to |about )?/i, '')}`;
}

/** "9:15 call the linen guy", of a list of a day. */
const CLOCK_OF_ITEM = /^(\d{1,2}(?:[:.]\d\d)? ?(?:am|pm)?):? (?=\p{L})(.+)$/iu;

/** "2 loaves" is a count: of several lines one must say that its number is an hour. */
const isClock = (item: string): boolean => {
  const [, clock = '', deed = ''] = CLOCK_OF_ITEM.exec(item) ?? [];
  return WRITTEN.test(clock) || isDeed(deed);
};

const itemsOf = (list: string): string[] =>
  list
    .split(/\s*[\n;]\s*|,\s+(?:and\s+)?/)
    .map((item) => item.replace(ITEM, ''))
    .filter((item) => item !== '');

/** Items that all begin with an hour, under words that ask for reminders: each is one, the next at its hour. */
export function ofToday(text: string): Call[] | undefined {
  const [, bare = ''] = BARE.exec(text) ?? [];
  const [, list = bare] = OF_TODAY.exec(text) ?? [];
  const items = itemsOf(list).map((item) => CLOCK_OF_ITEM.exec(item));
  if (items.length < 2 || !items.every((item) => item !== null)) return undefined;
  // Under "remind me" alone "2 call Dave" may be the second of a list.
  if (!items.some(([item, clock = '']) => (bare === '' ? isClock(item) : WRITTEN.test(clock)))) return undefined;
  return items.map(([, clock = '', deed = '']) => create(deed, `at ${clock}`));
}

/** "Saturday at 10, turn the compost", a line for each: its time, then what to do. */
export function ofDays(text: string): Call[] | undefined {
  const [, bare = ''] = BARE.exec(text) ?? [];
  const [, list = bare] = OF_TODAY.exec(text) ?? [];
  const lines = list.split(/\s*\n\s*/).filter((line) => line !== '');
  const calls = lines.map((said) => {
    const line = said.replace(ITEM, '');
    // "Wednesday 9 December, 11:30: collect …": as much as says when.
    const mark = [...line.matchAll(MARK)].findLast(({ index }) => isTime(line.slice(0, index)));
    const when = line.slice(0, mark?.index ?? 0);
    return mark && /\d/.test(when)
      ? create(line.slice(mark.index + mark[0].length).replace(/[.;]$/, ''), when)
      : undefined;
  });
  return lines.length > 1 && calls.every((call) => call !== undefined) ? calls : undefined;
}

/** What belongs to a day that stands before it. */
export function onItsDay(text: string): Call[] | string | undefined {
  const [, day = '', colon = '', rest = ''] = ON_DAY.exec(text) ?? [];
  const items = itemsOf(rest);
  const hasClock = items.some(isClock);
  const calls = items.map((item) => {
    const [, clock, deed = ''] = CLOCK_OF_ITEM.exec(item) ?? [];
    const { when, task } = clock && hasClock ? { when: clock, task: deed } : splitTask(`remind me ${item}`);
    const time = `${day} ${/^\d/.test(when ?? '') ? `at ${when}` : when}`;
    return when !== undefined && task !== '' && isTime(time) ? create(task, time) : undefined;
  });
  if (day !== '' && items.length > 1 && calls.every((call) => call !== undefined)) return calls;
  return colon === '' || !/^remind /i.test(text)
    ? undefined
    : `remind me ${/day$/i.test(day) && !/to/i.test(day) ? 'on ' : ''}${day}: ${rest}`;
}
