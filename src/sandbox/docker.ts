/** The calls of Docker's API that a sandbox needs, one function each. */

import { readFile } from 'node:fs/promises';
import { Agent, type IncomingMessage } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { join } from 'node:path';
import type { Duplex, Readable } from 'node:stream';
import { inspect } from 'node:util';
import { deadline } from '../base/async.ts';
import { messageOf } from '../base/errors.ts';
import { omitUndefined } from '../base/json.ts';
import { readLines } from '../base/lines.ts';
import { homeFolder } from '../base/root.ts';
import { type Endpoint, knownKeys, signaturesBy } from './endpoint.ts';
import { type Caller, DockerError, type DockerRequest, DockerStepError, jsonIn, unlessGone } from './failure.ts';
import type { ContainerOptions } from './spec.ts';

export { DockerError } from './failure.ts';

export interface ExecRequest {
  command: readonly string[];
  env: readonly string[];
  cwd: string;
  user: string;
  stdin: boolean;
}

export interface EngineFacts {
  version: string;
  architecture: string;
  cgroups: string;
  limits: { memory: boolean; pids: boolean; cpu: boolean };
  runtimes: string[];
  /** `name=userns`, `name=rootless`, `name=seccomp,…` */
  security: string[];
}

export interface ListedResource {
  /** A container's id or a volume's name. */
  id: string;
  labels: Readonly<Record<string, string>>;
}

export type DockerEvent = { action: 'oom' | 'die' } | { action: 'exec_die'; exec: string; code: number };

/** An engine. Every call rejects with a `DockerError`, also when the engine does not answer in time. */
export type Docker = ReturnType<typeof calls>;

export interface ConnectOptions {
  /** A folder with `ca.pem`, `cert.pem` and `key.pem`. */
  keys?: string | undefined;
  /** The socket of the SSH agent (`SSH_AUTH_SOCK`), and the home folder, in which the keys of hosts are. */
  ssh?: { agent: string | undefined; home: string | undefined };
  patienceMs?: number | undefined;
}

/** Makes a client; nothing is connected before the first call. */
export async function dockerAt(
  endpoint: Endpoint,
  { keys, ssh, patienceMs = PATIENCE_MS }: ConnectOptions = {},
): Promise<Docker> {
  // 20 MB and 0.2 s: only where code is run.
  const { default: Dockerode } = await import('dockerode');
  const agent =
    endpoint.kind === 'tcp' && endpoint.tls ? new TlsAgent({ keepAlive: true }) : new Agent({ keepAlive: true });
  const options = await modemOptions(endpoint, keys, ssh).catch((error: unknown) => {
    throw new DockerError(messageOf(error), undefined, error);
  });
  // The client writes out the options of each call for a log that nobody reads, with each socket of the agent: milliseconds.
  Object.defineProperty(agent, inspect.custom, { value: () => 'Agent' });
  const isSsh = endpoint.kind === 'ssh';
  const { modem } = new Dockerode({ ...options, ...(!isSsh && { agent }) });
  if (isSsh) connectBySsh(modem);
  return calls(caller(modem, patienceMs), () => agent.destroy());
}

