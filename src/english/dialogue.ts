/** The answer to the question that is open. Pure. */
import type { Call, Heard } from '../agent/index.ts';
import { parseWhen, type WhenContext } from '../time/index.ts';

/** Longer words are no answer to "when?". */
const LONGEST_TIME = 200;

/** The call that waits for it, with its last slot filled; undefined where the message is no answer. */
export function answerTo({ text, dialogue: { question }, when }: Heard): Call | undefined {
  if (!question) return undefined;
  const { call, slot } = question;
  const said = text.trim().replace(/[.!]+$/, '');
  const filled = /^(?:when|until)$/.test(slot) ? timeIn(said, when) : said.replace(/^to (?=\S)/i, '');
  return filled === undefined ? undefined : { tool: call.tool, input: { ...call.input, [slot]: filled } };
}

/** The words as a time, all of them; a bare number is an hour. */
function timeIn(words: string, when: WhenContext): string | undefined {
  if (words.length > LONGEST_TIME) return undefined;
  return [words, `at ${words}`, `in ${words}`].find((said) => {
    const meant = parseWhen(said, when);
    return meant.kind !== 'reject' || meant.code === 'PAST';
  });
}
