import type { Log } from '../../base/log.ts';
import type { Counter } from '../../base/metrics.ts';
import { NOT_UNDERSTOOD } from '../dialogue/names.ts';
import { type Model, ModelError, type ModelEvent } from '../model.ts';
import * as texts from '../texts.ts';
import { type Candidate, type Patience, Round } from './round.ts';

export interface RoutedOptions {
  /** In the order in which they are asked. */
  candidates: readonly Candidate[];
  /** Answers when all others cannot. */
  lastResort?: Model | undefined;
  patience: Patience;
  log: Log;
  /** Counts attempts by model and outcome. */
  calls: Counter;
}

/** Several models as one: the first that can answers. It throws what only the person or the owner can mend. */
export function routed(options: RoutedOptions): Model {
  const { candidates, lastResort, patience, log, calls } = options;
  const [first] = candidates;
  const counting = first && !first.breaker.open ? first.model : undefined;
  const ended = ({ name }: Model, outcome: ModelError | 'answered' | 'overtaken') => {
    const isFault = outcome instanceof ModelError;
    calls.add({ model: name, outcome: isFault ? outcome.fault : outcome });
    if (outcome === 'overtaken') log.info({ model: name }, 'another model answered first');
    else if (isFault && outcome.fault !== 'cancelled') {
      log.warn({ model: name, fault: outcome.fault, detail: outcome.message }, 'a model did not answer');
    }
  };
  return {
    name: first?.model.name ?? 'none',
    ...(counting?.count && { count: (request, signal) => counting.count?.(request, signal) as Promise<number> }),
    async *generate(request, signal) {
      const round = new Round({ candidates, patience, request, signal, ended });
      if (yield* round.events()) return;
      const fault = round.fault ?? new ModelError('transient', 'No model can be reached.');
      if (!lastResort) throw fault;
      yield* withoutModels(lastResort, texts.withoutModel(fault)).generate(request, signal);
    },
  };
}

const isUnderstood = (event: ModelEvent): boolean => event.type === 'call' && event.call.name !== NOT_UNDERSTOOD;

/** What was not understood may still name something of the person's; what else is said then is why no model answers. */
function explained(event: ModelEvent, why: string): ModelEvent {
  if (event.type !== 'call' || event.call.name !== NOT_UNDERSTOOD) return event;
  const input = { ...(event.call.input as { instead: unknown[] }), why };
  return { ...event, call: { ...event.call, input } };
}

const mayBeMeant = (event: ModelEvent): boolean =>
  event.type === 'call' && (isUnderstood(event) || (event.call.input as { instead: unknown[] }).instead.length > 0);

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
      const understood = events.some(isUnderstood) || messages.at(-1)?.role === 'tool';
      yield { type: 'begin', model: offline.name, ...(understood && { notice: sentence }) };
      if (understood || events.some(mayBeMeant)) return yield* events.map((event) => explained(event, sentence));
      yield { type: 'text', text: sentence };
      yield { type: 'stop', reason: 'end' };
    },
  };
}
