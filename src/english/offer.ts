/** The buttons where a message is not certain: the nearest frames, filled with what was read. */
import type { Call, HeardMessage } from '../agent/index.ts';
import { isSlip, shorten, withoutPairs } from '../base/text.ts';
import type { Choice } from '../delivery/index.ts';
import { isInOtherLanguage, otherLanguageOf } from '../time/index.ts';
import {
  type Frame,
  type Match,
  type Matcher,
  type Node,
  type Pattern,
  parsePattern,
  partsOf,
  SHOW,
  type Slots,
} from './matcher.ts';
import { callsOf, type FrameReading, readingOf, type UnderstoodRequest, understand } from './reading.ts';
import { LEADS, mayFill, type Request, type Span, slotOf, type Times } from './slots.ts';
import { BINDING, COMMON, isAsking, verbatim, type Word } from './words.ts';

const MOST = 3;
const MOST_NEAR = 6;
const MOST_PARTS = 4;
const LONGEST_LABEL = 78;
const LONGEST_WORDS = 40;
const LONGEST_QUESTION = 200;

export interface Offers {
  /** At most three, the likeliest first: what lacks nothing, then what the words look like, then what lacks something. */
  offers: readonly Choice[];
  /** A question that no frame reads is looked up among what was noted and remembered. */
  lookUp?: Call | undefined;
}

export async function offersFor(
  { request, times, best, all: fitting }: UnderstoodRequest,
  matcher: Matcher,
  message: HeardMessage,
): Promise<Offers> {
  const { frames } = matcher;
  const readings = [...best, ...fitting.filter((one) => !best.includes(one))];
  const offered = ({ frame, slots }: Guess): Choice[] => {
    const [call] = callsOf(frame, slots, [undefined], times) ?? [];
    return call ? [choiceOf(frame, slots, call)] : [];
  };
  const other = times.inOtherLanguage();
  // A sentence in another language makes no time of its English half.
  const isForeign = other !== undefined || isInOtherLanguage(request.text);
  const foreign = frames
    .filter(({ offered }) => other && offered === 'timed')
    .flatMap((frame) => offered({ frame, slots: { text: other?.task ?? '', when: other?.when ?? '' } }))
    .filter(({ tool }) => message.may(tool));
  const may = ({ tool, input }: Choice): boolean =>
    message.has(tool) && message.may(tool) && !(isForeign && isTimed(input));
  const whole = readings.filter(({ isWhole }) => isWhole).flatMap(offerOf);
  const isEitherWay = best.some((reading) => reading.isEitherWay);
  const { timed, shown, like, asked } = guesses(request, times, frames);
  const parts = readings.length > 0 ? [] : await partsOfIt(request, matcher, message);
  const near = readings.length > 0 ? [] : await nearTo(request, times, matcher, message);
  // "Take pills every day at 8": what leaves the time out is not what was said.
  const keepsTime = ({ input }: Choice): boolean => timed.length === 0 || isTimed(input);
  const choices = [
    ...whole,
    ...[...parts, ...near].flatMap(offerOf).filter(keepsTime),
    ...(isEitherWay ? [] : [...timed, ...shown].flatMap(offered)),
    ...readings.flatMap(offerOf),
  ];
  const sure = distinct([...foreign, ...choices.filter(may)]).slice(0, MOST);
  if (readings.length > 0 || sure.length === MOST) return { offers: sure };
  const alike = (await byMeaning(frames.filter(isShowing), message)).map((frame) => ({ frame, slots: {} }));
  const [lookUp] = foreign.length > 0 ? [] : asked.flatMap(offered).filter(may);
  const guessed = [...alike, ...like].flatMap(offered).filter(may);
  return {
    offers: distinct([...sure, ...guessed]).slice(0, MOST),
    lookUp: lookUp && { tool: lookUp.tool, input: lookUp.input },
  };
}

export const isTimed = (input: unknown): boolean => typeof input === 'object' && input !== null && 'when' in input;

