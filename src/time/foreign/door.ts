import type { ParsedResult, ParsingOption, ParsingReference } from 'chrono-node';
import { plural } from '../../base/text.ts';
import { clockOf, DAY, dayOf, MINUTE, type Wall, weekdayOf, ymdOf } from '../civil.ts';
import { MONTHS } from '../format.ts';
import { english } from '../lang/en.ts';
import { parseWhen, withWords } from '../parse.ts';
import { distinct, readingsOf } from '../readings.ts';
import { describe } from '../rules/describe.ts';
import { whichOne } from '../texts.ts';
import type { Ambiguous, ParsedWhen, Reject, TimeReading, WhenContext } from '../types.ts';
import { wallAt } from '../zones.ts';
import { type Language, LEXICONS, languageBy } from './language.ts';
import { languageOf, languagesMarked, markedWords } from './marks.ts';
import { type ForeignClock, type ForeignPiece, hoursWithin } from './rules.ts';
import { unread } from './texts.ts';
import { foreignTokens } from './words.ts';

/**
 * Readings of words of another language, each with English words for it; or these where it has passed, or never comes.
 */
type Translation = { readings: readonly TimeReading[] } | { refused: string };

const MOST_TOKENS = 40;
const MOST_STEPS = 2_000;
const MOST_COVERS = 50;
const MOST_PHRASES = 64;

function translate(text: string, language: Language, ctx: WhenContext): Translation | undefined {
  let refused: Translation | undefined;
  for (const covers of bySize([...coversOf(text, language)])) {
    const english = new Set(covers.flatMap(phrasesOf).slice(0, MOST_PHRASES));
    const read = [...english].map((words) => ({ words, when: readEnglish(words, ctx) }));
    // A reading that one wording asks about and another says counts as said.
    const certainFirst = [...read].sort((one, other) => Number(isOpen(one.when)) - Number(isOpen(other.when)));
    const readings = distinct(
      certainFirst.flatMap(({ words, when }) =>
        readingsOf(when).map((reading) => ({ ...reading, words: when.kind === 'ambiguous' ? '' : words })),
      ),
    );
    if (readings.length > 0) return { readings };
    const why = read.find(({ when }) => when.kind === 'reject' && when.code !== 'NOT_A_DATE');
    if (why) refused ??= { refused: why.words };
  }
  return refused;
}

const isOpen = ({ kind }: ParsedWhen): boolean => kind === 'ambiguous';

/** "Until Friday" that ends no series is said of what is due then. */
function readEnglish(words: string, ctx: WhenContext): ParsedWhen {
  const when = parseWhen(words, ctx);
  const rest = words.replace(/^until /, '');
  return when.kind === 'reject' && rest !== words ? parseWhen(rest, ctx) : when;
}

/** Covers of the fewest pieces first: what the language says as one is not read as two beside each other. */
function bySize(covers: readonly (readonly ForeignPiece[])[]): (readonly ForeignPiece[])[][] {
  const sized = new Map<number, (readonly ForeignPiece[])[]>();
  for (const cover of covers) {
    const size = cover.filter((piece) => piece !== COMMA).length;
    sized.set(size, [...(sized.get(size) ?? []), cover]);
  }
  return [...sized].sort(([one], [other]) => one - other).map(([, same]) => same);
}

/** True if the words are a time of this language, or several; it may have passed. */
export const readsWhole = (text: string, language: Language, ctx: WhenContext): boolean =>
  translate(text, language, ctx) !== undefined;

/** True if the words may say a time that comes again. */
export function readsSeries(text: string, language: Language, ctx: WhenContext): boolean {
  const read = translate(text, language, ctx);
  return read !== undefined && 'readings' in read && read.readings.some(({ when }) => when.kind === 'recurring');
}

/** True if a piece says a time, not only how two of them belong together. */
export const isTimePiece = (piece: ForeignPiece): boolean =>
  piece.kind === 'clocks' || piece.part !== undefined || !piece.english.every((words) => TIES.has(words));

const TIES: ReadonlySet<string> = new Set(['', 'and', 'or', 'until', 'starting', 'except', 'through']);

