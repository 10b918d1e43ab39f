import { stripEnd } from '../base/text.ts';
import { hasUnreadTime, type TimeStretch, timeAtEnds } from './ends.ts';
import { isForeign, languageOf } from './foreign/marks.ts';
import { MONTHS, WEEKDAYS } from './format.ts';
import { parseWhen, whichOf } from './parse.ts';
import { distinct, isCertain, readingsOf } from './readings.ts';
import { isMacro, isZoneBehind, parseCron, wrongCount, ZONE_PREFIX } from './rules/cron.ts';
import { parseRuleText } from './rules/text.ts';
import { noTime, notUnderstood, tooLong, unread } from './texts.ts';
import type { SplitTask, When, WhenContext } from './types.ts';

interface RuleWithin {
  whens: When[];
  words: string;
  before: string;
  after: string;
}

interface Chunk {
  word: string;
  index: number;
}

/** "0 9 * * 1-5 check the queue", "RRULE:FREQ=DAILY;BYHOUR=8 give eye drops"; undefined where there is no task. */
function ruleWithin(text: string, ctx: WhenContext): RuleWithin | undefined {
  const chunks = [...text.matchAll(/\S+/g)].slice(0, MOST_CHUNKS).map(({ 0: word, index }): Chunk => ({ word, index }));
  const within = (from: number, to: number, whens: When[]): RuleWithin => {
    const [start, end] = [chunks[from]?.index ?? 0, (chunks[to - 1]?.index ?? 0) + (chunks[to - 1]?.word.length ?? 0)];
    return { whens, words: text.slice(start, end), before: text.slice(0, start), after: text.slice(end) };
  };
  for (let from = 0; from < chunks.length; from++) {
    const lines = rulesFrom(chunks, from);
    const rule = lines > from ? parseRuleText(joinedCronWithin(chunks.slice(from, lines), '\n'), ctx) : undefined;
    if (rule) return lines - from < chunks.length ? within(from, lines, [rule]) : undefined;
    const cron = cronFrom(chunks, from, ctx);
    if (!cron) continue;
    return cron.to - from < chunks.length ? within(from, cron.to, cron.whens) : undefined;
  }
  return undefined;
}

function rulesFrom(chunks: readonly Chunk[], from: number): number {
  let to = from;
  while (RULE_LINE.test(chunks[to]?.word ?? '')) to++;
  return to;
}

function cronFrom(chunks: readonly Chunk[], from: number, ctx: WhenContext): { whens: When[]; to: number } | undefined {
  // "@daily water the plants", "water the plants @daily".
  const isEdge = from === 0 || from === chunks.length - 1;
  const macro = isEdge && isMacro(chunks[from]?.word ?? '') ? parseCron(chunks[from]?.word ?? '', ctx) : undefined;
  if (macro) return { whens: [macro], to: from + 1 };
  const isZoned = ZONE_PREFIX.test(chunks[from]?.word ?? '');
  const first = isZoned ? from + 1 : from;
  const fields = fieldsAt(chunks, first);
  const words = joinedCronWithin(chunks.slice(first, first + fields.length), ' ');
  if (!isExpression(words, fields, isZoned || from === 0)) return undefined;
  const isZoneLast = !isZoned && fields.length > 4 && isZoneBehind(chunks[first + fields.length]?.word ?? '');
  const read = (count: number): When | undefined => {
    const zone = isZoneLast && count === fields.length ? [chunks[first + count]?.word ?? ''] : [];
    const prefix = isZoned ? [chunks[from]?.word ?? ''] : [];
    return parseCron([...prefix, ...fields.slice(0, count), ...zone].join(' '), ctx);
  };
  const to = (count: number) => first + count + (isZoneLast && count === fields.length ? 1 : 0);
  const isOpen = fields.length === 6 && first + 6 < chunks.length && !isZoneLast && mayBeTask(fields);
  const readable = (isOpen ? [6, 5] : [fields.length]).flatMap((count) => {
    const when = read(count);
    return when && (when.kind === 'ambiguous' || isCertain(when)) ? [{ when, count }] : [];
  });
  const [longest] = readable;
  if (longest) return { whens: readable.map(({ when }) => when), to: to(longest.count) };
  return { whens: [read(fields.length) ?? wrongCount(fields)], to: to(fields.length) };
}

