import type { Fragment } from '../storage/index.ts';
import type { Card } from './content.ts';
import type { FinalState } from './inbox/store.ts';
import type { Item } from './item.ts';

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
  /** Further `with` parts, beginning with a comma and conditional on `fence`, that end together with the row. */
  also?: Fragment;
}

/** Whether a draft was shown, or may have been, that is no part of the answer any more. */
export function mayBeSurplus({ attempts }: Item, { drafted = 0 }: End, parts: readonly unknown[]): boolean {
  return drafted > parts.length || attempts > 0;
}
