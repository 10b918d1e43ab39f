import { understand } from './sentence/understand.ts';
import { unread } from './texts.ts';
import type { When, WhenContext } from './types.ts';

/**
 * The reader of fields that hold a time and nothing else, such as a tool's `when`: each word is accounted for, or the
 * refusal names those that are not. A sentence with a task in it is for `understand`. Never throws.
 *
 * `text` is what the caller has beside the time: where a sentence is doubtful anywhere but in the person's zone, the field holds
 * all of it, and those words are accounted for.
 */
export function readSlot(words: string, ctx: WhenContext, text = ''): When {
  const { when, task } = understand(words, ctx);
  const isCertain = when.kind === 'once' || when.kind === 'recurring';
  return isCertain && !holds(text, task) ? unread(task, words.trim()) : when;
}

/** Whether each word of `task` is one of `text`. */
function holds(text: string, task: string): boolean {
  const known = new Set(wordsOf(text));
  return wordsOf(task).every((word) => known.has(word));
}

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
