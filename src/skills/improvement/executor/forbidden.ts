/** The paths that no change may touch, checked on the difference itself. */
import type { Change, Entry } from './repository.ts';
import { GONE } from './repository.ts';

/** Rooms that decide what coda may do, and all that decides whether a change is good. A folder ends with `/`. */
const ALWAYS: readonly string[] = [
  ...[
    'base',
    'app',
    'people',
    'audit',
    'sandbox',
    'egress',
    'trust',
    'secrets',
    'config',
    'storage',
    'agent/approvals',
  ],
].flatMap((room) => [`src/${room}/`, `test/${room}/`]);

const ALSO: readonly string[] = [
  ...[
    'src/main.ts',
    'src/agent/tools/policy',
    'test/agent/policy',
    'src/agent/tools/authorize.ts',
    'src/agent/tools/forbidden.ts',
    'src/agent/tools/guard.ts',
  ],
  ...['src/agent/tools/critique.ts', 'test/agent/critique', 'src/skills/improvement/', 'test/skills/improvement/'],
  ...['src/skills/audit/', 'test/adversary/', 'test/house/', 'test/support/', 'test/released/'],
  ...['agents/code-archaeologist/', 'agents/code-surgeon/', 'agents/test-runner/', 'agents/improvement-reporter/'],
  ...['migrations/', 'scripts/', 'deploy/', 'config/', 'hooks/', '.github/', '.gitlab/', '.gitea/', '.forgejo/'],
  ...['.circleci/', '.ci/', '.husky/', '.githooks/', '.cargo/', '.git/', '.vscode/', '.idea/', '.devcontainer/'],
];

/** Files that are forbidden in any folder: locks, what starts or builds programs, and what git itself obeys. */
const NAMES: readonly RegExp[] = [
  /^\.git(?:$|attributes$|modules$|ignore$|config$|keep$|-blame-ignore-revs$)/,
  /^(?:package-lock|npm-shrinkwrap|composer)\.(?:json|lock)$|^(?:package|deno)\.json$|\.lock$|\.lockb?$/,
  /^(?:pnpm-lock|\.pnpmfile)\.|^go\.(?:sum|mod|work)$|^requirements[^/]*\.txt$|^(?:pyproject|cargo|pipfile)(?:\.toml)?$/,
  /^\.(?:npmrc|yarnrc|nvmrc|node-version|python-version|tool-versions|dockerignore|editorconfig|envrc|env)(?:$|\.)/,
  /^\.(?:gitlab-ci|travis|drone|appveyor|cirrus|pre-commit-config|woodpecker)\./,
  /^(?:jenkinsfile|azure-pipelines|bitbucket-pipelines|cloudbuild|codeowners|makefile|justfile|procfile)(?:$|\.)/,
  /(?:^|\.)dockerfile(?:$|\.)|^(?:docker-)?compose[^/]*\.ya?ml$/,
  /^(?:tsconfig[^/]*|biome|knip|renovate|dependabot)\.jsonc?$|^[^/]+\.config\.[cm]?[jt]s$|^\.dependency-cruiser\./,
  /^(?:conftest|setup|sitecustomize|usercustomize)\.py$|^(?:pytest|tox|setup)\.(?:ini|cfg)$/,
];

const REGULAR = ['100644', '100755'];
const LONGEST = 300;

export interface Rules {
  forbidden: readonly string[];
  maxFiles: number;
}

export function refusalOf(
  changes: readonly Change[],
  base: readonly Entry[],
  { forbidden, maxFiles }: Rules,
): string | undefined {
  if (changes.length === 0) return 'It changes nothing.';
  if (changes.length > maxFiles) return `It changes ${changes.length} files; ${maxFiles} are allowed.`;
  const known = new Map(base.map((entry) => [folded(entry.path), entry]));
  for (const change of changes) {
    const why = pathRefusal(change.path, forbidden) ?? modeRefusal(change) ?? placeRefusal(change, known);
    if (why !== undefined) return `${JSON.stringify(change.path.slice(0, 100))} ${why}.`;
  }
  return undefined;
}

export function pathRefusal(path: string, forbidden: readonly string[]): string | undefined {
  if (!isPlain(path)) return 'is no plain path';
  const name = folded(path);
  if ([...ALWAYS, ...ALSO].some((each) => isAt(name, each))) return 'may never be changed';
  if (name.split('/').some((part) => NAMES.some((pattern) => pattern.test(part)))) return 'may never be changed';
  if (forbidden.some((each) => isAt(name, folded(each.replace(/^\.?\//, '')))))
    return 'is forbidden by executor_forbidden_paths';
  return undefined;
}

/** A relative path of names that every file system takes as they are. */
function isPlain(path: string): boolean {
  return (
    path.length <= LONGEST &&
    path === path.normalize('NFC') &&
    /^[\p{L}\p{N}\p{M} _.,+@()[\]/-]+$/u.test(path) &&
    path.split('/').every((part) => !/^\.{0,2}$/.test(part) && !/[. ]$|^ |~\d/.test(part))
  );
}

/** Two paths of the same fold are one file where letters of either case, or look-alike forms, are the same. */
const folded = (path: string): string => path.normalize('NFKC').toLowerCase();

/** `rule` ends with `/`: all below it; else that file or folder, with any ending (`policy` is also `policy-question.ts`). */
function isAt(path: string, rule: string): boolean {
  if (rule === '') return false;
  if (rule.endsWith('/')) return path.startsWith(rule) || path === rule.slice(0, -1);
  if (!path.startsWith(rule)) return false;
  return /^$|^[/.-]/.test(path.slice(rule.length));
}

function modeRefusal({ from, to }: Change): string | undefined {
  if (to === GONE) return 'would be removed';
  if (!REGULAR.includes(to)) return 'is no regular file';
  if (from !== GONE && from !== to) return 'would get another file mode';
  return from === GONE && to !== '100644' ? 'would be a new program' : undefined;
}

/** A new file that another one hides, or that lies behind a link or in another repository. */
function placeRefusal({ path, from }: Change, known: ReadonlyMap<string, Entry>): string | undefined {
  const same = known.get(folded(path));
  if (same !== undefined && (same.path !== path || !REGULAR.includes(same.mode))) return 'hides another file';
  if (from === GONE && same !== undefined) return 'hides another file';
  const parts = folded(path).split('/');
  const isBehind = parts.some((_, depth) => depth > 0 && known.has(parts.slice(0, depth).join('/')));
  return isBehind ? 'lies behind a link or a file' : undefined;
}
