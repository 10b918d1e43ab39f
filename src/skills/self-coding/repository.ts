/** A bare copy of the remote in which one change is made. The owner's own clone is never touched. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Instant } from '../../base/clock.ts';
import type { World } from '../../base/world.ts';
import { type GitCall, git } from './git.ts';
import type { Forge } from './settings.ts';

export interface Entry {
  /** As git has it: `100644`, `100755`, `120000` (a link), `160000` (another repository). */
  mode: string;
  path: string;
  size: number;
}

/** A path of a difference. A renamed file is two: one that went and one that came. */
export interface Change {
  path: string;
  /** `000000` where it was not there. */
  from: string;
  /** `000000` where it is not there any more. */
  to: string;
}

export interface FileContent {
  path: string;
  content: string;
}

export const GONE = '000000';
const COMMIT = /^[0-9a-f]{40,64}$/;
const HISTORY_DEPTH = 50;
const AUTHOR = { name: 'coda', email: 'coda@localhost' };

export async function openRepository(
  { forge, env, folder }: { forge: Forge; env: World['env']; folder: string },
  signal: AbortSignal,
): Promise<Repository> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const repository = new Repository(forge, env, folder);
  await repository.init(signal);
  return repository;
}

export class Repository {
  private readonly forge: Forge;
  private readonly env: World['env'];
  private readonly folder: string;

  constructor(forge: Forge, env: World['env'], folder: string) {
    this.forge = forge;
    this.env = env;
    this.folder = folder;
  }

  async init(signal: AbortSignal): Promise<void> {
    await this.git(['init', '--quiet', '--bare', '--template=', '.'], { signal });
  }

  async fetchBranch(branch: string, signal: AbortSignal): Promise<string> {
    await this.fetch(`refs/heads/${branch}`, signal);
    return this.text(['rev-parse', '--verify', 'FETCH_HEAD^{commit}'], { signal });
  }

  async fetchCommit(commit: string, signal: AbortSignal): Promise<void> {
    if (!COMMIT.test(commit)) throw new Error(`${commit} is no commit`);
    await this.fetch(commit, signal);
  }

  async history(branch: string, signal: AbortSignal): Promise<string[]> {
    await this.fetch(`refs/heads/${branch}`, signal, HISTORY_DEPTH);
    const listed = await this.text(['rev-list', `--max-count=${HISTORY_DEPTH}`, 'FETCH_HEAD'], { signal });
    return listed.split('\n').filter(Boolean);
  }

  private async fetch(what: string, signal: AbortSignal, depth = 1): Promise<void> {
    const quiet = ['--quiet', '--no-tags', '--no-recurse-submodules', '--no-auto-maintenance', `--depth=${depth}`];
    await this.git(['fetch', ...quiet, this.forge.remote, what], { signal, network: true });
  }

  /** Identity of all files of a commit: two commits with the same tree hold the same. */
  async treeOf(commit: string, signal: AbortSignal): Promise<string> {
    return this.text(['rev-parse', '--verify', `${commit}^{tree}`], { signal });
  }

  async entries(commit: string, signal: AbortSignal): Promise<Entry[]> {
    const listed = await this.git(['ls-tree', '-r', '-z', '-l', '--full-tree', commit], { signal });
    return recordsIn(listed).map((record) => {
      const [facts = '', path = ''] = split(record, '\t');
      const [mode = '', , , size = '0'] = facts.split(/\s+/);
      return { mode, path, size: Number(size) || 0 };
    });
  }

  /** A file as it is stored: neither filters nor links are followed. */
  async read(commit: string, path: string, signal: AbortSignal): Promise<Buffer> {
    return this.git(['cat-file', 'blob', `${commit}:${path}`], { signal });
  }

  async grep(commit: string, patterns: readonly string[], signal: AbortSignal): Promise<string[]> {
    const asked = ['grep', '-l', '-z', '-I', '-E', '--all-match', ...alternatives(patterns), commit, '--'];
    const output = await this.git(asked, { signal, also: [1] });
    return recordsIn(output).map((record) => record.slice(commit.length + 1));
  }

  async matches(
    commit: string,
    patterns: readonly string[],
    signal: AbortSignal,
  ): Promise<{ path: string; text: string }[]> {
    const asked = ['grep', '-o', '-z', '-I', '-E', ...alternatives(patterns), commit, '--'];
    const lines = (await this.git(asked, { signal, also: [1] })).toString('utf8').split('\n');
    return lines.filter(Boolean).map((line) => {
      const [where, text] = split(line, '\0');
      return { path: where.slice(commit.length + 1), text };
    });
  }

