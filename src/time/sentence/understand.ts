import { PassingMap } from '../../base/bounded.ts';
import { conditionIn, contrastIn } from '../conditions.ts';
import { type RuleWithin, ruleWithin } from '../cron-within.ts';
import { hereOf } from '../env.ts';
import { isForeign, languageOf } from '../foreign/marks.ts';
import { saysClock } from '../leftover.ts';
import { placeBehindClock } from '../names.ts';
import { chosen, parseWhen, readRule, readWords, whichOf, withWords } from '../parse.ts';
import { type Words, wordsOf } from '../phrase.ts';
import { distinct, isSameWhen, readingsOf } from '../readings.ts';
import { writtenOut } from '../texting.ts';
import { noTime, past, tooLong, unknownZone, unread } from '../texts.ts';
import { tokenise, wordAt } from '../tokens.ts';
import type { SplitTask, When, WhenContext } from '../types.ts';
import { isZone } from '../zones.ts';
import { deed, meaningOf } from './meaning.ts';
import { type Run, Sentence, type Understood } from './sentence.ts';

/** A longer message is no reminder. */
const LONGEST_SENTENCE = 4_000;

/** For who parts the text from the time only, and reads the time again in the person's zone. */
const ANYWHERE: WhenContext = { now: new Date(0), zone: 'UTC' };

/**
 * `understand`, for who only wants the sentence taken apart. Where it is doubtful, the whole sentence stands for the words
 * that say when, which alone would hide the doubt: `understand` asks about it again.
 */
export function splitTask(text: string, ctx: WhenContext = ANYWHERE): SplitTask {
  const known = ctx === ANYWHERE ? taken.get(text) : undefined;
  if (known) return known;
  const { when, words, task } = understand(text, ctx);
  const split = { when: when.kind === 'ambiguous' && words !== undefined ? text.trim() : words, task };
  if (ctx === ANYWHERE && text.length <= LONGEST_KEPT) taken.set(text, split);
  return split;
}

/** Sentences taken apart: one message asks for the same one once for each phrase that it fits. */
const taken = new PassingMap<string, SplitTask>(500);
const LONGEST_KEPT = 500;

/**
 * Takes a whole sentence: "remind me about the 9am meeting tomorrow at 8am" fires at 8, and its task is "the 9am
 * meeting". Where it is not certain which of its words say when, the answer is a question. Never throws.
 */
export function understand(text: string, ctx: WhenContext): Understood {
  if (text.length > LONGEST_SENTENCE) return { when: tooLong(), words: undefined, task: '' };
  if (!isZone(ctx.zone)) return { when: unknownZone(ctx.zone), words: undefined, task: text.trim() };
  const understood = readSentence(text, hereOf(ctx), true);
  const isForeignTime = understood.when.kind !== 'reject' && isForeign(understood.task, languageOf(ctx.locale));
  return isForeignTime
    ? { when: unread(understood.task, text.trim()), words: undefined, task: text.trim() }
    : understood;
}

/** A sentence; `asksWhere`: also of a place behind a clock time. */
function readSentence(text: string, here: WhenContext, asksWhere: boolean): Understood {
  const written = ruleWithin(text, here);
  if (written) return ruled(written, here);
  const all = (when: When): Understood => ({ when, words: text.trim(), task: '' });
  const rule = readRule(text, here);
  if (rule) return all(rule);
  const words = chosen(wordsOf(text, tokenise(text)));
  if (isNegative(words)) return all(past(''));
  const whole = readWords(words, here);
  if (whole) return named(new Sentence(words, here), whole) ?? all(whole);
  const full = writtenOut(words.tokens);
  if (!full) return asksWhere ? withPlace(words, here, withConditions(words, here)) : withConditions(words, here);
  const meant = withConditions(wordsOf(text, full.tokens), here);
  if (!full.isDoubtful || meant.when.kind === 'reject') return full.isDoubtful ? withConditions(words, here) : meant;
  return meant.task === '' ? withConditions(words, here) : either(meant, withConditions(words, here), here);
}

/** Asks which of two understandings is meant; the second keeps the task whole. */
const either = (one: Understood, other: Understood, here: WhenContext): Understood => ({
  when: whichOf([one.when, other.when], here),
  words: one.words ?? '',
  task: other.task,
});