const LIMITS: ReadonlySet<string> = new Set(['until', 'starting', 'except', 'through']);

/** True if a piece begins a limit of a series, whatever stands behind it. */
export const isLimitPiece = (piece: ForeignPiece): boolean =>
  piece.kind === 'words' && piece.english.some((words) => LIMITS.has(words));

export const isExcept = (piece: ForeignPiece): boolean => piece.kind === 'words' && piece.english.includes('except');

function* coversOf(
  text: string,
  { grammar, glue, parted, openDays, joins }: Language,
): Generator<readonly ForeignPiece[]> {
  const tokens = foreignTokens(text, parted);
  if (tokens.length > MOST_TOKENS) return;
  const pieces = grammar.matchAll(tokens);
  let steps = MOST_STEPS;
  let covers = MOST_COVERS;
  function* walk(at: number, before: readonly ForeignPiece[]): Generator<readonly ForeignPiece[]> {
    if (steps-- <= 0) return;
    if (at === tokens.length) {
      if (before.length > 0 && covers-- > 0) yield before;
      return;
    }
    for (const { end, value } of pieces(at)) yield* walk(end, [...before, value]);
    const word = tokens[at]?.text ?? '';
    // "So um 10", "Samstag und so um 10": a Sunday, or about ten.
    const isFirst = at === 0 || joins.has(tokens[at - 1]?.text ?? '');
    const day = isFirst && tokens[at + 1]?.text !== '.' ? openDays.get(word) : undefined;
    if (day) yield* walk(at + 1, [...before, { kind: 'words', english: ['', day] }]);
    // A comma may part two times, as it does in English.
    else if (glue.has(word)) yield* walk(at + 1, word === ',' && before.length > 0 ? [...before, COMMA] : before);
  }
  yield* walk(0, []);
}

const COMMA: ForeignPiece = { kind: 'words', english: [','] };

function phrasesOf(pieces: readonly ForeignPiece[]): string[] {
  const clocks = pieces.filter((piece) => piece.kind === 'clocks');
  const dayParts = pieces.flatMap((piece) => (piece.kind === 'words' && piece.part ? [piece.part] : []));
  // "Jeden Abend um 8 Uhr abends": the same part twice is one.
  const parts = clocks.length > 0 && new Set(dayParts).size === 1 ? clocks.map(() => dayParts[0]) : dayParts;
  // "Om 10.15" is no ten and fifteen.
  const joins = pieces.filter((piece) => piece.kind === 'words' && JOINS.has(piece.english[0] ?? '')).length;
  const isPaired = clocks.length === 0 || parts.length === 0 || parts.length === clocks.length;
  if (clocks.length > joins + 1 || !isPaired) return [];
  // A part of the day and an hour that stand apart are one time, told once, where the first of them stands.
  let [clocksTold, partsTold] = [0, 0];
  const timesAt = (piece: ForeignPiece): readonly string[] => {
    if (piece.kind === 'words' && piece.part === undefined) return [''];
    if (clocks.length === 0) return piece.kind === 'words' ? partWords(piece.part) : [''];
    const at = piece.kind === 'clocks' ? clocksTold : partsTold;
    if (piece.kind === 'clocks') clocksTold++;
    else partsTold++;
    const isFirst = parts.length === 0 || (piece.kind === 'clocks' ? partsTold <= at : clocksTold <= at);
    const clock = clocks[at];
    if (!isFirst || !clock) return [''];
    const words = timeWords(clock.clocks, parts[at]);
    return clock.isDaily ? words.flatMap((word) => [word, `every day ${word}`]) : words;
  };
  const times = pieces.map(timesAt);
  // "Abends um 8" may be said of each day, "8 Uhr abends" says which eight.
  const isHabit = pieces[0]?.kind === 'words' && pieces.every((piece) => piece.kind === 'clocks' || piece.isHabit);
  // Two wordings with the same doubt ("le lundi … et le vendredi …") are meant the same way.
  const ways = Math.max(...pieces.map((piece) => (piece.kind === 'words' ? piece.english.length : 1)));
  return Array.from({ length: ways }, (_, way) =>
    pieces.reduce<string[]>(
      (phrases, piece, place) => {
        const words = piece.kind === 'words' ? piece.english[way % piece.english.length] : '';
        return phrases
          .flatMap((phrase) => (times[place] ?? []).map((at) => `${phrase} ${words} ${at}`))
          .slice(0, MOST_PHRASES);
      },
      [''],
    ),
  )
    .flat()
    .map((phrase) => phrase.trim().replace(/ +/g, ' '))
    .flatMap((phrase) => (isHabit && parts.length > 0 ? [phrase, `every day ${phrase}`] : [phrase]));
}

