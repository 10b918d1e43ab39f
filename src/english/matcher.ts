/** Frames, and the matcher that reads a request as one of them. Every word of the request has its place in it. Pure. */

import type { HeardMessage } from '../agent/index.ts';
import { lazy } from '../base/async.ts';
import { stripEnd } from '../base/text.ts';
import { isDoubtful, mayFill, type Request, type Slot, type Span, slotOf, type Times, textOf } from './slots.ts';
import { BINDING, beforeFillers, behindFiller } from './words.ts';

/** The words of the slots; `when` are all words that say when. */
export type Slots = Readonly<Record<string, string>>;

/** The asker, and the page where one runs, as an answer may name them. */
export type Asker = Pick<HeardMessage, 'hasPage' | 'name'>;

export interface Reader {
  text?: string | undefined;
  isSeries(words: string): boolean;
}

/**
 * A thing that can be asked for, as data. `{when}` in a pattern is a time; it may also stand before the request. `{which}`
 * names a thing, `{text}` is verbatim, `{limit}` are words that limit a series.
 */
export interface Frame {
  /** The tool that it calls; none: it answers by itself. */
  tool?: string;
  /** The setting that switches this tool on, where it is off at first. */
  setting?: string;
  /** For the docs and for buttons: "Set a reminder". */
  does: string;
  /** Alternatives behind `<verb>` and `<noun>` in the patterns, between bars. A noun says which kind of thing is meant. */
  verbs?: string;
  nouns?: string;
  says: readonly string[];
  example: string;
  /** Shown by `help`. */
  isShown?: true;
  /** The kind of thing that `{which}` names; a button for each where several may be meant. */
  thing?: string;
  /** Matches only where the request has a noun that says which kind of thing is meant. */
  isNamed?: true;
  /** Its text may hold no time: the words may be meant for then. */
  isTimeless?: true;
  /** Counts only for a whole message. */
  isAlone?: true;
  /** Counts only for words that add to the thing at hand, or correct it, as the words around them say. */
  follows?: 'more' | 'correction';
  /** Without `{which}` the thing at hand is meant. */
  isAtHand?: true;
  among?: RegExp;
  /** Nouns that mean things of one form alone: the timer is never another reminder. */
  forms?: Readonly<Record<string, RegExp>>;
  changes?: true;
  /** Slots without which its tool asks. */
  needs?: readonly string[];
  /** The input of its tool; undefined where the slots make no sense for it. */
  input?(slots: Slots, reader: Reader): Record<string, unknown> | undefined;
  answer?(slots: Slots, asked: Asker): string | undefined;
  /** Offered for words that no frame reads: a time with something beside it, a statement, a question. */
  offered?: 'timed' | 'told' | 'asked';
}

export interface Match {
  frame: Frame;
  slots: Slots;
  /** Words of the request that are the frame's own, or say when. */
  own: number;
  /** Some words may belong to another place than the one where they were read. */
  isDoubtful: boolean;
  /** Words of the text may limit the series: this reads them as the one or the other. */
  isEitherWay?: true;
}

export interface Pattern {
  frame: Frame;
  nodes: readonly Node[];
  first: ReadonlySet<string> | undefined;
  hasWhen: boolean;
}

const MOST_READINGS = 8;

export class Matcher {
  readonly frames: readonly Frame[];
  readonly patterns: () => readonly Pattern[];

  constructor(frames: readonly Frame[]) {
    this.frames = frames;
    this.patterns = lazy(() => frames.flatMap(patternsOf));
  }

  match(request: Request, times: Times): Match[] {
    const { words } = request;
    if (words.length === 0) return [];
    const lead = times.startingAt(0, words.length);
    const matches: Match[] = [];
    for (const pattern of this.patterns()) {
      const { follows } = pattern.frame;
      if (follows !== undefined && !(follows === 'more' ? request.isMore : request.isCorrection)) continue;
      const plain = this.read(pattern, request, times, 0, undefined);
      matches.push(...plain);
      const isLed = plain.length === 0 && lead && !lead.isWeak && lead.to < words.length && pattern.hasWhen;
      if (isLed) matches.push(...this.read(pattern, request, times, lead.to, lead));
    }
    // "Take pills through | 5 December" parts a limit.
    const limited = new Set(matches.flatMap(({ frame, isEitherWay }) => (isEitherWay ? [frame] : [])));
    return matches.filter(({ frame, isEitherWay }) => isEitherWay || !limited.has(frame));
  }

  private read(
    { frame, nodes, first }: Pattern,
    request: Request,
    times: Times,
    from: number,
    lead: Slot | undefined,
  ): Match[] {
    if (first && !first.has(request.words[from]?.norm ?? '')) return [];
    const matches: Match[] = [];
    const bareEnd = beforeFillers(request.words, 0, request.words.length);
    for (const spans of walk(nodes, from, { request, times, bareEnd })) {
      const match = matchOf(frame, spans, request, times, lead);
      if (match) matches.push(...eitherWay(match, times));
      if (matches.length >= MOST_READINGS) break;
    }
    return matches;
  }
}