/** Requests that stand within other words: "found it, so delete that one". */
async function partsOfIt(
  { text, words }: Request,
  matcher: Matcher,
  message: HeardMessage,
): Promise<readonly FrameReading[]> {
  const verbs = new Set(matcher.frames.flatMap(({ changes, verbs = '' }) => (changes ? verbs.split('|') : [])));
  const starts = words.flatMap(({ norm }, at) => (at > 0 && verbs.has(norm) ? [at] : [])).slice(-MOST_PARTS);
  const comma = words.findIndex(({ mark }) => /^[,;.!?]/.test(mark));
  const pieces = [
    ...starts.map((at) => words.slice(at)),
    ...(comma >= 0 && comma < words.length - 1 ? [words.slice(0, comma + 1)] : []),
  ];
  const readings = await Promise.all(
    pieces.map((piece) => understand({ text, words: piece, isCut: false }, matcher, message)),
  );
  return readings.flatMap(({ best: [one, ...others] }) =>
    one && others.length === 0 && one.own > 0 && one.calls.length > 0 && one.frame.changes ? [one] : [],
  );
}

async function nearTo(
  request: Request,
  times: Times,
  matcher: Matcher,
  message: HeardMessage,
): Promise<readonly FrameReading[]> {
  const matches = nearest(matcher.patterns(), request, times).filter(
    ({ frame: { tool } }) => tool !== undefined && message.has(tool),
  );
  const readings = await Promise.all(matches.slice(0, MOST_NEAR).map((match) => readingOf(match, times, message)));
  return readings.flatMap((reading) => (reading?.isWhole ? [reading] : []));
}

const LEAST_ALIKE = 0.5;

async function byMeaning(frames: readonly Frame[], { similarities: near }: HeardMessage): Promise<readonly Frame[]> {
  const scores = (await near(frames.map(({ example }) => example))) ?? [];
  const best = scores.indexOf(Math.max(...scores));
  return (scores[best] ?? 0) >= LEAST_ALIKE ? frames.slice(best, best + 1) : [];
}

export function offerOf({ frame, slots, calls, about, mark, among = [] }: FrameReading): Choice[] {
  const [call, ...others] = calls;
  // "It" says too little on a button.
  const named = about === undefined ? slots : { ...slots, which: about };
  if (call) return others.length > 0 ? [] : [withMark(choiceOf(frame, named, call), mark)];
  return among.slice(0, MOST).flatMap((thing) => {
    const call = callsOf(frame, slots, [thing.id], { isSeries: () => false })?.[0];
    return call
      ? [
          {
            ...withMark(choiceOf(frame, { text: thing.text }, call), thing.mark),
            label: shorten(thing.label ?? thing.text, LONGEST_LABEL),
          },
        ]
      : [];
  });
}

/** A button that takes a thing away is for the thing as it was then. */
const withMark = (choice: Choice, mark: string | undefined): Choice =>
  mark === undefined || choice.style !== 'danger' ? choice : { ...choice, input: { ...choice.input, seen: mark } };

function choiceOf({ does, changes }: Frame, { text, query, which, limit, when = limit }: Slots, call: Call): Choice {
  const content = text ?? query ?? which;
  const words = content === undefined ? '' : `: “${shorten(content.replace(/\s+/g, ' '), LONGEST_WORDS)}”`;
  const label = shorten(`${does}${words}${when === undefined ? '' : `, ${when}`}`, LONGEST_LABEL);
  return { label, ...call, ...(changes && /^(?:Delete|Forget|Give)/.test(does) && { style: 'danger' as const }) };
}

interface Guess {
  frame: Frame;
  slots: Slots;
}

function guesses(
  { text, words }: UnderstoodRequest['request'],
  times: UnderstoodRequest['times'],
  frames: readonly Frame[],
): { timed: readonly Guess[]; shown: readonly Guess[]; like: readonly Guess[]; asked: readonly Guess[] } {
  const isQuestion = isAsking(text, words);
  const time = isQuestion ? undefined : times.timeWithin(0, words.length);
  const telling = words.filter(({ norm }) => !COMMON.has(norm));
  const verbatimWords = verbatim(text, words);
  const content = otherLanguageOf(verbatimWords)?.words ?? verbatimWords;
  const withTime = frames.filter(({ offered }) => time && offered === 'timed');
  const showing = frames.filter((frame) => isShowing(frame) && hasNoun(frame, words));
  // "Delete both": no words to keep.
  const isRequest = frames.some(
    ({ changes, verbs = '' }) => changes && verbs.split('|').includes(words[0]?.norm ?? ''),
  );
  const isStatement = !isRequest && !isQuestion && telling.length > 0 && !isCommand(words);
  const like = isStatement ? frames.filter(({ offered }) => offered === 'told') : [];
  const asked = isQuestion && telling.length > 0 ? frames.filter(({ offered }) => offered === 'asked') : [];
  const timed = withTime.flatMap((frame) => {
    const task = time && besideTime(frame, text, words, time);
    const own = { text: task ?? '', when: time?.words ?? '' };
    const ended = times.endedBy(own.text, own.when);
    const limited = times.limitedBy(own.text, own.when);
    const all = ended.length > 0 ? ended : limited ? [limited, own] : [own];
    return task === undefined ? [] : all.map((slots) => ({ frame, slots }));
  });
  const shown = showing.map((frame) => ({ frame, slots: {} }));
  return {
    timed,
    shown,
    like: like.map((frame) => ({ frame, slots: { text: content } })),
    asked: asked.map((frame) => ({ frame, slots: { query: shorten(content, LONGEST_QUESTION) } })),
  };
}

