/** The rules over the files of a skill. */

import type { Pace } from '../scan/index.ts';
import { isAboutSecurity, isCareful, isQuoted } from './careful.ts';
import { drops, type Hit, installs, pipes } from './commands.ts';
import { excerptOf } from './excerpt.ts';
import type { Finding, FindingLevel, Passage } from './finding.ts';
import { encoded, unseen } from './hidden.ts';
import { hasShadyAddress } from './hosts.ts';
import { passagesOf } from './passages.ts';
import { RULES } from './rules/index.ts';

/** A file as it is scanned. */
export interface ScannedFile {
  path: string;
  text: string;
}

/** What is known of the skill as a whole. */
export interface Setting {
  /** Its name and description speak of defence or attack. */
  aboutSecurity: boolean;
}

/** Of one rule in one file more than so many are no news. */
const MAX_OF_A_RULE = 5;
/** A longer line is looked at in parts that overlap. */
const MAX_LINE = 4_000;
const OVERLAP = 200;

const PROSE = /\.(?:md|mdx|markdown|txt|rst|html?)$|(?:^|\/)(?:README|LICENSE)[^/]*$/i;
/** What is there to be tested against, or shown. */
const SAMPLES = /(?:^|\/)(?:tests?|fixtures?|examples?|samples?|evals?|__tests__|testdata)\//i;

const WEIGHT: Record<FindingLevel, number> = { info: 0, warn: 1, block: 2 };

/** Whether a file is told to the model or to people, and not run. */
export function isProse(path: string): boolean {
  return PROSE.test(path);
}

/** The findings of one file, the heaviest of each line and rule. Gives way to others every few milliseconds. */
export async function scanFile(file: ScannedFile, setting: Setting, pace: Pace): Promise<Finding[]> {
  const prose = isProse(file.path);
  const found = new FindingList(file.path);
  await scanLines(file.text, !prose, setting, found, pace);
  const soften = setting.aboutSecurity || SAMPLES.test(file.path);
  const suspect = hasShadyAddress(file.text);
  for (const passage of passagesOf(file.text, prose)) {
    for (const hit of hitsIn(passage, suspect)) {
      const careful = hit.firm !== true && (soften || isToldOf(hit, passage));
      found.add(passage.text, passage.lineAt(hit.index), careful ? { ...hit, level: softer(hit.level) } : hit);
    }
    if (pace.isUp) await pace.rest();
  }
  return found.all();
}

/** Rules about what is said to the model. */
const SPEECH = /instruction|persona|system-message|hide|prompt/;

/**
 * Whether what was found is told of and not said. Words of warning in the same paragraph speak for a command; in an order
 * to the model ("never", "safety", "bypass") they are part of it, and only quotation marks or a heading speak for it.
 */
function isToldOf({ rule, index }: Hit, passage: Passage): boolean {
  if (!SPEECH.test(rule)) return passage.careful;
  return passage.introduced || (isQuoted(passage.text, index) && passage.kind !== 'comment');
}

function softer(level: FindingLevel): FindingLevel {
  return level === 'block' ? 'warn' : level;
}

async function scanLines(
  text: string,
  isCode: boolean,
  { aboutSecurity }: Setting,
  found: FindingList,
  pace: Pace,
): Promise<void> {
  const weigh = (hit: Hit) =>
    aboutSecurity && hit.rule !== 'hidden-text' ? { ...hit, level: softer(hit.level) } : hit;
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    for (let from = 0; from === 0 || from < line.length - OVERLAP; from += MAX_LINE - OVERLAP) {
      const part = line.slice(from, from + MAX_LINE);
      for (const hit of [...unseen(part, isCode), ...encoded(part)]) found.add(part, index + 1, weigh(hit));
      if (pace.isUp) await pace.rest();
    }
  }
}

function hitsIn(passage: Passage, suspect: boolean): Hit[] {
  const hits: Hit[] = [];
  const { text, kind, block } = passage;
  for (const rule of RULES) {
    if ((rule.block ?? false) !== block) continue;
    if (rule.in && !rule.in.includes(kind)) continue;
    const match = rule.find.exec(text);
    if (!match || rule.unless?.test(text) || rule.and?.some((pattern) => !pattern.test(text))) continue;
    hits.push({ rule: rule.id, level: rule.level, why: rule.why, index: match.index, firm: rule.firm ?? false });
  }
  return block ? hits : [...hits, ...pipes(passage, suspect), ...drops(passage), ...installs(passage)];
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

/** Whether the head of a SKILL.md is careful as a whole. */
export function settingOf(skillFile: string): Setting {
  const head = skillFile.slice(0, 4_000).split(/^---\s*$/m)[1] ?? skillFile.slice(0, 500);
  return { aboutSecurity: isAboutSecurity(head) && isCareful(head) };
}
