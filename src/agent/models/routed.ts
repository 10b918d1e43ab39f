import type { FaultKind } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Counter } from '../../base/metrics.ts';
import { type Model, ModelError, NoModel } from '../inference/model.ts';
import * as texts from '../texts.ts';
import { type Candidate, Failover, type Patience } from './failover.ts';

export interface RoutedOptions {
  /** In the order in which they are asked. */
  candidates: readonly Candidate[];
  patience: Patience;
  log: Log;
  /** Counts attempts by model and outcome. */
  calls: Counter;
  /** Hears of each attempt that failed. */
  fault?(model: string, fault: FaultKind): void;
  /** Hears how each attempt ended that was not overtaken. */
  ended?(model: string, outcome: ModelError | 'answered'): void;
}

/** Several models as one: the first that can answers. Throws `NoModel` when none can, and what no other model would mend. */
export function routed(options: RoutedOptions): Model {
  const { candidates, patience, log, calls } = options;
  const [first] = candidates;
  const counting = first && !first.breaker.open ? first.model : undefined;
  const ended = ({ name }: Model, outcome: ModelError | 'answered' | 'overtaken') => {
    const isFault = outcome instanceof ModelError;
    if (outcome !== 'overtaken') options.ended?.(name, outcome);
    calls.add({ model: name, outcome: isFault ? outcome.fault : outcome });
    if (outcome === 'overtaken') log.info({ model: name }, 'another model answered first');
    else if (isFault && outcome.fault !== 'cancelled') {
      options.fault?.(name, outcome.fault);
      log.warn({ model: name, fault: outcome.fault, detail: outcome.message }, 'a model did not answer');
    }
  };
  return {
    name: first?.model.name ?? 'none',
    ...(counting?.count && { count: (request, signal) => counting.count?.(request, signal) as Promise<number> }),
    async *generate(request, signal) {
      const round = new Failover({ candidates, patience, request, signal, ended });
      if (yield* round.events()) return;
      const fault = round.fault ?? new ModelError('transient', 'No model can be reached.');
      throw new NoModel(fault, texts.withoutModel(fault));
    },
  };
}
