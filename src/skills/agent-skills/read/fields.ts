/** Typed access to a frontmatter's fields, forgiving about spelling and type, with a warning for what was forgiven. */

import type { Json } from '../../../base/json.ts';
import type { Diagnoses } from './diagnose.ts';
import type { Field } from './document.ts';
import { words } from './values.ts';

const TRUE = /^(?:true|yes|on|1)$/i;
const FALSE = /^(?:false|no|off|0)$/i;

/** `allowed_tools`, `allowedTools` and `Allowed-Tools` all mean `allowed-tools`. */
function canonicalKey(key: string): string {
  if (CANONICAL.test(key)) return key;
  return key
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replaceAll('_', '-');
}

const CANONICAL = /^[a-z-]+$/;

export class Fields {
  private readonly byKey = new Map<string, Field>();
  private readonly taken = new Set<string>();
  private readonly diagnoses: Diagnoses;

  constructor(fields: readonly Field[], diagnoses: Diagnoses) {
    this.diagnoses = diagnoses;
    // Two spellings of one key: the standard's own, which has no capitals and no underscores, counts.
    for (const field of fields) {
      const key = canonicalKey(field.key);
      if (!this.byKey.has(key) || field.key === key) this.byKey.set(key, field);
    }
  }

  take(key: string): Field | undefined {
    this.taken.add(key);
    return this.byKey.get(key);
  }

  /** Text on one line or more, trimmed; undefined when there is none. Numbers are taken as they are written. */
  text(key: string): string | undefined {
    const field = this.take(key);
    if (field === undefined || field.kind === 'null') return undefined;
    const text = this.asText(field);
    if (text === undefined) this.wrongType(field, 'a text');
    return text === undefined || text.trim() === '' ? undefined : text.trim();
  }

  private asText({ kind, value, source }: Field): string | undefined {
    if (kind === 'map') return undefined;
    return kind === 'list' ? words(value).join(', ') : source;
  }

  flag(key: string, standard: boolean): boolean {
    const field = this.take(key);
    if (field === undefined || field.kind === 'null') return standard;
    if (TRUE.test(field.source)) return true;
    if (FALSE.test(field.source)) return false;
    this.wrongType(field, 'true or false');
    return standard;
  }

  /** A list of texts, or one text with commas between them. */
  list(key: string): readonly string[] {
    const field = this.take(key);
    if (field === undefined || field.kind === 'null') return NOTHING;
    if (field.kind === 'map') this.wrongType(field, 'a list');
    return typeof field.value === 'string' ? words(field.value.split(',')) : words(field.value);
  }

  oneOf<T extends string>(key: string, choices: readonly T[], standard: T): T {
    const text = this.text(key);
    const choice = choices.find((one) => one === text?.toLowerCase());
    const field = this.byKey.get(key);
    if (text !== undefined && field && choice === undefined) this.wrongType(field, `one of ${choices.join(', ')}`);
    return choice ?? standard;
  }

  json(key: string): Json | undefined {
    return this.take(key)?.value;
  }

  /** What nobody asked for, as it was written. */
  rest(): Field[] {
    return [...this.byKey].filter(([key]) => !this.taken.has(key)).map(([, field]) => field);
  }

  wrongType({ key, line }: Field, expected: string): void {
    this.diagnoses.warn('field_type', `"${key}" should be ${expected}; it is left out where it is not.`, line);
  }
}

export const NOTHING: readonly string[] = Object.freeze([]);
