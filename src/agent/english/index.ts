/** Answers plain English without a model. */
import { lazy } from '../../base/lazy.ts';
import type { Dialogue } from '../dialogue/dialogue.ts';
import { NOT_UNDERSTOOD } from '../dialogue/names.ts';
import type { Phrase } from '../phrase.ts';
import type { Call } from '../tool.ts';
import type { Act } from './clause.ts';
import { interpret } from './interpret.ts';
import { type Example, exampleOf, nearest } from './nearest.ts';
import { texts } from './texts.ts';
import { asMeant } from './typed.ts';
import { Understanding } from './understand.ts';

/** Characters. Longer messages are no requests that a phrase fits. */
const LONGEST = 10_000;

/** Blanks in a row. Many a pattern looks for the end of such a run from each of its places. */
const MOST_BLANKS = 100;
const BLANKS = new RegExp(`\\s{${MOST_BLANKS + 1},}`, 'g');

/** The answer to a message: calls whose results say it all, or a text where there is nothing to call. */
export interface Interpreted {
  text: string;
  calls: readonly Call[];
  /** For the person, beside the answer. */
  notices: readonly string[];
}

/** Understands what the phrases of the skills say. It asks rather than guesses. */
export class Interpreter {
  /** Compiled when somebody says something: that is a tenth of a start. */
  private readonly understanding: () => Understanding;
  private readonly examples: () => readonly Example[];

  constructor(phrases: readonly Phrase[]) {
    this.understanding = lazy(() => new Understanding(phrases));
    const whole = phrases.filter(({ about, tentative }) => !about && !tentative);
    const inOrder = [...whole.filter(({ shown }) => shown), ...whole.filter(({ shown }) => !shown)];
    this.examples = lazy(() => inOrder.map(({ example }) => exampleOf(example)));
  }

  /**
   * The answer to `text`, whose words may refer to `dialogue`. `why` says why no model answers, where one is configured:
   * beside what is understood, and instead of "I did not understand that". Throws an Error for a malformed phrase.
   */
  answer(text: string, dialogue: Dialogue, why?: string): Interpreted {
    const typed = text.trim().replace(BLANKS, (run) => run.slice(0, MOST_BLANKS));
    const said = typed.length > LONGEST ? typed : asMeant(typed);
    // Nobody is there to be asked about what nobody says, and that a model is away matters more than what a word may name.
    const asks = !dialogue.unsaid && why === undefined;
    const meant = said.length > LONGEST ? 'too long' : interpret(said, this.understanding(), dialogue, { asks });
    const calls = typeof meant === 'string' ? [] : meant.map((act) => this.callOf(act, meant.length > 1));
    if (why !== undefined) return explained(calls, why);
    if (meant === 'too long') return { text: texts.tooLong(LONGEST), calls, notices: [] };
    return { text: meant === 'nothing' ? texts.nothing : '', calls, notices: [] };
  }

  private callOf(act: Act, besides: boolean): Call {
    if (act.kind === 'call') return act.call;
    const { text, instead } = act;
    return { tool: NOT_UNDERSTOOD, input: { text, instead, besides, near: nearest(text, this.examples(), 3) } };
  }
}

/** Words that were not understood may still name something of the person's; if they do not, the answer is `why`. */
function explained(calls: readonly Call[], why: string): Interpreted {
  const isUnderstood = calls.some(({ tool }) => tool !== NOT_UNDERSTOOD);
  const mayBeMeant = calls.some(({ input }) => Array.isArray(input.instead) && input.instead.length > 0);
  if (!isUnderstood && !mayBeMeant) return { text: why, calls: [], notices: [] };
  return {
    text: '',
    calls: calls.map(({ tool, input }) => ({ tool, input: tool === NOT_UNDERSTOOD ? { ...input, why } : input })),
    notices: isUnderstood ? [why] : [],
  };
}
