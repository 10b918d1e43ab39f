/** The kinds of values that a configuration holds, each with what an editor and `coda config show` need to know. */

import { z } from 'zod';
import { isUrl } from '../base/text.ts';

export interface FieldMeta {
  description?: string;
  example?: unknown;
  file?: string;
  /** Hidden wherever values are shown; for a URL only its password is hidden. */
  secret?: true | 'url';
  /** This key names a file that holds the value of the key with this name. */
  fileFor?: string;
  /** A length of time: `<key>_ms`, `<key>_seconds` and so on give it as a number. */
  length?: true;
  /** The name of a model; `tier`: or of a tier, and a bare name may have its provider in `default_provider` beside it. */
  model?: true | 'tier';
}

export function metaOf(schema: z.ZodType): FieldMeta {
  return (schema.meta() ?? {}) as FieldMeta;
}

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const DURATION = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$/;

const EXPECTED_DURATION = 'expected a length of time such as 90s, 10m, 24h or 7d';

type BareUnit = 'ms' | 's';

/**
 * A length of time as people write it (`90s`, `10m`, `24h`, `7d`); its value is in milliseconds. `bare` is the unit of a
 * number without one, where such a number is taken.
 */
export function duration(standard: string, bare?: BareUnit) {
  const text = z.string().regex(DURATION, { error: EXPECTED_DURATION }).transform(milliseconds);
  return (bare === undefined ? text : withBare(text, bare)).prefault(standard).meta({ length: true });
}

/** A length of time without a default, at least `least` and at most `most` (`1s`, `1h`); a bare number is in seconds. */
export function durationWithin(least: string, most: string) {
  const text = z.string().regex(DURATION, { error: EXPECTED_DURATION }).transform(milliseconds);
  return withBare(text, 's')
    .refine((ms) => ms >= milliseconds(least) && ms <= milliseconds(most), {
      error: `expected a length of time from ${least} to ${most}`,
    })
    .meta({ length: true });
}

function withBare(text: z.ZodType<number, string>, unit: BareUnit) {
  const number = z
    .number()
    .min(0)
    .max(1e9)
    .transform((amount) => Math.round(amount * UNITS[unit]));
  return z.union([text, number], { error: EXPECTED_DURATION });
}

function milliseconds(text: string): number {
  const [, amount, unit] = DURATION.exec(text) ?? [];
  return Math.round(Number(amount) * UNITS[unit as keyof typeof UNITS]);
}

const SIZE = /^(\d+(?:\.\d+)?)\s*([kmg])(?:i?b)?$/i;
const SIZE_UNITS = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 } as const;

/** A number of bytes, or a size as people write it (`512m`, `1g`); its value is in bytes, at least `min`. */
export function size(standard: string | number, min: number) {
  const expected = { error: `expected a size such as 512m or 1g, at least ${Math.ceil(min / 1024)}k` };
  const bytes = z
    .int()
    .min(min)
    .max(2 ** 46);
  const text = z.string().regex(SIZE).transform(bytesIn).pipe(bytes);
  return z.union([text, bytes], expected).prefault(standard);
}

function bytesIn(text: string): number {
  const [, amount, unit = 'k'] = SIZE.exec(text) ?? [];
  return Math.round(Number(amount) * SIZE_UNITS[unit.toLowerCase() as keyof typeof SIZE_UNITS]);
}

export function wallTime(standard: string) {
  return z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'expected a time of day such as "09:30" (in quotes)' })
    .default(standard);
}

export function zone() {
  return z.string().refine(isZone, { error: 'expected a time zone such as Europe/Berlin or America/New_York' });
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}

export function locale() {
  return z.string().refine(isLocale, { error: 'expected a language tag such as en-GB or en-US' });
}

function isLocale(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}

export function url(...schemes: string[]) {
  const expected = schemes.map((scheme) => `${scheme}://`).join(' or ');
  return z.string().refine((text) => schemes.some((scheme) => text.startsWith(`${scheme}://`)) && isUrl(text), {
    error: `expected an address that starts with ${expected}`,
  });
}

export function count(min: number, max: number) {
  return z.int().min(min).max(max);
}

type Twin<K extends string, S extends z.ZodType> = { [P in K]: S } & { [P in `${K}_file`]: z.ZodOptional<z.ZodString> };

/**
 * A secret under `key`, with its twin `<key>_file`: the path of a file whose content, without blanks and line breaks around it,
 * is taken for the value. `schema` says what the value looks like and whether it must be there.
 */
export function secret<K extends string, S extends z.ZodType>(key: K, schema: S, meta: FieldMeta): Twin<K, S> {
  const file = z
    .string()
    .optional()
    .meta({
      description: `A file that holds ${key} instead.`,
      example: `/run/secrets/${meta.file ?? key}`,
      fileFor: key,
    } satisfies FieldMeta);
  return { [key]: schema.meta({ secret: true, ...meta }), [`${key}_file`]: file } as Twin<K, S>;
}

export function secretText() {
  return z.string().min(1);
}
