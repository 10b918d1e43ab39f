import { createHash } from 'node:crypto';
import { request } from 'node:http';
import tar from 'tar-stream';
import { execution } from '../../src/config/execution.ts';
import { openSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/index.ts';
import { testWorld } from './world.ts';

const address = process.env.CODA_TEST_DOCKER ? new URL(process.env.CODA_TEST_DOCKER) : undefined;

/**
 * The Docker that tests may use, if there is one: `CODA_TEST_DOCKER=unix:///var/run/docker.sock?image=NAME:TAG`. The image
 * has sh, Python and Perl.
 */
export const DOCKER = address && { socket: address.pathname, image: address.searchParams.get('image') ?? '' };

/** A call of Docker's API, past coda. */
export async function docker<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
  const json = body === undefined ? undefined : JSON.stringify(body);
  const { status, content } = await dockerBytes(method, path, json, 'application/json');
  if (status >= 400) throw new Error(`${method} ${path}: ${status} ${content.toString()}`);
  return (content.length > 0 ? JSON.parse(content.toString()) : undefined) as T;
}

function dockerBytes(method: string, path: string, body?: string | Uint8Array, type = 'application/x-tar') {
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

async function packed(files: readonly (readonly [string, string | Uint8Array])[]): Promise<Buffer> {
  const archive = tar.pack();
  for (const [name, content] of files) archive.entry({ name }, content);
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
  { world = testWorld(), ...options }: Partial<SandboxOptions> & { world?: ReturnType<typeof testWorld> } = {},
): Sandbox {
  const standard = {
    enabled: true,
    docker_socket: DOCKER?.socket ?? '/var/run/docker.sock',
    default_image: DOCKER?.image,
    allowed_images: [DOCKER?.image ?? 'python:*'],
    warm: 0,
  };
  const parsed = execution.schema.parse({ ...standard, ...settings });
  const own = { installation: freshInstallation(), instance: 'this', isLive: async () => false };
  return openSandbox({ execution: parsed, ...own, ...options }, world);
}
