/** Containers that run by themselves under a name, and the images that are built for them. */
import { deadline } from '../base/async.ts';
import type { Cancel } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { World } from '../base/world.ts';
import { pack } from './archive.ts';
import { failureOf } from './container.ts';
import type { Docker, ImageFacts } from './docker.ts';
import type { Engine } from './engine.ts';
import { DockerStepError, errorOfFailure, failure, failureIn, type SandboxFailure } from './failure.ts';
import { parseImage } from './images.ts';
import { piecesIn } from './output.ts';
import type { DetachedBuild, DetachedEngine, DetachedSpec } from './port.ts';
import { type BaseSpec, detachedOptions, LABELS } from './spec.ts';

export interface DetachedDeps {
  engine: Engine;
  world: Pick<World, 'clock' | 'log'>;
  installation: string;
  isOn: boolean;
  buildNetwork: string;
  limits: DetachedLimits;
  /** Options common to all containers; its session counts as in use until `onReleased`. */
  base(image: ImageFacts): Promise<BaseSpec>;
  onReleased(session: string): void;
}

export interface DetachedLimits {
  memory: number;
  disk: number;
  cpus: number;
  pids: number;
  lifetimeMs: number;
}

const MOST = 4;
const NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;
const TAG = /^agent-sandbox-[a-z0-9][a-z0-9-]{0,60}(?::[a-z0-9][a-z0-9.-]{0,40})?$/;
const CONTEXT = { files: 20_000, bytes: 128 * 1024 * 1024 };
const LOG_BYTES = 64 * 1024;
const STOP_SECONDS = 5;
const HEALTH_MS = 15_000;
const HEALTH_BYTES = 2_048;
const UNRUNNABLE = [126, 127];

/** The client is whatever the image has; each prints the status and the beginning of the answer. */
const HEALTH_CLIENTS: readonly ((url: string) => string[])[] = [
  (url) => [
    'node',
    '-e',
    'fetch(process.argv[1],{redirect:"manual"}).then(async r=>{console.log(r.status);console.log((await r.text()).slice(0,500))},()=>process.exit(1))',
    url,
  ],
  (url) => [
    'python3',
    '-c',
    `import sys,http.client as h,urllib.parse as u
p=u.urlsplit(sys.argv[1]);c=h.HTTPConnection(p.hostname,p.port,timeout=5);c.request("GET",p.path)
r=c.getresponse();print(r.status);print(r.read(500).decode("utf8","replace"))`,
    url,
  ],
  (url) => ['curl', '-s', '-m', '5', '-w', '\\n%{http_code}', url],
  (url) => ['wget', '-q', '-T', '5', '-O', '-', url],
];

export function detachedContainers(deps: DetachedDeps): DetachedEngine & { close(): Promise<void> } {
  return new DetachedContainers(deps);
}

class DetachedContainers implements DetachedEngine {
  private readonly deps: DetachedDeps;
  private readonly ends = new Map<string, { id: string; cancel: Cancel }>();
  private starting = 0;
  private isClosed = false;

  constructor(deps: DetachedDeps) {
    this.deps = deps;
  }

  build(wanted: DetachedBuild, { signal, timeoutMs }: { signal?: AbortSignal; timeoutMs: number }) {
    return this.attempt(signal, async (docker) => {
      const { tag, files, dockerfile = 'Dockerfile' } = wanted;
      if (!TAG.test(tag))
        throw input(`An image is called agent-sandbox-NAME, not ${JSON.stringify(tag.slice(0, 100))}.`);
      const steps = files.find(({ path }) => path === dockerfile);
      if (!steps) throw input(`The context has no ${JSON.stringify(dockerfile.slice(0, 100))}.`);
      const read = basesOf(Buffer.from(steps.content).toString('utf8'));
      if ('problem' in read) throw input(`${dockerfile} cannot be built: ${read.problem}`);
      for (const base of read.bases) await this.deps.engine.image(base, signal);
      const context = pack(files, 0, CONTEXT);
      if ('ok' in context) throw errorOfFailure(context);
      let output = '';
      const onText = (text: string) => {
        output = `${output}${text}`.slice(-LOG_BYTES);
      };
      using time = deadline(timeoutMs, signal);
      try {
        const labels = { [LABELS.installation]: this.deps.installation };
        const asked = { tag, context, network: this.deps.buildNetwork, isFresh: false, onText, labels, dockerfile };
        return { ok: true as const, id: await docker.build(asked, time.signal), output };
      } catch (error) {
        if (time.hasPassed()) throw engineError(`${tag} was not built within ${timeoutMs / 1_000} s.`);
        if (!(error instanceof DockerStepError)) throw error;
        throw engineError(
          `${tag} cannot be built: ${error.message.replace(/\s+/g, ' ').trim()}\n${output.slice(-4_000)}`,
        );
      }
    });
  }

