/** `${NAME}` and `${NAME:-default}` in a text; `$${` stands for `${`. */

import { shorten } from '../base/text.ts';

const REFERENCE = /\$?\$\{([^}]*)\}?/g;
const NAME = /^([A-Za-z_][A-Za-z0-9_]*)(?::-([\s\S]*))?$/;

/** The text with its references replaced, and a sentence for each that cannot be. */
export function expandEnv(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
): { text: string; missing: string[] } {
  const missing: string[] = [];
  const expanded = text.replace(REFERENCE, (reference, inside: string) => {
    if (reference.startsWith('$$')) return reference.slice(1);
    const [, name, standard] = NAME.exec(inside) ?? [];
    if (name === undefined || !reference.endsWith('}')) {
      missing.push(`${shorten(reference, 40)} is not understood; write \${NAME} or \${NAME:-default}`);
      return '';
    }
    const value = env[name];
    if (standard !== undefined) return value === undefined || value === '' ? standard : value;
    if (value === undefined) missing.push(`the environment variable ${name} is not set`);
    return value ?? '';
  });
  return { text: expanded, missing };
}

/** The names that `text` refers to. */
export function referredTo(text: string): string[] {
  return Array.from(text.matchAll(REFERENCE), ([, inside = '']) => NAME.exec(inside)?.[1]).filter(
    (name) => name !== undefined,
  );
}
