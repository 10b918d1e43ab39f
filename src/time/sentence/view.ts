import { english } from '../lang/en.ts';
import { ORDINALS } from '../lang/en-words.ts';
import { LayoutFinder } from '../layout.ts';
import { hideNames } from '../names.ts';
import { distinct, explain, parseWhen, readingsOf, type Words, withWords, wordsOf } from '../parse.ts';
import type { DateSpec } from '../pieces.ts';
import { isWeak, type Run, Runs } from '../runs.ts';
import { noTime, whichOne } from '../texts.ts';
import type { Token } from '../tokens.ts';
import type { Once, Recurring, When, WhenContext } from '../types.ts';

/** A sentence understood: when, and what. */
export interface Understood {
  when: When;
  /** The words that say when, as written; undefined when there are none. */
  words: string | undefined;
  /** The rest in the person's own spelling; empty when the sentence only says when. */
  task: string;
}

/** Whether a time was read, once or as a series. */
export const isCertain = (when: When | undefined): when is Once | Recurring =>
  when?.kind === 'once' || when?.kind === 'recurring';

/** A sentence as its readers see it; nothing changes it. */
export interface View {
  readonly text: string;
  readonly ctx: WhenContext;
  readonly tokens: readonly Token[];
  readonly runs: Runs;
  readonly finder: LayoutFinder;
}

export function viewOf(words: Words, ctx: WhenContext): View {
  const { text } = words;
  const tokens = hideNames(ends(words.tokens));
  const seen = tokens === words.tokens ? words : wordsOf(text, tokens);
  return {
    text,
    ctx,
    tokens,
    runs: new Runs(seen, ctx),
    finder: new LayoutFinder(tokens),
  };
}

export function word(view: View, at: number): string {
  return view.tokens[at]?.text ?? '';
}

export function trimmed(view: View, stretch: [number, number]): [number, number] {
  return view.finder.trimmed(stretch);
}

export function mentions(view: View, from: number, to: number, words: ReadonlySet<string>): boolean {
  return view.tokens.slice(from, to).some(({ text }) => words.has(text));
}

export function isClock({ phrase }: Run): boolean {
  return phrase.time?.clock !== undefined || phrase.dates.length > 0;
}

function startsBare(run: Run): boolean {
  return run.phrase.time?.clock?.weak === true && run.phrase.dates.length === 0;
}

export function startsWeak(view: View, run: Run): boolean {
  const first = run.first;
  return first !== undefined && isWeak(first, view.tokens) && !isLimitFirst(view, run);
}

/** "From Monday, every weekday at 7, run", "from now on every Friday …". */
function isLimitFirst(view: View, run: Run): boolean {
  const kind = run.first?.piece.kind;
  const isLimit = kind === 'start' || (kind === 'note' && word(view, run.from) === 'from');
  return isLimit && run.phrase.recurs.length > 0 && run.from === view.finder.layout().body[0];
}

/** After "at 5 to …" even a bare hour is a time; after "5 to …" it is not. */
export function startsWeakly(view: View, run: Run): boolean {
  const first = run.first;
  if (first === undefined || !startsWeak(view, run) || (isShift(run) && !OF.test(word(view, run.to)))) return false;
  // "15 minutes ago to leave".
  if (first.piece.kind === 'wrong') return false;
  // "18h: call Bo".
  if (first.piece.kind === 'vague') return OF.test(word(view, run.to));
  // "March for Life": a month by itself may be a name or a deed.
  return first.piece.kind !== 'date' || isVagueMonth(first.piece.date);
}

function isShift(run: Run): boolean {
  return run.phrase.shift !== undefined;
}

