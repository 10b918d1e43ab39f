import { expect, test } from 'vitest';
import { MetricsBook } from '../../src/base/metrics.ts';

test('what was counted is told as Prometheus reads it, each time as it is now', async () => {
  const metrics = new MetricsBook();
  const calls = metrics.counter('calls_total', 'Calls.', ['model', 'outcome']);
  let open = 1;
  metrics.gauge('resting', 'Who rests.', ['model'], () => [{ labels: { model: 'a' }, value: open }]);
  calls.add({ model: 'a', outcome: 'answered' });
  calls.add({ model: 'a', outcome: 'answered' }, 2);
  metrics.counter('calls_total', 'Calls.', ['model', 'outcome']).add({ model: 'a', outcome: 'transient' });
  const first = await metrics.text();
  expect(first).toContain('# TYPE calls_total counter');
  expect(first).toContain('calls_total{model="a",outcome="answered"} 3');
  expect(first).toContain('calls_total{model="a",outcome="transient"} 1');
  expect(first).toContain('resting{model="a"} 1');
  expect(first).toContain('process_resident_memory_bytes');
  open = 0;
  calls.add({ model: 'a', outcome: 'answered' });
  const second = await metrics.text();
  expect(second).toContain('calls_total{model="a",outcome="answered"} 4');
  expect(second).toContain('resting{model="a"} 0');
});

test('two books share nothing', async () => {
  const [one, other] = [new MetricsBook(), new MetricsBook()];
  one.counter('calls_total', 'Calls.', []).add({});
  expect(await one.text()).toContain('calls_total 1');
  expect(await other.text()).not.toContain('calls_total 1');
});
