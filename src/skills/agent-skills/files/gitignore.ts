/**
 * `.gitignore` as git reads it (gitignore(5)). Written here because its patterns come from strangers: translated into
 * regular expressions, as libraries do, `*a*a*a*a*a*b` takes minutes against one long name. Matching here takes at most
 * pattern × path steps.
 */

/** More than any real file has; what is beyond is not read. */
const MAX_RULES = 1_000;
const MAX_PATTERN = 256;

interface Rule {
  /** The pattern by path segments; `**` stands for any number of them. */
  segments: string[];
  negated: boolean;
  foldersOnly: boolean;
}

/** The rules of one `.gitignore`, for paths relative to the folder it stands in. */
export type IgnoreRules = readonly Rule[];

export function parseGitignore(text: string): IgnoreRules {
  const rules: Rule[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (rules.length === MAX_RULES) break;
    const rule = parseRule(line);
    if (rule) rules.push(rule);
  }
  return rules;
}

function parseRule(line: string): Rule | undefined {
  if (line.startsWith('#') || line.length > MAX_PATTERN) return undefined;
  const negated = line.startsWith('!');
  // A space at the end counts only when it is escaped.
  let pattern = line.slice(negated ? 1 : 0);
  while (pattern.endsWith(' ') && !pattern.endsWith('\\ ')) pattern = pattern.slice(0, -1);
  const foldersOnly = pattern.endsWith('/');
  if (foldersOnly) pattern = pattern.slice(0, -1);
  if (pattern === '') return undefined;
  // A slash at the beginning or in the middle ties the pattern to its folder; else it fits at any depth.
  const anchored = pattern.includes('/');
  const segments = pattern.split('/').filter((segment, index) => segment !== '' || index > 0);
  return { segments: anchored ? segments : ['**', ...segments], negated, foldersOnly };
}

/** Whether the rules ignore `path`; undefined when they say nothing of it. The last rule that fits decides. */
export function isIgnored(rules: IgnoreRules, path: string, isFolder: boolean): boolean | undefined {
  const names = path.split('/');
  for (let index = rules.length - 1; index >= 0; index--) {
    const rule = rules[index] as Rule;
    if (rule.foldersOnly && !isFolder) continue;
    if (fits(rule.segments, names)) return !rule.negated;
  }
  return undefined;
}

/** Segments against names; `reachable[n]`: the segments so far fit the first n names. */
function fits(segments: readonly string[], names: readonly string[]): boolean {
  let reachable: boolean[] = [true, ...names.map(() => false)];
  for (const [index, segment] of segments.entries()) {
    const next = reachable.map(() => false);
    for (let count = 0; count < reachable.length; count++) {
      if (segment === '**') {
        // At the end it stands for something within, so for one name at least.
        const before = index === segments.length - 1 && index > 0 ? count - 1 : count;
        next[count] = (next[count - 1] ?? false) || (reachable[before] ?? false);
      } else if (count > 0) {
        next[count] = (reachable[count - 1] ?? false) && fitsName(segment, names[count - 1] as string);
      }
    }
    reachable = next;
  }
  return reachable.at(-1) === true;
}

/** One name against `*`, `?`, `[…]` and escapes. Only the last star is ever tried again: that is enough, and linear. */
function fitsName(pattern: string, name: string): boolean {
  let at = 0;
  let inName = 0;
  let star = -1;
  let starName = 0;
  while (inName < name.length) {
    const end = at < pattern.length && pattern[at] !== '*' ? fitsOne(pattern, at, name[inName] as string) : undefined;
    if (pattern[at] === '*') {
      star = at++;
      starName = inName;
    } else if (end !== undefined) {
      at = end;
      inName++;
    } else if (star >= 0) {
      at = star + 1;
      inName = ++starName;
    } else {
      return false;
    }
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}

/** Where the pattern goes on after its part at `at` took `sign`; undefined when it does not take it. */
function fitsOne(pattern: string, at: number, sign: string): number | undefined {
  const first = pattern[at];
  if (first === '?') return at + 1;
  if (first === '\\' && at + 1 < pattern.length) return pattern[at + 1] === sign ? at + 2 : undefined;
  const close = first === '[' ? pattern.indexOf(']', at + (/^\[[!^]?\]/.test(pattern.slice(at, at + 3)) ? 3 : 1)) : -1;
  if (close < 0) return first === sign ? at + 1 : undefined;
  const negated = pattern[at + 1] === '!' || pattern[at + 1] === '^';
  return inClass(pattern.slice(at + (negated ? 2 : 1), close), sign) === negated ? undefined : close + 1;
}

function inClass(members: string, sign: string): boolean {
  for (let at = 0; at < members.length; at++) {
    const isRange = members[at + 1] === '-' && at + 2 < members.length;
    if (!isRange && members[at] === sign) return true;
    if (!isRange) continue;
    if ((members[at] as string) <= sign && sign <= (members[at + 2] as string)) return true;
    at += 2;
  }
  return false;
}
