/** The port to what understands people where no model answers. */
import type { Choice, RepliedTo } from '../delivery/index.ts';
import type { WhenContext } from '../time/index.ts';
import type { Dialogue } from './dialogue/dialogue.ts';
import type { Call, Named } from './tools/tool.ts';

/** A message, and all that its words may refer to. */
export interface Heard {
  text: string;
  /** The message that it replies to, where the person or coda wrote that. */
  repliesTo?: RepliedTo | undefined;
  /** Nobody says it at this moment: a schedule or a program does, and nobody is there to be asked. */
  isUnsaid: boolean;
  dialogue: Dialogue;
  when: WhenContext;
  /** True if there is a tool of this name. */
  has(tool: string): boolean;
  /** True if the person may use it: what they may not is offered by no button. */
  may(tool: string): boolean;
  /** Similarity in meaning of the message to each of these words; undefined where no embedder answers at once. */
  near(words: readonly string[]): Promise<readonly number[] | undefined>;
  /** The person's things of a kind (`reminder`), in the order of their list. */
  look(thing: string): Promise<readonly Named[]>;
}

/** An example of what may be said, and the tool that it is for. */
export interface Example {
  words: string;
  tool: string;
}

/** Calls and texts for a message. With none the message was empty. */
export interface Interpretation {
  /** Done at once; what comes of them is said. */
  calls: readonly Call[];
  /** Said below what comes of the calls. */
  text?: string;
  /** Other possible meanings, as buttons. */
  choices?: readonly Choice[];
}

/** Understands words without a model. It does what is certain, and offers the rest. */
export interface Interpreter {
  /** Never throws for what a person may write. The calls have the form of their tools. */
  interpret(heard: Heard): Promise<Interpretation>;
  /** For `help`. */
  readonly examples: readonly Example[];
}

/** Loads the interpreter when it is first needed. */
export type InterpreterSource = () => Promise<Interpreter>;
