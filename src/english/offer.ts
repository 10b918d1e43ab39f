/** The buttons where a message is not certain: the nearest frames, filled with what was read. */
import type { Call, Heard } from '../agent/index.ts';
import { shorten } from '../base/text.ts';
import type { Choice } from '../delivery/index.ts';
import type { Frame, Slots } from './frames.ts';
import { parsePattern, partsOf } from './pattern.ts';
import { callsOf, type Reading, type Understood } from './reading.ts';
import { COMMON, isAsking, verbatim } from './words.ts';

const MOST = 3;
const LONGEST_LABEL = 78;
/** A label never begins a sentence that goes on for ever. */
const LONGEST_WORDS = 40;

/** At most three, the likeliest first. */
export function offersFor({ request, times, best, all }: Understood, frames: readonly Frame[], heard: Heard): Choice[] {
  const readings = [...best, ...all.filter((one) => !best.includes(one))];
  const found: Choice[] = readings.flatMap((reading) => offerOf(reading));
  for (const { frame, slots } of guesses(request, times, frames)) {
    if (frame.tool !== undefined && !heard.may(frame.tool)) continue;
    const [call] = callsOf(frame, slots, [undefined], times) ?? [];
    if (call) found.push(choiceOf(frame, slots, call));
  }
  return distinct(found).slice(0, MOST);
}

/** The buttons of a reading; one for each thing that it may name. */
export function offerOf({ frame, slots, calls, among = [] }: Reading): Choice[] {
  const [call, ...others] = calls;
  if (call) return others.length > 0 ? [] : [choiceOf(frame, slots, call)];
  return among.slice(0, MOST).flatMap((thing) => {
    const made = callsOf(frame, slots, [thing.id], { isSeries: () => false })?.[0];
    return made ? [{ ...choiceOf(frame, { text: thing.text }, made), label: shorten(thing.text, LONGEST_LABEL) }] : [];
  });
}

function choiceOf({ does, changes }: Frame, { text, query, which, when }: Slots, call: Call): Choice {
  const said = text ?? query ?? which;
  const words = said === undefined ? '' : `: “${shorten(said.replace(/\s+/g, ' '), LONGEST_WORDS)}”`;
  const label = shorten(`${does}${words}${when === undefined ? '' : `, ${when}`}`, LONGEST_LABEL);
  return { label, ...call, ...(changes && /^(?:Delete|Forget)/.test(does) && { style: 'danger' as const }) };
}

/** Frames for words that none reads: by what the words look like, then by words that they share with a frame. */
function* guesses(
  { text, words }: Understood['request'],
  times: Understood['times'],
  frames: readonly Frame[],
): Generator<{ frame: Frame; slots: Slots }> {
  const all = words.map(({ norm }) => norm);
  const own = (frame: Frame) => all.filter((norm) => !COMMON.has(norm) && wordsOfFrame(frame).has(norm)).length;
  const nearest = frames
    .map((frame) => ({ frame, near: own(frame) }))
    .filter(({ near }) => near > 0)
    .sort((a, b) => b.near - a.near);
  const slots = {
    text: verbatim(text, words),
    query: verbatim(
      text,
      words.filter(({ norm }) => !COMMON.has(norm)),
    ),
  };
  const looks = isAsking(text, words) ? 'asked' : 'told';
  const time = times.within(0, words.length);
  for (const frame of frames) {
    if (frame.offered === 'timed' && looks === 'told' && time)
      yield { frame, slots: { text: besideTime(text, words, time), when: time.words } };
  }
  for (const { frame } of nearest) if (isPlain(frame)) yield { frame, slots: {} };
  for (const frame of frames) if (frame.offered === looks && words.length > 0) yield { frame, slots };
}

/** Frames that need no slot can be offered as they are. */
const isPlain = ({ says, changes, tool }: Frame): boolean =>
  tool !== undefined && !changes && says.some((pattern) => !pattern.replace(/\[[^\]]*\]/g, '').includes('{'));

const known = new WeakMap<Frame, ReadonlySet<string>>();

/** The words that are a frame's own: what it is said with, and those of its example. */
function wordsOfFrame(frame: Frame): ReadonlySet<string> {
  const found =
    known.get(frame) ??
    new Set(
      frame.says.flatMap((pattern) => [
        ...partsOf(parsePattern(pattern, { verb: frame.verbs, noun: frame.nouns })).words,
      ]),
    );
  known.set(frame, found);
  return found;
}

/** The words before and behind a time. */
function besideTime(
  text: string,
  words: Understood['request']['words'],
  { from, to }: { from: number; to: number },
): string {
  const said = [words.slice(0, from), words.slice(to)]
    .map((some) => verbatim(text, some))
    .filter((some) => some !== '');
  return said.join(' ') || verbatim(text, words);
}

const distinct = (choices: readonly Choice[]): Choice[] =>
  choices.filter((one, at) => choices.findIndex(({ label }) => label === one.label) === at);
