/** A message of several clauses: requests, and what is told beside them. */
import { taskWords } from '../../time/index.ts';
import type { Dialogue } from '../dialogue/dialogue.ts';
import type { Call } from '../tool.ts';
import { isAside, isReason, OFF, PERSONS } from './asides.ts';
import { pointsBack } from './asked.ts';
import {
  type Act,
  acts,
  after,
  type Clause,
  clauseOf,
  type Message,
  mayMean,
  takenBack,
  UNDO,
  unclear,
} from './clause.ts';
import { AFTER_JOIN, type Border, bordersOf, skip } from './clauses.ts';
import { isCondition, isPolite } from './conditions.ts';
import { ending, isCourtesy, takesBack } from './courtesy.ts';
import { AT_HAND, CHANGES, withRunOns } from './run-ons.ts';
import { type Word, wordsOf } from './words.ts';

/** Several requests, if the message can be parted so that each clause is one. */
export function parted(message: Message, dialogue: Dialogue): Clause[] | undefined {
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
    .join(' ')
    .replace(/^please | please$/g, '');
  const carries = understanding.carries.find(
    (one) => part === one.words || part === `${one.words} to` || one.heading?.test(part),
  );
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
  // "Forget that, remind me to …".
  if (start.next === 0 && ends !== undefined && takesBack(part)) {
    const { topic } = start.dialogue;
    const back = takenBack(start.dialogue);
    // What was made hours ago is not what somebody goes on from to another request.
    if (back) return { calls: back.tool === UNDO.tool && !topic?.isRecent ? [] : [back] };
  }
  if (start.next === 0 && ends !== undefined && isPolite(textOf(message, start.at, to))) return { calls: [] };
  const apart = start.kind !== 'join' && ends !== 'join';
  if (apart && isCourtesy(part)) return { calls: [] };
  const isLast = apart && ends === undefined && start.before !== undefined;
  if (isLast && (isSignature(message, start.at, to) || isSigned(message, start.at))) return { calls: [] };
  const mayOpen = start.kind !== 'join' || opens(words, start.at, to) || goesOn(words, start);
  const clause = mayOpen ? clauseOf(message, start.at, to, start.dialogue) : undefined;
  if (!clause) {
    const carried = start.before && carriedOn(message, start.at, to, start.before);
    if (carried || (start.before && holdsWords(start.before) && !goesOnAList(words, start.at, to))) return carried;
    if (!mayOpen || isConditionFirst(message, start.at, to, ends)) return undefined;
    return beforeReason(message, start.at, to, start.dialogue) ?? unsureOf(message, start.at, to, start.dialogue);
  }
  if (start.kind === 'correction' && !start.before) return undefined;
  if (start.before?.unsure && isOfTold(start.before.unsure.text, clause)) return undefined;
  const isChat = clause.calls.every(({ tool }) => tool === 'smalltalk');
  if (isChat) return apart && start.at > 0 ? { calls: [] } : undefined;
  const onItsDay = start.kind === 'join' && start.before && onDayBefore(start.before, clause);
  if (onItsDay) return onItsDay;
  const isWhole = clause.calls.every(({ input }) => !Object.values(input).includes(''));
  if (!isWhole && [start.kind, ends].some((kind) => kind === 'join' || kind === 'correction')) return undefined;
  return clause;
}

/** "Wake me at 6 tomorrow and remind me to feed the cat at 7": an hour alone is of the day before it. */
function onDayBefore({ calls }: Clause, clause: Clause): Clause | undefined {
  const [before, next] = [calls.at(-1), clause.calls[0]];
  const { carries } = clause;
  if (!carries || !before || !next || clause.calls.length > 1 || before.tool !== next.tool) return undefined;
  const call = carries.follow(before, next);
  return call && { calls: [call], carries };
}

/** Behind "and" anything may follow a request that holds no words of the person's own. */
const goesOn = (words: readonly Word[], { at, before }: Start): boolean =>
  before !== undefined && !before.unsure && !holdsWords(before) && AFTER_JOIN.has(words[at - 1]?.norm ?? '');

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
  const said = withHour(text.slice(words[from]?.start ?? 0, words[to - 1]?.end ?? 0), last);
  // "… and at 3pm remind me to email": it says itself what it asks for.
  const isAsked = said.toLowerCase().includes(carries.words);
  for (const sentence of isAsked ? [said] : [`${carries.words} ${said}`, `${carries.words} to ${said}`]) {
    const all = wordsOf(sentence);
    const { certain } = understanding.read(sentence, all, 0, all.length, {});
    const call = certain && carries.follow(last, certain.call);
    if (call) return { calls: [call], carries };
  }
  return undefined;
}

/** "… at 2pm to ring Ann and 4 take the ribs out": an hour, behind a request that has one; "4 water bottles" are a count. */
function withHour(said: string, before: Call | undefined): string {
  const [, hour, deed = ''] = /^(\d{1,2}) (\p{L}+) (?:the|my|our|his|her|their) /u.exec(said) ?? [];
  const isHour =
    hour !== undefined && Number(hour) > 0 && Number(hour) <= 12 && taskWords.deeds.has(deed.toLowerCase());
  return isHour && HAS_HOUR.test(String(before?.input.when ?? '')) ? `at ${said}` : said;
}

