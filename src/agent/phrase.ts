import type { Topic } from './dialogue/dialogue.ts';
import type { Call } from './tool.ts';

/**
 * One way of saying something that the interpreter of plain English understands. The pattern is words with
 * `(one|other)` alternatives, `[optional]` words and `{slot}` for the person's own words (at least one word; the
 * last slot takes all that is left). Case, punctuation at the end and politeness ("please", "could you") are ignored.
 */
export interface Phrase {
  /** `(show|list) [me] [my] reminders` */
  pattern: string;
  /** A whole sentence that it matches, for `help` and for its test. */
  example: string;
  /** Counts only where this thing (`reminder`) was at hand last, and before all phrases that need no such thing. */
  about?: string;
  /** Counts only if the call finds the thing that it names; else the sentence was not understood. */
  tentative?: true;
  /** How a further clause goes on without saying it again: "remind me to … at 5 and to … at 6". */
  carries?: Carries;
  /**
   * The call that it stands for, or undefined when the slots do not make sense for it after all. `topic` is what was at
   * hand last; it is given for a phrase that is `about` it.
   */
  call(slots: Record<string, string>, topic?: Topic): Call | undefined;
}

export interface Carries {
  /** What the clause would begin with if it stood alone: `remind me`. */
  words: string;
  /**
   * The call of the further clause, completed by the one before it if there is one; undefined where it is no request of its
   * own.
   */
  follow(before: Call | undefined, next: Call): Call | undefined;
}
