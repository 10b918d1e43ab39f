/** Counters and histograms, with names and labels as Prometheus wants them. */
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

/** Durations, counted into ranges, for each set of labels. */
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
  /** All of it in Prometheus' text format, and what is known of the process. */
  text(): Promise<string>;
}

interface Described {
  kind: 'counter' | 'gauge';
  name: string;
  help: string;
  labels: readonly string[];
  read(): Sample[] | Promise<Sample[]>;
}

/** Counting is adding to a map: nothing else is loaded or measured until somebody looks. */
export class MetricsBook implements Metrics {
  private readonly counters = new Map<string, Count>();
  private readonly histograms = new Map<string, Ranges>();
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

  gauge(name: string, help: string, labels: readonly string[], read: () => Sample[] | Promise<Sample[]>): void {
    this.describe({ kind: 'gauge', name, help, labels, read });
  }

  async text(): Promise<string> {
    this.registry ??= this.open();
    const plain = await (await this.registry).metrics();
    return [plain, ...[...this.histograms.values()].map((histogram) => histogram.text())].join('\n');
  }

  histogram(name: string, help: string, labels: readonly string[]): Histogram {
    const known = this.histograms.get(name);
    if (known) return known;
    const made = new Ranges(name, help, labels);
    this.histograms.set(name, made);
    return made;
  }

  private describe(described: Described): void {
    this.described.push(described);
    // A registry opened before does not know it yet.
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
          collect: async () => {
            const samples = await Promise.resolve()
              .then(read)
              .catch(() => []);
            gauge.reset();
            for (const { labels, value } of samples) gauge.set(labels, value);
          },
        });
      } else {
        const counter = new prom.Counter({
          ...common,
          collect: async () => {
            const samples = await read();
            counter.reset();
            for (const { labels, value } of samples) counter.inc(labels, value);
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

/** Seconds: from a statement on the same machine to a turn of minutes. */
const RANGES = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300] as const;

/** Prometheus' own histogram takes single observations only; this one is written as it stands. */
class Ranges implements Histogram {
  private readonly name: string;
  private readonly help: string;
  private readonly labels: readonly string[];
  private readonly values = new Map<string, { labels: Labels; counts: number[]; sum: number; count: number }>();

  constructor(name: string, help: string, labels: readonly string[]) {
    this.name = name;
    this.help = help;
    this.labels = labels;
  }

  observe(labels: Labels, seconds: number): void {
    const key = Object.values(labels).join('\u0000');
    let value = this.values.get(key);
    if (!value) {
      value = { labels, counts: RANGES.map(() => 0), sum: 0, count: 0 };
      this.values.set(key, value);
    }
    const range = RANGES.findIndex((upTo) => seconds <= upTo);
    if (range !== -1) value.counts[range] = (value.counts[range] ?? 0) + 1;
    value.sum += seconds;
    value.count++;
  }

  /** In Prometheus' text format. */
  text(): string {
    const { name } = this;
    const lines = [`# HELP ${name} ${this.help}`, `# TYPE ${name} histogram`];
    for (const { labels, counts, sum, count } of this.values.values()) {
      const own = this.labels.map((label) => `${label}="${quoted(labels[label] ?? '')}"`);
      let below = 0;
      for (const [index, upTo] of RANGES.entries()) {
        below += counts[index] ?? 0;
        lines.push(`${name}_bucket{${[...own, `le="${upTo}"`].join(',')}} ${below}`);
      }
      lines.push(`${name}_bucket{${[...own, 'le="+Inf"'].join(',')}} ${count}`);
      lines.push(`${name}_sum{${own.join(',')}} ${sum}`, `${name}_count{${own.join(',')}} ${count}`);
    }
    return `${lines.join('\n')}\n`;
  }
}

const quoted = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
