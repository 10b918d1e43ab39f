import type { Counter, Metrics } from '../base/metrics.ts';

export interface Counters {
  /** Labelled by outcome: `done`, `failed`, `cancelled`, or `waiting` for a person. */
  turns: Counter;
  /** Attempts by model and outcome: `answered`, or the fault. */
  calls: Counter;
  /** By model and kind: `input` (read afresh), `cached`, `output`. */
  tokens: Counter;
  /** In the price table's currency, by model. */
  cost: Counter;
  repairs: Counter;
  /** Questions that no model was asked, or no further one, because a budget was used up. */
  stops: Counter;
}

export function countersOf(metrics: Metrics): Counters {
  return {
    turns: metrics.counter('coda_turns_total', 'Turns by what became of them.', ['outcome']),
    calls: metrics.counter('coda_model_calls_total', 'Attempts to have an answer of a model.', ['model', 'outcome']),
    tokens: metrics.counter('coda_model_tokens_total', 'Tokens that models took.', ['model', 'kind']),
    cost: metrics.counter('coda_model_cost_total', 'What models cost, in the currency of the prices.', ['model']),
    repairs: metrics.counter('coda_model_repairs_total', 'Answers that had to be put right.', ['repair']),
    stops: metrics.counter('coda_budget_stops_total', 'Times that a budget was used up.', ['budget']),
  };
}