/** All of it is named: what is left out, dockerode would take from DOCKER_HOST and its relatives. */
async function modemOptions(endpoint: Endpoint, keys: string | undefined, ssh: ConnectOptions['ssh']) {
  const none = { host: undefined, port: undefined, socketPath: undefined, username: undefined };
  const plain = {
    ...none,
    pathPrefix: '/',
    protocol: 'http',
    ca: undefined,
    cert: undefined,
    key: undefined,
    timeout: undefined,
  };
  if (endpoint.kind === 'unix') return { ...plain, socketPath: endpoint.path };
  const { host, port } = endpoint;
  if (endpoint.kind === 'tcp') {
    if (!endpoint.tls || keys === undefined) return { ...plain, host, port };
    const read = (name: string) => readFile(join(keys, name));
    // In order, so that of several missing files it is always the first that is named.
    const [ca, cert, key] = [await read('ca.pem'), await read('cert.pem'), await read('key.pem')];
    return { ...plain, host, port, protocol: 'https', ca, cert, key };
  }
  const file = join(ssh?.home || homeFolder(), '.ssh', 'known_hosts');
  const hostKeys = knownKeys(await readFile(file, 'utf8').catch(() => ''), endpoint);
  if (hostKeys.length === 0) throw new Error(`${file} has no key of ${host}; "ssh ${host}" asks for it and keeps it.`);
  const sshOptions = {
    agent: ssh?.agent,
    // Without this any host would do.
    hostVerifier: (key: Buffer) => hostKeys.includes(key.toString('base64')),
    // A host has several keys, and shows the one that it is asked for.
    algorithms: { serverHostKey: hostKeys.flatMap(signaturesBy) },
  };
  return { ...plain, host, port, username: endpoint.user, sshOptions };
}

/**
 * Has its calls go by SSH. The client makes an address of the protocol's name, and one that begins with `ssh:` is invalid;
 * under its own protocol, `http`, it is asked for SSH only as it connects.
 */
function connectBySsh(modem: Modem): void {
  const connecting: Modem = Object.create(modem, { protocol: { value: 'ssh' } });
  const { buildRequest } = modem;
  modem.buildRequest = (...request) => buildRequest.apply(connecting, request);
}

type Modem = InstanceType<typeof import('dockerode').default>['modem'];

const PATIENCE_MS = 20_000;
const LONGEST_WAIT_MS = 4 * 3_600_000;
const OK = { 200: true, 201: true, 204: true, 304: true } as const;

function caller(modem: Modem, patienceMs: number): Caller {
  return async <T>(path: string, request: DockerRequest = {}): Promise<T> => {
    const { method = 'GET', query = {}, body = {}, file, answer = 'json', ms = patienceMs, signal } = request;
    using time = deadline(ms, signal);
    try {
      return await new Promise<T>((resolve, reject) => {
        time.signal.addEventListener('abort', () => reject(time.signal.reason), { once: true });
        modem.dial(
          {
            path: `${path}?`,
            method,
            options: { _query: query, _body: body },
            statusCodes: OK,
            abortSignal: time.signal,
            ...(file && { file, headers: { 'Content-Type': 'application/x-tar' } }),
            ...(answer === 'stream' && { isStream: true }),
            // Without a body the request's head would wait for one.
            ...(answer === 'connection' && { isStream: true, hijack: true, openStdin: true, allowEmpty: true }),
          },
          (error, value) => (error ? reject(error) : resolve(value as T)),
        );
      });
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (time.hasPassed()) throw new DockerError(`Docker does not answer within ${ms / 1_000} s.`, undefined, error);
      throw dockerError(error);
    }
  };
}

function dockerError(error: unknown): DockerError {
  const { statusCode, json } = error as { statusCode?: number; json?: { message?: unknown } };
  const message = typeof json?.message === 'string' ? json.message : messageOf(error);
  return new DockerError(message.replace(/\s+/g, ' ').trim().slice(0, 500), statusCode, error);
}

const label = (labels: Readonly<Record<string, string>>) =>
  Object.entries(labels).map(([name, value]) => `${name}=${value}`);

function calls(call: Caller, hangUp: () => void) {
  return {
    ...engineCalls(call),
    ...imageCalls(call),
    ...leftoverCalls(call),
    ...containerCalls(call),
    ...detachedCalls(call),
    ...streamCalls(call),
    ...execCalls(call),
    close: hangUp,
  };
}

function engineCalls(call: Caller) {
  return {
    async facts(signal?: AbortSignal): Promise<EngineFacts> {
      const [version, info] = await Promise.all([
        call<{ Version: string; Arch: string }>('/version', { signal }),
        call<Record<string, unknown>>('/info', { signal }),
      ]);
      return {
        version: version.Version,
        architecture: version.Arch,
        cgroups: String(info.CgroupVersion ?? '1'),
        limits: { memory: info.MemoryLimit === true, pids: info.PidsLimit === true, cpu: info.CpuCfsQuota === true },
        runtimes: Object.keys(info.Runtimes ?? {}),
        security: Array.isArray(info.SecurityOptions) ? info.SecurityOptions.map(String) : [],
      };
    },
  };
}

