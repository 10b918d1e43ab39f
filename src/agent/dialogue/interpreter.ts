import type { Choice, RepliedTo } from '../../delivery/index.ts';
import type { WhenContext } from '../../time/index.ts';
import type { Call, NamedThing } from '../tools/tool.ts';
import type { Dialogue } from './dialogue.ts';

export interface HeardMessage {
  text: string;
  repliesTo?: RepliedTo | undefined;
  /** A schedule or a program says it: no person is there to be asked. */
  isUnsaid: boolean;
  dialogue: Dialogue;
  when: WhenContext;
  /** The person's. */
  name: string;
  /** A page runs, on which this person may add things. */
  hasPage: boolean;
  has(tool: string): boolean;
  may(tool: string): boolean;
  /** Similarity in meaning of the message to each of these words; undefined where no embedder answers at once. */
  similarities(words: readonly string[]): Promise<readonly number[] | undefined>;
  /** The person's things of a kind (`reminder`), in the order of their list. */
  listThings(thing: string): Promise<readonly NamedThing[]>;
}

export interface Example {
  words: string;
  tool: string;
}

/** Calls and texts for a message. With none the message was empty. */
export interface Interpretation {
  calls: readonly Call[];
  text?: string;
  choices?: readonly Choice[];
  /** The calls look up a question that no form reads, and that may be about anything. */
  isLookUp?: boolean;
}

/** Understands words without a model. It does what is certain, and offers the rest. */
export interface Interpreter {
  /** Never throws for what a person may write. The calls have the form of their tools. */
  interpret(heard: HeardMessage): Promise<Interpretation>;
  readonly examples: readonly Example[];
}

export type InterpreterSource = () => Promise<Interpreter>;
