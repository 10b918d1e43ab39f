import { isUtf8 } from 'node:buffer';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { stripEnd } from '../../base/text.ts';
import { type AgentSkill, Diagnoses, type SkillSource } from '../skill.ts';
import type { Head, Refusal } from './file.ts';
import type { DividedFile, Parts } from './head.ts';
import { type Place, toSkill } from './to-skill.ts';
import { type Document, type Field, NO_DOCUMENT } from './yaml.ts';

export interface FoundSkillFile {
  readonly source: SkillSource;
  /** Absolute, without symbolic links. */
  readonly directory: string;
  readonly fileName: string;
  /** The name of the folder as it was reached, where a link to it has another one. */
  readonly folderName: string;
  readonly group?: string | undefined;
}

export interface ReadSkillFile extends DividedFile {
  readonly skill: AgentSkill;
}

export function readSkill(location: FoundSkillFile, head: Head): ReadSkillFile {
  const place = placeOf(location);
  const diagnoses = new Diagnoses(place.file);
  const { parts, document } = head;
  diagnoseFile(location, head, parts, diagnoses);
  diagnoseYaml(document, diagnoses);
  const skill = toSkill(
    {
      place,
      document,
      body: { offset: parts.bodyOffset, length: head.size - parts.bodyOffset },
      hasBody: head.hasBody,
      firstParagraph: () => firstParagraph(head.bytes.toString('utf8', parts.bodyOffset)),
    },
    diagnoses,
  );
  return { skill, parts, document };
}

/** A skill that stands in the configuration; `place` is where (`skills.inline[0]`). */
export function readInline(inline: InlineSkill, source: SkillSource, place: string): AgentSkill {
  const diagnoses = new Diagnoses(place);
  const field = (key: string, value: string): Field => {
    return { key, value, kind: 'string', source: value, line: 1, children: [] };
  };
  const { name, description, instructions, directory } = inline;
  const fields = [field('name', name), ...(description === undefined ? [] : [field('description', description)])];
  const material = {
    place: { source, directory, file: undefined, folderName: name },
    document: { ...NO_DOCUMENT, fields },
    body: { text: instructions },
    hasBody: instructions.trim() !== '',
    firstParagraph: () => firstParagraph(instructions),
  };
  for (const path of missingFiles(inline))
    diagnoses.warn('entrypoint_missing', `The configuration names ${path}, which is not there.`);
  return toSkill(material, diagnoses);
}

function missingFiles({ directory, scripts = [], references = [] }: InlineSkill): string[] {
  const named = [...scripts.map((path) => `scripts/${path}`), ...references.map((path) => `references/${path}`)];
  return named.filter((path) => directory === undefined || !existsSync(join(directory, path)));
}

export interface InlineSkill {
  readonly name: string;
  readonly description?: string | undefined;
  readonly instructions: string;
  readonly directory?: string | undefined;
  readonly scripts?: readonly string[];
  readonly references?: readonly string[];
}

/** A skill whose file is not read at all: listed with its reason. */
export function refusedSkill(location: FoundSkillFile, refusal: Refusal): AgentSkill {
  const place = placeOf(location);
  const diagnoses = new Diagnoses(place.file);
  diagnoses.error(refusal.code, refusal.message);
  const body = { offset: 0, length: 0 };
  // A single reason is enough.
  const unsaid = new Diagnoses(place.file);
  const skill = toSkill({ place, document: NO_DOCUMENT, body, hasBody: true, firstParagraph: () => undefined }, unsaid);
  return { ...skill, usable: false, diagnostics: diagnoses.list };
}

function placeOf({ source, directory, fileName, folderName, group }: FoundSkillFile): Place & { file: string } {
  return { source, directory, file: `${directory}/${fileName}`, folderName: folderName || basename(directory), group };
}