function leftoverCalls(call: Caller) {
  return {
    /** Containers with these labels, stopped ones included. */
    async containers(labels: Readonly<Record<string, string>>): Promise<ListedResource[]> {
      const query = { all: 1, filters: { label: label(labels) } };
      const containers = await call<{ Id: string; Labels: Record<string, string> }[]>('/containers/json', { query });
      return containers.map(({ Id, Labels }) => ({ id: Id, labels: Labels }));
    },

    async volumes(labels: Readonly<Record<string, string>>): Promise<ListedResource[]> {
      const query = { filters: { label: label(labels) } };
      const { Volumes } = await call<{ Volumes: { Name: string; Labels: Record<string, string> }[] | null }>(
        '/volumes',
        { query },
      );
      return (Volumes ?? []).map(({ Name, Labels }) => ({ id: Name, labels: Labels }));
    },

    removeVolume: (name: string) =>
      unlessGone(call<void>(`/volumes/${name}`, { method: 'DELETE', query: { force: 1 } })),
  };
}

function containerCalls(call: Caller) {
  return {
    async create(name: string, options: ContainerOptions, signal?: AbortSignal): Promise<string> {
      const request = { method: 'POST', query: { name }, body: options, signal } as const;
      return (await call<{ Id: string }>('/containers/create', request)).Id;
    },

    start: (id: string, signal?: AbortSignal) => call<void>(`/containers/${id}/start`, { method: 'POST', signal }),

    /** Kills the container, and removes it with the volumes that have no name. Resolves also when it is gone already. */
    async remove(id: string): Promise<void> {
      try {
        await unlessGone(call<void>(`/containers/${id}`, { method: 'DELETE', query: { force: 1, v: 1 } }));
      } catch (error) {
        if (!(error instanceof DockerError && error.status === 409)) throw error;
        // The container removes itself at this moment.
        await unlessGone(call<void>(`/containers/${id}/wait`, { method: 'POST', query: { condition: 'removed' } }));
      }
    },

    async isRunning(id: string): Promise<boolean> {
      try {
        return (await call<{ State: { Running: boolean } }>(`/containers/${id}/json`)).State.Running;
      } catch (error) {
        if (error instanceof DockerError && error.status === 404) return false;
        throw error;
      }
    },

    limitProcesses: (id: string, pids: number) =>
      call<void>(`/containers/${id}/update`, { method: 'POST', body: { PidsLimit: pids } }),

    /**
     * Number of processes in it; undefined where the engine cannot tell, for want of `ps`. The engine's usage figures
     * would tell it too, but once a second at most.
     */
    async processes(id: string): Promise<number | undefined> {
      try {
        const query = { ps_args: '-o pid' };
        return (await call<{ Processes: unknown[] }>(`/containers/${id}/top`, { query })).Processes.length;
      } catch (error) {
        if (error instanceof DockerError && error.status === 500) return undefined;
        throw error;
      }
    },
  };
}

function detachedCalls(call: Caller) {
  return {
    async state(id: string): Promise<{ isRunning: boolean; exitCode: number | undefined; oomKilled: boolean }> {
      const { State } = await call<{ State: { Running: boolean; ExitCode: number; OOMKilled: boolean } }>(
        `/containers/${id}/json`,
      );
      const exitCode = State.Running ? undefined : State.ExitCode;
      return { isRunning: State.Running, exitCode, oomKilled: State.OOMKilled };
    },

    /** Ends it with SIGTERM, and SIGKILL so many seconds later. Resolves also when it has ended. */
    stop: (id: string, seconds: number) =>
      call<void>(`/containers/${id}/stop`, { method: 'POST', query: { t: seconds, signal: 'SIGTERM' } }),

    async exited(id: string, signal: AbortSignal): Promise<number> {
      const asked = { method: 'POST', query: { condition: 'not-running' }, ms: LONGEST_WAIT_MS, signal } as const;
      return (await call<{ StatusCode: number }>(`/containers/${id}/wait`, asked)).StatusCode;
    },

    logs: (id: string, signal?: AbortSignal) =>
      call<Readable>(`/containers/${id}/logs`, {
        query: { stdout: 1, stderr: 1, tail: 2_000 },
        answer: 'stream',
        signal,
      }),
  };
}

