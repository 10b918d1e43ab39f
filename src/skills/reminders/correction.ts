/** Words that correct the reminder that was just made: "no, 6pm", "actually every day", "I meant Alice, not Bob". Pure. */
import type { Call, Topic } from '../../agent/index.ts';
import { pattern } from '../../base/pattern.ts';
import { isSlip } from '../../base/text.ts';
import { MONTH, parseDuration, WEEKDAY } from '../../time/index.ts';
import { asCorrected, BETTER_AND, leftOut, timeOfBoth } from './better.ts';
import { conditionOf, isLasting, spelt } from './narrow.ts';
import { otherThing } from './reworded.ts';
import { isRhythm, PAST_OR_TO, shifted } from './schedule.ts';
import { asClock, isTime } from './time-words.ts';

const REFERENCE = new Date('2026-01-07T06:00:00Z');

/** What leads into a correction. */
const CUE =
  /^(?:(?:lol|haha|argh|ugh|ffs|omg|oof|gah|no|nope|nah|oh|oops|ops|whoops|sorry|wait|hmm+|hm|actually|well|rather|ok|okay|hang on|hold on|(?:i )?(?:do )?beg (?:your )?pardon|on reflection|on second thoughts?|come to think of it|(?:a )?(?:small|quick|slight) correction|pardon(?: me)?|excuse me|forgive me|i was wrong|i (?:made|have made) a mistake|my bad|my mistake|damn|correction|earlier please|later please|sooner please|earlier|later|sooner|thanks|thank you|great|ugh|wrong (?:day|time|date|hour)|(?:that['’]?s|that is|it['’]?s) (?:wrong|not right)|not right|not quite|never ?mind|(?:scrap|scratch|forget|strike|ignore) that)\b[\s,.!:;…–-]*)+/i;
const STRONG =
  /\b(?:no|nope|nah|oof|argh|oops|ops|whoops|sorry|wait|actually|on reflection|on second thoughts?|come to think of it|rather|correction|my bad|mistake|pardon|excuse me|forgive me|wrong|hmm+|hang on|hold on|(?:scrap|scratch|forget|strike|ignore) that)\b/i;
const SAYING = pattern.i`^(?:(?:(?:i|we) )?(?:mean|meant|meant to say|mean to say|wanted to say|want to say|should have said|said)(?: that)?|(?:it|that|this) (?:should|must|ought to) (?:rather |really |actually )?(?:be|have been|say|read|have said)|should (?:be|have been|say)|make (?:it|that|this)|(?:it|that|this)(?:['’]?s| is| has| was| has been| is being)? (?:been )?(?:moved|changed|rescheduled|switched|shifted|pushed|brought forward)(?: back| forward)? to|let['’]?s (?:do|say|make it|try|have|go (?:for|with))|(?:i (?:would|['’]?d) |i['’]?d )(?:prefer|rather have|rather|like)(?: it)?(?: to be)?(?: at| on)?|(?:change|amend|set|update|move|alter) the (?:time|hour|date|day) to|(?:it['’]?s|it is) now(?: on| at)?|(?:it['’]?s|it is)(?= \S+(?: \S+){0,3} instead[\s.!]*$)|it needs to be|needs to be|go (?:for|with)|let us do|(?:they|we|he|she)(?:['’](?:ve|s)| have| has)? (?:just )?(?:moved|shifted|changed|pushed|bumped|switched|put|brought) (?:it|that)(?: back| forward)? to|better(?: make (?:it|that)| at| on)?|rather|(?:leave|keep) (?:it|that)(?: at| on| for)?|do(?= (?:\d|to\w+|${WEEKDAY}|noon|half))|(?:change|set|move|switch|shift|push) (?:it|that|this)(?: to| for)?|(?:drop|cut|reduce|bring|take|up) (?:it|that|this)(?: (?:down|back|up))? to|can (?:we|you) (?:do|make it)|(?:could|can) (?:it|that) be|could (?:we|you) (?:do|make it)|(?:do|repeat|have) (?:it|that|this)|repeat(?:ing)?|how about|what about|back to|instead|just|only|but)\s+`;
/** Words about its text, not its time. */
const TEXT = /^(?:(?:i|we) (?:mean|meant|meant to say|mean to say)|(?:it|that) should (?:say|read|have said))\s+/i;
/** "The pool I'm ringing": the pool. */
const CLAUSE_OF =
  /\s+(?:that )?(?:i|we)(?:['’]?m|['’]?re| am| are| have to| need to| want to| meant)(?: to)?(?: \p{L}+)?$/iu;