function diagnoseFile(
  { fileName }: FoundSkillFile,
  { bytes, isUtf16 }: Head,
  parts: Parts,
  diagnoses: Diagnoses,
): void {
  const nuls = countNuls(bytes);
  if (nuls * MOST_NULS > bytes.length) diagnoses.error('binary', 'It is no text: it is full of NUL characters.');
  else if (nuls > 0) diagnoses.warn('binary', 'It holds NUL characters, which are of no use in a text.');
  else if (!isUtf8(withoutPartialEnd(bytes)))
    diagnoses.warn('encoding', 'It is not UTF-8; what cannot be read is replaced.');
  if (isUtf16) diagnoses.warn('encoding', 'It is written in UTF-16, not UTF-8.', 1);
  if (parts.codeFence !== undefined)
    diagnoses.warn('code_fence', 'It stands in a code block, whose fences are left out.', 1);
  if (parts.hasBom) diagnoses.note('bom', 'It begins with a byte order mark.', 1);
  if (fileName !== 'SKILL.md') diagnoses.note('file_name', `The file is called "${fileName}", not "SKILL.md".`);
  if (parts.frontmatter === undefined) diagnoses.warn('frontmatter_missing', 'There is no frontmatter.', 1);
  if (parts.unclosed) {
    const message = 'The frontmatter has no closing "---" on a line of its own; it is taken to end here.';
    diagnoses.warn('frontmatter_unclosed', message, parts.bodyLine);
  }
  if (parts.late) diagnoses.warn('frontmatter_late', 'Empty lines stand before the frontmatter.', 1);
}

function diagnoseYaml({ problems, repairs }: Document, diagnoses: Diagnoses): void {
  for (const { code, message, line } of problems) diagnoses.warn(code, message, line);
  for (const { code, level, message, line } of repairs) diagnoses.add(level, code, message, line);
}

/** A higher share of NULs (one in so many bytes) means that it is no text file. */
const MOST_NULS = 100;

function countNuls(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(0); at >= 0; at = bytes.indexOf(0, at + 1)) count++;
  return count;
}

function withoutPartialEnd(bytes: Buffer): Buffer {
  for (let cut = 0; cut < 4 && cut < bytes.length; cut++) {
    const byte = bytes[bytes.length - 1 - cut] as number;
    if (byte < 0x80) return bytes.subarray(0, bytes.length - cut);
    if (byte >= 0xc0) return bytes.subarray(0, bytes.length - 1 - cut);
  }
  return bytes;
}

const HEADING = /^#{1,6}\s/;
const CODE_FENCE = /^(?:```|~~~)/;
/** Rules, badges and images, comments, bare HTML, tables: none of them describes anything. */
const NO_PROSE = /^(?:[-*_=\s]{3,}$|!?\[!?\[|!\[|<|\||\[[^\]]*\]:)/;

/** The first paragraph of prose in Markdown, on one line; else the first heading; else the first line. */
function firstParagraph(markdown: string): string | undefined {
  let heading: string | undefined;
  let any: string | undefined;
  let isCode = false;
  let isComment = false;
  const prose: string[] = [];
  for (const raw of markdown.split('\n')) {
    const line = raw.trim();
    if (isComment || line.startsWith('<!--')) {
      isComment = !line.includes('-->');
      continue;
    }
    if (CODE_FENCE.test(line)) isCode = !isCode;
    else if (line !== '') any ??= line;
    if (HEADING.test(line) && !isCode) heading ??= stripEnd(stripEnd(line, '#'), ' ').replace(/^#+\s*/, '');
    const isProse = line !== '' && !isCode && !HEADING.test(line) && !CODE_FENCE.test(line) && !NO_PROSE.test(line);
    if (isProse) prose.push(line);
    else if (prose.length > 0) break;
  }
  const paragraph = prose.join(' ').replace(/^(?:>|[-*+]|\d+[.)])\s+/, '');
  const opening = [paragraph, heading, any].find((text) => text !== undefined && /[\p{L}\p{N}]/u.test(text));
  // A copy: a piece of a long text keeps all of it in memory.
  return opening === undefined ? undefined : Buffer.from(opening).toString();
}
