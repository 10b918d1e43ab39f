/** A forge on this machine: git's own HTTP server behind a key, and the part of GitHub's API that opens pull requests. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { answerTools, type ForgeToolName } from './mcp/forge-tools.ts';

export const FORGE_TOKEN = 'forge-token-0123456789';
const REPOSITORY = 'ana/coda';
const OWNER = 'ana';

export interface Pull {
  number: number;
  title: string;
  body: string;
  head: string;
  base: string;
}

/** What a client asks for, before and after it has had its effect. */
export type ForgeMoment = `${'before' | 'after'}:${'fetch' | 'push' | 'find' | 'open' | ForgeToolName}`;

export class Forge implements AsyncDisposable {
  readonly pulls: Pull[] = [];
  /** All that was asked for, as `GET /path`. */
  readonly asked: string[] = [];
  /** Requests without the key. */
  readonly unauthorized: string[] = [];
  /** Called at each moment; where it gives true, the connection is cut there. */
  cuts: ((moment: ForgeMoment) => boolean) | undefined;
  /** Answers every call of its API with this status. */
  broken: number | undefined;
  /** Everybody may read the repository; nobody pushes over git. */
  private isPublic = false;
  readonly folder = mkdtempSync(join(tmpdir(), 'coda-forge-'));
  private readonly server: Server;

  private constructor(server: Server) {
    this.server = server;
  }

  /** With one commit of these files on `main`; `links` by their targets. */
  static async start(
    files: Readonly<Record<string, string>>,
    links: Readonly<Record<string, string>> = {},
  ): Promise<Forge> {
    const server = createServer();
    const forge = new Forge(server);
    forge.fill(files, links);
    server.on('request', (request, response) => void forge.serve(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return forge;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** What `executor_forge` holds for it. */
  get settings() {
    return { api: this.url, repository: REPOSITORY, remote: `${this.url}/git/coda.git`, token: FORGE_TOKEN };
  }

  /** What `executor_forge` holds where the MCP server `server` writes to it, and everybody may read. */
  settingsBy(server: string) {
    const { repository, remote } = this.settings;
    this.isPublic = true;
    return { kind: 'mcp', server, repository, remote };
  }

  /** What `mcp.servers` holds for its own server. */
  get serverSettings() {
    return { url: `${this.url}/mcp`, headers: { Authorization: `Bearer ${FORGE_TOKEN}` } };
  }

  get bare(): string {
    return join(this.folder, 'git', 'coda.git');
  }

  git(...args: string[]): string {
    return gitIn(this.bare, ...args);
  }

  /** Its branches besides `main`. */
  branches(): string[] {
    const all = this.git('for-each-ref', '--format=%(refname:short)', 'refs/heads').split('\n');
    return all.filter((name) => name !== '' && name !== 'main');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    rmSync(this.folder, { recursive: true, force: true });
  }

  private fill(files: Readonly<Record<string, string>>, links: Readonly<Record<string, string>>): void {
    const work = join(this.folder, 'work');
    mkdirSync(work, { recursive: true });
    mkdirSync(this.bare, { recursive: true });
    gitIn(work, 'init', '--quiet', '--initial-branch=main', '.');
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(work, path)), { recursive: true });
      writeFileSync(join(work, path), content);
    }
    gitIn(work, 'add', '-A');
    for (const [path, target] of Object.entries(links)) {
      const id = execFileSync('git', ['hash-object', '-w', '--stdin'], { cwd: work, input: target }).toString().trim();
      gitIn(work, 'update-index', '--add', '--cacheinfo', `120000,${id},${path}`);
    }
    gitIn(work, 'commit', '--quiet', '-m', 'begin');
    gitIn(this.bare, 'init', '--quiet', '--bare', '--initial-branch=main', '.');
    gitIn(this.bare, 'config', 'http.receivepack', 'true');
    gitIn(work, 'push', '--quiet', this.bare, 'main');
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/' } = request;
    this.asked.push(`${method} ${url}`);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const isGit = url.startsWith('/git/');
    const isReading = this.isPublic && isGit && !url.includes('git-receive-pack');
    const basic = `Basic ${Buffer.from(`x-access-token:${FORGE_TOKEN}`).toString('base64')}`;
    if (!isReading && request.headers.authorization !== (isGit ? basic : `Bearer ${FORGE_TOKEN}`)) {
      this.unauthorized.push(`${method} ${url}`);
      return answer(response, isGit ? 401 : 404, { message: isGit ? 'Requires authentication' : 'Not Found' });
    }
    if (this.broken !== undefined) return answer(response, this.broken, { message: 'Server Error' });
    if (url === '/mcp') return answerTools(this, request, response, body.toString('utf8'));
    const isPush = method === 'POST' && url.endsWith('/git-receive-pack');
    const kind = isGit ? (isPush ? 'push' : 'fetch') : method === 'POST' ? 'open' : 'find';
    const isCut = (when: 'before' | 'after') => this.cuts?.(`${when}:${kind}`) === true;
    if (isCut('before')) return void response.destroy();
    if (isGit) return this.cgi(request, url, body, response, isCut);
    const [status, value] = this.api(method, url, body.toString('utf8'), request);
    if (isCut('after')) return void response.destroy();
    return answer(response, status, value);
  }

