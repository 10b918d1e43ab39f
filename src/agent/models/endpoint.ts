import { type Model, ModelError, type ModelEvent, type ModelRequest } from '../model.ts';
import { faultOf } from './fault.ts';
import { Watch } from './watch.ts';

/** How one model of one provider is spoken to. */
export interface EndpointOptions {
  /** `provider/model`. */
  name: string;
  /** As the provider calls it. */
  model: string;
  baseUrl?: string | undefined;
  apiKey?: string | undefined;
  /** Whether it takes pictures. */
  sees: boolean;
  /** Whether the answer is asked for piece by piece. */
  stream: boolean;
  /** Milliseconds without a piece of the answer after which it is given up. */
  silenceMs: number;
  /** Tokens it may think with before it answers; undefined: the model's own way. */
  thinking?: number | undefined;
}

/** The service stopped because its window was full: the answer is void, and the request was too long for it. */
export function windowFull(name: string): ModelError {
  return new ModelError('context_overflow', `${name} filled its window before its answer was whole.`);
}

/**
 * Makes a model of `speak`, which turns a request into events with one attempt: faults become `ModelError`s, an answer
 * without an end becomes a fault, and leaving early ends the request.
 */
export function endpoint(
  { name, silenceMs }: EndpointOptions,
  speak: (request: ModelRequest, watch: Watch) => AsyncIterable<ModelEvent>,
): Model {
  return {
    name,
    async *generate(request, signal) {
      const watch = new Watch(signal, silenceMs);
      try {
        if (signal.aborted) throw new ModelError('cancelled', 'The turn was stopped.');
        for await (const event of speak(request, watch)) {
          if (event.type === 'text' || event.type === 'reasoning') watch.alive(event.text.length, name);
          yield event;
          if (event.type === 'stop') return;
        }
        // The clients end a stream silently when it was aborted or cut.
        throw signal.aborted || watch.silent
          ? new Error('aborted')
          : new ModelError('transient', `${name} broke off in the middle of its answer.`);
      } catch (error) {
        throw faultOf(error, name, signal, watch.silent);
      } finally {
        watch.close();
      }
    },
  };
}

/** The arguments of a call as text. Some services send an object, or an empty one before the text begins. */
export function argumentText(sent: unknown): string {
  if (typeof sent === 'string') return sent;
  const text = JSON.stringify(sent ?? {});
  return text === '{}' ? '' : text;
}

/** The arguments of a call: parsed, or as they came where they are no JSON. */
export function argumentsOf(sent: unknown): unknown {
  const text = argumentText(sent);
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