const JOINS: ReadonlySet<string> = new Set(['and', 'or', ',']);

const exactly = ({ hour, minute }: Pick<ForeignClock, 'hour' | 'minute'>): string => clockOf(hour * 60 + minute);

const TRANSLATE_PART_WORDS: Readonly<Record<string, string>> = {
  early: 'early',
  morning: 'in the morning',
  noon: 'at noon',
  afternoon: 'in the afternoon',
  evening: 'in the evening',
  night: 'at night',
  midnight: 'at midnight',
};

const partWords = (part: string | undefined): string[] =>
  part !== undefined && TRANSLATE_PART_WORDS[part] ? [TRANSLATE_PART_WORDS[part]] : [];

/**
 * An hour of which nobody said in which half of the day it lies is read as it stands, and as the time language reads it;
 * where these differ a person is asked.
 */
function timeWords([clock, ...others]: readonly ForeignClock[], part: string | undefined): string[] {
  if (!clock) return [];
  if (others.length > 0) return listWords([clock, ...others], part);
  if (part !== undefined) return clockInPart(clock, part);
  const { hour, minute, on24 } = clock;
  const bare = minute === 0 ? `at ${hour}` : `at ${hour}:${String(minute).padStart(2, '0')}`;
  return on24 ? [`at ${exactly(clock)}`] : [bare, `at ${exactly(clock)}`];
}

