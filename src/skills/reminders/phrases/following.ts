import { ANYMORE, type Call, type Phrase, REMOVE, type Topic, UNNEEDED } from '../../../agent/index.ts';
import { isSlip } from '../../../base/text.ts';
import { parseDuration, splitTask } from '../../../time/index.ts';
import { conditionOf, isLasting } from '../narrow.ts';
import { AGAIN, about, again, ahead, BARE_NUMBER, create, isTime, PAST, snoozeOf } from '../phrase-calls.ts';
import { isItem, otherThing } from '../reworded.ts';
import { isRhythm, shifted } from '../schedule.ts';

const REFERENCE = new Date('2026-01-07T06:00:00Z');

/** What leads into a correction. */
const CUE =
  /^(?:(?:lol|haha|no|nope|nah|oh|oops|ops|whoops|sorry|wait|hmm+|hm|actually|well|rather|ok|okay|hang on|hold on|(?:i )?beg (?:your )?pardon|pardon(?: me)?|excuse me|forgive me|i was wrong|i (?:made|have made) a mistake|my bad|my mistake|damn|correction|earlier please|later please|sooner please|earlier|later|sooner|thanks|thank you|great|ugh|wrong (?:day|time|date|hour)|(?:that['’]?s|that is|it['’]?s) (?:wrong|not right)|not right|not quite|never ?mind)\b[\s,.!:;…–-]*)+/i;
const STRONG =
  /\b(?:no|nope|nah|oops|ops|whoops|sorry|wait|actually|rather|correction|my bad|mistake|pardon|excuse me|forgive me|wrong|hmm+|hang on|hold on)\b/i;