/** "0 9 * * 1 2 eggs", "0 9 * * 1 SUN cream": whether a task could begin with the sixth field. */
function mayBeTask(fields: readonly string[]): boolean {
  const [weekday = '', sixth = ''] = fields.slice(4);
  return /^(?:\d+|[a-z]+)$/.test(sixth) || (/^[a-z]+$/i.test(sixth) && !/^[*?]$/.test(weekday));
}

/** True if such words are a cron expression, or one with too few fields; in mid-sentence "5 * 3 * 2" is a sum. */
function isExpression(words: string, fields: readonly string[], isFirst: boolean): boolean {
  const isNamed = fields.some((field) => /[a-z]{3}/i.test(field)) || fields.includes('?');
  const isStarred = /(?:^| )[*?] [*?](?: |$)/.test(words);
  if (fields.length > 4) return isStarred || isNamed || (isFirst && words.includes('*'));
  return isStarred && /\d/.test(words) && fields.length > (isFirst ? 2 : 3);
}

function fieldsAt(chunks: readonly Chunk[], from: number): string[] {
  const fields: string[] = [];
  while (fields.length < MOST_FIELDS) {
    const word = chunks[from + fields.length]?.word ?? '';
    const isLast = /^[^,;:.]+[,;:.]$/.test(word);
    const field = isLast ? word.slice(0, -1) : word;
    if (!isField(field, fields)) break;
    fields.push(field);
    if (isLast) break;
  }
  return fields;
}

const joinedCronWithin = (chunks: readonly { word: string }[], by: string): string =>
  chunks.map(({ word }) => word).join(by);

const MOST_CHUNKS = 40;
const MOST_FIELDS = 8;
const RULE_LINE = /^(?:DTSTART|RRULE|EXDATE|RDATE|EXRULE)[;:]\S+$|^FREQ=\S+$/i;

