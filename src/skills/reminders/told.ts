/** "Dentist tomorrow at 3, remind me an hour before": what is told first, and the request behind it. */
import type { Call, Topic } from '../../agent/index.ts';
import { pattern } from '../../base/pattern.ts';
import { parseDuration, parseWhen, splitTask, WEEKDAY } from '../../time/index.ts';
import { DANGLING, seriesAhead } from './ahead-words.ts';
import { USUAL_NAG } from './nag.ts';
import { create, isDeed } from './phrase-calls.ts';
import { inDigits, isTime, pointsAtDay, splitEvent, TRIAL } from './time-words.ts';
import { ANY_REQUEST, NO_STATEMENT } from './untold.ts';

const POLITE =
  '(?:(?:so|and|but|do|kindly|please|pls|plz|can you|could you|would you|will you|you could|would you kindly)[\\s,]+)*';
const ALL =
  '(?:it|that|this|them|these|those|both|everything|each(?: one)?|all(?: of)?(?: (?:it|them|these|those|two|three|four|five))?)';
/** "…, can you remind me of all three?" */
const AT_END = new RegExp(
  `^(?<event>.+?)[\\s,.;:!–—-]+${POLITE}(?:(?<verb>remind|nag|nudge|ping|alert|prompt|prod|poke|bug|buzz) me(?:(?: (?:of|about|for|to do))? ${ALL})?(?: then| at that time)?|(?:don['’]?t|do not|dont) let me (?:forget|miss)(?: ${ALL})?|don['’]?t forget to remind me|(?:give|send|drop|set) me a (?:reminder|nudge|shout|heads[- ]up|ping)(?: (?:of|about|for|then)(?: ${ALL})?)?|(?:set|put|pop) (?:something|a reminder|one|that|it)(?: (?:in|up|down))?(?: for ${ALL})?)(?: (?:each|every) time)?(?:[\\s,]+(?:please|pls|plz|too|ok|okay|thanks|will y(?:ou|a)|would y(?:ou|a)|can you|could you))*[\\s.!?]*$`,
  'is',
);
const WITHIN = new RegExp(
  `^(?<event>.+?)(?<mark>[,.;:!–—-]*)\\s+${POLITE}(?<verb>(?:remind|warn|nag|nudge|ping|poke|buzz|alert|wake|tell|say) me(?: up)?|(?:give|send|drop|set) me a (?:nudge|shout|ping|poke|reminder|heads[- ]up)|set a reminder|(?<=[,.;:!–—-]\\s)(?:a )?reminder(?= (?:at|on|for))|gimme an? (?:nudge|shout|ping|reminder)|(?:can|could|may) (?:i|we) (?:have|get) a (?:reminder|nudge)|i (?:want|need|['’]?d like|would like) (?:reminding|to be reminded|a reminder|a nudge))\\s+(?<rest>.+)$`,
  'is',
);
/** Nobody tells in one breath what is longer. */
const MOST_WORDS = 30;
const OBLIGED =
  /\b(?:i|we)?\s*(?:(?:['’]ve|have|'ll have|will have)? ?(?:got|have|need) to|gotta|must|should|ought to)\s+/i;
const CLOCK = '(?:at |by )?(?:\\d{1,2}(?:[:.]\\d\\d)?\\s*(?:am|pm)?|noon|midday|midnight)';
/** How long before what was told; with an hour of its own, and a task. */
const BEFORE = new RegExp(
  `^(?:(?:on|about) )?(?<length>.{1,30}?) (?:before|beforehand|earlier|ahead|prior|in advance)(?: (?<clock>${CLOCK}))?(?: (?:(?:to|about|that) (?<task>.+?)|so i(?: can| could| know to| remember to)? (?<purpose>.+?)))?(?:[\\s,]+(?:lol|haha|xx?))?$`,
  'i',
);
/** "To unlock the church an hour before". */
const BEHIND_TASK =
  /^to (?<task>.+?) (?<length>(?:an?|the|one|two|three|four|five|ten|fifteen|twenty|thirty|half an?|\d{1,3}) ?(?:minutes?|mins?|hours?|hrs?|days?|weeks?|nights?|evenings?|mornings?)) (?:before|beforehand|earlier|ahead|prior|in advance)$/i;
/** "Give me a 10 minute warning". */
const WARNING =
  /(?<=[,.;!–—-]|\band) (?:please |can you |could you )*(?:give|send) me (?:an? )?(\d{1,3}[ -]?(?:minutes?|mins?|hours?|hrs?)|(?:an?|half an|two|ten|five|fifteen|twenty|thirty)[ -](?:minutes?|hours?)|day|hour)['’]?s?[ -](?:warning|notice|heads[- ]?up|nudge|reminder)(?: (?:before|beforehand))?/i;
/** A day, and no number of hours. */
const A_DAY = /^the (?:day|night|evening|morning|afternoon)$|\b(?:days?|weeks?|months?|nights?)$/i;
const PART_OF_DAY = /^the (?:night|evening|morning|afternoon)$/i;
const RANGE = /(\d{1,2}(?:[:.]\d\d)?)\s?[-–]\s?\d{1,2}(?:[:.]\d\d)?(\s?(?:am|pm))?/i;
/** "28.11." and the "28.11" of "28.11 at 9" are days. */
const CLOCK_IN =
  /\b(?:at )?(?:(?:\d{1,2}|five|ten|twenty|twenty[- ]five|(?:a )?quarter|half) (?:past|to) (?:\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)|\d{1,2}(?:[:.]\d\d)?\s*(?:am|pm|o'clock)|\d{1,2}:\d\d|\d{1,2}\.\d\d(?!\.|,? at \d)|at \d{1,2}|noon|midday|midnight)\b/gi;

/** The day of a time, without its hour. */
export const withoutClock = (when: string): string => when.replace(CLOCK_IN, ' ').replace(/\s+/g, ' ').trim();

const isNow = (when: string): boolean => /^(?:right |just )?(?:now|at the moment|atm|rn)$/i.test(when);

/** "And I must order strings, remind me of that": one more of the same kind. */
const FURTHER =
  /^(?:and|also|plus|oh|but)(?: also)?[\s,]+(?=(?:i|we)(?:['’]ve)? (?:have|need|must|got|gotta|should|ought)\b)/i;

/** What is told, if it may be: nothing that is asked, denied or under a condition, and no request of its own. */
function eventIn(words: string | undefined): string | undefined {
  const event = words
    ?.replace(/[\s,.;:!–—-]+$/, '')
    .trim()
    .replace(FURTHER, '');
  if (!event || event.split(/\s+/).length > MOST_WORDS || /(?<!\d)[.!?]\s|\n/.test(event)) return undefined;
  if (isTime(event) || !/\s/.test(event)) return undefined;
  // "Every 30 minutes until 2pm" says when.
  const telling = /\b(?:until|till|once)\b/i.test(event) ? event.replace(timeIn(event) ?? '', ' ') : event;
  return NO_STATEMENT.test(telling) || ANY_REQUEST.test(event) ? undefined : event;
}

const timeIn = (event: string): string | undefined => splitEvent(event).when ?? splitTask(`remind me ${event}`).when;

const GREETING =
  /^(?:hey|hi|hello|scratch|forget|never|cancel|oops|instead|undo|quick|one|ok|okay|thanks|thank|please|yes|yeah|no|good|great|alright|right|well|so|oh|and|also|then|actually|sorry|wait|can|could|coda)\b/i;

/** "They will send me a reminder": somebody else does. */
const BY_OTHERS = /\b(?:you|we|he|she|they|it|will|would|can|could|have|has|did|to)$|['’]ll$/i;

/** "Fire alarm test every Monday at 10, remind me": the request in the usual order. */
export function askedAtEnd(text: string): string | undefined {
  const found = AT_END.exec(text)?.groups;
  const event = eventIn(found?.event?.replace(/\b(i|we) (?:should|ought to) /i, '$1 must '));
  if (!found || event === undefined || timeIn(event) === undefined || BY_OTHERS.test(event)) return undefined;
  // "Be there for 12:45".
  const at = event.replace(/\bfor (?=\d{1,2}[:.]\d\d\b)/gi, 'at ');
  const to = OBLIGED.test(at) ? at.replace(OBLIGED, ' to ').trim() : at;
  return `${found.verb?.toLowerCase() === 'nag' ? 'nag' : 'remind'} me ${to}`;
}

const DAY_FIRST = pattern.is`^(?<day>today|tomorrow|tonight|(?:on )?(?:(?:this|next) )?${WEEKDAY})[:,]? (?:(?:please|can you|could you) )*remind me (?<rest>.+)$`;

const THAT_DAY =
  /^(?:(?:and|also|plus|please)[\s,]+)*remind me (?:to|about) (?<task>.+?) (?:(?:at )?(?<clock>\d{1,2}(?:[:.]\d\d)? ?(?:am|pm)?) )?that (?<part>morning|afternoon|evening|day)(?: at (?<later>\d{1,2}(?:[:.]\d\d)? ?(?:am|pm)?))?[\s.!]*$/i;

/** "Also remind me to call her at 9 that morning": on the day of the one that was made just before. */
export function thatDay(text: string, topic: Topic | undefined): Call | undefined {
  const { task = '', clock, part = '', later = clock } = THAT_DAY.exec(text)?.groups ?? {};
  if (task === '' || topic?.thing !== 'reminder' || topic.how !== 'made' || !topic.isRecent) return undefined;
  const half = /^day$/i.test(part) || /[ap]m$/i.test(later ?? '') ? '' : ` in the ${part}`;
  const when = later === undefined ? (half === '' ? undefined : half.trim()) : `${later}${half}`;
  return when === undefined ? undefined : { tool: 'reminder_again', input: { which: 'that', when, text: task } };
}

/** "Tomorrow at 10 remind me to …, and at 12 to …". */
const TIME_FIRST =
  /^(?<when>[^,.;:!?]{2,30}(?:[:.]\d\d[^,.;:!?]{0,10})?),? (?:(?:please|can you|could you) )*remind me (?<rest>(?:to|about) .+\band\b.+)$/is;

/** "Tomorrow: remind me to swim at 10am and shop at 1pm": the day of all of them. */
export function dayFirst(text: string): string | undefined {
  const said = text.replace(/^(\S+) please[,:]? /i, '$1 ').replace(/^(to\w+|\w+day): /i, '$1 ');
  const timed = TIME_FIRST.exec(said.replace(/\bat [a-z]+(?:[ -][a-z]+)?/gi, inDigits))?.groups;
  if (timed && isTime(timed.when ?? '') && (timed.rest ?? '').match(CLOCK_IN))
    return `remind me ${timed.when} ${timed.rest}`;
  const { day = '', rest = '' } = DAY_FIRST.exec(text)?.groups ?? {};
  const [first = '', ...others] = rest.match(CLOCK_IN) ?? [];
  return others.length === 0 ? undefined : `remind me ${rest.replace(first, `${day} ${first}`)}`;
}

const DAY_LAST = pattern.i`[,]? (?<day>today|tomorrow|(?:on )?(?:(?:this|next) )?${WEEKDAY})(?<end>[\s.!]*(?:please|pls|thanks|thank you)?[\s.!?]*)$`;
const ANY_DAY =
  /\b(?:today|tonight|tomorrow|tmrw|\w+days?|every|each|daily|weekly|until|till|from|between|before|after|then|in \d+|in an?)\b|\n|\d(?:st|nd|rd|th)\b/i;

const TELLS = /\b(?:is|are|was|gets?|comes?|goes|leaves|arrives|starts|begins|ends|closes|opens|lands|departs)\b/i;

/** "Call mum at 10am and dad at 3pm tomorrow": the day of all of them, which is said with the first. */
export function dayAtEnd(text: string): string | undefined {
  const found = DAY_LAST.exec(text);
  const { day = '', end = '' } = found?.groups ?? {};
  const before = text.slice(0, found?.index ?? 0);
  const clocks = [...before.matchAll(CLOCK_IN)];
  const [first, second] = clocks;
  const last = clocks.at(-1);
  if (!first || !second || !last || ANY_DAY.test(before)) return undefined;
  // "Call mum at 10, her train gets in at 3 tomorrow" tells of another time.
  if (TELLS.test(before.slice(first.index + first[0].length))) return undefined;
  if (last.index + last[0].length < before.length || !/,|\band\b/i.test(before.slice(first.index, second.index)))
    return undefined;
  return `${before.slice(0, first.index)}${day} ${before.slice(first.index)}${end}`;
}

/** Where somebody is or what they do: told beside a request, and nothing to be reminded of. */
const STATE =
  /^(?:(?:i['’]?m|i am|we['’]?re|we are|still|just|currently|now|sorry|ok|ugh|argh|hey|hi|oh|quite|really|a bit|too|so)[\s,]+)*(?:(?:in|at|on|up|with|under|behind|between|over) \S|(?:busy|driving|stuck|out|away|home|asleep|tired|ill|sick|late|occupied|tied up|running late|not (?:home|free|now|there|here)|can['’]?t (?:now|talk|do|right)|cannot (?:now|talk)|no time|swamped|slammed|commuting|travelling|traveling|boarding|landing|showering)\b)/i;
/** A date that is told comes again. */
const EVERY_YEAR =
  /^(?:every|each) year[\s,]+(?=.*\b(?:before|beforehand|ahead|earlier)\b)|^(?:every|each) year,? on (?:the|that) (?:same )?day (?=at )|(?<=\b(?:before|beforehand|ahead|earlier)) (?:every|each) year$/i;
/** Behind a reminder that has just spoken: "cooking dinner", "walking the dog". */
const DOING = /^(?:(?:still|just|i['’]?m|i am)\s+)*\p{L}+ing\b/iu;

/**
 * "Dentist tomorrow at 3, wake me at 7": the request, whose time and text may be those of what was told. `isAnswer`: it may
 * answer a reminder that has just spoken.
 */
export function askedBehind(text: string, isAnswer = false): Call | Call[] | undefined {
  const found = WITHIN.exec(text.replace(WARNING, ' remind me $1 before'))?.groups;
  const once = eventIn(found?.event);
  if (!found || once === undefined) return undefined;
  // "Their anniversary is on 14 June, remind me every year a week before".
  const event =
    EVERY_YEAR.test(found.rest ?? '') && timeIn(`${once} every year`) !== undefined ? `${once} every year` : once;
  const { verb = '', rest: said = '', mark } = found;
  const rest = said
    .replace(/^(?:please|pls|plz|kindly)[\s,]+/i, '')
    .replace(EVERY_YEAR, '')
    .replace(/(?:[\s,]+(?:please|pls|plz|thanks|ok|okay))?[\s.!?]*$/i, '')
    .replace(/[\s,]+(?:too|as well|also|(?:each|every) (?:time|week|month)|(?:on )?(?:that|the) day)$/i, '')
    .replace(/(?<=\b(?:before|beforehand)) (?:that|it|then)$/i, '')
    .replace(/(?<=\d|[ap]m|noon) (?:on )?that (?:same )?day(?= to )/i, '')
    .replace(/^(?:of|about|for) (?:it|that|this|them)\s+/i, '')
    .replace(/\s+(?:of|about|for) (?:it|that|this|them)$/i, '');
  // "From 10 December till the 18th remind me daily at 8pm".
  const bounded = /^(?:from|starting|beginning|between|until|till)\b/i.test(event)
    ? splitTask(`remind me ${rest}`)
    : undefined;
  if (bounded) {
    const both = `${bounded.when} ${event.replace(/ (?:on|onwards?)$/i, '')}`;
    return bounded.when !== undefined && isTime(both) ? create(bounded.task, both) : undefined;
  }
  // "Up a ladder, remind me again in an hour", "… tomorrow at 10 instead" is about the one that spoke.
  if (/^(?:again|later)\b|\binstead$/i.test(rest)) return undefined;
  const when = timeIn(event);
  const own = splitTask(`remind me ${rest}`);
  // "In a meeting, remind me in an hour": of what has spoken, or of what?
  const isState = STATE.test(event) || (isAnswer && DOING.test(event));
  if (isState && own.task === '' && (when === undefined || isNow(when))) return undefined;
  if (when === undefined && (mark === '' || GREETING.test(event) || own.when === undefined)) return undefined;
  // "Tell me" asks for much else.
  if (/^(?:tell|say)/i.test(verb) && !isTime(rest) && !BEFORE.test(rest)) return undefined;
  if (/^wake/i.test(verb)) return waking(rest, when);
  const nag = /^nag/i.test(verb) ? USUAL_NAG : undefined;
  const several = when === undefined ? undefined : aheadTwice(event, shared(rest), nag);
  if (several) return several;
  const before = [BEFORE, BEHIND_TASK].map((form) => form.exec(rest)?.groups).find((one) => one && isAhead(one));
  if (before) return when === undefined ? undefined : aheadOf(event, before, nag);
  const sameDay = when === undefined ? undefined : earlierThatDay(event, when, rest, nag);
  if (sameDay) return sameDay;
  const series = when === undefined ? undefined : seriesAt(event, when, rest, nag);
  if (series) return series;
  if (when === undefined)
    return isTime(rest) ? create(withoutDuty(event), rest, { nag }) : create(own.task, own.when, { nag });
  const { clock, task: deed = '' } = ON_THAT_DAY.exec(rest)?.groups ?? {};
  const then = clock === undefined ? '' : `${withoutClock(when)} at ${clock.replace(/^at /i, '')}`;
  if (then !== '' && isTime(then)) return create(deed, then, { nag });
  if (pointsAtDay(rest)) return undefined;
  const whole = splitTask(`${event}, remind me ${rest}`);
  // "On nights this week. Remind me at 2am to take my break": an hour that is left in the text is of the request alone.
  if (own.when !== undefined && own.task !== '' && whole.task.includes(own.when))
    return create(own.task, own.when, { nag });
  if (whole.when === undefined || (whole.task !== event && DANGLING.test(whole.when))) return undefined;
  return create(withoutDuty(whole.task), whole.when, { nag });
}

/** "Rent on the 1st of every month, remind me at 9": the hour of a series that was told without one. */
function seriesAt(event: string, when: string, rest: string, nag: string | undefined): Call | undefined {
  const isClock = new RegExp(`^${CLOCK}$`, 'i').test(rest) && withoutClock(when) === when;
  const time = `${when} ${/^\d/.test(rest) ? `at ${rest}` : rest}`;
  const isOpen =
    parseWhen(time, TRIAL).kind === 'recurring' || /^in \S+(?: \S+)? (?:days?|weeks?|months?)$/i.test(when);
  if (!isClock || !isOpen) return undefined;
  const { task } = splitTask(`remind me to ${event}`);
  return create(withoutDuty(task).replace(STATES_ONLY, ''), time, { nag });
}

/** "Dentist on Thursday at ten past two, remind me at 1": on the day of what is told, and before it. */
function earlierThatDay(event: string, when: string, rest: string, nag: string | undefined): Call | undefined {
  const day = withoutClock(when);
  const isClock = new RegExp(`^${CLOCK}$`, 'i').test(rest);
  if (!isClock || day === '' || day === when) return undefined;
  const time = `${day} ${/^\d/.test(rest) ? `at ${rest}` : rest}`;
  const [own, early] = [when, time].map((one) => parseWhen(one, TRIAL));
  if (own?.kind !== 'once' || early?.kind !== 'once' || early.at >= own.at) return undefined;
  // The hour of what is told stays with it.
  const hour = when.match(CLOCK_IN)?.[0] ?? '';
  const task = withoutDuty(splitEvent(event).task).replace(STATES_ONLY, '');
  return create(`${task} ${hour}`.trim(), time, { nag });
}

/** "Yoga is", of "yoga is on Tuesday". */
const STATES_ONLY = /(?:['’]s (?:due|on)|\s+(?:is|are|on|due))+$/i;

const ASKED_AHEAD =
  /^(?:please )?(?:remind me|(?:i need|i want|set|give me) a reminder)(?: (?:about|abt|of|for|to))? (?<event>.+?)(?<mark>[,;]? (?:and also|and|also|plus)(?: again)?|[,;]) (?:please |pls |plz )?(?<rest>\S+(?: \S+){0,2} ?(?:before|beforehand|earlier|prior|ahead|in advance))(?:[\s,]+(?:please|pls|plz|thanks|thank you))*[\s.!?]*$/i;
const IT_IS = /,? (?:it['’]?s|it is|which is|that['’]?s|that is) (?=on |at |\d|tomorrow|today|\w+day)/i;

const A_LENGTH =
  '(?:(?:an?|the|one|two|three|four|five|ten|fifteen|twenty|thirty|half an?|\\d{1,3}) ?(?:minutes?|mins?|hours?|hrs?|days?|weeks?|nights?|evenings?|mornings?))';
const AHEAD = '(?:before|beforehand|earlier|prior|ahead|in advance)';
const HOURS = '(?:an?|one|two|three|four|five|six|\\d{1,2}) ?(?:hours?|hrs?)';
const MINUTES =
  '(?:five|ten|fifteen|twenty|twenty[- ]five|thirty|forty|forty[- ]five|fifty|\\d{1,2}) ?(?:minutes?|mins?)';
/** One length of time, and no second one. */
const HOURS_AND_MINUTES = new RegExp(`\\b${HOURS} and ${MINUTES}(?= ${AHEAD}\\b)`, 'gi');
const SHARED = new RegExp(`\\b(${A_LENGTH})(?=(?:,|,? and|,? plus| &) (?:also )?${A_LENGTH} ${AHEAD}\\b)`, 'gi');
const ENDS_AHEAD = new RegExp(`^(.+?)[,;]? (${A_LENGTH} ${AHEAD})$`, 'is');
const AHEAD_FIRST = new RegExp(
  `^(?:please )?remind me (${A_LENGTH} before)(?:,| and|,? plus| &) (${A_LENGTH} before) (.+)$`,
  'is',
);

/** "An hour and a day before": an hour before, and a day before; but "an hour and 15 minutes before" is 75 minutes before. */
const shared = (text: string): string =>
  text
    .replace(HOURS_AND_MINUTES, (length) => `${(parseDuration(length) ?? 0) / 60_000} minutes`)
    .replace(SHARED, '$1 before');

/** "Remind me about the meeting on Thursday at 10, 15 min before": only that; "… and 15 min before": then as well. */
export function askedAhead(text: string): Call[] | undefined {
  const told = shared(text);
  const [, one, other, later] = AHEAD_FIRST.exec(told) ?? [];
  if (later !== undefined) return aheadTwice(later.replace(/[.!?\s]+$/, ''), `${one} and ${other}`);
  const { event: said = '', mark = '', rest = '' } = ASKED_AHEAD.exec(told)?.groups ?? {};
  const [, head, first] = ENDS_AHEAD.exec(said) ?? [];
  const only = head === undefined ? undefined : eventIn(head.replace(IT_IS, ' '));
  if (only !== undefined) return aheadTwice(only, `${first} and ${rest}`);
  const event = eventIn(said.replace(IT_IS, ' '));
  const { length = '' } = BEFORE.exec(rest)?.groups ?? {};
  if (event === undefined || !(A_DAY.test(length) || parseDuration(length) !== undefined)) return undefined;
  const early = aheadOf(event, { length });
  if (!early || !/[a-z]/i.test(mark)) return early && [early];
  const { when, task } = splitTask(`remind me to ${event}`);
  return when === undefined ? undefined : [create(task, when), early];
}

/** "The day before at 6pm and an hour before". */
function aheadTwice(event: string, rest: string, nag?: string): Call[] | undefined {
  const parts = rest.split(/,? and (?:then )?(?:again )?|, (?:then )?(?:again )?/i);
  const calls = parts.map((part) => {
    const before = BEFORE.exec(part)?.groups;
    if (before && isAhead(before)) return aheadOf(event, before, nag);
    return ON_THE_DAY.test(part) ? onTheDay(event, nag) : undefined;
  });
  return parts.length > 1 && calls.every((call) => call !== undefined) ? calls : undefined;
}

/** "25 mins till the sourdough comes out, ping me". */
const TIME_LEFT = new RegExp(
  `^(?<left>\\S+(?: \\S+){1,2}) (?:till|until|til) (?<until>(?!(?:it|that|this|then)\\b)[^,.;!?]+)[,.;!–—-]+ ${POLITE}(?:remind|nudge|ping|alert|prompt|tell|buzz|poke) me(?: then)?[\\s.!]*$`,
  'i',
);

/** "25 mins - check the bags". */
const LENGTH_FIRST =
  /^(?:in )?(?<length>\d{1,3} ?(?:m|mins?|minutes?|h|hrs?|hours?))(?: ?[-–:]|,) ?(?<deed>[^,.;!?]+)[\s.!]*$/i;

/** What there is so long to is asked for. */
export function timeLeft(text: string): Call | undefined {
  const { length = '', deed = '' } = LENGTH_FIRST.exec(text)?.groups ?? {};
  if (parseDuration(length) !== undefined && isDeed(deed)) return create(deed, `in ${length}`);
  const { left = '', until = '' } = TIME_LEFT.exec(text)?.groups ?? {};
  return parseDuration(left) === undefined || NO_STATEMENT.test(until) ? undefined : create(until, `in ${left}`);
}

/** "… remind me on that day at 13:30 to drive to the station". */
const ON_THAT_DAY = new RegExp(`^on (?:that|the) (?:same )?day (?<clock>${CLOCK}) to (?<task>.+)$`, 'i');

const isAhead = ({ length = '' }: Record<string, string>): boolean =>
  (A_DAY.test(length) && !/^to /i.test(length)) || parseDuration(length) !== undefined;

const ON_THE_DAY = /^(?:on |in )?(?:the|that) (?:same )?(?:day|morning)(?: (?:itself|of))?$/i;

const BEFORE_IT = new RegExp(
  `^(?<event>.+?)[,.;!–—-]+ (?<length>${A_LENGTH}|the (?:day|night|evening|week)) (?:before(?: that| it| then)?|beforehand|earlier|ahead)(?:,? (?:at )?(?<clock>${CLOCK}))?,? ${POLITE}(?:remind|tell|ping|nudge|ask) me (?:to|about) (?<task>.+?)[\\s.!]*$`,
  'is',
);

/** "Lotte turns six on 14 February. A week before, remind me to buy a present". */
export function beforeTold(text: string): Call | undefined {
  const { event: said, ...before } = BEFORE_IT.exec(text)?.groups ?? {};
  const event = eventIn(said);
  return event === undefined || timeIn(event) === undefined || !isAhead(before) ? undefined : aheadOf(event, before);
}

/** "And again in the morning", of what is told with its hour: on its day, at the usual hour. */
function onTheDay(event: string, nag?: string): Call | undefined {
  const { when, task } = splitTask(`remind me about ${event}`);
  const day = when === undefined ? '' : withoutClock(when);
  return day !== '' && isTime(`${day} at 9am`) ? create(withoutDuty(task), `${day} at 9am`, { nag }) : undefined;
}

/** "I need to send it": what is to be done. */
const withoutDuty = (text: string): string => text.replace(new RegExp(`^(?:about )?${OBLIGED.source}`, 'i'), '');

/** "My flight is at 6:20 tomorrow, wake me at 4": on that day. */
function waking(rest: string, when: string | undefined): Call | undefined {
  const isClock = new RegExp(`^${CLOCK}$`, 'i').test(rest);
  const day = isClock && when ? withoutClock(when) : '';
  const time = day ? `${day} ${rest}` : rest;
  return isTime(time) ? create('wake up', time) : undefined;
}

/** So long before what was told; of a series, so long before each. */
function aheadOf(event: string, { length = '', clock = '', task = '', purpose }: Record<string, string>, nag?: string) {
  const { when, task: thing } = splitEvent(event.replace(RANGE, '$1$2'));
  if (when === undefined) return undefined;
  const isDay = A_DAY.test(length);
  // "The evening before" has an hour of its own, as "the day before at 6" has.
  const day = (isDay && clock !== '') || PART_OF_DAY.test(length) ? withoutClock(when) : when;
  const name = withoutDuty(thing)
    .replace(/^(?:about )?(?:an?|the|my) /i, '')
    .replace(STATES_ONLY, '');
  // "The abstract is due …, remind me to finish it".
  const deed = task.replace(
    /\b(?:it|that|this|them)$/i,
    withoutDuty(thing)
      .replace(STATES_ONLY, '')
      .replace(/^about /i, ''),
  );
  const text = deed || (purpose === undefined ? name : `${name}: ${purpose}`);
  const meant = parseWhen(when, TRIAL);
  if (meant.kind === 'recurring') {
    // The days of "every other Tuesday" hang on the day on which it is said.
    if (/INTERVAL/.test(meant.rule))
      return { tool: 'reminder_ahead', input: { when, length, side: 'before', ...(clock && { clock }), text, nag } };
    const series = seriesAhead(meant.rule, length, clock);
    return series && isTime(series) ? create(text, series, { nag }) : undefined;
  }
  const time = `${length} before ${day} ${/^\d/.test(clock) ? `at ${clock}` : clock}`.trim();
  return isTime(time) ? create(text, time, { nag }) : undefined;
}
