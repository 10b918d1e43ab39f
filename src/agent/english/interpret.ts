/** From a message and what it may refer to, to what is to be done. */
import { type Dialogue, lastAsked, type OpenQuestion, type Topic } from '../dialogue/dialogue.ts';
import { DROP } from '../dialogue/names.ts';
import type { Carries } from '../phrase.ts';
import type { Call } from '../tool.ts';
import { answerTo } from './answers.ts';
import { meantBy, pointsBack, topicOf } from './asked.ts';
import { AFTER_JOIN, type Border, bordersOf, skip } from './clauses.ts';
import { ending, isCourtesy, isTakenBack, takesBack } from './courtesy.ts';
import { corrections } from './slips.ts';
import type { Reading, Understanding } from './understand.ts';
import { type Word, wordsOf, written } from './words.ts';

/** One thing that a message asks for. */
export type Act =
  | { kind: 'call'; call: Call }
  /** Words that no phrase is sure of, and what they may mean. */
  | { kind: 'unclear'; text: string; instead: Call[] };

/** `nothing`: it was said and taken back, or takes back what never was. */
export type Interpretation = Act[] | 'nothing';

/** A clause that was understood. */
interface Clause {
  /** Courtesies call nothing. */
  calls: Call[];
  carries?: Carries | undefined;
  /** It counts only if it finds what it names. */
  unsure?: Act & { kind: 'unclear' };
}

/** What holds for the clauses of one message, and for the words behind them. */
interface Message {
  text: string;
  words: readonly Word[];
  understanding: Understanding;
}

const UNDO: Call = { tool: 'undo', input: {} };

export function interpret(text: string, understanding: Understanding, dialogue: Dialogue): Interpretation {
  const words = wordsOf(text);
  const message = { text, words, understanding };
  if (isQuotation(text)) return [unclear(message, 0, words.length, [])];
  if (takesBack(words)) return takenBack(dialogue);
  if (isTakenBack(words)) return 'nothing';
  const restated = restatedIn(message, dialogue);
  if (restated) return restated;
  const clauses = parted(message, dialogue);
  if (clauses) return acts(clauses);
  const whole = clauseOf(message, 0, words.length, dialogue);
  const some = whole && !isQuestionBehind(message) ? undefined : inParts(message, dialogue);
  if (some) return some;
  if (whole) return acts([whole]);
  const tentative = mayMean(message, 0, words.length, dialogue);
  const unasked = unaskedIn(message);
  const instead = [...tentative.map(({ call }) => call), ...(unasked?.length === 1 ? unasked : [])];
  const right = spelt(message, dialogue, instead);
  if (right) return right;
  if (unasked && tentative.length === 0) return unasked.map((call) => ({ kind: 'call', call }));
  return [unclear(message, 0, words.length, instead)];
}

/** A request that stands behind what it is about: "dentist tomorrow at 3, remind me". */
function restatedIn({ text, understanding }: Message, dialogue: Dialogue): Act[] | undefined {
  for (const { restated } of understanding.carries) {
    const meant = restated?.(text);
    if (meant === undefined) continue;
    if (typeof meant !== 'string') return [{ kind: 'call', call: meant }];
    const found = interpretOnce(meant, understanding, dialogue);
    if (found?.every(({ kind }) => kind === 'call')) return found;
  }
  return undefined;
}

/** What a message may wish that only says what and when. */
function unaskedIn({ text, understanding }: Message): Call[] | undefined {
  for (const { words, unasked } of understanding.carries) {
    if (!unasked) continue;
    const end = ending(wordsOf(text));
    const said = written(text, wordsOf(text), 0, end);
    const found = interpretOnce(`${words} ${said}`, understanding, {}) ?? [];
    const calls = found.flatMap((act) => (act.kind === 'call' ? [act.call] : []));
    const meant = calls.length > 0 && calls.length === found.length ? unasked(calls, said) : undefined;
    if (meant) return meant;
  }
  return undefined;
}

/** The request that a typing error hides, if it is a sure one, or nothing else was found. */
function spelt({ text, words, understanding }: Message, dialogue: Dialogue, instead: readonly Call[]) {
  const ways = corrections(words, text, understanding.vocabulary);
  const meant = ways.flatMap((way) => {
    const meaning = interpretOnce(way, understanding, dialogue);
    return meaning === undefined ? [] : [meaning];
  });
  const sure = meant.find((acts) => acts.every((act) => act.kind === 'call'));
  return sure ?? (instead.length === 0 ? meant[0] : undefined);
}

