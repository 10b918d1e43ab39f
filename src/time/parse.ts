import { alternatives, withoutEither } from './alternatives.ts';
import { MINUTE } from './civil.ts';
import { parseCron } from './cron.ts';
import { describe } from './describe.ts';
import { hereOf } from './env.ts';
import { interpret } from './interpret.ts';
import { english } from './lang/en.ts';
import { closingBefore, greetingAt } from './layout.ts';
import type { Match } from './match.ts';
import { type Budget, type Phrase, readings } from './phrase.ts';
import type { Piece } from './pieces.ts';
import { parseRuleText } from './rule-text.ts';
import { noTime, notUnderstood, tooLong, unknownZone, whichOne } from './texts.ts';
import { corrected, type Token, tokenise } from './tokens.ts';
import type { Reading, When, WhenContext } from './types.ts';
import { isZone } from './zones.ts';

/** No one needs more characters, or more words, to say when. */
const LONGEST_TEXT = 2_000;
const MOST_TOKENS = 80;
/** With courtesies around them. */
const LONGEST_SLIPS = 2 * MOST_TOKENS;

/**
 * What `text` means as a time: an instant, a rule, a question with its readings, or a refusal with its reason. The
 * whole text must be about time; for a sentence with a task in it see `understand`. Never throws.
 */
export function parseWhen(text: string, ctx: WhenContext): When {
  if (text.length > LONGEST_TEXT) return tooLong();
  if (!('home' in ctx) && !isZone(ctx.zone)) return unknownZone(ctx.zone);
  const here = hereOf(ctx);
  return readRule(text, here) ?? readPhrase(text, here) ?? explain(text);
}

/** RRULE text and cron expressions. */
export function readRule(text: string, ctx: WhenContext): When | undefined {
  const rule = parseRuleText(text, ctx) ?? parseCron(text, ctx);
  return rule && withWords(rule, ctx);
}

/** Words only about time; undefined when some of them are not, or when they contradict each other. */
export function readPhrase(text: string, ctx: WhenContext): When | undefined {
  return readWords(chosen(wordsOf(text, tokenise(text))), ctx);
}

/** The words without an "either". */
export function chosen(words: Words): Words {
  const tokens = withoutEither(words.tokens, (at) => words.pieces(at).length > 0);
  return tokens === words.tokens ? words : wordsOf(words.text, tokens);
}

/** As `readPhrase`, for a text that has been taken apart. */
export function readWords(words: Words, ctx: WhenContext): When | undefined {
  const when = readAsIs(words, ctx);
  if (when) return when;
  const tokens = words.tokens.length > LONGEST_SLIPS ? undefined : corrected(words.tokens);
  return tokens && readAsIs(wordsOf(words.text, tokens), ctx);
}

/** A text taken apart, with the pieces that begin at each of its tokens. */
export interface Words {
  text: string;
  tokens: readonly Token[];
  pieces: (at: number) => readonly Match<Piece>[];
}

export function wordsOf(text: string, tokens: readonly Token[]): Words {
  return { text, tokens, pieces: english.grammar.over(tokens) };
}

/** Where the words stand, without courtesies before and after. */
function stretchOf(tokens: readonly Token[]): { from: number; to: number } {
  const isSign = (at: number) => /^[.!,]$/.test(tokens[at]?.text ?? '');
  let from = 0;
  let to = tokens.length;
  for (let length = 1; from < to && length > 0; from += length)
    length = greetingAt(tokens, from) || Number(english.openers.has(tokens[from]?.text ?? ''));
  if (from > 0 && tokens[from]?.text === ',') from++;
  for (let length = 1; to > from && length > 0; to = Math.max(from, to - length)) {
    length = closingBefore(tokens, to);
    if (length === 0 && isSign(to - 1) && closingBefore(tokens, to - 1) > 0) length = 1;
  }
  return { from, to };
}

function readAsIs(words: Words, ctx: WhenContext): When | undefined {
  return readStretch(words, ctx)?.when;
}

/** How often alternatives are read, those within others among them. */
export const TRIES = 20;

/** What was read, and of which pieces. */
interface Read {
  when: When;
  phrase: Phrase;
}

