/** What words mean as the answer to a question that is open. */
import { parseWhen } from '../../time/index.ts';
import type { LabelledCall, OpenQuestion } from '../dialogue/dialogue.ts';
import type { Call } from '../tool.ts';

/** Longer answers are no answers to "when?" or "which one?". */
const LONGEST_ANSWER = 200;
/** Only whether words are about time matters here, so any instant will do to try them at. */
const TRIAL = { now: new Date('2026-01-07T06:00:00Z'), zone: 'UTC' };

const HEDGES =
  /^(?:(?:oh|ok|okay|dunno|not sure|um+|uh+|hm+|well|so|sorry|yes|yeah|sure|please|just|maybe|perhaps|let's say|lets say|how about|what about|i think|i guess|make it|say|then|do it|remind me|it['’]?s|it is|that['’]?s)[\s,.!:…-]+)+/i;
const ENDS = /[\s,.!]*\b(?:please|pls|plz|thanks|thank you|thx|ty|cheers|then|i guess|i think|maybe)?[\s.!?]*$/i;

/** `undefined`: no answer. Empty: none of the choices is wanted. */
export function answerTo(question: OpenQuestion, text: string, whole: (sentence: string) => Call | undefined) {
  if (text.length > LONGEST_ANSWER && !(question.kind === 'slot' && question.slot === 'text')) return undefined;
  return question.kind === 'choice' ? chosen(question, text) : filled(question, text, whole);
}

function filled(
  question: OpenQuestion & { kind: 'slot' },
  text: string,
  whole: (sentence: string) => Call | undefined,
) {
  const { call, slot, say } = question;
  const said = stripped(text);
  if (said === '') return undefined;
  if (slot === 'when') {
    const named =
      /^(?:the |my |our )?(?<what>.{2,40}?)(?:['’]s| is| are| starts| begins) (?:at |on )?(?<when>.+)$/i.exec(
        said,
      )?.groups;
    const isNamed =
      named?.what !== undefined &&
      Object.values(call.input).some((value) => String(value).replace(/^(?:the|my|our) /i, '') === named.what);
    const when =
      (isNamed ? timeIn(named.when ?? '') : undefined) ?? timeIn(said) ?? timeIn(said.replace(HEDGED, ' ').trim());
    if (when === undefined) return undefined;
    return [{ tool: call.tool, input: { ...call.input, when: withHour(when, call.input.when) } }];
  }
  const request = say === undefined ? undefined : whole(say.replace('{}', () => said));
  if (request?.tool === call.tool) {
    const told = Object.entries(request.input).filter(([, value]) => value !== '');
    return [{ tool: call.tool, input: { ...call.input, ...Object.fromEntries(told) } }];
  }
  return say === undefined ? [{ tool: call.tool, input: { ...call.input, [slot]: text.trim() } }] : undefined;
}

function stripped(text: string): string {
  return text.trim().replace(HEDGES, '').replace(ENDS, '').trim();
}

/** "Saturday I guess. 11ish": hedges between the words of a time. */
const HEDGED = /[\s,]*\b(?:i guess|i think|maybe|probably|i suppose)\b[\s,.;]*|[.;]\s+/gi;

/** The words as a time; a bare number is an hour. */
export function timeIn(words: string): string | undefined {
  if (/^(?:never|no|not|later|soon|sometime|whenever)$/i.test(words)) return undefined;
  const hour = words.replace(/\bin (?=\d{1,2}[:.]\d\d\b)/i, 'at ');
  const ways = /^\d{1,2}$/.test(words) ? [`at ${words}`] : [hour, `at ${words}`, `in ${words}`];
  return ways.find((way) => {
    const when = parseWhen(way, TRIAL);
    return when.kind !== 'reject' || when.code === 'PAST';
  });
}

const HOUR =
  /\b(?:at )?(?:\d{1,2}(?:[:.]\d\d)? ?(?:am|pm|o['’]?clock)|\d{1,2}[:.]\d\d|noon|midday|midnight|(?:half|quarter) (?:past|to) \w+)\b|\bat \d{1,2}\b|\b(?:in the )?(?:morning|afternoon|evening)\b|\bat night\b/i;
/** "05.11.2026", "5.11." and the "5.11" of "5.11 at 9": days that look like hours. */
const DATE = /\b(?:\d{4}-\d\d-\d\d|\d{1,2}([./-])\d{1,2}\1\d{2,4}|\d{1,2}\.\d{1,2}(?:\.(?!\d)|(?=,? at \d)))/g;
const SAYS_HOUR =
  /\d[:.]\d\d|\d ?(?:am|pm)\b|\bat \d|\b(?:noon|midday|midnight|morning|afternoon|evening|night|tonight|lunch|hours?|minutes?|mins?|past|o['’]?clock|every|daily)\b/i;

/** "The 30th", in place of a day that there is not: the hour that was said with that one stays. */
export function withHour(when: string, before: unknown): string {
  const hour = typeof before === 'string' ? HOUR.exec(before.replace(DATE, ' '))?.[0] : undefined;
  if (hour === undefined || SAYS_HOUR.test(when)) return when;
  const whole = `${when} ${/^\d/.test(hour) ? `at ${hour}` : hour}`;
  return parseWhen(whole, TRIAL).kind === 'reject' ? when : whole;
}

const ORDINALS = 'first second third fourth fifth sixth seventh eighth ninth tenth'.split(' ');
const SHORT_ORDINALS = '1st 2nd 3rd 4th 5th 6th 7th 8th 9th 10th'.split(' ');
const NUMBERS = 'one two three four five six seven eight nine ten'.split(' ');
const FILLERS = new Set(
  'the a an one ones on at in for with to of about is it its it’s its mean meant i that this please pls option number no reminder note my'.split(
    ' ',
  ),
);

const CONSENT =
  "yes|yeah|yep|yup|y|sure|ok|okay|go ahead|do it|do that|do so|of course|absolutely|definitely|go for it|i['’]?m sure";
/** What an offer is taken up with: it asks for the thing, but agrees to no deletion. */
const WISH =
  'please|pls|remind me|(?:set|save|keep|note|add|store|record) (?:it|that|this)(?: down)?|please do|go on(?: then)?|sounds good|do';
/** Courtesies beside a yes. Alone they answer nothing. */
const BESIDE = 'oh|thanks|thank you|thx|cheers';
const AGREES = new RegExp(`^(?:(?:${CONSENT}|${WISH}|${BESIDE})[\\s,.!]*)+$`, 'i');
const CONSENTS = new RegExp(`\\b(?:${CONSENT})\\b`, 'i');
const WISHES = new RegExp(`\\b(?:${WISH})\\b`, 'i');

/** The choices that the words mean: by number, place, words that only one label has, or a yes to the only one. */
function chosen(question: OpenQuestion & { kind: 'choice' }, text: string): Call[] | undefined {
  const { choices } = question;
  const isGrave = choices.some(({ style, tool }) => style === 'danger' || tool.endsWith('_delete'));
  // "Tomorrow?" asks what there is.
  if (/\?["”’')\s]*$/.test(text)) return undefined;
  const said = stripped(text)
    .toLowerCase()
    .replace(/['’]s\b|['’]/g, '')
    .replace(/\b(?:tm(?:rw|r|w|oz)|tomoz|2mor?row?)\b/g, 'tomorrow')
    .replace(/\b(?:2nite|tonite)\b/g, 'tonight')
    .replace(/(?<=\d)[ -]?ish\b/g, '');
  if (/^(?:neither|none|none of (?:them|these|those)|no one|nothing|no|nope|not (?:that|this)(?: one)?)$/.test(said))
    return [];
  // A deletion is confirmed right behind its question: later a yes, or words of its button, may be about something else.
  if (isGrave && !question.isRecent) return undefined;
  if (said === '' || AGREES.test(said))
    return question.isRecent && choices.length === 1 && isYes(text.trim(), isGrave) ? choices.map(bare) : undefined;
  const isAll =
    /^(?:yes|yeah|yep|sure|ok|okay)\b/i.test(text.trim()) && /^(?:all|both|everything|all of (?:them|it))$/.test(said);
  if (isAll && question.isRecent && choices.length === 1) return choices.map(bare);
  if (/^(?:both|all|all of (?:them|these|those)|both of them|them all|each|everything|every one)$/.test(said))
    if (areAlike(choices)) return choices.length > 1 ? choices.map(bare) : undefined;
  const exact = choices.find(({ label }) => label.toLowerCase() === said);
  if (exact) return [bare(exact)];
  // "Cancel it" is no name of "cancel the gym".
  if (/ (?:it|that|this)$/.test(said)) return undefined;
  const words = (said.match(/[\p{L}\p{N}:]+/gu) ?? []).filter((word) => !FILLERS.has(word));
  const [only] = words.length === 1 ? words : said === 'one' ? ['one'] : [];
  // "Make it 1" is an hour.
  const isPlace = only !== undefined && !/^(?:\p{L}+,? )*(?:make|change|set|move) (?:it|that)\b/iu.test(text);
  const place = !isPlace ? undefined : placeOf(only, choices.length);
  if (place !== undefined) return choices[place] && [bare(choices[place])];
  if (words.length === 0) return undefined;
  const fitting = choices.filter(({ label, words: others = '' }) => {
    const own = `${label} ${others}`.toLowerCase().match(/[\p{L}\p{N}:]+/gu) ?? [];
    return words.every((word) => own.some((each) => isSame(word, each)));
  });
  const [first] = fitting.length === 1 ? fitting : fitting.filter(({ label }) => label.toLowerCase().startsWith(said));
  return first && [bare(first)];
}

/** The same for several things may be meant of all; "only the next one" and "the whole series" are one thing's. */
function areAlike(choices: readonly LabelledCall[]): boolean {
  const [tools, things] = [new Set(choices.map(({ tool }) => tool)), new Set(choices.map(({ input }) => input.which))];
  return tools.size <= 1 && (things.size === choices.length || things.has(undefined) || things.has(''));
}

function isYes(text: string, isGrave: boolean): boolean {
  return AGREES.test(text) && (CONSENTS.test(text) || (!isGrave && WISHES.test(text)));
}

function placeOf(word: string, count: number): number | undefined {
  if (/^\d$/.test(word)) return Number(word) - 1;
  if (word === 'last' || word === 'bottom' || word === 'latter') return count - 1;
  if (word === 'top' || word === 'former') return 0;
  const place = [ORDINALS, SHORT_ORDINALS, NUMBERS].map((list) => list.indexOf(word)).find((at) => at >= 0);
  return place;
}

/** `calling` and `call`, `monday` and `mon`. */
function isSame(said: string, own: string): boolean {
  if (said === own) return true;
  const [short, long] = said.length < own.length ? [said, own] : [own, said];
  return (
    short.length >= 3 &&
    long.startsWith(short) &&
    /^(?:s|es|ed|ing|ling|day|sday|nesday|rsday|urday|\p{L}{0,3})$/u.test(long.slice(short.length))
  );
}

const bare = ({ tool, input }: LabelledCall): Call => ({ tool, input });
