/** What people say for a further reminder beside the one at hand. */
import type { Call, Phrase, Topic } from '../../../agent/index.ts';
import { parseDuration, splitTask } from '../../../time/index.ts';
import { type Ahead, aheadIn } from '../ahead-words.ts';
import { change, lengthLike } from '../correction.ts';
import { AGAIN, again, ahead, BARE_NUMBER, create, editWhen, isDeed, remind, snoozeOf } from '../phrase-calls.ts';
import { isItem } from '../reworded.ts';
import { isRhythm } from '../schedule.ts';
import { isTime } from '../time-words.ts';
import { withoutClock } from '../told.ts';
import { ANY_REQUEST, IS_NEWS, MANAGES_BEHIND } from '../untold.ts';

/** "Half an hour before it", where what was set before counts from it itself. */
function besideAhead({ length, clock, which, text }: Ahead, topic: Topic | undefined): Call | undefined {
  const [, anchor] = / before (.+)$/i.exec(topic?.when ?? '') ?? [];
  if (anchor === undefined || topic?.how !== 'made' || which !== '' || text !== '') return undefined;
  const own = clock === undefined ? anchor : `${withoutClock(anchor)} ${/^\d/.test(clock) ? `at ${clock}` : clock}`;
  const when = `${length} before ${own}`;
  return isTime(when) ? again('that', when) : undefined;
}

/** "And another half hour": on in the direction of the change before it. */
function shiftedOn({ when = '' }: Topic, length: string): Call | undefined {
  const isEarlier = /\b(?:earlier|forward|sooner)\b/i.test(when);
  return isEarlier && /\b(?:later|back)\b/i.test(when)
    ? undefined
    : change({ when: `${length} ${isEarlier ? 'earlier' : 'later'}` });
}

/** "The logo one" is there already. */
const ONE_THERE = /^(?:the|my|that) .{1,40} one\b/i;

