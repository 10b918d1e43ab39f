import { ANYMORE, type Call, isCondition, type Phrase, REMOVE, UNNEEDED } from '../../../agent/index.ts';
import { splitTask } from '../../../time/index.ts';
import { aheadIn } from '../ahead-words.ts';
import { change, correction, INSTEAD, lengthLike, underCondition } from '../correction.ts';
import {
  AGAIN,
  about,
  again,
  ahead,
  BARE_NUMBER,
  create,
  list,
  PAST,
  pauseFor,
  pauseUntil,
  snoozeOf,
} from '../phrase-calls.ts';
import { isItem } from '../reworded.ts';
import { isRhythm } from '../schedule.ts';
import { isTime } from '../time-words.ts';
import { ANY_REQUEST } from '../untold.ts';

/** What was said back to a reminder that has just spoken: "can't now, tomorrow at 9", "leaving now, done". */
function answered(said: string): Call | undefined {
  const [, chat = '', last = said] = /^(.{1,40}?)[,;.!–-]\s+([^,;]+)$/.exec(said) ?? [];
  if (chat.split(/\s+/).length > 5) return undefined;
  if (chat !== '' && /^(?:all )?(?:done|did it|finished)[.!]?$/i.test(last)) return about('reminder_complete', '');
  return isTime(last) && !/^\d+$/.test(last) ? { tool: 'reminder_snooze', input: { when: last } } : undefined;
}

/** "Call it off", "call it a day": sayings, no names. */
const SAYINGS = /^(?:off|in|back|quits|a (?:day|night|draw|wrap))\b/i;

