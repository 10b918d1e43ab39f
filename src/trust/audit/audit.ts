import { Pace } from '../../base/async.ts';
import { type FileEntry, listInside } from '../../base/folders/list.ts';
import { readInside } from '../../base/folders/read.ts';
import { decodeText, plural } from '../../base/text.ts';
import { isScript } from '../pin.ts';
import { drops, type Hit, hasShadyAddress, installs, pipes } from './commands.ts';
import type { Finding, FindingLevel, Passage } from './finding.ts';
import { auditRules, type Form } from './rules.ts';
import { excerptOf, findEncoded, isMentioned, ordersByReference, passagesOf, unseen } from './text.ts';

export interface Audit {
  /** The heaviest first, then by file and line. */
  findings: Finding[];
  blocked: boolean;
  /** True if all text was read; what is larger than a script ever is was read up to the limit. */
  complete: boolean;
}

const KIB = 1024;
const MAX_FILE_BYTES = 256 * KIB;
const MAX_DATA_BYTES = 32 * KIB;
/** A second and a half of work, at most. */
const MAX_BYTES = 2 * KIB * KIB;
const MAX_FINDINGS = 200;

const ORDER: Record<FindingLevel, number> = { block: 0, warn: 1, info: 2 };

const PROGRAMS: readonly [RegExp, string][] = [
  [/^\x7fELF/, 'a program for Linux'],
  [/^MZ[\s\S]{0,300}PE\0\0/, 'a program for Windows'],
  [/^(?:\xcf\xfa\xed\xfe|\xca\xfe\xba\xbe|\xfe\xed\xfa[\xce\xcf])/, 'a program for macOS or Java'],
  [/^\0asm/, 'a WebAssembly program'],
];
const COMPILED = /\.(?:pyc|pyo|class|jar|exe|dll|so|dylib|scpt|msi|dmg|pkg|apk)$/i;

/**
 * Scans the folder `root`. Bounded in bytes, and gives way to others: a skill of megabytes holds nothing
 * up. What cannot be read is a finding too. Throws only when `signal` aborts.
 */
export async function auditFolder(root: string, signal?: AbortSignal): Promise<Audit> {
  const listing = await listInside(root, signal === undefined ? {} : { signal });
  const findings: Finding[] = listing.refused.map(({ path, message }) => {
    const why = 'It is no file that coda reads, or leads out of the folder.';
    return { rule: 'refused-file', level: 'warn', file: path, line: 0, excerpt: message, why };
  });
  const pace = new Pace();
  let bytes = 0;
  let complete = listing.cut === undefined;
  for (const file of inOrder(listing.files)) {
    signal?.throwIfAborted();
    const isRead = isProse(file) || isScript(file);
    const maxBytes = Math.min(isRead ? MAX_FILE_BYTES : MAX_DATA_BYTES, MAX_BYTES - bytes);
    const read = await readInside(root, file.path, { maxBytes });
    if (!read.ok) {
      complete = false;
      continue;
    }
    bytes += read.content.length;
    const program = programIn(file, read.content);
    if (program !== undefined) findings.push(program);
    else if (isRead || isText(read.content)) findings.push(...(await scanFile(scannable(file, read.content), pace)));
    if (!read.truncated) continue;
    complete = false;
    // Text that the model reads or runs must not lie beyond the scan.
    if (isRead && program === undefined) findings.push(notScanned(file));
  }
  findings.sort((a, b) => ORDER[a.level] - ORDER[b.level]);
  const blocked = findings.some(({ level }) => level === 'block');
  return { findings: findings.slice(0, MAX_FINDINGS), blocked, complete };
}

const isSkillFile = ({ path }: FileEntry) => path.toLowerCase() === 'skill.md';

const PROSE = /\.(?:md|mdx|markdown|txt|rst|html?)$|(?:^|\/)(?:README|LICENSE)$/i;

const isProse = (file: FileEntry): boolean => PROSE.test(file.path) && !isScript(file);

/** NULs are no characters to a shell, and hide nothing. */
function scannable(file: FileEntry, content: Buffer): ScannedFile {
  const text = decodeText(content).replaceAll('\0', '');
  return { path: file.path, text, isProse: isProse(file) && !text.startsWith('#!') };
}

function notScanned({ path, bytes }: FileEntry): Finding {
  const why = 'It is too long to be scanned to its end.';
  return { rule: 'not-scanned', level: 'block', file: path, line: 0, excerpt: plural(bytes, 'byte'), why };
}

