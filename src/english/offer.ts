/** The buttons where a message is not certain: the nearest frames, filled with what was read. */
import type { Call, Heard } from '../agent/index.ts';
import { shorten } from '../base/text.ts';
import type { Choice } from '../delivery/index.ts';
import type { Frame, Matcher, Slots } from './frames.ts';
import { nearest } from './near.ts';
import { parsePattern, partsOf } from './pattern.ts';
import { callsOf, type Reading, readingOf, type Understood, understand } from './reading.ts';
import { LEADS, type Request, type Times } from './slots.ts';
import { BINDING, COMMON, isAsking, verbatim } from './words.ts';

const MOST = 3;
const MOST_NEAR = 6;
const MOST_PARTS = 4;
const LONGEST_LABEL = 78;
/** A label never begins a sentence that goes on for ever. */
const LONGEST_WORDS = 40;

/** At most three, the likeliest first: what lacks nothing, then what the words look like, then what lacks something. */
export async function offersFor(
  { request, times, best, all: fitting }: Understood,
  matcher: Matcher,
  heard: Heard,
): Promise<Choice[]> {
  const { frames } = matcher;
  const readings = [...best, ...fitting.filter((one) => !best.includes(one))];
  const offered = ({ frame, slots }: Guess): Choice[] => {
    const [call] = callsOf(frame, slots, [undefined], times) ?? [];
    return call ? [choiceOf(frame, slots, call)] : [];
  };
  const may = ({ tool }: Choice): boolean => heard.may(tool);
  const whole = readings.filter(({ isWhole }) => isWhole).flatMap(offerOf);
  const { timed, shown, like } = guesses(request, times, frames);
  const parts = readings.length > 0 ? [] : await partsOfIt(request, matcher, heard);
  const near = readings.length > 0 ? [] : await nearTo(request, times, matcher, heard);
  const found = [
    ...whole,
    ...parts.flatMap(offerOf),
    ...near.flatMap(offerOf),
    ...[...timed, ...shown].flatMap(offered),
    ...readings.flatMap(offerOf),
  ];
  const sure = distinct(found.filter(may)).slice(0, MOST);
  if (readings.length > 0 || sure.length === MOST) return sure;
  const alike = await byMeaning(frames.filter(isShowing), heard);
  const guessed = [...alike.map((frame) => ({ frame, slots: {} })), ...like];
  return distinct([...sure, ...guessed.flatMap(offered).filter(may)]).slice(0, MOST);
}

/** Requests that stand within other words: "found it, so delete that one". */
async function partsOfIt({ text, words }: Request, matcher: Matcher, heard: Heard): Promise<readonly Reading[]> {
  const verbs = new Set(matcher.frames.flatMap(({ changes, verbs = '' }) => (changes ? verbs.split('|') : [])));
  const starts = words.flatMap(({ norm }, at) => (at > 0 && verbs.has(norm) ? [at] : [])).slice(-MOST_PARTS);
  const comma = words.findIndex(({ mark }) => /^[,;.!?]/.test(mark));
  const pieces = [
    ...starts.map((at) => words.slice(at)),
    ...(comma >= 0 && comma < words.length - 1 ? [words.slice(0, comma + 1)] : []),
  ];
  const understood = await Promise.all(
    pieces.map((piece) => understand({ text, words: piece, isCut: false }, matcher, heard)),
  );
  return understood.flatMap(({ best: [one, ...others] }) =>
    one && others.length === 0 && one.own > 0 && one.calls.length > 0 && one.frame.changes ? [one] : [],
  );
}

/** The forms that nearly read it, with the things that they name. */
async function nearTo(request: Request, times: Times, matcher: Matcher, heard: Heard): Promise<readonly Reading[]> {
  const matches = nearest(matcher.patterns(), request, times).filter(
    ({ frame: { tool } }) => tool !== undefined && heard.has(tool),
  );
  const readings = await Promise.all(matches.slice(0, MOST_NEAR).map((match) => readingOf(match, times, heard)));
  return readings.flatMap((reading) => (reading?.isWhole ? [reading] : []));
}

/** Less alike is not alike. */
const ALIKE = 0.5;

/** The frame whose example is nearest to the message in meaning, where that is near. */
async function byMeaning(frames: readonly Frame[], { near }: Heard): Promise<readonly Frame[]> {
  const scores = (await near(frames.map(({ example }) => example))) ?? [];
  const best = scores.indexOf(Math.max(...scores));
  return (scores[best] ?? 0) >= ALIKE ? frames.slice(best, best + 1) : [];
}