/** "Call it … instead": its new text. */
function named(words: string): Call | undefined {
  const text = words.replace(INSTEAD, '').replace(/^["“'](.+)["”']$/, '$1');
  return SAYINGS.test(text) || isTime(text) ? undefined : change({ text });
}

const holds = (text: string | undefined, words: string): boolean =>
  text?.toLowerCase().includes(words.toLowerCase()) ?? false;

/** One day of a series at another hour. */
const once = (day: string, when: string): Call | undefined =>
  list(day) && !/^(?:every|each|all)\b|s$|\bweek$/i.test(day) && isTime(`${day} at ${when.replace(/^at /i, '')}`)
    ? { tool: 'reminder_snooze', input: { which: 'that', when: `${day} at ${when.replace(/^at /i, '')}`, day } }
    : undefined;

const A_DAY = /\b(?:today|tomorrow|(?:(?:this|next) )?(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b/gi;

/** "It's a holiday on Monday, skip it": the day that the reason names. */
function skippedFor(reason: string): Call | undefined {
  const [day, other] = reason.match(A_DAY) ?? [];
  const isTold = !isCondition(reason) && !ANY_REQUEST.test(reason) && reason.split(/\s+/).length <= 9;
  return day !== undefined && other === undefined && isTold ? underCondition(`skip ${day}`) : undefined;
}

const TOO = /\s+(?:too|as well|also|again|please)$/i;
/** What begins another request. */
const A_REQUEST =
  /^(?:remind|ping|nudge|tell|wake|alert|set|make|add|note|show|list|cancel|delete|move|snooze|what|whats|when|who|where|how|is|do|can|could|i|it|that|this)\b/i;
const SAME_DAY = /[\s,]+(?:on )?(?:the )?same (?:day|date)[.!]*$/i;
const A_THING = /^(?:the|my|our|a|an|some)\s/i;

/** "… and the council at 3" behind "ring the bank": a thing takes the deed of the one before. */
function further(before: string, rest: string): Call | undefined {
  if (A_REQUEST.test(rest) || ANY_REQUEST.test(rest) || isTime(rest.replace(TOO, ''))) return undefined;
  const ahead = aheadIn(rest.replace(TOO, ''));
  if (ahead) return ahead.text === '' ? undefined : { tool: 'reminder_ahead', input: { ...ahead } };
  const isSameDay = SAME_DAY.test(rest);
  const { task, when } = splitTask(`remind me ${rest.replace(TOO, '').replace(SAME_DAY, '')}`);
  if (isSameDay && when !== undefined && task !== '' && isTime(when))
    return again('that', when, task.replace(/^to /i, ''));
  if (when === undefined || task === '' || !isTime(when)) return undefined;
  const [, deed] = /^([a-z]+) (?:the|my|our|a|an|some)\s/i.exec(before) ?? [];
  return create(A_THING.test(task) && deed !== undefined ? `${deed} ${task}` : task, when);
}

/** "It got done", and no "it in an hour". */
const A_REASON =
  /^(?:i|we|its|it['’]s|it (?:is|was|has|had|got|went|came|turned|will|can|does|did|\p{L}+ed)|already|got|no longer|not|changed)\s/iu;

/** What people say of the reminder that was made, changed, shown or said last. */
export const following: Phrase[] = [
  {
    pattern: '{said}',
    example: 'no, 6pm',
    about: 'reminder',
    call: ({ said = '' }, topic) => (topic?.how === 'made' ? correction(said, topic) : undefined),
  },
  {
    pattern: '[remind me|ping me|nudge me] {when}',
    example: 'tomorrow morning',
    about: 'reminder',
    call: ({ when = '' }, topic) => (topic?.how === 'spoken' ? answered(when) : undefined),
  },
  {
    pattern: "(i'll|i will|ill|let me|lets) (do|handle|get to) (it|that|this) {when}",
    example: "I'll do it tonight",
    about: 'reminder',
    call: ({ when = '' }, topic) => (topic?.how === 'spoken' && isTime(when) ? snoozeOf('', when) : undefined),
  },
  {
    pattern: "[i|i've|i have|we] [just|already] {deed} (him|her|it|them|that|this)",
    example: 'I called him',
    about: 'reminder',
    call: ({ deed = '' }, topic) =>
      topic?.how === 'spoken' && deed !== 'got' && (PAST.test(deed) || /^[a-z]+[dt]$/i.test(deed))
        ? { tool: 'reminder_complete', input: {} }
        : undefined,
  },
  {
    pattern:
      '(when is|whens|when was|when will|what was|what is|how often is|how long (till|until|to|before)|how much time (till|until|to|before)|what time (is|was|will)) (that|this|then|the next|the next one|the next time|next) [again|for|be]',
    example: 'when is that?',
    about: 'reminder',
    call: () => ({ tool: 'reminder_list', input: {} }),
  },
  {
    pattern:
      '(what did i just (ask|ask you|say|tell you)|(when|what time) (did i|have i|is it|was it) (say|said|set|set it|set it for|set that for|pick|for|choose))',
    example: 'what time did I say?',
    about: 'reminder',
    call: () => ({ tool: 'reminder_list', input: {} }),
  },
  {
    pattern:
      '((is|was) (that|it|this) (am or pm|pm or am|in the morning or evening|today or tomorrow|tomorrow or today)|how long (till|until) it|how (long|much time) (have i|do i have) [left|got])',
    example: 'is that am or pm?',
    about: 'reminder',
    call: () => ({ tool: 'reminder_list', input: {} }),
  },
  {
    pattern: '(pause|suspend|mute|halt|hold|hold off|stop) (it|that|this|this one|that one) (until|till|til) {when}',
    example: 'pause it until Monday',
    about: 'reminder',
    call: ({ when = '' }) => pauseUntil('that', when),
  },
  {
    pattern: '(pause|suspend|mute|halt|stop) (it|that|this|this one|that one) for {length}',
    example: 'pause it for two weeks',
    about: 'reminder',
    call: ({ length = '' }) => pauseFor('that', length),
  },
  {
    pattern: '{said}',
    example: 'but not on Fridays',
    about: 'reminder',
    call: ({ said = '' }) => underCondition(said),
  },
  {
    pattern: '(skip|miss) (it|that|this one|the first one|the first time|this time|it once)',
    example: 'skip this one',
    about: 'reminder',
    call: () => ({ tool: 'reminder_complete', input: { which: 'that', ahead: true } }),
  },
  {
    pattern: '{reason} (skip|miss) (it|that|that one|this one|that day)',
    example: "it's a holiday on Monday, skip it",
    about: 'reminder',
    call: ({ reason = '' }) => skippedFor(reason),
  },
  {
    pattern: '(skip|miss) [just|only] (the next one|next|next time|the next time|the next)',
    example: 'skip the next one',
    about: 'reminder',
    call: () => ({ tool: 'reminder_complete', input: { which: 'that', ahead: true, next: true } }),
  },
  {
    pattern: '((change|replace|swap) {from} (to|with|for) {to}|{from} should (be|say|read) {to})',
    example: 'change Bob to Robert',
    about: 'reminder',
    call: ({ from = '', to = '' }, topic) =>
      holds(topic?.text, from) && !isTime(to) ? change({ replace: { from, to } }) : undefined,
  },
  {
    pattern: '(add|append) {more} to (it|that|this|the reminder|that reminder)',
    example: 'add milk to that',
    about: 'reminder',
    call: ({ more = '' }, topic) =>
      topic?.text === undefined || isTime(more) ? undefined : change({ text: `${topic.text} and ${more}` }),
  },
  {
    pattern: '(and|also|plus|and also) {rest}',
    example: 'and the council at 3',
    about: 'reminder',
    call: ({ rest = '' }, topic) =>
      topic?.how === 'made' && topic.text !== undefined ? further(topic.text, rest) : undefined,
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
      !A_REQUEST.test(rest)
        ? change({ text: `${topic.text} and ${rest.replace(TOO, '')}` })
        : undefined,
  },
  {
    pattern: '[a] (bit|little|little bit) (later|earlier)',
    example: 'a bit later',
    about: 'reminder',
    call: () => ({ tool: 'reminder_edit', input: { which: 'that' } }),
  },
  {
    pattern: '(remind me|ping me|nudge me) (about|of) (it|that|this) [again] {when} (too|as well|also)',
    example: 'remind me about that tomorrow as well',
    about: 'reminder',
    call: ({ when = '' }) => (isTime(when) ? again('that', when) : undefined),
  },
  {
    pattern:
      '(same thing|same [time]|again|the same [time]|and|also|plus|and also|another|one more|set another|make another) [do|set|remind me] [it|that|this|one] [again] [also] [for] {when}',
    example: 'and again on Sunday',
    about: 'reminder',
    call: ({ when = '' }, topic) => {
      if (/\?\s*$/.test(when)) return undefined;
      const said = when.replace(TOO, '').replace(/^for\s+/i, '');
      const early = topic?.how === 'made' ? aheadIn(said) : undefined;
      if (early?.which === '' && early.text === '') return { tool: 'reminder_ahead', input: { ...early } };
      // "Another one for 10", behind a timer of 5 minutes or a call at 3.
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
    call: ({ length = '' }) => ahead('that', length),
  },
  {
    pattern: '(and|what about|and what about|how about|and how about|and whats|and what is) [on] {day}',
    example: 'and Thursday?',
    about: 'reminder',
    call: ({ day = '' }, topic) => (topic?.how === 'shown' || /\?\s*$/.test(day) ? list(day) : undefined),
  },
  {
    pattern: '[just|only] (for|on) {day} [only|just] (make it|do it at|move it to|change it to|at|its at) {when}',
    example: 'just for today make it 3pm',
    about: 'reminder',
    call: ({ day = '', when = '' }) => once(day, when),
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
    pattern: '{day} only (make it|move it to|change it to|do it at|have it at|its at|at) {when}',
    example: 'next week only, move it to 6',
    about: 'reminder',
    call: ({ day = '', when = '' }) =>
      /^(?:this|next) week$/i.test(day) && isTime(`at ${when.replace(/^at /i, '')}`)
        ? { tool: 'reminder_snooze', input: { which: 'that', when: when.replace(/^at /i, ''), day } }
        : once(day.replace(/^(?:for|on) /i, ''), when),
  },
  {
    pattern:
      '(from now on|from here on|going forward|from today on|from today) [it is|its|it should be|make it|do it|have it|that is] [at|on] {when}',
    example: 'from now on it is at 11',
    about: 'reminder',
    call: ({ when = '' }) =>
      isTime(`at ${when}`) || isTime(when) ? change({ when: `${when} from now on`, whole: true }) : undefined,
  },
  {
    pattern: '(end|stop) (it|that|this) (on|after|at) {when}',
    example: 'end it on 27 November',
    about: 'reminder',
    call: ({ when = '' }, topic) =>
      topic?.isRecent !== false && isRhythm(topic?.when ?? 'every') && isTime(when)
        ? change({ when: `until ${when}` })
        : undefined,
  },
  {
    pattern:
      '[can i|could i|can we|could we|is possible to] (change|move|switch|put) [it|that] (to|for|at|until) {when}',
    example: 'can I change it to 10?',
    about: 'reminder',
    call: ({ when = '' }, topic) =>
      topic?.how === 'made' ? correction(`no, ${when.replace(/[?]+$/, '')}`, topic) : undefined,
  },
  {
    pattern: '[but|no|actually] not (the|my) {which} (one|reminder)',
    example: 'actually not the milk one',
    about: 'reminder',
    tentative: true,
    call: ({ which = '' }, topic) => (topic?.isNew === true ? about('reminder_delete', which) : undefined),
  },
  {
    pattern: '(when is|whens|when was|what was) it [again]',
    example: 'when is it?',
    about: 'reminder',
    call: () => ({ tool: 'reminder_list', input: {} }),
  },
  {
    pattern:
      '((did you|have you) (set|get|save|got|saved|make|made) (it|that)|(is|was|are) (it|that|they) (set|saved|on|in|there|noted))',
    example: 'did you set it?',
    about: 'reminder',
    call: () => ({ tool: 'reminder_list', input: {} }),
  },
  {
    pattern:
      '(wait|no|oops|hmm) (keep it|keep that|keep that one|leave it|i still need it|i still need that|dont delete it|dont cancel it|not done|not done yet|its not done|it isnt done|i didnt|not yet|bring it back|put it back)',
    example: 'wait, not done',
    about: 'reminder',
    call: (_, topic) => (topic?.how === 'made' ? { tool: 'undo', input: {} } : undefined),
  },
  {
    pattern: '(turn|switch|shut|call) (it|that) off',
    example: 'turn it off',
    about: 'reminder',
    call: () => about('reminder_delete', 'that'),
  },
  {
    pattern: '(cancel|delete|remove|scrap) [it|that|this] [please] {reason}',
    example: 'cancel, already got it',
    about: 'reminder',
    call: ({ reason = '' }) =>
      A_REASON.test(reason) &&
      !isCondition(reason) &&
      !/\b(?:or|only)\b/i.test(reason) &&
      reason.split(/\s+/).length <= 6
        ? about('reminder_delete', 'that')
        : undefined,
  },
  {
    pattern: '(cancel|delete|remove|scrap)',
    example: 'cancel',
    about: 'reminder',
    call: () => about('reminder_delete', 'that'),
  },
  {
    pattern: '[oh] [no|oops|wait|actually|sorry] [wait|no|actually] (bring|put|get) (it|that) back',
    example: 'bring it back',
    about: 'reminder',
    call: () => ({ tool: 'undo', input: {} }),
  },
  {
    pattern: `(${REMOVE}|stop|end|turn off|switch off|${UNNEEDED}) (it|that|this|that one|this one) ${ANYMORE}`,
    example: 'drop that',
    about: 'reminder',
    call: () => about('reminder_delete', 'that'),
  },
  {
    pattern: '(call|name|title|label|word) (it|that) {text}',
    example: 'call it “ring Robert” instead',
    about: 'reminder',
    call: ({ text = '' }) => named(text),
  },
  {
    pattern: '(rename|reword) (it|that) (to|as) {text}',
    example: 'rename it to call Robert',
    about: 'reminder',
    call: ({ text = '' }) => about('reminder_edit', 'that', { text }),
  },
  {
    pattern: '(change|edit|update|set) the (text|wording|name|title) to {text}',
    example: 'change the text to ring Robert',
    about: 'reminder',
    call: ({ text = '' }) => about('reminder_edit', 'that', { text }),
  },
];
