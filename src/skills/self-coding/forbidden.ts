/** The paths that no change may touch, checked on the difference itself. */
import { plural } from '../../base/text.ts';
import type { Change, Entry } from './repository.ts';
import { GONE } from './repository.ts';

/**
 * Rooms of `src/` that may be changed, with their tests: what they do passes the policy as any call does. Every other room
 * is closed, also one that comes later: those that decide what coda may do (turns, policy, approvals, people, storage), that
 * reach outside or are reached from there (adapters, webhooks, connectors, browser, code), and that decide whether a change
 * is good.
 */
const OPEN_ROOMS: readonly string[] = [
  'english',
  'time',
  'vectors',
  ...['basics', 'memory', 'notes', 'reminders', 'tasks', 'weather'].map((skill) => `skills/${skill}`),
];

const OPEN: readonly string[] = [
  ...OPEN_ROOMS.flatMap((room) => [`src/${room}/`, `test/${room}/`]),
  // The other assets hold rules, prices, images and what a browser runs.
  'assets/times/',
  'assets/synonyms.txt',
];

/** Folders whose files are closed but for `OPEN`; of `src` and `test` it is their rooms. */
const CLOSED: readonly string[] = [
  'agents/',
  'agent-skills/',
  'assets/',
  'migrations/',
  'scripts/',
  'deploy/',
  'config/',
  'hooks/',
  'src/main.ts',
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
  if (changes.length > maxFiles)
    return `It changes ${plural(changes.length, 'file')}; ${plural(maxFiles, 'is', 'are')} allowed.`;
  const entriesByPath = new Map(base.map((entry) => [foldPath(entry.path), entry]));
  for (const change of changes) {
    const why = pathRefusal(change.path, forbidden) ?? modeRefusal(change) ?? placeRefusal(change, entriesByPath);
    if (why !== undefined) return `${JSON.stringify(change.path.slice(0, 100))} ${why}.`;
  }
  return undefined;
}

export function pathRefusal(path: string, forbidden: readonly string[]): string | undefined {
  if (!isPlain(path)) return 'is no plain path';
  const name = foldPath(path);
  if (isClosed(name)) return 'may never be changed';
  if (name.split('/').some((part) => NAMES.some((pattern) => pattern.test(part)))) return 'may never be changed';
  if (forbidden.some((each) => isAt(name, foldPath(each.replace(/^\.?\//, '')))))
    return 'is forbidden by executor_forbidden_paths';
  return undefined;
}

/** Closed by its folder: what stands beside a closed file is closed, whenever it comes. */
function isClosed(path: string): boolean {
  if (OPEN.some((each) => isAt(path, each))) return false;
  const folders = path.split('/').slice(0, -1);
  const isOfRoom = folders.length > 1 && ['src', 'test'].includes(folders[0] ?? '');
  return isOfRoom || folders.some((folder) => folder.startsWith('.')) || CLOSED.some((each) => isAt(path, each));
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
const foldPath = (path: string): string => path.normalize('NFKC').toLowerCase();

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
function placeRefusal({ path, from }: Change, entriesByPath: ReadonlyMap<string, Entry>): string | undefined {
  const same = entriesByPath.get(foldPath(path));
  if (same !== undefined && (same.path !== path || !REGULAR.includes(same.mode))) return 'hides another file';
  if (from === GONE && same !== undefined) return 'hides another file';
  const parts = foldPath(path).split('/');
  const isBehind = parts.some((_, depth) => depth > 0 && entriesByPath.has(parts.slice(0, depth).join('/')));
  return isBehind ? 'lies behind a link or a file' : undefined;
}
