/** A forge by the tools of an MCP server; their names and inputs are those of GitHub's own server. */
import type { Json } from '../../../base/json.ts';
import type { ToolServers } from '../../../chat/index.ts';
import { type AskedPull, type ForgeAnswer, jsonIn, type PullRequest, type PullRequests, pullIn } from './forge.ts';
import type { FileContent } from './repository.ts';
import type { Forge } from './settings.ts';
import * as texts from './texts.ts';

/** Tools that it calls. */
type ForgeTool = 'create_branch' | 'push_files' | 'list_pull_requests' | 'create_pull_request';

/** One repository of a forge. A call whose answer was lost may have had its effect: look before it is repeated. */
export class ForgeTools implements PullRequests {
  private readonly servers: ToolServers;
  private readonly server: string;
  private readonly forge: Forge;

  constructor(servers: ToolServers, server: string, forge: Forge) {
    this.servers = servers;
    this.server = server;
    this.forge = forge;
  }

  /** Makes a branch at the newest commit of the base branch. */
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
    const found = await this.call('list_pull_requests', input, signal);
    if (!found.ok) return found;
    const list = jsonIn(found.value);
    return pullIn(list === null ? [] : list, branch);
  }

  /** Opens one. Its answer differs between servers, so that the list is read again. */
  async open({ branch, title, body }: AskedPull, signal: AbortSignal): Promise<ForgeAnswer<PullRequest>> {
    const { base } = this.forge;
    const made = await this.call('create_pull_request', { title, body, head: branch, base, draft: false }, signal);
    const there = await this.find(branch, signal);
    if (there.ok && there.value !== undefined) return { ok: true, value: there.value };
    if (!made.ok) return made;
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
