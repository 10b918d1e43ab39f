import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MetricsBook } from '../../src/base/metrics.ts';
import { packageRoot } from '../../src/base/root.ts';
import { Pace } from '../../src/base/spans.ts';
import { type Play, play } from '../support/play.ts';
import { echo } from '../support/scripted-model.ts';

let coda: Play;

beforeAll(async () => {
  coda = await play({ model: echo(), config: { 'http.listen': '127.0.0.1:0' } });
});
afterAll(() => coda[Symbol.asyncDispose]());

async function scrape(): Promise<string> {
  const token = await coda.app.tokens.add({ name: `scraper ${Math.random()}`, scopes: ['metrics'] });
  const url = `http://127.0.0.1:${coda.app.http?.address?.port}/metrics`;
  const answer = await fetch(url, { headers: { Authorization: `Bearer ${token}` } });
  expect(answer.headers.get('content-type')).toContain('version=0.0.4');
  return answer.text();
}

test('every query of the dashboard names a metric that there is', async () => {
  const known = new Set(Array.from((await scrape()).matchAll(/^# TYPE (\S+)/gm), ([, name]) => name));
  const dashboard = JSON.parse(readFileSync(join(packageRoot(), 'deploy', 'grafana-dashboard.json'), 'utf8'));
  const queries: string[] = dashboard.panels.flatMap((panel: { targets: { expr: string }[] }) =>
    panel.targets.map(({ expr }) => expr),
  );
  const named = queries.flatMap((query) => query.match(/\b(?:coda|process)_\w+/g) ?? []);
  expect(named.length).toBeGreaterThanOrEqual(queries.length);
  const missing = named.filter((name) => !known.has(name) && !known.has(name.replace(/_(?:bucket|sum|count)$/, '')));
  expect(missing).toEqual([]);
});

test('what a person notices is counted: messages, answers, reminders, what waits', async () => {
  const ana = coda.person('ana');
  await ana.says('hello');
  await ana.says('/remind in 10 minutes take the pills');
  await coda.passes({ minutes: 10 });
  const text = await scrape();
  expect(text).toMatch(/^coda_messages_total\{adapter="fake",kind="message",outcome="accepted"\} [1-9]/m);
  expect(text).toMatch(/^coda_message_answer_seconds_count\{adapter="fake"\} 1$/m);
  expect(text).toMatch(/^coda_reminder_lateness_seconds_bucket\{le="0.001"\} 1$/m);
  expect(text).toMatch(/^coda_sends_total\{adapter="fake",outcome="sent"\} [1-9]/m);
  expect(text).toMatch(/^coda_transaction_seconds_count\{name="inbox.accept"\} [1-9]/m);
  expect(text).toMatch(/^coda_approvals_waiting 0$/m);
  expect(text).toMatch(/^coda_event_loop_delay_seconds\{quantile="max"\} \d/m);
});

test('a histogram counts into ranges, and a number that cannot be read keeps back no other', async () => {
  const metrics = new MetricsBook();
  const histogram = metrics.histogram('a_seconds', 'A.', ['name']);
  for (const seconds of [0.002, 0.002, 7, 1_000]) histogram.observe({ name: 'a "b"\n' }, seconds);
  metrics.gauge('broken', 'B.', [], async () => Promise.reject(new Error('the database is away')));
  metrics.gauge('whole', 'W.', [], async () => [{ labels: {}, value: 3 }]);
  const text = await metrics.text();
  expect(text).toContain('a_seconds_bucket{name="a \\"b\\"\\n",le="0.0025"} 2');
  expect(text).toContain('a_seconds_bucket{name="a \\"b\\"\\n",le="10"} 3');
  expect(text).toContain('a_seconds_bucket{name="a \\"b\\"\\n",le="+Inf"} 4');
  expect(text).toContain('whole 3');
});

test('where everything stood still, the work that began before it is named', () => {
  let now = 0;
  const told: string[] = [];
  const at = new Date('2026-11-20T12:00:00Z');
  const pace = new Pace(
    { now: () => at },
    ({ during }) => told.push(during ?? ''),
    () => now,
  );
  const passes = (ms: number, next?: string) => {
    now += ms;
    pace.begins(next);
  };
  passes(10, 'tx inbox.accept');
  passes(5, 'tool web_read');
  passes(7_000, 'tx turn.step');
  pace.tick();
  expect(pace.last).toEqual({ during: 'tool web_read', ms: 6_015, at });
  passes(400, 'tx turn.finish');
  now += 600;
  pace.tick();
  expect(told).toEqual(['tool web_read']);
});
