import { stripEnd } from '../../base/text.ts';
import type { Match } from '../lang/match.ts';
import { type Token, tokenise } from '../lang/tokens.ts';
import { parseWhen } from '../parse.ts';
import type { WhenContext } from '../types.ts';
import { hasEnglishTime, isExcept, isLimitPiece, isTimePiece, readsSeries, readsWhole } from './door.ts';
import { type Language, languageBy } from './language.ts';
import { languageOf, languageSpoken, languagesMarked, markedWords } from './marks.ts';
import type { ForeignPiece } from './rules.ts';
import { unitSlips } from './units.ts';
import { foldWords, foreignTokens } from './words.ts';

interface Slots {
  when: string;
  task: string;
}

/** `isOpen`: words of the task may belong to the time. */
interface FoundSlots extends Slots {
  isOpen: boolean;
}

interface Stretch {
  from: number;
  to: number;
}

const LONGEST = 500;
const MOST_TOKENS = 60;
/** Words of the longest time. */
const LONGEST_TIME = 18;

/**
 * The time and the task of a text in another language, where its time stands whole at the beginning or the end, or in two
 * parts that are one time together; undefined where that is in doubt, where two languages part it differently, or where
 * all of it is a time: "Montag 8 Uhr" is no Monday the 8th beside a task.
 */
export function slotsInOther(text: string, ctx: WhenContext): Slots | undefined {
  if (text.length > LONGEST || isTimeInOther(text, ctx)) return undefined;
  const candidates = languagesOf(text, ctx).flatMap((language) => {
    const rest = withoutOpener(text, language);
    const slots = slotsIn(rest, language, ctx);
    if (!slots || !isMeant(language, slots.when, ctx)) return [];
    return [rest === text.trim() ? slots : { ...slots, task: withoutLead(slots.task, language) }];
  });
  // Dutch reads "morgen" of a German sentence, too: the language that accounts for most of it has it, also where it is in doubt.
  const longest = Math.max(...candidates.map(({ when }) => when.length));
  const [first, ...others] = candidates.filter(({ when }) => when.length === longest);
  if (!first || first.isOpen || others.some(({ when, isOpen }) => isOpen || when !== first.when)) return undefined;
  return { when: first.when, task: first.task };
}

/** True if all of the text is a time in another language, so that no task is left. */
export function isTimeInOther(text: string, ctx: WhenContext): boolean {
  if (text.length > LONGEST) return false;
  return languagesOf(text, ctx).some((language) => {
    const words = withoutOpener(text, language);
    return isMeant(language, words, ctx) && readsWhole(words, language, ctx) && isOnlyOther(words, ctx);
  });
}

function languagesOf(text: string, { locale }: WhenContext): Language[] {
  const own = languageOf(locale);
  const codes = own !== undefined && languageBy(own) ? [own] : languagesMarked(text).flat();
  return codes.flatMap((code) => languageBy(code) ?? []);
}

const isMeant = (language: Language, when: string, { locale }: WhenContext): boolean =>
  language === languageBy(languageOf(locale) ?? '') || markedWords(when).length > 0;

const withoutOpener = (text: string, { openers }: Pick<Language, 'openers'>): string => {
  const phrase = text.trim();
  const words = foldWords(phrase);
  const opener = openers.find((one) => words.startsWith(one) && /^[\s,:]/.test(words.slice(one.length)));
  return opener === undefined ? phrase : phrase.slice(opener.length).replace(/^[\s,:]+/, '');
};

/** "Rappelle-moi demain | de payer". Where a case belongs to the word, it stays: "an den Zahnarzt". */
function withoutLead(task: string, { leads }: Language): string {
  const [first = ''] = /^\S+(?=\s+\S)/.exec(task) ?? [];
  return leads.has(foldWords(first)) ? task.slice(first.length).trim() : task;
}

/** The language of a text that is in another than English, and its words without those that begin a reminder or a note. */
export function otherLanguageOf(text: string): { code: string; words: string } | undefined {
  const code = text.length > LONGEST ? undefined : languageSpoken(text);
  const language = code === undefined ? undefined : languageBy(code);
  if (code === undefined || !language) return undefined;
  const whole = text.trim();
  const reminder = withoutOpener(whole, language);
  const words =
    reminder === whole ? withoutOpener(whole, { openers: language.noteOpeners }) : withoutLead(reminder, language);
  return { code, words };
}

