import { listOf, shorten } from '../base/text.ts';
import { examplesIn, LANGUAGES_READ } from './foreign/language.ts';
import { markedWords } from './foreign/marks.ts';
import type { Ambiguous, Reject, RejectCode, TimeReading } from './types.ts';

const reject = (code: RejectCode, understood: string, say: string): Reject => ({
  kind: 'reject',
  code,
  understood,
  say,
});

export function past(understood: string): Reject {
  const what = understood === '' ? 'That time' : understood;
  return reject('PAST', understood, `${what} has already passed. Name a time to come, for example "tomorrow at 9".`);
}

export const noTime = (): Reject =>
  reject('NO_TIME', '', 'When should that be? For example "tomorrow at 9", "in 20 minutes" or "every Monday".');

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

export const impossible = (): Reject =>
  reject('NOT_A_DATE', '', 'There is no such date or time. Please check the day, the month and the hour.');

export const tooLong = (): Reject =>
  reject('NOT_A_DATE', '', 'That is too long to be a time. A few words are enough, for example "tomorrow at 9".');

export const unknownZone = (zone: string): Reject =>
  reject('NOT_A_DATE', '', `I know no time zone "${zone}". Name a city, for example "Berlin" or "New York".`);

export const tooOften = (): Reject =>
  reject('TOO_OFTEN', '', 'That is more often than once a minute. Once a minute is the most: "every minute".');

export function rejectNever(understood = ''): Reject {
  const what = understood === '' ? 'That' : `"${understood}"`;
  return reject('NEVER', understood, `${what} never happens. Try for example "every 2 days at 9".`);
}

export const badRule = (problem: string): Reject => reject('NOT_A_DATE', '', `I cannot use this rule: ${problem}.`);

export function whichOne(readings: TimeReading[]): Ambiguous {
  const words = readings.map((reading) => reading.words);
  const question = words.length === 1 ? `Do you mean ${words[0]}?` : `Which one: ${listOf(words, 'or')}?`;
  return { kind: 'ambiguous', question, readings };
}