/** True if a word may be the next field; a bare number is no seventh one, which is a year. */
function isField(word: string, before: readonly string[]): boolean {
  const place = before.length;
  if (NUMBERS.test(word)) return place < 6 || /^(?:[*?]|(?:19|20|21)\d\d\D?.*)$/.test(word);
  if (place < 3 || place > 5) return false;
  const names = word.split(/[,/-]/).map((part) => part.replace(/(?:#\d|L)$/, '').toLowerCase());
  const isNamed = (known: ReadonlySet<string>) =>
    names.every((name) => known.has(name) || /^\d+$/.test(name)) && names.some((name) => known.has(name));
  // "0 9 * * 1 sun cream": where the weekday is named, another one in small letters is what is to be done.
  const isTask = place === 5 && /^[a-z]+$/.test(word) && !/^[*?]$/.test(before[4] ?? '');
  return (place < 5 && isNamed(MONTH_NAMES)) || (place > 3 && isNamed(DAY_NAMES) && !isTask);
}

const NUMBERS = /^(?:[\d*?][\d*?,/#LW-]*|LW?(?:-\d+)?)$/i;

const named = (names: readonly string[]): ReadonlySet<string> =>
  new Set(names.flatMap((name) => [name.toLowerCase(), name.slice(0, 3).toLowerCase()]));

const MONTH_NAMES = named(MONTHS);
const DAY_NAMES = named(WEEKDAYS);

/**
 * The reader of fields that hold a time and nothing else, such as a tool's `when`: each word is accounted for, or the
 * refusal names those that are not. A text with a task in it is for `splitTask`. Never throws.
 *
 * `text` is what the caller has beside the time: words of it that stand in the field as well are accounted for.
 */
export function readSlot(words: string, ctx: WhenContext, text = ''): When {
  const whole = parseWhen(words, ctx);
  if (whole.kind !== 'reject' || whole.unread === undefined) return whole;
  const { when, task } = splitTask(words, ctx);
  if (when.kind === 'reject') return whole;
  return isCertain(when) && !holds(text, task) ? unread(task, words.trim()) : when;
}

function holds(text: string, task: string): boolean {
  const known = new Set(wordsOfSlot(text));
  return wordsOfSlot(task).every((word) => known.has(word));
}

const wordsOfSlot = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];

const LONGEST = 4_000;

/**
 * Takes a text apart into a time at its beginning or its end, or at both, and what is to be done: "tomorrow at 9 call Bob",
 * "0 9 * * 1-5 check the queue". Where a word of the rest may belong to the time, the answer is a question. Never throws.
 */
export function splitTask(text: string, ctx: WhenContext): SplitTask {
  if (text.length > LONGEST) return { when: tooLong(), words: undefined, task: '' };
  const written = ruleWithin(text, ctx);
  if (written) {
    const { whens, words, before, after } = written;
    const rest = joined(before.replace(/(?:^|\s)(?:at|on|cron(?:tab)?:?)\s*$/i, ''), after);
    return settled({ text, words, task: rest }, whens, ctx, false);
  }
  const whole = parseWhen(text, ctx);
  if (whole.kind !== 'reject' || !/[\p{L}\p{N}]/u.test(text)) return { when: whole, words: text.trim(), task: '' };
  // A time that was understood and cannot be is told as such.
  if (whole.unread === undefined && whole.code !== 'NO_TIME') return { when: whole, words: text.trim(), task: '' };
  const { start, end } = timeAtEnds(text, ctx);
  if (start && end && start.to <= end.from) {
    const said = `${wordsOf(text, start)} ${wordsOf(text, end)}`;
    const both = parseWhen(said, ctx);
    const task = text.slice(start.to, end.from);
    const isOne = both.kind !== 'reject' && task.trim() !== '';
    // "Tomorrow call Bob at 9": one time in two parts.
    if (isOne && start.isWeak === end.isWeak)
      return settled({ text, words: said, task }, [both], ctx, start.isWeak || holdsTime(task));
    const strong = start.isWeak ? end : start;
    // "Morning meds at 8"; "every day at 10 say good morning" is at ten with it and without.
    if (
      start.isWeak === end.isWeak ||
      (isOne && distinct([...readingsOf(strong.when), ...readingsOf(both)]).length > 1)
    )
      return settled(
        { text, words: undefined, task: text },
        isOne ? [strong.when, both] : [start.when, end.when],
        ctx,
        true,
      );
  }
  const found = start && end?.isWeak ? start : (end ?? start);
  if (!found) {
    const isTold = whole.code === 'NO_TIME' || !hasUnreadTime(text, undefined);
    return { when: isTold ? noTime() : notUnderstood(text.trim()), words: undefined, task: text.trim() };
  }
  const cutAt = found === end ? 'end' : 'start';
  const task = found === end ? text.slice(0, found.from) : text.slice(found.to);
  const parts = { text, words: wordsOf(text, found), task };
  return settled(parts, [found.when], ctx, found.isWeak || hasUnreadTime(task, cutAt));
}

/** The fields of a tool that takes a time and a text, of one text; where its time is doubtful, all of it is asked about. */
export function slotsOf(text: string, ctx: WhenContext): { when?: string; task: string } {
  const { when, words, task } = splitTask(text, ctx);
  const said = words ?? (when.kind === 'reject' && when.code === 'NO_TIME' ? undefined : text);
  return { ...(said !== undefined && { when: said }), task };
}

const wordsOf = (text: string, { from, to }: TimeStretch): string => text.slice(from, to);

const holdsTime = (task: string): boolean => hasUnreadTime(task, 'start') || hasUnreadTime(task, 'end');

const joined = (before: string, after: string): string => `${trimmed(before)} ${trimmed(after)}`.trim();

const trimmed = (rest: string): string =>
  stripEnd(rest.trim().replace(/^(?:[,;:.–-]+\s*)?(?:(?:me )?to\s+)?/i, ''), ',;:–(-').trim();

/** One reading that nothing makes doubtful is taken; else a person is asked. */
function settled(
  { text, words, task }: { text: string; words: string | undefined; task: string },
  whens: readonly When[],
  ctx: WhenContext,
  isDoubtful: boolean,
): SplitTask {
  const rest = trimmed(task);
  const [first, second] = distinct(whens.flatMap(readingsOf));
  if (!first) return { when: whens[0] ?? noTime(), words, task: rest };
  if (isForeign(rest, languageOf(ctx.locale)))
    return { when: unread(rest, text.trim()), words: undefined, task: text.trim() };
  const isOpen = isDoubtful || second !== undefined;
  return {
    when: isOpen ? whichOf(whens, ctx) : (whens[0] ?? first.when),
    words: isOpen ? undefined : words,
    task: rest,
  };
}
