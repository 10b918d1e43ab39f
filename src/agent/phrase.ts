import type { Call } from './tool.ts';

/**
 * One way of saying something that the offline model understands. The pattern is words with
 * `(one|other)` alternatives, `[optional]` words and `{slot}` for the person's own words (at least one word; the
 * last slot takes all that is left). Case, punctuation at the end and politeness ("please", "could you") are ignored.
 */
export interface Phrase {
  /** `(show|list) [me] [my] reminders` */
  pattern: string;
  /** A whole sentence that it matches, for `help` and for its test. */
  example: string;
  /** The call that it stands for, or undefined when the slots do not make sense for it after all. */
  call(slots: Record<string, string>): Call | undefined;
}
