/** From a request to what it asks for: the frames that read it, the things that it names, and how sure that is. */
import type { Call, HeardMessage, NamedThing } from '../agent/index.ts';
import { foldLetters, hasSigns, signsNamed } from '../base/lexemes.ts';
import { type Frame, isPronoun, type Match, type Matcher, type Reader, type Slots } from './matcher.ts';
import { type Request, Times } from './slots.ts';
import { texts } from './texts.ts';
import { followsAs, isCourteous, isSign, type Word, withoutCourtesies, wordsOf } from './words.ts';

export interface FrameReading {
  frame: Frame;
  slots: Slots;
  own: number;
  /** `sure`: every word is accounted for. `asks`: it names several things, or none that is there. `doubtful`: it is offered. */
  how: 'sure' | 'asks' | 'doubtful';
  calls: readonly Call[];
  answer?: string;
  among?: readonly NamedThing[];
  isWhole: boolean;
  isEitherWay?: true | undefined;
  about?: string | undefined;
  /** Mark of the one thing that it is about, for a button. */
  mark?: string | undefined;
}

export interface UnderstoodRequest {
  request: Request;
  times: Times;
  best: readonly FrameReading[];
  all: readonly FrameReading[];
}

export async function understand(
  request: Request,
  matcher: Matcher,
  message: HeardMessage,
): Promise<UnderstoodRequest> {
  const times = new Times(request, message.when);
  const matches = matcher
    .match(request, times)
    .filter(({ frame }) => isThere(frame, message) || frame.setting !== undefined);
  const all = (await Promise.all(matches.map((match) => readingOf(match, times, message)))).flatMap(
    (each) => each ?? [],
  );
  return { request, times, all, best: bestOf(all) };
}

function bestOf(all: readonly FrameReading[]): readonly FrameReading[] {
  for (const how of ['sure', 'asks', 'doubtful'] as const) {
    const some = all.filter((reading) => reading.how === how);
    const most = Math.max(...some.map(({ own }) => own));
    const top = some.filter(({ own }) => own === most);
    // The first frame that reads it counts. A thing that is there comes before a search for it.
    const thingReadings = top.filter(({ about }) => about !== undefined);
    const first =
      thingReadings.length > 0 ? top.filter(({ frame, about }) => about !== undefined || frame.changes) : top;
    if (top.length > 0) return first.filter((one, at) => first.findIndex(({ frame }) => frame === one.frame) === at);
  }
  return [];
}

const isThere = ({ tool }: Frame, message: HeardMessage): boolean => tool === undefined || message.has(tool);

export async function readingOf(match: Match, times: Times, message: HeardMessage): Promise<FrameReading | undefined> {
  const { frame, own, isDoubtful, isEitherWay } = match;
  const slots = withReplied(match, message);
  if (frame.answer || !isThere(frame, message)) {
    const answer = frame.answer ? frame.answer(slots, message) : texts.isOff(frame.setting ?? '');
    return answer === undefined ? undefined : { frame, slots, own, how: 'sure', calls: [], answer, isWhole: true };
  }
  const isWhole = (frame.needs ?? []).every((slot) => slots[slot] !== undefined);
  const reading = { frame, slots, own, isWhole, isEitherWay };
  const { thing, nouns = '', among, forms, isAtHand } = frame;
  const which = slots.which ?? (isAtHand && 'it');
  if (thing === undefined || which === undefined) {
    const calls = callsOf(frame, slots, [undefined], times);
    return calls && { ...reading, calls, how: isDoubtful ? 'doubtful' : 'sure' };
  }
  const target = await targetOf(which, { thing, nouns, among, form: formNamed(forms, which) }, message);
  return withTarget(reading, target, times, isDoubtful);
}

/** The slots, filled with what the message replies to: "remind me of this", "snooze". */
function withReplied({ frame, slots }: Match, { repliesTo }: HeardMessage): Slots {
  if (repliesTo === undefined) return slots;
  if (repliesTo.isOwn && isPronoun(slots.text ?? '')) return { ...slots, text: repliesTo.text };
  return frame.thing !== undefined && slots.which === undefined ? { ...slots, which: 'this' } : slots;
}