function eventIn(event: unknown): DockerEvent | undefined {
  const { Action: action, Actor } = (event ?? {}) as {
    Action?: string;
    Actor?: { Attributes?: Record<string, string> };
  };
  const { execID = '', exitCode = '' } = Actor?.Attributes ?? {};
  if (action === 'oom' || action === 'die') return { action };
  return action === 'exec_die' && /^\d+$/.test(exitCode) ? { action, exec: execID, code: Number(exitCode) } : undefined;
}

function streamCalls(call: Caller) {
  return {
    /**
     * Events of a container and its programs, as they happen, until the signal aborts or the engine ends the stream.
     */
    async *events(id: string, signal: AbortSignal): AsyncGenerator<DockerEvent> {
      const query = { filters: { container: [id], event: ['oom', 'die', 'exec_die'] } };
      const stream = await call<Readable>('/events', { query, answer: 'stream', signal });
      const stop = () => stream.destroy();
      signal.addEventListener('abort', stop, { once: true });
      try {
        for await (const line of readLines(stream, 65_536)) {
          const event = 'text' in line ? eventIn(jsonIn(line.text)) : undefined;
          if (event) yield event;
        }
      } finally {
        signal.removeEventListener('abort', stop);
        stream.destroy();
      }
    },

    attach: (id: string, signal?: AbortSignal) =>
      call<Duplex>(`/containers/${id}/attach`, {
        method: 'POST',
        query: { stream: 1, stdin: 1, stdout: 1, stderr: 1 },
        answer: 'connection',
        signal,
      }),

    async extract(id: string, path: string, archive: Readable, signal?: AbortSignal): Promise<void> {
      const query = { path };
      await call<void>(`/containers/${id}/archive`, { method: 'PUT', query, file: archive, ms: 120_000, signal });
    },

    /** The size of a folder itself, as its file system has it; undefined where the engine does not tell. */
    async folderSize(id: string, path: string): Promise<number | undefined> {
      const asked = { method: 'HEAD', query: { path }, answer: 'stream' } as const;
      const answer = await call<IncomingMessage>(`/containers/${id}/archive`, asked);
      answer.resume();
      const header = answer.headers['x-docker-container-path-stat'];
      const stat = typeof header === 'string' ? jsonIn(Buffer.from(header, 'base64').toString()) : undefined;
      return (stat as { size?: number } | undefined)?.size;
    },

    /** A folder as a tar stream; its names begin with the folder's own. */
    archive: (id: string, path: string) =>
      call<Readable>(`/containers/${id}/archive`, { query: { path }, answer: 'stream' }),
  };
}

function execCalls(call: Caller) {
  return {
    async createExec(
      id: string,
      { command, env, cwd, user, stdin }: ExecRequest,
      signal?: AbortSignal,
    ): Promise<string> {
      const body = {
        Cmd: command,
        Env: env,
        WorkingDir: cwd,
        User: user,
        AttachStdin: stdin,
        AttachStdout: true,
        AttachStderr: true,
        Tty: false,
      };
      return (await call<{ Id: string }>(`/containers/${id}/exec`, { method: 'POST', body, signal })).Id;
    },

    /** The connection that carries stdin one way, and stdout and stderr in frames the other. */
    startExec: (exec: string, signal?: AbortSignal) =>
      call<Duplex>(`/exec/${exec}/start`, {
        method: 'POST',
        body: { Detach: false, Tty: false },
        answer: 'connection',
        signal,
      }),

    async exitCode(exec: string): Promise<number | undefined> {
      const { Running, ExitCode } = await call<{ Running: boolean; ExitCode: number | null }>(`/exec/${exec}/json`);
      return Running || ExitCode === null ? undefined : ExitCode;
    },
  };
}