/** What is understood of a text that has been spelt right. */
function interpretOnce(text: string, understanding: Understanding, dialogue: Dialogue): Act[] | undefined {
  const words = wordsOf(text);
  const message = { text, words, understanding };
  const clauses = parted(message, dialogue) ?? clauseOf(message, 0, words.length, dialogue);
  if (clauses) return acts(Array.isArray(clauses) ? clauses : [clauses]);
  const calls = mayMean(message, 0, words.length, dialogue).map(({ call }) => call);
  return calls.length > 0 ? [unclear(message, 0, words.length, calls)] : undefined;
}

/** What words may mean if they name something that is there; nothing older than the question that was asked last is "it". */
function mayMean({ text, words, understanding }: Message, from: number, to: number, dialogue: Dialogue): Reading[] {
  const { tentative } = understanding.read(text, words, from, to, dialogue);
  return lastAsked(dialogue) ? tentative.filter(({ call }) => !pointsBack(call)) : tentative;
}

/** "Never mind": the open question, or what was done last. */
function takenBack({ question, topic }: Dialogue): Interpretation {
  if (lastAsked({ question, topic })) return [{ kind: 'call', call: { tool: DROP, input: {} } }];
  return topic?.how === 'made' ? [{ kind: 'call', call: UNDO }] : 'nothing';
}

function acts(clauses: readonly Clause[]): Act[] {
  const all = clauses.flatMap(({ calls, unsure }): Act[] => [
    ...calls.map((call): Act => ({ kind: 'call', call })),
    ...(unsure ? [unsure] : []),
  ]);
  // A request that was read twice out of the same words is one.
  return all.filter((act, at) => at === 0 || JSON.stringify(act) !== JSON.stringify(all[at - 1]));
}

function unclear({ text, words }: Message, from: number, to: number, instead: Call[]): Act & { kind: 'unclear' } {
  const start = words[from]?.start ?? 0;
  return { kind: 'unclear', text: text.slice(start, words[to - 1]?.end ?? text.length), instead };
}