export const INSTEAD = /[\s,]*\b(?:instead|though|rather|i mean|i meant|i think)[\s.!?]*$/i;
const NOT_OTHER = /^(.+?),? (?:and )?not (.+)$/i;
const OTHER_FIRST = /^(?:(?:it['’]?s|it is|is) )?not (.+?)(?:,|,? but) (?:is )?(.+)$/i;

/** What may stand behind a correction: "50 sorry", "Sunday works better". */
const CUE_BEHIND =
  /[\s,]+(?:sorry|oops|whoops|i mean|i meant|actually|my bad|rather|i think|i think it is|i think it was|i believe|i believe it is|(?:itself )?(?:works?|suits?(?: me)?|is|would be|would work|will be|fits|should be|might be|may be) (?:much |far |a lot |a bit )?(?:better|best|easier|safer|nicer|great|ideal|good|preferable|enough|fine|plenty|ok|okay)(?: (?:for|to) me| instead|,? actually| though)?|(?:will|would|should) do(?: actually| instead| fine| nicely)?|is enough|would suit me better|(?:is |would be )?(?:a bit |much )?more like it|is (?:really |actually )?what i (?:meant|need|want|wanted)|it is then|then|to be (?:more )?(?:exact|precise)|exactly)[\s.!]*$/i;
/** "No, 9:30 was right". */
const WAS_RIGHT = /\s+was (?:right|fine|correct|better|good|perfect|ok|okay)(?: after all)?[\s.!]*$/i;
/** "And it's 3:45". */
const AND_ITS = /^and (?:it['’]?s|it is|that['’]?s)(?: at)? /i;
/** "No, butter". */
const NO_CUE = /\b(?:no|nope|sorry|wait|oops|actually|i mean)\b/i;

/** What changes the reminder that was just made: "no, 6pm", "actually every day", "I meant Alice, not Bob". */
export function correction(said: string, topic: Topic): Call | undefined {
  const call = correctionOf(said, topic);
  // What was changed together is changed together again.
  return call && topic.which !== undefined ? { ...call, input: { ...call.input, which: topic.which } } : call;
}

function correctionOf(said: string, topic: Topic): Call | undefined {
  if (
    FAREWELL.test(said) ||
    KEEPS.test(said) ||
    ANOTHER.test(said) ||
    said.split(/\s+/).length > 20 ||
    /\burgent\b/i.test(said)
  )
    return undefined;
  const told = asCorrected(said, topic);
  if (STRONG.test(CUE.exec(told)?.[0] ?? '') && WAS_RIGHT.test(told))
    return correctionOf(told.replace(WAS_RIGHT, '').replace(/^no (?=\S)/i, 'no, '), topic);
  const left = leftOut(told, topic);
  if (left !== undefined) return change({ when: `except ${left}` });
  const better = BETTER_AND.exec(told)?.groups;
  const both = better && timeOfBoth(better.first ?? '', better.second ?? '');
  if (both !== undefined) return correctionOf(`make it ${both}`, topic);
  const [all = ''] = OF_ALL.exec(told) ?? [];
  if (all !== '') {
    const call = correctionOf(told.slice(0, -all.length), topic);
    return call?.input.when ? change({ when: `${call.input.when} from now on` }) : undefined;
  }
  const [, time = '', thing = ''] = AND_OTHER.exec(told) ?? [];
  const text = ENDS_ON_NAME.test(topic.text ?? '') ? otherThing(topic.text, thing) : undefined;
  const moved = text === undefined ? undefined : correctionOf(time, topic);
  if (moved?.input.when) return change({ when: moved.input.when, text });
  const [, asked = ''] = REASON_BEHIND.exec(told) ?? [];
  const other = asked === '' ? undefined : correctionOf(asked, topic);
  if (other?.input.when) return other;
  const own = ofItself(told, topic);
  if (own !== undefined) return correctionOf(own, topic);
  const [goesOn = ''] = topic.isRecent ? (AND_ITS.exec(told) ?? []) : [];
  if (goesOn !== '' && timeOf(told.slice(goesOn.length)))
    return correctionOf(`no, ${told.slice(goesOn.length)}`, topic);
  const parts = partsOf(told, said.trim().startsWith('*'));
  // "For two weeks only" is a condition on a series.
  if (parts.meant === '' || isLasting(parts.rest)) return undefined;
  return otherTime(parts, topic, /\?\s*$/.test(said)) ?? otherWords(parts, topic);
}

/** "Night night" names no hour. */
const FAREWELL = /^(?:(?:ok|okay|right|well|thanks|cheers)[\s,]+)*(?:(?:good|nighty) ?night|night,? night)\b/i;

/** "And again at 2" is one more. */
const ANOTHER = /^(?:(?:and|n|also|plus) )?again\b/i;

/** "Keep that one" names no hour. */
const KEEPS = /^(?:(?:ok|no|actually|please)[\s,]+)*(?:keep|leave) (?:that|this) one\b/i;

/** "I meant Monday, nobody picks up on a Sunday": why it changes. */
const REASON_BEHIND =
  /^([^,]{2,40}), (?:(?:nobody|no one|everybody|everyone|somebody|someone|i|we|he|she|they|it|there)(?:['’]\p{L}+)?|i['’]?m|its|hes|shes|theyre) \p{L}[^,]*$/iu;

/** "It's Saturday at 8:30 and it's the Honda": another time, and another name in place of the one it ends on. */
const AND_OTHER = /^(.+?),? and (?:it['’]?s|it is|that['’]?s) ((?:the|my|our) \p{Lu}\p{Ll}+)$/u;
const ENDS_ON_NAME = /\b(?:the|my|our) \p{Lu}\p{L}*$/u;

/** "My bad, the clinic's the 11th not the 12th", of the flu shot clinic: as if it were "it". */
function ofItself(told: string, { text = '', when: before = '', isRecent }: Topic): string | undefined {
  const cue = CUE.exec(told)?.[0] ?? '';
  const [all = '', name = ''] = ITSELF.exec(told.slice(cue.length)) ?? [];
  const rest = told.slice(cue.length + all.length);
  const isIt = name !== '' && text.toLowerCase().split(/\s+/).includes(name.toLowerCase());
  const other = NOT_OTHER.exec(rest)?.[1];
  const when = other ?? rest;
  // "Rex is 12 not 11", of a call at 5: an age.
  const [, wrong] = /\bnot (\d{1,2})$/.exec(rest) ?? [];
  if (wrong !== undefined && !new RegExp(`\\b${wrong}\\b`).test(before)) return undefined;
  // "The party is on Saturday" may only tell of it.
  if (!STRONG.test(cue) && other === undefined && !/ be\b/i.test(all)) return undefined;
  return isRecent && isIt && (isTime(when) || timeOf(when) !== undefined) ? `no, ${rest}` : undefined;
}

const ITSELF =
  /^(?:the |my |our )?(\p{L}{3,})(?:['’]s| is| was| needs to be| should be| has to be| ought to be)(?: (?:actually|now|really))?(?: (?:on|at))? (?=the \d|\d|\w+day|to\w+)/iu;

/** "Sorry, make it 10 instead": the cue, what is behind it, how it is said, and what is meant. */
interface Parts {
  cue: string;
  rest: string;
  saying: string;
  meant: string;
  isCued: boolean;
}

function partsOf(told: string, isStarred: boolean): Parts {
  const [behind = ''] = CUE_BEHIND.exec(told) ?? [];
  const words = behind === '' ? told : told.slice(0, -behind.length);
  const cue = CUE.exec(words)?.[0] ?? '';
  // "Sorry, it's 10".
  const rest = words
    .slice(cue.length)
    .replace(STRONG.test(cue) || behind !== '' ? /^(?:it['’]?s|it is|is)\s+/i : /^(?!)/, '');
  const saying = SAYING.exec(rest)?.[0] ?? '';
  const meant = rest
    .slice(saying.length)
    .replace(INSTEAD, '')
    .replace(/[\s.!?]+$/, '')
    .replace(/[\s,]+please$/i, '');
  const isCued = STRONG.test(cue) || behind !== '' || saying !== '' || INSTEAD.test(rest) || isStarred;
  return { cue, rest, saying, meant, isCued };
}

/** `isAsked`: "tomorrow?" asks what there is. */
function otherTime({ rest, saying, meant, isCued }: Parts, topic: Topic, isAsked: boolean): Call | undefined {
  const { when: saidTime = '', isRecent } = topic;
  // "Make it 300", of "transfer 250", may be the sum.
  if (/^\d{3,4}$/.test(meant) && /\d/.test(topic.text ?? '')) return undefined;
  const date =
    INSTEAD.test(rest) || (isRecent && isCued && !/^(?:move|push|shift)/i.test(saying))
      ? otherDate(saidTime, meant)
      : undefined;
  if (date !== undefined) return change({ when: date, whole: true });
  const other = contrast(meant, rest, topic) ?? longerSnooze(saidTime, meant);
  if (other) return other;
  const time = laterBy(saying, meant) ?? lengthLike(saidTime, meant) ?? aheadLike(saidTime, meant) ?? timeOf(meant);
  if (time === undefined) return undefined;
  // A time and nothing else, said of what was made just before: "every Friday at 4pm run the report" is another wish.
  const isAlone = isTime(meant) || meant.split(/\s+/).length <= 5;
  const isSure = isCued || isRelative(meant) || (isRecent && isAlone && !/^\d+$/.test(meant) && !isAsked);
  // What was said of a series just before is said of all of it.
  return isSure ? change({ when: time, ...(isRecent && { whole: true }) }) : undefined;
}

/** "Make it the 3rd" of what comes on the 1st of every month; "no, 3 January" of what comes every year. */
function otherDate(before: string, meant: string): string | undefined {
  const [, day, hour = ''] = /^(?:on )?(the \d{1,2}(?:st|nd|rd|th))( at .+)?$/i.exec(meant) ?? [];
  if (day !== undefined && OF_MONTH.test(before)) return `${day} of every month${hour}`;
  return A_DATE.test(meant) && OF_YEAR.test(before) ? `every year on ${meant.replace(/^on /i, '')}` : undefined;
}

const A_DATE = new RegExp(
  `^(?:on )?(?:(?:the )?\\d{1,2}(?:st|nd|rd|th)?(?: of)? ${MONTH}|${MONTH} \\d{1,2}(?:st|nd|rd|th)?)$`,
  'i',
);
const OF_YEAR = /\b(?:(?:every|each) year|yearly|annually)\b/i;

function otherWords({ cue, rest, saying, meant, isCued }: Parts, { text, isRecent }: Topic): Call | undefined {
  const again = /^remind me (?:to|about) (.+)$/i.exec(meant);
  if (again && STRONG.test(cue)) return isTimeless(again[1] ?? '') ? change({ text: again[1] }) : undefined;
  // "Make it Anne": a name that was spelt in another way.
  const misspelt = /^\p{L}{4,}$/u.test(meant)
    ? text?.split(/\s+/).find((word) => word.length >= 4 && isSlip(word.toLowerCase(), meant.toLowerCase()))
    : undefined;
  if (isCued && isRecent && misspelt) return change({ replace: { from: misspelt, to: meant } });
  const isMarked = /[,.!:;…–-]\s*$/.test(cue);
  const thing = isRecent && NO_CUE.test(cue) && isMarked && saying === '' ? otherThing(text, meant) : undefined;
  if (thing !== undefined) return change({ text: thing });
  // "No rush though": of a thing that there is not.
  if (TEXT.test(rest) || (STRONG.test(cue) && INSTEAD.test(rest) && (isMarked || !/\bno\s*$/i.test(cue))))
    return otherNamed(rest, meant, text) ?? textOf(meant, text);
  return undefined;
}

/** "I meant the dye supplier", of "call the yarn supplier": what is named, not what is done. */
function otherNamed(rest: string, meant: string, text: string | undefined): Call | undefined {
  const named = TEXT.test(rest) ? namesake(text ?? '', meant) : undefined;
  if (named !== undefined) return change({ text: named });
  const isThing = /^(?:the|my|our|a|an)\s|^\p{Lu}\S* \p{Lu}/u.test(meant);
  const thing = TEXT.test(rest) && isThing ? otherThing(text, meant) : undefined;
  return thing === undefined ? undefined : change({ text: thing });
}

/** "Ring dr soames" with "dr somers" in it: what begins with the same word is replaced. */
function namesake(text: string, meant: string): string | undefined {
  const [words, others] = [text.split(/\s+/), meant.split(/\s+/)];
  const at = words.findIndex((word) => word.toLowerCase() === others[0]?.toLowerCase());
  if (at < 1 || others.length !== 2 || others[0]?.length === 1 || at + 1 >= words.length) return undefined;
  return [...words.slice(0, at), meant, ...words.slice(at + 2)].join(' ');
}

/** "6:45 every time", "5:30 for all of them": of a series. */
const OF_ALL =
  /[\s,]+(?:(?:for|of) )?(?:all(?: of (?:them|it))?|each (?:one|time)|every time|both(?: of them)?|always|from now on)$/i;

const OF_MONTH = /\b(?:of (?:every|each|the) month|monthly|(?:every|each) month)\b/i;

const LENGTH_SAID = /^in (?:\d{1,3}|[a-z]+(?:[ -][a-z]+)?) (minutes?|mins?|hours?|hrs?|days?|weeks?)$/i;

/** "No, 25" behind "in 45 minutes" is of minutes, too. */
export function lengthLike(before: string, meant: string): string | undefined {
  const [, unit] = LENGTH_SAID.exec(before) ?? [];
  const length = `${meant} ${unit}`;
  return unit !== undefined &&
    /^(?:[1-9]\d{0,2}|[a-z]+(?:-[a-z]+)?)$/i.test(meant) &&
    parseDuration(length) !== undefined
    ? `in ${length}`
    : undefined;
}

/** "Make that 20" behind "snooze 10 minutes". */
function longerSnooze(before: string, meant: string): Call | undefined {
  const when = /^(?:for )?\d{1,3} ?[a-z]+$/i.test(before) && lengthLike(`in ${before.replace(/^for /i, '')}`, meant);
  return when ? { tool: 'reminder_snooze', input: { which: 'that', when: when.replace(/^in /, '') } } : undefined;
}

/** "Push it a week": from its own time. */
function laterBy(saying: string, meant: string): string | undefined {
  const length = meant.replace(/^(?:back|out|on) (?:by )?|^by /i, '');
  const isPushed = /^(?:push|shift) (?:it|that|this)\s+$/i.test(saying) && !/^(?:in|to) /i.test(meant);
  return isPushed && /[a-z]/i.test(length) && parseDuration(length) !== undefined ? `${length} later` : undefined;
}

const AHEAD_SAID = /^(.+?) before (.+)$/i;

/** "Make that 20 minutes before" of what was set 10 minutes before something. */
function aheadLike(before: string, meant: string): string | undefined {
  const [, length = ''] =
    /^(.+?) (?:before|beforehand|ahead|prior|earlier)(?: instead)?$/i.exec(
      meant.replace(/^an? (?:full|whole) /i, '1 '),
    ) ?? [];
  const [, said = '', anchor] = AHEAD_SAID.exec(before) ?? [];
  // "20 before", of what was 15 minutes before.
  const [unit = 'minutes'] = /(?:minutes?|mins?|hours?|hrs?|days?|weeks?)$/i.exec(said) ?? [];
  const whole = /^\d{1,3}$/.test(length) ? `${length} ${unit}` : length;
  const isLength = parseDuration(whole) !== undefined || /^the (?:day|evening|night|morning)$/i.test(whole);
  return anchor !== undefined && isLength && isTime(`${whole} before ${anchor}`)
    ? `${whole} before ${anchor}`
    : undefined;
}

/** "Alice, not Bob", "not 5, 6". */
function contrast(meant: string, rest: string, { text, when = '', isRecent }: Topic): Call | undefined {
  const whole = isRecent ? { whole: true } : {};
  for (const [pattern, to, from] of [
    [NOT_OTHER, 1, 2],
    [OTHER_FIRST, 2, 1],
  ] as const) {
    const found = pattern.exec(meant) ?? pattern.exec(rest);
    const [right, wrong] = [found?.[to], found?.[from]].map((one = '') =>
      one
        .trim()
        .replace(/^(?:oh )?(?:and |but )?(?:it['’]?s|it is|that['’]?s|it was) /i, '')
        .replace(CLAUSE_OF, '')
        .replace(/ now$/i, '')
        .replace(/[\s,]+(?:i mean|i meant|sorry|actually|rather)$/i, ''),
    );
    if (!right || !wrong || wrong.split(/\s+/).length > 4) continue;
    // "Not this Wednesday, it's a holiday".
    if (pattern === OTHER_FIRST && /^(?:it['’]?s|it is|that['’]?s|there|he|she|they|we|i)\b/i.test(found?.[to] ?? ''))
      continue;
    const counted =
      text === undefined ? undefined : (countOf(text, right, wrong) ?? numberOf(text, when, right, wrong));
    if (counted) return change({ replace: counted });
    const time = timeOf(right);
    if (time !== undefined && (isTime(wrong) || /^\d{1,2}$|^(?:this|that)(?: one)?$/i.test(wrong)))
      return change({ when: time, ...whole });
    if (time === undefined && !isTime(wrong) && right.split(/\s+/).length <= 4)
      return change({ replace: { from: wrong, to: PREPOSITION.test(wrong) ? right : right.replace(PREPOSITION, '') } });
  }
  return undefined;
}

/** "It is for my niece, not my nephew": the text has its own "for". */
const PREPOSITION = /^(?:for|to|with|at|from|of|in|on|about) /i;

/** "8, not 6" of "order 6 chairs" at 11. */
function numberOf(text: string, when: string, right: string, wrong: string): { from: string; to: string } | undefined {
  if (![right, wrong].every((one) => /^\d{1,4}$/.test(one))) return undefined;
  const found = [...text.matchAll(new RegExp(`(?<!\\d[:.,]?)${wrong}(?![:.,]?\\d)`, 'g'))];
  const isHour = new RegExp(`(?<![\\d:.])${wrong}(?![\\d:.])`).test(when);
  if (found.length !== 1 || isHour) return undefined;
  // With what stands before it: of "16 chairs, 6 tables" the 6 alone would be that of 16.
  const before = text.slice(0, found[0]?.index);
  return { from: before + wrong, to: before + right };
}

/** "6 sheets, not 5" of "5 sheets of ply". */
function countOf(text: string, right: string, wrong: string): { from: string; to: string } | undefined {
  const [, thing = ''] = /^\d+ (\p{L}.*)$/u.exec(right) ?? [];
  const from = `${/^\d+/.exec(wrong)?.[0] ?? ' '} ${thing}`;
  return thing !== '' && text.toLowerCase().includes(from.toLowerCase()) ? { from, to: right } : undefined;
}

const isRelative = (words: string): boolean => shifted(REFERENCE, words) !== undefined;

const THE_DAY = pattern.i`^(?:on )?the (?=${WEEKDAY}$)`;

function timeOf(words: string): string | undefined {
  const said = asClock(words.replace(/^(?:to|for)\s+/i, ''))
    .replace(THE_DAY, '')
    .replace(/,? (?:on )?that (?:same )?day$/i, '')
    .replace(ISH, 'at $1')
    .replace(HOURS_OF_CLOCK, 'at $1:00');
  if (PAST_OR_TO.test(said)) return said;
  // Of which day?
  if (/^first thing$/i.test(said)) return undefined;
  if (/^(?:just |only )?(?:on )?weekdays?$/i.test(said)) return 'every weekday';
  if (/^(?:in the )?(am|morning)$/i.test(said)) return 'am';
  if (/^(?:in the )?(pm|evening|afternoon)$/i.test(said)) return 'pm';
  return isRelative(said) || isRhythm(said) || isTime(said) || /^\d{1,2}$/.test(said) ? said : undefined;
}

/** "5ish": an hour, as near as anybody minds. */
const ISH = /^(?:at |around |about )?(\d{1,2}(?:[:.]\d\d)?)[ -]?ish$/i;

/** "15h", where no length of time is meant. */
const HOURS_OF_CLOCK = /^(?:at )?(1[3-9]|2[0-3]|0\d) ?h$/i;

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
export function underCondition(said: string): Call | undefined {
  const words = spelt(
    said
      .replace(CUE, '')
      .replace(/^(?:and|but|also|so)\s+/i, '')
      .replace(/^(skip|miss|leave out|cancel(?! it\b)) (?:it|(?:the|that)(?: one| time)?) on (?=\S)/i, '$1 ')
      .replace(/^(skip|miss|cancel) (?:the )?((?:next |this )?(?:week|\w+day|tomorrow))['’]?s(?: one)?$/i, '$1 $2')
      .replace(/^(?:omit|leave out|miss out) (?=\S)/i, 'skip ')
      .replace(/[\s,]+(?:so )?(?:just )?skip (?:that one|it|those|them|that)[\s.!]*$/i, '')
      .replace(/[\s,]+(?:as well|too|also|either)[\s.!]*$/i, '')
      .replace(/[\s.!]+$/, ''),
  );
  const left = /^(?:not|no|skip|miss|except)\b/i.test(words)
    ? words.replace(/ or /gi, ' and ').replace(/\b(this \w+day),? and (?=\w+day\b)/gi, '$1 and this ')
    : words;
  const condition = left.split(/\s+/).length > 8 ? undefined : conditionOf(left.replace(CANCELLED, 'skip $1'));
  const what = condition?.replace(/^\w+ /, '') ?? '';
  if (condition === undefined || !(isTime(what) || what.split(/\s*(?:,|\band\b|\bor\b)\s*/).every(isTime)))
    return undefined;
  // "Skip Thursday" is one Thursday, "not on Thursdays" all of them.
  return change({
    when: /^(?:skip|miss|cancel)\b/i.test(words) ? condition.replace(NAMED_DAYS, 'this $&') : condition,
  });
}

const NAMED_DAYS = pattern.gi`(?<=^except |\band |, ?|\bor )(?!today)(?=(?:\w+day|${MONTH})(?: and| or|,|$))`;

export const change = (more: Record<string, unknown>): Call => ({
  tool: 'reminder_edit',
  input: { which: 'that', ...more },
});