function withTarget(
  reading: Omit<FrameReading, 'how' | 'calls'>,
  target: Target,
  times: Times,
  isDoubtful: boolean,
): FrameReading | undefined {
  const { frame, slots } = reading;
  if (frame.isNamed && !target.isNamed) return undefined;
  // "Note: milk" keeps milk, whatever note there is of it.
  const own = reading.own === 0 ? 0 : reading.own + Number(target.isNamed);
  if (target.kind === 'certain') {
    const calls = callsOf(frame, slots, target.which, {
      isSeries: (words) => times.isSeries(words),
      text: target.text,
    });
    return (
      calls && { ...reading, own, calls, about: target.text, mark: target.mark, how: isDoubtful ? 'doubtful' : 'sure' }
    );
  }
  // Words alone are a request only where they are the name of something.
  if ((target.kind === 'none' && !target.isNamed) || reading.own === 0) return undefined;
  const among = target.kind === 'open' ? target.among : [];
  return { ...reading, own, calls: [], among, how: 'asks' };
}

export function callsOf(
  frame: Frame,
  slots: Slots,
  which: readonly (string | undefined)[],
  times: Reader,
): Call[] | undefined {
  const calls = which.map((one) => {
    const filled = one === undefined ? slots : { ...slots, which: one };
    const input = frame.input ? frame.input(filled, times) : {};
    return input && frame.tool !== undefined ? { tool: frame.tool, input } : undefined;
  });
  return calls.every((call) => call !== undefined) ? calls : undefined;
}

export const questionOf = ({ frame, slots, among = [] }: FrameReading): string =>
  among.length === 0 ? texts.none(frame.thing ?? '', slots.which ?? '') : texts.which(frame.thing ?? '');

// A message cut into its requests: at lines, semicolons, full stops, and at "and" before a verb of a frame.

/** A place where a request may end (`end`) and the next one begin (`from`), by word. */
interface Border {
  end: number;
  from: number;
  /** A word joins the two, so that both may be one request. */
  isJoined: boolean;
  /** A comma: it counts only where the message is nothing as a whole. */
  isWeak: boolean;
}

const MOST_SMALL = 4;
const MOST_BORDERS = 30;
const ASKING = new Set(['can', 'could', 'would', 'will']);
const JOINS = new Set(['and', 'then', 'also']);

/** The requests of a message, in order. A border counts only where the words behind it are a request by themselves. */
export async function requestsOf(
  text: string,
  words: readonly Word[],
  matcher: Matcher,
  message: HeardMessage,
): Promise<readonly UnderstoodRequest[]> {
  const read = async (from: number, to: number) => {
    const some = words.slice(from, to);
    const bare = some.slice(0, some.findLastIndex((word) => !isSign(word)) + 1);
    // "Hi coda" is a request, and the courtesy before one; a smile behind it is part of a text, or says nothing.
    const asSaid = [...(bare.length < some.length ? [some] : []), ...(bare.length <= MOST_SMALL ? [bare] : [])];
    for (const each of asSaid) {
      const reading = await understand({ text, words: each, isCut: false }, matcher, message);
      if (isReady(reading)) return reading;
    }
    return understand(requestOf(text, some), matcher, message);
  };
  const borders = bordersOf(words);
  const whole = await read(0, words.length);
  const parts: UnderstoodRequest[] = [];
  let [end, isJoined] = [words.length, false];
  for (const border of borders.slice(-MOST_BORDERS).reverse()) {
    if (border.isWeak && whole.best.length > 0) continue;
    const part = await read(border.from, end);
    if (!isRequest(part) || (border.isWeak && !isFree(words.slice(0, border.end), part))) continue;
    parts.unshift(part);
    end = border.end;
    isJoined ||= border.isJoined;
  }
  if (parts.length === 0) return [whole];
  if (!isCourteous(words.slice(0, end))) parts.unshift(await read(0, end));
  const isEach = parts.every(isRequest);
  if (isEach && parts.every(isReady)) return parts;
  // "Email Ann and note down her answer": one request or two; nobody can know.
  if (isJoined && isReady(whole)) return [{ ...whole, best: whole.best.map((each) => ({ ...each, how: 'doubtful' })) }];
  return isJoined && !isEach ? [whole] : parts;
}

