import { isPublic } from '../../egress/index.ts';
import { type Model, ModelError, type ModelEvent, type ModelRequest } from '../inference/model.ts';
import { faultOf } from './fault.ts';
import { type Learnt, NEEDED } from './quirks.ts';
import { Watch } from './watch.ts';

export interface EndpointOptions {
  /** `provider/model`. */
  name: string;
  model: string;
  baseUrl?: string | undefined;
  apiKey?: string | undefined;
  sees: boolean;
  stream: boolean;
  /** Milliseconds without a piece of the answer after which it is given up. */
  silenceMs: number;
  /** Tokens it may think with before it answers; undefined: the model's own way. */
  thinking?: number | undefined;
  learnt?: Learnt | undefined;
}

export interface Endpoint extends EndpointOptions {
  refuses: ReadonlySet<string>;
}

/** A model whose service may be told of findings about one request alone. */
export interface EndpointModel extends Model {
  generate(request: ModelRequest, signal: AbortSignal, learnt?: Learnt): AsyncIterable<ModelEvent>;
}

export function endpointNow(options: EndpointOptions, learnt = options.learnt): Endpoint {
  const refuses = learnt?.refuses ?? new Set();
  return {
    ...options,
    refuses,
    sees: options.sees && !refuses.has('pictures'),
    stream: options.stream && !refuses.has('stream'),
  };
}

export function withoutRefused<T extends object>(body: T, refuses: ReadonlySet<string>): T {
  const fields = Object.entries(body).filter(([field]) => NEEDED.includes(field) || !refuses.has(field));
  return Object.fromEntries(fields) as T;
}

/**
 * Makes a model of `speak`, which turns a request into events with one attempt: faults become `ModelError`s, an answer
 * without an end becomes a fault, and leaving early ends the request.
 */
export function endpoint(
  options: EndpointOptions,
  speak: (request: ModelRequest, watch: Watch, now: Endpoint) => AsyncIterable<ModelEvent>,
): EndpointModel {
  const { name, silenceMs, apiKey } = options;
  return {
    name,
    async *generate(request, signal, learnt = options.learnt) {
      const watch = new Watch(signal, silenceMs);
      try {
        if (signal.aborted) throw new ModelError('cancelled', 'The turn was stopped.');
        for await (const event of speak(request, watch, endpointNow(options, learnt))) {
          if (event.type === 'text' || event.type === 'reasoning') watch.alive(event.text.length, name);
          yield event;
          if (event.type === 'stop') return;
        }
        // The clients end a stream silently when it was aborted or cut.
        throw signal.aborted || watch.silent
          ? new Error('aborted')
          : new ModelError('transient', `${name} broke off in the middle of its answer.`);
      } catch (error) {
        const { silent } = watch;
        const body = watch.sent?.toString();
        throw faultOf(error, name, { signal, silent, body, learnt, key: apiKey });
      } finally {
        watch.close();
      }
    },
  };
}

/** True if the address is of this machine or its network: a name without a dot, or one that is never public. */
export function isLocal(baseUrl: string | undefined): boolean {
  if (baseUrl === undefined || !URL.canParse(baseUrl)) return false;
  const host = new URL(baseUrl).hostname.replace(/^\[|\]$/g, '');
  const isNumber = /^[\d.]+$|:/.test(host);
  return isNumber ? !isPublic(host) : !host.includes('.') || /\.(?:local|lan|home|internal|localhost|test)$/.test(host);
}
