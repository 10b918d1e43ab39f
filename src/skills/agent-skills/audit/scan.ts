/** The rules over the files of a skill. */

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
const PAUSE_EVERY = 200;

const PROSE = /\.(?:md|mdx|markdown|txt|rst|html?)$|(?:^|\/)(?:README|LICENSE)[^/]*$/i;
/** What is there to be tested against, or shown. */
const SAMPLES = /(?:^|\/)(?:tests?|fixtures?|examples?|samples?|evals?|__tests__|testdata)\//i;

const WEIGHT: Record<FindingLevel, number> = { info: 0, warn: 1, block: 2 };

/** Whether a file is told to the model or to people, and not run. */
export function isProse(path: string): boolean {
  return PROSE.test(path);
}

/** The findings of one file, the heaviest of each line and rule. Gives way to others every few milliseconds. */
export async function scanFile(file: ScannedFile, setting: Setting): Promise<Finding[]> {
  const prose = isProse(file.path);
  const found = new FindingList(file.path);
  scanLines(file.text, !prose, setting, found);
  const soften = setting.aboutSecurity || SAMPLES.test(file.path);
  const suspect = hasShadyAddress(file.text);
  let count = 0;
  for (const passage of passagesOf(file.text, prose)) {
    for (const hit of hitsIn(passage, suspect)) {
      const quoted = passage.kind !== 'code' && isQuoted(passage.text, hit.index) && isSpeech(hit.rule);
      const careful = hit.firm !== true && (soften || passage.careful || quoted);
      found.add(passage.text, passage.lineAt(hit.index), careful ? { ...hit, level: softer(hit.level) } : hit);
    }
    if (++count % PAUSE_EVERY === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return found.all();
}

/** Rules about what is said: in quotation marks it is told of, not said. */
function isSpeech(rule: string): boolean {
  return /instruction|persona|system-message|hide|secret|prompt/.test(rule);
}

function softer(level: FindingLevel): FindingLevel {
  return level === 'block' ? 'warn' : level;
}

function scanLines(text: string, isCode: boolean, { aboutSecurity }: Setting, found: FindingList): void {
  const weigh = (hit: Hit) =>
    aboutSecurity && hit.rule !== 'hidden-text' ? { ...hit, level: softer(hit.level) } : hit;

  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    if (line.length < 3) continue;
    const part = line.slice(0, 20_000);
    for (const hit of unseen(part, isCode)) found.add(part, index + 1, weigh(hit));
    if (line.length > 20) for (const hit of encoded(part)) found.add(part, index + 1, weigh(hit));
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