function patternsOf(frame: Frame): Pattern[] {
  return frame.says.map((pattern) => {
    const nodes = parsePattern(pattern, { verb: frame.verbs, noun: frame.nouns });
    return { frame, nodes, first: firstWords(nodes), hasWhen: partsOf(nodes).slots.has('when') };
  });
}

type Spans = Readonly<Record<string, Span>>;

interface Walking {
  request: Request;
  times: Times;
  bareEnd: number;
}

/** The ways in which `nodes` take all words from `at` on. Fillers may stand between and behind the words of a form. */
function* walk(nodes: readonly Node[], at: number, on: Walking, spans: Spans = {}): Generator<Spans> {
  const { words } = on.request;
  const [node, ...rest] = nodes;
  if (!node) {
    if (at >= on.bareEnd) yield withFiller(spans, at, words.length);
    return;
  }
  if ('of' in node) {
    for (const sequence of node.of) yield* walk([...sequence, ...rest], at, on, spans);
    return;
  }
  const ends = 'word' in node ? (words[at]?.norm === node.word ? [at + 1] : []) : endsOf(node.slot, rest, at, on);
  for (const to of ends) {
    if ('word' in node) yield* walk(rest, to, on, spans);
    else {
      // Several times are one: "remind me tomorrow to … at 9".
      const name = node.slot in spans ? `${node.slot}2` : node.slot;
      yield* walk(rest, to, on, { ...spans, [name]: { from: at, to } });
    }
  }
  const isOwn = 'word' in node || node.slot === 'when' || node.slot === 'lead';
  const next = isOwn && ends.length === 0 && at > 0 ? behindFiller(words, at) : at;
  if (next > at) yield* walk(nodes, next, on, withFiller(spans, at, next));
}

/** Fillers are spans of their own, under names that no slot has. */
const withFiller = (spans: Spans, from: number, to: number): Spans =>
  to > from ? { ...spans, [`~${from}`]: { from, to } } : spans;

/**
 * Possible ends of a slot that begins at a word. A time takes all that it can, and so do words before a word of the
 * pattern.
 */
function endsOf(slot: string, rest: readonly Node[], at: number, { request, times, bareEnd }: Walking): number[] {
  const end = request.words.length;
  if (slot === 'when') return [times.startingAt(at, end)?.to ?? -1].filter((to) => to > at);
  if (slot === 'limit') return times.isLimit(at, end) ? [end] : [];
  return placesFor(slot, rest, at, { request, times, bareEnd }).filter((to) =>
    mayFill(slot, { from: at, to }, request),
  );
}

function placesFor(slot: string, rest: readonly Node[], at: number, { request, times, bareEnd }: Walking): number[] {
  const end = request.words.length;
  const next = nextSlot(rest);
  if (next === 'when') {
    const time = times.endingAt(at + 1, end) ?? times.endingAt(at + 1, bareEnd);
    const isTime = time && (!time.isWeak || (slot === 'which' && isPronounAt(request, at, time.from)));
    // A length or a number at the end may as well be part of the words.
    if (isTime || rest.length === 1) return isTime ? [time.from, end] : [end];
    // "Standup every weekday at 9 remind me".
    const within = times.timeWithin(at + 1, end);
    return within ? [within.from, end] : [end];
  }
  if (rest.length === 0) return slot === 'text' || bareEnd <= at || bareEnd === end ? [end] : [bareEnd, end];
  const places: number[] = [];
  for (let to = end; to > at; to--) places.push(to);
  return places;
}

/** A number beside "it" or "that" is its hour; beside another word it may be a part of the name: "bed 9". */
const isPronounAt = ({ words }: Request, from: number, to: number): boolean =>
  to === from + 1 && isPronoun(words[from]?.norm ?? '');

function nextSlot(nodes: readonly Node[]): string | undefined {
  const [node] = nodes;
  if (!node || 'word' in node) return undefined;
  if ('slot' in node) return node.slot;
  return node.of.map(nextSlot).find((slot) => slot !== undefined);
}

/** "Every day at 8 to walk for 2 weeks": the series ends then, or each walk takes so long. */
function eitherWay(match: Match, times: Times): Match[] {
  const { text, when } = match.slots;
  if (text === undefined || when === undefined) return [match];
  const limited = times.limitedBy(text, when);
  if (!limited) return [{ ...match, isDoubtful: match.isDoubtful || times.mayLimit(text, when) }];
  const asSaid = { ...match, isDoubtful: true, isEitherWay: true as const };
  return [{ ...asSaid, slots: { ...match.slots, ...limited }, own: match.own + 1 }, asSaid];
}

