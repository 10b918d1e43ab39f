/** What is counted, under names and labels as Prometheus wants them. */
import type { Registry } from 'prom-client';

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  labels: Labels;
  value: number;
}

/** A number for each set of labels that only grows, from 0 at the start of the process. */
export interface Counter {
  add(labels: Labels, by?: number): void;
  samples(): Sample[];
}

export interface Metrics {
  /** Asking for the same name again gives the same counter. Names end in `_total`. */
  counter(name: string, help: string, labels: readonly string[]): Counter;
  /** A number that is read when somebody looks. */
  gauge(name: string, help: string, labels: readonly string[], read: () => Sample[]): void;
  /** All of it in Prometheus' text format, and what is known of the process. */
  text(): Promise<string>;
}

interface Described {
  kind: 'counter' | 'gauge';
  name: string;
  help: string;
  labels: readonly string[];
  read(): Sample[];
}

/** Counting is adding to a map: nothing else is loaded or measured until somebody looks. */
export class MetricsBook implements Metrics {
  private readonly counters = new Map<string, Count>();
  private readonly described: Described[] = [];
  private registry: Promise<Registry> | undefined;

  counter(name: string, help: string, labels: readonly string[]): Counter {
    const known = this.counters.get(name);
    if (known) return known;
    const made = new Count();
    this.counters.set(name, made);
    this.describe({ kind: 'counter', name, help, labels, read: () => made.samples() });
    return made;
  }

  gauge(name: string, help: string, labels: readonly string[], read: () => Sample[]): void {
    this.describe({ kind: 'gauge', name, help, labels, read });
  }

  async text(): Promise<string> {
    this.registry ??= this.open();
    return (await this.registry).metrics();
  }

  private describe(described: Described): void {
    this.described.push(described);
    // What was opened does not know it yet.
    this.registry = undefined;
  }

  private async open(): Promise<Registry> {
    const prom = await import('prom-client');
    const registry = new prom.Registry();
    prom.collectDefaultMetrics({ register: registry });
    for (const { kind, name, help, labels, read } of this.described) {
      const common = { name, help, labelNames: [...labels], registers: [registry] };
      if (kind === 'gauge') {
        const gauge = new prom.Gauge({
          ...common,
          collect: () => {
            gauge.reset();
            for (const { labels, value } of read()) gauge.set(labels, value);
          },
        });
      } else {
        const counter = new prom.Counter({
          ...common,
          collect: () => {
            counter.reset();
            for (const { labels, value } of read()) counter.inc(labels, value);
          },
        });
      }
    }
    return registry;
  }
}

class Count implements Counter {
  private readonly values = new Map<string, Sample>();

  add(labels: Labels, by = 1): void {
    const key = Object.values(labels).join('\u0000');
    const sample = this.values.get(key);
    if (sample) sample.value += by;
    else this.values.set(key, { labels, value: by });
  }

  samples(): Sample[] {
    return [...this.values.values()].map((sample) => ({ ...sample }));
  }
}
