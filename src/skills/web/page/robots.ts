/** `robots.txt` (RFC 9309): what a machine that comes again and again may read. Pure. */

/** coda's name in the file. */
const AGENT = 'coda';
const MOST_LINES = 20_000;
/** Rules of one group. Each costs as much as it and the address are long. */
const MOST_RULES = 1_000;

interface Rule {
  allows: boolean;
  path: string;
}

/** True if `path` (with its query) may be read. The longest rule decides; of two equally long ones the one that allows. */
export function mayRead(robots: string, path: string): boolean {
  const rules = rulesFor(robots);
  let decided: Rule | undefined;
  for (const rule of rules) {
    if (!fits(rule.path, path)) continue;
    const isStronger = rule.path.length > (decided?.path.length ?? -1);
    if (isStronger || (rule.path.length === decided?.path.length && rule.allows)) decided = rule;
  }
  return decided?.allows ?? true;
}

/** The rules for coda by its name; without such a group those for everybody. Groups of others are skipped, however many. */
function rulesFor(robots: string): Rule[] {
  const groups = new Map<string, Rule[]>();
  /** Groups that the next rules belong to. */
  let open = new Set<string>();
  let isNaming = false;
  for (const line of robots.split(/\r\n|\r|\n/, MOST_LINES)) {
    const [, name = '', text = ''] = /^\s*([\w-]+)\s*:([^#]*)/.exec(line) ?? [];
    const value = text.trim();
    const key = name.toLowerCase();
    if (key === 'user-agent') {
      if (!isNaming) open = new Set();
      isNaming = true;
      const agent = value.toLowerCase();
      if (agent !== AGENT && agent !== '*') continue;
      open.add(agent);
      if (!groups.has(agent)) groups.set(agent, []);
      continue;
    }
    if (key !== 'allow' && key !== 'disallow') continue;
    isNaming = false;
    // An empty line of "Disallow" forbids nothing.
    if (value === '') continue;
    for (const agent of open) {
      const rules = groups.get(agent);
      if (rules && rules.length < MOST_RULES) rules.push({ allows: key === 'allow', path: value });
    }
  }
  return groups.get(AGENT) ?? groups.get('*') ?? [];
}

/** `*` stands for anything, `$` for the end. Piece by piece, so that no pattern costs more than linear. */
function fits(rule: string, path: string): boolean {
  const isWhole = rule.endsWith('$');
  const [first = '', ...rest] = (isWhole ? rule.slice(0, -1) : rule).split('*');
  if (!path.startsWith(first)) return false;
  let from = first.length;
  for (const [index, piece] of rest.entries()) {
    const isLast = isWhole && index === rest.length - 1;
    const at = isLast ? Math.max(from, path.length - piece.length) : path.indexOf(piece, from);
    if (at < 0 || !path.startsWith(piece, at)) return false;
    from = at + piece.length;
  }
  return !isWhole || rest.length > 0 || from === path.length;
}