const TOO = /\s+(?:too|as well|also|again|please)$/i;
/** What begins another request. */
const A_REQUEST =
  /^(?:(?:now|then|so),? )?(?:remind|actually|sorry|let|lets|let's|and|lol|hmm|wait|undo|skip|miss|leave out|no|not|only|stop|end|ping|nudge|tell|wake|alert|set|make|add|note|show|list|cancel|delete|remove|rename|move|snooze|what|whats|when|who|where|how|is|do|can|could|any|anything|i|it|that|this)\b/i;
/** Done with a reminder that is there. */
const MANAGES = /^(?:move|push|bump|shift|shove|slide|change|switch|reschedule|postpone|delay|snooze) /i;
/** "… on Friday once more, same time". */
const SAME_TIME =
  /(?:,? (?:once more|again|one more time|too|as well))?[\s,]+(?:at )?(?:the )?same (?:time|hour)s?[.!]*$/i;
const SAME_DAY = /[\s,]+(?:on )?(?:(?:the |that )?same|that) (?:day|date)(?:[.!]*$|(?=,| at \d| (?:the|my|our|to) ))/i;
const A_THING = /^(?:the|my|our|a|an|some)\s/i;

const A_CLOCK =
  /^(?:at )?(?:\d{1,2}(?:[:.]\d\d)? ?(?:am|pm)?|(?:an? )?(?:half|half past|quarter past|quarter to) \w+)[.!]*$/i;

/** "Ballet's off today, delete the ballet one", "oops, on a long day then": told, or about what is there. */
const isTold = (rest: string): boolean =>
  IS_NEWS.test(rest) ||
  MANAGES_BEHIND.test(rest) ||
  /^(?:oops|whoops|omg|lol)\b/i.test(rest) ||
  (STATES.test(rest) && !isDeed(rest));
const STATES =
  /^(?:\S+ ){1,3}(?:is|are|was|were)\b|^(?:\S+ )?\S+['’]s (?:off|on|not|been|closed|shut|ill|sick|late|done)\b/i;

/** "… and the council at 3" behind "ring the bank": a thing takes the deed of the one before. */
function further(topic: Topic, rest: string): Call | undefined {
  const { text: before = '' } = topic;
  const [, rather = ''] = /^(.+?) (?:rather than|instead of) \S+(?: \S+)?$/i.exec(rest) ?? [];
  if (rather !== '' && isTime(rather)) return change({ when: rather, whole: true });
  // "And 9.15" behind a correction goes on with it.
  const isChanged = topic.how === 'made' && topic.isNew !== true && topic.isRecent === true;
  if (isChanged && !isRhythm(topic.when ?? '') && A_CLOCK.test(rest) && isTime(rest))
    return change({ when: rest, whole: true });
  // "…, they never pick up" says why.
  if (MANAGES.test(rest) || isTold(rest) || SAYS_WHY.test(rest) || AS_THAT.test(rest)) return undefined;
  const isSameTime = SAME_TIME.test(rest);
  const other = isSameTime ? rest.replace(SAME_TIME, '').replace(TOO, '') : rest;
  if (other !== rest) {
    const { task, when } = splitTask(`remind me ${other}`);
    const early = aheadIn(other);
    if (early) return early.text === '' ? { tool: 'reminder_ahead', input: { ...early } } : undefined;
    if (isTime(other)) return again('that', other);
    return when !== undefined && task !== '' && isTime(when)
      ? again('that', when, task.replace(/^to /i, ''))
      : undefined;
  }
  if (
    A_REQUEST.test(rest) ||
    / (?:instead|later|earlier|sooner)[.!]*$/i.test(rest) ||
    ANY_REQUEST.test(rest) ||
    isTime(rest.replace(TOO, ''))
  )
    return undefined;
  const ahead = aheadIn(rest.replace(TOO, '').replace(/^another(?: one| reminder)? /i, ''));
  const beside = ahead && besideAhead(ahead, topic);
  if (beside) return beside;
  if (ahead) return ahead.text === '' ? undefined : { tool: 'reminder_ahead', input: { ...ahead } };
  const isSameDay = SAME_DAY.test(rest);
  const { task, when } = splitTask(`remind me ${rest.replace(TOO, '').replace(SAME_DAY, '')}`);
  if (isSameDay && when !== undefined && task !== '' && isTime(when))
    return again('that', when, task.replace(/^to /i, ''));
  // "One at 10 on the day itself" points at a day that nobody here knows.
  if (when === undefined || task === '' || !isTime(when) || /^(?:one|another)\b/i.test(task)) return undefined;
  const isPerson = /^\p{Lu}/u.test(task);
  const isClock = /^(?:at )?\d{1,2}(?:[:.]\d\d)?(?: ?[ap]m)?$/i.test(when);
  // "Proofread chapter 4" — "and chapter 5 on Thursday".
  const [, act, kind] = /^([a-z]+) ([a-z]+) \d+$/i.exec(before) ?? [];
  const [, sort] = /^([a-z]+) \d+$/i.exec(task) ?? [];
  if (kind !== undefined && sort?.toLowerCase() === kind.toLowerCase()) return again('that', when, `${act} ${task}`);
  const [, deed] =
    (isPerson ? /^([a-z]+(?: up)?) \p{Lu}/u : /^([a-z]+) (?:(?:the|my|our|a|an|some)\s|\p{Lu})/u).exec(before) ?? [];
  const text = (A_THING.test(task) || isPerson) && deed !== undefined ? `${deed} ${task}` : task;
  // An hour alone is one of the same day.
  return isClock && topic.isRecent ? again('that', when, text.replace(/^(?:to|about) /i, '')) : create(text, when);
}

/** "The same day as the dentist": that of another reminder. */
const AS_THAT = /\bsame (?:day|date|time) as\b/i;
const SAYS_WHY =
  /, (?:i|we|he|she|they|it)(?:(?:['’]\p{L}+|m|s|ve|re)\b| (?:just|already|never|always|still|only)\b)/iu;
const TELLS =
  /^(?:i|we|you|he|she|they|it|there|that|this|these|those|who|what|just|if|in|so|as|because|since|cos|cause|when|please|pls|thanks|thank|cheers|but|and|or|not|no|maybe|for|lol|ok|okay|sorry|too|also|then|though|tho)\b|\b(?:is|are|was|were|has|have|had|will|can|never|always|often)\b/i;

/** "One for Wednesday at noon, lunch with Marcus"; "6.15pm same day, leave the house". */
function anotherOf(rest: string): Call | undefined {
  const [, own = '', day = '', text = ''] = /^([^,]+?)( (?:on )?(?:the )?same day)?(?:,| to) (.+)$/i.exec(rest) ?? [];
  if (
    text === '' ||
    !isTime(own) ||
    ANY_REQUEST.test(text.replace(/^set up /i, '')) ||
    splitTask(`remind me to ${text}`).when !== undefined
  )
    return undefined;
  // "…, she never picks up" says why.
  if (TELLS.test(text)) return day === '' ? again('that', own) : undefined;
  return day === '' ? create(text, own) : again('that', own, text);
}

/** "And again on Sunday", "an hour before that": beside the one at hand. */
export const beside: Phrase[] = [
  {
    pattern:
      '[and|also] {length} (before|ahead of) (that|it|then) [please|can you|could you] (remind me|ping me|nudge me) to {text}',
    example: 'and half an hour before that remind me to warm the towels',
    about: 'reminder',
    call: ({ length = '', text = '' }) => ahead('that', length, text),
  },
  {
    pattern: '[and|also|plus] (another|another one|one more|a second one) [reminder] {rest}',
    example: 'another at 6pm to lock the shed',
    about: 'reminder',
    call: ({ rest = '' }) =>
      / to \p{L}/u.test(rest) && !ANY_REQUEST.test(rest) ? remind(rest, { needsTime: true }) : undefined,
  },
  {
    pattern:
      '[and|also|plus] (one|another|another one|again) at {clock} (on the day|on that day|the same day) [itself]',
    example: 'and one at 10 on the day itself',
    about: 'reminder',
    call: ({ clock = '' }, topic) => {
      const [, anchor = ''] = / before (.+)$/i.exec(topic?.when ?? '') ?? [];
      const when = `${withoutClock(anchor)} at ${clock}`;
      return anchor !== '' && isTime(when) ? again('that', when) : undefined;
    },
  },
  {
    pattern:
      '[and|also|plus] (and|also|plus|set|add) (one|another|another one|a one-off|one more) [reminder] (for|on|at) {rest}',
    example: 'and one for Wednesday at noon, lunch with Marcus',
    about: 'reminder',
    call: ({ rest = '' }) => anotherOf(rest),
  },
  {
    pattern: '(same time|same hour) [on] {day} {text}',
    example: 'same time Sunday, give him his pill',
    about: 'reminder',
    call: ({ day = '', text = '' }, topic) =>
      isTime(day) &&
      !isTime(text) &&
      isDeed(text) &&
      !/ instead[.!]*$/i.test(text) &&
      topic?.how === 'made' &&
      !ANY_REQUEST.test(text)
        ? again('that', day, text.replace(/^to /i, ''))
        : undefined,
  },
  {
    pattern: '(and|also|plus|and also) {rest}',
    example: 'and the council at 3',
    about: 'reminder',
    call: ({ rest = '' }, topic) =>
      topic?.how === 'made' && topic.text !== undefined && !ONE_THERE.test(rest) ? further(topic, rest) : undefined,
  },
  {
    pattern: '(and|also|plus|and also|but) [the|my] {which} one [at|on|to|for] {when}',
    example: 'and the logo one at 2:30',
    about: 'reminder',
    call: ({ which = '', when = '' }) =>
      A_REQUEST.test(which) || /^(?:push|bump|shift|postpone|delay|snooze|put)\b/i.test(which)
        ? undefined
        : editWhen(`${which} one`, /^\d{1,2}$/.test(when) ? `at ${when}` : when),
  },
  {
    pattern: '(and|plus|oh and|and also) {rest}',
    example: 'and Ann',
    about: 'reminder',
    call: ({ rest = '' }, topic) =>
      topic?.how === 'made' &&
      topic.isRecent &&
      topic.text !== undefined &&
      isItem(rest, topic.text) &&
      !A_REQUEST.test(rest) &&
      !MANAGES.test(rest)
        ? change({ text: `${topic.text} and ${rest.replace(TOO, '')}` })
        : undefined,
  },
  {
    pattern: '(remind me|ping me|nudge me) (about|of) (it|that|this) [again] {when} (too|as well|also)',
    example: 'remind me about that tomorrow as well',
    about: 'reminder',
    call: ({ when = '' }) => (isTime(when) ? again('that', when) : undefined),
  },
  {
    pattern:
      '[and|also] (same thing|same again|same [time]|again|the same [time]|and|also|plus|and also|another|one more|set another|make another) [do|set|remind me] [it|that|this|one] [again] [also] [for] {when}',
    example: 'and again on Sunday',
    about: 'reminder',
    call: ({ when = '' }, topic) => {
      // "And for two weeks only" is of the series itself.
      if (/\?\s*$| only[.!]*$/i.test(when)) return undefined;
      const said = when
        .replace(TOO, '')
        .replace(/^for\s+/i, '')
        .replace(SAME_DAY, '');
      const early = topic?.how === 'made' ? aheadIn(said) : undefined;
      const beside = early && besideAhead(early, topic);
      if (beside) return beside;
      if (early?.which === '' && early.text === '') return { tool: 'reminder_ahead', input: { ...early } };
      // "Another one for 10", behind a timer of 5 minutes or a call at 3.
      // "And another 15 minutes", of what was just put off.
      const length = said.replace(/^half (?=hour\b)/i, 'half an ');
      const isLonger = topic?.how === 'made' && topic.isNew !== true && parseDuration(length) !== undefined;
      if (isLonger && !/^in /i.test(said)) return topic.isRecent ? shiftedOn(topic, length) : undefined;
      const time = /^\d{1,2}$/.test(said) && topic?.when ? (lengthLike(topic.when, said) ?? `at ${said}`) : said;
      // "Again in 20", said of what has just spoken, puts that off.
      if (topic?.how === 'spoken') return snoozeOf('', time);
      return topic?.how !== 'shown' && isTime(time) && !BARE_NUMBER.test(time) ? again('that', time) : undefined;
    },
  },
  {
    pattern: `[and|also] [again] [${AGAIN}] {length} (before|beforehand|prior|ahead) [of] [it|that|this|then|hand] [too|as well|again]`,
    example: 'remind me an hour before that',
    about: 'reminder',
    call: ({ length = '' }, topic) =>
      besideAhead({ length, which: '', text: '', side: 'before' }, topic) ?? ahead('that', length),
  },
];
