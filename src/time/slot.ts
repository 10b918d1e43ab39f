import { parseWhen } from './parse.ts';
import { isCertain } from './readings.ts';
import { splitTask } from './split.ts';
import { unread } from './texts.ts';
import type { When, WhenContext } from './types.ts';

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

/** True if each word of `task` is one of `text`. */
function holds(text: string, task: string): boolean {
  const known = new Set(wordsOf(text));
  return wordsOf(task).every((word) => known.has(word));
}

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