  run(wanted: DetachedSpec, signal?: AbortSignal) {
    return this.attempt(signal, async (docker) => {
      const { name, image: tag, command, env = {}, lifetimeMs } = wanted;
      if (!NAME.test(name)) throw input(`A container cannot be called ${JSON.stringify(name.slice(0, 100))}.`);
      const image = await this.ownImage(tag, signal);
      if ((await docker.containers(this.labels())).length + this.starting >= MOST)
        throw input(`There are ${MOST} such containers already.`);
      this.starting++;
      try {
        await this.removeContainers(docker, name);
        const { limits } = this.deps;
        const spec = { ...(await this.deps.base(image)), name, command, env, limits };
        return await this.startContainer(
          docker,
          spec,
          Math.min(lifetimeMs ?? limits.lifetimeMs, limits.lifetimeMs),
          signal,
        );
      } finally {
        this.starting--;
      }
    });
  }

  logs(name: string, signal?: AbortSignal) {
    return this.attempt(signal, async (docker) => {
      const id = await this.idOf(docker, name);
      const state = await docker.state(id);
      let output = '';
      for await (const { bytes } of piecesIn(await docker.logs(id, signal))) {
        output = `${output}${Buffer.from(bytes).toString('utf8')}`.slice(-LOG_BYTES);
      }
      return { ok: true as const, output, ...state };
    });
  }

  wait(name: string, { timeoutMs, signal }: { timeoutMs: number; signal?: AbortSignal }) {
    return this.attempt(signal, async (docker) => {
      const id = await this.idOf(docker, name);
      using time = deadline(timeoutMs, signal);
      try {
        return { ok: true as const, exitCode: await docker.exited(id, time.signal) };
      } catch (error) {
        if (!time.hasPassed()) throw error;
        return { ok: true as const, exitCode: undefined };
      }
    });
  }

  stop(name: string, signal?: AbortSignal) {
    return this.attempt(signal, async (docker) => {
      await docker.stop(await this.idOf(docker, name), STOP_SECONDS);
      return { ok: true as const };
    });
  }

  remove(name: string, signal?: AbortSignal) {
    return this.attempt(signal, async (docker) => {
      if (!NAME.test(name)) throw input(`No container is called ${JSON.stringify(name.slice(0, 100))}.`);
      return { ok: true as const, wasThere: await this.removeContainers(docker, name) };
    });
  }

  removeImage(tag: string) {
    return this.attempt(undefined, async (docker) => {
      if (this.isOwn(await this.imageOf(tag))) await docker.removeImage(tag);
      return { ok: true as const };
    });
  }

  health(name: string, { port, path }: { port: number; path: string }, signal?: AbortSignal) {
    return this.attempt(signal, async (docker) => {
      if (!Number.isInteger(port) || port < 1 || port > 65_535) throw input(`${port} is no port.`);
      if (!/^\/[\w./~-]{0,200}$/.test(path)) throw input(`${JSON.stringify(path.slice(0, 100))} is no plain path.`);
      const id = await this.idOf(docker, name);
      using time = deadline(HEALTH_MS, signal);
      for (const client of HEALTH_CLIENTS) {
        const { exitCode, output } = await execIn(docker, id, client(`http://127.0.0.1:${port}${path}`), time.signal);
        if (UNRUNNABLE.includes(exitCode)) continue;
        const status = Number(/^(\d{3})$/m.exec(output)?.[1] ?? (exitCode === 0 ? 200 : 0));
        return { ok: true as const, isHealthy: exitCode === 0 && status >= 200 && status < 300, status, output };
      }
      throw input('The image has neither node, python3, curl nor wget to ask with.');
    });
  }

  async close(): Promise<void> {
    this.isClosed = true;
    const mine = [...this.ends];
    await Promise.all(mine.map(([session, { id }]) => this.discard(session, id)));
  }

  private labels(name?: string): Record<string, string> {
    const all = { [LABELS.installation]: this.deps.installation };
    return name === undefined ? { ...all, [LABELS.isDetached]: 'true' } : { ...all, [LABELS.detached]: name };
  }

  private async idOf(docker: Docker, name: string): Promise<string> {
    const [container] = NAME.test(name) ? await docker.containers(this.labels(name)) : [];
    if (!container) throw input(`No container is called ${JSON.stringify(name.slice(0, 100))}.`);
    return container.id;
  }

  private async ownImage(tag: string, signal: AbortSignal | undefined): Promise<ImageFacts> {
    const image = await this.imageOf(tag, signal);
    if (image && this.isOwn(image)) return image;
    throw errorOfFailure(
      failure('SANDBOX_IMAGE_REFUSED', `There is no image ${JSON.stringify(tag.slice(0, 100))} that was built here.`),
    );
  }

  private async imageOf(tag: string, signal?: AbortSignal): Promise<ImageFacts | undefined> {
    return TAG.test(tag) && parseImage(tag) ? this.deps.engine.find(tag, signal) : undefined;
  }

  private isOwn(image: ImageFacts | undefined): boolean {
    return image?.labels[LABELS.installation] === this.deps.installation;
  }