/** The buttons of a reading; one for each thing that it may name. */
export function offerOf({ frame, slots, calls, about, among = [] }: Reading): Choice[] {
  const [call, ...others] = calls;
  // "It" says too little on a button.
  const named = about === undefined ? slots : { ...slots, which: about };
  if (call) return others.length > 0 ? [] : [choiceOf(frame, named, call)];
  return among.slice(0, MOST).flatMap((thing) => {
    const made = callsOf(frame, slots, [thing.id], { isSeries: () => false })?.[0];
    return made
      ? [{ ...choiceOf(frame, { text: thing.text }, made), label: shorten(thing.label ?? thing.text, LONGEST_LABEL) }]
      : [];
  });
}

function choiceOf({ does, changes }: Frame, { text, query, which, when }: Slots, call: Call): Choice {
  const said = text ?? query ?? which;
  const words = said === undefined ? '' : `: “${shorten(said.replace(/\s+/g, ' '), LONGEST_WORDS)}”`;
  const label = shorten(`${does}${words}${when === undefined ? '' : `, ${when}`}`, LONGEST_LABEL);
  return { label, ...call, ...(changes && /^(?:Delete|Forget)/.test(does) && { style: 'danger' as const }) };
}

interface Guess {
  frame: Frame;
  slots: Slots;
}

/** Frames for words that none reads: by what the words look like, and by a noun that a frame has. */
function guesses(
  { text, words }: Understood['request'],
  times: Understood['times'],
  frames: readonly Frame[],
): { timed: readonly Guess[]; shown: readonly Guess[]; like: readonly Guess[] } {
  const looks = isAsking(text, words) ? 'asked' : 'told';
  const time = looks === 'told' ? times.within(0, words.length) : undefined;
  const telling = words.filter(({ norm }) => !COMMON.has(norm));
  const slots: Slots =
    looks === 'asked' ? { query: telling.map(({ norm }) => norm).join(' ') } : { text: verbatim(text, words) };
  const withTime = frames.filter(({ offered }) => time && offered === 'timed');
  const showing = frames.filter((frame) => isShowing(frame) && hasNoun(frame, words));
  // "Delete both": no words to keep.
  const isRequest = frames.some(
    ({ changes, verbs = '' }) => changes && verbs.split('|').includes(words[0]?.norm ?? ''),
  );
  const like = isRequest || telling.length === 0 ? [] : frames.filter(({ offered }) => offered === looks);
  const timed = withTime.flatMap((frame) => {
    const said = time && besideTime(frame, text, words, time);
    return said === undefined ? [] : [{ frame, slots: { text: said, when: time?.words ?? '' } }];
  });
  const shown = showing.map((frame) => ({ frame, slots: {} }));
  return { timed, shown, like: like.map((frame) => ({ frame, slots })) };
}

/** Frames that change nothing and need no slot can be offered as they are. */
const isShowing = ({ says, changes, tool, needs }: Frame): boolean =>
  tool !== undefined && !changes && !needs && says.some((pattern) => !pattern.replace(/\[[^\]]*\]/g, '').includes('{'));

/** True if one of the frame's nouns is said. */
const hasNoun = ({ nouns = '' }: Frame, words: Understood['request']['words']): boolean =>
  nouns !== '' &&
  nouns.split('|').some((noun) => noun.split(' ').every((word) => words.some(({ norm }) => norm === word)));

/** The words before and behind a time, without those that the frame itself begins with. */
function besideTime(
  { says }: Frame,
  text: string,
  words: Understood['request']['words'],
  time: { from: number; to: number },
): string | undefined {
  const [first = ''] = says;
  const own = new Set([...partsOf(parsePattern(first)).words, ...LEADS]);
  let from = 0;
  while (from < time.from && own.has(words[from]?.norm ?? '')) from++;
  // "Remind Bob" is not "remind me".
  if (from < 2) from = 0;
  const [before, behind] = [words.slice(from, time.from), words.slice(time.to)];
  if (behind.length === 0 && BINDING.has(before.at(-1)?.norm ?? '')) return undefined;
  const said = [before, behind].map((some) => verbatim(text, some)).filter((some) => some !== '');
  return said.length > 0 ? said.join(' ') : undefined;
}

const distinct = (choices: readonly Choice[]): Choice[] =>
  choices.filter((one, at) => choices.findIndex(({ label }) => label === one.label) === at);
