import { listOf, shorten } from '../../base/text.ts';
import { reject } from '../texts.ts';
import type { Reject } from '../types.ts';
import { examplesIn, LANGUAGES_READ } from './language.ts';
import { markedWords } from './marks.ts';

/** Models read it, too: these may have another language's words. */
const plainEnglish = (...examples: string[]): string =>
  `Say it in plain English words, for example ${listOf(
    examples.map((one) => `"${one}"`),
    'or',
  )}.`;

export const notUnderstood = (words: string): Reject =>
  markedWords(words).length > 0
    ? unread(words, words)
    : {
        ...reject(
          'NOT_A_DATE',
          '',
          `I could not make out when ${quoteInput(words)} is. ${plainEnglish('Friday at 15:00', '24 December', 'every weekday at 9')}`,
        ),
        unread: words,
      };

/** Words of another language; `code` is the one that the person speaks, or that the words are of. */
export function unread(words: string, all: string, code?: string): Reject {
  const where = words === all ? '' : ` in ${quoteInput(all)}`;
  const examples = [...examplesIn(code), 'tomorrow at 9', 'every Monday at 9'].map((one) => `"${one}"`);
  const say = `I did not understand ${quoteInput(words)}${where}. Say the time alone, for example ${listOf(examples, 'or')}. ${otherLanguages()}`;
  return { ...reject('NOT_A_DATE', '', say), unread: words };
}

export function otherLanguages(): string {
  const { series, single } = LANGUAGES_READ();
  return `Times are read in English, ${listOf(series, 'and')}; single ones also in ${listOf(single, 'and')}.`;
}

const quoteInput = (words: string): string => `"${shorten(words.replace(/\s+/g, ' '), 120)}"`;
