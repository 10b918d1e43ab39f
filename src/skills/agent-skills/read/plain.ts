/** The frontmatter that most skills have: `key: value` lines and nothing else. */

import type { Document, Field } from './document.ts';

const LINE = /^([A-Za-z][\w-]*): +(\S.*)$/;
/** Text that YAML takes for itself: it begins with a letter (so it is no number) and holds nothing that means something. */
const PLAIN = /^\p{L}[^\t\r]*$/u;
const MEANS_SOMETHING = /:(?: |$)| #/;
const NOT_TEXT = /^(?:null|true|false)$/i;
const QUOTED = /^(?:"([^"\\]*)"|'([^']*)')$/;

/**
 * Reads a frontmatter of plain and simply quoted lines, ten times as fast as the YAML library. Undefined wherever it
 * could mean anything else: then the library must read it.
 */
export function readPlain(text: string, firstLine: number): Document | undefined {
  const fields: Field[] = [];
  const seen = new Set<string>();
  const lines = text.split('\n');
  for (let index = 0; index < lines.length; index++) {
    const line = (lines[index] as string).trimEnd();
    if (line === '') continue;
    const [, key, value] = LINE.exec(line) ?? [];
    if (key === undefined || value === undefined || seen.has(key)) return undefined;
    const content = scalar(value);
    if (content === undefined) return undefined;
    seen.add(key);
    fields.push({ key, value: content, kind: 'string', source: content, line: firstLine + index, children: NONE });
  }
  return { fields, problems: [], features: [] };
}

const NONE: Field['children'] = [];

function scalar(value: string): string | undefined {
  if (PLAIN.test(value)) return MEANS_SOMETHING.test(value) || NOT_TEXT.test(value) ? undefined : value;
  const quoted = QUOTED.exec(value);
  return quoted?.[1] ?? quoted?.[2];
}
