import { listOf } from '../base/text.ts';
import type { Ambiguous, Reject, RejectCode, TimeReading } from './types.ts';

export const reject = (code: RejectCode, words: string, say: string): Reject => ({
  kind: 'reject',
  code,
  understood: words,
  say,
});

export function past(words: string): Reject {
  const what = words === '' ? 'That time' : words;
  return reject('PAST', words, `${what} has already passed. Name a time to come, for example "tomorrow at 9".`);
}

export const noTime = (): Reject =>
  reject('NO_TIME', '', 'When should that be? For example "tomorrow at 9", "in 20 minutes" or "every Monday".');

export const impossible = (): Reject =>
  reject('NOT_A_DATE', '', 'There is no such date or time. Please check the day, the month and the hour.');

export const tooLong = (): Reject =>
  reject('NOT_A_DATE', '', 'That is too long to be a time. A few words are enough, for example "tomorrow at 9".');

export const unknownZone = (zone: string): Reject =>
  reject('NOT_A_DATE', '', `I know no time zone "${zone}". Name a city, for example "Berlin" or "New York".`);

export const tooOften = (): Reject =>
  reject('TOO_OFTEN', '', 'That is more often than once a minute. Once a minute is the most: "every minute".');

export function rejectNever(words = ''): Reject {
  const what = words === '' ? 'That' : `"${words}"`;
  return reject('NEVER', words, `${what} never happens. Try for example "every 2 days at 9".`);
}

export const badRule = (problem: string): Reject => reject('NOT_A_DATE', '', `I cannot use this rule: ${problem}.`);

export function whichOne(readings: TimeReading[]): Ambiguous {
  const words = readings.map((reading) => reading.words);
  const question = words.length === 1 ? `Do you mean ${words[0]}?` : `Which one: ${listOf(words, 'or')}?`;
  return { kind: 'ambiguous', question, readings };
}
