import { alternatives, withoutEither } from './alternatives.ts';
import { MINUTE } from './civil.ts';
import { parseCron } from './cron.ts';
import { describe } from './describe.ts';
import { hereOf } from './env.ts';
import { isOtherWord } from './foreign/marks.ts';
import { interpret } from './interpret.ts';
import { english } from './lang/en.ts';
import { type Budget, type Phrase, readings, type Words, wordsOf } from './phrase.ts';
import { distinct, readingsOf } from './readings.ts';
import { parseRuleText } from './rule-text.ts';
import { noTime, notUnderstood, tooLong, unknownZone, whichOne } from './texts.ts';
import { corrected, type Stretch, type Token, tokenise, wordAt } from './tokens.ts';
import type { Reading, When, WhenContext } from './types.ts';
import { isZone } from './zones.ts';

/** No one needs more characters, or more words, to say when. */
const LONGEST_TEXT = 2_000;
const MOST_TOKENS = 80;
/** With courtesies around them. */
const LONGEST_SLIPS = 2 * MOST_TOKENS;

/**
 * Parses `text` as a time: an instant, a rule, a question with its readings, or a refusal with its reason. The whole
 * text must be about time; for a text with a task in it see `splitTask`. Never throws.
 */
export function parseWhen(text: string, ctx: WhenContext): When {
  if (text.length > LONGEST_TEXT) return tooLong();
  if (!('home' in ctx) && !isZone(ctx.zone)) return unknownZone(ctx.zone);
  const here = hereOf(ctx);
  return readRule(text, here) ?? readPhrase(text, here) ?? explain(text);
}

/** RRULE text and cron expressions. */
function readRule(text: string, ctx: WhenContext): When | undefined {
  const rule = parseRuleText(text, ctx) ?? parseCron(text, ctx);
  return rule && withWords(rule, ctx);
}

/** Words only about time; undefined when some of them are not, or when they contradict each other. */
const readPhrase = (text: string, ctx: WhenContext): When | undefined =>
  readWords(chosen(wordsOf(text, tokenise(text))), ctx);

/** The words without an "either". */
function chosen(words: Words): Words {
  const tokens = withoutEither(words.tokens, (at) => words.pieces(at).length > 0);
  return tokens === words.tokens ? words : wordsOf(words.text, tokens);
}

/** As `readPhrase`, for a text that has been taken apart. */
function readWords(words: Words, ctx: WhenContext): When | undefined {
  const read = readWhole(words, ctx);
  if (read) return read.when;
  const tokens = words.tokens.length > LONGEST_SLIPS ? undefined : corrected(words.tokens, isOtherWord);
  return tokens && readWhole(wordsOf(words.text, tokens), ctx)?.when;
}

/** Bounds the time that any text takes; what a person writes needs a third of it. */
interface Effort {
  /** Number of partial readings that may still be looked at. */
  steps: Budget;
  /** Number of times alternatives are read, nested ones included. */
  tries: Budget;
}

const STEPS = 1_000;
/** Enough for one phrase many times over. */
const PHRASE_STEPS = 400;
/** Cost of giving a phrase its instant, in steps. */
const RESOLVING = 40;

export const effort = (steps = STEPS, tries: Budget = { left: 20 }): Effort => ({ steps: { left: steps }, tries });

/** True if a text was too tangled to be read to its end. */
export const isExhausted = ({ steps }: Effort): boolean => steps.left <= 0;

/** A reading and its pieces. */
interface Read {
  when: When;
  phrase: Phrase;
}

function readWhole(words: Words, ctx: WhenContext, tries?: Budget): Read | undefined {
  const [from, to] = trimmed(words.tokens, [0, words.tokens.length]);
  return to - from > MOST_TOKENS ? undefined : readStretch(words, ctx, [from, to], effort(PHRASE_STEPS, tries));
}

/** A stretch without the courtesies and signs at its ends; the dot of "24.12." belongs to the date, "-5 minutes" is no time. */
function trimmed(tokens: readonly Token[], [from, to]: Stretch): Stretch {
  let [start, end] = [from, to];
  const isNumber = (at: number) => /^\d/.test(wordAt(tokens, at)) && tokens[at]?.glued === true;
  while (start < end && (english.openers.has(wordAt(tokens, start)) || (isSign(tokens, start) && !isNumber(start + 1))))
    start++;
  while (
    end > start &&
    (english.closers.has(wordAt(tokens, end - 1)) || (isSign(tokens, end - 1) && !endsDate(tokens, end - 1)))
  )
    end--;
  return [start, end];
}

const isSign = (tokens: readonly Token[], at: number): boolean => /^[,.!;:?-]$/.test(wordAt(tokens, at));

