import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import tar from 'tar-stream';
import { execution } from '../../src/config/blocks.ts';
import { openSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/index.ts';
import { within } from './eventually.ts';
import { testWorld } from './world.ts';

const address = process.env.CODA_TEST_DOCKER ? new URL(process.env.CODA_TEST_DOCKER) : undefined;

/**
 * The Docker that tests may use, if there is one: `CODA_TEST_DOCKER=unix:///var/run/docker.sock?image=NAME:TAG`. The image
 * has sh, Python with its standard library, Node and Perl.
 */
export const DOCKER = address && { socket: address.pathname, image: address.searchParams.get('image') ?? '' };

// CI makes the images beside the first suites: this file is there when that has ended, empty or with the error.
if (DOCKER && process.env.CODA_TEST_WAITS_FOR) await imagesOf(process.env.CODA_TEST_WAITS_FOR);

async function imagesOf(file: string): Promise<void> {
  if (!(await within(10 * 60_000, () => existsSync(file))))
    throw new Error(`the images were not made within 10 minutes: there is no ${file}`);
  const wrong = readFileSync(file, 'utf8');
  if (wrong !== '') throw new Error(`the images could not be made: ${wrong}`);
}

/** The image of browsers that tests may use, if there is one: `coda browser image` builds its like. */
export const BROWSER_IMAGE = DOCKER && process.env.CODA_TEST_BROWSER_IMAGE;

/** A call of Docker's API, past coda. */
export async function docker<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
  const json = body === undefined ? undefined : JSON.stringify(body);
  const { status, content } = await dockerBytes(method, path, json, 'application/json');
  if (status >= 400) throw new Error(`${method} ${path}: ${status} ${content.toString()}`);
  return (content.length > 0 ? JSON.parse(content.toString()) : undefined) as T;
}

export function dockerBytes(method: string, path: string, body?: string | Uint8Array, type = 'application/x-tar') {
  return new Promise<{ status: number; content: Buffer }>((resolve, reject) => {
    const headers = body === undefined ? {} : { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) };
    const call = request({ socketPath: DOCKER?.socket, method, path, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, content: Buffer.concat(chunks) }));
      answer.on('error', reject);
    });
    call.on('error', reject);
    call.end(body);
  });
}

/** Makes an image with nothing in it, for `architecture`. */
export async function loadImage(reference: string, architecture: string): Promise<void> {
  const layer = await packed([]);
  const digest = createHash('sha256').update(layer).digest('hex');
  const rootfs = { type: 'layers', diff_ids: [`sha256:${digest}`] };
  const config = JSON.stringify({ architecture, os: 'linux', config: {}, rootfs });
  const manifest = JSON.stringify([{ Config: 'config.json', RepoTags: [reference], Layers: ['layer.tar'] }]);
  const image = await packed([
    ['manifest.json', manifest],
    ['config.json', config],
    ['layer.tar', layer],
  ]);
  const { status, content } = await dockerBytes('POST', '/images/load', image);
  if (status >= 400) throw new Error(content.toString());
}