/** Several hours: beside one of 24 all are; else small ones may be of either half of the day. */
function listWords(clocks: readonly ForeignClock[], part: string | undefined): string[] {
  const list = (all: readonly ForeignClock[]) => {
    const words = all.map(exactly);
    return `at ${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
  };
  if (part !== undefined) {
    const hours = clocks.map((clock) => hoursWithin(clock, part));
    if (hours.some((each) => each.length !== 1)) return [];
    return [list(clocks.map((clock, at) => ({ ...clock, hour: hours[at]?.[0] ?? 0 })))];
  }
  const isSmall = ({ hour, on24 }: ForeignClock) => !on24 && hour <= BARE_AFTERNOON;
  if (clocks.some(({ hour }) => hour > 12) || !clocks.some(isSmall)) return [list(clocks)];
  return [list(clocks), list(clocks.map((clock) => (isSmall(clock) ? { ...clock, hour: clock.hour + 12 } : clock)))];
}

/** Hours up to this one are mostly of the afternoon where nobody says. */
const BARE_AFTERNOON = 6;

function clockInPart(clock: ForeignClock, part: string): string[] {
  const { hour, minute } = clock;
  const at = (value: number) => `at ${exactly({ hour: value, minute })}`;
  if (part === 'midnight') return hour % 12 === 0 && minute === 0 ? ['at midnight'] : [];
  if (part === 'night') {
    if (hour % 12 === 0) return minute === 0 ? ['at midnight'] : [];
    // Two o'clock of this night is tomorrow, of tomorrow it may be either.
    if (hour < 6) return [at(hour), `at ${hour}:${String(minute).padStart(2, '0')} at night`];
    return hour < 12 ? [at(hour + 12)] : hour > 17 ? [at(hour)] : [];
  }
  return hoursWithin(clock, part).map(at);
}

export type InEnglish = { words: string } | { when: Ambiguous | Reject };

const LONGEST = 200;

export const mayBeForeign = (words: string, ctx: WhenContext): boolean =>
  words.trim() !== '' && words.length <= LONGEST && languagesOf(words, ctx).length > 0;

/**
 * A slot in another language, such as a tool's `when`, in the English words that the time language reads: by the words of
 * `assets/times/`, else by chrono-node. Each word is accounted for; where several times may be meant, a person is asked,
 * and words of another language that say no time are refused. English, and what may be English, comes back as it is.
 */
export async function inEnglish(words: string, ctx: WhenContext): Promise<InEnglish> {
  const same = { words };
  if (!mayBeForeign(words, ctx)) return same;
  const isMarked = isInOtherLanguage(words);
  const groups = languagesOf(words, ctx);
  const { readings, refused } = readByWords(words, [...groups, ...languagesMarked(words)], ctx);
  // "mar 9" may be a Tuesday to one who writes Spanish, and is a day in March in English.
  const plain = isMarked && readings.length > 0 ? [] : readingsOf(parseWhen(words, ctx));
  const all = distinct([...plain, ...readings]);
  if (plain.length > 0 && all.length === plain.length) return same;
  if (all.length > 0) return chooseReading(all, ctx);
  // A day that has passed is one to who looks for notes; the others say why not.
  if (refused !== undefined) return { words: refused };
  const codes = groups.flat();
  for (const code of codes) {
    const read = await byChrono(words, code, ctx);
    if (read) return read;
  }
  const own = languageOf(ctx.locale);
  const isOwn = own !== undefined && LEXICONS.includes(own) && !hasEnglishTime(words);
  return isMarked || isOwn ? { when: unread(words.trim(), words.trim(), isOwn ? own : codes[0]) } : same;
}

/** True if a word says a time in English; "am" is one of German, too. */
export const hasEnglishTime = (words: string): boolean =>
  foreignTokens(words).some(({ text }) => text.length > 2 && english.temporal.has(text.replace(/s$/, '')));

/** The readings of the first languages that have any: those of one group are as likely as each other. */
function readByWords(words: string, groups: readonly (readonly string[])[], ctx: WhenContext) {
  let refused: string | undefined;
  for (const codes of groups) {
    const all = codes.flatMap((code) => {
      const language = languageBy(code);
      return language ? [translate(words, language, ctx)] : [];
    });
    const readings = distinct(all.flatMap((one) => (one && 'readings' in one ? one.readings : [])));
    if (readings.length > 0) return { readings, refused };
    refused ??= all.flatMap((one) => (one && 'refused' in one ? [one.refused] : []))[0];
  }
  return { readings: [], refused };
}

function chooseReading(readings: readonly TimeReading[], ctx: WhenContext): InEnglish {
  const [first, other] = readings;
  // Without words of its own it is one that is asked about, though nothing else may be meant.
  if (first && !other && first.words !== '') return { words: first.words };
  return { when: withWords(whichOne([...readings]), ctx) as Ambiguous };
}

async function byChrono(words: string, code: string, ctx: WhenContext): Promise<InEnglish | undefined> {
  const read = await readByChrono(words, code, ctx);
  if (!read) return undefined;
  const whens = read.phrases.map((phrase) => [phrase, parseWhen(phrase, ctx)] as const);
  const readings = distinct(
    whens.flatMap(([phrase, when]) => readingsOf(when).map((one) => ({ ...one, words: phrase }))),
  );
  const [first, other] = readings;
  if (!first) return undefined;
  // A language with a file of words whose words do not account for the whole slot takes nothing unasked.
  if (!other && !read.isOpen && !LEXICONS.includes(code)) return { words: first.words };
  return { when: withWords(whichOne(readings), ctx) as Ambiguous };
}

/** Words that mean just this reading, as a slot: those of its button, whenever that is pressed. */
export const wordsFor = ({ when }: Pick<TimeReading, 'when'>, ctx: Pick<WhenContext, 'now' | 'zone'>): string =>
  when.kind === 'once'
    ? `${when.local.replace('T', ' at ').replace(/:00$/, '')} (${when.zone})`
    : describe(when, { now: ctx.now, zone: ctx.zone }).replace(/, next: .*$/s, '');

const SCRIPTS: readonly (readonly [RegExp, (text: string) => string])[] = [
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/u, () => 'ja'],
  [/\p{Script=Han}/u, () => 'zh'],
  [/\p{Script=Cyrillic}/u, (text) => (/[іїєґ]/i.test(text) ? 'uk' : 'ru')],
  [/\p{Script=Arabic}/u, () => 'ar'],
];

export const isInOtherLanguage = (words: string): boolean => markedWords(words).length > 0 || isOtherScript(words);

const isOtherScript = (text: string): boolean => SCRIPTS.some(([script]) => script.test(text));

/**
 * The languages that a slot may be in, in groups, the likeliest first: the person's own, that of its script, those whose words it has.
 */
function languagesOf(words: string, { locale }: WhenContext): string[][] {
  const own = languageOf(locale);
  const script = SCRIPTS.find(([script]) => script.test(words))?.[1](words);
  // A person who writes Japanese may write a slot in Chinese characters alone.
  const isOwn = script === undefined || (script === 'zh' && own === 'ja') || (script === 'ru' && own === 'uk');
  const other = script === undefined || (own !== undefined && isOwn) ? [] : [script];
  const languages = [...(own === undefined ? [] : [own]), ...other].filter(isRead);
  return languages.length > 0 ? [languages] : languagesMarked(words);
}

const isRead = (code: string): boolean => LEXICONS.includes(code) || CHRONO_LANGUAGES.includes(code);

interface ChronoReading {
  /** English words for it: each is a way to read an hour of which the half of the day is open. */
  phrases: readonly string[];
  /** The hour, or which of two days is meant, was not said: a person is asked. */
  isOpen: boolean;
}

interface Chrono {
  parse(text: string, reference?: ParsingReference | Date, options?: ParsingOption): ParsedResult[];
}

/** By language; each costs 20 to 220 ms and some MB, so that it is loaded when it is first needed. */
const PARSERS: Readonly<Record<string, () => Promise<Chrono>>> = {
  ar: () => import('chrono-node/ar'),
  de: () => import('chrono-node/de'),
  es: () => import('chrono-node/es'),
  fi: () => import('chrono-node/fi'),
  fr: () => import('chrono-node/fr'),
  id: () => import('chrono-node/id'),
  it: () => import('chrono-node/it'),
  ja: () => import('chrono-node/ja'),
  nl: () => import('chrono-node/nl'),
  pt: () => import('chrono-node/pt'),
  ru: () => import('chrono-node/ru'),
  sv: () => import('chrono-node/sv'),
  uk: () => import('chrono-node/uk'),
  vi: () => import('chrono-node/vi'),
  zh: () => import('chrono-node/zh'),
};

const CHRONO_LANGUAGES: readonly string[] = Object.keys(PARSERS);

/** The slot as chrono-node reads it in a language; undefined where it does not read all of it, or there is doubt. */
async function readByChrono(
  text: string,
  code: string,
  { now, zone }: Pick<WhenContext, 'now' | 'zone'>,
): Promise<ChronoReading | undefined> {
  const parser = await PARSERS[code]?.();
  const wall = wallAt(now.getTime(), zone);
  const phrase = text.trim().replace(/(?<![.!])[.!]+$/, '');
  // The parser knows no zones: the fields of the person's clock are those of the host's, and what comes back is read as fields.
  const reference = hostDate(wall);
  if (!parser || !reference) return undefined;
  const [result, other] = parser.parse(phrase, reference, { forwardDate: true });
  if (!result || other || result.end || result.text !== phrase) return undefined;
  const same = agrees(result, phrase, code, wall)
    ? (readElapsed(result, reference) ?? readDate(result, wall))
    : undefined;
  return same;
}

/** A host's date that shows these fields; undefined where the host's clock leaps over them. */
function hostDate(wall: Wall): Date | undefined {
  const { year, month, day } = ymdOf(Math.floor(wall / DAY));
  const rest = wall - Math.floor(wall / DAY) * DAY;
  const date = new Date(year, month - 1, day, 0, 0, 0, 0);
  date.setHours(Math.floor(rest / 3_600_000), Math.floor(rest / MINUTE) % 60, Math.floor(rest / 1_000) % 60);
  return date.getHours() * 60 + date.getMinutes() === Math.floor(rest / MINUTE) ? date : undefined;
}

/** "In 20 minutes": counted from now, so that no change of a clock comes between. */
function readElapsed({ start }: ParsedResult, reference: Date): ChronoReading | undefined {
  if (!start.isCertain('second')) return undefined;
  const minutes = (start.date().getTime() - reference.getTime()) / MINUTE;
  const whole = Math.round(minutes);
  return whole > 0 && Math.abs(minutes - whole) < 1 / 60
    ? { phrases: [`in ${plural(whole, 'minute')}`], isOpen: false }
    : { phrases: [], isOpen: true };
}

const PARTS = ['morning', 'noon', 'afternoon', 'evening', 'midnight'];
const PART_WORDS: Readonly<Record<string, string>> = {
  morning: 'in the morning',
  noon: 'at noon',
  afternoon: 'in the afternoon',
  evening: 'in the evening',
  midnight: 'at midnight',
};

function readDate(result: ParsedResult, wall: Wall): ChronoReading | undefined {
  const { start } = result;
  const tags = [...result.tags()].flatMap((tag) => /^casualReference\/(\w+)$/.exec(tag)?.[1] ?? []);
  const part = PARTS.find((name) => tags.includes(name));
  const date = dateOf(result, wall, tags.length > 0);
  if (!start.isCertain('hour')) {
    const words = part === undefined ? date.words : `${date.words} ${PART_WORDS[part]}`;
    return { phrases: [words.trim()], isOpen: part === undefined || date.isOpen };
  }
  const [hour, minute] = [start.get('hour') ?? 0, start.get('minute') ?? 0];
  // "Vanavond om 8 uur" is no eight in the morning.
  if (part !== undefined && part !== 'morning' && part !== 'midnight' && hour < 12) return undefined;
  const exact = `at ${clockOf(hour * 60 + minute)}`;
  const isExact = start.isCertain('meridiem') || part !== undefined || hour > 12 || hour === 0;
  const bare = `at ${hour}:${String(minute).padStart(2, '0')}`;
  return {
    phrases: (isExact ? [exact] : [bare, exact]).map((clock) => `${date.words} ${clock}`.trim()),
    isOpen: date.isOpen,
  };
}

/** The day in words; empty where none was said. A weekday that is not the next of its name may be that one as well. */
function dateOf({ start }: ParsedResult, wall: Wall, isCasual: boolean): { words: string; isOpen: boolean } {
  const isDated = start.isCertain('day') || start.isCertain('weekday');
  if (!isDated && !isCasual) return { words: '', isOpen: false };
  const [year = 0, month = 1, day = 1] = [start.get('year') ?? 0, start.get('month') ?? 1, start.get('day') ?? 1];
  const ahead = dayOf(year, month, day) - Math.floor(wall / DAY);
  const isOpen = start.isCertain('weekday') && !start.isCertain('day') && ahead > 6;
  return { words: `${day} ${MONTHS[month - 1]} ${year}`, isOpen };
}

/**
 * True if the day that was read is the one that the language's own words for days name, as far as the runtime knows
 * these.
 */
function agrees({ start }: ParsedResult, phrase: string, code: string, wall: Wall): boolean {
  const { year, month, day } = {
    year: start.get('year') ?? 0,
    month: start.get('month') ?? 1,
    day: start.get('day') ?? 1,
  };
  const read = dayOf(year, month, day);
  const today = Math.floor(wall / DAY);
  const small = phrase.toLocaleLowerCase(code);
  const longest = (names: readonly (readonly [string, number])[]) =>
    names
      .filter(([name]) => small.includes(name.toLocaleLowerCase(code)))
      .sort(([a], [b]) => b.length - a.length)[0]?.[1];
  const relative = new Intl.RelativeTimeFormat(code, { numeric: 'auto' });
  const ahead = longest([-2, -1, 0, 1, 2].map((days) => [relative.format(days, 'day'), days]));
  const weekday = new Intl.DateTimeFormat(code, { weekday: 'long', timeZone: 'UTC' });
  // 5 January 1970 was a Monday.
  const named = longest([1, 2, 3, 4, 5, 6, 7].map((at) => [weekday.format((at + 3) * DAY), at]));
  return (ahead === undefined || read === today + ahead) && (named === undefined || weekdayOf(read) === named);
}