export function endsWeak(view: View, run: Run): boolean {
  const last = run.last;
  if (last === undefined) return false;
  // "In 5" is a number of minutes only where nothing follows that it could count.
  if (last.piece.kind === 'shift') return /^\d+$/.test(word(view, last.to - 1)) || NUMBERS.has(word(view, last.to - 1));
  // "Tomorrow at 9 weekly report".
  const { cadences } = english;
  if (run.phrase.placed.length > 1 && last.to === last.from + 1 && cadences.has(word(view, last.from)))
    return !english.connectors.has(word(view, last.to)) && word(view, last.to) !== '';
  if (last.piece.kind === 'date' && run.phrase.placed.length > 1 && word(view, last.to) !== '') {
    const { date } = last.piece;
    // "At 9am the Tuesday notes", "at 9 Easter eggs".
    const isTied = english.connectors.has(word(view, last.to));
    if (date.type === 'weekday' && word(view, last.from) === 'the') return !isTied;
    const isTimed = run.phrase.placed.at(-2)?.piece.kind === 'time';
    if (date.type === 'holiday' && isTimed && !PREPOSITIONS.has(word(view, last.from))) return !isTied;
  }
  // "Tonight 200 pushups".
  if (last.piece.kind === 'time' && THREE_DIGITS.test(word(view, last.to - 1)) && last.to > last.from + 1)
    return !/^at$/.test(word(view, last.to - 2)) && THINGS.test(word(view, last.to));
  // "3pm CT scan".
  if (last.piece.kind === 'zone' && last.piece.initials) return !isZoneOfClock(view, run);
  // "Only when it's dry".
  if (last.piece.kind === 'note' && /^(?:when|if|while)$/.test(word(view, last.to))) return true;
  // "On Friday once Bob is back".
  if (
    last.piece.kind === 'note' &&
    word(view, last.from) === 'once' &&
    /^(?:is|are|has|have)$/.test(word(view, last.to + 1))
  )
    return true;
  // "Until Christmas lunch with Ana".
  if (last.piece.kind === 'until' || last.piece.kind === 'start') {
    const { time } = last.piece.piece;
    return time?.part !== undefined && time.clock === undefined && word(view, last.to) !== '';
  }
  const isLoose = last.piece.kind === 'time' || last.piece.kind === 'vague';
  return run.phrase.placed.length > 1 && isWeak(last, view.tokens) && isLoose;
}

/** "11:00 IST passport appointment" where IST is at home, "9am ET call New York"; "3pm CT scan" may be a scan. */
function isZoneOfClock(view: View, run: Run): boolean {
  const last = run.last;
  const next = word(view, last?.to ?? 0);
  if (!last || next === '' || english.connectors.has(next)) return true;
  const { raw = '' } = view.tokens[last.from] ?? {};
  const isCapital = last.to === last.from + 1 && raw === raw.toUpperCase();
  const { clock } = run.phrase.time ?? {};
  if (!isCapital || !clock || clock.bare || clock.weak || run.phrase.placed.at(-2)?.piece.kind !== 'time') return false;
  if (raw === 'ET') return english.task.deeds.has(next);
  const without = raw.length > 2 ? view.runs.exactly(run.from, last.from) : undefined;
  return without !== undefined && isSameWhen(run.when, without.when) && !english.task.events.has(next);
}

/** "24 Dec 26 cards": the year, or a number of things. */
export function endsInCount(view: View, run: Run): boolean {
  const last = run.last?.piece;
  const hasYear = last?.kind === 'date' && last.date.type === 'monthday' && last.date.year !== undefined;
  return hasYear && /^\d\d$/.test(word(view, run.to - 1)) && THINGS.test(word(view, run.to));
}

/** "In 2 hours, 10 minute plank", "on the 31st, second interview", "at 9: Monday report": more than the time. */
export function goesTooFar(view: View, { from, to }: Run): boolean {
  const colon = view.tokens.slice(from, to - 1).findIndex(({ text, glued }) => text === ':' && glued);
  if (colon > 0 && !PREPOSITIONS.has(word(view, from + colon + 1)) && view.runs.exactly(from, from + colon))
    return true;
  if (word(view, to) === '' || english.connectors.has(word(view, to))) return false;
  const [number, unit] = [word(view, to - 2), view.tokens[to - 1]?.raw ?? ''];
  const isSingular = /^(?:minute|hour|day|week|month|year)$/i.test(unit) && Number(number) > 1;
  const at = isSingular ? to - 2 : Object.hasOwn(ORDINALS, word(view, to - 1)) ? to - 1 : undefined;
  return at !== undefined && at > from && view.runs.exactly(from, at) !== undefined;
}