export interface ImageFacts {
  id: string;
  architecture: string;
  volumes: string[];
  labels: Readonly<Record<string, string>>;
}

interface DockerBuild {
  tag: string;
  context: Readable;
  network: string;
  isFresh: boolean;
  labels?: Readonly<Record<string, string>>;
  dockerfile?: string;
  onText?: ((text: string) => void) | undefined;
}

interface InspectedImage {
  Id: string;
  Architecture: string;
  Config?: { Volumes?: object | null; Labels?: Record<string, string> | null };
}

interface Progress {
  error?: string;
  stream?: string;
  status?: string;
  aux?: { ID?: string };
}

const BEGINS_MS = 600_000;

function imageCalls(call: Caller) {
  return {
    async image(reference: string, signal?: AbortSignal): Promise<ImageFacts> {
      const { Id, Architecture, Config } = await call<InspectedImage>(`/images/${reference}/json`, { signal });
      return {
        id: Id,
        architecture: Architecture,
        volumes: Object.keys(Config?.Volumes ?? {}),
        labels: Config?.Labels ?? {},
      };
    },

    async pull(reference: string, platform: string, signal?: AbortSignal): Promise<void> {
      const query = { fromImage: reference, platform };
      const asked = { method: 'POST', query, answer: 'stream', ms: BEGINS_MS, signal } as const;
      for await (const _ of progress(await call<Readable>('/images/create', asked), signal));
    },

    async build(wanted: DockerBuild, signal?: AbortSignal): Promise<string> {
      const { context, onText } = wanted;
      const query = buildQuery(wanted);
      const asked = { method: 'POST', query, file: context, answer: 'stream', ms: BEGINS_MS, signal } as const;
      let id: string | undefined;
      for await (const update of progress(await call<Readable>('/build', asked), signal)) {
        if (update.aux?.ID !== undefined) id = update.aux.ID;
        const text = update.stream ?? (update.status === undefined ? undefined : `${update.status}\n`);
        if (text !== undefined) onText?.(text);
      }
      if (id === undefined) throw new DockerStepError('The build ended early.');
      return id;
    },

    async unnamedImages(labels: readonly string[]): Promise<string[]> {
      const query = { filters: { dangling: ['true'], label: labels } };
      return (await call<{ Id: string }[]>('/images/json', { query })).map(({ Id }) => Id);
    },

    /** Resolves also when it is gone already, or in use. */
    async removeImage(id: string): Promise<void> {
      try {
        await unlessGone(call<void>(`/images/${id}`, { method: 'DELETE' }));
      } catch (error) {
        if (!(error instanceof DockerError && error.status === 409)) throw error;
      }
    },
  };
}

function buildQuery({ tag, network, isFresh, labels, dockerfile }: DockerBuild) {
  return {
    // Version 1 is in every engine, and takes the id of an image for its base.
    t: tag,
    version: '1',
    rm: 1,
    forcerm: 1,
    pull: 0,
    networkmode: network,
    nocache: isFresh ? 1 : 0,
    ...omitUndefined({ labels, dockerfile }),
  };
}

/** Progress of a pull or a build; throws its final error. */
async function* progress(stream: Readable, signal: AbortSignal | undefined): AsyncGenerator<Progress> {
  const stop = () => stream.destroy();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    for await (const line of readLines(stream, 65_536)) {
      const update = 'text' in line ? (jsonIn(line.text) as Progress | undefined) : undefined;
      if (update?.error !== undefined) throw new DockerStepError(update.error.slice(0, 500));
      if (update) yield update;
    }
    signal?.throwIfAborted();
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
    stream.destroy();
  }
}