/** A verb with its object and nobody who tells something of themselves or how things are: "tell me a joke", "play some music". */
function isCommand(words: readonly Word[]): boolean {
  const [first, second, third] = words;
  const object = PARTICLE.test(second?.norm ?? '') ? third : second;
  if (!first || !object || COMMON.has(first.norm) || !OBJECT.test(object.norm)) return false;
  return !words.some(({ norm }) => STATING.test(norm));
}
const PARTICLE = /^(?:on|off|up|down|out|in|away|back)$/;
const OBJECT = /^(?:a|an|the|some|this|that|these|those|me|us|it|him|her|them)$/;
const STATING = /^(?:i|my|we|our|is|are|am|was|were|has|have|had)$|'s$|\d/;

const isShowing = ({ says, changes, tool, needs }: Frame): boolean =>
  tool !== undefined && !changes && !needs && says.some((pattern) => !withoutPairs(pattern, '[', ']').includes('{'));

const hasNoun = ({ nouns = '' }: Frame, words: UnderstoodRequest['request']['words']): boolean =>
  nouns !== '' &&
  nouns.split('|').some((noun) => noun.split(' ').every((word) => words.some(({ norm }) => norm === word)));

function besideTime(
  { says }: Frame,
  text: string,
  words: UnderstoodRequest['request']['words'],
  time: { from: number; to: number },
): string | undefined {
  const [first = ''] = says;
  const own = new Set([...partsOf(parsePattern(first)).words, ...LEADS]);
  let from = 0;
  while (from < time.from && isOwn(words[from]?.norm ?? '', own)) from++;
  // "Remind Bob" is not "remind me".
  if (from < 2) from = 0;
  const before = words.slice(from, time.from);
  // "Every day at 8 to take pills".
  const behind = words.slice(time.to + (before.length === 0 && words[time.to]?.norm === 'to' ? 1 : 0));
  if (behind.length === 0 && BINDING.has(before.at(-1)?.norm ?? '')) return undefined;
  const parts = [before, behind].map((some) => verbatim(text, some)).filter((some) => some !== '');
  return parts.length > 0 ? parts.join(' ') : undefined;
}

/** "Remnd me to": a long word of the form with a letter wrong is that word. */
const isOwn = (norm: string, own: ReadonlySet<string>): boolean =>
  own.has(norm) || [...own].some((word) => word.length >= LEAST_MISTYPED && isSlip(norm, word));
const LEAST_MISTYPED = 6;

const distinct = (choices: readonly Choice[]): Choice[] =>
  choices.filter((one, at) => choices.findIndex(({ label }) => label === one.label) === at);

// Requests that are nearly a form: what is offered for words that no frame accounts for. Pure.

/** Words of the form that may be missing, and words of the request that it does not have. */
const MOST_SLIPS = 2;
const MOST_WORDS = 20;
/** The least score: more than half of a word that tells requests apart. */
const LEAST = 0.5;
const MOST_STEPS = 3_000;

interface State {
  request: Request;
  times: Times;
  steps: number;
  best: { spans: Readonly<Record<string, Span>>; score: number } | undefined;
}

/**
 * The frames that nearly read the request, the nearest first, each once. `own` counts the words of the form that are said, less
 * those that are not, and less the words that the form does not have.
 */
function nearest(patterns: readonly Pattern[], request: Request, times: Times): readonly Match[] {
  if (request.words.length > MOST_WORDS) return [];
  const telling = request.words.map(({ norm }) => norm).filter((norm) => weight(norm) === 1);
  const matches = patterns
    .filter(({ frame, nodes }) => {
      const own = partsOf(nodes).words;
      return frame.tool !== undefined && !frame.follows && !frame.isAlone && telling.some((norm) => own.has(norm));
    })
    .flatMap((pattern) => matchesOf(pattern, request, times))
    .sort((one, other) => other.own - one.own);
  return matches.filter(({ frame }, at) => matches.findIndex((one) => one.frame === frame) === at);
}