/** "Move it to 3pm", "a table for 8", "the 9am train": times of the task, not of the reminder. */
export function isAttribute(view: View, run: Run): boolean {
  if (!onlyTime(run)) return false;
  const first = word(view, run.from);
  // "Feed her a quarter past 3".
  if (ARTICLES.has(first) && OWNERS.test(word(view, run.from - 1))) return false;
  return first === 'for' || first === 'from' || (!PREPOSITIONS.has(first) && BELONGS.has(word(view, run.from - 1)));
}

/** "Meeting moved from 3pm to 4pm": from one time to another. */
export function isMoved(view: View, { from, phrase }: Run): boolean {
  return phrase.range !== undefined && word(view, from) === 'from' && MOVES.test(word(view, from - 1));
}

/** "Move Ana's call to Thursday": the day that it is moved to. */
export function isMovedTo(view: View, { from, phrase }: Run, start: number): boolean {
  if (word(view, from - 1) !== 'to' || phrase.dates.length === 0) return false;
  // "Push it to Monday": the reminder itself.
  return (
    (/^(?:moved|shifted|pushed|postponed|rescheduled|brought|delayed)$/.test(word(view, from - 2)) ||
      view.tokens.slice(start, from - 2).some(({ text }) => MOVES.test(text))) &&
    !PRONOUN.test(word(view, from - 2))
  );
}

export function clockWithin(view: View, from: number, to: number): Run | undefined {
  for (let at = from; at < to; at++) {
    const run = view.runs.longestFrom(at, to, (one) => isClock(one) && !startsBare(one));
    if (run) return run;
  }
  return undefined;
}

export function nothing(view: View, [from, to]: [number, number]): Understood {
  const task = taskOf(view, [[from, to]]);
  return { when: speaksOfTime(view, from, to) ? explain(task) : noTime(), words: undefined, task };
}

/** Whether the words were meant to say when, though they do not: "at 25:61", "on the 32nd", "next Blursday". */
function speaksOfTime(view: View, from: number, to: number): boolean {
  const tokens = view.tokens.slice(from, to);
  const isTimely = (token: Token | undefined) =>
    token !== undefined && (english.temporal.has(token.text) || /^\d/.test(token.text));
  // "Pay 2k".
  const isSum = tokens.some(({ text, glued }, at) => text === 'k' && glued && /^\d/.test(tokens[at - 1]?.text ?? ''));
  const isShort = tokens.every((token) => isTimely(token) || (token.text !== '' && token.text.length < 4));
  if (isShort && !isSum) return true;
  return tokens.some(({ text, raw }, at) => {
    if (text === 'every' && at === 0) return true;
    if (/^\d+[:/]\d|^\d+(?:st|nd|rd|th)$|^\d+\.\d+\./.test(raw.toLowerCase())) return true;
    const next = tokens[at + 1];
    return (
      POINTERS.has(text) && (isTimely(next) || (/^(?:the|a|an)$/.test(next?.text ?? '') && isTimely(tokens[at + 2])))
    );
  });
}

/** Stretches read as one phrase, in this order. */
export function joined(view: View, stretches: (Stretch | [number, number])[], rest: [number, number][]): Understood {
  const words = stretches.map((one) => ('from' in one ? view.runs.words(one.from, one.to) : view.runs.words(...one)));
  return result(view, parseWhen(words.join(' '), view.ctx), words.join(' '), rest);
}

interface Stretch {
  from: number;
  to: number;
}

export function result(view: View, when: When, words: string, rest: [number, number][]): Understood {
  return { when, words, task: taskOf(view, rest) };
}

export function ask(view: View, whens: When[], words: string, rest: [number, number][]): Understood {
  const different = distinct(whens.flatMap(readingsOf));
  const when = different.length > 0 ? withWords(whichOne(different), view.ctx) : (whens[0] ?? noTime());
  return { when, words, task: taskOf(view, rest) };
}

/** The stretches as written, without the words and signs that tied them to the time. */
export function taskOf(view: View, stretches: readonly [number, number][]): string {
  let task = '';
  for (const [index, [from, to]] of stretches.filter(([from, to]) => from < to).entries()) {
    const { gap, words } = stretch(view, from, to, index === 0);
    if (words !== '') task += task === '' ? words : gap + words;
  }
  return task.replace(/[\s,;:.-]+$/, '').trim();
}

