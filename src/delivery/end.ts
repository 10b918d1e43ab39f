import type { Fragment } from '../storage/index.ts';
import type { Card } from './content.ts';
import type { FinalState } from './inbox/store.ts';
import type { Item } from './item.ts';

/** What another room writes in the statement that ends a row. Several ends may go in one statement. */
export interface Also {
  /**
   * `with` parts, each beginning with a comma, that write what all of `also` bring; values with the same function
   * are given to it together. What belongs to an inbox row is written only if `fence` has its `id`.
   */
  write(also: readonly this[]): Fragment;
}

/** How a row ends, and what is said. */
export interface End {
  state: FinalState;
  error?: string;
  /** Said in answer, in order. */
  cards: readonly Card[];
  /** Under which the cards stand in the outbox; default: the answer to this row. */
  key?: string;
  turnId?: string;
  tainted?: boolean;
  /** How many parts of it may have been shown before, by drafts. */
  drafted?: number;
  /** What else is written if the row is still this process's. */
  also?: Also;
}

/** Whether a draft was shown, or may have been, that is no part of the answer any more. */
export function mayBeSurplus({ attempts, payload }: Item, { drafted = 0 }: End, parts: readonly unknown[]): boolean {
  return drafted > parts.length || attempts > 0 || payload.suspect === true;
}
