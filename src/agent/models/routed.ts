import { sleep } from '../../base/async.ts';
import type { FaultKind } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Counter } from '../../base/metrics.ts';
import { type Model, ModelError, type ModelEvent } from '../model.ts';
import * as texts from '../texts.ts';
import type { Breaker } from './breaker.ts';

/** One model and what is known of how it fares. */
export interface Candidate {
  model: Model;
  breaker: Breaker;
}

export interface RoutedOptions {
  /** In the order in which they are asked. */
  candidates: readonly Candidate[];
  /** Answers when all others cannot. */
  lastResort?: Model | undefined;
  /** Milliseconds before the first further try; twice as long before the next. */
  retryMs: number;
  log: Log;
  /** Counts attempts by model and outcome. */
  calls: Counter;
}

/** Another model would fare no better, or must not be asked. */
const FINAL: readonly FaultKind[] = ['cancelled', 'refused', 'context_overflow'];
/** The same model may well answer when it is asked again. */
const PASSING: readonly FaultKind[] = ['transient', 'malformed_output'];
/** Longer than this nobody is kept waiting for a busy model. */
const LONGEST_WAIT_MS = 10_000;
const TRIES = 2;
/** Where nobody else could answer it is worth more. */
const TRIES_ALONE = 3;

/** Several models as one: the first that can answers. It throws what only the person or the owner can mend. */
export function routed(options: RoutedOptions): Model {
  const [first] = options.candidates;
  const counting = first && !first.breaker.open ? first.model : undefined;
  return {
    name: first?.model.name ?? 'none',
    ...(counting?.count && { count: (request, signal) => counting.count?.(request, signal) as Promise<number> }),
    async *generate(request, signal) {
      let fault: ModelError | undefined;
      for (const [index, { model, breaker }] of options.candidates.entries()) {
        const alone = index === options.candidates.length - 1;
        for (let tries = 1; breaker.admits(); tries++) {
          try {
            yield { type: 'begin', model: model.name };
            yield* model.generate(request, signal);
            options.calls.add({ model: model.name, outcome: 'answered' });
            return breaker.succeeded();
          } catch (error) {
            fault = error as ModelError;
            options.calls.add({ model: model.name, outcome: fault.fault });
          }
          if (FINAL.includes(fault.fault)) throw fault;
          options.log.warn({ model: model.name, fault: fault.fault, detail: fault.message }, 'a model did not answer');
          const wait = again(fault, tries, alone, options.retryMs);
          note(breaker, fault);
          if (wait === undefined) break;
          await pause(wait, signal);
        }
      }
      if (!options.lastResort) throw fault ?? new ModelError('transient', 'No model can be reached.');
      const sentence = texts.withoutModel(fault ?? { fault: 'transient', details: {} });
      yield* withoutModels(options.lastResort, sentence).generate(request, signal);
    },
  };
}

/** Milliseconds after which the same model is asked once more; undefined: not again. */
function again(fault: ModelError, tries: number, alone: boolean, retryMs: number): number | undefined {
  if (tries >= (alone ? TRIES_ALONE : TRIES)) return undefined;
  if (PASSING.includes(fault.fault)) return retryMs * 2 ** (tries - 1);
  const after = fault.details.retryAfterMs ?? retryMs;
  return fault.fault === 'rate_limited' && alone && after <= LONGEST_WAIT_MS ? after : undefined;
}

function note(breaker: Breaker, { fault, details: { retryAfterMs } }: ModelError): void {
  if (fault === 'transient') breaker.failed();
  // A short wait is taken by who asks; a long one keeps everybody else away.
  else if (fault === 'rate_limited' && (retryAfterMs ?? 0) > LONGEST_WAIT_MS) breaker.failed(retryAfterMs);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, signal).catch(() => {
    throw new ModelError('cancelled', 'The turn was stopped.');
  });
}

/** What needs no model still works, and the person is told by `sentence` why it is no more than that. */
export function withoutModels(offline: Model, sentence: string): Model {
  return {
    name: offline.name,
    streams: false,
    ...(offline.interpreter && { interpreter: offline.interpreter }),
    async *generate(request, signal) {
      const messages = request.messages.filter((message) => message.role !== 'user' || !message.aside);
      const events: ModelEvent[] = [];
      for await (const event of offline.generate({ ...request, messages }, signal)) events.push(event);
      const understood = events.some(({ type }) => type === 'call') || messages.at(-1)?.role === 'tool';
      yield { type: 'begin', model: offline.name, ...(understood && { notice: sentence }) };
      if (understood) return yield* events;
      yield { type: 'text', text: sentence };
      yield { type: 'stop', reason: 'end' };
    },
  };
}
