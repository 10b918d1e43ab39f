/** One typing error in the words that make a request. */
import { isSlip } from '../../base/text.ts';
import type { Word } from './words.ts';

/** The command stands among these words at the beginning, or is the last one ("show my remidners"). */
const FIRST_WORDS = 5;
/** Shorter words are too like one another. */
const SHORTEST = 4;

/** Words that nobody writes by mistake, though a pattern has one like them. */
const COMMON: ReadonlySet<string> = new Set(
  'than that this them they there their these those with from were went want what when lost cost most must past'.split(
    ' ',
  ),
);

/** The texts that result when one word of the beginning or the end, which no pattern names, is spelt as a word that one does. */
export function corrections(words: readonly Word[], text: string, vocabulary: ReadonlySet<string>): string[] {
  return words.flatMap((word, index) => {
    if (index >= FIRST_WORDS && index < words.length - 1) return [];
    const isMe = word.norm === 'em' && words[index - 1]?.norm === 'remind';
    const known = isMe ? 'me' : undefined;
    const right = known ?? (vocabulary.has(word.norm) ? undefined : meant(word.norm, vocabulary));
    if (right === undefined) return [];
    const spelt = text.slice(word.start, word.end).toLowerCase().replace(word.norm, right);
    return [text.slice(0, word.start) + spelt + text.slice(word.end)];
  });
}

function meant(word: string, vocabulary: ReadonlySet<string>): string | undefined {
  if (word.length < SHORTEST || COMMON.has(word)) return undefined;
  const near = [...vocabulary].filter(
    // Short words that begin otherwise are other words: "demo", "memo".
    (right) => right.length >= SHORTEST && isSlip(word, right) && (word.length > SHORTEST || right[0] === word[0]),
  );
  const sameStart = near.filter((right) => right[0] === word[0]);
  const best = sameStart.length > 0 ? sameStart : near;
  return best.includes('remind')
    ? 'remind'
    : best.length === 1
      ? best[0]
      : best.find((right) => right.length === word.length);
}