function matchOf(
  frame: Frame,
  spans: Spans,
  request: Request,
  times: Times,
  lead: Slot | undefined,
): Match | undefined {
  const { words } = request;
  const slots: Record<string, string> = {};
  let slotWords = 0;
  const timed = [lead, spans.when, spans.when2].filter((span) => span !== undefined);
  const when = timed.map((span) => stripEnd(slotOf(request, span).words, '?')).join(' ');
  if (timed.length > 1 && !times.isTime(when)) return undefined;
  if (when !== '') slots.when = when;
  for (const [name, span] of Object.entries(spans)) {
    if (name.startsWith('when')) continue;
    if (name.startsWith('~')) {
      slotWords += span.to - span.from;
      continue;
    }
    const { words: own } = name === 'text' ? textOf(request, span) : slotOf(request, span);
    // A question mark is part of a text, and of nothing else.
    slots[name] = name === 'text' ? own : own.replace(/(?<!\?)\?+$/, '');
    if (name !== 'lead' && name !== 'limit') slotWords += span.to - span.from;
  }
  const { text: textSpan } = spans;
  const isReply = isPronoun(slots.text ?? '');
  const before = textSpan && timed.some((span) => span.from === textSpan.to) ? words[textSpan.to - 1] : undefined;
  // "Parents' evening", "Ana's night out": what belongs to somebody is no time.
  const isTorn =
    before && !isReply && (BINDING.has(before.norm) || /'s$/.test(before.norm) || /^['’]/.test(before.mark));
  if (isTorn) return undefined;
  const hasWhen = frame.says.some((pattern) => pattern.includes('{when}'));
  const beside = timed.find((span) => textSpan && (span.from === textSpan.to || span.to === textSpan.from));
  const isOpen =
    textSpan !== undefined &&
    (hasWhen || frame.isTimeless === true) &&
    !isReply &&
    isDoubtful(request, textSpan, beside);
  const isCut = textSpan !== undefined && request.isCut && textSpan.to === words.length;
  return { frame, slots, own: words.length - slotWords, isDoubtful: isOpen || isCut };
}

/** The small language of what frames may be said with: `(show|list) [my] <noun> [about {query}]`. Pure. */

/** An element: a word, one of several sequences (an empty one where it may be left out), or a slot. */
export type Node = { word: string } | { of: readonly (readonly Node[])[] } | { slot: string };

const TOKEN = /[()[\]|]|\{\w+\}|<\w+>|[^\s()[\]|{}<>]+/g;

/** Throws an Error for a malformed pattern; `macros` stand in angle brackets. */
export function parsePattern(pattern: string, macros: Readonly<Record<string, string | undefined>> = {}): Node[] {
  const tokens = pattern.match(TOKEN) ?? [];
  let at = 0;
  const sequence = (): Node[] => {
    const nodes: Node[] = [];
    while (at < tokens.length && !/^[)\]|]$/.test(tokens[at] ?? '')) nodes.push(element(tokens[at++] ?? ''));
    return nodes;
  };
  const alternatives = (close: string): Node[][] => {
    const of = [sequence()];
    while (tokens[at] === '|') {
      at++;
      of.push(sequence());
    }
    if (tokens[at++] !== close) throw new Error(`“${close}” is missing in the pattern “${pattern}”`);
    return of;
  };
  const element = (token: string): Node => {
    if (token === '(') return { of: alternatives(')') };
    if (token === '[') return { of: [...alternatives(']'), []] };
    if (token.startsWith('{')) return { slot: token.slice(1, -1) };
    if (!token.startsWith('<')) return { word: token };
    const words = macros[token.slice(1, -1)];
    if (words === undefined) throw new Error(`“${token}” in the pattern “${pattern}” stands for nothing`);
    return { of: words.split('|').map((phrase) => phrase.split(' ').map((word) => ({ word }))) };
  };
  const nodes = sequence();
  if (at < tokens.length) throw new Error(`“${tokens[at]}” is too much in the pattern “${pattern}”`);
  return nodes;
}

/** The words with which it may begin; undefined where it may begin with a slot. */
function firstWords(nodes: readonly Node[]): ReadonlySet<string> | undefined {
  const words = new Set<string>();
  for (const node of nodes) {
    if ('slot' in node) return undefined;
    if ('word' in node) return words.add(node.word);
    for (const sequence of node.of) {
      const first = firstWords(sequence);
      if (!first) return undefined;
      for (const word of first) words.add(word);
    }
    if (!node.of.some((sequence) => sequence.length === 0)) return words;
  }
  return words;
}

export function partsOf(nodes: readonly Node[]): { words: Set<string>; slots: Set<string> } {
  const [words, slots] = [new Set<string>(), new Set<string>()];
  const walk = (some: readonly Node[]): void => {
    for (const node of some) {
      if ('slot' in node) slots.add(node.slot);
      else if ('word' in node) words.add(node.word);
      else for (const sequence of node.of) walk(sequence);
    }
  };
  walk(nodes);
  return { words, slots };
}

export const DELETE = 'delete|remove|cancel|drop|clear|get rid of';
export const SHOW = 'show|list|see|read|display|show me|read me|give me|tell me';

/** Words that name nothing by themselves: "note that down". They mean the message that is replied to. */
export const isPronoun = (text: string): boolean => /^(?:it|that|this|them|those|these)(?: down| please)?$/i.test(text);
