/** The rules over the files of a skill. */

import type { Pace } from '../../base/pace.ts';
import { drops, type Hit, hasShadyAddress, installs, pipes } from './commands.ts';
import type { Finding, FindingLevel, Form, Passage, Rule } from './finding.ts';
import { isMentioned, ordersByReference } from './mention.ts';
import { passagesOf } from './passages.ts';
import { CREDENTIALS } from './rules-credentials.ts';
import { INSTRUCTIONS } from './rules-instructions.ts';
import { NETWORK } from './rules-network.ts';
import { OBFUSCATION } from './rules-obfuscation.ts';
import { SYSTEM } from './rules-system.ts';
import { encoded, excerptOf, unseen } from './text.ts';

/** A file as it is scanned. */
export interface ScannedFile {
  path: string;
  text: string;
  /** It is told to the model or to people, and not run. */
  isProse: boolean;
}

/** Of one rule in one file more than so many are no news. */
const MAX_OF_A_RULE = 5;
/** A longer line is looked at in parts that overlap. */
const MAX_LINE = 4_000;
const OVERLAP = 200;

const WEIGHT: Record<FindingLevel, number> = { info: 0, warn: 1, block: 2 };

/** The findings of one file, the heaviest of each line and rule. Gives way to others every few milliseconds. */
export async function scanFile({ path, text, isProse }: ScannedFile, pace: Pace): Promise<Finding[]> {
  const found = new FindingList(path);
  await scanLines(text, !isProse, found, pace);
  const suspect = hasShadyAddress(text);
  const mayMention = isProse && !ordersByReference(text);
  for (const passage of passagesOf(text, isProse)) {
    for (const hit of hitsIn(passage, suspect)) {
      const isSoft = hit.level === 'block' && mayMention && isMentioned(passage, hit.index);
      found.add(passage.text, passage.lineAt(hit.index), isSoft ? { ...hit, level: 'warn' } : hit);
    }
    if (pace.isUp) await pace.rest();
  }
  return found.all();
}

async function scanLines(text: string, isCode: boolean, found: FindingList, pace: Pace): Promise<void> {
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    for (let from = 0; from === 0 || from < line.length - OVERLAP; from += MAX_LINE - OVERLAP) {
      const part = line.slice(from, from + MAX_LINE);
      for (const hit of [...unseen(part, isCode), ...encoded(part)]) found.add(part, index + 1, hit);
      if (pace.isUp) await pace.rest();
    }
  }
}

function hitsIn(passage: Passage, suspect: boolean): Hit[] {
  const hits: Hit[] = [];
  const { kind, block } = passage;
  for (const form of FORMS) {
    if (form.block !== block || (form.kinds && !form.kinds.includes(kind))) continue;
    hits.push(...matches(form, passage.text));
  }
  return block ? hits : [...hits, ...pipes(passage, suspect), ...drops(passage), ...installs(passage)];
}

/** The scan's rules, as data. */
export const RULES: readonly Rule[] = [...INSTRUCTIONS, ...CREDENTIALS, ...SYSTEM, ...NETWORK, ...OBFUSCATION];

/** With their patterns global: what stands first in a passage does not hide what follows. */
const FORMS = RULES.flatMap((rule) =>
  [rule, ...(rule.also ?? [])].map((one) => {
    const { id, level, why } = rule;
    const { find, and, except, in: kinds, block = false }: Form = one instanceof RegExp ? { find: one } : one;
    return { ...{ rule: id, level, why }, find, and, except, kinds, block, all: new RegExp(find, `${find.flags}g`) };
  }),
);

function matches({ rule, level, why, find, all, and, except }: (typeof FORMS)[number], passage: string): Hit[] {
  if (!find.test(passage)) return [];
  // Blanks in place of what is cut out keep every index what it is.
  const text = except ? passage.replace(except, (cut) => ' '.repeat(cut.length)) : passage;
  if (and?.some((pattern) => !pattern.test(text))) return [];
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

  all(): Finding[] {
    return [...this.found.values()].sort((a, b) => a.line - b.line || (a.rule < b.rule ? -1 : 1));
  }
}
