import { stripEnd } from '../base/text.ts';
import { ruleWithin } from './cron-within.ts';
import { hasUnreadTime, isUnitless, type TimeStretch, timeAtEnds } from './ends.ts';
import { isForeign, languageOf, markedWords } from './foreign/marks.ts';
import { isTimeInOther, slotsInOther } from './foreign/split.ts';
import { notUnderstood, unread } from './foreign/texts.ts';
import { unitsFor } from './foreign/units.ts';
import { tokenise } from './lang/tokens.ts';
import { hasUnreadLimit, type LimitedTask, limitWithin } from './limit-within.ts';
import { parseWhen, whichOf } from './parse.ts';
import { distinct, isCertain, readingsOf } from './readings.ts';
import { noTime, tooLong } from './texts.ts';
import type { ParsedWhen, SplitTask, WhenContext } from './types.ts';

/**
 * The reader of fields that hold a time and nothing else, such as a tool's `when`: each word is accounted for, or the
 * refusal names those that are not. A text with a task in it is for `splitTask`. Never throws.
 *
 * `text` is what the caller has beside the time: words of it that stand in the field as well are accounted for.
 */
export function readSlot(words: string, ctx: WhenContext, text = ''): ParsedWhen {
  const whole = parseWhen(words, ctx);
  if (whole.kind !== 'reject' || whole.unread === undefined) return whole;
  const { when, task } = splitTask(words, ctx);
  if (when.kind === 'reject') return whole;
  return isCertain(when) && !holds(text, task) ? unread(task, words.trim()) : when;
}

function holds(text: string, task: string): boolean {
  const words = new Set(wordsOfSlot(text));
  return wordsOfSlot(task).every((word) => words.has(word));
}

const wordsOfSlot = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];

const LONGEST = 4_000;

/**
 * Takes a text apart into a time at its beginning or its end, or at both, and what is to be done: "tomorrow at 9 call Bob",
 * "0 9 * * 1-5 check the queue". Where a word of the rest may belong to the time, the answer is a question. Never throws.
 */
export function splitTask(text: string, ctx: WhenContext): SplitTask {
  if (text.length > LONGEST) return { when: tooLong(), words: undefined, task: '' };
  const rule = ruleWithin(text, ctx);
  if (rule) {
    const { whens, words, before, after } = rule;
    const rest = joinTask(before.replace(/(?:^|\s)(?:at|on|every|cron(?:tab)?:?)\s*$/i, ''), after);
    return settleTask({ text, words, task: rest }, whens, ctx, hasUnreadTime(rest, undefined));
  }
  const whole = parseWhen(text, ctx);
  if (whole.kind !== 'reject' || !/[\p{L}\p{N}]/u.test(text)) return { when: whole, words: text.trim(), task: '' };
  // A time that was understood and cannot be is told as such.
  if (whole.unread === undefined && whole.code !== 'NO_TIME') return { when: whole, words: text.trim(), task: '' };
  const { start, end } = timeAtEnds(text, ctx);
  const inEitherWay = start && !start.isWeak ? limitedTask(text, start, ctx) : undefined;
  if (inEitherWay) return inEitherWay;
  if (start && end && start.to <= end.from) {
    const bothWords = `${wordsOf(text, start)} ${wordsOf(text, end)}`;
    const both = parseWhen(bothWords, ctx);
    const task = text.slice(start.to, end.from);
    const isOne = both.kind !== 'reject' && task.trim() !== '';
    // "Tomorrow call Bob at 9": one time in two parts.
    if (isOne && start.isWeak === end.isWeak)
      return settleTask({ text, words: bothWords, task }, [both], ctx, start.isWeak || holdsTime(task));
    const strong = start.isWeak ? end : start;
    // "Morning meds at 8"; "every day at 10 say good morning" is at ten with it and without.
    if (
      start.isWeak === end.isWeak ||
      (isOne && distinct([...readingsOf(strong.when), ...readingsOf(both)]).length > 1)
    )
      return settleTask(
        { text, words: undefined, task: text },
        isOne ? [strong.when, both] : [start.when, end.when],
        ctx,
        true,
      );
  }
  const stretch = start && end?.isWeak ? start : (end ?? start);
  if (!stretch) {
    const isTold = whole.code === 'NO_TIME' || !hasUnreadTime(text, undefined);
    return { when: isTold ? noTime() : notUnderstood(text.trim()), words: undefined, task: text.trim() };
  }
  const cutAt = stretch === end ? 'end' : 'start';
  const task = stretch === end ? text.slice(0, stretch.from) : text.slice(stretch.to);
  const timeWords = wordsOf(text, stretch);
  const isOpen = stretch.isWeak || hasUnreadTime(task, cutAt, timeWords);
  return settleTask(
    { text, words: timeWords, task },
    isOpen ? unitless(timeWords, stretch.when, ctx) : [stretch.when],
    ctx,
    isOpen,
  );
}