  /**
   * Makes a commit of whole files on `base`. What is in it is written by its id: no filter, link or attribute of the
   * repository has a part in that. The same files make the same commit.
   */
  async commit(
    base: string,
    files: readonly FileContent[],
    { message, at, modes }: { message: string; at: Instant; modes: ReadonlyMap<string, string> },
    signal: AbortSignal,
  ): Promise<string> {
    const index = { GIT_INDEX_FILE: join(this.folder, 'coda-index') };
    await rm(index.GIT_INDEX_FILE, { force: true });
    await this.git(['read-tree', base], { signal }, index);
    const lines: string[] = [];
    for (const { path, content } of files) {
      const id = await this.text(['hash-object', '-w', '--no-filters', '--stdin'], { input: content, signal });
      lines.push(`${modes.get(path) ?? '100644'} ${id}\t${path}\0`);
    }
    await this.git(['update-index', '-z', '--index-info'], { input: lines.join(''), signal }, index);
    const tree = await this.text(['write-tree'], { signal }, index);
    const date = `${Math.floor(at.getTime() / 1_000)} +0000`;
    return this.text(
      ['commit-tree', tree, '-p', base, '-F', '-'],
      { input: message, signal },
      {
        GIT_AUTHOR_NAME: AUTHOR.name,
        GIT_AUTHOR_EMAIL: AUTHOR.email,
        GIT_AUTHOR_DATE: date,
        GIT_COMMITTER_NAME: AUTHOR.name,
        GIT_COMMITTER_EMAIL: AUTHOR.email,
        GIT_COMMITTER_DATE: date,
      },
    );
  }

  async changes(base: string, commit: string, signal: AbortSignal): Promise<Change[]> {
    const asked = ['diff-tree', '-r', '-z', '--raw', '--no-renames', '--no-textconv', '--no-ext-diff', base, commit];
    const records = recordsIn(await this.git(asked, { signal }));
    const changes: Change[] = [];
    for (let index = 0; index + 1 < records.length; index += 2) {
      const [from = '', to = ''] = (records[index] ?? '').slice(1).split(' ');
      changes.push({ path: records[index + 1] ?? '', from, to });
    }
    return changes;
  }

  async remoteBranch(branch: string, signal: AbortSignal): Promise<string | undefined> {
    const asked = ['ls-remote', '--refs', this.forge.remote, `refs/heads/${branch}`];
    const listed = (await this.git(asked, { signal, network: true })).toString('utf8');
    return listed
      .split('\n')
      .flatMap((line) => (line.endsWith(`\trefs/heads/${branch}`) ? [line.split('\t')[0]] : []))[0];
  }

  /** Makes the branch; refused by the remote where it has another one of this name. */
  async push(commit: string, branch: string, signal: AbortSignal): Promise<void> {
    const asked = ['push', '--quiet', '--no-verify', '--porcelain', '--no-follow-tags', '--recurse-submodules=no'];
    // An empty expectation: the branch must not be there.
    const lease = `--force-with-lease=refs/heads/${branch}:`;
    await this.git([...asked, lease, this.forge.remote, `${commit}:refs/heads/${branch}`], { signal, network: true });
  }

  async checkout(commit: string, folder: string, signal: AbortSignal): Promise<void> {
    await rm(folder, { recursive: true, force: true });
    await this.git(['worktree', 'prune'], { signal });
    await this.git(['worktree', 'add', '--quiet', '--detach', '--force', folder, commit], { signal });
  }

  private async text(args: readonly string[], call: GitCall, env: Record<string, string> = {}): Promise<string> {
    return (await this.git(args, call, env)).toString('utf8').trim();
  }

  private git(args: readonly string[], call: GitCall, env: Record<string, string> = {}): Promise<Buffer> {
    const { remote, token } = this.forge;
    return git({ folder: this.folder, env: this.env, remote, token }, args, call, env);
  }
}

const alternatives = (patterns: readonly string[]): string[] =>
  patterns.flatMap((pattern, index) => [...(index > 0 ? ['--or'] : []), '-e', pattern]);

const recordsIn = (bytes: Buffer): string[] => bytes.toString('utf8').split('\0').slice(0, -1);

function split(text: string, at: string): [string, string] {
  const index = text.indexOf(at);
  return [text.slice(0, index), text.slice(index + at.length)];
}
