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

async function interpret(heard: HeardMessage): Promise<Interpretation> {
  const { text } = heard;
  if (text.length > LONGEST) return { calls: [], text: texts.tooLong(LONGEST) };
  const words = wordsOf(text);
  if (words.length === 0) return { calls: [], text: texts.empty };
  const requests = await requestsOf(text, words, matcher, heard);
  if (!requests.some(isSure)) {
    const answer = answerTo(heard);
    if (answer && heard.may(answer.tool)) return { calls: [answer] };
  }
  return interpretSure(requests, heard);
}

const isSure = ({ best }: UnderstoodRequest): boolean => best.length === 1 && best[0]?.how === 'sure';

/** The sure ones are done; the first other one is asked about. */
async function interpretSure(requests: readonly UnderstoodRequest[], heard: HeardMessage): Promise<Interpretation> {
  const calls: Call[] = [];
  const said: string[] = [];
  let choices: readonly Choice[] = [];
  let isLookUp = false;
  for (const understood of requests) {
    const [first, ...others] = understood.best;
    if (first?.how === 'sure' && others.length === 0) {
      calls.push(...first.calls);
      if (first.answer !== undefined) said.push(first.answer);
      continue;
    }
    if (choices.length > 0 || (requests.length > 1 && !first)) {
      said.push(texts.partNotUnderstood(verbatim(understood.request.text, understood.request.words)));
      continue;
    }
    const asked = first?.how === 'asks' && others.length === 0;
    if (asked) {
      choices = offerOf(first).filter(({ tool }) => heard.may(tool));
      said.push(questionOf(first));
      continue;
    }
    const { offers, lookUp } = await offersFor(understood, matcher, heard);
    choices = offers;
    // A question only reads: it is answered out of what is there, and the nearest forms stay beside it.
    isLookUp = lookUp !== undefined && requests.length === 1;
    const language = otherLanguageOf(heard.text);
    const inOwn = language && texts.inOwnLanguage(language.code);
    if (lookUp) calls.push(lookUp);
    if (inOwn !== undefined) said.push(inOwn, ...(choices.length > 0 ? [texts.offer] : []));
    else if (lookUp) continue;
    else if (isInOtherLanguage(heard.text) && !offers.some(({ input }) => isTimed(input)))
      said.push(texts.otherLanguage(otherLanguages()));
    else said.push(choices.length > 0 ? texts.offer : texts.notUnderstood(heard.hasPage));
  }
  return {
    calls: calls.slice(0, MOST_CALLS),
    ...omitUndefined({
      text: said.length > 0 ? [...new Set(said)].join('\n') : undefined,
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
  const said = text.trim().replace(/(?<![.!])[.!]+$/, '');
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
