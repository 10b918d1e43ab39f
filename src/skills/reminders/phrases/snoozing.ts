import type { Phrase } from '../../../agent/index.ts';
import { parseDuration } from '../../../time/index.ts';
import { about, BARE_NUMBER, isPutOff, snooze, snoozeOf } from '../phrase-calls.ts';
import { FROM_NOW_ON, isTime } from '../time-words.ts';

/** What somebody says who cannot do it yet. */
const LATER = 'not|now|yet|no|cant|cannot|rn|right|sorry|busy|later|ok|oh|please|can|could|you|just|better|nope|hmm|ah';

/** What people say to put a reminder off. */
export const snoozing: Phrase[] = [
  {
    pattern:
      '(snooze|snooze please|later|remind me later|remind me again|remind me again later|ask me later|ask again later|in a bit|remind me in a bit)',
    example: 'snooze',
    call: () => snoozeOf(''),
  },
  {
    pattern: 'snooze {rest}',
    example: 'snooze that 10 minutes',
    call: ({ rest = '' }) => snooze(rest),
  },
  {
    pattern:
      '(remind me|ping me|tell me|ask me|nudge me|try me|chase me|bug me|ask|try) (again|once more|one more time) {when}',
    example: 'remind me again in an hour',
    call: ({ when = '' }) => snoozeOf('', when),
  },
  {
    pattern: '(remind me|ping me|nudge me) (about|of) (it|that|this) (again|once more|one more time) {when}',
    example: 'remind me about it again tomorrow',
    call: ({ when = '' }) => snoozeOf('that', when),
  },
  {
    pattern: '(remind me|ping me|nudge me) (about|of) (it|that|this) {when}',
    example: 'remind me about that in 20 minutes',
    call: ({ when = '' }) => snoozeOf('that', when.replace(/\s+instead$/i, '')),
  },
  {
    pattern: '(remind me|ping me|remind me about it|remind me about that) in {length} more (minutes|mins|hours)',
    example: 'remind me in 10 more minutes',
    call: ({ length = '' }) => (/^\d{1,3}$/.test(length) ? snoozeOf('', `${length} minutes`) : undefined),
  },
  {
    pattern:
      '(remind me|ping me|nudge me|ask me) (about|of) (it|that|this) [again] (later|some other time|another time|in a bit)',
    example: 'remind me about that later',
    call: () => snoozeOf('that'),
  },
  {
    pattern: 'bring (it|that|this) up again {when}',
    example: 'bring that up again tomorrow',
    call: ({ when = '' }) => snoozeOf('that', when),
  },
  {
    pattern: `<${LATER}> (try|chase|ask|hit|catch|ping|poke|prod|bug|nudge|buzz|shout at) me [up] <again|then> {when}`,
    example: 'try me tomorrow at 9',
    about: 'reminder',
    call: ({ when = '' }, topic) => (isTime(when) && topic?.how === 'spoken' ? snoozeOf('', when) : undefined),
  },
  {
    pattern: 'not now {when}',
    example: 'not now, in an hour',
    call: ({ when: said = '' }) => {
      const when = said.replace(/^(?:try|ask|remind|ping|nudge) (?:me )?(?:again )?/i, '');
      return isTime(when) ? snoozeOf('', when) : undefined;
    },
  },
  {
    pattern: '[not yet|no not yet|not now|wait] give me {length}',
    example: 'give me 10 minutes',
    call: ({ length = '' }) => snoozeLength(length),
  },
  {
    pattern: '{length} more (minutes|mins|min|hours|hour|minute)',
    example: '5 more minutes',
    call: ({ length = '' }) => (/^\d{1,3}$/.test(length) ? snoozeOf('', `${length} minutes`) : undefined),
  },
  {
    pattern: '[not yet|no not yet|not done yet|wait] {length} more',
    example: 'not yet, 5 more',
    about: 'reminder',
    call: ({ length = '' }) => (/^\d{1,2}$/.test(length) ? snoozeOf('', `${length} minutes`) : undefined),
  },
  {
    pattern:
      '[not yet|no not yet|not now|wait] ((give it|give that|give me) another {length} [(on|with|for) (it|that|this)]|(give it|give that|give me) {more} more [minutes|mins|min] [(on|with|for) (it|that|this)])',
    example: 'give it another 10',
    call: ({ more, length = more ?? '' }) => snoozeOf('', /^\d{1,3}$/.test(length) ? `${length} minutes` : length),
  },
  {
    pattern: '(it|that|they|this) (needs|need|wants|want) (another {length}|{more} (more|longer))',
    example: 'it needs another 15 minutes',
    about: 'reminder',
    call: ({ length, more = '' }) => snoozeLength(length ?? more),
  },
  {
    pattern: 'another {length}',
    example: 'another half an hour',
    call: ({ length = '' }) => snoozeLength(length),
  },
  {
    pattern: '(hold off|hold on|wait) (until|till|for) {when}',
    example: 'hold off until tomorrow',
    call: ({ when = '' }) => (BARE_NUMBER.test(when) ? undefined : snoozeOf('', when)),
  },
  {
    pattern:
      '(push|delay|postpone|defer|bump|put off|push back|put|hold|hold off) {which} [back|off|out] (to|until|till|til) {when}',
    example: 'push it to tomorrow',
    call: ({ which = '', when = '' }) => putOffTo(which.replace(/\s+(?:back|off|out)$/i, ''), when),
  },
  {
    pattern: 'leave {which} (until|till|til) {when}',
    example: 'leave the other one till Monday',
    tentative: true,
    call: ({ which = '', when = '' }, topic) =>
      (/^(?:it|that|this)$/i.test(which) && topic?.thing === 'reminder') || /\b(?:one|reminder|other)$/i.test(which)
        ? putOffTo(which, when)
        : undefined,
  },
  {
    pattern: '(push|delay|postpone|defer|bump|put off|push back|hold|hold off) {which} [back] (for|by) {when}',
    example: 'push it back by an hour',
    call: ({ which = '', when = '' }) => snoozeOf(which.replace(/\s+(?:back|off)$/i, ''), when),
  },
  {
    pattern: '(put|push|hold) {which} (off|back) (for|by) {when}',
    example: 'put the laundry off for an hour',
    call: ({ which = '', when = '' }) => snoozeOf(which, when),
  },
  {
    pattern: '(delay|postpone|defer|push back|put off) {which}',
    example: 'postpone that an hour',
    call: ({ which = '' }) => snooze(which),
  },
  {
    pattern: '(push|bump|shift) (that|it|this) {length}',
    example: 'push it a week',
    call: ({ length = '' }) =>
      /[a-z]/i.test(length) && parseDuration(length) !== undefined ? snoozeOf('that', length) : undefined,
  },
  {
    pattern: '(push|put) (that|it|this) (back|off) {when}',
    example: 'push that back an hour',
    call: ({ when = '' }) =>
      /^(?:to|until|till) /i.test(when)
        ? putOffTo('that', when.replace(/^\S+ /, ''))
        : snoozeOf('that', when.replace(/^(?:by|for) /i, '')),
  },
];

/** Put off to "11" is an hour, not a length. */
function putOffTo(which: string, when: string) {
  if (FROM_NOW_ON.test(when)) return about('reminder_edit', which, { when });
  return /^\d{1,2}$/.test(when) ? about('reminder_edit', which, { when }) : snoozeOf(which, when);
}

/** "Give me a minute" only asks for patience. */
function snoozeLength(length: string) {
  if (/^(?:an? (?:minute|second|moment|sec|min|break|bit)|\d+)$/i.test(length)) return undefined;
  const words = length.replace(/^another\s+/i, '').replace(/\s+more\b/i, '');
  return isPutOff(words) && (parseDuration(words) !== undefined || /\b(?:hour|minute|min|day)s?$/i.test(words))
    ? snoozeOf('', words)
    : undefined;
}