const SAYING =
  /^(?:(?:(?:i|we) )?(?:mean|meant|meant to say|mean to say|wanted to say|want to say|should have said|said)(?: that)?|(?:it|that|this) (?:should|must|ought to) (?:be|have been|say|read|have said)|should (?:be|have been|say)|make (?:it|that|this)|let'?s (?:do|say|make it)|let us do|better(?: make it| at| on)?|rather|(?:change|set|move|switch|shift|push) (?:it|that|this)(?: to| for)?|(?:drop|cut|reduce|bring|take|up) (?:it|that|this)(?: (?:down|back|up))? to|can (?:we|you) (?:do|make it)|could (?:we|you) (?:do|make it)|(?:do|repeat|have) (?:it|that|this)|repeat(?:ing)?|how about|what about|back to|instead|just|only)\s+/i;
/** Words about its text, not its time. */
const TEXT = /^(?:(?:i|we) (?:mean|meant|meant to say|mean to say)|(?:it|that) should (?:say|read|have said))\s+/i;
const INSTEAD = /[\s,]*\b(?:instead|though|rather|i mean|i meant|i think)[\s.!?]*$/i;
const NOT_OTHER = /^(.+?),? (?:and )?not (.+)$/i;
const OTHER_FIRST = /^not (.+?),? (?:but )?(.+)$/i;

/** What may stand behind a correction: "50 sorry", "Sunday works better". */
const CUE_BEHIND =
  /[\s,]+(?:sorry|oops|whoops|i mean|i meant|actually|my bad|rather|i think|i think it is|i think it was|i believe|i believe it is|(?:works?|suits?(?: me)?|is|would be|would work|will be|fits) (?:better|best|easier)|would suit me better)[\s.!]*$/i;
/** "No, butter". */
const NO_CUE = /\b(?:no|nope|sorry|wait|oops|actually|i mean)\b/i;

/** What changes the reminder that was just made: "no, 6pm", "actually every day", "I meant Alice, not Bob". */
function correction(said: string, { text, when: saidTime = '', isRecent }: Topic): Call | undefined {
  if (said.split(/\s+/).length > 20 || /\burgent\b/i.test(said)) return undefined;
  const told = said.trim().replace(/^\*\s*/, '');
  const [behind = ''] = CUE_BEHIND.exec(told) ?? [];
  const words = behind === '' ? told : told.slice(0, -behind.length);
  const cue = CUE.exec(words)?.[0] ?? '';
  // "Sorry, it's 10".
  const rest = words.slice(cue.length).replace(STRONG.test(cue) ? /^(?:it['’]?s|it is|is)\s+/i : /^(?!)/, '');
  const saying = SAYING.exec(rest)?.[0] ?? '';
  const meant = rest
    .slice(saying.length)
    .replace(INSTEAD, '')
    .replace(/[\s.!?]+$/, '')
    .replace(/[\s,]+please$/i, '');
  const isCued =
    STRONG.test(cue) || behind !== '' || saying !== '' || INSTEAD.test(rest) || said.trim().startsWith('*');
  if (meant === '') return undefined;
  // "For two weeks only" is a condition on a series.
  if (isLasting(rest)) return undefined;
  const other = contrast(meant, rest);
  if (other) return other;
  const time = lengthLike(saidTime, meant) ?? aheadLike(saidTime, meant) ?? timeOf(meant);
  if (time !== undefined && (isCued || isRelative(meant))) return change({ when: time });
  // A time and nothing else, said of what was made just before: "every Friday at 4pm run the report" is another wish.
  const isAlone = isTime(meant) || meant.split(/\s+/).length <= 5;
  if (time !== undefined && isRecent && isAlone && !/^\d+$/.test(meant)) return change({ when: time });
  const again = /^remind me (?:to|about) (.+)$/i.exec(meant);
  if (again && STRONG.test(cue)) return isTimeless(again[1] ?? '') ? change({ text: again[1] }) : undefined;
  // "Make it Anne": a name that was spelt in another way.
  const misspelt = /^\p{L}{4,}$/u.test(meant)
    ? text?.split(/\s+/).find((word) => word.length >= 4 && isSlip(word.toLowerCase(), meant.toLowerCase()))
    : undefined;
  if (isCued && isRecent && misspelt) return change({ replace: { from: misspelt, to: meant } });
  const thing = isRecent && NO_CUE.test(cue) && saying === '' ? otherThing(text, meant) : undefined;
  if (thing !== undefined) return change({ text: thing });
  if (TEXT.test(rest) || (STRONG.test(cue) && INSTEAD.test(rest))) return textOf(meant, text);
  return undefined;
}

const LENGTH_SAID = /^in (?:\d{1,3}|[a-z]+(?:[ -][a-z]+)?) (minutes?|mins?|hours?|hrs?|days?|weeks?)$/i;

/** "No, 25" behind "in 45 minutes" is of minutes, too. */
function lengthLike(before: string, meant: string): string | undefined {
  const [, unit] = LENGTH_SAID.exec(before) ?? [];
  const length = `${meant} ${unit}`;
  return unit !== undefined &&
    /^(?:[1-9]\d{0,2}|[a-z]+(?:-[a-z]+)?)$/i.test(meant) &&
    parseDuration(length) !== undefined
    ? `in ${length}`
    : undefined;
}

const AHEAD_SAID = /^(.+?) before (.+)$/i;

/** "Make that 20 minutes before" of what was set 10 minutes before something. */
function aheadLike(before: string, meant: string): string | undefined {
  const [, length = ''] = /^(.+?) (?:before|beforehand|ahead|prior|earlier)(?: instead)?$/i.exec(meant) ?? [];
  const [, , anchor] = AHEAD_SAID.exec(before) ?? [];
  const isLength = parseDuration(length) !== undefined || /^the (?:day|evening|night|morning)$/i.test(length);
  return anchor !== undefined && isLength && isTime(`${length} before ${anchor}`)
    ? `${length} before ${anchor}`
    : undefined;
}

/** "Alice, not Bob", "not 5, 6". */
function contrast(meant: string, rest: string): Call | undefined {
  for (const [pattern, to, from] of [
    [NOT_OTHER, 1, 2],
    [OTHER_FIRST, 2, 1],
  ] as const) {
    const found = pattern.exec(meant) ?? pattern.exec(rest);
    const [right, wrong] = [found?.[to], found?.[from]].map((one = '') =>
      one.trim().replace(/^(?:it['’]?s|it is|that['’]?s) /i, ''),
    );
    if (!right || !wrong || wrong.split(/\s+/).length > 4) continue;
    const time = timeOf(right);
    if (time !== undefined && (isTime(wrong) || /^\d{1,2}$|^(?:this|that)(?: one)?$/i.test(wrong)))
      return change({ when: time });
    if (time === undefined && !isTime(wrong) && right.split(/\s+/).length <= 4)
      return change({ replace: { from: wrong, to: right } });
  }
  return undefined;
}

const isRelative = (words: string): boolean => shifted(REFERENCE, words) !== undefined;

function timeOf(words: string): string | undefined {
  const said = words.replace(/^(?:to|for)\s+/i, '');
  // Of which day?
  if (/^first thing$/i.test(said)) return undefined;
  if (/^(?:just |only )?(?:on )?weekdays?$/i.test(said)) return 'every weekday';
  if (/^(?:in the )?(am|morning)$/i.test(said)) return 'am';
  if (/^(?:in the )?(pm|evening|afternoon)$/i.test(said)) return 'pm';
  return isRelative(said) || isRhythm(said) || isTime(said) || /^\d{1,2}$/.test(said) ? said : undefined;
}

const isTimeless = (text: string): boolean =>
  text !== '' && !/\b(?:at|in|on|tomorrow|tonight|every)\s+\S+$/i.test(text);

function textOf(words: string, before = ''): Call | undefined {
  const text = words.replace(/^to\s+/i, '');
  const own = before.split(/\s+/);
  // One word stands for one word: "I meant Lacey".
  if (!/\s/.test(text) && own.length > 1) {
    const from =
      own.find((word) => word[0]?.toLowerCase() === text[0]?.toLowerCase()) ?? (own.length === 2 ? own[1] : undefined);
    return from === undefined ? undefined : change({ replace: { from, to: text } });
  }
  return isTimeless(text) && text.split(/\s+/).length <= 15 ? change({ text }) : undefined;
}

/** "Cancel Thursday": no reminder has that name, and a series is at hand. */
const CANCELLED = /^cancel (?:it |that )?(?:on |for )?((?:this |next )?(?:today|tomorrow|week|\w+day))$/i;

/** "Not on Fridays", "skip Thursday", "only until 6": a condition on the series at hand. */
function underCondition(said: string): Call | undefined {
  const words = said.replace(CUE, '').replace(/[\s.!]+$/, '');
  const condition = words.split(/\s+/).length > 8 ? undefined : conditionOf(words.replace(CANCELLED, 'skip $1'));
  if (condition === undefined || !isTime(condition.replace(/^\w+ /, ''))) return undefined;
  // "Skip Thursday" is one Thursday, "not on Thursdays" all of them.
  const day = /^(?:skip|miss|cancel)\b/i.test(words)
    ? condition.replace(/^except (?!today)(?=\w+day$)/i, 'except this ')
    : condition;
  return change({ when: day });
}

const change = (more: Record<string, unknown>): Call => ({ tool: 'reminder_edit', input: { which: 'that', ...more } });

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

const TOO = /\s+(?:too|as well|also|again|please)$/i;
/** What begins another request. */
const A_REQUEST =
  /^(?:remind|ping|nudge|tell|wake|alert|set|make|add|note|show|list|cancel|delete|move|snooze|what|whats|when|who|where|how|is|do|can|could|i|it|that|this)\b/i;
const A_THING = /^(?:the|my|our|a|an|some)\s/i;

/** "… and the council at 3" behind "ring the bank": a thing takes the deed of the one before. */
function further(before: string, rest: string): Call | undefined {
  if (A_REQUEST.test(rest) || isTime(rest.replace(TOO, ''))) return undefined;
  const { task, when } = splitTask(`remind me ${rest.replace(TOO, '')}`);
  if (when === undefined || task === '' || !isTime(when)) return undefined;
  const [, deed] = /^([a-z]+) (?:the|my|our|a|an|some)\s/i.exec(before) ?? [];
  return create(A_THING.test(task) && deed !== undefined ? `${deed} ${task}` : task, when);
}

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
    call: ({ when = '' }) => (isTime(when) ? change({ when: `starting ${when}` }) : undefined),
  },
  {
    pattern: '{said}',
    example: 'but not on Fridays',
    about: 'reminder',
    call: ({ said = '' }) => underCondition(said),
  },
  {
    pattern: '(skip|miss) (it|that|this one|the next one|next|this time|next time|the next time|it once)',
    example: 'skip the next one',
    about: 'reminder',
    call: () => ({ tool: 'reminder_complete', input: { which: 'that', ahead: true } }),
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
    example: 'and bread',
    about: 'reminder',
    call: ({ rest = '' }, topic) =>
      topic?.how === 'made' && topic.text !== undefined && isItem(rest) && !A_REQUEST.test(rest)
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
      const said = when.replace(TOO, '').replace(/^for\s+/i, '');
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
      /^(?:i|we|it|its|it's|already|got|no longer|not|changed)\s/i.test(reason) && reason.split(/\s+/).length <= 6
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
    pattern: '(bring|put|get) (it|that) back',
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
