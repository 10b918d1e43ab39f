import { type Condition, conditionIn, contrastIn, without as withoutCondition } from '../conditions.ts';
import { hereOf } from '../env.ts';
import { saysClock } from '../leftover.ts';
import { placeBehindClock } from '../names.ts';
import { chosen, parseWhen, readRule, readWords, withWords } from '../parse.ts';
import { type Words, wordsOf } from '../phrase.ts';
import { distinct, isSameWhen, readingsOf } from '../readings.ts';
import { type RuleWithin, ruleWithin } from '../rule-within.ts';
import { writtenOut } from '../texting.ts';
import { noTime, past, tooLong, unknownZone, whichOne } from '../texts.ts';
import { tokenise } from '../tokens.ts';
import type { Once, SplitTask, When, WhenContext } from '../types.ts';
import { isZone } from '../zones.ts';
import { deed, meaningOf } from './meaning.ts';
import { Sentence, type Understood } from './sentence.ts';

/** A longer message is no reminder. */
const LONGEST_SENTENCE = 4_000;

/** For who parts the text from the time only, and reads the time again in the person's zone. */
const ANYWHERE: WhenContext = { now: new Date(0), zone: 'UTC' };

/**
 * `understand`, for who only wants the sentence taken apart. Where it is doubtful, the whole sentence stands for the words
 * that say when, which alone would hide the doubt: `understand` asks about it again.
 */
export function splitTask(text: string, ctx: WhenContext = ANYWHERE): SplitTask {
  const { when, words, task } = understand(text, ctx);
  return { when: when.kind === 'ambiguous' && words !== undefined ? text.trim() : words, task };
}

/**
 * Takes a whole sentence: "remind me about the 9am meeting tomorrow at 8am" fires at 8, and its task is "the 9am
 * meeting". Where it is not certain which of its words say when, the answer is a question. Never throws.
 */
export function understand(text: string, ctx: WhenContext): Understood {
  if (text.length > LONGEST_SENTENCE) return { when: tooLong(), words: undefined, task: '' };
  if (!isZone(ctx.zone)) return { when: unknownZone(ctx.zone), words: undefined, task: text.trim() };
  return readSentence(text, hereOf(ctx), true);
}

/** A sentence; `asksWhere`: also of a place behind a clock time. */
function readSentence(text: string, here: WhenContext, asksWhere: boolean): Understood {
  const written = ruleWithin(text, here);
  if (written) return ruled(written, here);
  const rule = readRule(text, here);
  if (rule) return { when: rule, words: text.trim(), task: '' };
  const words = chosen(wordsOf(text, tokenise(text)));
  if (isNegative(words)) return { when: past(''), words: text.trim(), task: '' };
  const whole = readWords(words, here);
  if (whole) return named(new Sentence(words, here), whole) ?? { when: whole, words: text.trim(), task: '' };
  const full = writtenOut(words.tokens);
  if (!full) return asksWhere ? withPlace(words, here, withConditions(words, here)) : withConditions(words, here);
  const meant = withConditions(wordsOf(text, full.tokens), here);
  return full.isDoubtful ? either(new Sentence(words, here), meant, withConditions(words, here)) : meant;
}

/** "Meeting 3pm London tomorrow": the hour there, or where it is. */
function withPlace(words: Words, here: WhenContext, meant: Understood): Understood {
  const place = placeBehindClock(words.tokens);
  if (!place || meant.when.kind === 'reject') return meant;
  const { text } = words;
  if (meant.words?.includes(text.slice(place.start, place.end))) return meant;
  // Of one place only: asking again would double with each further one.
  const there = readSentence(`${text.slice(0, place.end)} time${text.slice(place.end)}`, here, false);
  if (there.when.kind === 'reject' || isSameWhen(there.when, meant.when)) return meant;
  const local = readSentence(text.slice(0, place.start) + text.slice(place.end), here, false);
  if (isSameWhen(there.when, local.when)) return local.task === '' ? meant : local;
  // Whoever says the place of a thing wants it in its name.
  const isWhole = local.task !== '' && isSameWhen(local.when, meant.when);
  return elsewhereOrHere(new Sentence(words, here), there, isWhole ? meant : local);
}

