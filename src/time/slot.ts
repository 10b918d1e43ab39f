import { understand } from './sentence/understand.ts';
import { unread } from './texts.ts';
import type { When, WhenContext } from './types.ts';

/**
 * The reader of fields that hold a time and nothing else, such as a tool's `when`: each word is accounted for, or the
 * refusal names those that are not. A sentence with a task in it is for `understand`. Never throws.
 */
export function readSlot(words: string, ctx: WhenContext): When {
  const { when, task } = understand(words, ctx);
  const isCertain = when.kind === 'once' || when.kind === 'recurring';
  return isCertain && task !== '' ? unread(task, words.trim()) : when;
}
