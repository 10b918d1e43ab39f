/** git as a program: without hooks, without anybody's configuration, and with nothing of coda's own environment. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { deadline } from '../../base/async.ts';
import type { World } from '../../base/world.ts';

export interface GitOptions {
  folder: string;
  env: World['env'];
  /** The only address that it may talk to. */
  remote: string;
  /** Its key; undefined: everybody may read there. */
  token: string | undefined;
}

export interface GitCall {
  input?: string | Uint8Array;
  network?: true;
  also?: readonly number[];
  signal: AbortSignal;
}

const TIMEOUT_MS = 120_000;
const NETWORK_TIMEOUT_MS = 600_000;
const MOST_BYTES = 64 * 1024 * 1024;
const LONGEST_COMPLAINT = 400;
const INHERITED = [
  'PATH',
  'https_proxy',
  'HTTPS_PROXY',
  'http_proxy',
  'no_proxy',
  'NO_PROXY',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
];

/** Each is a way in which a repository, a user or a machine would make git run a program or write elsewhere. */
const SETTINGS: Readonly<Record<string, string>> = {
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'core.attributesFile': '/dev/null',
  'core.excludesFile': '/dev/null',
  'core.autocrlf': 'false',
  'core.protectNTFS': 'true',
  'core.protectHFS': 'true',
  'credential.helper': '',
  'protocol.allow': 'never',
  'http.followRedirects': 'false',
  'submodule.recurse': 'false',
  'fetch.recurseSubmodules': 'false',
  'commit.gpgSign': 'false',
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'advice.detachedHead': 'false',
};

/** A git that failed; its message holds neither key nor address. */
export class GitError extends Error {
  /** The remote could not be reached, or was too slow: it may answer later. */
  readonly isTransient: boolean;

  constructor(message: string, isTransient: boolean) {
    super(message);
    this.name = 'GitError';
    this.isTransient = isTransient;
  }
}

export async function git(
  options: GitOptions,
  args: readonly string[],
  call: GitCall,
  more: Readonly<Record<string, string>> = {},
): Promise<Buffer> {
  using time = deadline(call.network ? NETWORK_TIMEOUT_MS : TIMEOUT_MS, call.signal);
  time.signal.throwIfAborted();
  // A group of its own: what it starts to talk to the remote ends with it.
  const child = spawn('git', args, {
    cwd: options.folder,
    env: { ...environment(options, call), ...more },
    detached: true,
  });
  const kill = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // Git has ended by itself.
    }
  };
  time.signal.addEventListener('abort', kill, { once: true });
  const output: Buffer[] = [];
  let size = 0;
  let complaint = '';
  child.stdout.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > MOST_BYTES) kill();
    else output.push(chunk);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = `${complaint}${chunk.toString()}`.slice(-4_000);
  });
  child.stdin.on('error', () => {});
  child.stdin.end(call.input);
  const [code] = (await once(child, 'close').catch(throwMissingGit)) as [number | null];
  time.signal.removeEventListener('abort', kill);
  call.signal.throwIfAborted();
  if (time.hasPassed()) throw new GitError(`git ${args[0]} took too long.`, call.network === true);
  if (size > MOST_BYTES) throw new GitError(`git ${args[0]} answers too much.`, false);
  if (code === 0 || call.also?.includes(code ?? -1)) return Buffer.concat(output);
  throw new GitError(
    `git ${args[0]} failed: ${plain(complaint, options)}`,
    call.network === true && mayPass(complaint),
  );
}

function throwMissingGit(error: unknown): never {
  if ((error as { code?: string }).code !== 'ENOENT') throw error;
  throw new GitError('There is no program git here; install it where coda runs.', false);
}

function environment({ env, folder, remote, token }: GitOptions, { network }: GitCall): Record<string, string> {
  const inherited = INHERITED.flatMap((name) => (env[name] ? [[name, env[name]] as const] : []));
  const { protocol, origin } = new URL(remote);
  const scheme = protocol.slice(0, -1);
  const settings = { ...SETTINGS, ...(network && accessEnvironment(origin, scheme, token)) };
  const entries = Object.entries(settings).flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key] as const,
    [`GIT_CONFIG_VALUE_${index}`, value] as const,
  ]);
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    ...Object.fromEntries(inherited),
    HOME: folder,
    LANG: 'C',
    LC_ALL: 'C',
    XDG_CONFIG_HOME: folder,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '/bin/false',
    GIT_SSH_COMMAND: '/bin/false',
    GIT_EDITOR: '/bin/false',
    GIT_CEILING_DIRECTORIES: folder,
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_ALLOW_PROTOCOL: scheme,
    GIT_CONFIG_COUNT: String(Object.keys(settings).length),
    ...Object.fromEntries(entries),
  };
}

/** The key stands in the environment of a program that ends soon, and only its own user can read that. */
function accessEnvironment(origin: string, scheme: string, token: string | undefined): Record<string, string> {
  if (token === undefined) return { [`protocol.${scheme}.allow`]: 'always' };
  const basic = Buffer.from(`x-access-token:${token}`).toString('base64');
  return { [`protocol.${scheme}.allow`]: 'always', [`http.${origin}/.extraHeader`]: `Authorization: Basic ${basic}` };
}

/** No answer, or one that says that the server is out of order; a refusal stays one. */
function mayPass(complaint: string): boolean {
  return /could not resolve|failed to connect|couldn't connect|timed out|connection (?:reset|refused)|empty reply|early EOF|unexpectedly|hung up|recv failure|error: (?:429|5\d\d)|The requested URL returned error: 5/i.test(
    complaint,
  );
}

function plain(complaint: string, { remote, token }: GitOptions): string {
  const keys = token === undefined ? [] : [token, Buffer.from(`x-access-token:${token}`).toString('base64')];
  const text = keys
    .reduce((words, key) => words.replaceAll(key, '…'), complaint)
    .replaceAll(remote, 'the remote')
    .replace(/\s+/g, ' ')
    .trim();
  return text.slice(-LONGEST_COMPLAINT) || 'it says nothing';
}
