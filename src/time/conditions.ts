import { english } from './lang/en.ts';
import { saysClock } from './leftover.ts';
import type { Token } from './tokens.ts';

/** Under which condition something is to be done: "unless it's Sunday", "if Bob hasn't called by 5". */
export interface Condition {
  /** The tokens of its clause. */
  from: number;
  to: number;
  /** Whether it names a day; else it is but a time of day ("by 5"). */
  isDay: boolean;
  /** Whether that is the day of the reminder: "unless it's Sunday", but not "if Bob hasn't paid by Friday". */
  isOwn: boolean;
}

/**
 * The clause of a sentence that names a day or a time, and says with it whether to remind, not when; undefined where
 * there is none. What is asked ("ask if Monday is fine") is part of the task.
 */
export function conditionIn(tokens: readonly Token[]): Condition | undefined {
  for (let from = 0; from < tokens.length; from++) {
    if (!opens(tokens, from)) continue;
    const length = tokens.slice(from).findIndex(({ text }, at) => at > 0 && /^(?:,|;|remind|then)$/.test(text));
    const to = length < 0 ? tokens.length : from + length;
    const clause = tokens.slice(from + 1, to);
    const isDay = clause.some(({ text }) => namesDay(text));
    const isOwn = isDay && (!/^if$/.test(tokens[from]?.text ?? '') || clause.some(({ text }) => ITSELF.test(text)));
    if (isDay || saysClock(clause)) return { from, to, isDay, isOwn };
  }
  return undefined;
}

/** "Tomorrow, not today": the day at the end that is not meant. */
export function contrastIn(tokens: readonly Token[]): { from: number; to: number } | undefined {
  const from = tokens.findLastIndex(({ text }) => text === 'not');
  const to = tokens.findLastIndex(({ text }) => !/^[.!]$/.test(text)) + 1;
  if (tokens.findIndex(({ text }) => text === 'not') !== from) return undefined;
  const isDay = from > 1 && to === from + 2 && /^(?:today|tonight|tomorrow|.+day)$/.test(tokens[from + 1]?.text ?? '');
  // "Tell Bo it's Tuesday, not Monday".
  const isTold = tokens.slice(0, from).some(({ text }) => english.task.clauses.has(text) || /'s$/.test(text));
  return isDay && !isTold ? { from: tokens[from - 1]?.text === ',' ? from - 1 : from, to } : undefined;
}

function opens(tokens: readonly Token[], at: number): boolean {
  const word = (place: number) => tokens[place]?.text ?? '';
  if (word(at) === 'unless') return true;
  // "Except when …", "only on days when …", "but not whenever …".
  if (/^(?:when|whenever|while)$/.test(word(at)) && /^(?:only|not|except|just|days?)$/.test(word(at - 1))) return true;
  const isIf = /^(?:if|provided|providing|assuming)$/.test(word(at)) || (word(at) === 'as' && word(at + 1) === 'long');
  return isIf && !tokens.slice(0, at).some(({ text }) => english.task.reports.has(text));
}

/** Whether a word names a day, or a part of one. */
const namesDay = (word: string): boolean =>
  (english.temporal.has(word) && !LENGTHS.test(word)) || /^holiday$/.test(word);

const ITSELF = /^(?:it|it's|its|today|today's|that's)$/;

/** Words about time that name none. */
const LENGTHS =
  /^(?:second|minute|hour|day|week|month|quarter|year|time|next|past|half|before|until|except|starting|every|am|pm|ago|twice|eastern|pacific|mountain|central)$/;
