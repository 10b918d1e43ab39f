/**
 * Plain English without a model. Every word of a request is accounted for, or nothing is done: then the nearest of what can be
 * asked for are buttons. It knows skills by the names and inputs of their tools.
 */

import type { Call, HeardMessage, Interpretation, Interpreter } from '../agent/index.ts';
import { omitUndefined } from '../base/json.ts';
import type { Choice } from '../delivery/index.ts';
import { isInOtherLanguage, otherLanguageOf, otherLanguages, parseWhen, type WhenContext } from '../time/index.ts';
import { frames } from './frames/index.ts';
import { Matcher } from './matcher.ts';
import { isTimed, offerOf, offersFor } from './offer.ts';
import { questionOf, requestsOf, type UnderstoodRequest } from './reading.ts';
import { texts } from './texts.ts';
import { verbatim, wordsOf } from './words.ts';

export { capabilities } from './frames/index.ts';
export type { Frame } from './matcher.ts';

/** Characters. Longer messages are no requests. */
const LONGEST = 10_000;
const MOST_CALLS = 20;

const matcher = new Matcher(frames);

export const english: Interpreter = {
  interpret,
  examples: frames.flatMap(({ isShown, example, tool }) =>
    isShown && tool !== undefined ? [{ words: example, tool }] : [],
  ),
};

async function interpret(message: HeardMessage): Promise<Interpretation> {
  const { text } = message;
  if (text.length > LONGEST) return { calls: [], text: texts.tooLong(LONGEST) };
  const words = wordsOf(text);
  if (words.length === 0) return { calls: [], text: texts.empty };
  const requests = await requestsOf(text, words, matcher, message);
  if (!requests.some(isSure)) {
    const answer = answerTo(message);
    if (answer && message.may(answer.tool)) return { calls: [answer] };
  }
  return interpretSure(requests, message);
}

const isSure = ({ best }: UnderstoodRequest): boolean => best.length === 1 && best[0]?.how === 'sure';

/** The sure ones are done; the first other one is asked about. */
async function interpretSure(requests: readonly UnderstoodRequest[], message: HeardMessage): Promise<Interpretation> {
  const calls: Call[] = [];
  const lines: string[] = [];
  let choices: readonly Choice[] = [];
  let isLookUp = false;
  for (const reading of requests) {
    const [first, ...others] = reading.best;
    if (first?.how === 'sure' && others.length === 0) {
      calls.push(...first.calls);
      if (first.answer !== undefined) lines.push(first.answer);
      continue;
    }
    if (choices.length > 0 || (requests.length > 1 && !first)) {
      lines.push(texts.partNotUnderstood(verbatim(reading.request.text, reading.request.words)));
      continue;
    }
    const asked = first?.how === 'asks' && others.length === 0;
    if (asked) {
      choices = offerOf(first).filter(({ tool }) => message.may(tool));
      lines.push(questionOf(first));
      continue;
    }
    const { offers, lookUp } = await offersFor(reading, matcher, message);
    choices = offers;
    // A question only reads: it is answered out of what is there, and the nearest forms stay beside it.
    isLookUp = lookUp !== undefined && requests.length === 1;
    const language = otherLanguageOf(message.text);
    const inOwn = language && texts.inOwnLanguage(language.code);
    if (lookUp) calls.push(lookUp);
    if (inOwn !== undefined) lines.push(inOwn, ...(choices.length > 0 ? [texts.offer] : []));
    else if (lookUp) continue;
    else if (isInOtherLanguage(message.text) && !offers.some(({ input }) => isTimed(input)))
      lines.push(texts.otherLanguage(otherLanguages()));
    else lines.push(choices.length > 0 ? texts.offer : texts.notUnderstood(message.hasPage));
  }
  return {
    calls: calls.slice(0, MOST_CALLS),
    ...omitUndefined({
      text: lines.length > 0 ? [...new Set(lines)].join('\n') : undefined,
      choices: choices.length > 0 ? choices : undefined,
      isLookUp: isLookUp || undefined,
    }),
  };
}

// The answer to the question that is open. Pure.

const LONGEST_TIME = 200;

/** The call that waits for it, with its last slot filled; undefined where the message is no answer. */
function answerTo({ text, dialogue: { question }, when }: HeardMessage): Call | undefined {
  if (!question) return undefined;
  const { call, slot } = question;
  const reply = text.trim().replace(/(?<![.!])[.!]+$/, '');
  const filled = /^(?:when|until)$/.test(slot) ? timeIn(reply, when) : reply.replace(/^to (?=\S)/i, '');
  return filled === undefined ? undefined : { tool: call.tool, input: { ...call.input, [slot]: filled } };
}

/** The words as a time, all of them; a bare number is an hour. */
function timeIn(words: string, when: WhenContext): string | undefined {
  if (words.length > LONGEST_TIME) return undefined;
  return [words, `at ${words}`, `in ${words}`].find((phrase) => {
    const time = parseWhen(phrase, when);
    return time.kind !== 'reject' || time.code === 'PAST';
  });
}
