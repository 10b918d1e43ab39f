/** Frontmatter from text: the quick way, the library's, and a second try at what is no YAML. */

import type { Document, Field } from './document.ts';
import { allBody, type Parts, splitFrontmatter } from './fences.ts';
import { readPlain } from './plain.ts';
import { type Repaired, repair } from './repair.ts';
import { readYaml } from './yaml.ts';

/** A `SKILL.md` taken apart. */
export interface Divided {
  readonly parts: Parts;
  readonly document: Document | Repaired;
}

/** Takes the first bytes of a file apart and reads its frontmatter. What has no keys is no frontmatter but text. */
export function divide(head: Buffer): Divided {
  const parts = splitFrontmatter(head);
  if (parts.frontmatter === undefined) return { parts, document: NO_FRONTMATTER };
  const document = readFrontmatter(parts.frontmatter, parts.line);
  const isText = document.fields.length === 0 && parts.frontmatter.trim() !== '' && !hasTooMuch(document);
  return { parts: isText ? allBody(parts) : parts, document };
}

const NO_FRONTMATTER: Document = { fields: [], problems: [], features: [] };

const hasTooMuch = ({ problems }: Document): boolean => problems.some(({ code }) => code === 'yaml_too_much');

/** Reads a frontmatter whose first line is `firstLine` of its file. Nothing is thrown. */
function readFrontmatter(text: string, firstLine: number): Document | Repaired {
  const plain = readPlain(text, firstLine);
  if (plain) return plain;
  const document = readYaml(text, firstLine);
  const isBroken = document.problems.some(({ code }) => code === 'yaml_invalid');
  return withForbidden(isBroken ? repair(text, firstLine, document.problems) : document, text, firstLine);
}

const FORBIDDEN = /^[\t ]*["']?(forbidden[-_]?tools)["']?[\t ]*:/im;

/** What forbids something must not get lost with the rest of a text that could not be read. */
function withForbidden<D extends Document>(document: D, text: string, firstLine: number): D {
  const found = document.problems.length === 0 ? null : FORBIDDEN.exec(text);
  const key = found?.[1];
  if (!found || key === undefined || document.fields.some((field) => field.key === key)) return document;
  const line = firstLine + text.slice(0, found.index).split('\n').length - 1;
  const field: Field = { key, line, value: null, kind: 'null', source: '', children: [] };
  return { ...document, fields: [...document.fields, field] };
}