  private async startContainer(
    docker: Docker,
    spec: Parameters<typeof detachedOptions>[0],
    lifetimeMs: number,
    signal: AbortSignal | undefined,
  ) {
    const { session, name } = spec;
    const { clock } = this.deps.world;
    let id: string | undefined;
    try {
      id = await docker.create(`coda-${session}`, detachedOptions(spec), signal);
      const containerId = id;
      const cancel = clock.at(
        new Date(clock.now().getTime() + lifetimeMs),
        () => void this.discard(session, containerId),
      );
      this.ends.set(session, { id, cancel });
      if (this.isClosed) throw engineError('The sandbox was closed.');
      await docker.start(id, signal);
      return { ok: true as const, id, name };
    } catch (error) {
      // By its name: where no answer came it may be there all the same.
      await this.discard(session, id ?? `coda-${session}`);
      throw error;
    }
  }

  private async removeContainers(docker: Docker, name: string): Promise<boolean> {
    const containers = await docker.containers(this.labels(name));
    for (const { id, labels } of containers) {
      await docker.remove(id);
      this.forget(labels[LABELS.session] ?? '');
    }
    return containers.length > 0;
  }

  private async discard(session: string, id: string): Promise<void> {
    try {
      const { docker } = await this.deps.engine.openConnection();
      await docker.remove(id);
    } catch (error) {
      this.deps.world.log.warn({ session, error: messageOf(error) }, 'a sandbox cannot be removed yet');
    }
    this.forget(session);
  }

  private forget(session: string): void {
    this.ends.get(session)?.cancel();
    this.ends.delete(session);
    this.deps.onReleased(session);
  }

  private async attempt<T>(
    signal: AbortSignal | undefined,
    act: (docker: Docker) => Promise<T>,
  ): Promise<T | SandboxFailure> {
    if (!this.deps.isOn) return failure('SANDBOX_OFF', 'Running code is switched off.');
    try {
      return await act((await this.deps.engine.openConnection()).docker);
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      return failureIn(error) ?? failureOf(error);
    }
  }
}

async function execIn(docker: Docker, id: string, command: string[], signal: AbortSignal) {
  const exec = await docker.createExec(id, { command, env: [], cwd: '/', user: '', stdin: false }, signal);
  let output = '';
  for await (const { bytes } of piecesIn(await docker.startExec(exec, signal))) {
    if (output.length < HEALTH_BYTES) output += Buffer.from(bytes).toString('utf8');
  }
  return { exitCode: (await docker.exitCode(exec)) ?? 1, output: output.slice(0, HEALTH_BYTES) };
}

const input = (message: string) =>
  errorOfFailure(failure('SANDBOX_INPUT', message, 'Look at the names, and remove what is not needed.'));
const engineError = (message: string) =>
  errorOfFailure(failure('SANDBOX_ENGINE', message, 'Look at what was written before it.'));

/** The references behind `FROM` and `COPY --from`, or why the file cannot be trusted to name them all. */
function basesOf(dockerfile: string): { bases: string[] } | { problem: string } {
  // A different escape character would join other lines than the ones below.
  if (/^[^\S\r\n\u2028\u2029]*#\s*(?:escape|syntax)\s*=/im.test(dockerfile))
    return { problem: 'It has a parser directive.' };
  const bases = new Set<string>();
  const stages = new Set<string>();
  for (const line of instructionsIn(dockerfile)) {
    const [word = '', ...rest] = line.split(/\s+/);
    const instruction = word.toUpperCase();
    if (instruction === 'FROM') {
      const [image = '', as = '', stage = ''] = rest.filter((each) => !each.startsWith('--'));
      if (image === '' || /[$"'`]/.test(line)) return { problem: 'A FROM names no plain image.' };
      if (!stages.has(image.toLowerCase()) && image !== 'scratch') bases.add(image);
      if (as.toUpperCase() === 'AS' && stage !== '') stages.add(stage.toLowerCase());
    }
    // The engine itself would fetch it, past the network of the build.
    if (instruction === 'ADD' && /:\/\/|git@/i.test(line)) return { problem: 'An ADD names an address.' };
    if (instruction === 'ONBUILD') return { problem: 'It has an ONBUILD.' };
    const from = /(?:^|\s)--from=(\S+)/i.exec(line)?.[1];
    if (from === undefined || (instruction !== 'COPY' && instruction !== 'ADD')) continue;
    if (/[$"'`]/.test(from)) return { problem: 'A COPY names no plain image.' };
    if (!stages.has(from.toLowerCase()) && !/^\d+$/.test(from)) bases.add(from);
  }
  return bases.size === 0 && !/^[^\S\r\n\u2028\u2029]*from\s+scratch\b/im.test(dockerfile)
    ? NO_BASE
    : { bases: [...bases] };
}

const NO_BASE = { problem: 'It has no FROM.' };

function instructionsIn(dockerfile: string): string[] {
  const lines = dockerfile.split(/\r?\n/).filter((line) => !/^\s*#/.test(line));
  return lines
    .join('\n')
    .replace(/\\[ \t]*\n/g, ' ')
    .split('\n')
    .flatMap((line) => line.trim() || []);
}