/** "Meeting 3pm London tomorrow": the hour there, or where it is. */
function withPlace({ text, tokens }: Words, here: WhenContext, meant: Understood): Understood {
  const place = placeBehindClock(tokens);
  if (!place || meant.when.kind === 'reject') return meant;
  if (meant.words?.includes(text.slice(place.start, place.end))) return meant;
  // Of one place only: asking again would double with each further one.
  const there = readSentence(`${text.slice(0, place.end)} time${text.slice(place.end)}`, here, false);
  if (there.when.kind === 'reject' || isSameWhen(there.when, meant.when)) return meant;
  const local = readSentence(text.slice(0, place.start) + text.slice(place.end), here, false);
  if (isSameWhen(there.when, local.when)) return local.task === '' ? meant : local;
  // Whoever says the place of a thing wants it in its name.
  const isWhole = local.task !== '' && isSameWhen(local.when, meant.when);
  return either(there, isWhole ? meant : local, here);
}

/** What a rule beside a task means; a time in the task is asked about. */
function ruled({ whens, words, before, after }: RuleWithin, here: WhenContext): Understood {
  const rest = `${before.replace(/(?:^|\s)(?:at|on|cron(?:tab)?:?)\s*$/i, '')} ${after}`;
  const around = new Sentence(wordsOf(rest, tokenise(rest)), here);
  const task = deed(around);
  const [first, second] = distinct(whens.flatMap(readingsOf));
  const isOpen = first && (second || saysClock(tokenise(task)) || meaningOf(around).when.kind === 'once');
  return { when: isOpen ? whichOf(whens, here) : withWords(first?.when ?? whens[0] ?? noTime(), here), words, task };
}

/** A sentence in which a day or a time may say under which condition, and not when. */
function withConditions(words: Words, here: WhenContext): Understood {
  const { text, tokens } = words;
  const contrast = contrastIn(tokens);
  if (contrast) {
    const rest = withConditions(wordsOf(text, tokens.slice(0, contrast.from)), here);
    const other = parseWhen(`${wordAt(tokens, contrast.to - 1)} at 23:59`, here);
    const dayIn = (when: When) => (when.kind === 'once' ? when.local.slice(0, 10) : undefined);
    const [day, otherDay] = [dayIn(rest.when), dayIn(other)];
    // What says which day it is not says nothing new.
    if (day !== undefined && otherDay !== undefined && day !== otherDay) return rest;
  }
  const whole = meaningOf(new Sentence(words, here));
  const condition = conditionIn(tokens);
  if (!condition) return whole;
  const { from, to, isDay, isOwn } = condition;
  // "Every day unless it's Sunday": read as a time of its own.
  if (whole.words?.includes(text.slice(tokens[from]?.start, tokens[to - 1]?.end))) return whole;
  const without = tokens.map((token, at) => (at >= from && at < to ? { ...token, text: '' } : token));
  const rest = meaningOf(new Sentence(wordsOf(text, without), here));
  // "If I haven't called by 5 remind me".
  if (rest.when.kind === 'reject') return isDay && whole.when.kind !== 'reject' ? either(whole, whole, here) : whole;
  // "Remind me at 7 if I'm not home by 6".
  if (!isOwn && saysClock(tokenise(rest.words ?? ''))) return rest;
  return { ...rest, when: whichOf(isDay ? [rest.when] : [rest.when, whole.when], here) };
}

/** "- 30 minutes from now". */
function isNegative({ tokens, pieces }: Words): boolean {
  if (tokens[0]?.text !== '-' || !/^\d/.test(wordAt(tokens, 1))) return false;
  return pieces(1).some(({ value }) => value.kind === 'shift' && !value.bare);
}

/** "Bonfire Night 5th November 6pm": a day that is named and told says by its name what it is about. */
function named(s: Sentence, whole: When): Understood | undefined {
  const end = s.tokens.length;
  const isName = ({ phrase: { placed }, date }: Run) => placed.length === 1 && date?.type === 'holiday';
  const name = s.longestFrom(0, end, isName);
  const rest = name && s.exactly(name.to, end);
  if (!rest || !/^(?:monthday|numeric)$/.test(rest.date?.type ?? '')) return undefined;
  return isSameWhen(rest.when, whole) ? s.result(rest.when, rest.words, [[0, name.to]]) : undefined;
}
