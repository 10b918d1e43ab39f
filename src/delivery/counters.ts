import type { Counter, Histogram, Metrics } from '../base/metrics.ts';

export interface DeliveryCounters {
  /** Labelled by kind and outcome: `accepted`, `duplicate`, `refused`. */
  heard: Counter;
  /** From a message to the first of its answer that is shown. */
  firstText: Histogram;
  answer: Histogram;
  sends: Counter;
  sending: Histogram;
}

export function deliveryCounters(metrics: Metrics): DeliveryCounters {
  const by = ['adapter'];
  const [arrivals, sends] = ['What was heard, by what became of it.', 'Parts that were sent, by what became of them.'];
  return {
    heard: metrics.counter('coda_messages_total', arrivals, ['adapter', 'kind', 'outcome']),
    firstText: metrics.histogram('coda_message_first_text_seconds', 'From a message to the first words shown.', by),
    answer: metrics.histogram('coda_message_answer_seconds', 'From a message to its answer.', by),
    sends: metrics.counter('coda_sends_total', sends, ['adapter', 'outcome']),
    sending: metrics.histogram('coda_send_seconds', 'How long a platform takes for one part.', by),
  };
}

/** Seconds between two instants; the clock may have been set back. */
export function secondsBetween(from: Date, to: Date): number {
  return Math.max(0, (to.getTime() - from.getTime()) / 1_000);
}