export async function packed(
  files: readonly (readonly [string, string | Uint8Array])[],
  mode = 0o644,
): Promise<Buffer> {
  const archive = tar.pack();
  for (const [name, content] of files) archive.entry({ name, mode }, content);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** What is there of an installation: containers and volumes. */
export async function leftovers(installation: string): Promise<string[]> {
  const filters = encodeURIComponent(JSON.stringify({ label: [`coda.installation=${installation}`] }));
  const containers = await docker<{ Id: string }[]>('GET', `/containers/json?all=1&filters=${filters}`);
  const { Volumes } = await docker<{ Volumes: { Name: string }[] | null }>('GET', `/volumes?filters=${filters}`);
  return [...containers.map(({ Id }) => Id), ...(Volumes ?? []).map(({ Name }) => Name)];
}

let opened = 0;

/** A name that no other test and no other run has. */
export const freshInstallation = () => `test-${process.pid}-${++opened}`;

/** A sandbox with its own labels; `settings` as in the configuration file. */
export function testSandbox(
  settings: Record<string, unknown> = {},
  {
    world = testWorld(),
    hasPrograms,
    ...options
  }: Partial<SandboxOptions> & { world?: ReturnType<typeof testWorld>; hasPrograms?: boolean } = {},
): Sandbox {
  const standard = {
    enabled: true,
    docker_socket: DOCKER?.socket ?? '/var/run/docker.sock',
    default_image: DOCKER?.image,
    allowed_images: [DOCKER?.image ?? 'python:*'],
    warm: 0,
  };
  const parsed = execution.schema.parse({ ...standard, ...settings });
  const own = { installation: freshInstallation(), instance: () => 'this', isLive: async () => false };
  const sandbox = openSandbox({ execution: parsed, ...own, ...options }, world);
  sandbox.start(hasPrograms);
  return sandbox;
}

/** A container without any bar: the network and the files of the host, and every right. */
export interface Open {
  /** Runs a program as root; resolves with both of its streams as one text. */
  exec(command: readonly string[]): Promise<string>;
  put(folder: string, files: readonly { path: string; content: string }[]): Promise<void>;
  close(): Promise<void>;
}

export async function openContainer(command: readonly string[], env: readonly string[]): Promise<Open> {
  const all = { NetworkMode: 'host', IpcMode: 'host', UTSMode: 'host', CgroupnsMode: 'host' };
  const { Id } = await docker<{ Id: string }>('POST', '/containers/create', {
    Image: DOCKER?.image,
    Cmd: command,
    Env: env,
    HostConfig: {
      ...all,
      // Privileged, as far as this machine goes: it may lack a capability itself, and then Docker refuses all of them.
      CapAdd: capabilities(),
      MaskedPaths: [],
      ReadonlyPaths: [],
      DeviceCgroupRules: ['a *:* rwm'],
      SecurityOpt: ['seccomp=unconfined', 'apparmor=unconfined'],
      Binds: ['/:/host:ro', '/dev:/dev', '/sys:/sys', `${DOCKER?.socket}:/var/run/docker.sock`],
    },
  });
  await docker('POST', `/containers/${Id}/start`);
  return {
    exec: (command) => dockerExec(Id, command),
    async put(folder, files) {
      const archive = await packed(files.map(({ path, content }) => [path, content] as const));
      const { status, content } = await dockerBytes('PUT', `/containers/${Id}/archive?path=${folder}`, archive);
      if (status >= 400) throw new Error(content.toString());
    },
    async close() {
      await docker('DELETE', `/containers/${Id}?force=1&v=1`);
    },
  };
}

const CAPABILITIES = `
  CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE
  NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN
  SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE
  MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ`
  .trim()
  .split(/\s+/);

/** Those that a process of this machine can have. */
function capabilities(): string[] {
  const [, bounds = '0'] = /^CapBnd:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return CAPABILITIES.filter((_, bit) => (BigInt(`0x${bounds}`) >> BigInt(bit)) & 1n);
}

/** Runs a program in a container past coda; resolves with both streams as one text. */
export async function dockerExec(container: string, command: readonly string[], user = '0:0'): Promise<string> {
  const request = { Cmd: command, User: user, AttachStdout: true, AttachStderr: true };
  const { Id } = await docker<{ Id: string }>('POST', `/containers/${container}/exec`, request);
  const started = JSON.stringify({ Detach: false, Tty: false });
  const { content } = await dockerBytes('POST', `/exec/${Id}/start`, started, 'application/json');
  await docker('GET', `/exec/${Id}/json`);
  const texts: Buffer[] = [];
  for (let at = 0; at + 8 <= content.length; ) {
    const size = content.readUInt32BE(at + 4);
    texts.push(content.subarray(at + 8, at + 8 + size));
    at += 8 + size;
  }
  return Buffer.concat(texts).toString();
}