/** True if the words are a request, whatever it lacks. The name of a thing alone is none beside other words. */
const isRequest = ({ best }: UnderstoodRequest): boolean =>
  best.length > 0 && best.every(({ how, frame, own }) => how !== 'doubtful' && !frame.isAlone && own > 0);

const CONDITIONS = new Set('if when unless once after before until not never no nobody nothing'.split(' '));

/** True if a request behind a comma stands by itself: nothing before it may forbid it, or say when it is to be. */
const isFree = (before: readonly Word[], { best }: UnderstoodRequest): boolean =>
  !before.some(({ norm }) => CONDITIONS.has(norm)) && best.every(({ frame }) => !/^(?:Delete|Forget)/.test(frame.does));

const isReady = ({ best }: UnderstoodRequest): boolean =>
  best.length === 1 && best[0]?.how === 'sure' && best[0].isWhole;

function bordersOf(words: readonly Word[]): Border[] {
  return words.flatMap((word, at): Border[] => {
    const before = words[at - 1];
    if (!before) return [];
    if (JOINS.has(word.norm) && at + 1 < words.length) {
      const from = words.findIndex(({ norm }, next) => next > at && !JOINS.has(norm));
      return JOINS.has(before.norm) || from < 0 ? [] : [{ end: at, from, isJoined: true, isWeak: false }];
    }
    const isEnd = /[;\n]|[.!?]\s/.test(before.mark);
    return isEnd || /,\s/.test(before.mark) ? [{ end: at, from: at, isJoined: false, isWeak: !isEnd }] : [];
  });
}

function requestOf(text: string, words: readonly Word[]): Request {
  const bare = withoutCourtesies(words);
  const last = bare.at(-1);
  const cut = last === undefined ? [] : words.slice(words.indexOf(last) + 1);
  const isPlain = cut.length === 0 || /[,.;!?\n]/.test(last?.mark ?? '') || cut.some(({ norm }) => norm === 'please');
  const isPolite = words.slice(0, words.indexOf(bare[0] as Word)).some(({ norm }) => ASKING.has(norm));
  return { text, words: bare, isCut: !isPlain, isPolite, ...followsAs(words, bare) };
}

// The thing that words name: by number, as the one at hand, or by a part of its text. Pure.

/**
 * `certain`: these ids, or numbers of the list shown. `open`: each of these may be meant. `isNamed`: a noun says which kind of
 * thing is meant, so that another kind is none.
 */
type Target = { isNamed: boolean } & (
  | { kind: 'certain'; which: readonly string[]; text?: string | undefined; mark?: string | undefined }
  | { kind: 'open'; among: readonly NamedThing[] }
  | { kind: 'none' }
);

const ORDINALS = 'first second third fourth fifth sixth seventh eighth ninth tenth'.split(' ');
const SHORT_ORDINALS = '1st 2nd 3rd 4th 5th 6th 7th 8th 9th 10th'.split(' ');
const DETERMINERS = new Set('the my our that this those these a an of'.split(' '));
const AT_HAND =
  /^(?:it|there|that|this|that one|this one|last|last one|latest|latest one|one|them|those|these|both|both of (?:them|those|these)|)$/;
const THIS = /^(?:it|there|that|this|that one|this one|one|)$/;
const ALL = /^(?:all|everything|every|all of (?:them|it|those|these)|them all|every single)$/;
const LINKS = new Set('about to for on of called named saying that number no with'.split(' '));

/** The form of what a noun means: "the timer". */
function formNamed(forms: Frame['forms'], which: string): RegExp | undefined {
  const noun = forms && wordsOf(which).find(({ norm }) => Object.hasOwn(forms, norm))?.norm;
  return noun === undefined ? undefined : forms?.[noun];
}