const endsDate = (tokens: readonly Token[], at: number): boolean =>
  wordAt(tokens, at) === '.' &&
  tokens[at]?.glued === true &&
  /^\d\d?\.(?:0?[1-9]|1[0-2])$/.test(wordAt(tokens, at - 1));

/** The words of a stretch read as one phrase, the first that `fits`. */
export function readStretch(
  words: Words,
  ctx: WhenContext,
  stretch: Stretch,
  effort: Effort,
  fits: (phrase: Phrase) => boolean = () => true,
): Read | undefined {
  for (const phrase of readings(words, stretch, effort.steps)) {
    if (!fits(phrase)) continue;
    effort.steps.left -= RESOLVING * (phrase.vague?.instead.length ?? 1);
    const when = phrase.vague ? askAbout(phrase, words, ctx, stretch) : interpret(phrase, ctx);
    if (when) return { phrase, when: withWords(when, ctx) };
  }
  return readEither(words, ctx, stretch, effort);
}

/** "At 5 or 6": both are read, and a person is asked. The pieces are those of the first, at their places in `words`. */
function readEither({ text, tokens }: Words, ctx: WhenContext, stretch: Stretch, effort: Effort): Read | undefined {
  const [from, to] = stretch;
  if (!tokens.slice(from, to).some(({ text }) => english.choices.has(text))) return undefined;
  const known = new Map<string, Read | undefined>();
  const read = (words: string): Read | undefined => {
    if (!known.has(words) && effort.tries.left-- > 0)
      known.set(words, readWhole(wordsOf(words, tokenise(words)), ctx, effort.tries));
    return known.get(words);
  };
  for (const { first, second } of alternatives(text, tokens, stretch)) {
    if (isExhausted(effort)) return undefined;
    const one = read(first.text);
    const other = one && read(second.text);
    const found = [one, other].flatMap((each) => (each ? readingsOf(each.when) : []));
    if (!one || !other || found.length === 0) continue;
    const place = (at: number) => (from + at < first.from ? from + at : at + from + first.to - first.from);
    const placed = one.phrase.placed.map((each) => ({ ...each, from: place(each.from), to: place(each.to - 1) + 1 }));
    return { when: withWords(whichOne(distinct(found)), ctx), phrase: { ...one.phrase, placed } };
  }
  return undefined;
}

/** Reads the stretch once with each meaning of its unclear words. */
function askAbout(
  { vague, placed }: Phrase,
  { text, tokens }: Words,
  ctx: WhenContext,
  stretch: Stretch,
): When | undefined {
  const { from = 0, to = 0 } = placed.find(({ piece }) => piece === vague) ?? {};
  const { instead = [], certain } = vague ?? {};
  const before = text.slice(tokens[stretch[0]]?.start ?? 0, tokens[from]?.start);
  const after = text.slice(tokens[to - 1]?.end ?? text.length, tokens[stretch[1] - 1]?.end);
  const found: Reading[] = [];
  for (const meaning of instead) {
    const when = readPhrase(`${before} ${meaning} ${after}`, ctx);
    if (when?.kind === 'reject' && instead.length === 1) return when;
    if (when) found.push(...readingsOf(when));
  }
  const [first, ...rest] = found;
  if (!first || certain) return first?.when;
  // Readings that are near each other become a button instead of a question.
  const isNear = rest.length > 0 && rest.every((other) => areNear(first.when, other.when));
  return isNear ? { ...first.when, others: rest } : whichOne(found);
}

/** True if two times are so close that nobody wants to be asked which is meant. */
const areNear = (one: Reading['when'], other: Reading['when']): boolean =>
  one.kind === 'once' && other.kind === 'once' && Math.abs(one.at.getTime() - other.at.getTime()) <= NEAR;

const NEAR = 30 * MINUTE;

/** Asks which of these is meant; where none can be, the first of them stands. */
export function whichOf(whens: readonly When[], ctx: WhenContext): When {
  const different = distinct(whens.flatMap(readingsOf));
  return different.length > 0 ? withWords(whichOne(different), ctx) : (whens[0] ?? noTime());
}

/** Gives each reading the words that it is offered by. */
export function withWords(when: When, ctx: WhenContext): When {
  if (when.kind === 'reject') return when;
  const name = (reading: Reading): Reading => ({ ...reading, words: describe(reading.when, ctx) });
  if (when.kind === 'ambiguous') return whichOne(when.readings.map(name));
  return when.others ? { ...when, others: when.others.map(name) } : when;
}

/** Why a text that is no time is refused: nothing in it is about time, or something is that was not understood. */
function explain(text: string): When {
  const tokens = tokenise(text);
  const mentions = tokens.some(({ text: word }) => english.temporal.has(word) || /\d/.test(word));
  return mentions ? notUnderstood(text.trim()) : noTime();
}
