import type { Json } from '../../base/json.ts';
import type { ToolServers } from '../../chat/index.ts';
import { RetryLater } from '../../proposals/index.ts';
import { filesAfter } from './change.ts';
import type { Deps } from './config.ts';
import { refusalOf } from './forbidden.ts';
import { type AskedPull, type ForgeAnswer, jsonIn, type PullRequest, type PullRequests, pullIn } from './forge.ts';
import { RefusedRun } from './outcome.ts';
import type { FileContent, Repository } from './repository.ts';
import { type Forge, forgeOf } from './settings.ts';
import type { Run } from './store.ts';
import { radius } from './survey.ts';
import * as texts from './texts.ts';

const PLAIN = '100644';

export function forgeFor({ config }: Pick<Deps, 'config'>): Forge {
  const forge = forgeOf(config);
  if (forge === undefined) throw new RefusedRun(texts.noForge());
  return forge;
}

export function toolsOf({ ports: { servers } }: Pick<Deps, 'ports'>, forge: Forge): ForgeTools | undefined {
  const { server } = forge;
  if (server === undefined) return undefined;
  if (!servers.has(server)) throw new RefusedRun(texts.noServer(server));
  return new ForgeTools(servers, server, forge);
}

export function unwrapAnswer<T>(answer: ForgeAnswer<T>): T {
  if (answer.ok) return answer.value;
  throw answer.isTransient ? new RetryLater(answer.message) : new RefusedRun(answer.message);
}

/** Makes the commit again: the same change on the same base is the same commit. Its real difference is what is judged. */
export async function makeCommit(
  deps: Deps,
  run: Run,
  repository: Repository,
  signal: AbortSignal,
): Promise<{ commit: string; files: readonly FileContent[] }> {
  const { base, change, startedAt } = run;
  if (base === undefined || change === undefined) throw new RefusedRun(texts.nothingMade());
  const entries = await repository.entries(base, signal);
  const files = await filesAfter(repository, { base, entries }, change, signal);
  if (typeof files === 'string') throw new RefusedRun(files);
  const modes = new Map(entries.map(({ path, mode }) => [path, mode]));
  const message = texts.commitMessage(run);
  const commit = await repository.commit(base, files, { message, at: startedAt, modes }, signal);
  const { executor_forbidden_paths: forbidden, executor_max_files: maxFiles } = deps.config;
  const refusal = refusalOf(await repository.changes(base, commit, signal), entries, { forbidden, maxFiles });
  if (refusal !== undefined) throw new RefusedRun(refusal);
  return { commit, files };
}

export async function pushByGit(
  deps: Deps,
  run: Run,
  repository: Repository,
  signal: AbortSignal,
): Promise<{ commit: string }> {
  await repository.fetchCommit(run.base ?? '', signal);
  const { commit } = await makeCommit(deps, run, repository, signal);
  const there = await repository.remoteBranch(run.branch, signal);
  if (there !== undefined && there !== commit) throw new RefusedRun(texts.branchTaken(run.branch));
  if (there === undefined) await repository.push(commit, run.branch, signal);
  return { commit };
}

/**
 * The server makes the branch at the newest commit of the base branch, and the commit itself: the base may be a later one
 * than was surveyed, and the commit is known by its tree. What a call whose answer was lost has left is found and gone on with.
 */
export async function pushByTools(
  deps: Deps,
  run: Run,
  { repository, tools, forge }: { repository: Repository; tools: ForgeTools; forge: Forge },
  signal: AbortSignal,
): Promise<{ base: string; commit: string }> {
  const { branch } = run;
  if ((await repository.remoteBranch(branch, signal)) === undefined) {
    const answer = await tools.createBranch(branch, signal);
    if (!answer.ok && (await repository.remoteBranch(branch, signal)) === undefined) unwrapAnswer(answer);
  }
  const { base, tip } = await beginningOf(repository, { branch, forge }, signal);
  const { commit, files } = await makeCommit(deps, { ...run, base }, repository, signal);
  const changes = await repository.changes(base, commit, signal);
  const program = changes.find(({ to }) => to !== PLAIN);
  if (program !== undefined) throw new RefusedRun(texts.notPlain(program.path));
  if (base !== run.base) {
    const looked = { repository, base, entries: await repository.entries(base, signal) };
    await radius(
      deps,
      looked,
      changes.map(({ path }) => path),
      [],
      signal,
    );
  }
  const wanted = await repository.treeOf(commit, signal);
  const isThere = async (id: string) => (await repository.treeOf(id, signal)) === wanted;
  if (await isThere(tip)) return { base, commit: tip };
  if (tip !== base) throw new RefusedRun(texts.branchTaken(branch));
  const pushed = await tools.pushFiles({ branch, message: texts.commitMessage(run), files }, signal);
  const now = await repository.fetchBranch(branch, signal);
  if (await isThere(now)) return { base, commit: now };
  unwrapAnswer(pushed);
  throw now === base ? new RetryLater(texts.notPushed()) : new RefusedRun(texts.branchTaken(branch));
}

