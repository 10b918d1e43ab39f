import { z } from 'zod';
import { parseJson } from '../../base/json.ts';
import type { Egress } from '../../egress/index.ts';
import type { Forge } from './settings.ts';

export interface PullRequest {
  number: number;
  url: string;
}

/** `isTransient`: it may go well later. */
export type ForgeAnswer<T> = { ok: true; value: T } | { ok: false; message: string; isTransient: boolean };

export interface AskedPull {
  branch: string;
  title: string;
  body: string;
}

/** The pull requests of one repository. What is there already is found, so that each verb may be repeated. */
export interface PullRequests {
  find(branch: string, signal: AbortSignal): Promise<ForgeAnswer<PullRequest | undefined>>;
  open(asked: AskedPull, signal: AbortSignal): Promise<ForgeAnswer<PullRequest>>;
}

const LIMITS = { redirects: 0, maxBytes: 4 * 1024 * 1024, totalMs: 60_000 };

const pull = z.object({
  number: z.int().positive(),
  html_url: z.string().max(2_000),
  state: z.string(),
  head: z.object({ ref: z.string() }),
});

const UNREADABLE = {
  ok: false,
  message: 'The forge answers in a form that I do not know.',
  isTransient: false,
} as const;

export function pullIn(list: unknown, branch: string): ForgeAnswer<PullRequest | undefined> {
  const read = z.array(pull).safeParse(list);
  if (!read.success) return UNREADABLE;
  const one = read.data.find(({ head }) => head.ref === branch);
  return { ok: true, value: one && { number: one.number, url: one.html_url } };
}

export class ForgeApi implements PullRequests {
  private readonly egress: Egress;
  private readonly forge: Forge;

  /** `egress`: one that may reach the forge (`Egress.trusting`). */
  constructor(egress: Egress, forge: Forge) {
    this.egress = egress;
    this.forge = forge;
  }

  async find(branch: string, signal: AbortSignal): Promise<ForgeAnswer<PullRequest | undefined>> {
    const [owner = ''] = this.forge.repository.split('/');
    const query = new URLSearchParams({ head: `${owner}:${branch}`, state: 'all', per_page: '10' });
    const answer = await this.ask('GET', `pulls?${query}`, undefined, signal);
    return answer.ok ? pullIn(answer.value, branch) : answer;
  }

  /** Opens one; a forge that has it already says so, and it is looked up. */
  async open({ branch, title, body }: AskedPull, signal: AbortSignal): Promise<ForgeAnswer<PullRequest>> {
    const { base } = this.forge;
    const answer = await this.ask('POST', 'pulls', { title, body, head: branch, base, draft: false }, signal);
    if (!answer.ok) {
      const there = await this.find(branch, signal);
      return there.ok && there.value ? { ok: true, value: there.value } : answer;
    }
    const read = pull.safeParse(answer.value);
    if (read.success) return { ok: true, value: { number: read.data.number, url: read.data.html_url } };
    return UNREADABLE;
  }

  private async ask(
    method: 'GET' | 'POST',
    path: string,
    body: unknown,
    signal: AbortSignal,
  ): Promise<ForgeAnswer<unknown>> {
    const { api, repository, token } = this.forge;
    const answer = await this.egress.fetch(`${api.replace(/(?<!\/)\/+$/, '')}/repos/${repository}/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/vnd.github+json',
        'x-github-api-version': '2022-11-28',
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      limits: LIMITS,
      signal,
    });
    signal.throwIfAborted();
    if (!answer.ok) return { ok: false, message: answer.message, isTransient: true };
    const read = await answer.bytes();
    if (!read.ok) return { ok: false, message: read.message, isTransient: true };
    const value = jsonIn(Buffer.from(read.bytes).toString('utf8'));
    if (answer.status >= 200 && answer.status < 300) return { ok: true, value };
    const errorBody = z.object({ message: z.string() }).safeParse(value);
    const why = errorBody.success ? `: ${errorBody.data.message.slice(0, 200)}` : '';
    return { ok: false, message: `The forge refuses (${answer.status})${why}.`, isTransient: isLater(answer.status) };
  }
}

const isLater = (status: number): boolean => status === 429 || status >= 500;

export function jsonIn(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
