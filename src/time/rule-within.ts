import { isMacro, parseCron } from './cron.ts';
import { parseRuleText } from './rule-text.ts';
import type { When, WhenContext } from './types.ts';

/** A rule that was written as such, and what stands around it. */
export interface RuleWithin {
  /** More than one where it is open how far the rule goes. */
  whens: When[];
  words: string;
  before: string;
  after: string;
}

/** "0 9 * * 1-5 check the queue", "RRULE:FREQ=DAILY;BYHOUR=8 give eye drops"; undefined where there is no task. */
export function ruleWithin(text: string, ctx: WhenContext): RuleWithin | undefined {
  const chunks = [...text.matchAll(/\S+/g)].slice(0, MOST_CHUNKS).map(({ 0: word, index }) => ({ word, index }));
  const within = (from: number, to: number, whens: When[]): RuleWithin => {
    const [start, end] = [chunks[from]?.index ?? 0, (chunks[to - 1]?.index ?? 0) + (chunks[to - 1]?.word.length ?? 0)];
    return { whens, words: text.slice(start, end), before: text.slice(0, start), after: text.slice(end) };
  };
  for (let from = 0; from < chunks.length; from++) {
    const isRule = (at: number) => RULE_LINE.test(chunks[at]?.word ?? '');
    let to = from;
    while (isRule(to)) to++;
    const rule = to > from ? parseRuleText(joined(chunks.slice(from, to), '\n'), ctx) : undefined;
    if (rule) return to - from < chunks.length ? within(from, to, [rule]) : undefined;
    const length = fieldsAt(chunks, from);
    if (length === 0) continue;
    if (length === chunks.length) return undefined;
    const read = (fields: number) => parseCron(joined(chunks.slice(from, from + fields), ' '), ctx);
    // "0 9 * * 1 2 eggs": the sixth number may be a field or what is counted.
    const isOpen = length === 6 && /^\d/.test(chunks[from + 5]?.word ?? '') && from + 6 < chunks.length;
    const whens = (isOpen ? [6, 5] : [length]).flatMap((fields) => read(fields) ?? []);
    if (whens.length > 0) return within(from, from + length, whens);
  }
  return undefined;
}

/** How many fields of a cron expression begin at a place; in mid-sentence "5 * 3 * 2" is a sum. */
function fieldsAt(chunks: readonly { word: string }[], from: number): number {
  // "@daily water the plants", "water the plants @daily".
  if (isMacro(chunks[from]?.word ?? '') && (from === 0 || from === chunks.length - 1)) return 1;
  let to = from;
  while (to < from + 6 && isField(chunks[to]?.word ?? '', to - from)) to++;
  const words = joined(chunks.slice(from, to), ' ');
  const isStarred = from === 0 ? words.includes('*') : /\* \*/.test(words);
  return to - from > 4 && isStarred ? to - from : 0;
}

const joined = (chunks: readonly { word: string }[], by: string): string => chunks.map(({ word }) => word).join(by);

/** Further words are hardly anything but the task. */
const MOST_CHUNKS = 40;
const RULE_LINE = /^(?:DTSTART|RRULE|EXDATE|RDATE|EXRULE)[;:]\S+$|^FREQ=\S+$/i;

/** Names of days stand in the fifth field; a sixth word is more likely what is to be done ("sun cream"). */
const isField = (word: string, place: number): boolean =>
  FIELD.test(word) || (place === 4 && word.split(/[,-]/).every((day) => DAY.test(day)));

const FIELD = /^(?:[\d*?][\d*?,/#LW-]*|LW?)$/i;
const DAY = /^(?:mon|tue|wed|thu|fri|sat|sun)$/i;
