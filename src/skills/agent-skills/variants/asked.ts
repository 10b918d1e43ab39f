/** Parses a command's request about variants. Pure. */

import { z } from 'zod';
import { LEAST_RUNS } from './winner.ts';

const MOST_VARIANTS = 20;
const MOST_RESULTS = 1_000;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** The arguments of the verb. */
export const optimizeArguments = z.object({
  skill: z.string().min(1).max(200),
  variants: z
    .array(z.object({ name: z.string().regex(NAME), folder: z.string().optional() }))
    .max(MOST_VARIANTS)
    .default([]),
  results: z
    .array(z.object({ variant: z.string(), isWell: z.boolean(), count: z.int().min(1).max(1_000_000) }))
    .max(MOST_RESULTS)
    .default([]),
  least: z.int().min(1).max(1_000_000).default(LEAST_RUNS),
  act: z.enum(['compare', 'swap', 'trial', 'stop', 'undo']).default('compare'),
});

/** `v1`, or `v1=DIR`; undefined: it is neither. */
export function variantIn(text: string): { name: string; folder?: string } | undefined {
  const at = text.indexOf('=');
  const [name, folder] = at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
  if (!NAME.test(name) || folder === '') return undefined;
  return folder === undefined ? { name } : { name, folder };
}

/** `v1:success`, `v1:failure`, or several as `v1:success:12`; undefined: it is none of these. */
export function resultIn(text: string): { variant: string; isWell: boolean; count: number } | undefined {
  const [, variant = '', outcome, count = '1'] = /^([^:]+):(success|failure)(?::([1-9]\d{0,5}))?$/.exec(text) ?? [];
  return NAME.test(variant) ? { variant, isWell: outcome === 'success', count: Number(count) } : undefined;
}
