/** What people say of the reminder at hand: to correct it, to see it, to change its words. */
import { type Call, isCondition, type Phrase } from '../../../agent/index.ts';
import { wordsIn } from '../../../base/word-forms.ts';
import { splitTask, taskWords } from '../../../time/index.ts';
import { change, correction, INSTEAD, underCondition } from '../correction.ts';
import { list } from '../list-calls.ts';
import { about, editWhen, pauseFor, pauseUntil } from '../phrase-calls.ts';
import { isRhythm, shifted } from '../schedule.ts';
import { FROM_NOW_ON, isTime, timeWithin } from '../time-words.ts';
import { ANY_REQUEST } from '../untold.ts';

/** "Call it off", "call it a day": sayings, no names. */
const SAYINGS = /^(?:off|in|back|quits|a (?:day|night|draw|wrap))\b/i;

/** "Call it … instead": its new text. */
function named(words: string): Call | undefined {
  const text = words
    .replace(INSTEAD, '')
    .replace(FROM_NOW_ON, '')
    .replace(/^["“'](.+)["”']$/, '$1');
  return SAYINGS.test(text) || isTime(text) ? undefined : change({ text });
}

/** It goes on, asks or denies: "on Friday don't …". */
const OPEN =
  /\?|^(?:can|could|should|would|will|do|does|did|is|are|why|when|what|who)\b|\b(?:don['’]?t|not|never|didn['’]?t|to|should|would|could|can|will|might|may|maybe|i|you|we|he|she|they|or)$/i;

/** "Ann can't make Tuesday": the day that is out. */
const OUT =
  /\b(?:no|not|never|none|cannot|\w+n['’]?t|without|except|full|busy|away|closed|booked|off|shut|taken|gone|unless|was going to)\b/i;

/** "They gave us till Friday": until when, and no condition. */
const untilless = (reason: string): string => reason.replace(/\b(?:until|till|til|before|after)\b/gi, 'on');

const REFERENCE = new Date('2026-01-07T06:00:00Z');

/** What people say for several at hand. */
const SEVERAL = {
  both: '(both|both of them|them both)',
  'all of them': '(all|all of them|them all)',
  them: '(them|those|these)',
};

const ofSeveral = (which: string, when: string, isWhen: (words: string) => boolean): Call | undefined =>
  isWhen(when) ? { tool: 'reminder_edit', input: { which, when } } : undefined;

const holds = (text: string | undefined, words: string): boolean =>
  text?.toLowerCase().includes(words.toLowerCase()) ?? false;

/** What people say of the reminder that was made, changed, shown or said last. */
export const following: Phrase[] = [
  {
    pattern: '{said}',
    example: 'no, 6pm',
    about: 'reminder',
    call: ({ said = '' }, topic) => (topic?.how === 'made' ? correction(said, topic) : undefined),
  },
  {
    pattern:
      '(when is|whens|when was|when will|what was|what is|how often is|how long (till|until|to|before)|how much time (till|until|to|before)|what time (is|was|will)) (that|this|that one|this one|that reminder|this reminder|then|the next|the next one|the next time|next) [again|for|set for|due|be]',
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
    pattern:
      '(pause|suspend|mute|halt|hold|hold off|stop) (it|that|this|this one|that one) (until|till|til) {when}|put (it|that|this|this one|that one) on (hold|ice|pause) (until|till|til) {when}',
    example: 'pause it until Monday',
    about: 'reminder',
    call: ({ when = '' }) => pauseUntil('that', when),
  },
  {
    pattern:
      '(pause|suspend|mute|halt|stop) (it|that|this|this one|that one) for {length}|put (it|that|this|this one|that one) on (hold|ice|pause) for {length}',
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
  ...(['both', 'all of them', 'them'] as const).flatMap((them): Phrase[] => [
    {
      pattern: `[do|have|make|set|put] ${SEVERAL[them]} [back] (on|at|for|to) {when}`,
      example: `do ${them} on Monday`,
      about: 'reminder',
      call: ({ when = '' }) => ofSeveral(them, when.replace(/[\s,]+instead$/i, ''), isTime),
    },
    {
      pattern: `[move|shift|push|make|bring] ${SEVERAL[them]} {shift}`,
      example: `${them} half an hour earlier`,
      about: 'reminder',
      call: ({ shift = '' }) => ofSeveral(them, shift, (words) => shifted(REFERENCE, words) !== undefined),
    },
  ]),
  {
    pattern: '(change|amend|alter|reword|edit|switch) (it|that|this) to {text}',
    example: 'change it to collect the keys',
    about: 'reminder',
    call: ({ text = '' }, topic) => {
      const [deed = '', ...others] = text.replace(/^to /i, '').toLowerCase().split(/\s+/);
      const isTask =
        taskWords.deeds.has(deed) && others.length > 0 && splitTask(`remind me to ${text}`).when === undefined;
      return isTask && topic?.how === 'made' && !/\d|\?| instead/i.test(text)
        ? change({ text: text.replace(/^to /i, '') })
        : undefined;
    },
  },
  {
    pattern: "(i'll|i will|ill|let me) {deed} (him|her|it|them|that) {when}",
    example: "I'll call him tomorrow instead",
    about: 'reminder',
    call: ({ deed = '', when = '' }, topic) =>
      / instead\b/i.test(when) && wordsIn(topic?.text ?? '').includes(deed.toLowerCase())
        ? editWhen('that', when)
        : undefined,
  },
  {
    pattern: '[a] (bit|little|little bit) (later|earlier|sooner) {when}',
    example: 'a bit earlier, 16:40',
    about: 'reminder',
    call: ({ when = '' }, topic) =>
      isTime(when) ? change({ when, ...(topic?.isRecent && { whole: true }) }) : undefined,
  },
  {
    pattern: '[a] (bit|little|little bit) (later|earlier)',
    example: 'a bit later',
    about: 'reminder',
    call: () => ({ tool: 'reminder_edit', input: { which: 'that' } }),
  },
  {
    pattern: '(and|what about|and what about|how about|and how about|and whats|and what is) [on] {day}',
    example: 'and Thursday?',
    about: 'reminder',
    call: ({ day = '' }, topic) => (topic?.how === 'shown' || /\?\s*$/.test(day) ? list(day) : undefined),
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
    pattern: '[and] (end|stop) [it|that|this] (on|after|at) {when}',
    example: 'end it on 27 November',
    about: 'reminder',
    call: ({ when = '' }, topic) =>
      topic?.isRecent !== false && isRhythm(topic?.when ?? 'every') && isTime(when)
        ? change({ when: `until ${when}` })
        : undefined,
  },
  {
    pattern:
      '[can i|could i|can we|could we|is possible to] ((move|put) [it|that] (to|for|at|until) {when}|(change|switch) [it|that] (to|for|at|until) {other})',
    example: 'can I change it to 10?',
    about: 'reminder',
    call: ({ when, other = '' }, topic) =>
      topic?.how === 'made'
        ? correction(`${when === undefined ? 'change' : 'move'} it to ${(when ?? other).replace(/[?]+$/, '')}`, topic)
        : undefined,
  },
  {
    pattern:
      '{reason} [so] (change|move|make|set|switch|put|push) (it|that) [to|for|until] (that|then|that day|that date)',
    example: 'they gave us till March 9, so change it to that',
    call: ({ reason = '' }) => {
      const when = reason.split(/\s+/).length <= 12 && !isCondition(untilless(reason)) ? timeWithin(reason) : undefined;
      return when === undefined || ANY_REQUEST.test(reason) || OPEN.test(reason) || OUT.test(reason)
        ? undefined
        : editWhen('that', when);
    },
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
