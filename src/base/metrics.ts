import type { Metric, Registry } from 'prom-client';

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  labels: Labels;
  value: number;
}

export interface Counter {
  add(labels: Labels, by?: number): void;
  samples(): Sample[];
}

export interface Histogram {
  observe(labels: Labels, seconds: number): void;
}

export interface Metrics {
  /** Asking for the same name again gives the same counter. Names end in `_total`. */
  counter(name: string, help: string, labels: readonly string[]): Counter;
  /** Asking for the same name again gives the same histogram. Names end in `_seconds`. */
  histogram(name: string, help: string, labels: readonly string[]): Histogram;
  /** A number that is read when somebody looks, and at no other time. What cannot be read then is left out. */
  gauge(name: string, help: string, labels: readonly string[], read: () => Sample[] | Promise<Sample[]>): void;
  text(): Promise<string>;
}

type Read = () => Value[] | Promise<Value[]>;
type Value = Sample & { metricName?: string };

/** Counting is adding to a map: nothing else is loaded or measured until somebody looks. */
export class MetricsBook implements Metrics {
  private readonly counters = new Map<string, Count>();
  private readonly histograms = new Map<string, Ranges>();
  private readonly described: { name: string; get(): Promise<unknown> }[] = [];
  private registry: Promise<Registry> | undefined;

  counter(name: string, help: string, labels: readonly string[]): Counter {
    const existingCounter = this.counters.get(name);
    if (existingCounter) return existingCounter;
    const counter = new Count(labels);
    this.counters.set(name, counter);
    this.describe(name, help, 'counter', () => counter.samples());
    return counter;
  }

  histogram(name: string, help: string, _labels: readonly string[]): Histogram {
    const existingHistogram = this.histograms.get(name);
    if (existingHistogram) return existingHistogram;
    const histogram = new Ranges(name);
    this.histograms.set(name, histogram);
    this.describe(name, help, 'histogram', () => histogram.values());
    return histogram;
  }

  gauge(name: string, help: string, _labels: readonly string[], read: Read): void {
    this.describe(name, help, 'gauge', async () => {
      try {
        return await read();
      } catch {
        return [];
      }
    });
  }

  async text(): Promise<string> {
    this.registry ??= open();
    const registry = await this.registry;
    for (const metric of this.described.splice(0)) registry.registerMetric(metric as unknown as Metric);
    return registry.metrics();
  }

  private describe(name: string, help: string, type: 'counter' | 'gauge' | 'histogram', read: Read): void {
    this.described.push({ name, get: async () => ({ name, help, type, values: await read() }) });
  }
}

async function open(): Promise<Registry> {
  const prom = await import('prom-client');
  const registry = new prom.Registry();
  prom.collectDefaultMetrics({ register: registry });
  return registry;
}

class Count implements Counter {
  private readonly counts = new Map<string, Sample>();

  constructor(labels: readonly string[]) {
    if (labels.length === 0) this.add({}, 0);
  }

  add(labels: Labels, by = 1): void {
    const key = Object.values(labels).join('\u0000');
    const sample = this.counts.get(key);
    if (sample) sample.value += by;
    else this.counts.set(key, { labels, value: by });
  }

  samples(): Sample[] {
    return [...this.counts.values()].map((sample) => ({ ...sample }));
  }
}

/** Seconds: from a statement on the same machine to a turn of minutes. */
const RANGES = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300] as const;

class Ranges implements Histogram {
  private readonly name: string;
  private readonly series = new Map<string, { labels: Labels; counts: number[]; sum: number; count: number }>();

  constructor(name: string) {
    this.name = name;
  }

  observe(labels: Labels, seconds: number): void {
    const key = Object.values(labels).join('\u0000');
    let series = this.series.get(key);
    if (!series) {
      series = { labels, counts: RANGES.map(() => 0), sum: 0, count: 0 };
      this.series.set(key, series);
    }
    const range = RANGES.findIndex((upTo) => seconds <= upTo);
    if (range !== -1) series.counts[range] = (series.counts[range] ?? 0) + 1;
    series.sum += seconds;
    series.count++;
  }

  values(): Value[] {
    const { name } = this;
    return [...this.series.values()].flatMap(({ labels, counts, sum, count }) => {
      let below = 0;
      const bucket = (le: string, value: number) => ({
        metricName: `${name}_bucket`,
        labels: { ...labels, le },
        value,
      });
      return [
        ...RANGES.map((upTo, index) => {
          below += counts[index] ?? 0;
          return bucket(`${upTo}`, below);
        }),
        bucket('+Inf', count),
        { metricName: `${name}_sum`, labels, value: sum },
        { metricName: `${name}_count`, labels, value: count },
      ];
    });
  }
}
