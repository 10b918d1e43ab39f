import { ANYMORE, type Call, type Phrase, REMOVE, UNNEEDED } from '../../../agent/index.ts';
import { AGAIN, about, again, ahead, BARE_NUMBER, isTime } from '../hearing.ts';
import { isRhythm, shifted } from '../schedule.ts';

const REFERENCE = new Date('2026-01-07T06:00:00Z');

/** What leads into a correction. */
const CUE =
  /^(?:(?:no|nope|nah|oh|oops|ops|whoops|sorry|wait|hmm+|hm|actually|well|rather|ok|okay|hang on|hold on|my bad|my mistake|damn|correction|thanks|thank you|great|ugh|wrong (?:day|time|date|hour)|not quite|never ?mind)\b[\s,.!:;…–-]*)+/i;
const STRONG =
  /\b(?:no|nope|nah|oops|ops|whoops|sorry|wait|actually|rather|correction|my bad|my mistake|wrong|hmm+|hang on|hold on)\b/i;
const SAYING =
  /^(?:(?:i|we) (?:mean|meant|meant to say|mean to say|said)(?: that)?|(?:it|that|this) (?:should|must|ought to) (?:be|have been|say|read|have said)|should (?:be|have been|say)|make (?:it|that|this)|let'?s (?:do|say|make it)|let us do|better(?: make it| at| on)?|rather|(?:change|set|move|switch|shift|push) (?:it|that|this)(?: to| for)?|can (?:we|you) (?:do|make it)|could (?:we|you) (?:do|make it)|(?:do|repeat|have) (?:it|that|this)|how about|what about|back to|instead|just|only)\s+/i;
/** Words about its text, not its time. */
const TEXT = /^(?:(?:i|we) (?:mean|meant|meant to say|mean to say)|(?:it|that) should (?:say|read|have said))\s+/i;
const INSTEAD = /[\s,]*\b(?:instead|though|rather|i mean|i meant|i think)[\s.!?]*$/i;
const NOT_OTHER = /^(.+?),? (?:and )?not (.+)$/i;
const OTHER_FIRST = /^not (.+?),? (?:but )?(.+)$/i;

/** What changes the reminder that was just made: "no, 6pm", "actually every day", "I meant Alice, not Bob". */
function correction(said: string): Call | undefined {
  if (said.split(/\s+/).length > 20 || /\burgent\b/i.test(said)) return undefined;
  const words = said.trim().replace(/^\*\s*/, '');
  const cue = CUE.exec(words)?.[0] ?? '';
  const rest = words.slice(cue.length);
  const saying = SAYING.exec(rest)?.[0] ?? '';
  const meant = rest
    .slice(saying.length)
    .replace(INSTEAD, '')
    .replace(/[\s.!?]+$/, '');
  const isCued = STRONG.test(cue) || saying !== '' || INSTEAD.test(rest) || said.trim().startsWith('*');
  if (meant === '') return undefined;
  const other = contrast(meant, rest);
  if (other) return other;
  const time = timeOf(meant);
  if (time !== undefined && (isCued || isRelative(meant))) return change({ when: time });
  if (time !== undefined && /^(?:am|pm|in the (?:morning|evening|afternoon))$/i.test(meant))
    return change({ when: time });
  const again = /^remind me (?:to|about) (.+)$/i.exec(meant);
  if (again && STRONG.test(cue)) return isTimeless(again[1] ?? '') ? change({ text: again[1] }) : undefined;
  if (TEXT.test(rest) || (STRONG.test(cue) && INSTEAD.test(rest))) return textOf(meant);
  return undefined;
}

/** "Alice, not Bob", "not 5, 6". */
function contrast(meant: string, rest: string): Call | undefined {
  for (const [pattern, to, from] of [
    [NOT_OTHER, 1, 2],
    [OTHER_FIRST, 2, 1],
  ] as const) {
    const found = pattern.exec(meant) ?? pattern.exec(rest);
    const [right, wrong] = [found?.[to]?.trim() ?? '', found?.[from]?.trim() ?? ''];
    if (right === '' || wrong === '' || wrong.split(/\s+/).length > 4) continue;
    const time = timeOf(right);
    if (time !== undefined && (isTime(wrong) || /^\d{1,2}$/.test(wrong))) return change({ when: time });
    if (time === undefined && !isTime(wrong) && right.split(/\s+/).length <= 4)
      return change({ replace: { from: wrong, to: right } });
  }
  return undefined;
}

const isRelative = (words: string): boolean => shifted(REFERENCE, words) !== undefined;

function timeOf(words: string): string | undefined {
  const said = words.replace(/^(?:to|for)\s+/i, '');
  if (/^(?:just |only )?(?:on )?weekdays?$/i.test(said)) return 'every weekday';
  if (/^(?:in the )?(am|morning)$/i.test(said)) return 'am';
  if (/^(?:in the )?(pm|evening|afternoon)$/i.test(said)) return 'pm';
  return isRelative(said) || isRhythm(said) || isTime(said) || /^\d{1,2}$/.test(said) ? said : undefined;
}

const isTimeless = (text: string): boolean =>
  text !== '' && !/\b(?:at|in|on|tomorrow|tonight|every)\s+\S+$/i.test(text);

function textOf(words: string): Call | undefined {
  const text = words.replace(/^to\s+/i, '');
  return isTimeless(text) && text.split(/\s+/).length <= 15 ? change({ text }) : undefined;
}

const change = (more: Record<string, unknown>): Call => ({ tool: 'reminder_edit', input: { which: 'that', ...more } });

/** What people say of the reminder that was made, changed, shown or said last. */
export const following: Phrase[] = [
  {
    pattern: '{said}',
    example: 'no, 6pm',
    about: 'reminder',
    call: ({ said = '' }, topic) => (topic?.how === 'made' ? correction(said) : undefined),
  },
  {
    pattern: '{when}',
    example: 'tomorrow morning',
    about: 'reminder',
    call: ({ when = '' }, topic) =>
      topic?.how === 'spoken' && isTime(when) && !/^\d+$/.test(when)
        ? { tool: 'reminder_snooze', input: { when } }
        : undefined,
  },
  {
    pattern: "[i|i've|i have|we] [just|already] {deed} (him|her|it|them|that|this)",
    example: 'I called him',
    about: 'reminder',
    call: ({ deed = '' }, topic) =>
      topic?.how === 'spoken' && deed !== 'got' && /^[a-z]+(?:ed|d|t)$/i.test(deed)
        ? { tool: 'reminder_complete', input: {} }
        : undefined,
  },
  {
    pattern: '[a] (bit|little|little bit) (later|earlier)',
    example: 'a bit later',
    about: 'reminder',
    call: () => ({ tool: 'reminder_edit', input: { which: 'that' } }),
  },
  {
    pattern:
      '(same thing|same|again|the same|and|also|plus|and also) [do|set|remind me] [it|that|this|one] [again] [also] {when}',
    example: 'and again on Sunday',
    about: 'reminder',
    call: ({ when = '' }, topic) => {
      const time = when.replace(/\s+(?:too|as well|also|again|please)$/i, '');
      return topic?.text !== undefined && isTime(time) && !BARE_NUMBER.test(time) ? again('that', time) : undefined;
    },
  },
  {
    pattern: `[and|also] [${AGAIN}] {length} (before|beforehand|prior|ahead) [of] [it|that|this|then|hand] [too|as well|again]`,
    example: 'remind me an hour before that',
    about: 'reminder',
    call: ({ length = '' }) => ahead('that', length),
  },
  {
    pattern: '(when is|whens|when was|what was) (it|that|this) [again]',
    example: 'when is that?',
    about: 'reminder',
    call: () => ({ tool: 'reminder_list', input: {} }),
  },
  {
    pattern: '(did you|have you) (set|get|save|got|saved|make|made) (it|that)',
    example: 'did you set it?',
    about: 'reminder',
    call: () => ({ tool: 'reminder_list', input: {} }),
  },
  {
    pattern:
      '(wait|no|oops|hmm) (not done|not done yet|its not done|it isnt done|i didnt|not yet|bring it back|put it back)',
    example: 'wait, not done',
    about: 'reminder',
    call: (_, topic) => (topic?.how === 'made' ? { tool: 'undo', input: {} } : undefined),
  },
  {
    pattern: '(bring|put|get) (it|that) back',
    example: 'bring it back',
    about: 'reminder',
    call: () => ({ tool: 'undo', input: {} }),
  },
  {
    pattern: `(${REMOVE}|stop|end|${UNNEEDED}) (it|that|this|that one|this one) ${ANYMORE}`,
    example: 'drop that',
    about: 'reminder',
    call: () => about('reminder_delete', 'that'),
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