/** The words of a stretch, and what parts them from those before: a space, or the line break as it was written. */
function stretch(view: View, from: number, to: number, first: boolean): { gap: string; words: string } {
  let start = from;
  while (start < to && !breaks(view, start) && (isSign(view, start) || (first && TASK_LEADS.has(word(view, start)))))
    start++;
  let end = to;
  while (end > start && /^[,;:(-]$/.test(word(view, end - 1))) end--;
  const words = start < end ? view.text.slice(view.tokens[start]?.start, view.tokens[end - 1]?.end) : '';
  if (!breaks(view, start)) return { gap: ' ', words };
  const before = view.tokens[start - 1];
  const sign = start > from && before?.raw === ':' ? ':' : '';
  return { gap: sign + view.text.slice(before?.end, view.tokens[start]?.start), words };
}

/** Whether a token begins another line than the one before it. */
function breaks(view: View, at: number): boolean {
  return at > 0 && view.text.slice(view.tokens[at - 1]?.end, view.tokens[at]?.start).includes('\n');
}

export function isSign(view: View, at: number): boolean {
  return /^[,.;:!)-]$/.test(word(view, at));
}

/** A time stands at the beginning or the end of a long message; what lies between is one word that says nothing. */
function ends(tokens: readonly Token[]): readonly Token[] {
  if (tokens.length <= 2 * AT_EACH_END) return tokens;
  const [first, last] = [tokens[AT_EACH_END], tokens.at(-AT_EACH_END - 1)];
  if (!first || !last) return tokens;
  const between = { text: '', start: first.start, end: last.end, raw: '', glued: false };
  return [...tokens.slice(0, AT_EACH_END), between, ...tokens.slice(-AT_EACH_END)];
}

/** A time of day without its colon. */
const THREE_DIGITS = /^(?:[1-9]|1[0-2])[0-5]\d$/;

/** What is counted. */
export const THINGS = /^(?:people|men|women|children|kids|\w{2,}[^\Ws]s)$/;

/** "30 minutes of yoga" is what is to be done. */
const OF = /^(?:of|for)$/;

const AT_EACH_END = 32;

const NUMBERS = new Set(
  'one two three four five six seven eight nine ten fifteen twenty thirty forty fifty'.split(' '),
);

const MOVES = /^(?:move|shift|change|push|postpone|reschedule|bring|delay)[a-z]*$|^brought$|^(?:forward|back|it|them)$/;

const PRONOUN = /^(?:it|this|that|them|me)$/;

/** What leads to a time, also to one that is none. */
const POINTERS = new Set('at by in on every next until before after from this since around about last'.split(' '));

/** What a time of the reminder begins with. */
const PREPOSITIONS = new Set('at by about in on this ~ exactly'.split(' '));

/** Words that bind a time to what stands before it. */
const BELONGS = new Set('to of the a an my our his her their your for from than'.split(' '));

const ARTICLES = new Set(['a', 'an', 'the']);

const OWNERS = /^(?:my|our|his|her|their|your)$/;

/** Connectors that do not belong to the task. */
const TASK_LEADS = new Set(['to', 'that', 'about', 'of']);

export function hasTime({ phrase }: Run): boolean {
  const { time, times, range, shift } = phrase;
  return (
    time?.clock !== undefined ||
    time?.part !== undefined ||
    times !== undefined ||
    range !== undefined ||
    isElapsedShift(shift)
  );
}

function isElapsedShift(shift: Run['phrase']['shift']): boolean {
  return shift !== undefined && shift.span.milliseconds > 0;
}

/** A clock time and nothing else. */
export function onlyTime({ phrase }: Run): boolean {
  const { dates, recurs, shift, before, days, time, times, range } = phrase;
  const isTimed = time?.clock !== undefined || times !== undefined || range !== undefined || time?.part !== undefined;
  return isTimed && dates.length === 0 && recurs.length === 0 && !shift && !before && !days && time?.today !== true;
}

function isVagueMonth(date: DateSpec): boolean {
  return date.type === 'period' && date.vague === true;
}

/** Whether two readings come at the same times, as far as is told of them. */
export function isSameWhen(a: When, b: When): boolean {
  if (a.kind === 'once' && b.kind === 'once') return a.at.getTime() === b.at.getTime();
  return a.kind === 'recurring' && b.kind === 'recurring' && a.next.join() === b.next.join();
}