/**
 * `nouns`: what the kind is called, between bars. `among`: the form of the texts of those that are meant; `form`: the same, where a
 * noun has said it.
 */
async function targetOf(
  which: string,
  {
    thing,
    nouns,
    form,
    ...asked
  }: { thing: string; nouns: string; among?: RegExp | undefined; form?: RegExp | undefined },
  { dialogue, repliesTo, listThings: lookAll }: Pick<HeardMessage, 'listThings' | 'dialogue' | 'repliesTo'>,
): Promise<Target> {
  const among = form ?? asked.among;
  const look = async (kind: string) =>
    (await lookAll(kind)).filter(({ text }) => among === undefined || among.test(text));
  const context = { dialogue, repliesTo, listThings: look };
  const { words, isNamed, isGiven } = bare(wordsOf(which), nouns);
  // A name that was given and leaves nothing is none.
  if (isGiven && words.length === 0) return { isNamed, kind: 'none' };
  const signs = signsNamed(which);
  if (signs && words.every(isSign)) return targetWithSigns(signs, isNamed, await look(thing));
  const phrase = words.map(({ norm }) => norm).join(' ');
  const { topic } = dialogue;
  const isAtHand = topic?.thing === thing && (among === undefined || among.test(topic.text ?? ''));
  if (ALL.test(phrase))
    return isNamed || isAtHand ? { isNamed, kind: 'certain', which: ['all'] } : { isNamed, kind: 'none' };
  const numbers = numbersIn(words);
  if (numbers) return isNamed || isAtHand ? { isNamed, kind: 'certain', which: numbers } : { isNamed, kind: 'none' };
  if (AT_HAND.test(phrase)) {
    const replied = THIS.test(phrase) ? await repliedTo(thing, context) : undefined;
    const [one, ...more] = replied ?? [];
    if (one && more.length === 0) return { isNamed, kind: 'certain', which: [one.id], text: one.text, mark: one.mark };
    // A reply's target is the message it replies to, and nothing else that is at hand.
    if (replied) return one || isNamed ? { isNamed, kind: 'open', among: replied } : { isNamed, kind: 'none' };
    const ids = isAtHand ? (topic.id?.split(/,\s*/) ?? []) : [];
    if (phrase.startsWith('both') && ids.length !== 2) return { isNamed, kind: 'none' };
    if (ids.length > 0) return { isNamed, kind: 'certain', which: ids, text: topic?.text };
    const all = isAtHand || isNamed ? await context.listThings(thing) : [];
    const [only, ...others] = all;
    // The only thing of a form is named by its noun.
    if ((isAtHand || form) && only && others.length === 0)
      return { isNamed, kind: 'certain', which: [only.id], text: only.text, mark: only.mark };
    return isAtHand || isNamed ? { isNamed, kind: 'open', among: all } : { isNamed, kind: 'none' };
  }
  const matches = thingsNamed(phrase, await context.listThings(thing));
  const [only, ...others] = matches;
  if (only && others.length === 0)
    return { isNamed, kind: 'certain', which: [only.id], text: only.text, mark: only.mark };
  return matches.length > 0 ? { isNamed, kind: 'open', among: matches } : { isNamed, kind: 'none' };
}

/** A name without letters means what has its signs, or nothing: never the one at hand. */
function targetWithSigns(signs: readonly string[], isNamed: boolean, things: readonly NamedThing[]): Target {
  const matches = things.filter(({ text }) => hasSigns(text, signs));
  const [only, ...others] = matches;
  if (only && others.length === 0)
    return { isNamed, kind: 'certain', which: [only.id], text: only.text, mark: only.mark };
  return matches.length > 0 ? { isNamed, kind: 'open', among: matches } : { isNamed, kind: 'none' };
}

