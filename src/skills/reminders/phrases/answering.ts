/** What people say back to a reminder that has just spoken. */
import type { Call, Phrase, Topic } from '../../../agent/index.ts';
import { isFormOf, wordsIn } from '../../../base/word-forms.ts';
import { about, PAST, snoozeOf } from '../phrase-calls.ts';
import { isTime } from '../time-words.ts';

/** What was said back to a reminder that has just spoken: "can't now, tomorrow at 9", "leaving now, done". */
function answered(words: string): Call | undefined {
  const said = words.replace(/[\s,]+instead[\s.!]*$/i, '');
  const [, chat = '', last = said] = /^(.{1,40}?)[,;.!–-]\s+([^,;]+)$/.exec(said) ?? [];
  if (chat.split(/\s+/).length > 5) return undefined;
  if (chat !== '' && /^(?:all )?(?:done|did it|finished)[.!]?$/i.test(last)) return about('reminder_complete', '');
  return isTime(last) && !/^\d+$/.test(last) ? { tool: 'reminder_snooze', input: { when: last } } : undefined;
}

/** "I'm up", of what wakes. */
const isUp = (said: string, { text }: Topic): Call | undefined =>
  /^(?:ok(?:ay)?[\s,]+)?(?:i['’]?m|i am) (?:already )?(?:up|awake)(?: now| already)?[\s.!]*$/i.test(said) &&
  text?.startsWith('wake up')
    ? about('reminder_complete', '')
    : undefined;

/** "Tomorrow morning", "I called him": of the one that has just spoken. */
export const answering: Phrase[] = [
  {
    pattern: '[remind me|ping me|nudge me|bug me|poke me|buzz me|tell me|ask me] {when}',
    example: 'tomorrow morning',
    about: 'reminder',
    call: ({ when = '' }, topic) => (topic?.how === 'spoken' ? (isUp(when, topic) ?? answered(when)) : undefined),
  },
  {
    pattern: '[lets|please] do (it|that|this) {when}',
    example: 'do it tomorrow at 8am instead',
    about: 'reminder',
    call: ({ when: said = '' }, topic) => {
      const when = said.replace(/[\s,]+instead$/i, '');
      return topic?.how === 'spoken' && isTime(when) ? snoozeOf('', when) : undefined;
    },
  },
  {
    pattern: "[ok] (they're|they are|it's|it is|that's|he's|she's) [all|now] {did} [now|already]",
    example: "they're called",
    about: 'reminder',
    call: ({ did = '' }, topic) => {
      const [deed = ''] = wordsIn(topic?.text ?? '');
      return topic?.how === 'spoken' && PAST.test(did) && isFormOf(did.toLowerCase(), deed)
        ? about('reminder_complete', '')
        : undefined;
    },
  },
  {
    pattern: "(i'll|i will|ill|let me|lets) (do|handle|get to) (it|that|this) {when}",
    example: "I'll do it tonight",
    about: 'reminder',
    call: ({ when = '' }, topic) => (topic?.how === 'spoken' && isTime(when) ? snoozeOf('', when) : undefined),
  },
  {
    pattern:
      "[i|i've|i have|we] [just|already|have] {deed} (him|her|it|them|that|this) [out|in|up|down|off|back|away] [already|now|as well|too|all]",
    example: 'I called him',
    about: 'reminder',
    call: ({ deed = '' }, topic) =>
      topic?.how === 'spoken' && deed !== 'got' && (PAST.test(deed) || /^[a-z]+[dt]$/i.test(deed))
        ? { tool: 'reminder_complete', input: {} }
        : undefined,
  },
];
