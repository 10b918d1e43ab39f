import { monitorEventLoopDelay } from 'node:perf_hooks';
import { waitingApprovals } from '../../agent/index.ts';
import type { Closer } from '../../base/async.ts';
import type { Sample } from '../../base/metrics.ts';
import type { World } from '../../base/world.ts';
import { type AnyRoute, route } from '../../chat/index.ts';
import { type Delivery, inboxDepth } from '../../delivery/index.ts';
import { jobDepth } from '../../jobs/index.ts';
import type { Database } from '../../storage/index.ts';

/** Coarse, since it wakes the process each time; the time between two looks holds it. */
const DELAY_RESOLUTION_MS = 500;

/** Declares the numbers that are read from the database: at a scrape, and at no other time. */
export function measure(world: World, database: Database, delivery: Delivery, closer: Closer): void {
  const { metrics } = world;
  const byState = (counts: Record<string, number>): Sample[] =>
    Object.entries(counts).map(([state, value]) => ({ labels: { state }, value }));
  metrics.gauge('coda_inbox_depth', 'Messages and presses that have not ended.', ['state'], async () =>
    byState(await inboxDepth(database)),
  );
  metrics.gauge('coda_outbox_depth', 'Parts that have not ended, and dead letters.', ['state'], async () =>
    byState(await delivery.outbox.open()),
  );
  metrics.gauge('coda_jobs_depth', 'Background jobs that have not ended.', ['kind', 'state'], async () =>
    (await jobDepth(database)).map(({ count: value, ...labels }) => ({ labels, value })),
  );
  metrics.gauge('coda_approvals_waiting', 'Questions that wait for somebody.', [], async () => [
    { labels: {}, value: (await waitingApprovals(database)).count },
  ]);
  const delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });
  delay.enable();
  const seconds = { p50: () => delay.percentile(50), p99: () => delay.percentile(99), max: () => delay.max };
  metrics.gauge(
    'coda_event_loop_delay_seconds',
    'Lateness of the event loop since the last look.',
    ['quantile'],
    () => {
      const samples = Object.entries(seconds).map(([quantile, read]) => ({
        labels: { quantile },
        value: Math.max(0, read() / 1e9 - DELAY_RESOLUTION_MS / 1_000),
      }));
      delay.reset();
      return samples;
    },
  );
  const stopWatch = world.pace?.watch();
  closer.onClose('event loop', async () => {
    delay.disable();
    stopWatch?.();
  });
  metrics.gauge('coda_turns_running', 'Turns that run in this process.', [], () => [
    { labels: {}, value: delivery.runningCount },
  ]);
}

export function metricsRoute({ metrics }: World): AnyRoute {
  return route({
    method: 'GET',
    path: '/metrics',
    scope: 'metrics',
    tag: 'operation',
    summary: 'What coda has counted, as Prometheus reads it.',
    answers: {
      200: { description: 'The text format, version 0.0.4.', type: 'text/plain; version=0.0.4; charset=utf-8' },
    },
    answerRequest: async () => ({
      body: { text: await metrics.text(), type: 'text/plain; version=0.0.4; charset=utf-8' },
    }),
  });
}