/** What a rule beside a task means; a time in the task is asked about. */
function ruled({ whens, words, before, after }: RuleWithin, here: WhenContext): Understood {
  const rest = `${before.replace(/(?:^|\s)cron(?:tab)?:?\s*$/i, '')} ${after}`;
  const around = new Sentence(wordsOf(rest, tokenise(rest)), here);
  const task = deed(around);
  const found = distinct(whens.flatMap(readingsOf));
  const [only = noTime()] = found.length === 1 ? found.map(({ when }) => when) : whens;
  const isTimed = saysClock(tokenise(task)) || meaningOf(around).when.kind === 'once';
  const when = found.length > 1 || (found.length === 1 && isTimed) ? whichOne(found) : only;
  return { when: withWords(when, here), words, task };
}

/** A sentence in which a day or a time may say under which condition, and not when. */
function withConditions(words: Words, here: WhenContext): Understood {
  const contrast = contrastIn(words.tokens);
  if (contrast) {
    const { text, tokens } = words;
    const rest = withConditions(wordsOf(text, tokens.slice(0, contrast.from)), here);
    const other = parseWhen(`${tokens[contrast.to - 1]?.text} at 23:59`, here);
    // What says which day it is not says nothing new.
    const isOther = rest.when.kind === 'once' && other.kind === 'once' && dayIn(rest.when) !== dayIn(other);
    if (isOther) return rest;
  }
  const sentence = new Sentence(words, here);
  const understood = meaningOf(sentence);
  const condition = conditionIn(words.tokens);
  if (!condition) return understood;
  const [first, last] = [words.tokens[condition.from], words.tokens[condition.to - 1]];
  // "Every day unless it's Sunday": read as a time of its own.
  if (understood.words?.includes(words.text.slice(first?.start, last?.end))) return understood;
  const rest = new Sentence(wordsOf(words.text, withoutCondition(words.tokens, condition)), here);
  return conditioned(sentence, understood, meaningOf(rest), condition);
}

const dayIn = ({ local }: Once): string => local.slice(0, 10);

/** "- 30 minutes from now". */
function isNegative({ tokens, pieces }: Words): boolean {
  if (tokens[0]?.text !== '-' || !/^\d/.test(tokens[1]?.text ?? '')) return false;
  return pieces(1).some(({ value }) => value.kind === 'shift' && !value.bare);
}

/** What is meant by a sentence with a condition that names a time, and by the rest of it. */
function conditioned(s: Sentence, whole: Understood, rest: Understood, { isDay, isOwn }: Condition): Understood {
  const { when, words = '', task } = rest;
  // "If I haven't called by 5 remind me".
  if (when.kind === 'reject') return isDay && whole.when.kind !== 'reject' ? either(s, whole, whole) : whole;
  // "Remind me at 7 if I'm not home by 6".
  if (!isOwn && saysClock(tokenise(words))) return rest;
  return { ...s.ask(isDay ? [when] : [when, whole.when], words, []), task };
}

/** Asks which of two understandings is meant; the second keeps the task whole. */
function either(s: Sentence, one: Understood, other: Understood): Understood {
  if (one.when.kind === 'reject' || (one.task === '' && one !== other)) return other;
  return { ...s.ask([one.when, other.when], one.words ?? '', []), task: other.task };
}

/** Asks where it is that hour. */
function elsewhereOrHere(s: Sentence, there: Understood, local: Understood): Understood {
  return { ...s.ask([there.when, local.when], there.words ?? '', []), task: local.task };
}

/** "Bonfire Night 5th November 6pm": a day that is named and told says by its name what it is about. */
function named(s: Sentence, whole: When): Understood | undefined {
  const end = s.tokens.length;
  const name = s.longestFrom(
    0,
    end,
    ({ phrase: { placed, dates } }) => placed.length === 1 && dates[0]?.type === 'holiday',
  );
  const rest = name && s.exactly(name.to, end);
  if (!rest || !/^(?:monthday|numeric)$/.test(rest.phrase.dates[0]?.type ?? '')) return undefined;
  return isSameWhen(rest.when, whole) ? s.result(rest.when, s.words(name.to, end), [[0, name.to]]) : undefined;
}