function slotsIn(text: string, language: Language, ctx: WhenContext): FoundSlots | undefined {
  const tokens = foreignTokens(text, language.parted);
  const ends = [...new Set(tokens.map(({ end }) => end))];
  const starts = [...new Set(tokens.map(({ start }) => start))];
  if (ends.length < 2 || ends.length > MOST_TOKENS) return undefined;
  const reads = ({ from, to }: Stretch) => {
    const words = text.slice(from, to);
    // "So ein Tag" begins with no Sunday.
    return !language.openDays.has(foldWords(words).trim()) && readsWhole(words, language, ctx);
  };
  const heads = ends.slice(0, -1).slice(0, LONGEST_TIME);
  const tails = starts.slice(1).slice(-LONGEST_TIME);
  const head = heads
    .map((to) => ({ from: 0, to }))
    .reverse()
    .find(reads);
  const tail = tails
    .map((from) => ({ from, to: text.length }))
    .find((stretch) => stretch.from >= (head?.to ?? 0) && reads(stretch));
  const times = [head, tail].flatMap((stretch) => (stretch ? [text.slice(stretch.from, stretch.to).trim()] : []));
  const task = trimTask(text.slice(head?.to ?? 0, tail?.from));
  const when = times.join(' ');
  if (times.length === 0) return undefined;
  // "Renew the pass 3/5": a time of both languages is the reader's of English.
  if (!times.some((words) => /\p{L}{2}/u.test(words) && isOnlyOther(words, ctx))) return undefined;
  // Two parts are one time together, or it is doubtful which is meant.
  const isTorn = times.length > 1 && !readsWhole(when, language, ctx);
  const isOpen =
    isTorn ||
    isOpenEnded(times, language, ctx) ||
    !isClean(task, { head, tail }, language) ||
    (mayLimit(task, language) && readsSeries(when, language, ctx));
  return { when: stripEnd(when, ',;:'), task, isOpen };
}

/** "Um 9 Uhr drei | Freunde anrufen": the number at the end may count what stands behind it. */
function isOpenEnded([head = '', ...others]: readonly string[], language: Language, ctx: WhenContext): boolean {
  const tokens = foreignTokens(head, language.parted);
  const last = tokens.at(-1);
  if (others.length > 0 || tokens.length < 2 || !last || !language.numbers.has(last.text)) return false;
  return readsWhole(head.slice(0, last.start), language, ctx);
}

function isOnlyOther(words: string, ctx: WhenContext): boolean {
  const when = parseWhen(words, ctx);
  if (when.kind === 'reject') return when.code === 'NOT_A_DATE' || when.code === 'NO_TIME';
  // English asks for the unit of "2 Stunden".
  return when.kind === 'ambiguous' && unitSlips(words, tokenise(words)).length > 0;
}

const trimTask = (task: string): string =>
  stripEnd(
    task
      .trim()
      .replace(/^[,;:–-]/, '')
      .trim(),
    ',;:–-',
  ).trim();

const ENGLISH_EDGES = new Set(['at', 'by', 'every', 'from', 'last', 'next', 'on', 'per', 'times', 'until']);

/** True if nothing in the task may belong to the time: no other time, and no word or number that leads to one beside it. */
function isClean(
  task: string,
  { head, tail }: { head?: Stretch | undefined; tail?: Stretch | undefined },
  language: Language,
): boolean {
  const words = foreignTokens(task, language.parted).filter(({ text }) => /[\p{L}\d]/u.test(text));
  const [first, last] = [words[0]?.text ?? '', words.at(-1)?.text ?? ''];
  if (words.length === 0 || hasEnglishTime(task) || ENGLISH_EDGES.has(first) || ENGLISH_EDGES.has(last)) return false;
  if (head && (language.edges.has(first) || /^\d/.test(first))) return false;
  if (tail && (language.edges.has(last) || language.small.has(last) || last === 'in' || /^\d/.test(last))) return false;
  const tokens = foreignTokens(task, language.parted);
  const pieces = language.grammar.matchAll(tokens);
  if (tokens.some((_, at) => pieces(at).some(({ value }) => isTimePiece(value)))) return false;
  const wordTexts = words.map(({ text }) => text);
  if ((head && leadsOn(wordTexts, language)) || (tail && leadsOn(wordTexts.toReversed(), language, true))) return false;
  return !tokens.some((_, at) => limitsAt(tokens, at, pieces(at), language));
}