/** SKILL.md first, then scripts, other instructions, data: the limit cuts the least important. */
function inOrder(files: readonly FileEntry[]): FileEntry[] {
  const rank = (file: FileEntry) => (isSkillFile(file) ? 0 : isScript(file) ? 1 : file.path.endsWith('.md') ? 2 : 3);
  return files.filter(({ kind }) => kind === 'file').sort((a, b) => rank(a) - rank(b));
}

function isText(content: Buffer): boolean {
  return !content.subarray(0, 8_192).includes(0);
}

function programIn({ path }: FileEntry, content: Buffer): Finding | undefined {
  const head = content.subarray(0, 512).toString('latin1');
  const what = PROGRAMS.find(([magic]) => magic.test(head))?.[1] ?? (COMPILED.test(path) ? 'compiled code' : undefined);
  if (what === undefined) return undefined;
  const why = 'It carries a program that nobody can read.';
  return { rule: 'binary', level: 'warn', file: path, line: 0, excerpt: what, why };
}

// The rules over the files of a skill.

interface ScannedFile {
  path: string;
  text: string;
  isProse: boolean;
}

const MAX_OF_A_RULE = 5;
const MAX_LINE = 4_000;
const OVERLAP = 200;

const WEIGHT: Record<FindingLevel, number> = { info: 0, warn: 1, block: 2 };

/** The findings of one file, the heaviest of each line and rule. Gives way to others every few milliseconds. */
export async function scanFile({ path, text, isProse }: ScannedFile, pace: Pace): Promise<Finding[]> {
  const findings = new FindingList(path);
  await scanLines(text, !isProse, findings, pace);
  const suspect = hasShadyAddress(text);
  const mayMention = isProse && !ordersByReference(text);
  for (const passage of passagesOf(text, isProse)) {
    for (const hit of hitsIn(passage, suspect)) {
      const isSoft = hit.level === 'block' && mayMention && isMentioned(passage, hit.index);
      findings.add(passage.text, passage.lineAt(hit.index), isSoft ? { ...hit, level: 'warn' } : hit);
    }
    if (pace.isUp) await pace.rest();
  }
  return findings.sortedFindings();
}

async function scanLines(text: string, isCode: boolean, findings: FindingList, pace: Pace): Promise<void> {
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    for (let from = 0; from === 0 || from < line.length - OVERLAP; from += MAX_LINE - OVERLAP) {
      const part = line.slice(from, from + MAX_LINE);
      for (const hit of [...unseen(part, isCode), ...findEncoded(part)]) findings.add(part, index + 1, hit);
      if (pace.isUp) await pace.rest();
    }
  }
}

function hitsIn(passage: Passage, suspect: boolean): Hit[] {
  const hits: Hit[] = [];
  const { kind, block } = passage;
  for (const form of auditRules().forms) {
    if (form.block !== block || (form.kinds && !form.kinds.includes(kind))) continue;
    hits.push(...matches(form, passage.text));
  }
  return block ? hits : [...hits, ...pipes(passage, suspect), ...drops(passage), ...installs(passage)];
}

function matches({ rule, level, why, find, all, and, except }: Form, passage: string): Hit[] {
  if (!find.test(passage)) return [];
  // Blanks in place of what is cut out keep every index what it is.
  const text = except ? passage.replace(except, (cut) => ' '.repeat(cut.length)) : passage;
  if (and.some((pattern) => !pattern.test(text))) return [];
  return Array.from(text.matchAll(all), ({ index }) => ({ rule, level, why, index }));
}

class FindingList {
  private readonly file: string;
  private readonly found = new Map<string, Finding>();
  private readonly counts = new Map<string, number>();

  constructor(file: string) {
    this.file = file;
  }

  add(text: string, line: number, { rule, level, why, index }: Hit): void {
    const key = `${rule}:${line}`;
    const before = this.found.get(key);
    if (before && WEIGHT[before.level] >= WEIGHT[level]) return;
    const count = this.counts.get(rule) ?? 0;
    if (!before && count >= MAX_OF_A_RULE && level !== 'block') return;
    this.counts.set(rule, count + 1);
    this.found.set(key, { rule, level, file: this.file, line, excerpt: excerptOf(text, index), why });
  }

  sortedFindings(): Finding[] {
    return [...this.found.values()].sort((a, b) => a.line - b.line || (a.rule < b.rule ? -1 : 1));
  }
}