function bare(all: readonly Word[], nouns: string): { words: readonly Word[]; isNamed: boolean; isGiven?: boolean } {
  const phrases = nouns.split('|').map((noun) => noun.split(' '));
  let words = withoutDeterminers(all);
  // "The one about Lars".
  const one = words.findIndex(({ norm }) => norm === 'one');
  if (one >= 0 && one < 2 && LINKS.has(words[one + 1]?.norm ?? ''))
    return { words: withoutDeterminers(words.slice(one + 2)), isNamed: false };
  const begins = phrases.find((noun) => noun.every((norm, at) => words[at]?.norm === norm));
  if (begins) {
    words = words.slice(begins.length);
    const isGiven = LINKS.has(words[0]?.norm ?? '');
    if (isGiven) words = words.slice(1);
    return { words: withoutDeterminers(words), isNamed: true, isGiven };
  }
  const ends = phrases.find((noun) => noun.every((norm, at) => words[words.length - noun.length + at]?.norm === norm));
  if (!ends) return { words: withoutOne(words), isNamed: false };
  words = words.slice(0, words.length - ends.length);
  // "All of my reminders".
  while (words.length > 1 && DETERMINERS.has(words.at(-1)?.norm ?? '')) words = words.slice(0, -1);
  return { words, isNamed: true };
}

const PLACES = new Set([...ORDINALS, ...SHORT_ORDINALS, 'that', 'this', 'last', 'latest', 'the']);

/** "The church one" is the church. */
function withoutOne(words: readonly Word[]): readonly Word[] {
  const [before, last] = words.slice(-2);
  const isOne = last?.norm === 'one' && before !== undefined && !PLACES.has(before.norm);
  return isOne ? words.slice(0, -1) : words;
}

function withoutDeterminers(words: readonly Word[]): readonly Word[] {
  let from = 0;
  while (from < words.length - 1 && DETERMINERS.has(words[from]?.norm ?? '') && words[from + 1]?.norm !== 'one') from++;
  return words.slice(from);
}

/** "2", "#2", "the second one", "1, 3 and 4". */
function numbersIn(words: readonly Word[]): string[] | undefined {
  const norms = words.filter(({ norm }) => !/^(?:and|the|one|ones|number)$/.test(norm)).map(({ norm }) => norm);
  const numbers = norms
    .flatMap((word) => word.split(','))
    .map((word) => {
      if (/^#?\d{1,3}$/.test(word)) return word.replace('#', '');
      const place = [ORDINALS, SHORT_ORDINALS].map((names) => names.indexOf(word)).find((at) => at >= 0);
      return place === undefined ? undefined : String(place + 1);
    });
  return numbers.length > 0 && numbers.every((number) => number !== undefined) ? numbers : undefined;
}

/** The things whose text stands in the message that is replied to; undefined where it replies to none. */
async function repliedTo(
  thing: string,
  { repliesTo, listThings: look }: Pick<HeardMessage, 'listThings' | 'repliesTo'>,
): Promise<readonly NamedThing[] | undefined> {
  if (repliesTo === undefined) return undefined;
  const within = plain(repliesTo.text);
  return (await look(thing)).filter(({ text }) => ` ${within} `.includes(` ${plain(text)} `));
}

const plain = (text: string): string =>
  wordsOf(text)
    .map(({ norm }) => foldLetters(norm.replace(/'s$/, '')))
    .join(' ');

/** A list goes by its name, not by what is on it. */
const nameOf = (text: string): string => /^([^:\n]{1,60}\blist\b[^:\n]{0,40}):/i.exec(text)?.[1] ?? text;

/** Things whose text is said, else whose text has the words as a part, else whose text has all of the words. */
function thingsNamed(phrase: string, things: readonly NamedThing[]): readonly NamedThing[] {
  const words = plain(phrase);
  if (words === '') return [];
  const byId = things.filter(({ id }) => id === phrase.trim());
  if (byId.length > 0) return byId;
  const texts = things.map((thing) => ({ thing, text: plain(nameOf(thing.text)) }));
  const ways = [
    (text: string) => text === words,
    (text: string) => ` ${text} `.includes(` ${words} `),
    (text: string) => words.split(' ').every((word) => text.split(' ').includes(word)),
  ];
  for (const isMeant of ways) {
    const matches = texts.filter(({ text }) => isMeant(text));
    if (matches.length > 0) return matches.map(({ thing }) => thing);
  }
  return [];
}
