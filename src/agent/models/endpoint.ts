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
        throw faultOf(error, name, { signal, silent: watch.silent, body: watch.refusal });
      } finally {
        watch.close();
      }
    },
  };
}
