/** What values of a frontmatter can be taken for. */

import type { Json } from '../../../base/json.ts';

export function isRecord(value: Json | undefined): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A list of texts, or one text; numbers as they read. Everything else is left out. */
export function words(value: Json | undefined): string[] {
  const items = Array.isArray(value) ? value : [value];
  return items
    .flatMap((item) => (typeof item === 'string' || typeof item === 'number' ? [String(item).trim()] : []))
    .filter((item) => item !== '');
}

/** Some write JSON into a quoted value where a map was meant. */
export function parsedJson(value: Json | undefined): Json | undefined {
  if (typeof value !== 'string' || !/^\s*\{/.test(value)) return value;
  try {
    return withoutPrototypes(JSON.parse(value));
  } catch {
    return value;
  }
}

/** `__proto__` in JSON must be a key like any other when it is copied on. */
function withoutPrototypes(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutPrototypes);
  if (!isRecord(value)) return value;
  const copy: Record<string, Json> = Object.create(null);
  for (const [key, item] of Object.entries(value)) copy[key] = withoutPrototypes(item);
  return copy;
}