async function beginningOf(
  repository: Repository,
  { branch, forge }: { branch: string; forge: Forge },
  signal: AbortSignal,
): Promise<{ base: string; tip: string }> {
  const own = await repository.history(branch, signal);
  const common = new Set(await repository.history(forge.base, signal));
  const base = own.find((commit) => common.has(commit));
  const [tip] = own;
  if (tip === undefined || base === undefined) throw new RefusedRun(texts.branchTaken(branch));
  return { base, tip };
}

// A forge by the tools of an MCP server; their names and inputs are those of GitHub's own server.

type ForgeTool = 'create_branch' | 'push_files' | 'list_pull_requests' | 'create_pull_request';

/** A repository of a forge. A call whose answer was lost may have had its effect: look before it is repeated. */
class ForgeTools implements PullRequests {
  private readonly servers: ToolServers;
  private readonly server: string;
  private readonly forge: Forge;

  constructor(servers: ToolServers, server: string, forge: Forge) {
    this.servers = servers;
    this.server = server;
    this.forge = forge;
  }

  createBranch(branch: string, signal: AbortSignal): Promise<ForgeAnswer<string>> {
    return this.call('create_branch', { branch, from_branch: this.forge.base }, signal);
  }

  /** Adds a commit of whole files to a branch; each gets the mode of a plain file. */
  pushFiles(
    { branch, message, files }: { branch: string; message: string; files: readonly FileContent[] },
    signal: AbortSignal,
  ): Promise<ForgeAnswer<string>> {
    const contents = files.map(({ path, content }) => ({ path, content }));
    return this.call('push_files', { branch, message, files: contents }, signal);
  }

  async find(branch: string, signal: AbortSignal): Promise<ForgeAnswer<PullRequest | undefined>> {
    const [owner = ''] = this.forge.repository.split('/');
    const input = { head: `${owner}:${branch}`, state: 'all', perPage: 10 };
    const answer = await this.call('list_pull_requests', input, signal);
    if (!answer.ok) return answer;
    const list = jsonIn(answer.value);
    return pullIn(list === null ? [] : list, branch);
  }

  /** Opens one. Its answer differs between servers, so that the list is read again. */
  async open({ branch, title, body }: AskedPull, signal: AbortSignal): Promise<ForgeAnswer<PullRequest>> {
    const { base } = this.forge;
    const answer = await this.call('create_pull_request', { title, body, head: branch, base, draft: false }, signal);
    const there = await this.find(branch, signal);
    if (there.ok && there.value !== undefined) return { ok: true, value: there.value };
    if (!answer.ok) return answer;
    return there.ok ? { ok: false, message: texts.notListed(), isTransient: true } : there;
  }

  private async call(tool: ForgeTool, input: Record<string, Json>, signal: AbortSignal): Promise<ForgeAnswer<string>> {
    const [owner = '', repo = ''] = this.forge.repository.split('/');
    const answer = await this.servers.call({ server: this.server, tool, input: { owner, repo, ...input } }, signal);
    if (answer.ok) return { ok: true, value: answer.text };
    return { ...answer, isTransient: answer.isTransient || isPassing(answer.message) };
  }
}

/** The forge behind the server is out of order, or has heard too much. */
function isPassing(message: string): boolean {
  return /\b(?:429|50[0234])\b|rate limit|timed? ?out|timeout|connection re(?:set|fused)/i.test(message);
}
