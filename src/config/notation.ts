/** Other notations of values, rewritten into coda's own before any schema sees them. */

import type { z } from 'zod';
import { listOf } from '../base/text.ts';
import { type ModelProvider, providersOf } from './models.ts';
import { childOf, fieldOf, keysOf, type Path } from './schema.ts';
import { isBranch, type Problem, replaceIn, type Tree } from './tree.ts';

/** Calls `visit` for every value that is there and has a schema, parents first. */
export function eachValue(
  schema: z.ZodType,
  value: unknown,
  visit: (path: Path, schema: z.ZodType, value: unknown) => void,
  path: Path = [],
): void {
  visit(path, schema, value);
  if (!isBranch(value) && !Array.isArray(value)) return;
  for (const [key, item] of Object.entries(value)) {
    const child = childOf(schema, key);
    if (child) eachValue(child, item, visit, [...path, key]);
  }
}

const UNIT_KEY = /^(\w+)_(ms|milliseconds|seconds|minutes|hours|days)$/;
const UNITS: Readonly<Record<string, string>> = {
  ms: 'ms',
  milliseconds: 'ms',
  seconds: 's',
  minutes: 'm',
  hours: 'h',
  days: 'd',
};

/** `timeout_ms: 30000` is `timeout: 30000ms`, wherever `timeout` is a length of time. */
export function readUnitKeys(schema: z.ZodType, tree: Tree, problems: Problem[]): void {
  eachValue(schema, tree.root, (path, at, value) => {
    const keys = keysOf(at);
    if (!isBranch(value) || !keys) return;
    for (const key of Object.keys(value)) {
      const [, base = '', unit = ''] = (!Object.hasOwn(keys, key) && UNIT_KEY.exec(key)) || [];
      const field = Object.hasOwn(keys, base) ? keys[base] : undefined;
      const rawValue = value[key];
      const amount = typeof rawValue === 'number' || typeof rawValue === 'string' ? String(rawValue) : '';
      if (field === undefined || !fieldOf(field).meta.length || !/^\d+(?:\.\d+)?$/.test(amount)) continue;
      const origin = tree.originNear([...path, key]);
      if (value[base] !== undefined)
        problems.push({ origin, path: [...path, key], message: `give either ${base} or ${key}, not both` });
      else tree.set([...path, base], `${amount}${UNITS[unit]}`, origin);
      delete value[key];
    }
  });
}

const TIERS = ['default', 'light', 'heavy'];

/** `claude-opus-4-6` is `anthropic/claude-opus-4-6` where one provider alone may be meant; else the problem names those that may. */
export function nameProviders(schema: z.ZodType, tree: Tree, problems: Problem[]): void {
  const providers = providersIn(tree);
  // Without any no model can be asked, by whatever name.
  if (Object.keys(providers).length === 0) return;
  const prices = tree.get(['models', 'prices']);
  const full = isBranch(prices) ? Object.keys(prices) : [];
  const bare: { path: Path; name: string }[] = [];
  eachValue(schema, tree.root, (path, at, name) => {
    const { model } = fieldOf(at).meta;
    if (model === undefined || typeof name !== 'string' || name === '') return;
    const beside = tree.get([...path.slice(0, -1), 'default_provider']);
    if (name.includes('/')) full.push(name);
    else if (model !== 'tier' || !(TIERS.includes(name) || typeof beside === 'string')) bare.push({ path, name });
  });
  const resolveName = (path: Path, name: string): string | undefined => {
    const matches = providersOf(name, providers, full);
    if (matches.length === 1) return `${matches[0]}/${name}`;
    const candidates = (matches.length === 0 ? Object.keys(providers) : matches).map((each) => `${each}/${name}`);
    const why = matches.length === 0 ? 'no provider is known to have' : 'more than one provider may have';
    const message = `${why} “${name}”: expected ${listOf(candidates, 'or')}`;
    problems.push({ origin: tree.originNear(path), path, message });
    return undefined;
  };
  for (const { path, name } of bare) {
    const whole = resolveName(path, name);
    if (whole !== undefined) replaceIn(tree, path, whole);
  }
  if (!isBranch(prices)) return;
  for (const name of Object.keys(prices)) {
    if (name.includes('/') || name === 'default') continue;
    const whole = resolveName(['models', 'prices', name], name);
    if (whole !== undefined && prices[whole] === undefined) {
      prices[whole] = prices[name];
      delete prices[name];
    }
  }
}

function providersIn(tree: Tree): Record<string, ModelProvider> {
  const providers = tree.get(['models', 'providers']);
  if (!isBranch(providers)) return {};
  return Object.fromEntries(
    Object.entries(providers).filter((each): each is [string, ModelProvider] => isBranch(each[1])),
  );
}