/** "Every day at 8 | to walk for 2 weeks": its series, or the walk. */
function limitedTask(text: string, start: TimeStretch, ctx: WhenContext): SplitTask | undefined {
  const limited = limitWithin(trimRest(text.slice(start.to)), wordsOf(text, start), ctx);
  return limited && eitherWay(limited, [start.when], ctx);
}

const eitherWay = ({ when, task }: LimitedTask, whens: readonly ParsedWhen[], ctx: WhenContext): SplitTask => ({
  when: whichOf([when, ...whens], ctx),
  words: undefined,
  task,
});

/** "In 20 bananas": the number may count anything. */
function unitless(words: string, when: ParsedWhen, ctx: WhenContext): ParsedWhen[] {
  return isUnitless(tokenise(words)) ? unitsFor().map((unit) => parseWhen(`${words} ${unit}`, ctx)) : [when];
}

/** The fields of a tool that takes a time and a text, of one text; where its time is doubtful, all of it is asked about. */
export function slotsOf(text: string, ctx: WhenContext): { when?: string; task: string } {
  if (isTimeInOther(text, ctx)) return { when: text.trim(), task: '' };
  const other = slotsInOther(text, ctx);
  if (other) return other;
  const { when, words, task } = splitTask(text, ctx);
  const timeWords = words ?? (when.kind === 'reject' && when.code === 'NO_TIME' ? undefined : text);
  return { ...(timeWords !== undefined && { when: timeWords }), task };
}

const wordsOf = (text: string, { from, to }: TimeStretch): string => text.slice(from, to);

const holdsTime = (task: string): boolean => hasUnreadTime(task, 'start') || hasUnreadTime(task, 'end');

const joinTask = (before: string, after: string): string => `${trimRest(before)} ${trimRest(after)}`.trim();

const trimRest = (rest: string): string =>
  stripEnd(rest.trim().replace(/^(?:[,;:.–-]+\s*)?(?:(?:me )?to\s+)?/i, ''), ',;:–(-').trim();

/** A reading that nothing makes doubtful is taken; else a person is asked. */
function settleTask(
  { text, words, task }: { text: string; words: string | undefined; task: string },
  candidates: readonly ParsedWhen[],
  ctx: WhenContext,
  isDoubtful: boolean,
): SplitTask {
  // A stretch of a text is read as it stands; whether a day in it ends the series is asked of all of its words.
  const asked = candidates.length === 1 && words !== undefined ? parseWhen(words, ctx) : undefined;
  const whens = asked?.kind === 'ambiguous' ? [asked] : candidates;
  const rest = trimRest(task);
  const [first, second] = distinct(whens.flatMap(readingsOf));
  if (!first) return { when: whens[0] ?? noTime(), words, task: rest };
  // "9 Uhr" is an hour in English, too, of a sentence that is German.
  const isTorn = whens.every(isCertain) && markedWords(words ?? '').length > 0;
  if (isTorn || isForeign(rest, languageOf(ctx.locale)))
    return { when: unread(rest, text.trim()), words: undefined, task: text.trim() };
  const limited = words === undefined ? undefined : limitWithin(rest, words, ctx);
  if (limited) return eitherWay(limited, whens, ctx);
  const isUnread = words !== undefined && hasUnreadLimit(rest, words, ctx);
  const isOpen = isDoubtful || isUnread || second !== undefined;
  return {
    when: isOpen ? whichOf(whens, ctx) : (whens[0] ?? first.when),
    words: isOpen ? undefined : words,
    task: rest,
  };
}