const HAS_HOUR = /\d ?(?:am|pm)\b|\d[:.]\d\d|\bat \d/i;

/** Clauses that the writer parted, some of them understood: those are done, the others told. */
export function inParts(message: Message, dialogue: Dialogue): Act[] | undefined {
  const { text, words } = message;
  const borders = bordersOf(text, words).filter(
    (border) => border.kind === 'line' || border.kind === 'stop' || isAsked(words, border),
  );
  const found: Act[] = [];
  let [start, now] = [skip(text, words, 0), dialogue];
  for (const border of [...borders, undefined]) {
    const to = border?.end ?? words.length;
    const clause = startedAt(message, { at: start, next: 0, kind: 'stop', dialogue: now }, to, border && 'stop');
    // Behind what nobody understood "it" may be that.
    if (clause && found.some((act) => act.kind === 'unclear' && isOfTold(act.text, clause))) return undefined;
    if (clause) {
      found.push(...acts([clause]));
      now = after(now, clause);
    } else if (to > start) {
      if (isConditionFirst(message, start, to, border?.kind)) return undefined;
      const calls = mayMean(message, start, to, now).map(({ call }) => call);
      found.push(unclear(message, start, to, calls));
    }
    start = border?.at ?? to;
  }
  return found.length > 1 && found.some(({ kind }) => kind === 'call') ? found : undefined;
}

