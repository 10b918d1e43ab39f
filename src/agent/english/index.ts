import { NOT_UNDERSTOOD } from '../dialogue/names.ts';
import { type Model, ModelError, type ModelEvent, type ModelMessage, type ModelRequest } from '../model.ts';
import type { Phrase } from '../phrase.ts';
import type { Call } from '../tool.ts';
import { type Act, interpret } from './interpret.ts';
import { nearest } from './nearest.ts';
import { texts } from './texts.ts';
import { Understanding } from './understand.ts';

/** Longer messages are no requests that the phrases could fit. */
const LONGEST = 10_000;

/**
 * The model that needs no model: it understands what the skills' phrases say, calls the same tools as any other, and
 * says so when it understands nothing. It asks rather than guesses. Throws an Error for a malformed phrase.
 */
export function offlineModel(phrases: readonly Phrase[]): Model {
  const understanding = new Understanding(phrases);
  const examples = phrases.flatMap(({ about, tentative, example }) => (about || tentative ? [] : [example]));
  return {
    name: 'offline/phrases',
    streams: false,
    interpreter: { settle },
    async *generate(request: ModelRequest, signal: AbortSignal) {
      if (signal.aborted) throw new ModelError('cancelled', 'The turn was stopped.');
      yield* answer(request, understanding, examples);
    },
  };
}

function* answer(
  { messages, dialogue }: ModelRequest,
  understanding: Understanding,
  examples: readonly string[],
): Generator<ModelEvent> {
  const results = trailing(messages, 'tool');
  if (results.length > 0) return yield* say(settle(results.map(({ text, said = text }) => said)));
  const said = trailing(messages, 'user');
  const text = said
    .map((message) => message.text)
    .join('\n')
    .trim();
  if (text.length > LONGEST) return yield* say(texts.tooLong(LONGEST));
  const meant = interpret(text, understanding, dialogue ?? {});
  if (meant === 'nothing') return yield* say(texts.nothing);
  for (const [index, act] of meant.entries()) {
    const { tool, input } = callOf(act, meant.length > 1, examples);
    yield { type: 'call', call: { id: `call_${messages.length}_${index + 1}`, name: tool, input } };
  }
  yield { type: 'stop', reason: 'tools' };
}

function callOf(act: Act, besides: boolean, examples: readonly string[]): Call {
  if (act.kind === 'call') return act.call;
  const { text, instead } = act;
  return { tool: NOT_UNDERSTOOD, input: { text, instead, besides, near: nearest(text, examples, 3) } };
}

/** The tools say it all. */
function settle(results: readonly string[]): string {
  return results.join('\n');
}

function* say(text: string): Generator<ModelEvent> {
  yield { type: 'text', text };
  yield { type: 'stop', reason: 'end' };
}

/** The messages of `role` that the conversation ends with. */
function trailing<R extends ModelMessage['role']>(messages: readonly ModelMessage[], role: R) {
  const last = messages.findLastIndex((message) => message.role !== role);
  return messages.slice(last + 1) as Extract<ModelMessage, { role: R }>[];
}
