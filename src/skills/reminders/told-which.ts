/** "Mum fed the hens already so cancel that one": which reminder is named beside words that only point. Pure. */
import { isFormOf, wordsIn } from '../../base/word-forms.ts';
import { tellingWords } from './naming.ts';
import type { Reminder } from './reminder.ts';
import { ANY_REQUEST } from './untold.ts';

/** Words that stand in a text and tell it from no other. */
const COMMON: ReadonlySet<string> = new Set(
  'i me you he she we they him her his them it its out up off back down over some more all new next day days time today tomorrow tonight week month year morning evening afternoon night be is are do go have get not no one two'.split(
    ' ',
  ),
);

export const ownWords = (text: string): string[] =>
  [...new Set(tellingWords(text))].filter((word) => !COMMON.has(word));

const THAT_ONE = /\b(?:that|this) (?:one|reminder)\b/i;

/**
 * Those of `reminders` that `said` names by all of their words, or by any of them beside "that one", where it has none of
 * `atHand`: they may be meant rather than that. `isSure`: one of several is pointed at, so the only one that is named by
 * all of its words is meant.
 */
export function namedInstead(
  said: string,
  atHand: Reminder,
  reminders: readonly Reminder[],
): { found: Reminder[]; isSure: boolean } {
  const words = wordsIn(said);
  const hits = (text: string) => ownWords(text).filter((own) => words.some((one) => isFormOf(one, own)));
  if (ANY_REQUEST.test(said.replace(THAT_ONE, ' ')) || hits(atHand.text).length > 0)
    return { found: [], isSure: false };
  const isOne = THAT_ONE.test(said);
  const found = reminders.filter(({ id, text }) => {
    const own = ownWords(text);
    const named = hits(text).length;
    return id !== atHand.id && (isOne ? named > 0 : own.length >= 2 && named === own.length);
  });
  const [only, ...others] = found;
  const isWhole = only !== undefined && hits(only.text).length === ownWords(only.text).length;
  return { found, isSure: isOne && isWhole && others.length === 0 };
}