const DUTY = /\b(?:i|we)(?:['’]?ve)? (?:have|need|must|got|gotta|should|ought)\b/i;

/** "I need to call Tom, remind me about it", "…, remind me the day before": of what is told there, and of nothing older. */
const isOfTold = (told: string, { calls }: Clause): boolean =>
  calls.some(
    (call) =>
      (call.tool.endsWith('_ahead') && call.input.which === '') ||
      (/_(?:snooze|again)$/.test(call.tool) && pointsBack(call) && DUTY.test(told)),
  );

/** A condition, and behind it what is to be done only then. */
function isConditionFirst(message: Message, from: number, to: number, ends: Border['kind'] | undefined): boolean {
  return ends !== undefined && ends !== 'line' && isCondition(textOf(message, from, to));
}

const textOf = ({ text, words }: Message, from: number, to: number): string =>
  text.slice(words[from]?.start, words[to - 1]?.end);

/** A question stands behind an "and"; without its mark, one that asks for a list. */
export function isQuestionBehind({ text, words, understanding }: Message): boolean {
  const lists = (at: number) =>
    understanding.read(text, words, at, words.length, {}).certain?.call.tool.endsWith('_list') === true;
  return bordersOf(text, words).some(
    (border) => border.kind === 'join' && isAsked(words, border) && (text.trim().endsWith('?') || lists(border.at)),
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

/** "Thank you very much, Harold". */
const isSigned = ({ text, words }: Message, at: number): boolean =>
  /^(?:many thanks|thanks|thank you|cheers|(?:kind |best |warm )?regards|best wishes|love)(?: (?:very|so) much| a lot| again| from)?,\s+\p{Lu}[\p{L}'’-]*(?: \p{Lu}[\p{L}'’-]*){0,2}[\s.!]*$/u.test(
    text.slice(words[at]?.start).replace(/^\p{Lu}/u, (letter) => letter.toLowerCase()),
  );

/** How a further request begins behind "and" or a comma. */
const OPENERS = `
  remind me|remind us|set a|set an|set another|add a reminder|add a note|wake me|note:|also note|make a note|take a note|note that|
  write note|write a note|make note|save note|save a note|add note|take note|put note|show|list my|what are my|what time is it|whats my|cancel the|cancel my|delete the|delete my|remove the|move the|move my|again|same|
  done with|snooze the|snooze it|tell me the time|make it|make that|change it|push the|postpone the|jot down|
  write down|remember that|can you remind|also remind|mark the|tick off`
  .split('|')
  .map((opener) => opener.trim().split(' '));

export function opens(words: readonly Word[], at: number, to = words.length): boolean {
  const stands = (opener: readonly string[], from: number) =>
    opener.every((form, index) => {
      const word = words[from + index];
      const norm = form.replace(/:$/, '');
      return word?.norm === norm && (norm === form || word.marked);
    });
  if (goesOnAList(words, at, to)) return true;
  return OPENERS.some((opener) => stands(opener, opener[0] === 'also' ? at - 1 : at));
}

/** "… and add dog food to the shopping list": nobody is reminded of that later. */
function goesOnAList(words: readonly Word[], from: number, to: number): boolean {
  const part = words.slice(from, to);
  const said = part.slice(0, ending(part)).map(({ norm }) => norm);
  return /^(?:add|put) (?!(?:it|them|that|this|those) )(?:\S+ ){1,8}(?:to|on|onto) (?:(?:(?:the |my |our )?(?:shopping|grocery|groceries)|(?:the|my|our) \S+) list|(?:the |my |our )?(?:shopping|groceries))$/.test(
    said.join(' '),
  );
}

/** Longer messages tell more than a request beside them. */
const MOST_PARTS = 5;

/** The one request of a message all of whose other clauses only tell something: "they died, delete it". */
export function amongAsides(message: Message, dialogue: Dialogue): Clause | undefined {
  const { text, words } = message;
  const borders = bordersOf(text, words);
  const found = amongAsidesAt(message, dialogue, borders);
  // Written without a mark: "shift both to tomorrow I'm out today".
  return found ?? amongAsidesAt(message, dialogue, withRunOns(words, borders));
}

/** "Not this Wednesday, no gym", of the gym bag. */
const isOfTopic = (word: string, { topic }: Dialogue): boolean =>
  topic?.text?.toLowerCase().split(/\s+/).includes(word) ?? false;

/** A call that ends a thing, or takes it off a list. */
const isEnd = ({ tool }: Call): boolean => /_(?:complete|delete|item)$/.test(tool);

/** "Snooze 10 min its still pale", as one of several requests. */
function beforeReason(message: Message, from: number, to: number, dialogue: Dialogue): Clause | undefined {
  const text = textOf(message, from, to);
  const words = wordsOf(text);
  const clause = amongAsidesAt({ ...message, text, words }, dialogue, withRunOns(words, []));
  return clause?.unsure ? undefined : clause;
}

/** "The iv one can go, …, so delete that": what is told before "that" names what is meant. */
function namedBefore(
  message: Message,
  starts: readonly number[],
  ends: readonly number[],
  count: number,
  { calls: [call] }: Clause,
  dialogue: Dialogue,
): Clause | undefined {
  if (!call?.tool.endsWith('_delete') || !pointsBack(call)) return undefined;
  for (let part = 0; part < count; part++) {
    const [from, to] = [starts[part] as number, ends[part] as number];
    // "Never mind, he's replied" names nothing.
    if (/^(?:never|forget|scratch|ignore)$/.test(message.words[from]?.norm ?? '')) continue;
    const named = mayMean(message, from, to, dialogue).filter((one) => one.literals > 0 && one.call.tool === call.tool);
    const calls = named.map((one) => one.call).filter((one) => !pointsBack(one));
    if (calls.length > 0) return { calls: [], unsure: unclear(message, from, to, calls) };
  }
  return undefined;
}

function amongAsidesAt(message: Message, dialogue: Dialogue, borders: readonly Border[]): Clause | undefined {
  const { text, words } = message;
  if (borders.length === 0 || borders.length >= MOST_PARTS) return undefined;
  const starts = [skip(text, words, 0), ...borders.map(({ at }) => at)];
  const ends = [...borders.map(({ end }) => end), words.length];
  const isTold = (part: number, isBehind: boolean) => {
    const said = words.slice(starts[part], ends[part]);
    const next = words.slice(starts[part + 1]);
    const isBeforeAct = CHANGES.has(next[0]?.norm ?? '') && AT_HAND.has(next[1]?.norm ?? '');
    const isBeforeSo = !isBehind && (words[ends[part] as number]?.norm === 'so' || isBeforeAct);
    // "Add bananas and washing powder": what stands behind "and" belongs to the request.
    const joined = words.slice(ends[part - 1] ?? starts[part], starts[part]).some(({ norm }) => norm === 'and');
    if (isBehind && joined && !PERSONS.has(said[0]?.norm ?? '')) return false;
    const isWithout =
      isBehind && said.length === 2 && said[0]?.norm === 'no' && isOfTopic(said[1]?.norm ?? '', dialogue);
    return isCourtesy(said) || isWithout || isAside(text, said, isBehind) || (isBeforeSo && isReason(text, said));
  };
  let unsure: Clause | undefined;
  for (let count = borders.length; count > 0; count--) {
    for (let first = 0; first + count <= starts.length; first++) {
      const last = first + count - 1;
      const others = starts.map((_, part) => part).filter((part) => part < first || part > last);
      if (!others.every((part) => isTold(part, part > last))) continue;
      const [from, to] = [starts[first] as number, ends[last] as number];
      const clause = clauseOf(message, from, to, dialogue);
      // What is told behind a text might be part of it.
      const isOpen = last < starts.length - 1 && clause?.calls.some(({ input }) => input.text !== undefined);
      // "Tick it off" is said of what is done, and of nothing else.
      const isOff = others.some(
        (part) =>
          part > last && OFF.test(text.slice(words[starts[part] ?? 0]?.start, words[(ends[part] ?? 1) - 1]?.end)),
      );
      if (isOff && !(clause?.calls ?? []).every(isEnd)) continue;
      if (clause && !isOpen && clause.calls.some(({ tool }) => tool !== 'smalltalk'))
        return namedBefore(message, starts, ends, first, clause, dialogue) ?? clause;
      const calls = mayMean(message, from, to, dialogue).map(({ call }) => call);
      unsure ??= calls.length === 0 ? undefined : { calls: [], unsure: unclear(message, from, to, calls) };
    }
  }
  return unsure;
}
