/** A clause of a message: what it asks for by itself, and what it may refer to. */
import { type Dialogue, lastAsked, type OpenQuestion, type Topic } from '../dialogue/dialogue.ts';
import { DROP } from '../dialogue/names.ts';
import type { Carries } from '../phrase.ts';
import type { Call } from '../tool.ts';
import { answerTo } from './answers.ts';
import { meantBy, pointsBack, topicOf } from './asked.ts';
import { skip } from './clauses.ts';
import type { Reading, Understanding } from './understand.ts';
import { type Word, wordsOf } from './words.ts';

/** One thing that a message asks for. */
export type Act =
  | { kind: 'call'; call: Call }
  /** Words that no phrase is sure of, and what they may mean. */
  | { kind: 'unclear'; text: string; instead: Call[] };

/** A clause that was understood. */
export interface Clause {
  /** Courtesies call nothing. */
  calls: Call[];
  carries?: Carries | undefined;
  /** It counts only if it finds what it names. */
  unsure?: Act & { kind: 'unclear' };
}

/** What holds for the clauses of one message, and for the words behind them. */
export interface Message {
  text: string;
  words: readonly Word[];
  understanding: Understanding;
}

export const UNDO: Call = { tool: 'undo', input: {} };

/** "Never mind": the open question, or what was done last; undefined where there is neither. */
export function takenBack(dialogue: Dialogue): Call | undefined {
  if (lastAsked(dialogue)) return { tool: DROP, input: {} };
  return dialogue.topic?.how === 'made' ? UNDO : undefined;
}

/** "Too late, forget it", said to what has just spoken: it is over. */
export function dismissal({ topic }: Dialogue, words: readonly Word[]): Call | undefined {
  const said = words.map(({ norm }) => norm).join(' ');
  return topic?.how === 'spoken' && DISMISSALS.test(said)
    ? { tool: `${topic.thing}_complete`, input: { which: 'that' } }
    : undefined;
}

const DISMISSALS = /^(?:never mind|forget it|forget about it|not needed anymore|no longer needed)$/;

export function acts(clauses: readonly Clause[]): Act[] {
  const all = clauses.flatMap(({ calls, unsure }): Act[] => [
    ...calls.map((call): Act => ({ kind: 'call', call })),
    ...(unsure ? [unsure] : []),
  ]);
  return all.filter((act, at) => at === 0 || !isSameThing(act, all[at - 1] as Act));
}

/** The same words for the same thing are one wish, however often they stand there; "undo. undo." are two. */
const isSameThing = (act: Act, before: Act): boolean =>
  (act.kind === 'unclear' || act.call.input.text !== undefined) && JSON.stringify(act) === JSON.stringify(before);

export function unclear(
  { text, words }: Message,
  from: number,
  to: number,
  instead: Call[],
): Act & { kind: 'unclear' } {
  const start = words[from]?.start ?? 0;
  return { kind: 'unclear', text: text.slice(start, words[to - 1]?.end ?? text.length), instead };
}

/** What words may mean if they name something that is there; nothing older than the question that was asked last is "it". */
export function mayMean(
  { text, words, understanding }: Message,
  from: number,
  to: number,
  dialogue: Dialogue,
): Reading[] {
  const { tentative } = understanding.read(text, words, from, to, dialogue);
  return lastAsked(dialogue) ? tentative.filter(({ call }) => !pointsBack(call)) : tentative;
}

/** A clause by itself: a request, an answer to the open question, or what corrects the thing at hand. */
export function clauseOf(message: Message, from: number, to: number, dialogue: Dialogue): Clause | undefined {
  const { text, words, understanding } = message;
  const said = text.slice(words[from]?.start ?? 0, words[to - 1]?.end ?? 0);
  const { question } = dialogue;
  const whole = (sentence: string) => {
    const all = wordsOf(sentence);
    return understanding.read(sentence, all, 0, all.length, {}).certain?.call;
  };
  const choice = question?.kind === 'choice' ? answerTo(question, said, whole) : undefined;
  if (choice) return { calls: choice.length > 0 ? choice : [{ tool: DROP, input: {} }] };
  const read = (about: Dialogue) => understanding.read(text, words, from, to, about).certain;
  const asked = lastAsked(dialogue);
  const certain = read(asked ? { question } : dialogue);
  const pointing = asked && pointingIn(asked, certain, read);
  const isIt = certain !== undefined && certain === pointing;
  const aside = certain?.phrase.about === undefined ? undefined : courtesyIn(message, from, to);
  if (aside) return { calls: [aside] };
  const isChat = question !== undefined && certain?.call.tool === 'smalltalk';
  if (certain && !isIt && !isChat) return { calls: [certain.call], carries: certain.phrase.carries };
  const meant = asked && pointing && meantBy(asked, pointing.call);
  if (meant?.tool === DROP) return { calls: [meant] };
  const answer = question?.kind === 'slot' && !isIt ? answerTo(question, said, whole) : undefined;
  if (answer) return { calls: answer };
  if (meant) return { calls: [meant] };
  const other = asked && read(dialogue);
  if (other && !pointsBack(other.call) && other.call.tool !== 'smalltalk')
    return { calls: [other.call], carries: other.phrase.carries };
  return certain && !isIt ? { calls: [certain.call] } : undefined;
}

/** "And goodnight": small talk behind a word that joins it to what was done last, and no more of that. */
function courtesyIn({ text, words, understanding }: Message, from: number, to: number): Call | undefined {
  const begin = skip(text, words, from);
  if (begin === from || begin >= to) return undefined;
  const { certain } = understanding.read(text, words, begin, to, {});
  return certain?.call.tool === 'smalltalk' ? certain.call : undefined;
}

/** The reading that points at what is at hand, where that is what was asked last. */
function pointingIn(asked: OpenQuestion, certain: Reading | undefined, read: (about: Dialogue) => Reading | undefined) {
  if (certain && certain.call.tool !== 'smalltalk') return pointsBack(certain.call) ? certain : undefined;
  const isText = asked.kind === 'slot' && asked.slot === 'text';
  const other = isText ? undefined : read({ topic: topicOf(asked) });
  return other && pointsBack(other.call) ? other : undefined;
}

/** What the words behind a clause may refer to. */
export function after(dialogue: Dialogue, { calls }: Clause): Dialogue {
  const [last] = calls.slice(-1);
  if (!last) return dialogue;
  const topic: Topic = { thing: last.tool.split('_')[0] as string, how: 'made', at: '9999' };
  return { topic };
}