/** Words from the border on at which a unit may still belong to the time: "semana por medio | los lunes". */
const NEAR = 3;

/**
 * "Demain | en huit appeler Marie", "Miete zahlen am dreißigsten | um 9 Uhr": the words from the border on are more of the time. An
 * article before a number counts things: "die drei Freunde".
 */
function leadsOn(words: readonly string[], language: Language, isTail = false): boolean {
  const { small, edges, numbers, dated, units } = language;
  const before = (at: number) => words[isTail ? at + 1 : at - 1] ?? '';
  if (words.slice(0, NEAR).some((word, at) => units.has(word) && !isThe(before(at), language))) return true;
  const isLead = (word: string) => edges.has(word) || IN.has(word) || (isShort(word) && !small.has(word));
  const number = words.find((word) => isNumeric(word, numbers) || !isLead(word)) ?? '';
  const date = words.find((word) => dated.has(word) || !(small.has(word) || isLead(word))) ?? '';
  return isNumeric(number, numbers) || dated.has(date);
}

/** "Am Montag | in KW 50". */
const IN: ReadonlySet<string> = new Set('in im en em w v i'.split(' '));

const isNumeric = (word: string, numbers: ReadonlySet<string>): boolean => numbers.has(word) || /^\d/.test(word);

const isShort = (word: string): boolean => word.length <= 3;

/** Words for "except" that say "without" as well: "Kaffee ohne Zucker". */
const WITHOUT: ReadonlySet<string> = new Set('ohne sans sin senza zonder bez menos meno fora'.split(' '));

/** Articles before several of a unit: "les semaines paires". */
const SEVERAL: ReadonlySet<string> = new Set('les los las as os le i gli'.split(' '));

/**
 * "Jeden Werktag um 9 | aufstehen außer an Feiertagen", "… in geraden Wochen", "… den ganzen Dezember": words beside a series that
 * may say when it comes, and are read as nothing.
 */
function mayLimit(task: string, language: Language): boolean {
  const { grammar, parted, months, units } = language;
  const tokens = foreignTokens(task, parted);
  const pieces = grammar.matchAll(tokens);
  return tokens.some(({ text }, at) => {
    const before = tokens[at - 1]?.text ?? '';
    if (months.has(text) && text.length > SHORT_MONTH) return true;
    if (units.has(text) && at > 0 && !isThe(before, language)) return true;
    return !WITHOUT.has(text) && pieces(at).some(({ value }) => isExcept(value));
  });
}

const SHORT_MONTH = 3;

/** "Die Woche planen": a unit that a task may be about; "une semaine" and "les semaines" may be counted. */
const isThe = (word: string, { small, ones }: Language): boolean =>
  small.has(word) && !SEVERAL.has(word) && !ones.has(word);

/** "Regar | hasta diciembre", "arroser en mai", "camminare 2 settimane": a limit, or a part of the task. */
function limitsAt(
  tokens: readonly Token[],
  at: number,
  pieces: readonly Match<ForeignPiece>[],
  { small, numbers, dated, months, units }: Language,
): boolean {
  const word = (place: number) => tokens[place]?.text ?? '';
  const isSmall = (place: number) => small.has(word(place)) || isShort(word(place));
  const isCount = (place: number) => isNumeric(word(place), numbers) || dated.has(word(place));
  if (at > 0 && months.has(word(at)) && isSmall(at - 1)) return true;
  if (units.has(word(at)) && isCount(at - 1)) return true;
  return pieces.some(({ end, value }) => {
    if (!isLimitPiece(value)) return false;
    let next = end;
    while (next < tokens.length && !isCount(next) && isSmall(next)) next++;
    return isCount(next) || units.has(word(next));
  });
}