/** A clause by itself: a request, an answer to the open question, or what corrects the thing at hand. */
function clauseOf(message: Message, from: number, to: number, dialogue: Dialogue): Clause | undefined {
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

/** The reading that points at what is at hand, where that is what was asked last. */
function pointingIn(asked: OpenQuestion, certain: Reading | undefined, read: (about: Dialogue) => Reading | undefined) {
  if (certain && certain.call.tool !== 'smalltalk') return pointsBack(certain.call) ? certain : undefined;
  const isText = asked.kind === 'slot' && asked.slot === 'text';
  const other = isText ? undefined : read({ topic: topicOf(asked) });
  return other && pointsBack(other.call) ? other : undefined;
}

/** Several requests, if the message can be parted so that each clause is one. */
function parted(message: Message, dialogue: Dialogue): Clause[] | undefined {
  const borders = bordersOf(message.text, message.words);
  if (borders.length === 0) return undefined;
  const begin = skip(message.text, message.words, 0);
  const head = headOf(message, begin, borders);
  const start: Start = head
    ? { at: (borders[0] as Border).at, next: 1, kind: 'line', before: head, dialogue }
    : { at: begin, next: 0, dialogue };
  const found = from(message, borders, start, new Map());
  if (head) return found;
  return found && found.length > 1 && found.some(isRequest) ? found : undefined;
}

/** "Remind me to:" and the items below it. */
function headOf({ words, understanding }: Message, begin: number, [first]: readonly Border[]): Clause | undefined {
  if (!first || first.kind === 'join' || first.kind === 'correction') return undefined;
  const part = words
    .slice(begin, first.end)
    .map(({ norm }) => norm)
    .join(' ');
  const carries = understanding.carries.find((one) => part === one.words || part === `${one.words} to`);
  return carries && { calls: [], carries };
}

/** Courtesies ask for nothing. */
const isRequest = ({ calls, unsure }: Clause): boolean => calls.length > 0 || unsure !== undefined;

interface Start {
  /** The word at which the clause begins, and the first border behind it. */
  at: number;
  next: number;
  kind?: Border['kind'];
  before?: Clause;
  dialogue: Dialogue;
}

/** The clauses from `start` to the end, the shortest ones first. */
function from(
  message: Message,
  borders: readonly Border[],
  start: Start,
  dead: Map<string, true>,
): Clause[] | undefined {
  const key = `${start.next}:${start.at}:${JSON.stringify(start.before?.calls ?? null)}`;
  if (dead.has(key)) return undefined;
  for (let index = start.next; index <= borders.length; index++) {
    const border = borders[index];
    const clause = startedAt(message, start, border?.end ?? message.words.length, border?.kind);
    if (!clause) continue;
    if (!border) return [clause];
    const dialogue = after(start.dialogue, clause);
    const before = isRequest(clause) ? clause : start.before;
    const rest = from(
      message,
      borders,
      { at: border.at, next: index + 1, kind: border.kind, ...(before && { before }), dialogue },
      dead,
    );
    if (rest) return [clause, ...rest];
  }
  dead.set(key, true);
  return undefined;
}

/** The clause that begins at `start` and ends before word `to`, if it may stand there. */
function startedAt(message: Message, start: Start, to: number, ends: Border['kind'] | undefined): Clause | undefined {
  const { words } = message;
  const part = words.slice(start.at, to);
  if (part.length === 0) return undefined;
  const apart = start.kind !== 'join' && ends !== 'join';
  if (apart && isCourtesy(part)) return { calls: [] };
  if (apart && ends === undefined && start.before && isSignature(message, start.at, to)) return { calls: [] };
  const mayOpen = start.kind !== 'join' || opens(words, start.at) || goesOn(words, start);
  const clause = mayOpen ? clauseOf(message, start.at, to, start.dialogue) : undefined;
  if (!clause) {
    const carried = start.before && carriedOn(message, start.at, to, start.before);
    if (carried || (start.before && holdsWords(start.before))) return carried;
    if (!mayOpen) return undefined;
    return unsureOf(message, start.at, to, start.dialogue);
  }
  if (start.kind === 'correction' && !start.before) return undefined;
  const isChat = clause.calls.every(({ tool }) => tool === 'smalltalk');
  if (isChat) return apart && start.at > 0 ? { calls: [] } : undefined;
  const isWhole = clause.calls.every(({ input }) => !Object.values(input).includes(''));
  if (!isWhole && [start.kind, ends].some((kind) => kind === 'join' || kind === 'correction')) return undefined;
  return clause;
}

/** Behind "and" anything may follow a request that holds no words of the person's own. */
const goesOn = (words: readonly Word[], { at, before }: Start): boolean =>
  before !== undefined && !holdsWords(before) && AFTER_JOIN.has(words[at - 1]?.norm ?? '');

/** Whether what follows may belong to the words that the request holds: a text, not a name. */
const holdsWords = ({ calls, unsure }: Clause): boolean =>
  !unsure && calls.some(({ input }) => input.text !== undefined);

/** A clause that names something which may be there. Behind a sure request it may be a part of that. */
function unsureOf(message: Message, from: number, to: number, dialogue: Dialogue): Clause | undefined {
  const named = mayMean(message, from, to, dialogue).filter(({ literals }) => literals > 0);
  const calls = named.map(({ call }) => call);
  return calls.length === 0 ? undefined : { calls: [], unsure: unclear(message, from, to, calls) };
}

/** "… and to buy milk at 6": the words of the clause before it are not said again. */
function carriedOn(message: Message, from: number, to: number, before: Clause): Clause | undefined {
  const { text, words, understanding } = message;
  const { carries, calls } = before;
  const [last] = calls.slice(-1);
  if (!carries || ASKING.has(words[from]?.norm ?? '')) return undefined;
  const said = text.slice(words[from]?.start ?? 0, words[to - 1]?.end ?? 0);
  for (const sentence of [`${carries.words} ${said}`, `${carries.words} to ${said}`]) {
    const all = wordsOf(sentence);
    const { certain } = understanding.read(sentence, all, 0, all.length, {});
    const call = certain && carries.follow(last, certain.call);
    if (call) return { calls: [call], carries };
  }
  return undefined;
}

/** What the words behind a clause may refer to. */
function after(dialogue: Dialogue, { calls }: Clause): Dialogue {
  const [last] = calls.slice(-1);
  if (!last) return dialogue;
  const topic: Topic = { thing: last.tool.split('_')[0] as string, how: 'made', at: '9999' };
  return { topic };
}

/** Clauses that the writer parted, some of them understood: those are done, the others told. */
function inParts(message: Message, dialogue: Dialogue): Act[] | undefined {
  const { text, words } = message;
  const borders = bordersOf(text, words).filter(
    (border) =>
      border.kind === 'line' ||
      border.kind === 'stop' ||
      isAsked(words, border) ||
      (border.kind === 'join' && isAside(message, border, dialogue)),
  );
  const found: Act[] = [];
  let [start, now] = [skip(text, words, 0), dialogue];
  for (const border of [...borders, undefined]) {
    const to = border?.end ?? words.length;
    const clause = startedAt(message, { at: start, next: 0, kind: 'stop', dialogue: now }, to, border && 'stop');
    if (clause) {
      found.push(...acts([clause]));
      now = after(now, clause);
    } else if (to > start) {
      const calls = mayMean(message, start, to, now).map(({ call }) => call);
      found.push(unclear(message, start, to, calls));
    }
    start = border?.at ?? to;
  }
  return found.length > 1 && found.some(({ kind }) => kind === 'call') ? found : undefined;
}

/** Words that make what follows depend on them. */
const DEPENDS = new Set(
  'if when whenever unless until once after before whether said says told tells asked tell say dont not never maybe should would could might or and remind note'.split(
    ' ',
  ),
);

/** "Sam paid me back, delete that note": a short statement, then a request about the thing at hand. */
function isAside(message: Message, { end, at }: Border, dialogue: Dialogue): boolean {
  const { words, understanding, text } = message;
  if (end > 6 || words.slice(0, end).some(({ norm }) => DEPENDS.has(norm))) return false;
  if (!words.slice(at).some(({ norm }) => norm === 'it' || norm === 'that' || norm === 'this')) return false;
  const call = understanding.read(text, words, at, words.length, dialogue).certain?.call;
  return call !== undefined && call.tool !== 'smalltalk' && call.input.text === undefined;
}

/** A question stands behind an "and". */
function isQuestionBehind({ text, words }: Message): boolean {
  return (
    text.trim().endsWith('?') &&
    bordersOf(text, words).some((border) => border.kind === 'join' && isAsked(words, border))
  );
}

const ASKING = new Set('what whats who whos where wheres when whens how why which'.split(' '));
/** A question behind "and"; behind a comma alone it may be about what stands before it. */
const isAsked = (words: readonly Word[], { at, end }: Border): boolean => at > end && ASKING.has(words[at]?.norm ?? '');

/** A name below "Thanks,". */
function isSignature({ text, words }: Message, at: number, to: number): boolean {
  const before = text.slice(0, words[at]?.start).trimEnd();
  return to - at <= 3 && /(?:thanks|thank you|cheers|regards|best|thx|love|ta)[,!.]*$/i.test(before);
}

/** How a further request begins behind "and" or a comma. */
const OPENERS = `
  remind me|remind us|set a|set an|set another|add a reminder|add a note|wake me|note:|also note|make a note|take a note|note that|
  write note|write a note|make note|save note|save a note|add note|take note|put note|show|list my|what are my|what time is it|whats my|cancel the|cancel my|delete the|delete my|remove the|move the|move my|again|same|
  done with|snooze the|snooze it|tell me the time|make it|make that|change it|push the|postpone the|jot down|
  write down|remember that|can you remind|also remind|mark the|tick off`
  .split('|')
  .map((opener) => opener.trim().split(' '));

function opens(words: readonly Word[], at: number): boolean {
  const stands = (opener: readonly string[], from: number) =>
    opener.every((form, index) => {
      const word = words[from + index];
      const norm = form.replace(/:$/, '');
      return word?.norm === norm && (norm === form || word.marked);
    });
  return OPENERS.some((opener) => stands(opener, opener[0] === 'also' ? at - 1 : at));
}

/** It begins with somebody's words in quotes and goes on: they are spoken about, not meant. */
function isQuotation(text: string): boolean {
  const quoted = /^["“«]([^"”»]*)["”»]\s*(\S?)/.exec(text.trim());
  return quoted !== null && quoted[2] !== '';
}