  /** https://docs.github.com/en/rest/pulls/pulls */
  private api(method: string, url: string, text: string, request: IncomingMessage): [number, unknown] {
    const { pathname, searchParams } = new URL(url, this.url);
    if (!request.headers['user-agent']) return [403, { message: 'Request forbidden by administrative rules.' }];
    if (pathname !== `/repos/${REPOSITORY}/pulls`) return [404, { message: 'Not Found' }];
    if (method === 'GET') return [200, this.pullsOf(searchParams.get('head'))];
    if (method !== 'POST') return [404, { message: 'Not Found' }];
    return this.open(JSON.parse(text) as Record<string, unknown>);
  }

  /** The pull requests of `OWNER:BRANCH`; null: all. */
  pullsOf(head: string | null) {
    return this.pulls.filter((pull) => head === null || head === `${OWNER}:${pull.head}`).map(shown);
  }

  /** The answer to a request to open one: its status and its body. */
  open({ title, body, head, base }: Record<string, unknown>): [number, unknown] {
    const wrong = (message: string): [number, unknown] => [
      422,
      { message: 'Validation Failed', errors: [{ resource: 'PullRequest', code: 'custom', message }] },
    ];
    if (typeof title !== 'string' || title === '' || title.length > 256) return wrong('title is missing');
    if (typeof head !== 'string' || !this.branches().includes(head)) return wrong('head is invalid');
    if (base !== 'main') return wrong('base is invalid');
    if (this.git('rev-parse', head) === this.git('rev-parse', 'main'))
      return wrong(`No commits between main and ${head}`);
    if (this.pulls.some((pull) => pull.head === head))
      return wrong(`A pull request already exists for ${OWNER}:${head}.`);
    const pull = { number: this.pulls.length + 1, title, body: String(body ?? ''), head, base };
    this.pulls.push(pull);
    return [201, shown(pull)];
  }

  private cgi(
    request: IncomingMessage,
    url: string,
    body: Buffer,
    response: ServerResponse,
    isCut: (when: 'before' | 'after') => boolean,
  ): void {
    const { pathname, search } = new URL(url, this.url);
    const env = {
      PATH: process.env.PATH ?? '',
      ...{ GIT_PROJECT_ROOT: join(this.folder, 'git'), GIT_HTTP_EXPORT_ALL: '1', REMOTE_USER: OWNER },
      ...{
        PATH_INFO: pathname.slice('/git'.length),
        QUERY_STRING: search.slice(1),
        REQUEST_METHOD: request.method ?? '',
      },
      ...{ CONTENT_TYPE: request.headers['content-type'] ?? '', CONTENT_LENGTH: String(body.length) },
      HTTP_CONTENT_ENCODING: String(request.headers['content-encoding'] ?? ''),
      HTTP_GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      GIT_CONFIG_NOSYSTEM: '1',
    };
    const child = spawn('git', ['http-backend'], { env, stdio: ['pipe', 'pipe', 'ignore'] });
    const out: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stdin.on('error', () => {});
    child.stdin.end(body);
    child.on('close', () => {
      if (isCut('after')) return void response.destroy();
      const all = Buffer.concat(out);
      const end = all.indexOf('\r\n\r\n');
      const headers = Object.fromEntries(
        all
          .subarray(0, end)
          .toString()
          .split('\r\n')
          .map((line) => line.split(': ') as [string, string]),
      );
      response.writeHead(Number.parseInt(headers.Status ?? '200', 10), headers);
      response.end(all.subarray(end + 4));
    });
  }
}

function shown({ number, title, body, head, base }: Pull) {
  return {
    ...{ number, title, body, state: 'open', html_url: `https://forge.example/${REPOSITORY}/pull/${number}` },
    ...{ head: { ref: head, label: `${OWNER}:${head}` }, base: { ref: base } },
  };
}

function answer(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'www-authenticate': 'Basic' });
  response.end(JSON.stringify(value));
}

/** git of the test's own, without anybody's configuration. */
export function gitIn(folder: string, ...args: string[]): string {
  const who = { GIT_AUTHOR_NAME: 'ana', GIT_AUTHOR_EMAIL: 'ana@example.com' };
  const env = {
    ...{ PATH: process.env.PATH ?? '', HOME: '/nowhere', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
    ...{ ...who, GIT_COMMITTER_NAME: 'ana', GIT_COMMITTER_EMAIL: 'ana@example.com' },
  };
  return execFileSync('git', args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
    .toString()
    .trim();
}
