/** A cron expression or an RRULE beside a task, found by its form before any word is read. Pure. */
import { stripEnd } from '../base/text.ts';
import { MONTHS, WEEKDAYS } from './format.ts';
import { isCertain } from './readings.ts';
import { isMacro, isZoneBehind, parseCron, wrongCount, ZONE_PREFIX } from './rules/cron.ts';
import { parseRuleText } from './rules/text.ts';
import type { ParsedWhen, WhenContext } from './types.ts';

interface RuleWithin {
  whens: ParsedWhen[];
  words: string;
  before: string;
  after: string;
}

interface Chunk {
  word: string;
  index: number;
}

/** "0 9 * * 1-5 check the queue", "RRULE:FREQ=DAILY;BYHOUR=8 give eye drops"; undefined where there is no task. */
export function ruleWithin(text: string, ctx: WhenContext, isAlone = false): RuleWithin | undefined {
  const chunks = [...text.matchAll(/\S+/g)].slice(0, MOST_CHUNKS).map(({ 0: word, index }): Chunk => ({ word, index }));
  const within = (from: number, to: number, whens: ParsedWhen[]): RuleWithin => {
    const [start, end] = [chunks[from]?.index ?? 0, (chunks[to - 1]?.index ?? 0) + (chunks[to - 1]?.word.length ?? 0)];
    return { whens, words: text.slice(start, end), before: text.slice(0, start), after: text.slice(end) };
  };
  for (let from = 0; from < chunks.length; from++) {
    const lines = rulesFrom(chunks, from);
    const rule = lines > from ? parseRuleText(joinedCronWithin(chunks.slice(from, lines), '\n'), ctx) : undefined;
    if (rule) return isAlone || lines - from < chunks.length ? within(from, lines, [rule]) : undefined;
    const cron = cronFrom(chunks, from, ctx);
    if (!cron) continue;
    return isAlone || cron.to - from < chunks.length ? within(from, cron.to, cron.whens) : undefined;
  }
  return undefined;
}

function rulesFrom(chunks: readonly Chunk[], from: number): number {
  let to = from;
  while (RULE_LINE.test(chunks[to]?.word ?? '')) to++;
  return to;
}

function cronFrom(
  chunks: readonly Chunk[],
  from: number,
  ctx: WhenContext,
): { whens: ParsedWhen[]; to: number } | undefined {
  // "@daily water the plants", "water the plants @daily".
  const isEdge = from === 0 || from === chunks.length - 1;
  const word = stripEnd(chunks[from]?.word ?? '', ',;:.');
  const macro = isEdge && isMacro(word) ? parseCron(word, ctx) : undefined;
  if (macro) return { whens: [macro], to: from + 1 };
  const isZoned = ZONE_PREFIX.test(chunks[from]?.word ?? '');
  const first = isZoned ? from + 1 : from;
  const fields = fieldsAt(chunks, first);
  const words = joinedCronWithin(chunks.slice(first, first + fields.length), ' ');
  if (!isExpression(words, fields, isZoned || from === 0)) return undefined;
  const isZoneLast = !isZoned && fields.length > 4 && isZoneBehind(chunks[first + fields.length]?.word ?? '');
  const read = (count: number): ParsedWhen | undefined => {
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
  const isNamed = (vocabulary: ReadonlySet<string>) =>
    names.every((name) => vocabulary.has(name) || /^\d+$/.test(name)) && names.some((name) => vocabulary.has(name));
  // "0 9 * * 1 sun cream": where the weekday is named, another one in small letters is what is to be done.
  const isTask = place === 5 && /^[a-z]+$/.test(word) && !/^[*?]$/.test(before[4] ?? '');
  return (place < 5 && isNamed(MONTH_NAMES)) || (place > 3 && isNamed(DAY_NAMES) && !isTask);
}

const NUMBERS = /^(?:[\d*?][\d*?,/#LW-]*|LW?(?:-\d+)?)$/i;

const namesOf = (names: readonly string[]): ReadonlySet<string> =>
  new Set(names.flatMap((name) => [name.toLowerCase(), name.slice(0, 3).toLowerCase()]));

const MONTH_NAMES = namesOf(MONTHS);
const DAY_NAMES = namesOf(WEEKDAYS);

/** The place of a cron expression or an RRULE in a text, where nothing leaves open how far it goes. */
export function ruleIn(text: string): { from: number; to: number } | undefined {
  if (!/[*?@=]/.test(text)) return undefined;
  const match = ruleWithin(text, { now: new Date(0), zone: 'UTC' }, true);
  if (match?.whens.length !== 1 || !UNMISTAKABLE.test(match.words)) return undefined;
  return { from: match.before.length, to: match.before.length + stripEnd(match.words, ',;:.').length };
}

/** "5 * 3 * 2" is a sum. */
const UNMISTAKABLE = /(?:^| )[*?] [*?](?: |$)|[@=?/]|[a-z]{3}/i;
