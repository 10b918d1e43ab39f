/** The act of a call that a model has chosen, and the words that it is held against. */

/** Acts that people have words for (`assets/act-words.json`). */
export type Act =
  | 'remove'
  | 'forget'
  | 'undo'
  | 'finish'
  | 'later'
  | 'skip'
  | 'add'
  | 'replace'
  | 'tag'
  | 'pause'
  | 'resume'
  | 'run'
  | 'create';

/** The act of a call, and the others that its thing knows. */
export interface ChosenAct {
  act: Act;
  among: readonly Act[];
}

/**
 * A call that a model has chosen, beside the person's words: of this message, and of the one that it answers. Without an act
 * where there are no words to look for.
 */
export interface ChosenByModel extends Partial<ChosenAct> {
  said: readonly string[];
  before: readonly string[];
  /** The answer to `before`, which may have asked. */
  answer: readonly string[];
}
