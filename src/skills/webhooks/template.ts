/** From what a program sends to words: `{{ path.to.value }}`. Pure. */

import { z } from 'zod';
import { omitUndefined } from '../../base/json.ts';

export const templateSchema = z.strictObject({
  text: z.string().trim().min(1).max(4_000),
  /** When to remind: of hooks that make reminders. */
  when: z.string().trim().min(1).max(200).optional(),
  skill: z
    .string()
    .regex(/^(?:[\w-]{1,64}\/)?[\w-]{1,64}$/, { error: 'expected the name of a skill, or group/name' })
    .optional(),
});

export type Template = z.output<typeof templateSchema>;

export interface FilledTemplate extends Template {
  missing: string[];
}

/** Characters. */
const LONGEST_VALUE = 2_000;
const LONGEST_TEXT = 8_000;
const PLACE = /\{\{\s*([\w$@-]+(?:\.[\w$@-]+)*)\s*\}\}/g;

/** Puts values of the payload in their places; one that is not there leaves nothing. */
export function fill(template: Template, payload: unknown): FilledTemplate {
  const missing = new Set<string>();
  const put = (text: string, longest: number) =>
    text
      .replace(PLACE, (_, path: string) => {
        const value = at(payload, path.split('.'));
        if (value === undefined) missing.add(path);
        return valueText(value);
      })
      .slice(0, longest)
      .trim();
  const { text, when, skill } = template;
  return {
    text: put(text, LONGEST_TEXT),
    // A time is one line: what follows is the words.
    ...omitUndefined({ when: when === undefined ? undefined : put(when, 200).replace(/\s+/g, ' '), skill }),
    missing: [...missing],
  };
}

/** The value at `path.to.value` as text; undefined: there is none. */
export function valueAt(payload: unknown, path: string): string | undefined {
  const value = at(payload, path.split('.'));
  return value === undefined || value === null ? undefined : valueText(value);
}

/** Own values only: nothing that JavaScript brings along. */
function at(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) return value;
  if (Array.isArray(value)) return /^\d{1,6}$/.test(key) ? at(value[Number(key)], rest) : undefined;
  return isRecord(value) && Object.hasOwn(value, key) ? at(value[key], rest) : undefined;
}

function valueText(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return plain(text).slice(0, LONGEST_VALUE);
}

const plain = (text: string) => text.replace(/[^\P{C}\n\t]/gu, '');

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
