import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { lazy } from '../../base/async.ts';
import { packageRoot } from '../../base/root.ts';
import { listOf } from '../../base/text.ts';
import type { CoreValues } from '../../config/index.ts';
import type { ModelUsage } from '../inference/model.ts';

/** For a million tokens, in the price table's currency. */
export interface Price {
  input: number;
  output: number;
  /** Tokens that came out of the service's cache; default: a tenth of `input`. */
  cached?: number | undefined;
}

/** A price, and how it is known; `dearest`: no table has the model, and its provider asks no more for others. */
export type PriceKnown = Price & { by: 'table' | 'default' | 'dearest' };

interface PriceGaps {
  /** Counted like the dearest of their provider. */
  guessed: string[];
  /** Counted towards no budget. */
  unknown: string[];
}

type Settings = Pick<NonNullable<CoreValues['models']>, 'prices' | 'providers' | 'standard_cost' | 'cheap_cost'>;

const vendor = z.object({
  source: z.string(),
  read: z.string(),
  hosts: z.array(z.string()),
  families: z.array(z.string()),
  models: z.record(z.string(), z.tuple([z.number(), z.number()]).rest(z.number())),
});
type Vendor = z.output<typeof vendor>;

const vendors = lazy((): Record<string, Vendor> => {
  const file = readFileSync(join(packageRoot(), 'assets', 'prices.json'), 'utf8');
  return z.object({ vendors: z.record(z.string(), vendor) }).parse(JSON.parse(file)).vendors;
});

/** Surcharge for tokens written into the service's cache, beside those that are read afresh. */
const WRITING = 0.25;

export class Prices {
  private readonly settings: Settings;
  private readonly isCheap: (name: string) => boolean;
  private readonly told = new Set<string>();
  private readonly known = new Map<string, PriceKnown | undefined>();
  private readonly own = new Map<string, boolean>();

  constructor(settings: Settings, isCheap: (name: string) => boolean) {
    this.settings = settings;
    this.isCheap = isCheap;
  }

  /**
   * The price of `provider/model`; undefined where none is known, and at an address of one's own that has no prices.
   */
  price(name: string): PriceKnown | undefined {
    if (this.known.has(name)) return this.known.get(name);
    const price = this.find(name);
    this.known.set(name, price);
    return price;
  }

  private find(name: string): PriceKnown | undefined {
    const { prices, standard_cost: standard, cheap_cost: cheap } = this.settings;
    const tier = this.isCheap(name) ? (cheap ?? standard) : standard;
    const price = prices[name] ?? tier ?? listedPrice(name);
    if (price) return { ...price, by: 'table' };
    if (prices.default) return { ...prices.default, by: 'default' };
    const dearest = this.dearest(name);
    return dearest && { ...dearest, by: 'dearest' };
  }

  of(name: string, usage: ModelUsage): number | undefined {
    const price = this.price(name);
    return price && costOf(price, usage);
  }

  /**
   * The price for a budget that must hold: a model whose price nobody knows counts like the dearest of all vendors, one at
   * an address of one's own counts nothing.
   */
  atMost(name: string, usage: ModelUsage): number {
    return this.of(name, usage) ?? (this.isOwn(name) ? 0 : costOf(dearestOfAll(), usage));
  }

  /** A model at an address of one's own costs nothing but electricity. */
  isOwn(name: string): boolean {
    const provider = name.split('/')[0] ?? '';
    const url = this.settings.providers[provider]?.base_url;
    if (url === undefined) return false;
    // Asked with each message, and an address is read in 8 µs: once for each provider.
    const isOwn =
      this.own.get(provider) ??
      /^(localhost|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|\[::1\]|[^.]+$)/.test(new URL(url).hostname);
    this.own.set(provider, isOwn);
    return isOwn;
  }

  gaps(names: readonly string[]): PriceGaps {
    // A provider that is no longer configured costs nothing more.
    const asked = names.filter((name) => Object.hasOwn(this.settings.providers, name.split('/')[0] ?? ''));
    return {
      guessed: asked.filter((name) => this.price(name)?.by === 'dearest'),
      unknown: asked.filter((name) => !this.price(name) && !this.isOwn(name)),
    };
  }

  tellsOnce(name: string): boolean {
    const { guessed, unknown } = this.gaps([name]);
    if (guessed.length + unknown.length === 0 || this.told.has(name)) return false;
    this.told.add(name);
    return true;
  }

  private dearest(name: string): Price | undefined {
    const [provider = ''] = name.split('/');
    const { prices } = this.settings;
    const own = Object.entries(prices).flatMap(([each, price]) => (each.startsWith(`${provider}/`) ? [price] : []));
    const vendorPrices = this.isOwn(name) ? [] : Object.values(this.vendorOf(name)?.models ?? {}).map(priceOf);
    const all = [...own, ...vendorPrices];
    if (all.length === 0) return undefined;
    const most = (of: (price: Price) => number) => Math.max(...all.map(of));
    return { input: most(({ input }) => input), output: most(({ output }) => output) };
  }

  private vendorOf(name: string): Vendor | undefined {
    const [provider = '', ...path] = name.split('/');
    const { base_url: url, kind } = this.settings.providers[provider] ?? {};
    const all = vendors();
    const host = url === undefined ? '' : new URL(url).hostname;
    // An aggregator names the vendor before the model.
    const named = path.slice(0, -1).flatMap((part) => (Object.hasOwn(all, part) ? [all[part]] : []))[0];
    const model = plain(name);
    return (
      named ??
      Object.values(all).find(({ families }) => families.some((family) => model.startsWith(family))) ??
      (url === undefined ? all[kind === 'anthropic' ? 'anthropic' : 'openai'] : undefined) ??
      Object.values(all).find(({ hosts }) => hosts.some((end) => host === end || host.endsWith(`.${end}`)))
    );
  }
}

function costOf(price: Price, { input, cached, output, written = 0 }: ModelUsage): number {
  const perCached = price.cached ?? price.input / 10;
  return ((input + written * WRITING) * price.input + cached * perCached + output * price.output) / 1_000_000;
}

const dearestOfAll = lazy((): Price => {
  const all = Object.values(vendors()).flatMap(({ models }) => Object.values(models));
  return { input: Math.max(...all.map(([input]) => input)), output: Math.max(...all.map(([, output]) => output)) };
});

function listedPrice(name: string): Price | undefined {
  const model = plain(name);
  const entry = Object.values(vendors()).find(({ models }) => Object.hasOwn(models, model))?.models[model];
  return entry && priceOf(entry);
}

function priceOf([input, output, cached]: Vendor['models'][string]): Price {
  return { input, output, cached };
}

/** `openrouter/anthropic/claude-sonnet-4.5` and `anthropic/claude-sonnet-4-5-20250929` are the same model. */
function plain(name: string): string {
  const last = name.slice(name.lastIndexOf('/') + 1).toLowerCase();
  return last
    .replaceAll('.', '-')
    .replace(/(?:-preview)?(?:-\d{8}|-\d{4}-\d{2}-\d{2}|-\d{2}-\d{4}|-latest|:[a-z]+)?$/, '');
}

/** The gaps for the owner, a clause each without a full stop. */
export function gapsTold({ guessed, unknown }: PriceGaps): string[] {
  return [
    ...(guessed.length > 0 ? [`Price not known of ${listOf(guessed)}: counted like the dearest of its provider`] : []),
    ...(unknown.length > 0 ? [`Price not known of ${listOf(unknown)}: counted towards no budget`] : []),
  ];
}
