import type { ModelUsage } from '../model.ts';

/** For a million tokens, in the price table's currency. */
export interface Price {
  input: number;
  output: number;
  /** Tokens that came out of the service's cache; default: a tenth of `input`. */
  cached?: number | undefined;
}

/** US dollars, as the vendors listed them in 2026; the configuration's own table comes before it. */
const KNOWN: ReadonlyMap<string, Price> = new Map(
  Object.entries({
    'claude-opus-4-5': { input: 5, output: 25 },
    'claude-opus-4-1': { input: 15, output: 75 },
    'claude-sonnet-4-5': { input: 3, output: 15 },
    'claude-sonnet-4': { input: 3, output: 15 },
    'claude-haiku-4-5': { input: 1, output: 5 },
    'gpt-5': { input: 1.25, output: 10 },
    'gpt-5-mini': { input: 0.25, output: 2 },
    'gpt-5-nano': { input: 0.05, output: 0.4 },
    'gpt-4-1': { input: 2, output: 8, cached: 0.5 },
    'gpt-4-1-mini': { input: 0.4, output: 1.6, cached: 0.1 },
    'gpt-4o': { input: 2.5, output: 10, cached: 1.25 },
    'gpt-4o-mini': { input: 0.15, output: 0.6, cached: 0.075 },
    'deepseek-chat': { input: 0.28, output: 0.42, cached: 0.028 },
    'gemini-2-5-pro': { input: 1.25, output: 10 },
    'gemini-2-5-flash': { input: 0.3, output: 2.5 },
  }),
);

/** What is written into the service's cache costs a quarter more than what is read afresh. */
const WRITING = 0.25;

/** What calls cost, by the configured table and the known prices. */
export class Prices {
  private readonly own: Readonly<Record<string, Price>>;

  constructor(own: Readonly<Record<string, Price>>) {
    this.own = own;
  }

  /** Whether a table knows what `provider/model` costs. */
  knows(name: string): boolean {
    return (this.own[name] ?? KNOWN.get(plain(name))) !== undefined;
  }

  /** The price of one call to `provider/model`; undefined for a model that no table knows. */
  of(name: string, usage: ModelUsage): number | undefined {
    const price = this.own[name] ?? KNOWN.get(plain(name));
    if (!price) return undefined;
    const { input, cached, output, written = 0 } = usage;
    const perCached = price.cached ?? price.input / 10;
    return ((input + written * WRITING) * price.input + cached * perCached + output * price.output) / 1_000_000;
  }
}

/** `openrouter/anthropic/claude-sonnet-4.5` and `anthropic/claude-sonnet-4-5-20250929` are the same model. */
function plain(name: string): string {
  const last = name.slice(name.lastIndexOf('/') + 1).toLowerCase();
  return last.replaceAll('.', '-').replace(/(?:-\d{8}|-\d{4}-\d{2}-\d{2}|-latest|:[a-z]+)$/, '');
}
