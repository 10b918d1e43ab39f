/** Whether words say when. */
import { parseWhen } from '../../time/index.ts';

/** Only whether words are about time matters here, so any instant will do to try them at. */
export const TRIAL = { now: new Date('2026-01-07T06:00:00Z'), zone: 'UTC' };

/** Negations, and words that leave it open. */
export const NO_TIME = /^(?:never|no|not)\b|^(?:later|soon|sometime|some time|whenever|anytime)$/i;

/** Whether the words, all of them, say when. */
export function isTime(words: string): boolean {
  if (words === '' || words.length > 200 || NO_TIME.test(words)) return false;
  const when = parseWhen(withUnit(words), TRIAL);
  return when.kind !== 'reject' || when.code === 'PAST' || when.code === 'TOO_OFTEN' || when.code === 'NEVER';
}

/** The words for a time as a tool takes them: no end of a question, and `in 10` is said of minutes. */
export function withUnit(words: string): string {
  return words
    .replace(/\s*[?!]+$/, '')
    .replace(/^((?:in|for|another) )?(\d{1,3})(?: more)?$/i, (all, lead: string | undefined, amount: string) =>
      lead === undefined && all !== `${amount} more` ? all : `${lead ?? 'in '}${amount} minutes`,
    );
}