function matchesOf({ frame, nodes }: Pattern, request: Request, times: Times): Match[] {
  const state: State = { request, times, steps: 0, best: undefined };
  align(nodes, 0, { slips: 0, score: 0, own: 0, lacking: [], extra: [], spans: {} }, state);
  if (!state.best) return [];
  const slots: Record<string, string> = {};
  for (const [name, span] of Object.entries(state.best.spans)) {
    const key = name.startsWith('when') ? 'when' : name;
    const words = slotOf(request, span).words.replace(/(?<!\?)\?+$/, '');
    slots[key] = key in slots ? `${slots[key]} ${words}` : words;
  }
  return [{ frame, slots, own: state.best.score, isDoubtful: true }];
}

interface Path {
  slips: number;
  score: number;
  /** Words that tell: how many are both, those of the form that are not said, and those said that the form does not have. */
  own: number;
  lacking: readonly string[];
  extra: readonly string[];
  spans: Readonly<Record<string, Span>>;
}

/** "Tell me" begins so many forms that it tells none from another. */
const SHOWING = new Set(SHOW.split(/[| ]/));

const weight = (word: string): number => (COMMON.has(word) || LEADS.has(word) || SHOWING.has(word) ? 0.2 : 1);

/** Walks the form and the words side by side; a word of either may be passed over. */
function align(nodes: readonly Node[], at: number, path: Path, state: State): void {
  if (++state.steps > MOST_STEPS || path.slips > MOST_SLIPS) return;
  const { words } = state.request;
  const [node, ...rest] = nodes;
  if (!node) {
    const whole = words.slice(at).reduce((so: Path, { norm }) => addSlip(so, norm, 'extra'), path);
    const score = whole.slips > MOST_SLIPS || asksAnother(whole) ? 0 : whole.score;
    if (score > LEAST && score > (state.best?.score ?? 0)) state.best = { spans: path.spans, score };
    return;
  }
  if ('of' in node) {
    for (const sequence of node.of) align([...sequence, ...rest], at, path, state);
    return;
  }
  const word = words[at];
  if ('word' in node) {
    if (word?.norm === node.word) {
      const own = path.own + (weight(node.word) === 1 ? 1 : 0);
      align(rest, at + 1, { ...path, own, score: path.score + weight(node.word) }, state);
      return;
    }
    // The form's word is not said.
    align(rest, at, addSlip(path, node.word, 'lacking'), state);
  } else {
    for (const to of placesOf(node.slot, rest, at, state)) {
      const name = node.slot in path.spans ? `${node.slot}2` : node.slot;
      const gained = node.slot === 'when' ? 1 : 0;
      align(
        rest,
        to,
        { ...path, score: path.score + gained, spans: { ...path.spans, [name]: { from: at, to } } },
        state,
      );
    }
  }
  // The form does not have the word.
  if (word && !(at === 0 && path.slips > 0)) align(nodes, at + 1, addSlip(path, word.norm, 'extra'), state);
}

function addSlip(path: Path, word: string, as: 'lacking' | 'extra'): Path {
  const telling = weight(word) === 1 ? [...path[as], word] : path[as];
  return { ...path, slips: path.slips + 1, score: path.score - weight(word) / 2, [as]: telling };
}

/**
 * Another thing is asked for than the form's own: "turn off the light" is not near "turn off the briefing", which a misspelt one is.
 * Nor is a form near that lacks as much as it shares.
 */
const asksAnother = ({ own, lacking, extra }: Path): boolean =>
  (lacking.length > 0 && lacking.length >= own) ||
  (lacking.length > 0 &&
    extra.length > 0 &&
    !lacking.some((word) => extra.some((candidate) => isSlip(candidate, word))));

function placesOf(slot: string, rest: readonly Node[], at: number, { request, times }: State): number[] {
  const end = request.words.length;
  if (slot === 'when') {
    const time = times.startingAt(at, end);
    return time && time.to > at ? [time.to] : [];
  }
  const time = rest.length > 0 ? times.endingAt(at + 1, end) : undefined;
  const places = rest.length === 0 ? [end] : [...(time && !time.isWeak ? [time.from] : []), end];
  if (rest.some((node) => 'word' in node)) for (let to = at + 1; to < end; to++) places.push(to);
  return [...new Set(places)].filter((to) => to > at && mayFill(slot, { from: at, to }, request));
}
