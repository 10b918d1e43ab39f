import { describe } from '../describe.ts';
import { parseWhen, withWords } from '../parse.ts';
import { distinct, readingsOf } from '../readings.ts';
import { unread, whichOne } from '../texts.ts';
import type { Ambiguous, Reading, Reject, WhenContext } from '../types.ts';
import { CHRONO_LANGUAGES, readByChrono } from './chrono.ts';
import { LEXICONS, languageBy } from './language.ts';
import { languageOf, languagesMarked, markedWords } from './marks.ts';
import { translate } from './translate.ts';

/** A slot in English words, or why it has none: a question, or a refusal. */
export type InEnglish = { words: string } | { when: Ambiguous | Reject };

/** No one needs more characters to say when. */
const LONGEST = 200;

/** True if a slot may be in another language than English, so that `inEnglish` has something to do. */
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
  const codes = languagesOf(words, ctx);
  const own = readByWords(words, codes, ctx);
  const { readings, refused } = own.readings.length > 0 ? own : readByWords(words, languagesMarked(words), ctx);
  // "mar 9" may be a Tuesday to one who writes Spanish, and is a day in March in English.
  const plain = isMarked && readings.length > 0 ? [] : readingsOf(parseWhen(words, ctx));
  const all = distinct([...plain, ...readings]);
  if (plain.length > 0 && all.length === plain.length) return same;
  if (all.length > 0) return settled(all, ctx);
  // A day that has passed is one to who looks for notes; the others say why not.
  if (refused !== undefined) return { words: refused };
  for (const code of codes) {
    const read = await byChrono(words, code, ctx);
    if (read) return read;
  }
  return isMarked ? { when: unread(words.trim(), words.trim()) } : same;
}

/** Reads a slot with the languages whose words stand in files. */
function readByWords(words: string, codes: readonly string[], ctx: WhenContext) {
  const all = codes.flatMap((code) => {
    const language = languageBy(code);
    return language ? [translate(words, language, ctx)] : [];
  });
  const readings = distinct(all.flatMap((one) => (one && 'readings' in one ? one.readings : [])));
  const [refused] = all.flatMap((one) => (one && 'refused' in one ? [one.refused] : []));
  return { readings, refused };
}

/** One reading is taken by its English words; of several a person is asked which is meant. */
function settled(readings: readonly Reading[], ctx: WhenContext): InEnglish {
  const [first, other] = readings;
  if (first && !other) return { words: first.words === '' ? wordsFor(first, ctx) : first.words };
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
export const wordsFor = ({ when }: Pick<Reading, 'when'>, ctx: Pick<WhenContext, 'now' | 'zone'>): string =>
  when.kind === 'once'
    ? `${when.local.replace('T', ' at ').replace(/:00$/, '')} (${when.zone})`
    : describe(when, { now: ctx.now, zone: ctx.zone }).replace(/, next: .*$/, '');

const SCRIPTS: readonly (readonly [RegExp, (text: string) => string])[] = [
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/u, () => 'ja'],
  [/\p{Script=Han}/u, () => 'zh'],
  [/\p{Script=Cyrillic}/u, (text) => (/[іїєґ]/i.test(text) ? 'uk' : 'ru')],
  [/\p{Script=Arabic}/u, () => 'ar'],
];

/** True if words are surely of another language: by what they say of a time, or by their script. */
export const isInOtherLanguage = (words: string): boolean => markedWords(words).length > 0 || isOtherScript(words);

const isOtherScript = (text: string): boolean => SCRIPTS.some(([script]) => script.test(text));

/**
 * The languages that a slot may be in, the likeliest first: the person's own, that of its script, those whose words it has.
 */
function languagesOf(words: string, { locale }: WhenContext): string[] {
  const own = languageOf(locale);
  const script = SCRIPTS.find(([script]) => script.test(words))?.[1](words);
  // A person who writes Japanese may write a slot in Chinese characters alone.
  const isOwn = script === undefined || (script === 'zh' && own === 'ja') || (script === 'ru' && own === 'uk');
  const other = script === undefined || (own !== undefined && isOwn) ? [] : [script];
  const known = [...(own === undefined ? [] : [own]), ...other].filter(isRead);
  return known.length > 0 ? known : languagesMarked(words);
}

const isRead = (code: string): boolean => LEXICONS.includes(code) || CHRONO_LANGUAGES.includes(code);
