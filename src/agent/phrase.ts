import type { Topic } from './dialogue/dialogue.ts';
import type { Call } from './tool.ts';

/**
 * One way of saying something that the interpreter of plain English understands. The pattern is words with
 * `(one|other)` alternatives, `[optional]` words, `<any|of|these>` fillers and `{slot}` for the person's own words (at
 * least one word; the last slot takes all that is left). Case, punctuation at the end and politeness ("please", "could you") are ignored.
 */
export interface Phrase {
  /** `(show|list) [me] [my] reminders` */
  pattern: string;
  /** A whole sentence that it matches, for its test and for `help`. */
  example: string;
  /** `help` shows the example, and so does an answer to words that are like no phrase. */
  shown?: boolean;
  /** Counts only where this thing (`reminder`) was at hand last, and before all phrases that need no such thing. */
  about?: string;
  /**
   * Counts only if the call finds the thing that it names; else the sentence was not understood. `last`: where no other
   * phrase finds anything either. `left`: where no other phrase fits at all; it takes the words as they stand.
   */
  tentative?: true | 'last' | 'left';
  /** How a further clause goes on without saying it again: "remind me to … at 5 and to … at 6". */
  carries?: Carries;
  /**
   * The call that it stands for, or undefined when the slots do not make sense for it after all. `topic` is what was at
   * hand last; it is given for a phrase that is `about` it, and for what is left.
   */
  call(slots: Record<string, string>, topic?: Topic): Call | undefined;
}

/** Verbs for doing away with something, as alternatives of a pattern. */
export const REMOVE =
  'cancel|delete|remove|drop|scrap|scratch|bin|kill|ditch|erase|discard|toss|toss out|chuck|chuck out|trash|lose|clear|nix|wipe|strike out|cross out|rub out|do away with|get rid of|throw away|throw out|bin off';

/** "The cones, they're in the car": more than a name. */
export const CLAUSE_BEHIND = /,\s+(?:i|we|he|she|they|it|that)(?=['’\s])/i;

/** Leads into a verb. */
export const WISH = "[i want to|i would like to|i'd like to|i need to|i'm going to]";

/** No more use for what is named behind it. */
export const UNNEEDED =
  "[i|we] (no longer need|no longer want|don't need|do not need|don't want|do not want|have no need for|have no use for|no more need for|(there's|there is) no need for)";

/** May stand behind what is not needed. */
export const ANYMORE =
  '[anymore|any more|any longer|no more|now|either|altogether|completely|entirely|for good|after all]';

export interface Carries {
  /** What the clause would begin with if it stood alone: `remind me`. */
  words: string;
  /** What may stand above a list of such clauses, each on a line of its own: `reminders`. */
  heading?: RegExp;
  /**
   * The call of the further clause, completed by the one before it if there is one; undefined where it is no request of its
   * own.
   */
  follow(before: Call | undefined, next: Call): Call | undefined;
  /**
   * A message that asks behind what it tells, or has several times for one thing: the calls that it means, or the same in words
   * that begin with `words`. `instead`: the first of them that finds what it names. `topic` is what was at hand last.
   * Undefined for anything else.
   */
  restated?(text: string, topic?: Topic): Call | Call[] | { instead: Call[] } | string | undefined;
  /**
   * What `said` means that asks for nothing but can be read behind `words`, as `calls`; undefined where that would be no wish.
   * `isDoubtful`: it can be read in another way, so that it is no more than offered.
   */
  unasked?(calls: readonly Call[], said: string, isDoubtful?: boolean): Call[] | undefined;
}