function readStretch(
  { text, tokens, pieces }: Words,
  ctx: WhenContext,
  tries: Budget = { left: TRIES },
): Read | undefined {
  const stretch = stretchOf(tokens);
  const { from, to } = stretch;
  if (from >= to || to - from > MOST_TOKENS) return undefined;
  for (const phrase of readings(tokens, from, to, pieces)) {
    const when = phrase.vague ? askAbout(phrase, text, tokens, ctx, stretch) : interpret(phrase, ctx);
    if (when) return { phrase, when: withWords(when, ctx) };
  }
  return readEither({ text, tokens, pieces }, ctx, [from, to], tries);
}

/** "At 5 or 6": both are read, and a person is asked. The pieces are those of the first, at their places in `words`. */
export function readEither(
  { text, tokens }: Words,
  ctx: WhenContext,
  [from, to]: readonly [number, number],
  tries: Budget,
): Read | undefined {
  const known = new Map<string, Read | undefined>();
  const read = (words: string): Read | undefined => {
    if (!known.has(words) && tries.left-- > 0)
      known.set(words, readStretch(wordsOf(words, tokenise(words)), ctx, tries));
    return known.get(words);
  };
  for (const { first, second } of alternatives(text, tokens, [from, to])) {
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

/** What a person can be offered of what was understood. */
export function readingsOf(when: When): Reading[] {
  if (when.kind === 'ambiguous') return when.readings;
  return when.kind === 'reject' ? [] : [{ words: '', when }];
}

/** The readings, each time once. */
export function distinct(readings: readonly Reading[]): Reading[] {
  const told = new Set<string>();
  return readings.filter(({ when }) => {
    const key = when.kind === 'once' ? String(when.at.getTime()) : when.rule;
    return !told.has(key) && told.add(key);
  });
}

/** Reads the phrase once with each meaning of its unclear words. */
export function askAbout(
  { vague }: Phrase,
  text: string,
  tokens: readonly Token[],
  ctx: WhenContext,
  stretch: { from: number; to: number },
): When | undefined {
  if (!vague) return undefined;
  const before = text.slice(tokens[stretch.from]?.start ?? 0, tokens[vague.from]?.start);
  const after = text.slice(tokens[vague.to - 1]?.end ?? text.length, tokens[stretch.to - 1]?.end);
  const found: Reading[] = [];
  for (const instead of vague.instead) {
    const when = readPhrase(`${before} ${instead} ${after}`, ctx);
    if (when?.kind === 'once' || when?.kind === 'recurring') found.push({ words: '', when });
    else if (when?.kind === 'ambiguous') found.push(...when.readings);
    else if (when?.kind === 'reject' && vague.instead.length === 1) return when;
  }
  const [first, ...rest] = found;
  if (!first || vague.certain) return first?.when;
  // Where it hardly matters which is meant, the others are a button.
  const isNear = rest.length > 0 && rest.every((other) => areNear(first.when, other.when));
  return isNear ? { ...first.when, others: rest } : whichOne(found);
}

/** Whether two times are so close that nobody wants to be asked which is meant. */
function areNear(one: Reading['when'], other: Reading['when']): boolean {
  return one.kind === 'once' && other.kind === 'once' && Math.abs(one.at.getTime() - other.at.getTime()) <= NEAR;
}

const NEAR = 30 * MINUTE;

/** Gives each reading the words that it is offered by. */
export function withWords(when: When, ctx: WhenContext): When {
  if (when.kind === 'reject') return when;
  const name = (reading: Reading): Reading => ({ ...reading, words: describe(reading.when, ctx) });
  if (when.kind === 'ambiguous') return whichOne(when.readings.map(name));
  return when.others ? { ...when, others: when.others.map(name) } : when;
}

/** Why a text that is no time is refused: nothing in it is about time, or something is that was not understood. */
export function explain(text: string): When {
  const tokens = tokenise(text);
  const mentions = tokens.some(({ text: word }) => english.temporal.has(word) || /\d/.test(word));
  return mentions ? notUnderstood(text.trim()) : noTime();
}
